"""Words of made-up mail: names, subjects and sentences, in Latin letters with and without accents and in CJK."""

import random

FIRST_NAMES = (
    "Ada", "Zoë", "Jürgen", "Grace", "Anaïs", "花子", "Björn", "Radia", "Søren", "Lucía", "Alan", "明", "Dörte",
    "Edsger", "Frances", "Małgorzata", "Karen", "Ödön", "Barbara", "지우",
)  # fmt: skip
LAST_NAMES = (
    "Lovelace", "Ångström", "Müller", "Hopper", "Perlman", "田中", "Gödel", "Núñez", "Weiß", "Turing", "Kowalczyk",
    "王", "Håkansson", "Dijkstra", "Allen", "Brûlé", "Liskov", "Erdős", "김", "Spärck Jones", "Sørensen",
)  # fmt: skip
SUBJECTS = (
    "Tomorrow's train", "Your invoice", "予定の確認", "A draft to look at", "Grüße aus Köln", "Übergabe am Montag",
    "Seeds for the spring", "Lunch?", "회의록", "Rechnung über die Äpfel", "Budget, second try", "Photos of the hut",
    "Frage zum Fahrplan", "Résumé de la réunion", "会议纪要", "Release notes", "The printer again",
    "Müllabfuhr verschoben",
)  # fmt: skip
_SYLLABLES = (
    "ka lo mi ren tu sol va ber gen lin dor fa pe ris mo ta ne wil ho gra sa ti ver la bo un ster der ing ly ment est"
)
_WIDE = (
    "お元気ですか。",
    "来週の会議は火曜日に変わりました。",
    "下周二见。",
    "감사합니다.",
    "Schöne Grüße, bis übermorgen.",
)


def sentences(chance: random.Random, count: int = 4_000) -> list[str]:
    """Sentences from a vocabulary of some thousand words, the common ones far more often than the rest."""
    syllables = _SYLLABLES.split()
    words = ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(6_000)]
    weights = [1 / (place + 3) for place in range(len(words))]
    made = []
    for _ in range(count):
        chosen = chance.choices(words, weights, k=chance.randint(5, 18))
        made.append(" ".join(chosen).capitalize() + ".")
    return [*made, *(_WIDE * (count // 60))]
