"""The account as it would be written: what matters on one screen, the details behind a key, each to be changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from msgspec.structs import asdict
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from tuimail.domain.clean import clean_line
from tuimail.domain.setup import ClientNeed, Proposal, Step
from tuimail.ui.screens.setup.fields import FIELDS, NEXT, PERMISSIONS, SIGN_INS
from tuimail.ui.screens.setup.form import Typed
from tuimail.ui.widgets.address_input import LineInput
from tuimail.ui.widgets.cycle import Cycle
from tuimail.ui.widgets.dialog import Words
from tuimail.ui.widgets.draft_fields import FieldRow
from tuimail.ui.widgets.hint_line import HintLine
from tuimail.ui.widgets.setup_steps import SetupSteps

_BUSY_HINTS = (("escape", "stop"),)


class ProposalScreen(Screen[None]):
    """Posts ``Accepted`` with every field; shows what is wrong and what was tried."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", id="proposal.back"),
        Binding("enter", "accept", "Go on", id="proposal.accept"),
        Binding("f2", "details", "All fields, or the main ones", id="proposal.details"),
        # Before the field sees them: the letters that follow in a burst then go to the next field.
        Binding("tab,down", "app.focus_next", "Next field", show=False, priority=True, id="proposal.next"),
        Binding("shift+tab,up", "app.focus_previous", "Field before", show=False, priority=True, id="proposal.before"),
    ]
    DEFAULT_CSS = """
    ProposalScreen { background: $background; }
    ProposalScreen VerticalScroll { height: 1fr; padding: 0 2; scrollbar-size-vertical: 1; }
    ProposalScreen #head { height: auto; padding: 0 2; margin-bottom: 1; }
    ProposalScreen FieldRow .label { width: 18; }
    ProposalScreen FieldRow .problem { padding-left: 18; }
    ProposalScreen #next { color: $muted; margin-top: 1; }
    ProposalScreen #about { dock: bottom; height: 2; padding: 0 2; margin-bottom: 1; color: $muted; }
    ProposalScreen #words { margin-top: 1; height: auto; color: $warning; display: none; }
    ProposalScreen SetupSteps { margin-top: 1; }
    """

    @dataclass
    class Accepted(Message):
        """The fields as they stand."""

        typed: Typed

    @dataclass
    class ProviderChosen(Message):
        """Another preset: its values belong into the fields."""

        provider: str

    class Left(Message):
        """Esc."""

    def __init__(
        self,
        proposal: Proposal,
        typed: Typed,
        *,
        providers: Sequence[tuple[str, str]],
        steps: Sequence[Step] = (),
    ) -> None:
        super().__init__()
        self._steps = tuple(steps)
        self._proposal = proposal
        self._controls: dict[str, Widget] = {
            name: _control(name, value, providers) for name, value in asdict(typed).items() if name in FIELDS
        }
        self._rows = {name: FieldRow(FIELDS[name].label, self._controls[name]) for name in FIELDS}
        self._shows_details = True

    def compose(self) -> ComposeResult:
        """The rows, then what was tried."""
        yield Words(_head(self._proposal), id="head")
        with VerticalScroll(can_focus=False):
            yield from self._rows.values()
            yield Words(id="next")
            yield Words(id="words")
            yield SetupSteps(id="steps")
        yield Words(id="about")
        yield HintLine()

    def on_mount(self) -> None:
        """The name is what nobody can find out."""
        self._show_details(not self._proposal.is_complete)
        self._show_client(self._proposal)
        self.show_steps(self._steps)
        self._controls["name"].focus()

    def fill(self, proposal: Proposal, typed: Typed) -> None:
        """Put another proposal into the fields."""
        self._proposal = proposal
        self.query_one("#head", Words).show(_head(proposal))
        for name, value in asdict(typed).items():
            control = self._controls[name]
            if isinstance(control, Cycle):
                control.show(value)
            elif isinstance(control, Input):
                control.value = value
        self._show_client(proposal)

    def show_steps(self, steps: Sequence[Step]) -> None:
        """What was tried so far."""
        self.query_one(SetupSteps).show_steps(steps)

    def show_words(self, words: str) -> None:
        """A sentence under the fields."""
        sentence = self.query_one("#words", Words)
        sentence.show(f"! {words}" if words else "")
        if words:
            # On top, so that what was tried stands below it in a small window, too.
            self.call_after_refresh(sentence.scroll_visible, animate=False, top=True)

    def show_problem(self, field: str, words: str) -> None:
        """What is wrong with a field, which gets the cursor."""
        if FIELDS[field].is_detail:
            self._show_details(True)
        self._rows[field].show_problem(words)
        self._controls[field].focus()

    def show_busy(self, busy: bool) -> None:
        """Whether servers are being tried."""
        self.query_one(HintLine).show(_BUSY_HINTS if busy else self._hints)

    def action_accept(self) -> None:
        """Go on with what stands there."""
        for row in self._rows.values():
            row.show_problem("")
        self.show_words("")
        self.post_message(self.Accepted(Typed(**{name: self._value(name) for name in FIELDS})))

    def action_details(self) -> None:
        """Show all fields, or the main ones."""
        self._show_details(not self._shows_details)

    def action_leave(self) -> None:
        """Stop trying, or go back to the address."""
        self.post_message(self.Left())

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Say what the field is for."""
        field = FIELDS.get(event.widget.id or "")
        self.query_one("#about", Words).update(field.about if field else "")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_accept()

    @on(Cycle.Changed)
    def _turned(self, event: Cycle.Changed) -> None:
        event.stop()
        if event.cycle.id == "provider":
            self.post_message(self.ProviderChosen(event.cycle.value))

    @property
    def _hints(self) -> tuple[tuple[str, str], ...]:
        words = "fewer fields" if self._shows_details else "all fields"
        return (("enter", "go on"), ("tab", "next field"), ("f2", words), ("escape", "back"))

    def _show_details(self, shown: bool) -> None:
        self._shows_details = shown
        for name, row in self._rows.items():
            row.display = shown or not FIELDS[name].is_detail
        if not shown and self.focused is not None and FIELDS[self.focused.id or "name"].is_detail:
            self._controls["imap"].focus()
        self.query_one(HintLine).show(self._hints)

    def _value(self, name: str) -> str:
        control = self._controls[name]
        if isinstance(control, Cycle):
            return control.value
        return clean_line(control.value) if isinstance(control, Input) else ""

    def _show_client(self, proposal: Proposal) -> None:
        self.query_one("#next", Words).show(NEXT[proposal.client])
        field = self._controls["client_id"]
        if isinstance(field, Input):
            field.placeholder = {
                ClientNeed.REGISTERS: "none needed: tuimail is registered at the first sign-in",
                ClientNeed.OWN: "the next screen helps you to one",
                ClientNeed.NONE: "none",
            }[proposal.client]


def _control(name: str, value: str, providers: Sequence[tuple[str, str]]) -> Widget:
    choices = {"provider": providers, "sign_in": SIGN_INS, "permissions": PERMISSIONS}
    if name in choices:
        return Cycle(choices[name], value, id=name)
    return LineInput(value, id=name, placeholder=FIELDS[name].placeholder)


def _head(proposal: Proposal) -> Content:
    source = (
        proposal.source or "Nothing was found. Fill in what your provider's help pages say; below is who was asked."
    )
    return Content.assemble(("Add an account", "bold $primary"), f"  {proposal.address}\n", (source, "$muted"))
