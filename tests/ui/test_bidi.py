"""Right-to-left text, drawn in the order in which it is seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.domain.body import Block, BlockKind, Span, Style
from tuimail.ui.bidi import visual
from tuimail.ui.layout import Line, Run, lay_out

HEBREW = "שלום"
ARABIC = "مرحبا"


def drawn(text: str, width: int = 60) -> list[str]:
    return [visual(line).text for line in lay_out((Block(spans=(Span(text=text),)),), width)]


@pytest.mark.parametrize(
    ("read", "seen"),
    [
        ("plain words", "plain words"),
        (HEBREW, HEBREW[::-1]),
        (f"to {HEBREW} 12", f"to 12 {HEBREW[::-1]}"),
        (f"{HEBREW} 4471 {HEBREW}", f"{HEBREW[::-1]} 4471 {HEBREW[::-1]}"),
        (f"{ARABIC} (Harbour Lamps)", f"(Harbour Lamps) {ARABIC[::-1]}"),
        (f"{HEBREW} abc 123 (x)", f"abc 123 (x) {HEBREW[::-1]}"),
        (f"{HEBREW} ({HEBREW})", f"({HEBREW[::-1]}) {HEBREW[::-1]}"),
        ("שָׁל", "לשָׁ"),
    ],
)
def test_words_stand_as_they_are_seen(read: str, seen: str) -> None:
    assert drawn(read) == [seen]


def test_later_lines_have_the_direction_of_their_paragraph() -> None:
    assert drawn(f"{HEBREW} {HEBREW} abc {HEBREW}", 10) == [f"{HEBREW[::-1]} {HEBREW[::-1]}", f"{HEBREW[::-1]} abc"]


def test_bars_signs_and_looks_stay_with_their_words() -> None:
    spans = (Span(text="שלום "), Span(text="עולם", style=Style.BOLD))
    (line,) = lay_out((Block(kind=BlockKind.ITEM, quote=1, lead="- ", spans=spans),), 40)

    runs = visual(line).runs

    assert [(run.text, run.style) for run in runs[2:]] == [("םלוע", Style.BOLD), (" םולש", Style.PLAIN)]
    assert [run.text for run in runs[:2]] == ["▎ ", "- "]


def test_columns_stay_where_they_are() -> None:
    cells = tuple(((Span(text=name),), (Span(text=price),)) for name, price in ((ARABIC, "€9.00"), ("x", "€12.00")))
    lines = lay_out((Block(kind=BlockKind.TABLE, cells=cells),), 40)

    assert visual(lines[0]).text == f"{ARABIC[::-1]}   €9.00"


@given(
    st.lists(st.text(alphabet=st.sampled_from("ab1 (֮)[]אבمر€.,\u0301\u200d😀"), max_size=12), max_size=6), st.booleans()
)
def test_nothing_is_lost(texts: list[str], is_rtl: bool) -> None:
    line = Line(tuple(Run(text) for text in texts), 0, is_rtl)

    mirrored = str.maketrans(")]", "([")
    drawn_words, words = visual(line).text.translate(mirrored), line.text.translate(mirrored)
    assert sorted(drawn_words.replace(" ", "")) == sorted(words.replace(" ", ""))
