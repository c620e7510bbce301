"""A line above the mail for what lasts: a sign-in that ended, a second window that may only read."""

from textual.content import Content
from textual.widgets import Static


class Banner(Static):
    """Shows its words until they are taken away; never takes the focus."""

    DEFAULT_CSS = """
    Banner {
        dock: top; display: none; height: auto; max-height: 2; padding: 0 2;
        background: $panel; color: $warning; text-style: bold;
    }
    """
    can_focus = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's word)
        super().__init__("", id=id, markup=False)
        self.words = ""

    def show(self, words: str) -> None:
        """Show the words, or nothing."""
        if words != self.words:
            self.words = words
            self.update(Content(f"! {words}" if words else ""))
            self.display = bool(words)
