"""Notices that a server has gone silent in the middle of something, long before that is taken for an end."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from tuimail.engine.timers import Timers

SILENT_S = 4.0
"""With ``_LOOK_S`` on top, it is said within five."""
_LOOK_S = 0.5


class SilenceWatch:
    """Around every piece of work at one connection; a piece costs three assignments, one timer looks on."""

    def __init__(self, timers: Timers, *, progress: Callable[[], int], on_silence: Callable[[], None]) -> None:
        """``progress`` grows with every byte that arrives; ``on_silence`` is called by the timers, once a piece."""
        self._timers = timers
        self._progress = progress
        self._on_silence = on_silence
        self._guard = threading.Lock()
        self._busy_since_s: float | None = None
        self._seen = 0
        self._moved_s = 0.0
        self._is_looking = False
        self.is_silent = False
        """Whether the piece under way was found silent."""

    @contextmanager
    def working(self) -> Generator[None]:
        """Something is asked of the server within."""
        # What came since the last piece is no sign of life in this one.
        self._seen = self._progress()
        self._busy_since_s, self.is_silent = time.monotonic(), False
        with self._guard:
            is_looking, self._is_looking = self._is_looking, True
        if not is_looking:
            self._look_in(SILENT_S)
        try:
            yield
        finally:
            self._busy_since_s = None

    def _look_in(self, delay_s: float) -> None:
        self._timers.after(delay_s, self._look)

    def _look(self) -> None:
        since_s, progress = self._busy_since_s, self._progress()
        if since_s is None:
            with self._guard:
                self._is_looking = False
            return
        now_s = time.monotonic()
        if progress != self._seen:
            self._seen, self._moved_s = progress, now_s
        elif now_s - max(since_s, self._moved_s) >= SILENT_S and not self.is_silent:
            self.is_silent = True
            self._on_silence()
        self._look_in(_LOOK_S)
