"""Everything that is kept on this machine: each thing with its size, age and purpose, and a way to delete or export."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets.option_list import Option

from tuimail.domain.ids import AccountId
from tuimail.domain.keeping import DELETABLE, KeptThing
from tuimail.ui.fit import plural, size
from tuimail.ui.screens.question import Question
from tuimail.ui.widgets.dialog import Words
from tuimail.ui.widgets.hint_line import HintLine
from tuimail.ui.widgets.plain_list import PlainList

_HINTS = (("d", "delete"), ("m", "export mail"), ("r", "export records"), ("j k", "choose"), ("escape", "back"))


class KeptScreen(Screen[None]):
    """Shows things and posts what is wanted of them; a deletion is asked about first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "delete", "Delete this", id="kept.delete"),
        Binding("m", "export_mail", "Export the mail of its account", id="kept.mail"),
        Binding("r", "export_records", "Export our records as JSON", id="kept.records"),
        Binding("c", "cancel", "Cancel the export", id="kept.cancel"),
        Binding("q,escape", "back", "Back", id="kept.back"),
    ]
    DEFAULT_CSS = """
    KeptScreen { background: $background; }
    KeptScreen > Words { padding: 0 2; margin: 1 0; height: auto; }
    KeptScreen #purpose { dock: bottom; margin: 0 0 1 0; min-height: 2; color: $muted; }
    """

    @dataclass
    class DeleteWanted(Message):
        """The person said yes."""

        thing: KeptThing

    @dataclass
    class MailWanted(Message):
        """The mail of this account as files."""

        account: AccountId

    class RecordsWanted(Message):
        """Our own records as JSON."""

    class CancelWanted(Message):
        """No export after all."""

    class Closed(Message):
        """Go back."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self._things: tuple[KeptThing, ...] = ()

    def compose(self) -> ComposeResult:
        """The sum, the things, what the one under the cursor is for."""
        yield Words("Looking…", id="sum")
        yield PlainList()
        yield Words("", id="purpose")
        yield HintLine(_HINTS)

    def on_mount(self) -> None:
        """Keys go to the list."""
        self.query_one(PlainList).focus()

    def show_things(self, things: Sequence[KeptThing]) -> None:
        """Replace the list; the cursor stays where it was."""
        self._things = tuple(things)
        rows = self.query_one(PlainList)
        at = rows.highlighted or 0
        rows.clear_options()
        rows.add_options(Option(thing_row(thing, now=self._now())) for thing in self._things)
        rows.highlighted = min(at, len(self._things) - 1) if self._things else None
        files = {thing.where: thing.size_bytes for thing in self._things if thing.count is None}
        total = size(sum(files.values()))
        legend = ("  d: can go by itself", "$muted")
        head = Content.assemble(("Kept on this machine", "bold $primary"), f"  {total} in all", legend)
        self.query_one("#sum", Words).show(head)
        self._show_purpose()

    def show_progress(self, words: str) -> None:
        """How far an export is."""
        self.query_one("#purpose", Words).show(f"{words}  (c cancels)")

    def on_option_list_option_highlighted(self) -> None:
        """Another thing under the cursor."""
        self._show_purpose()

    def action_delete(self) -> None:
        """Ask, then delete."""
        thing = self._current()
        if thing is None:
            return
        if not thing.can_delete:
            words = "This goes with a sign-out (settings, x), or is yours to delete." if thing.size_bytes else "Empty."
            self.query_one("#purpose", Words).show(words)
            return

        def answered(is_yes: bool | None) -> None:
            if is_yes:
                self.post_message(self.DeleteWanted(thing))

        question = Question(
            f"Delete: {thing.kind.value}?",
            (DELETABLE[thing.kind], thing.where),
            yes="delete",
            no="keep",
            destructive=True,
        )
        self.app.push_screen(question, answered)

    def action_export_mail(self) -> None:
        """Ask where to."""
        thing = self._current()
        if thing is not None and thing.account is not None:
            self.post_message(self.MailWanted(thing.account))
        else:
            self.query_one("#purpose", Words).show("Choose a row of the account whose mail is to be exported.")

    def action_export_records(self) -> None:
        """Ask where to."""
        self.post_message(self.RecordsWanted())

    def action_cancel(self) -> None:
        """Give an export up."""
        self.post_message(self.CancelWanted())

    def action_back(self) -> None:
        """Go back."""
        self.post_message(self.Closed())

    def _current(self) -> KeptThing | None:
        index = self.query_one(PlainList).highlighted
        return self._things[index] if index is not None and index < len(self._things) else None

    def _show_purpose(self) -> None:
        thing = self._current()
        self.query_one("#purpose", Words).show(
            f"{thing.purpose[:1].upper()}{thing.purpose[1:]}.\n{thing.where}" if thing else ""
        )


def thing_row(thing: KeptThing, *, now: datetime) -> Content:
    """Whose, what, how much, how old."""
    owner = str(thing.account or "tuimail")
    amount = size(thing.size_bytes) if thing.size_bytes else ""
    if thing.count is not None:
        amount = f"{thing.count:,}" + (f", {amount}" if amount else "")
    sign = "d" if thing.can_delete else " "
    return Content.assemble(
        (f"{sign} ", "bold $accent"),
        (f"{owner[:14]:<15}", "bold"),
        f"{thing.kind.value:<19}",
        f"{amount:>18}  ",
        (age_words(thing.changed_at, now=now), "$muted"),
    )


def age_words(then: datetime | None, *, now: datetime) -> str:
    """How long ago, in the largest unit."""
    if then is None:
        return ""
    seconds = max(0, int((now - then).total_seconds()))
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            return f"{plural(seconds // length, unit)} old"
    return "just written"
