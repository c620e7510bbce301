"""The line at the foot of every screen: its six main keys, also while an input has the focus."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content

from tuimail.ui.key_names import pretty
from tuimail.ui.widgets.word_line import WordLine

GAP = 3
"""Cells between two hints."""
Pairs = Sequence[tuple[str, str]]


class HintLine(WordLine):
    """Pairs of key and word, as many as fit; Textual's Footer hides keys that a focused input takes.

    Keys are given by Textual's names, several with spaces between them. The last hint is the way out.
    """

    DEFAULT_CSS = """
    HintLine { dock: bottom; height: 1; padding: 0 1; color: $muted; background: $panel; }
    """

    def __init__(self, pairs: Pairs = (), *, id: str | None = None) -> None:  # noqa: A002 (Textual's word)
        super().__init__(id=id)
        self._pairs = _named(pairs)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """What is shown now, before fitting."""
        return self._pairs

    def show(self, pairs: Pairs) -> None:
        """Replace the hints."""
        named = _named(pairs)
        if named != self._pairs:
            self._pairs = named
            self.refresh()

    def render(self) -> Content:
        """As many hints as fit, whole ones only."""
        parts: list[Content | str | tuple[str, str]] = []
        for key, words in fitting(self._pairs, self.content_size.width):
            if parts:
                parts.append(" " * GAP)
            parts += [(key, "bold $foreground"), (f" {words}", "")]
        return Content.assemble(*parts)


def fitting(pairs: Pairs, width: int) -> Pairs:
    """The hints that fit, in their order; the last one stays where any does, since it is the way out."""
    if not pairs:
        return ()
    left = width - _cells(pairs[-1])
    for place, pair in enumerate(pairs[:-1]):
        left -= _cells(pair) + GAP
        if left < 0:
            return (*pairs[:place], pairs[-1])
    return pairs


def _cells(pair: tuple[str, str]) -> int:
    return cell_len(" ".join(pair))


def _named(pairs: Pairs) -> tuple[tuple[str, str], ...]:
    return tuple((pretty(keys.split()), words) for keys, words in pairs)
