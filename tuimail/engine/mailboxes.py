"""Folders and lists from the store: what stands on the screen before any network is asked."""

from array import array
from collections.abc import Callable, Sequence
from contextlib import suppress

from msgspec import Struct
from msgspec.structs import replace

from tuimail.api.commands import LoadRows, LoadThread, NotePlace, OpenMailbox
from tuimail.api.engine import Sink
from tuimail.api.events import ListChanged, ListLoaded, MailArrived, MailboxesListed, RowsLoaded, ThreadLoaded
from tuimail.domain.errors import ErrorKind, Remedy, StoreError
from tuimail.domain.ids import AccountId, MailboxId, RowId
from tuimail.domain.listing import ListView, ThreadPlace, place_of
from tuimail.domain.mailbox import Mailbox, first_shown
from tuimail.domain.message import Envelope
from tuimail.engine.conversations import Sorter
from tuimail.engine.engine import Routes
from tuimail.engine.job import Job
from tuimail.engine.storage import AccountStore, Storage
from tuimail.engine.timers import Timers
from tuimail.engine.worker import Urgency
from tuimail.store.listing import EVERYTHING, Condition, both
from tuimail.store.query_sql import condition

FIRST_SCREEN = 60
"""Envelopes sent along with a list: more rows than a tall terminal shows."""
TOLD = 500
"""Envelopes sent along with news at most; what else changed is asked for again where it is looked at."""


class ListRoom:
    """Routes that need the store alone. Its ``show_`` methods run on the store worker."""

    def __init__(self, storage: Storage, emit: Sink, timers: Timers) -> None:
        self._storage = storage
        self._emit = emit
        self._sorter = Sorter(storage, timers)
        self._orders: dict[AccountId, _Order] = {}
        self._visible: dict[AccountId, tuple[RowId, ...]] = {}
        self._ahead: ListLoaded | None = None
        self.open_mailbox: dict[AccountId, MailboxId] = {}
        """The mailbox that each account's screen shows."""
        self.on_shown: Callable[[], None] = lambda: None
        """Called on the store worker after a list was sent to the screen."""
        self.on_opened: Callable[[AccountId, MailboxId], None] = lambda _account, _mailbox: None
        """Called on the store worker after a list was shown; synchronisation hangs on it once it is loaded."""
        self.kept: Callable[[AccountId], tuple[Mailbox, ...]] = lambda _account: ()
        """The kept searches, which stand below the mailboxes. This and the next two are set by the room of searches."""
        self.open_kept: Callable[[Job], None] = lambda _job: None
        """Answers ``OpenMailbox`` for one of them. On the store worker."""
        self.on_changed: Callable[[AccountId], None] = lambda _account: None
        """Called after the rows of an account changed."""

    def routes(self) -> Routes:
        """The commands answered here."""
        return {
            OpenMailbox: self._open,
            LoadRows: self._load,
            LoadThread: self._load_thread,
            NotePlace: self._note_place,
        }

    def visible(self, account: AccountId) -> tuple[RowId, ...]:
        """The rows that the account's screen last asked for, or was sent with its list. Any thread."""
        return self._visible.get(account, ())

    def show_mailboxes(self, account: AccountId) -> None:
        """Tell all mailboxes with their counts."""
        store = self._storage.store(account)
        mailboxes = (*store.mailboxes.list(), *self.kept(account))
        self._emit(MailboxesListed(account=account, mailboxes=mailboxes, left_in=store.views.last_shown()))

    def read_ahead(self, account: AccountId) -> None:
        """Read the list that is asked for first: an interface that still starts needs the processor, not the store."""
        store = self._storage.store(account)
        first = first_shown(store.mailboxes.list(), store.views.last_shown())
        view = store.views.get(first.id) if first is not None else ListView()
        if first is not None and not view.narrow:
            self._ahead = self._read(account, first.id, _Order(view=view), begins=True)

    def show_list(self, account: AccountId, mailbox: MailboxId, job: Job, *, begins: bool = False) -> None:
        """Tell a mailbox's rows, and the envelopes of its first screen.

        ``begins``: it comes onto the screen now, where it was left.
        """
        order = self._order(account, mailbox)
        loaded, self._ahead = self._ahead, None
        if loaded is None or (loaded.account, loaded.mailbox, loaded.view) != (account, mailbox, order.view):
            loaded = self._read(account, mailbox, order, begins=begins)
        if self.open_mailbox.get(account) == mailbox:
            self._visible[account] = tuple(each.row for each in loaded.envelopes)
        job.emit(loaded)

    def _read(self, account: AccountId, mailbox: MailboxId, order: "_Order", *, begins: bool) -> ListLoaded:
        store, view = self._storage.store(account), order.view
        rows = store.messages.listing(mailbox, view, order.narrowed)
        place = _left_at(store, mailbox, rows, view=view) if begins else 0
        top = max(0, place - FIRST_SCREEN // 2)
        envelopes = tuple(store.messages.envelopes(RowId(row) for row in rows[top : top + FIRST_SCREEN]))
        return ListLoaded(
            account=account,
            mailbox=mailbox,
            view=view,
            rows=rows,
            begin_at=RowId(rows[place]) if place else None,
            envelopes=envelopes,
            places=_places(store, mailbox, envelopes) if view.is_threaded else {},
            is_complete=store.mailboxes.sync_state(mailbox).is_complete,
        )

    def show_changes(
        self, account: AccountId, mailbox: MailboxId, *, changed: Sequence[RowId] = (), new_mail: int = 0
    ) -> None:
        """After news: tell the counts, and of an open mailbox its rows; those that changed with their envelopes."""
        self.show_changed_rows(account, mailbox, changed, new_mail=new_mail)
        self.show_counts(account, mailbox, new_mail=new_mail)

    def show_changed_rows(
        self, account: AccountId, mailbox: MailboxId, changed: Sequence[RowId], *, new_mail: int
    ) -> None:
        """The part of ``show_changes`` that somebody at the list waits for."""
        if self.open_mailbox.get(account) == mailbox:
            self._show_changed(account, mailbox, changed, new_mail=new_mail)

    def show_counts(self, account: AccountId, mailbox: MailboxId, *, new_mail: int = 0) -> None:
        """The other part."""
        self._sorter.stir(account)
        self.show_mailboxes(account)
        if new_mail:
            self._emit(MailArrived(account=account, mailbox=mailbox, count=new_mail))
        self.on_changed(account)

    def _show_changed(self, account: AccountId, mailbox: MailboxId, changed: Sequence[RowId], *, new_mail: int) -> None:
        store, order = self._storage.store(account), self._order(account, mailbox)
        view, told = order.view, changed[:TOLD]
        if view.is_threaded:
            self._sorter.sort_few(account)
            # Conversations on the screen look different, too, when messages join and leave them.
            told = (*told, *self.visible(account))
        envelopes = tuple(store.messages.envelopes(dict.fromkeys(told)))
        self._emit(
            ListChanged(
                account=account,
                mailbox=mailbox,
                view=view,
                rows=store.messages.listing(mailbox, view, order.narrowed),
                changed=envelopes,
                places=_places(store, mailbox, envelopes) if view.is_threaded else {},
                has_more=len(changed) > TOLD,
                new_mail=new_mail,
                is_complete=store.mailboxes.sync_state(mailbox).is_complete,
            )
        )

    def arranged(self, account: AccountId, where: Condition) -> "tuple[ListView, array[int]]":
        """What the condition holds for, in the order of the open list; for a list that is no mailbox."""
        order = self._orders.get(account, _USUAL)
        return order.view, self._storage.store(account).messages.listed(both(where, order.narrowed), order.view)

    def _order(self, account: AccountId, mailbox: MailboxId) -> "_Order":
        is_open = self.open_mailbox.get(account) == mailbox
        return self._orders.get(account, _USUAL) if is_open else _USUAL

    def _open(self, job: Job) -> None:
        job.hand_to(self._storage.worker, self._open_now)

    def _open_now(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, OpenMailbox)  # noqa: S101 (the route's own type, for the checker)
        account, mailbox = command.account, command.mailbox
        store = self._storage.store(account)
        if mailbox >= 0 and store.mailboxes.get(mailbox) is None:
            raise StoreError(ErrorKind.MESSAGE_GONE, "This folder is no longer there.", remedy=Remedy.TELL)
        view = store.views.get(mailbox) if command.view is None else command.view
        # Words that make no sense leave the list as it is.
        narrowed = condition(store.search.parse(view.narrow)) if view.narrow.strip() else EVERYTHING
        is_other_view = self.open_mailbox.get(account) == mailbox and self._orders[account].view != view
        if mailbox < 0:
            # A conversation stands in one mailbox; what a search finds is from many.
            view = replace(view, is_threaded=False, is_unfolded=False)
            self._note_open(account, mailbox, _Order(view=view, narrowed=narrowed))
            self.open_kept(job)
            if command.is_kept:
                self._keep_view(store, mailbox, view)
            self.on_shown()
            return
        self._note_open(account, mailbox, _Order(view=view, narrowed=narrowed))
        is_sorted = not view.is_threaded or self._sorter.sort_few(account)
        self.show_list(account, mailbox, job, begins=command.is_kept and not is_other_view)
        if command.is_kept:
            self._keep_view(store, mailbox, view)
        if is_sorted:
            job.finish()
            self._sorter.stir(account)
        else:
            self._sorter.sort_for(job, account, lambda: self._show_if(account, mailbox, view))
        self.on_shown()
        if not is_other_view:
            self.on_opened(account, mailbox)

    @staticmethod
    def _keep_view(store: AccountStore, mailbox: MailboxId, view: ListView) -> None:
        # Another window may be writing: the list is there all the same.
        with suppress(StoreError):
            store.views.keep(mailbox, view)

    def _note_open(self, account: AccountId, mailbox: MailboxId, order: "_Order") -> None:
        self.open_mailbox[account] = mailbox
        self._orders[account] = order
        self._visible[account] = ()

    def _show_if(self, account: AccountId, mailbox: MailboxId, view: ListView) -> bool:
        """Show the list anew if it is still the one that was asked for; whether it is."""
        if self.open_mailbox.get(account) != mailbox or self._orders[account].view != view:
            return False
        self.show_changes(account, mailbox)
        return True

    def _load(self, job: Job) -> None:
        job.hand_to(self._storage.worker, self._load_now)

    def _load_now(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, LoadRows)  # noqa: S101 (the route's own type, for the checker)
        self._visible[command.account] = command.rows
        store, mailbox = self._storage.store(command.account), self.open_mailbox.get(command.account)
        envelopes = store.messages.envelopes(command.rows)
        places = store.threads.places(mailbox, command.rows) if command.threaded and mailbox is not None else {}
        job.emit(RowsLoaded(account=command.account, envelopes=tuple(envelopes), places=places))
        job.finish()

    def _note_place(self, job: Job) -> None:
        job.hand_to(self._storage.worker, self._note_place_now, urgency=Urgency.NORMAL)

    def _note_place_now(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, NotePlace)  # noqa: S101 (the route's own type, for the checker)
        # As with the view: where another window is writing, the next note will do.
        with suppress(StoreError):
            self._storage.store(command.account).views.leave(command.mailbox, command.row)
        job.finish()

    def _load_thread(self, job: Job) -> None:
        job.hand_to(self._storage.worker, self._load_thread_now)

    def _load_thread_now(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, LoadThread)  # noqa: S101 (the route's own type, for the checker)
        store = self._storage.store(command.account)
        rows = store.threads.rows(command.mailbox, command.row)
        told = rows[:TOLD]
        job.emit(
            ThreadLoaded(
                account=command.account,
                mailbox=command.mailbox,
                head=max(rows),
                rows=tuple(rows),
                envelopes=tuple(store.messages.envelopes(told)),
                places=store.threads.places(command.mailbox, told),
            )
        )
        job.finish()


class _Order(Struct, frozen=True, kw_only=True):
    """What an open list shows, and how; the words it is narrowed to as they were understood when they were typed."""

    view: ListView = ListView()
    narrowed: Condition = EVERYTHING


_USUAL = _Order()


def _left_at(store: AccountStore, mailbox: MailboxId, rows: "array[int]", *, view: ListView) -> int:
    """The place of the row that the cursor was last on, of its conversation, or of what came after it."""
    row = store.views.left_at(mailbox)
    if row is None:
        return 0
    if view.is_threaded and not view.is_unfolded:
        # Folded, a conversation stands where its newest message does.
        row = max(store.threads.rows(mailbox, row))
    return place_of(row, rows, view) or 0


def _places(store: AccountStore, mailbox: MailboxId, envelopes: Sequence[Envelope]) -> dict[int, ThreadPlace]:
    return store.threads.places(mailbox, [each.row for each in envelopes])
