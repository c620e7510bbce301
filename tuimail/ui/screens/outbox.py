"""The outbox: each mail on its way with its state in words, and what can be done about it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets.option_list import Option

from tuimail.domain.draft import OutboxItem, OutboxState
from tuimail.domain.ids import AccountId, OutboxId
from tuimail.ui.fit import clock_time, list_date
from tuimail.ui.screens.question import Question
from tuimail.ui.widgets.dialog import Words
from tuimail.ui.widgets.hint_line import HintLine
from tuimail.ui.widgets.plain_list import PlainList

_STATES = {
    OutboxState.QUEUED: ("◷ waiting to be sent", "$accent"),
    OutboxState.SENDING: ("↑ being sent", "$accent"),
    OutboxState.SENT: ("✓ sent", "$success"),
    OutboxState.HELD: ("! not sent", "bold $error"),
    OutboxState.UNKNOWN: ("? may have been sent", "bold $warning"),
}
_ENDED_BADLY = (OutboxState.HELD, OutboxState.UNKNOWN)
EMPTY = "Nothing is on its way. What you send passes through here."
MAX_LISTED = 12
"""Refused recipients that are named."""
TICK_S = 1.0
_MINUTE_S = 60


class OutboxScreen(Screen[None]):
    """Shows items and posts what is wanted of them; a second copy or a discard is asked about first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "retry", "Send again", id="outbox.retry"),
        Binding("e", "edit", "Edit", id="outbox.edit"),
        Binding("d", "discard", "Discard", id="outbox.discard"),
        Binding("s", "check_sent", "Look in Sent", id="outbox.check"),
        Binding("x", "stop", "Stop sending", id="outbox.stop"),
        Binding("z", "undo", "Undo", id="outbox.undo"),
        Binding("q,escape", "back", "Back", id="outbox.back"),
    ]
    DEFAULT_CSS = """
    OutboxScreen { background: $background; }
    OutboxScreen > Words { padding: 0 2; margin: 1 0; height: auto; }
    """

    @dataclass
    class Wanted(Message):
        """Base of the wishes about one item."""

        item: OutboxId
        account: AccountId

    class RetryWanted(Wanted):
        """Send it again: the person's word that a second copy is acceptable."""

    class EditWanted(Wanted):
        """Make it a draft again."""

    class DiscardWanted(Wanted):
        """Drop it."""

    class StopWanted(Wanted):
        """Give it up while it leaves."""

    class UndoWanted(Message):
        """Take back what was done last, such as the last mail in its window."""

    class CheckSentWanted(Wanted):
        """See whether it lies in Sent."""

    class Closed(Message):
        """Go back."""

    def __init__(self, items: Sequence[OutboxItem], *, zone: tzinfo, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._items = tuple(items)
        self._zone = zone
        self._now = now

    def compose(self) -> ComposeResult:
        """A heading, the items, the keys."""
        yield Words(Content.assemble(("Outbox", "bold $primary")), id="heading")
        yield PlainList()
        yield Words(EMPTY, id="empty")
        yield HintLine()

    def on_mount(self) -> None:
        """Show what was given, and count down what waits."""
        self.show_items(self._items)
        self.set_interval(TICK_S, self._count_down)

    def show_items(self, items: Sequence[OutboxItem]) -> None:
        """Replace the list; the cursor stays on its mail."""
        current = self._current()
        self._items = tuple(items)
        if not self.query(PlainList):
            return
        options = self.query_one(PlainList)
        options.clear_options()
        options.add_options(Option(self._words(item)) for item in self._items)
        ids = [item.id for item in self._items]
        options.highlighted = (ids.index(current.id) if current and current.id in ids else 0) if ids else None
        options.display = bool(ids)
        self.query_one("#empty").display = not ids
        options.focus()
        self._show_hints()

    def on_option_list_option_highlighted(self) -> None:
        """Another mail, other keys."""
        self._show_hints()

    def action_retry(self) -> None:
        """Send again; where it may have been sent, ask about the second copy."""
        item = self._current()
        if item is None or item.state not in _ENDED_BADLY:
            return
        if item.state is OutboxState.HELD:
            self.post_message(self.RetryWanted(item.id, item.account))
            return
        words = "The connection broke after the mail was handed over. It may have arrived; a second copy may follow it."
        question = Question("Send it again?", words, yes="send a second time", no="wait", destructive=True)
        self._ask(question, self.RetryWanted(item.id, item.account))

    def action_edit(self) -> None:
        """Make it a draft again."""
        if (item := self._current()) and item.state in (OutboxState.QUEUED, *_ENDED_BADLY):
            self.post_message(self.EditWanted(item.id, item.account))

    def action_discard(self) -> None:
        """Drop a mail that did not go; this one has no undo."""
        item = self._current()
        if item is None or item.state not in _ENDED_BADLY:
            return
        question = Question(
            "Discard this mail?",
            f"“{item.subject or '(no subject)'}” is nowhere else.",
            yes="discard it",
            no="keep it",
            destructive=True,
        )
        self._ask(question, self.DiscardWanted(item.id, item.account))

    def action_check_sent(self) -> None:
        """Look in Sent."""
        if (item := self._current()) and item.state is OutboxState.UNKNOWN:
            self.post_message(self.CheckSentWanted(item.id, item.account))

    def action_stop(self) -> None:
        """Give a mail up that is leaving; nothing is lost, it stays here."""
        if (item := self._current()) and item.state is OutboxState.SENDING:
            self.post_message(self.StopWanted(item.id, item.account))

    def action_undo(self) -> None:
        """Take the last action back."""
        self.post_message(self.UndoWanted())

    def action_back(self) -> None:
        """Go back."""
        self.post_message(self.Closed())

    def _ask(self, question: Question, wish: Message) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                self.post_message(wish)

        self.app.push_screen(question, answered)

    def _words(self, item: OutboxItem) -> Content:
        return item_words(item, now=self._now(), zone=self._zone)

    def _count_down(self) -> None:
        for place, item in enumerate(self._items):
            if item.state is OutboxState.QUEUED and item.send_at:
                self.query_one(PlainList).replace_option_prompt_at_index(place, self._words(item))

    def _current(self) -> OutboxItem | None:
        index = self.query_one(PlainList).highlighted if self.query(PlainList) else None
        return self._items[index] if index is not None and index < len(self._items) else None

    def _show_hints(self) -> None:
        self.query_one(HintLine).show(hints(self._current()))


def hints(item: OutboxItem | None) -> tuple[tuple[str, str], ...]:
    """The keys that do something for this item."""
    back = (("escape", "back"),)
    if item is None or item.state is OutboxState.SENT:
        return back
    if item.state is OutboxState.SENDING:
        return (("x", "stop"), *back)
    if item.state is OutboxState.QUEUED:
        undo = () if item.words else (("z", "undo"),)
        return (*undo, ("e", "edit again"), *back)
    look = (("s", "look in Sent"),) if item.state is OutboxState.UNKNOWN else ()
    again = "send again"
    if item.accepted and item.refused:
        count = len(item.refused)
        again = "send to the refused one alone" if count == 1 else f"send to the {count:,} refused alone"
    return (*look, ("r", again), ("e", "edit"), ("d", "discard"), *back)


def item_words(item: OutboxItem, *, now: datetime, zone: tzinfo) -> Content:
    """Subject, recipients and time, the state with its reason, and who has it and who was refused."""
    state, style = _STATES[item.state]
    if item.state is OutboxState.QUEUED and item.send_at and item.send_at > now:
        state = _waiting(item, item.send_at, now=now, zone=zone)
    parts: list[tuple[str, str]] = [
        (item.subject or "(no subject)", "bold"),
        (f"\nto {', '.join(item.recipients)}, written {list_date(item.queued_at, now=now, zone=zone)}", ""),
        (f"\n{state}", style),
    ]
    if item.words:
        parts.append((f": {item.words}", ""))
    if item.accepted and item.refused:
        parts.append((f"\n  ✓ {_some(item.accepted)} {'has' if len(item.accepted) == 1 else 'have'} it", "$success"))
    for address, words in item.refused[:MAX_LISTED]:
        parts += [(f"\n  ! {address}", "$error"), (f": {words}", "") if words else ("", "")]
    if len(item.refused) > MAX_LISTED:
        parts.append((f"\n  ! and {len(item.refused) - MAX_LISTED:,} more", "$error"))
    if item.state is OutboxState.UNKNOWN:
        parts.append(("\nLook in Sent or ask the recipient before you send it again.", "$muted"))
    return Content.assemble(*parts)


def _waiting(item: OutboxItem, send_at: datetime, *, now: datetime, zone: tzinfo) -> str:
    """The seconds in which it can be taken back; after a failure the next try, which may be far."""
    left_s = max(1, round((send_at - now).total_seconds()))
    if not item.words:
        return f"◷ leaves in {left_s} s, z takes it back"
    left = f"{left_s} s" if left_s < _MINUTE_S else f"{round(left_s / _MINUTE_S)} min"
    return f"◷ next try at {clock_time(send_at, zone=zone)}, in {left}"


def _some(addresses: Sequence[str]) -> str:
    """The first of them, and how many more."""
    first = ", ".join(addresses[:3])
    return f"{first} and {len(addresses) - 3:,} more" if len(addresses) > 3 else first  # noqa: PLR2004 (as above)
