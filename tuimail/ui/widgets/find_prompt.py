"""Asks for the words to find in the text of a draft."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from tuimail.ui.widgets.address_input import LineInput
from tuimail.ui.widgets.dialog import Words


class FindPrompt(Horizontal):
    """One line at the foot of the composer: the text follows what is typed, Enter goes on, Esc goes back to it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back to the text", show=False, id="find.leave"),
        Binding("down", "step(False)", "Next place", show=False, id="find.next"),
        Binding("up", "step(True)", "Place before", show=False, id="find.before"),
    ]
    DEFAULT_CSS = """
    FindPrompt { height: 2; display: none; padding: 0 1; background: $surface; border-top: heavy $accent; }
    FindPrompt .label { width: 18; color: $muted; }
    FindPrompt #places { width: auto; color: $muted; }
    FindPrompt Input { width: 1fr; background: transparent; }
    """

    @dataclass
    class Wanted(Message):
        """Find this, from the cursor on; ``is_next``: and not where it stands already."""

        words: str
        is_next: bool = False
        is_backwards: bool = False

    class Left(Message):
        """Back to the text, with what was found selected in it."""

    def compose(self) -> ComposeResult:
        """Label, field, where one is."""
        yield Words("Find in the text", classes="label")
        yield LineInput("", id="words")
        yield Words(id="places")

    def open(self) -> None:
        """Show it with what was looked for last, which typing replaces."""
        self.display = True
        field = self.query_one(LineInput)
        field.select_all()
        field.focus()

    def close(self) -> None:
        """Hide it."""
        self.display = False

    def tell(self, place: int, count: int) -> None:
        """Which of how many places is shown; 0 of 0 if it is nowhere."""
        words = f"{place:,} of {count:,}" if count else "nowhere" if self.query_one(LineInput).value else ""
        self.query_one("#places", Words).show(words)

    def action_leave(self) -> None:
        """Back to the text."""
        self.post_message(self.Left())

    def action_step(self, is_backwards: bool) -> None:
        """The next place, or the one before."""
        self.post_message(self.Wanted(self.query_one(LineInput).value, is_next=True, is_backwards=is_backwards))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Wanted(event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_step(False)
