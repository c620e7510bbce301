"""Holds requests back that come too fast, and says for how long: one gate an account and kind of server."""

import threading
from collections.abc import Callable

from tuimail.domain.errors import ErrorKind, NetworkError, Remedy
from tuimail.engine.pace import Bucket


class HeldBack(NetworkError):  # noqa: N818 (reads as what happened)
    """Nothing was sent: it would have been too soon."""

    def __init__(self, host: str, wait_s: float) -> None:
        seconds = max(1, round(wait_s))
        words = f"Waiting {seconds} s before the next connection to {host}: there were many just now."
        super().__init__(ErrorKind.THROTTLED, words, remedy=Remedy.WAIT)
        self.retry_after_s = wait_s


class Gate:
    """A bucket with a clock. Any thread."""

    def __init__(self, bucket: Bucket, clock: Callable[[], float]) -> None:
        self._bucket = bucket
        self._clock = clock
        self._guard = threading.Lock()

    def enter(self, host: str) -> None:
        """Take a drop; raises ``HeldBack`` where there is none."""
        with self._guard:
            now_s = self._clock()
            wait_s = self._bucket.wait_s(now_s)
            if wait_s > 0:
                raise HeldBack(host, wait_s)
            self._bucket = self._bucket.taken(now_s)
