"""Waiting for what another process does, with a deadline."""

from collections.abc import Callable
from threading import Event
from time import monotonic

_pause = Event()


def wait_until(condition: Callable[[], bool], what: str, *, deadline_s: float = 40.0) -> None:
    """Return once the condition holds; a TimeoutError names what was waited for."""
    ends_at = monotonic() + deadline_s
    while not condition():
        if monotonic() > ends_at:
            raise TimeoutError(f"not within {deadline_s:g} s: {what}")
        _pause.wait(0.03)
