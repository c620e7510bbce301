"""Work on many messages in portions, so that what the screen asks for in between waits for one portion alone."""

import time
from collections.abc import Callable, Sequence
from functools import partial

from tuimail.domain.ids import RowId
from tuimail.engine.job import Job
from tuimail.engine.worker import Urgency, Worker

PORTION = 500
"""Messages changed in one transaction: 5 to 10 ms, and one set of numbers for the server."""
TELL_EVERY_S = 0.25


def portions(rows: Sequence[RowId]) -> list[Sequence[RowId]]:
    """The rows, so many at a time."""
    return [rows[start : start + PORTION] for start in range(0, len(rows), PORTION)]


class Portioned:
    """One command's work, begun and ended on its worker; each portion after the first queues up behind the screen."""

    def __init__(self, job: Job, worker: Worker, *, words: str) -> None:
        """``words``: what is done, for the progress, such as "moving"."""
        self._job = job
        self._worker = worker
        self._words = words
        self._told_s = time.monotonic()

    def run(self, works: Sequence[Callable[[], None]], *, begun: Callable[[], None], end: Callable[[], None]) -> None:
        """Do all works, then ``end``, also where one of them fails. ``begun`` follows the first of several."""
        if not works:
            end()
            return
        # Half of it done would be worse than all.
        self._job.go_through()
        if len(works) == 1:
            begun = _nothing
        self._step(works, 0, begun=begun, end=end)

    def _step(
        self, works: Sequence[Callable[[], None]], at: int, *, begun: Callable[[], None], end: Callable[[], None]
    ) -> None:
        is_done = False
        try:
            works[at]()
            is_done = True
        finally:
            if not is_done:
                end()
        if at + 1 == len(works):
            end()
            return
        begun()
        if time.monotonic() - self._told_s >= TELL_EVERY_S:
            self._told_s = time.monotonic()
            self._job.progress(self._words, (at + 1) * PORTION, len(works) * PORTION)
        go_on = partial(self._step, works, at + 1, begun=_nothing, end=end)
        self._job.hand_to(self._worker, lambda _job: go_on(), urgency=Urgency.NORMAL)


def _nothing() -> None:
    """What begins once does not begin again."""
