"""The line above the list: what it shows, and the columns that a click sorts it by."""

from textual.content import Content
from textual.events import Click
from textual.message import Message as UIMessage

from tuimail.domain.listing import SortBy
from tuimail.ui.heading import GAP, Heading, Line, fitted
from tuimail.ui.widgets.word_line import WordLine


class ListTitle(WordLine):
    """Repaints itself alone, as ``PaneTitle`` does."""

    DEFAULT_CSS = "ListTitle { height: 1; width: 1fr; padding: 0 2; background: $panel; }"

    class SortWanted(UIMessage):
        """A column's name was clicked."""

        def __init__(self, sort: SortBy) -> None:
            super().__init__()
            self.sort = sort

    def __init__(self) -> None:
        super().__init__()
        self._shown = (Heading(), False)

    def show(self, heading: Heading, *, focused: bool) -> None:
        """Replace what it says."""
        if (heading, focused) != self._shown:
            self._shown = (heading, focused)
            self.refresh()

    def render(self) -> Content:
        """The form that fits."""
        line, focused = self._line(), self._shown[1]
        pieces = [(line.name, "bold $primary" if focused else "bold $foreground")]
        if line.detail:
            pieces.append((" " * GAP + line.detail, "$muted"))
        words = Content.assemble(*pieces)
        for label in line.labels:
            blank = " " * (label.at - words.cell_length)
            words = Content.assemble(words, blank, (label.text, "$foreground" if label.is_current else "$muted"))
        return words

    def on_click(self, event: Click) -> None:
        """Sort by the column whose name is there; again reverses."""
        at = event.x - self.styles.padding.left
        for label in self._line().labels:
            if label.at <= at < label.at + len(label.text):
                self.post_message(self.SortWanted(label.sort))

    def _line(self) -> Line:
        return fitted(self._shown[0], self.content_size.width)
