"""Sorts stored messages into conversations in the background, in slices that leave the screen free."""

import time
from collections.abc import Callable
from functools import partial

from tuimail.domain.errors import StoreError
from tuimail.domain.ids import AccountId
from tuimail.engine.job import Job
from tuimail.engine.storage import Storage
from tuimail.engine.timers import Timers
from tuimail.engine.worker import Urgency

SLICE = 200
"""Messages at a time: 8 ms of work, with SQLite's checkpoints 30 at most."""
AT_ONCE = 40
"""Messages sorted before a list of conversations is shown: new mail stands where it belongs from the start."""
QUIET_S = 1.5
"""Unasked, sorting waits until no news came for so long: the first fetching of a mailbox must not be slowed."""
TELL_EVERY_S = 0.25
SHOW_EVERY_S = 2.0


class Sorter:
    """The conversations of all accounts. Runs on the store worker but where it says otherwise."""

    def __init__(self, storage: Storage, timers: Timers) -> None:
        self._storage = storage
        self._timers = timers
        self._due: set[AccountId] = set()
        self._stirred_s: dict[AccountId, float] = {}
        self._running: set[AccountId] = set()

    def stir(self, account: AccountId) -> None:
        """News came: sort what they brought, once there is quiet."""
        self._stirred_s[account] = time.monotonic()
        if account not in self._due:
            self._due.add(account)
            self._timers.after(QUIET_S, partial(self._begin_soon, account))

    def sort_few(self, account: AccountId) -> bool:
        """Sort what fits before a list is shown; whether all is sorted now, or as far as can be."""
        try:
            return self._storage.store(account).threads.thread_some(AT_ONCE) < AT_ONCE
        except StoreError:
            return True  # as in ``_slice``; the list is shown all the same

    def sort_for(self, job: Job, account: AccountId, show: Callable[[], bool]) -> None:
        """Sort everything and say so; ``show`` shows the list anew and is False once nobody looks. Ends the job."""
        course = _Course(job=job, account=account, show=show, total=self._storage.store(account).threads.remaining())
        self._post(partial(self._sort_for, course))

    def _begin_soon(self, account: AccountId) -> None:
        """On the timers' thread."""
        self._post(partial(self._begin, account))

    def _begin(self, account: AccountId) -> None:
        left_s = self._stirred_s[account] + QUIET_S - time.monotonic()
        if left_s > 0:
            self._timers.after(left_s, partial(self._begin_soon, account))
            return
        self._due.discard(account)
        if account not in self._running:
            self._running.add(account)
            self._sort(account)

    def _sort(self, account: AccountId) -> None:
        if self._storage.is_open(account) and account not in self._due and self._slice(account):
            self._post(partial(self._sort, account))
        else:
            self._running.discard(account)

    def _slice(self, account: AccountId) -> bool:
        """Whether there is more."""
        try:
            return self._storage.store(account).threads.thread_some(SLICE) == SLICE
        except StoreError:
            # Another window writes, or the disk is full: the next news are the next try.
            return False

    def _sort_for(self, course: "_Course") -> None:
        course.job.run(lambda _job: self._go_on(course))

    def _go_on(self, course: "_Course") -> None:
        threads = self._storage.store(course.account).threads
        is_over = threads.thread_some(SLICE) < SLICE
        now_s = time.monotonic()
        if is_over or now_s - course.shown_s >= SHOW_EVERY_S:
            course.shown_s = now_s
            is_over = not course.show() or is_over
        if is_over:
            course.job.finish()
            return
        if now_s - course.told_s >= TELL_EVERY_S:
            course.told_s = now_s
            course.job.progress("sorting into conversations", course.total - threads.remaining(), course.total)
        self._post(partial(self._sort_for, course))

    def _post(self, work: Callable[[], None]) -> None:
        self._storage.worker.post(work, urgency=Urgency.BACKGROUND)


class _Course:
    """One sorting that somebody waits for."""

    def __init__(self, *, job: Job, account: AccountId, show: Callable[[], bool], total: int) -> None:
        self.job = job
        self.account = account
        self.show = show
        self.total = total
        self.told_s = 0.0
        self.shown_s = time.monotonic()
