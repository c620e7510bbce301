"""Asks for a name."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Input

from tuimail.ui.widgets.dialog import Dialog, Words, title
from tuimail.ui.widgets.hint_line import HintLine


class NamePrompt(ModalScreen[str | None]):
    """Returns the name, or None after Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Cancel", id="name.cancel")]
    DEFAULT_CSS = """
    NamePrompt { align: center middle; background: $background 70%; }
    NamePrompt Input { margin-bottom: 1; background: $panel; }
    """

    def __init__(self, title: str, words: str, *, name: str, yes: str = "save") -> None:
        """``yes`` says what Enter does."""
        super().__init__()
        self._title = title
        self._words = words
        self._yes = yes
        self._field = Input(name, placeholder="name", id="name", compact=True)

    def compose(self) -> ComposeResult:
        """Words, the field, keys."""
        with Dialog():
            yield title(self._title)
            yield Words(self._words)
            yield self._field
        yield HintLine((("enter", self._yes), ("escape", "cancel")))

    @on(Input.Submitted)
    def _given(self) -> None:
        name = self._field.value.strip()
        if name:
            self.dismiss(name)

    def action_leave(self) -> None:
        """Leave without a name."""
        self.dismiss(None)
