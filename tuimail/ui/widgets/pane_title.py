"""The line over a pane: its name, a muted detail, and whether the keys go there."""

from textual.content import Content

from tuimail.ui.fit import truncate
from tuimail.ui.widgets.word_line import WordLine


class PaneTitle(WordLine):
    """Repaints itself alone when its words change; a Static would lay the whole screen out anew for each key."""

    DEFAULT_CSS = "PaneTitle { height: 1; width: 1fr; padding: 0 2; background: $panel; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's word)
        super().__init__(id=id)
        self._shown = ("", "", False)

    def show(self, words: str, detail: str = "", *, focused: bool) -> None:
        """Replace what it says."""
        shown = (words, detail, focused)
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def render(self) -> Content:
        """Name, then detail where there is room."""
        words, detail, focused = self._shown
        width = self.content_size.width
        name = truncate(words, width)
        rest = truncate(f"   {detail}", width - len(name)) if detail else ""
        return Content.assemble((name, "bold $primary" if focused else "bold $foreground"), (rest, "$muted"))
