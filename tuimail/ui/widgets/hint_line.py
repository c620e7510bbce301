"""The line at the foot of every screen: its six main keys, also while an input has the focus."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content

from tuimail.ui.widgets.word_line import WordLine

GAP = 3
"""Cells between two hints."""


class HintLine(WordLine):
    """Pairs of key and word, as many as fit; Textual's Footer hides keys that a focused input takes."""

    DEFAULT_CSS = """
    HintLine { dock: bottom; height: 1; padding: 0 1; color: $muted; background: $panel; }
    """

    def __init__(self, pairs: Sequence[tuple[str, str]] = (), *, id: str | None = None) -> None:  # noqa: A002 (Textual's word)
        super().__init__(id=id)
        self._pairs = tuple(pairs)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """What is shown now, before fitting."""
        return self._pairs

    def show(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Replace the hints."""
        if tuple(pairs) != self._pairs:
            self._pairs = tuple(pairs)
            self.refresh()

    def render(self) -> Content:
        """As many hints as fit, whole ones only."""
        parts: list[Content | str | tuple[str, str]] = []
        left = self.content_size.width
        for key, words in self._pairs:
            width = cell_len(key) + 1 + cell_len(words) + (GAP if parts else 0)
            if width > left:
                break
            left -= width
            if parts:
                parts.append(" " * GAP)
            parts += [(key, "bold $foreground"), (f" {words}", "")]
        return Content.assemble(*parts)
