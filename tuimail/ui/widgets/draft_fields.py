"""The header of a draft: From, To, Cc, Bcc and Subject, each with its problem under it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from tuimail.domain.address import parse_typed
from tuimail.domain.address_book import Group, Person
from tuimail.domain.clean import clean_line
from tuimail.domain.draft import Draft, FieldProblem, Identity
from tuimail.ui.widgets.address_input import AddressInput, LineInput
from tuimail.ui.widgets.completions import Completions
from tuimail.ui.widgets.dialog import Words
from tuimail.ui.widgets.sender_picker import SenderPicker


class FieldRow(Vertical):
    """A label, its control, and a line for what is wrong with it."""

    DEFAULT_CSS = """
    FieldRow { height: auto; }
    FieldRow > Horizontal { height: 1; }
    FieldRow .label { width: 9; color: $muted; }
    FieldRow .label.-current { color: $accent; text-style: bold; }
    FieldRow Input { width: 1fr; background: transparent; }
    FieldRow Input:focus { background: $selection 60%; background-tint: transparent; }
    FieldRow .problem { padding-left: 9; color: $error; display: none; }
    """

    def __init__(self, label: str, control: Widget) -> None:
        super().__init__()
        self._label = label
        self._control = control

    def compose(self) -> ComposeResult:
        """Label and control beside each other, the problem below."""
        with Horizontal():
            yield Words(self._label, classes="label")
            yield self._control
        if isinstance(self._control, AddressInput):
            yield Completions()
        yield Words(classes="problem")

    def on_descendant_focus(self) -> None:
        """The label says where the cursor is; ``:focus-within`` does not reach it (Textual 8.2)."""
        self.query_one(".label").add_class("-current")

    def on_descendant_blur(self) -> None:
        """The cursor went elsewhere."""
        self.query_one(".label").remove_class("-current")
        for completions in self.query(Completions):
            completions.offer(())

    def show_problem(self, words: str) -> None:
        """What is wrong, or nothing."""
        self.query_one(".problem", Words).show(f"! {words}" if words else "")


class DraftFields(Vertical):
    """Holds the five rows; knows their order and their values."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # Before the field sees them: the letters that follow in a burst then go to the next field.
        Binding("tab", "app.focus_next", "Next field", show=False, priority=True, id="fields.next"),
        Binding("enter", "take_or_next", "Next field, or take the completion", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", "Previous field", show=False, priority=True, id="fields.previous"),
        Binding("down", "choose(1)", "Next completion", show=False, priority=True),
        Binding("up", "choose(-1)", "Previous completion", show=False, priority=True),
        Binding("escape", "close_completions", "Close the completions", show=False, priority=True),
    ]
    DEFAULT_CSS = "DraftFields { height: auto; padding: 0 1; }"

    class Edited(Message):
        """A field has another value now."""

    @dataclass
    class CompletionWanted(Message):
        """Who may be meant by this? ``offer`` takes the answer."""

        typed: str
        besides: frozenset[str]

    @dataclass
    class SenderChanged(Message):
        """The mail is written as somebody else now."""

        before: Identity
        after: Identity

    def __init__(self, draft: Draft, identities: tuple[Identity, ...]) -> None:
        super().__init__()
        self._controls: dict[str, Widget] = {
            "from": SenderPicker(identities, Identity(sender=draft.sender, account=draft.account), id="from"),
            "to": AddressInput(draft.to, id="to", placeholder="name@example.org, another@example.org"),
            "cc": AddressInput(draft.cc, id="cc"),
            "bcc": AddressInput(draft.bcc, id="bcc"),
            "subject": LineInput(draft.subject, id="subject"),
        }
        self._rows = {name: FieldRow(name.capitalize(), control) for name, control in self._controls.items()}

    def compose(self) -> ComposeResult:
        """The rows in their order."""
        yield from self._rows.values()

    @property
    def sender(self) -> Identity:
        """The chosen identity."""
        picker = self._controls["from"]
        assert isinstance(picker, SenderPicker)  # noqa: S101 (made so above, for the checker)
        return picker.value

    def typed(self, name: str) -> str:
        """What stands in a field, cleaned."""
        control = self._controls[name]
        return clean_line(control.value) if isinstance(control, LineInput) else ""

    def fill(self, draft: Draft) -> None:
        """Show the fields of an earlier state; the sender stays."""
        for name, control in self._controls.items():
            if isinstance(control, LineInput):
                control.value = str(getattr(draft, name))

    def focus_field(self, name: str) -> None:
        """Put the cursor into a field, behind what stands there."""
        self._controls[name].focus()

    def show_problems(self, problems: Iterable[FieldProblem]) -> None:
        """Show each problem at its field, several of one field together, and clear the other fields."""
        words: dict[str, list[str]] = {name: [] for name in self._rows}
        for problem in problems:
            words.get(problem.field, []).append(problem.words)
        for name, row in self._rows.items():
            row.show_problem(" ".join(words[name]))

    def offer(self, typed: str, found: Sequence[Person | Group]) -> None:
        """Show who may be meant, if that is still what is being typed."""
        field, completions = self._field, self._completions
        if field is not None and completions is not None and field.piece == typed:
            completions.offer(found)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 (Textual's signature)
        """Arrows and Esc are the list's only while it is open."""
        if action not in {"choose", "close_completions"}:
            return True
        return self._completions is not None and self._completions.is_open

    def action_choose(self, by: int) -> None:
        """Another one of the people."""
        if self._completions is not None:
            self._completions.move(by)

    def action_close_completions(self) -> None:
        """None of them."""
        if self._completions is not None:
            self._completions.offer(())

    def action_take_or_next(self) -> None:
        """Take who is offered. A whole address stays as it was typed unless somebody was chosen on purpose."""
        field, completions = self._field, self._completions
        is_whole = field is not None and bool(parse_typed(field.piece).addresses)
        if field is None or completions is None or not completions.is_open or (is_whole and not completions.was_moved):
            self.app.action_focus_next()
        else:
            field.take(completions.taken)
            completions.offer(())

    @property
    def _field(self) -> AddressInput | None:
        """The field for addresses that has the cursor."""
        focused = self.screen.focused
        return focused if isinstance(focused, AddressInput) and focused.id in self._rows else None

    @property
    def _completions(self) -> Completions | None:
        field = self._field
        return self._rows[field.id].query_one(Completions) if field is not None and field.id is not None else None

    @on(Input.Changed)
    def _field_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.input is self._field and self._completions is not None:
            piece = self._field.piece
            if piece:
                self.post_message(self.CompletionWanted(piece, self._field.others))
            else:
                self._completions.offer(())
        if event.input.id in self._rows and event.input.is_mounted:
            self._rows[event.input.id].show_problem("")
        self.post_message(self.Edited())

    @on(SenderPicker.Changed)
    def _sender_changed(self, event: SenderPicker.Changed) -> None:
        event.stop()
        self._rows["from"].show_problem("")
        self.post_message(self.SenderChanged(event.before, event.after))
