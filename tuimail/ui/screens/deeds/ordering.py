"""The order of the list, and its conversations folded and unfolded."""

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from tuimail.api.commands import LoadThread, OpenMailbox
from tuimail.api.events import Cancelled, Event, Failed, Finished, ListChanged, ListLoaded, ThreadLoaded
from tuimail.domain.ids import CommandId, RowId
from tuimail.domain.listing import ListView, SortBy
from tuimail.ui.conversations import Threads
from tuimail.ui.screens.deeds.desk import Deeds, Desk
from tuimail.ui.state import show_in, with_conversations

REFRESHED = 16
"""So many conversations that were unfolded last are asked for again after news."""

Then = Callable[[ThreadLoaded], None]


class Ordering:
    """Asks the engine for other orders; folds and unfolds single conversations here, in constant time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._then: dict[CommandId, Then] = {}

    def deeds(self) -> Deeds:
        """The actions of this group."""
        sorts = {f"sort_{by.value}": partial(self._sort, by) for by in SortBy}
        return {
            **sorts,
            "reverse": self._reverse,
            "threads": self._toggle_threads,
            "unfold": self._unfold_current,
            "fold": self._fold_current,
            "unfold_all": partial(self._set_all, is_unfolded=True),
            "fold_all": partial(self._set_all, is_unfolded=False),
        }

    def show_in(self, view: ListView) -> None:
        """Ask for the open mailbox in this order."""
        session = self._desk.session
        mailbox = session.state.mailbox
        if mailbox is not None and view != session.state.wanted_view:
            command = session.submit(OpenMailbox(account=session.account, mailbox=mailbox, view=view))
            self._desk.change(show_in(session.state, view, command))

    def unfold(self, row: RowId, then: Then) -> None:
        """Show all messages of the folded conversation that the row stands for, then go on."""

        def loaded(event: ThreadLoaded) -> None:
            state = self._desk.session.state
            threads = dict(state.threads)
            if state.list_view.is_unfolded:
                threads.pop(event.head, None)
            else:
                threads[event.head] = event.rows
            self._change(threads)
            then(event)

        self._load(row, loaded)

    def hear(self, event: Event) -> None:
        """Conversations that were asked for, and news that may have changed those that are unfolded."""
        match event:
            case ThreadLoaded(command=number) if number in self._then:
                self._then.pop(number)(event)
            case Finished(command=number) | Failed(command=number) | Cancelled(command=number) if number is not None:
                self._then.pop(number, None)
            case ListChanged() | ListLoaded() if self._is_open(event):
                self._follow(event)
            case _:
                pass

    # Sorting

    def _sort(self, by: SortBy) -> None:
        if self._is_in_search():
            return
        view = self._desk.session.state.wanted_view
        if view.is_threaded and by is not SortBy.DATE:
            self._desk.tell("Conversations are off while the list is not sorted by date.")
        again = view.sort is by
        self.show_in(
            replace(
                view,
                sort=by,
                is_reversed=again and not view.is_reversed,
                is_threaded=view.is_threaded and by is SortBy.DATE,
                is_unfolded=view.is_unfolded and by is SortBy.DATE,
            )
        )

    def _reverse(self) -> None:
        if not self._is_in_search():
            view = self._desk.session.state.wanted_view
            self.show_in(replace(view, is_reversed=not view.is_reversed))

    # Conversations

    def _toggle_threads(self) -> None:
        if self._is_in_search():
            return
        view = self._desk.session.state.wanted_view
        if view.is_threaded:
            self.show_in(replace(view, is_threaded=False, is_unfolded=False))
        else:
            self.show_in(replace(view, is_threaded=True, sort=SortBy.DATE))

    def _set_all(self, *, is_unfolded: bool) -> None:
        state = self._desk.session.state
        if not self._has_conversations():
            return
        if not is_unfolded:
            self._to_head()
        if state.list_view.is_unfolded == is_unfolded:
            self._change({})
        self.show_in(replace(state.wanted_view, is_unfolded=is_unfolded))

    def _unfold_current(self) -> None:
        row = self._desk.messages.current
        if self._has_conversations() and row is not None and self._desk.messages.is_folded(row):
            self.unfold(row, _nothing)

    def _fold_current(self) -> None:
        messages, state = self._desk.messages, self._desk.session.state
        row = messages.current
        if not self._has_conversations() or row is None or messages.is_folded(row):
            return
        if state.list_view.is_unfolded:
            place = messages.place(row)
            if place is None or place.count > 1:
                self._load(row, self._fold)
            return
        for head, rows in state.threads.items():
            if row in rows:
                messages.select(head)
                self._change({each: known for each, known in state.threads.items() if each != head})
                return

    def _fold(self, event: ThreadLoaded) -> None:
        state = self._desk.session.state
        if len(event.rows) > 1 and state.list_view.is_unfolded:
            if self._desk.messages.current in event.rows:
                self._desk.messages.select(event.head)
            self._change({**state.threads, event.head: event.rows})

    def _to_head(self) -> None:
        """The cursor goes to the row that will stand for its conversation."""
        row = self._desk.messages.current
        place = self._desk.messages.place(row) if row is not None else None
        if place is not None:
            self._desk.messages.select(RowId(place.head))

    # Keeping up

    def _follow(self, event: ListChanged | ListLoaded) -> None:
        state = self._desk.session.state
        if event.view != state.list_view or not state.list_view.is_threaded:
            return
        for head, rows in list(state.threads.items())[-REFRESHED:]:
            # Its head may have been moved away; the first message is the likeliest to be there still.
            self._load(rows[0] if len(rows) > 1 and rows[0] != head else head, partial(self._renewed, head))
        lost = self._desk.messages.lost
        if lost is not None:
            self._load(lost, self._found)

    def _renewed(self, head: RowId, event: ThreadLoaded) -> None:
        threads = dict(self._desk.session.state.threads)
        if threads.pop(head, None) is None:
            return
        if len(event.rows) > 1:
            threads[event.head] = event.rows
        self._change(threads)

    def _found(self, event: ThreadLoaded) -> None:
        """The conversation of the message that the cursor was on and that is folded away now."""
        messages = self._desk.messages
        if messages.lost is not None and messages.lost in event.rows:
            messages.select(messages.lost if messages.lost in messages.rows else event.head)

    def _change(self, threads: Threads) -> None:
        if threads != self._desk.session.state.threads:
            self._desk.change(with_conversations(self._desk.session.state, threads))

    def _load(self, row: RowId, then: Then) -> None:
        session = self._desk.session
        if session.state.mailbox is not None:
            command = session.submit(LoadThread(account=session.account, mailbox=session.state.mailbox, row=row))
            self._then[command] = then

    # When it does not apply

    def _is_in_search(self) -> bool:
        if self._desk.session.state.query:
            self._desk.tell("What was found is shown newest first; Esc shows the folder again.")
            return True
        return False

    def _has_conversations(self) -> bool:
        if not self._desk.session.state.list_view.is_threaded:
            key = self._desk.session.keymap.shown("threads")
            self._desk.tell(f"{key} shows conversations.")
            return False
        return True

    def _is_open(self, event: ListChanged | ListLoaded) -> bool:
        state = self._desk.session.state
        return event.account == state.account and event.mailbox == state.mailbox


def _nothing(_event: ThreadLoaded) -> None:
    """Unfolding was all."""
