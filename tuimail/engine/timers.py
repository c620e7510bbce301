"""One thread that runs small callbacks later: undo windows, reconnects, refreshes."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable

from tuimail.engine.worker import log_crash


class Timers:
    """Calls back after a delay on its own thread; callbacks only post to workers. Cancelled by handle."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._cancelled: set[int] = set()
        self._wake = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None

    def after(self, delay_s: float, call: Callable[[], None]) -> int:
        """Run ``call`` in ``delay_s`` seconds; returns the handle for ``cancel``."""
        with self._wake:
            handle = next(self._numbers)
            heapq.heappush(self._heap, (self._clock() + delay_s, handle, call))
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._loop, name="timers", daemon=True)
                self._thread.start()
            self._wake.notify()
        return handle

    def cancel(self, handle: int) -> None:
        """Do not run it; nothing happens if it already ran."""
        with self._wake:
            if any(entry[1] == handle for entry in self._heap):
                self._cancelled.add(handle)

    def close(self, _left_s: float = 0.0) -> None:
        """Run nothing any more."""
        with self._wake:
            self._closed = True
            self._heap.clear()
            self._wake.notify()

    def _loop(self) -> None:
        while True:
            with self._wake:
                while not self._closed and (not self._heap or self._heap[0][0] > self._clock()):
                    self._wake.wait(self._heap[0][0] - self._clock() if self._heap else None)
                if self._closed:
                    return
                _, handle, call = heapq.heappop(self._heap)
                if handle in self._cancelled:
                    self._cancelled.discard(handle)
                    continue
            try:
                call()
            except Exception as error:  # noqa: BLE001 (the crash barrier: the other timers live on)
                log_crash("timers", error)
