"""The box in the middle of a modal screen; scrolls by itself where the window is too small for it."""

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static


class Dialog(VerticalScroll):
    """Holds a modal screen's words and choices."""

    DEFAULT_CSS = """
    Dialog {
        width: 78; max-width: 100%; height: auto; max-height: 100%;
        border: round $line; background: $surface; padding: 0 2;
        scrollbar-size-vertical: 1;
        &:focus { border: round $line; }
        & > Static { width: 1fr; height: auto; margin-bottom: 1; }
        & > Facts { margin-bottom: 1; }
    }
    """

    def __init__(self, *, wide: bool = False, scrolls_by_key: bool = False) -> None:
        super().__init__(can_focus=scrolls_by_key)
        if wide:
            self.styles.width = 92


class Words(Static):
    """A paragraph of plain words: never markup, selectable."""

    def __init__(self, words: str | Content = "", *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 (Textual's word)
        super().__init__(_content(words), id=id, classes=classes, markup=False)

    def show(self, words: str | Content) -> None:
        """Replace the words; without any the paragraph takes no room."""
        content = _content(words)
        self.update(content)
        self.display = bool(content)


def title(words: str, *, tail: str = "") -> Words:
    """The first line of a dialog: what it is about in bold, then whom it concerns."""
    parts: list[tuple[str, str]] = [(words, "bold $primary")]
    if tail:
        parts.append((f"  {tail}", "$muted"))
    return Words(Content.assemble(*parts))


def _content(words: str | Content) -> Content:
    return words if isinstance(words, Content) else Content(words)
