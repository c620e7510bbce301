"""A line that says for some seconds what just happened, and how to take it back."""

from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

SHOWN_S = 6.0


class Notice(Static):
    """Lies over a whole line at the foot of the screen, so that no torn words show beside it; takes no focus."""

    DEFAULT_CSS = """
    Notice {
        layer: notice; dock: bottom; display: none; height: 1; width: 100%; padding: 0 2;
        offset-y: -2; background: $selection; color: $foreground;
    }
    """
    can_focus = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's word)
        super().__init__("", id=id, markup=False)
        self._timer: Timer | None = None
        self.words = ""

    def tell(self, words: str, *, undo_key: str = "") -> None:
        """Show the words; with a key, how to undo."""
        self.words = words
        hint = [("   ", ""), (undo_key, "bold $accent"), (" undoes", "$muted")] if undo_key else []
        self.update(Content.assemble(words, *hint))
        self.display = bool(words)
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(SHOWN_S, self.hide)

    def hide(self) -> None:
        """Take it away."""
        self.display = False
