"""Notices that the machine slept, was stopped, or had its clock set: connections may be gone without a word."""

import time
from collections.abc import Callable

from tuimail.engine.pace import Moment, has_jumped
from tuimail.engine.timers import Timers

LOOK_S = 3.0


class ClockWatch:
    """Looks at both clocks every few seconds; ``on_jump`` is called on the timers' thread and only posts to workers."""

    def __init__(
        self, timers: Timers, on_jump: Callable[[], None], *, look: Callable[[], Moment] | None = None
    ) -> None:
        self._timers = timers
        self._on_jump = on_jump
        self._look = look or _now
        self._last = self._look()
        self._is_closed = False
        self._again()

    def close(self) -> None:
        """Look no more."""
        self._is_closed = True

    def _again(self) -> None:
        self._timers.after(LOOK_S, self._compare)

    def _compare(self) -> None:
        if self._is_closed:
            return
        before, self._last = self._last, self._look()
        if has_jumped(before, self._last, expected_s=LOOK_S):
            self._on_jump()
        self._again()


def _now() -> Moment:
    return Moment(steady_s=time.monotonic(), wall_s=time.time())
