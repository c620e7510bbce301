"""Events of the engine until the app takes them: accounts are opened while Textual is still being imported."""

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from time import monotonic

from tuimail.api.commands import OpenAccount
from tuimail.api.engine import Engine, Sink
from tuimail.api.events import Event
from tuimail.domain.ids import AccountId, CommandId

AWAITED_S = 0.1
"""The first painting waits so long for a list that is being read from the store."""


class Arrivals:
    """Keeps what comes from its construction on."""

    command: CommandId | None = None
    """The one that opens the account."""

    def __init__(self, engine: Engine) -> None:
        self._early: SimpleQueue[Event] = SimpleQueue()
        self._post: Sink | None = None
        self._guard = threading.Lock()
        engine.listen(self._arrive)

    def hand_over(self, hear: Callable[[Event], None], post: Sink, *, awaited: Callable[[], bool]) -> None:
        """Give what came to ``hear``, waiting a moment while more is ``awaited``; what comes later goes to ``post``.

        ``hear`` is called on this thread, ``post`` on whatever thread an event comes from.
        """
        ends_at, wait_s = monotonic() + AWAITED_S, 0.0
        while (event := self._next(wait_s)) is not None:
            hear(event)
            wait_s = ends_at - monotonic() if awaited() else 0.0
        with self._guard:
            while (event := self._next(0.0)) is not None:
                post(event)
            self._post = post

    def _next(self, wait_s: float) -> Event | None:
        try:
            return self._early.get(timeout=wait_s) if wait_s > 0 else self._early.get_nowait()
        except Empty:
            return None

    def _arrive(self, event: Event) -> None:
        with self._guard:
            if self._post is None:
                self._early.put(event)
            else:
                self._post(event)


def opening(engine: Engine, account: AccountId) -> Arrivals:
    """Ask for an account; what comes of it from the first event on."""
    arrivals = Arrivals(engine)
    arrivals.command = engine.submit(OpenAccount(account=account))
    return arrivals
