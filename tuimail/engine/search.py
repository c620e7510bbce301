"""Search in the store, as it is typed, and kept searches. All on the store worker."""

import threading
from array import array
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial

from msgspec.structs import replace

from tuimail.api.commands import DeleteSearch, OpenMailbox, SaveSearch, Search, SearchServer
from tuimail.api.engine import Sink
from tuimail.api.events import ListChanged, ListLoaded
from tuimail.domain.clean import clean_line
from tuimail.domain.errors import ErrorKind, QueryError, Remedy, StoreError
from tuimail.domain.ids import AccountId, MailboxId, RowId
from tuimail.domain.listing import ListView
from tuimail.domain.mailbox import Mailbox, MailboxRole
from tuimail.domain.query import In, Query, every
from tuimail.engine.engine import Routes
from tuimail.engine.interruption import Interruption
from tuimail.engine.job import Job
from tuimail.engine.mailboxes import FIRST_SCREEN, ListRoom
from tuimail.engine.storage import AccountStore, Storage
from tuimail.engine.timers import Timers
from tuimail.engine.worker import Urgency
from tuimail.store.db import InterruptedStoreError
from tuimail.store.listing import both
from tuimail.store.query_sql import condition

FIRST_HITS = 200
"""Hits shown before the rest is looked for: some screens full."""
QUIET_S = 0.5
"""News of the store within this time lead to one look at the kept searches."""
_LEFT_OUT = frozenset({MailboxRole.JUNK, MailboxRole.TRASH})


class SearchRoom:
    """Answers ``Search``, ``SaveSearch`` and ``DeleteSearch``, and opens kept searches as if they were mailboxes."""

    def __init__(
        self, storage: Storage, lists: ListRoom, *, emit: Sink, timers: Timers, accounts: tuple[str, ...]
    ) -> None:
        self._storage = storage
        self._lists = lists
        self._emit = emit
        self._timers = timers
        self._accounts = accounts
        self._unread: dict[tuple[AccountId, MailboxId], int] = {}
        self._due: set[AccountId] = set()
        self._guard = threading.Lock()
        lists.kept = self._kept
        lists.open_kept = self._open_kept
        lists.on_changed = self._changed

    def routes(self) -> Routes:
        """The commands answered here."""
        return {Search: self._search, SaveSearch: self._save, DeleteSearch: self._delete}

    # Searching

    def _search(self, job: Job) -> None:
        job.hand_to(self._storage.worker, self._search_now)

    def _search_now(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, Search)  # noqa: S101 (the route's own type, for the checker)
        account, mailbox = command.account, command.mailbox
        store = self._storage.store(account)
        query = understand(store, command, self._accounts)
        if query.is_empty:
            self._lists.show_list(account, mailbox, job)
            job.finish()
            return
        with _interruptible(job, store):
            rows = store.search.find_newest(query, mailbox, FIRST_HITS + 1)
        has_more = len(rows) > FIRST_HITS
        self._show(job, rows[:FIRST_HITS], has_more=has_more)
        if has_more:
            job.hand_to(self._storage.worker, partial(self._search_all, query=query), urgency=Urgency.NORMAL)
        else:
            job.finish()

    def _search_all(self, job: Job, *, query: Query) -> None:
        command = job.command
        assert isinstance(command, Search)  # noqa: S101 (as above)
        store = self._storage.store(command.account)
        with _interruptible(job, store):
            rows = store.search.find(query, command.mailbox)
        self._show(job, rows, has_more=False)
        job.finish()

    def _show(self, job: Job, rows: "array[int]", *, has_more: bool) -> None:
        command = job.command
        assert isinstance(command, Search)  # noqa: S101 (as above)
        envelopes = self._storage.store(command.account).messages.envelopes([RowId(row) for row in rows[:FIRST_SCREEN]])
        job.emit(
            ListLoaded(
                account=command.account,
                mailbox=command.mailbox,
                rows=rows,
                envelopes=tuple(envelopes),
                query=command.query,
                has_more=has_more,
            )
        )

    # Kept searches

    def _save(self, job: Job) -> None:
        job.hand_to(self._storage.worker, self._save_now)

    def _save_now(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, SaveSearch)  # noqa: S101 (as above)
        store = self._storage.store(command.account)
        text, name = clean_line(command.query).strip(), clean_line(command.name).strip()
        query = store.search.parse(text)
        if query.is_empty:
            raise QueryError(ErrorKind.BAD_QUERY, "There is no search to keep.", remedy=Remedy.FIX_INPUT)
        store.kept.keep(name, text)
        self._lists.show_mailboxes(command.account)
        self._changed(command.account)
        job.finish(f"Kept as “{name}”, below the folders")

    def _delete(self, job: Job) -> None:
        job.hand_to(self._storage.worker, self._delete_now)

    def _delete_now(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, DeleteSearch)  # noqa: S101 (as above)
        forgotten = self._storage.store(command.account).kept.forget(command.mailbox)
        self._lists.show_mailboxes(command.account)
        job.finish(f"“{forgotten.name}” is no longer kept; no message was touched" if forgotten else "")

    def _kept(self, account: AccountId) -> tuple[Mailbox, ...]:
        """The kept searches with the unread mail that was last counted."""
        kept = self._storage.store(account).kept.list()
        if any((account, box.id) not in self._unread for box in kept):
            self._changed(account)
        return tuple(replace(box, unread=self._unread.get((account, box.id), 0)) for box in kept)

    def _open_kept(self, job: Job) -> None:
        """The part of ``OpenMailbox`` that concerns a kept search."""
        command = job.command
        assert isinstance(command, OpenMailbox)  # noqa: S101 (as above)
        store = self._storage.store(command.account)
        kept = store.kept.get(command.mailbox)
        if kept is None:
            raise StoreError(ErrorKind.MESSAGE_GONE, "This search is no longer kept.", remedy=Remedy.TELL)
        with _interruptible(job, store):
            view, rows = self._hits(command.account, kept)
        envelopes = tuple(store.messages.envelopes([RowId(row) for row in rows[:FIRST_SCREEN]]))
        job.emit(ListLoaded(account=command.account, mailbox=kept.id, view=view, rows=rows, envelopes=envelopes))
        job.finish()

    def _hits(self, account: AccountId, kept: Mailbox) -> "tuple[ListView, array[int]]":
        store = self._storage.store(account)
        query = over_account(store.search.parse(kept.query), store.mailboxes.list())
        # What was deleted here, and not yet there, is shown nowhere.
        return self._lists.arranged(account, both(("shown_in is not null", ()), condition(query)))

    # Keeping up

    def _changed(self, account: AccountId) -> None:
        """The account's store changed: look at the kept searches when it has been quiet. Any thread."""
        with self._guard:
            if account in self._due:
                return
            self._due.add(account)
        self._timers.after(QUIET_S, partial(self._look_soon, account))

    def _look_soon(self, account: AccountId) -> None:
        self._storage.worker.post(partial(self._look, account), urgency=Urgency.BACKGROUND)

    def _look(self, account: AccountId) -> None:
        with self._guard:
            self._due.discard(account)
        if not self._storage.is_open(account):
            return
        store = self._storage.store(account)
        mailboxes = store.mailboxes.list()
        before = self._kept(account)
        for kept in before:
            query = over_account(store.search.parse(kept.query), mailboxes)
            self._unread[account, kept.id] = store.search.count_unread(query, kept.id)
            if self._lists.open_mailbox.get(account) == kept.id:
                view, rows = self._hits(account, kept)
                self._emit(ListChanged(account=account, mailbox=kept.id, view=view, rows=rows))
        if self._kept(account) != before:
            self._lists.show_mailboxes(account)
        if store.search.tend():
            self._look_soon_at_index(account)

    def _look_soon_at_index(self, account: AccountId) -> None:
        """Go on merging the index, behind everything else."""

        def tend() -> None:
            if self._storage.is_open(account) and self._storage.store(account).search.tend():
                self._look_soon_at_index(account)

        self._storage.worker.post(tend, urgency=Urgency.IDLE)


def understand(store: AccountStore, command: Search | SearchServer, accounts: tuple[str, ...]) -> Query:
    """What is searched for when this is typed while that mailbox is open. QueryError: it makes no sense."""
    query = store.search.parse(command.query, accounts)
    if query.account not in {None, command.account}:
        words = f"Enter shows the account “{query.account}” and searches there."
        raise QueryError(ErrorKind.BAD_QUERY, words, remedy=Remedy.FIX_INPUT)
    kept = store.kept.get(command.mailbox) if command.mailbox < 0 else None
    if kept is None or query.names_place:
        return query
    around = over_account(store.search.parse(kept.query), store.mailboxes.list())
    return Query(root=every((around.root, query.root)), names_place=True)


def over_account(query: Query, mailboxes: tuple[Mailbox, ...]) -> Query:
    """A kept search looks in the whole account, and in Junk and Trash only if it says so."""
    if query.names_place:
        return query
    places = frozenset(box.id for box in mailboxes if box.role not in _LEFT_OUT)
    return Query(root=every((In(mailboxes=places), query.root)), names_place=True)


@contextmanager
def _interruptible(job: Job, store: AccountStore) -> Generator[None]:
    """A statement that ends when the job is given up."""
    interruption = Interruption()
    job.on_cancel(interruption.interrupt)
    try:
        with interruption.during(store.db.interrupt):
            job.check()
            yield
    except InterruptedStoreError:
        job.check()
        raise
    job.check()
