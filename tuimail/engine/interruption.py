"""Ending what a job runs right now, from another thread, and nothing that runs on the same thing afterwards."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager


class Interruption:
    """One at a time may be ended: a statement of the store, or a command of a connection."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._end: Callable[[], None] | None = None

    @contextmanager
    def during(self, end: Callable[[], None]) -> Generator[None]:
        """While this lasts, ``interrupt`` calls ``end``."""
        with self._guard:
            self._end = end
        try:
            yield
        finally:
            with self._guard:
                self._end = None

    def interrupt(self) -> None:
        """End what runs, if anything does. Any thread."""
        with self._guard:
            if self._end is not None:
                self._end()
