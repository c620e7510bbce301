"""The assistant's first question, and what it finds while one watches."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input

from tuimail.domain.clean import clean_line
from tuimail.domain.setup import Step
from tuimail.ui.widgets.address_input import LineInput
from tuimail.ui.widgets.dialog import Dialog, Words, title
from tuimail.ui.widgets.hint_line import HintLine
from tuimail.ui.widgets.setup_steps import SetupSteps

_HINTS = (("enter", "look for its settings"), ("escape", "back"))
_LOOKING_HINTS = (("escape", "stop"),)


class AddressScreen(Screen[None]):
    """Posts what is wanted; the flow shows steps and goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back", id="address.back")]
    DEFAULT_CSS = """
    AddressScreen { align: center middle; background: $background; }
    AddressScreen LineInput { margin-bottom: 1; background: $panel; }
    AddressScreen #problem { color: $warning; display: none; }
    """

    @dataclass
    class Given(Message):
        """An address to look for."""

        address: str

    class Left(Message):
        """Esc."""

    def compose(self) -> ComposeResult:
        """Words, the field, what is found, keys."""
        with Dialog(wide=True):
            yield title("Add an account")
            yield Words(
                "Your mail address. tuimail looks for its settings at the address's own domain, and shows every place"
                " that it asks. No password is asked for."
            )
            yield LineInput("", id="address", placeholder="you@example.org")
            yield Words(id="problem")
            yield SetupSteps(id="steps")
        yield HintLine(_HINTS)

    def on_mount(self) -> None:
        """The field takes the keys."""
        self.query_one(LineInput).focus()

    def show_steps(self, steps: Sequence[Step]) -> None:
        """What was asked so far."""
        self.query_one(SetupSteps).show_steps(steps)

    def show_problem(self, words: str) -> None:
        """Why nothing came of it; the field is the person's again."""
        self.query_one("#problem", Words).show(f"! {words}" if words else "")
        self.rest()

    def look(self, address: str) -> None:
        """The settings of this address are being looked for."""
        field = self.query_one(LineInput)
        field.value, field.disabled = address, True
        self.query_one(HintLine).show(_LOOKING_HINTS)

    def rest(self) -> None:
        """Nothing is being looked for."""
        field = self.query_one(LineInput)
        field.disabled = False
        field.focus()
        self.query_one(HintLine).show(_HINTS)

    @on(Input.Submitted)
    def _given(self, event: Input.Submitted) -> None:
        event.stop()
        address = clean_line(event.value)
        if address:
            self.query_one("#problem", Words).show("")
            self.query_one(SetupSteps).show(())
            self.look(address)
            self.post_message(self.Given(address))

    def action_leave(self) -> None:
        """Stop looking, or go back."""
        self.post_message(self.Left())
