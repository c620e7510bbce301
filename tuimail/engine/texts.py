"""Texts fetched before anybody asks: of the messages around the open one, and of the last weeks.

One message at a time on the ``imap`` worker, behind everything that somebody waits for; what was fetched is parsed on
the ``parser`` worker and its words go into the search index.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct

from tuimail.api.commands import Prefetch
from tuimail.api.events import FillingChanged
from tuimail.domain.account import Keep
from tuimail.domain.errors import ErrorKind, TuimailError
from tuimail.domain.ids import AccountId, MailboxId, RowId
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.message import RawMessage
from tuimail.engine.bodies import Bodies
from tuimail.engine.connection import Connection
from tuimail.engine.fetching import SMALL
from tuimail.engine.indexing import TOGETHER, Indexer
from tuimail.engine.job import GivenUpError, Job
from tuimail.engine.recent import Recent
from tuimail.engine.storage import AccountStore, Storage
from tuimail.engine.timers import Timers
from tuimail.engine.worker import Urgency, Worker
from tuimail.mime.parse import parse_message

log = logging.getLogger(__name__)

BATCH = 50
"""Rows looked up at a time; the budget is looked at as often."""
PAUSE_S = 0.03
"""Between two messages: parsing them must not keep the screen from answering keys."""
REST_S = 1.5
"""After something that the user did."""
LOOK_AGAIN_S = 1.0
"""Until texts are looked for again where none were missing; doubles each time in vain, up to ``RARELY_S``."""
RARELY_S = 60.0
TELL_EVERY_S = 0.5
_LEFT_OUT = frozenset({MailboxRole.JUNK, MailboxRole.TRASH, MailboxRole.SEARCH})


class _Progress(Struct):
    """How the filling goes; changes as it does."""

    total: int
    began_s: float
    done: int = 0
    told_s: float = 0.0


class _Background:
    """Stands for nobody, where a message is fetched; gives way as soon as somebody waits."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def check(self) -> None:
        """Raise if something else is to be done first."""
        if self._worker.is_urged:
            raise GivenUpError

    def progress(self, words: str, done: int = 0, total: int = 0) -> None:
        """Nobody waits for this."""


class TextRoom:
    """The texts of one account that are fetched in the background."""

    def __init__(
        self,
        connection: Connection,
        storage: Storage,
        *,
        bodies: Bodies,
        recent: Recent,
        indexer: Indexer,
        parser: Worker,
        timers: Timers,
    ) -> None:
        self._connection = connection
        self._account: AccountId = connection.account.id
        self._keep: Keep = connection.account.keep
        self._storage = storage
        self._bodies = bodies
        self._recent = recent
        self._indexer = indexer
        self._parser = parser
        self._timers = timers
        self._guard = threading.Lock()
        self._near: deque[RowId] = deque()
        self._near_job: Job | None = None
        self._far: deque[RowId] = deque()
        self._failed: set[RowId] = set()
        self._progress: _Progress | None = None
        self._is_posted = False
        self._timer: int | None = None
        self._acted_s = 0.0
        self._look_again_s = LOOK_AGAIN_S
        self.is_paused: Callable[[], bool] = lambda: False
        """Whether the user holds what is fetched in the background."""

    def prefetch(self, job: Job) -> None:
        """Route of ``Prefetch``: these rows instead of those asked for before."""
        command = job.command
        assert isinstance(command, Prefetch)  # noqa: S101 (the route's own type, for the checker)
        with self._guard:
            earlier, self._near_job = self._near_job, job
            self._near = deque(command.rows)
        if earlier is not None:
            earlier.finish()
        self._queue()

    def user_acted(self) -> None:
        """Something was asked for: texts of the last weeks can wait. Any thread; costs nothing."""
        self._acted_s = time.monotonic()

    def forget(self) -> None:
        """The account is signed out: nothing of it stays in memory. Any thread."""
        with self._guard:
            self._near.clear()
        self._recent.forget()

    def wanted(self) -> None:
        """Begin, or go on, where something is missing, once the start or whatever brought it is over. Any thread."""
        self._look_again_s = LOOK_AGAIN_S
        self._queue(LOOK_AGAIN_S)

    def _queue(self, after_s: float = 0.0) -> None:
        """Come again: now, or later if nobody asks before."""
        with self._guard:
            if self._is_posted:
                return
            if self._timer is not None:
                self._timers.cancel(self._timer)
                self._timer = None
            if after_s:
                self._timer = self._timers.after(after_s, self._queue)
                return
            self._is_posted = True
        self._connection.worker.post(self._step, urgency=Urgency.BACKGROUND)

    def _step(self) -> None:
        """Fetch one text, if it is the time for it, and see when to come again."""
        can_fetch = self._connection.is_online and self._storage.is_open(self._account)
        with self._guard:
            self._is_posted = False
            if not can_fetch:
                self._near.clear()
            near, job = (self._near.popleft() if self._near else None), self._near_job
        if near is not None and job is not None:
            job.run(lambda _: self._fetch_near(near))
            self._queue()
            return
        with self._guard:
            self._near_job = None
        if job is not None:
            job.finish()
        if can_fetch:
            self._far_step()

    def _fetch_near(self, row: RowId) -> None:
        if self._recent.get(row) is None:
            self._fetch(row, is_near=True)

    def _far_step(self) -> None:
        rest_s = self._acted_s + REST_S - time.monotonic()
        if self._keep.days <= 0:
            return
        if rest_s > 0:
            self._queue(rest_s)
        elif self.is_paused():
            self._tell(is_end=True)
            self._queue(REST_S)
        elif not self._far and not self._look():
            self._finish()
            self._queue(self._look_again_s)
            self._look_again_s = min(RARELY_S, self._look_again_s * 2)
        else:
            is_fetched = self._fetch(self._far.popleft(), is_near=False)
            self._count()
            self._queue(PAUSE_S if is_fetched else RARELY_S)

    def _look(self) -> bool:
        """Find the next messages without text; whether there are any, and room for them."""
        rows, total = self._storage.run(self._account, self._missing, urgency=Urgency.BACKGROUND)
        self._far = deque(rows)
        if self._far and self._progress is None:
            self._progress = _Progress(total=total, began_s=time.monotonic())
        return bool(self._far)

    def _missing(self, store: AccountStore) -> tuple[list[RowId], int]:
        # What was read goes before what might be: nothing is evicted for texts that nobody asked for.
        if store.bodies.total_bytes() + BATCH * SMALL > self._keep.budget_bytes:
            return [], 0
        complete = _complete(store)
        since = self._now() - timedelta(days=self._keep.days)
        for mailbox in complete:
            limit = BATCH + TOGETHER + len(self._failed)
            rows = [row for row in store.bodies.wanted([mailbox], since=since, limit=limit) if self._is_new(row)]
            if rows:
                # Counting reads what looking does not: 19 ms for 50,000.
                is_begun = self._progress is not None
                return rows[:BATCH], 0 if is_begun else store.bodies.count_wanted(complete, since=since)
        return [], 0

    def _is_new(self, row: RowId) -> bool:
        return row not in self._failed and not self._indexer.is_waiting(row)

    def _fetch(self, row: RowId, *, is_near: bool) -> bool:
        """Have one message fetched and read; False where it is of no use to go on now."""
        try:
            found = self._bodies.ahead(row, _Background(self._connection.worker))
        except GivenUpError:
            with self._guard:
                (self._near if is_near else self._far).appendleft(row)
            return True
        except TuimailError as error:
            log.info("texts: %s", error.kind)
            if not self._connection.is_online or error.kind is ErrorKind.DISK:
                return False
            self._failed.add(row)
            return True
        self._parser.post(lambda: self._read(row, found, is_near=is_near), urgency=Urgency.BACKGROUND)
        return True

    def _read(self, row: RowId, found: RawMessage, *, is_near: bool) -> None:
        """Parse on the parser worker; the words go into the index, a neighbour is kept to be shown at once."""
        message = parse_message(found.raw, missing=found.missing, wants_both=False)
        if is_near:
            self._recent.put(row, message)
        self._indexer.add(row, message)

    def _count(self) -> None:
        if self._progress is not None:
            self._progress.done += 1
            self._tell()

    def _finish(self) -> None:
        if self._progress is not None:
            self._progress.done = self._progress.total
            self._tell(is_end=True)
            self._progress = None

    def _tell(self, *, is_end: bool = False) -> None:
        progress, now_s = self._progress, time.monotonic()
        if progress is None or (not is_end and now_s - progress.told_s < TELL_EVERY_S):
            return
        progress.told_s = now_s
        taken_s = now_s - progress.began_s
        is_paused = self.is_paused()
        self._connection.auth.around.emit(
            FillingChanged(
                account=self._account,
                words=f"texts of the last {self._keep.days} days",
                done=min(progress.done, progress.total),
                total=progress.total,
                per_s=progress.done / taken_s if taken_s > 0 and not is_paused else 0.0,
                is_paused=is_paused,
            )
        )

    def _now(self) -> datetime:
        return self._connection.auth.around.now()


def _complete(store: AccountStore) -> list[MailboxId]:
    """The mailboxes whose headers are all here, and whose mail somebody may want to read."""
    known = [mailbox for mailbox in store.mailboxes.list() if mailbox.role not in _LEFT_OUT]
    complete = [mailbox for mailbox in known if store.mailboxes.sync_state(mailbox.id).is_complete]
    inbox = next((mailbox for mailbox in known if mailbox.role is MailboxRole.INBOX), None)
    # Headers before texts.
    return [mailbox.id for mailbox in complete] if inbox is None or inbox in complete else []
