"""The first synchronisation's long part: older rows of a mailbox, fetched newest first, in slices, in the background.

Everything that somebody waits for goes first, within one slice. How far it came is stored with every piece, so a cut
or a restart costs at most the slice under way.
"""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from msgspec import Struct
from msgspec.structs import replace

from tuimail.api.commands import PauseFilling
from tuimail.api.events import FillingChanged
from tuimail.domain.errors import TuimailError
from tuimail.domain.ids import AccountId, MailboxId, Uid
from tuimail.engine.arrivals import as_new
from tuimail.engine.connection import Connection
from tuimail.engine.job import Job
from tuimail.engine.mailboxes import ListRoom
from tuimail.engine.storage import AccountStore, Storage
from tuimail.engine.uid_ranges import UidRanges
from tuimail.engine.worker import Urgency
from tuimail.net.imap.rows import FetchedRow
from tuimail.net.imap.session import ImapSession
from tuimail.store.messages import NewMessage

log = logging.getLogger(__name__)

LIST_EVERY_S = 1.0
"""The whole order of 100,000 rows is sent anew each time: 11 to 29 ms."""
TELL_EVERY_S = 0.25
_PART = 20_000
"""UIDs named to the session at a time."""
_AHEAD = 2
"""Slices that may wait for the store while the next ones are read."""


class Gap(Struct, frozen=True, kw_only=True):
    """What a mailbox still lacks."""

    raw: bytes
    title: str
    uidvalidity: int
    missing: UidRanges
    uidnext: int
    """Known up to here once everything from the stored UIDNEXT on was fetched."""


class _Pace(Struct):
    """How the filling of one mailbox goes; changes as it does."""

    total: int
    began_s: float
    done: int = 0
    """Since ``began_s``."""
    told_s: float = 0.0
    listed_s: float = 0.0


class Filler:
    """Fills one account's mailboxes. Runs on the ``imap`` worker unless a method says otherwise."""

    def __init__(self, connection: Connection, storage: Storage, lists: ListRoom) -> None:
        self._connection = connection
        self._account: AccountId = connection.account.id
        self._storage = storage
        self._lists = lists
        self._emit = connection.auth.around.emit
        self._gaps: dict[MailboxId, Gap] = {}
        self._paces: dict[MailboxId, _Pace] = {}
        self._is_queued = False
        self.is_paused = False
        """Whether the user holds it; others that work in the background look here, too."""
        self.on_end: Callable[[], None] = lambda: None
        """Called when nothing is missing any more."""
        self.on_outdated: Callable[[MailboxId], None] = lambda _mailbox: None
        """Called for a mailbox that was renumbered meanwhile."""

    def pause(self, job: Job) -> None:
        """Route of ``PauseFilling``."""
        command = job.command
        assert isinstance(command, PauseFilling)  # noqa: S101 (the route's own type, for the checker)
        self.is_paused = command.is_paused
        self._connection.worker.post(self._paused if command.is_paused else self._go_on)
        job.finish()

    def is_filling(self, mailbox: MailboxId) -> bool:
        """Whether rows of this mailbox are known to be missing."""
        return mailbox in self._gaps

    def begin(self, mailbox: MailboxId, gap: Gap) -> None:
        """Fetch what is missing, in place of what was known to be missing before."""
        if not gap.missing:
            self.drop(mailbox)
            return
        self._gaps[mailbox] = gap
        self._restart_clock(mailbox)
        self._tell(mailbox, is_end=True)
        self._queue()

    def resume(self) -> None:
        """Go on with what is missing, where nothing is under way: after a pause, or once the line is back."""
        if not self._is_queued:
            for mailbox in self._gaps:
                self._restart_clock(mailbox)
            self._queue()

    def drop(self, mailbox: MailboxId) -> None:
        """Forget it: the mailbox is gone, renumbered or complete."""
        self._gaps.pop(mailbox, None)
        self._paces.pop(mailbox, None)

    def _restart_clock(self, mailbox: MailboxId) -> None:
        missing, known = len(self._gaps[mailbox].missing), self._paces.get(mailbox)
        came_before = known.total - missing if known is not None and known.total >= missing else 0
        self._paces[mailbox] = _Pace(
            total=missing + came_before,
            began_s=time.monotonic(),
            listed_s=known.listed_s if known is not None else 0.0,
        )

    def _paused(self) -> None:
        for mailbox in list(self._gaps):
            self._tell(mailbox, is_end=True)

    def _go_on(self) -> None:
        self.resume()
        for mailbox in self._gaps:
            self._tell(mailbox, is_end=True)

    def _queue(self) -> None:
        if self._gaps and not self._is_queued and not self.is_paused:
            self._is_queued = True
            self._connection.worker.post(self._work, urgency=Urgency.BACKGROUND)

    def _work(self) -> None:
        """Fetch slices until something else is to be done, then queue up behind it."""
        self._is_queued = False
        if self.is_paused or not self._gaps or not self._connection.is_up:
            return
        shown = self._lists.open_mailbox.get(self._account)
        mailbox = shown if shown in self._gaps else next(iter(self._gaps))
        try:
            self._connection.run(lambda session: self._fill(session, mailbox))
        except TuimailError as error:
            # The next synchronisation finds what is missing and begins again where this ended.
            log.info("filling: %s", error.kind)
            self._gaps.clear()
            return
        if self._gaps:
            self._queue()
        else:
            self.on_end()

    def _fill(self, session: ImapSession, mailbox: MailboxId) -> None:
        gap = self._gaps.get(mailbox)
        if gap is None:
            return
        if session.use(gap.raw) != gap.uidvalidity:
            self.drop(mailbox)
            self.on_outdated(mailbox)
            return
        asked = gap.missing.newest(_PART)
        storing: list[Future[None]] = []
        try:
            is_whole = session.rows_in(_listed(asked), lambda rows: self._take(mailbox, rows, storing))
        finally:
            _wait(storing, leave=0)
        gap = self._gaps[mailbox]
        if is_whole:
            # What was asked for and did not come is gone.
            gap = self._gaps[mailbox] = replace(gap, missing=gap.missing - asked)
        if not gap.missing:
            self._end(mailbox)

    def _take(self, mailbox: MailboxId, rows: Sequence[FetchedRow], storing: list[Future[None]]) -> bool:
        """Hand a slice, newest first, to the store; whether to go on with the next."""
        if rows:
            gap = self._gaps[mailbox]
            new, known_from = [as_new(row) for row in rows], rows[-1].uid
            _wait(storing, leave=_AHEAD)
            storing.append(
                self._storage.ask(
                    self._account,
                    lambda store: _save(store, mailbox, gap, new=new, known_from=known_from),
                    urgency=Urgency.BACKGROUND,
                )
            )
            fetched = UidRanges([(known_from, gap.missing.highest)])
            self._gaps[mailbox] = replace(gap, missing=gap.missing - fetched)
            self._paces[mailbox].done += len(rows)
            self._tell(mailbox)
        return not (self.is_paused or self._connection.worker.is_wanted)

    def _end(self, mailbox: MailboxId) -> None:
        gap = self._gaps[mailbox]

        def save(store: AccountStore) -> None:
            with store.db.transaction():
                state = store.mailboxes.sync_state(mailbox)
                done = replace(state, uidnext=max(gap.uidnext, state.uidnext or 0), oldest_uid=Uid(1), is_complete=True)
                store.mailboxes.save_sync_state(mailbox, done)
                store.mailboxes.recount(mailbox)
            self._lists.show_changes(self._account, mailbox)

        self._storage.run(self._account, save)
        self._tell(mailbox, is_end=True)
        self.drop(mailbox)

    def _tell(self, mailbox: MailboxId, *, is_end: bool = False) -> None:
        """Say how far it is, and show the rows, each as often as eyes can follow."""
        gap, pace, now_s = self._gaps[mailbox], self._paces[mailbox], time.monotonic()
        if is_end or now_s - pace.told_s >= TELL_EVERY_S:
            pace.told_s = now_s
            taken_s = now_s - pace.began_s
            self._emit(
                FillingChanged(
                    account=self._account,
                    words=f"older messages of {gap.title}",
                    done=pace.total - len(gap.missing),
                    total=pace.total,
                    per_s=pace.done / taken_s if taken_s > 0 and not self.is_paused else 0.0,
                    is_paused=self.is_paused,
                )
            )
        if now_s - pace.listed_s >= LIST_EVERY_S and mailbox == self._lists.open_mailbox.get(self._account):
            pace.listed_s = now_s
            account, lists = self._account, self._lists
            self._storage.worker.post(lambda: lists.show_changes(account, mailbox), urgency=Urgency.BACKGROUND)


def _listed(uids: UidRanges) -> Sequence[int]:
    ranges = uids.ranges
    return range(ranges[0][0], ranges[0][1] + 1) if len(ranges) == 1 else list(uids)


def _save(store: AccountStore, mailbox: MailboxId, gap: Gap, *, new: Sequence[NewMessage], known_from: int) -> None:
    """Store rows together with how far down, and how far up, nothing is missing any more."""
    with store.db.transaction():
        state = store.mailboxes.sync_state(mailbox)
        if state.uidvalidity != gap.uidvalidity:
            return  # renumbered since: these rows mean nothing any more
        store.messages.insert(mailbox, new)
        if known_from < (state.uidnext or 1):
            oldest = min(known_from, state.oldest_uid or known_from)
            uidnext = max(gap.uidnext, state.uidnext or 1)
            store.mailboxes.save_sync_state(mailbox, replace(state, oldest_uid=Uid(oldest), uidnext=uidnext))


def _wait(storing: list[Future[None]], *, leave: int) -> None:
    """Wait until the store has at most so many slices before it; raises what it raised."""
    while len(storing) > leave:
        storing.pop(0).result()
