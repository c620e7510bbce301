"""Holds requests back that come too fast, and says for how long: one gate an account and kind of server."""

import threading
from collections.abc import Callable

from tuimail.domain.errors import ErrorKind, NetworkError, Remedy
from tuimail.engine.pace import Bucket


class HeldBack(NetworkError):  # noqa: N818 (reads as what happened)
    """Nothing was sent: it would have been too soon."""

    def __init__(self, host: str, wait_s: float, *, until: str) -> None:
        """``until``: the time of day, which stays true however long the words stand on a screen."""
        words = f"The next connection to {host} waits until {until}: there were many just now."
        super().__init__(ErrorKind.THROTTLED, words, remedy=Remedy.WAIT)
        self.retry_after_s = wait_s


class Gate:
    """A bucket with a clock. Any thread."""

    def __init__(self, bucket: Bucket, clock: Callable[[], float], *, time_in: Callable[[float], str]) -> None:
        """``time_in`` says which time of day it is in so many seconds."""
        self._bucket = bucket
        self._clock = clock
        self._time_in = time_in
        self._guard = threading.Lock()

    def enter(self, host: str) -> None:
        """Take a drop; raises ``HeldBack`` where there is none."""
        with self._guard:
            now_s = self._clock()
            wait_s = self._bucket.wait_s(now_s)
            if wait_s > 0:
                raise HeldBack(host, wait_s, until=self._time_in(wait_s))
            self._bucket = self._bucket.taken(now_s)
