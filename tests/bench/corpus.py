"""Made-up mail, the same for the same count: people, threads, years, languages and sizes as in a real mailbox.

A few mails at known places carry words by which a benchmark recognises them; the rest only has to be there.
"""

import base64
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.header import Header
from email.utils import format_datetime, formataddr

from tests.bench.vocabulary import SUBJECTS, sentences
from tests.bench.writing import alternative, folded, host, html_of, person, plain, trace

YEARS = 9
NEWEST = "Minutes-of-the-meeting"
"""Subject of the newest mail, in one word: a terminal may draw words one by one. So are all the following."""
OLDEST = "The-very-first-letter"
LETTER = "Greetings-from-the-server"
"""First word in the text of the oldest mails, of 10 KB each."""
LETTERS = 10
BIG = "Text-before-the-big-file"
"""The same in mails with an attachment of 5 MB, which are the next ones after the letters."""
BIGS = 3
BIG_BYTES = 5_000_000
RARE, RARE_SHOWN = "zwetschgen", "Pflaumenmus"
"""A word to search for, and one beside it in the subject of the one mail that has it, in the middle of the mailbox."""
HIDDEN, HIDDEN_SHOWN = "kolibrischwarm", "Vogelkunde-im-Garten"
"""A word of one body, and that mail's subject."""
HIDDEN_AT = 200
"""How many mails are newer than the one with the hidden word."""

_SEED = 20_240_601
_TEXT_BYTES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail as a server keeps it."""

    raw: bytes
    arrived: datetime
    flags: str
    """Letters of the Maildir name, such as S for seen and F for flagged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """What a reply takes from the mail it answers."""

    number: int
    subject: str
    references: tuple[str, ...]


class Corpus:
    """So many mails, oldest first, the newest at ``ends_at``."""

    def __init__(self, count: int, ends_at: datetime) -> None:
        self._count = count
        self._ends_at = ends_at
        self._chance = random.Random(_SEED + count)  # noqa: S311 (the same mail each time is the purpose)
        self._sentences = sentences(self._chance)
        self._recent: list[_Head] = []

    def mails(self) -> Iterator[Mail]:
        """All of them."""
        step = timedelta(days=365 * YEARS) / self._count
        for number in range(self._count):
            arrived = self._ends_at - step * (self._count - 1 - number)
            yield Mail(raw=self._raw(number, arrived), arrived=arrived, flags=self._flags(number))

    def _flags(self, number: int) -> str:
        if number == self._count - 1:
            return ""
        letters = "F" if number % 41 == 0 else ""
        letters += "R" if number % 9 == 0 else ""
        # The newer the mail, the more likely nobody has read it yet.
        unread_share = 0.3 if number > self._count * 0.98 else 0.03
        return letters + ("" if self._chance.random() < unread_share else "S")

    def _raw(self, number: int, arrived: datetime) -> bytes:
        subject, references = self._subject(number)
        own_id = f"<{number}.{self._count}@{host(number)}>"
        self._recent = [*self._recent[-150:], _Head(number=number, subject=subject, references=(*references, own_id))]
        lines = trace(number, arrived)
        lines += [
            f"From: {person(self._chance.randrange(900))}",
            f"To: {formataddr(('Bench Mark', 'me@bench.test'))}",
            *([f"Cc: {person(self._chance.randrange(900))}"] if number % 6 == 0 else []),
            f"Subject: {subject if subject.isascii() else Header(subject, 'utf-8').encode()}",
            f"Date: {format_datetime(arrived - timedelta(seconds=number % 90))}",
            f"Message-ID: {own_id}",
            *([f"In-Reply-To: {references[-1]}", "References: " + "\r\n ".join(references[-8:])] if references else []),
            *(["List-Id: <gardening.lists.test>", "Precedence: list"] if number % 4 == 0 else []),
            "MIME-Version: 1.0",
        ]
        return "\r\n".join(lines).encode() + b"\r\n" + self._content(number)

    def _subject(self, number: int) -> tuple[str, tuple[str, ...]]:
        special = {
            0: OLDEST,
            self._count - 1: NEWEST,
            self._count // 2: f"{RARE.title()} {RARE_SHOWN}",
            self._count - 1 - HIDDEN_AT: HIDDEN_SHOWN,
        }
        if number in special:
            return special[number], ()
        if self._recent and self._chance.random() < 0.42:
            parent = self._chance.choice(self._recent)
            if parent.subject not in special.values():
                bare = parent.subject.removeprefix("Re: ")
                return f"Re: {bare}", parent.references
        return f"{self._chance.choice(SUBJECTS)} Nr.{number}", ()

    def _content(self, number: int) -> bytes:
        if number < LETTERS:
            return plain(self._text(_TEXT_BYTES, first=LETTER))
        if number < LETTERS + BIGS:
            return self._with_file(self._text(1_500, first=BIG), BIG_BYTES, "film.bin")
        if number == self._count - 1 - HIDDEN_AT:
            return plain(self._text(3_000, first=f"Ein {HIDDEN} zieht vorbei."))
        text = self._text(int(300 + self._chance.expovariate(1 / 1_800)))
        kind = self._chance.random()
        if kind < 0.35:
            return alternative(text, html_of(text))
        if kind < 0.40:
            return self._with_file(text, self._chance.randrange(5_000, 40_000), "notes.pdf")
        return plain(text)

    def _text(self, size: int, *, first: str = "") -> str:
        paragraphs, length = [first] if first else [], 0
        while length < size:
            paragraph = " ".join(self._chance.choices(self._sentences, k=4))
            paragraphs.append(paragraph)
            length += len(paragraph)
        return "\r\n\r\n".join(folded(paragraph) for paragraph in paragraphs)

    def _with_file(self, text: str, size: int, name: str) -> bytes:
        data = base64.encodebytes(self._chance.randbytes(size)).replace(b"\n", b"\r\n")
        return (
            b'Content-Type: multipart/mixed; boundary="edge"\r\n\r\n--edge\r\n'
            + plain(text)
            + b"\r\n--edge\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
            + f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'.encode()
            + data
            + b"--edge--\r\n"
        )
