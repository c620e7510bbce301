"""The open stores: one encrypted file an account, all owned by the one ``store`` worker."""

import logging
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from tuimail.api.engine import Sink
from tuimail.api.events import Noticed
from tuimail.config.paths import Places
from tuimail.domain.account import Keep
from tuimail.domain.errors import AuthError, ErrorKind, Problem, Remedy, StoreError
from tuimail.domain.ids import AccountId, DraftId
from tuimail.domain.token import StoreKey
from tuimail.engine.worker import Urgency, Worker
from tuimail.store.being_written import BeingWritten
from tuimail.store.bodies import BodyRepository
from tuimail.store.bulk import BulkReader
from tuimail.store.changes import ChangeRepository
from tuimail.store.db import Database, delete_store, open_store, set_aside, store_bytes
from tuimail.store.draft_copies import DraftCopies
from tuimail.store.drafts import DraftRepository
from tuimail.store.forgetting import forget_unused
from tuimail.store.limits import ServerLimits
from tuimail.store.lock import AccountLock, Turn
from tuimail.store.mailboxes import MailboxRepository
from tuimail.store.messages import MessageRepository
from tuimail.store.outbox import OutboxRepository
from tuimail.store.people import PeopleRepository
from tuimail.store.salvage import salvage
from tuimail.store.search import SearchRepository
from tuimail.store.searches import KeptSearches
from tuimail.store.threads import ThreadRepository
from tuimail.store.views import ViewRepository

log = logging.getLogger(__name__)

T = TypeVar("T")

CLOSE_FILES_S = 0.5
"""Granted to the files whatever else took the time: a store that is not closed is read anew at the next start."""
TURN_S = 20.0
"""Longest wait for another window that uses the refresh token: more than its request can take."""
_TURN_LOOK_S = 0.05

_REBUILT = frozenset({ErrorKind.STORE_KEY_WRONG, ErrorKind.STORE_DAMAGED, ErrorKind.STORE_NEWER})


class AccountStore(Struct, frozen=True, kw_only=True):
    """The repositories of one account's open store. Used on the store worker only."""

    db: Database
    mailboxes: MailboxRepository
    messages: MessageRepository
    people: PeopleRepository
    threads: ThreadRepository
    views: ViewRepository
    search: SearchRepository
    kept: KeptSearches
    drafts: DraftRepository
    draft_copies: DraftCopies
    being_written: BeingWritten
    limits: ServerLimits
    outbox: OutboxRepository
    changes: ChangeRepository
    bodies: BodyRepository
    bulk: BulkReader


class Storage:
    """Opens, lends and deletes the stores. ``run`` and ``read`` wait; ``post`` does not."""

    def __init__(
        self, places: Places, worker: Worker, *, emit: Sink, now: Callable[[], datetime], zone: tzinfo = UTC
    ) -> None:
        self._places = places
        self._emit = emit
        self._now = now
        self._zone = zone
        self.worker = worker
        self._open: dict[AccountId, AccountStore] = {}
        self._unopened: dict[AccountId, tuple[StoreKey, bool]] = {}
        """Stores that could not be opened: their key, and whether they are passing."""
        self._locks: dict[AccountId, AccountLock] = {}
        self._passing: set[AccountId] = set()
        self._guard = threading.Lock()
        self._on_locked: Callable[[AccountId], None] = lambda _account: None

    def when_locked(self, tell: Callable[[AccountId], None]) -> None:
        """Name each account that this process writes for: those of now at once, others from whatever thread."""
        with self._guard:
            self._on_locked = tell
            held = [account for account, lock in self._locks.items() if lock.is_held]
        for account in held:
            tell(account)

    def lock(self, account: AccountId) -> bool:
        """Become the account's one writing process; False while another one is. Any thread; cheap when held."""
        with self._guard:
            held = self._locks.get(account)
            if held is None:
                held = self._locks[account] = AccountLock(self._places.lock(account))
            was_held = held.is_held
            is_held, tell = held.acquire(), self._on_locked
        if is_held and not was_held:
            tell(account)
        return is_held

    @contextmanager
    def turn(self, account: AccountId) -> Generator[int]:
        """Be the one process that uses the account's refresh token; waits for another one. On the auth worker.

        Gives what ``Turn.last_end`` answered since the last process that was.
        """
        lock = Turn(self._places.lock(account))
        ends_at = time.monotonic() + TURN_S
        while not lock.acquire():
            if time.monotonic() > ends_at:
                words = "Another window is fetching a new token. Trying again by itself."
                raise AuthError(ErrorKind.PROVIDER_UNREACHABLE, words, remedy=Remedy.WAIT)
            time.sleep(_TURN_LOOK_S)
        try:
            yield lock.begin()
            lock.end()
        finally:
            lock.release()

    def is_open(self, account: AccountId) -> bool:
        """Whether the account's store is open; a snapshot."""
        return account in self._open

    def open(self, account: AccountId, key: StoreKey, *, passing: bool = False) -> None:
        """Open the store, on the store worker. One that cannot be used is set aside, and that is said.

        ``passing``: the key is not kept anywhere, so the file goes when the program does.
        """
        if account in self._open:
            return
        # Until it is open: on a disk that is full or not writable, whoever needs it tries again.
        self._unopened[account] = (key, passing)
        db = self._open_passing(account, key) if passing else self._open_lasting(account, key)
        del self._unopened[account]
        self._open[account] = AccountStore(
            db=db,
            mailboxes=MailboxRepository(db),
            messages=MessageRepository(db),
            people=PeopleRepository(db),
            threads=ThreadRepository(db),
            views=ViewRepository(db),
            search=SearchRepository(db, lambda: self._now().astimezone(self._zone)),
            kept=KeptSearches(db),
            drafts=DraftRepository(db),
            draft_copies=DraftCopies(db),
            being_written=BeingWritten(db),
            limits=ServerLimits(db),
            outbox=OutboxRepository(db, account),
            changes=ChangeRepository(db),
            bodies=BodyRepository(db),
            bulk=BulkReader(db),
        )
        if passing:
            self._passing.add(account)

    def _open_lasting(self, account: AccountId, key: StoreKey) -> Database:
        try:
            return open_store(self._places.store(account), key)
        except StoreError as error:
            if error.kind not in _REBUILT:
                raise
            return self._begin_anew(account, key, error)

    def _open_passing(self, account: AccountId, key: StoreKey) -> Database:
        """A file beside the lasting one, whose key may only be locked away for now."""
        delete_store(self._passing_path(account))
        return open_store(self._passing_path(account), key)

    def _passing_path(self, account: AccountId) -> Path:
        return self._places.store(account).with_suffix(".passing")

    def _begin_anew(self, account: AccountId, key: StoreKey, error: StoreError) -> Database:
        """A new file in place of one that cannot be used, with the drafts and unsent mail that can still be read."""
        path = self._places.store(account)
        kept = set_aside(path, self._now())
        db = open_store(path, key)
        saved = salvage(kept, key, db)
        words = f"{error.summary} The old file is kept as {kept.name}."
        if saved.drafts or saved.outbox:
            words += f" Taken over from it: {saved.drafts} drafts, {saved.outbox} unsent mails."
        problem = Problem(kind=error.kind, summary=words, remedy=Remedy.TELL, detail=error.detail)
        self._emit(Noticed(account=account, problem=problem))
        return db

    def tidy(self, account: AccountId, keep: Keep) -> None:
        """Forget what nobody asked for in a long time. On the store worker."""
        store = self.store(account)
        if keep.forget_days:
            forget_unused(store.db, since=self._now() - timedelta(days=keep.forget_days))
        store.bodies.trim(keep.budget_bytes)
        store.drafts.purge(now=self._now())

    def store(self, account: AccountId) -> AccountStore:
        """The open store, opened now where that was not possible before. On the store worker."""
        if account in self._unopened:
            key, passing = self._unopened[account]
            self.open(account, key, passing=passing)
        try:
            return self._open[account]
        except KeyError:
            words = "The stored mail of this account is not open yet. Sign in, or unlock the keychain."
            raise StoreError(ErrorKind.OFFLINE, words, remedy=Remedy.WAIT) from None

    def run(self, account: AccountId, work: Callable[[AccountStore], T], *, urgency: Urgency = Urgency.NORMAL) -> T:
        """Do something with the store and wait for its value, from a worker further left."""
        return self.worker.call(lambda: work(self.store(account)), urgency=urgency)

    def ask(
        self, account: AccountId, work: Callable[[AccountStore], T], *, urgency: Urgency = Urgency.NORMAL
    ) -> "Future[T]":
        """The same without waiting: the value comes with the future."""
        return self.worker.ask(lambda: work(self.store(account)), urgency=urgency)

    def take_from_others(self, account: AccountId, draft: DraftId) -> None:
        """A draft lies in one account: this one, whatever sender it had before. On the store worker."""
        for other, store in self._open.items():
            if other != account:
                store.drafts.remove(draft)

    def delete(self, account: AccountId) -> int:
        """Close and delete the account's file; bytes freed. On the store worker."""
        self._unopened.pop(account, None)
        store = self._open.pop(account, None)
        if store is not None:
            store.db.close()
        self._passing.discard(account)
        return delete_store(self._places.store(account)) + delete_store(self._passing_path(account))

    def size_bytes(self, account: AccountId) -> int:
        """Bytes on disk; any thread."""
        is_passing = account in self._passing
        return store_bytes(self._passing_path(account) if is_passing else self._places.store(account))

    def close(self, left_s: float) -> None:
        """Close all files and end the worker; what it is at when the time is over ends with the process."""

        def close_all() -> None:
            for account, store in list(self._open.items()):
                store.db.close()
                if account in self._passing:
                    delete_store(self._passing_path(account))
            self._open.clear()
            for lock in self._locks.values():
                lock.release()

        self.worker.finish(close_all, max(left_s, CLOSE_FILES_S))
        self.worker.join(left_s)
