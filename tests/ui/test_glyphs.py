"""Emoji sequences take the cells that Textual counts, whatever the terminal makes of them."""

import unicodedata

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color

from tuimail.ui.glyphs import PlainGlyphs, glyph_filters

BLACK = Color(0, 0, 0)


def drawn(text: str) -> str:
    (segment,) = PlainGlyphs().apply([Segment(text)], BLACK)
    return segment.text


def cells_of_a_simple_terminal(text: str) -> int:
    """Each character by itself, as tmux 3.3 and xterm count."""
    widths = {"W": 2, "F": 2}
    return sum(
        0 if unicodedata.category(char) in {"Mn", "Me", "Cf"} else widths.get(unicodedata.east_asian_width(char), 1)
        for char in text
    )


@pytest.mark.parametrize(
    "text",
    ["👩‍👩‍👧‍👦 family", "👍🏽 skin", "☺️ symbol", "1️⃣ keycap", "a️ letter", "🇬🇧 flag", "❤️‍🔥 heart", "👩🏽‍🚀👍🏿x"],
)
def test_a_terminal_and_textual_agree_on_the_cells(text: str) -> None:
    plain = drawn(text)

    assert cell_len(plain) == cell_len(text)
    assert cells_of_a_simple_terminal(plain) == cell_len(text)


@pytest.mark.parametrize("text", ["plain", "写真展のご案内 🌸", "नमस्ते", "क्‍ष", "שלום", "é́"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert drawn(text) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("▌> N  │ └ ▸ 14 ↑ “word” …", '|> N  | ` > 14 ^ "word" .'),
        ("Łukasz grüßt 写真", "?ukasz grüßt ????"),
    ],
)
def test_what_the_encoding_lacks_is_written_in_as_many_cells(text: str, written: str) -> None:
    segments = [Segment(text)]
    for each in glyph_filters("ISO-8859-1"):
        segments = each.apply(segments, BLACK)

    assert segments[0].text == written
    assert cell_len(written) == cell_len(text)


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "utf_8", None])
def test_where_everything_can_be_written_nothing_is_replaced(encoding: str | None) -> None:
    assert [type(each) for each in glyph_filters(encoding)] == [PlainGlyphs]
