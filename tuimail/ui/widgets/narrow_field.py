"""The field that narrows the open list."""

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message as UIMessage
from textual.widgets import Input

WAIT_S = 0.08
"""After a letter, before the list is asked for: most people type the next one sooner."""


class NarrowField(Vertical):
    """Put on the screen when it is first needed, since a start that does not narrow should not pay for it."""

    DEFAULT_CSS: ClassVar[str] = """
    NarrowField { height: 1; }
    NarrowField Input { border: none; height: 1; padding: 0 2; background: $selection; }
    """

    class Typed(UIMessage):
        """Other words stand in the field."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    class Left(UIMessage):
        """The keys go back to the list; ``is_over``: and the list is whole again."""

        def __init__(self, *, is_over: bool) -> None:
            super().__init__()
            self.is_over = is_over

    def __init__(self, words: str) -> None:
        super().__init__()
        self._input = Input(words, placeholder="show only what matches, such as from:mara is:unread", compact=True)
        self._told = words

    def compose(self) -> ComposeResult:
        """The field."""
        yield self._input

    def on_mount(self) -> None:
        """The keys go here."""
        self.begin(self._told)

    def begin(self, words: str) -> None:
        """Show the field with these words and give it the keys."""
        self.display = True
        self._told = words
        self._input.value = words
        self._input.focus()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        words = event.value.strip()

        def tell() -> None:
            if self._input.value.strip() == words != self._told:
                self._told = words
                self.post_message(self.Typed(words))

        self.set_timer(WAIT_S, tell)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        words = event.value.strip()
        if words != self._told:
            self._told = words
            self.post_message(self.Typed(words))
        self.display = bool(words)
        self.post_message(self.Left(is_over=False))

    def on_key(self, event: events.Key) -> None:
        """Down goes to the list; Esc ends the narrowing."""
        if event.key in {"escape", "down"}:
            event.stop()
            is_over = event.key == "escape"
            if is_over:
                self.display = False
                self._told = ""
            self.post_message(self.Left(is_over=is_over))
