"""A worker: one thread that owns one slow resource, with a queue in front and a crash barrier around.

Everything that touches the resource runs on its worker. Others hand jobs over (``post``) or, where the worker
lies further right in ``watch, send, imap > auth > store > keychain``, wait for an answer (``call``, ``ask``).
"""

import contextlib
import itertools
import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from enum import IntEnum
from typing import TypeVar

from tuimail.config.logs import fault_of

log = logging.getLogger(__name__)

T = TypeVar("T")


class Urgency(IntEnum):
    """Order in a worker's queue; within one urgency, first come first served."""

    SCREEN = 0
    NORMAL = 1
    BACKGROUND = 2
    IDLE = 3
    """For what only makes later work cheaper."""
    LAST = 9


def log_crash(where: str, error: BaseException) -> None:
    """Log what was raised and where, and nothing that it says."""
    log.error("%s: %s", where, fault_of(error))


class WorkerClosedError(Exception):
    """The worker no longer takes jobs: the program is closing, or the worker was replaced."""


class Worker:
    """A named thread that runs jobs one after the other, most urgent first."""

    def __init__(self, name: str, *, on_crash: Callable[[str, Exception], None]) -> None:
        self._name = name
        self._on_crash = on_crash
        self._jobs: queue.PriorityQueue[tuple[int, int, Callable[[], None] | None]] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._closed = threading.Event()
        self._finishing = threading.Event()
        self._waiting: set[Future[object]] = set()
        self._guard = threading.Lock()
        self._thread = threading.Thread(target=self._loop, name=name, daemon=True)
        self._thread.start()

    @property
    def is_current(self) -> bool:
        """Whether the caller runs on this worker's thread."""
        return threading.current_thread() is self._thread

    def post(self, job: Callable[[], None], *, urgency: Urgency = Urgency.NORMAL) -> None:
        """Queue the job and return at once. After ``close`` it is dropped, after ``finish`` if nobody needs it."""
        is_late = self._finishing.is_set() and urgency in {Urgency.BACKGROUND, Urgency.IDLE}
        if not self._closed.is_set() and not is_late:
            self._jobs.put((urgency, next(self._numbers), job))

    @property
    def is_wanted(self) -> bool:
        """Whether more is queued, so that a long job should make room; a snapshot."""
        return not self._jobs.empty()

    @property
    def is_urged(self) -> bool:
        """Whether something waits that somebody asked for; a snapshot."""
        with self._jobs.mutex:
            return bool(self._jobs.queue) and self._jobs.queue[0][0] < Urgency.BACKGROUND

    def call(self, job: Callable[[], T], *, urgency: Urgency = Urgency.NORMAL) -> T:
        """Run the job on the worker and wait for its value; its exception is raised here. Never from the UI."""
        if self.is_current:
            return job()
        return self.ask(job, urgency=urgency).result()

    def ask(self, job: Callable[[], T], *, urgency: Urgency = Urgency.NORMAL) -> "Future[T]":
        """Queue the job; its value or its exception comes with the future, at a close ``WorkerClosedError``."""
        future: Future[T] = Future()

        def run() -> None:
            try:
                value = job()
            except Exception as error:  # noqa: BLE001 (carried to the caller, who raises it)
                _settle(future, error)
            else:
                with contextlib.suppress(InvalidStateError):  # closed meanwhile: nobody waits any more
                    future.set_result(value)

        with self._guard:
            if self._closed.is_set():
                raise WorkerClosedError(self._name)
            self._waiting.add(future)  # type: ignore[arg-type]  # a set of futures of any kind
        future.add_done_callback(self._forget)
        self._jobs.put((urgency, next(self._numbers), run))
        return future

    def finish(self, job: Callable[[], None], timeout_s: float) -> None:
        """Run a last job after all that are queued, then close; one that takes longer is left behind."""
        done = threading.Event()
        # What queues itself up again in the background would never let the last job have its turn.
        self._finishing.set()

        def run() -> None:
            try:
                job()
            finally:
                done.set()

        self.post(run, urgency=Urgency.LAST)
        done.wait(timeout_s)
        self.close()

    def close(self) -> None:
        """Take no more jobs and end after the one that runs. Callers that wait get ``WorkerClosedError`` at once."""
        with self._guard:
            self._closed.set()
            waiting = list(self._waiting)
        self._jobs.put((Urgency.LAST, next(self._numbers), None))
        for future in waiting:
            _settle(future, WorkerClosedError(self._name))

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread to end; whether it did."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _forget(self, future: "Future[T]") -> None:
        with self._guard:
            self._waiting.discard(future)

    def _loop(self) -> None:
        while True:
            _, _, job = self._jobs.get()
            if job is None:
                return
            if self._closed.is_set():
                continue
            try:
                job()
            except WorkerClosedError:
                continue
            except Exception as error:  # noqa: BLE001 (the crash barrier: the worker lives on)
                log_crash(self._name, error)
                self._on_crash(self._name, error)


def _settle(future: "Future[T]", error: Exception) -> None:
    # Two threads may settle one future: the worker that finishes and the one that closes it.
    with contextlib.suppress(InvalidStateError):
        future.set_exception(error)
