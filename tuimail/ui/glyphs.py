"""Emoji drawn so that every terminal and Textual agree on their cells.

Textual counts a sequence (a family, a skin tone, a keycap) as one glyph of two cells. Most terminals and tmux 3.3
draw its parts beside each other, or a symbol with a variation selector in one cell: then the rest of the row shifts
into the next pane, and parts of an older row stay on the screen. So the first sign alone is drawn, in as many cells.
"""

import re

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_EMOJI = "\xa9\xae\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_SEQUENCE = re.compile(rf"(.)(?:[\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]|\u200d[{_EMOJI}])+\u20e3?")
_IN_ASCII = {
    **dict.fromkeys("▌▎│┃", "|"),
    **dict.fromkeys("─━═\u2013\u2014", "-"),
    **dict.fromkeys("└╰╯", "`"),
    **dict.fromkeys("╭╮…·", "."),
    **dict.fromkeys("“”", '"'),
    **dict.fromkeys("\u2018\u2019", "'"),
    "▸": ">",
    "▾": "v",
    "●": "*",
    "○": "o",
    "◌": "~",
    "•": "-",
    "←": "<",
    "→": ">",
    "↑": "^",
    "↓": "v",
}


class PlainGlyphs(LineFilter):
    """Takes emoji sequences apart in what is drawn; what is stored, copied and sent keeps them."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 (the base's)
        """The line with the first sign of each sequence."""
        return [_plain(segment) for segment in segments]


class WritableGlyphs(LineFilter):
    """Replaces what the terminal's encoding has no bytes for, in as many cells: our signs by ASCII ones."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 (the base's)
        """The line as it can be written."""
        return [each if each.text.isascii() else each._replace(text=self._written(each.text)) for each in segments]

    def _written(self, text: str) -> str:
        return "".join(char if self._can_write(char) else _IN_ASCII.get(char, "?" * cell_len(char)) for char in text)

    def _can_write(self, char: str) -> bool:
        try:
            char.encode(self._encoding)
        except UnicodeEncodeError:
            return False
        return True


def glyph_filters(encoding: str | None) -> tuple[LineFilter, ...]:
    """What a terminal of this encoding needs; one that tells none is taken for UTF-8, as Textual takes it."""
    name = (encoding or "utf-8").lower().replace("_", "-")
    return (PlainGlyphs(),) if name.startswith("utf") else (PlainGlyphs(), WritableGlyphs(name))


def _plain(segment: Segment) -> Segment:
    text = segment.text
    if text.isascii() or not _SEQUENCE.search(text):
        return segment
    return segment._replace(text=_SEQUENCE.sub(_first, text))


def _first(sequence: re.Match[str]) -> str:
    return set_cell_size(sequence[1], cell_len(sequence[0]))
