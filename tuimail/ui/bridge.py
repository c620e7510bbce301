"""Engine events on their way into Textual: kept until the main screen stands, then posted from worker threads."""

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from time import monotonic

from textual.app import App
from textual.message import Message

from tuimail.api.engine import Engine
from tuimail.api.events import Event, Progress

AWAITED_S = 0.1
"""The first painting waits so long for a list that is being read from the store."""


class Reported(Message, bubble=False):
    """An event of the engine, arrived on the event loop."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event

    def can_replace(self, message: Message) -> bool:
        """Of two queued progress events of one command only the newer one matters."""
        return (
            isinstance(message, Reported)
            and isinstance(self.event, Progress)
            and isinstance(message.event, Progress)
            and self.event.command == message.event.command
        )


class Arrivals:
    """Hears the engine from its construction on, so that accounts are opened while the app still starts."""

    def __init__(self, engine: Engine) -> None:
        self._early: SimpleQueue[Event] = SimpleQueue()
        self._app: App[None] | None = None
        self._guard = threading.Lock()
        engine.listen(self._arrive)

    def hand_over(self, hear: Callable[[Event], None], *, awaited: Callable[[], bool]) -> None:
        """Give what came so far to ``hear``; while more is ``awaited``, wait a moment for it."""
        ends_at, wait_s = monotonic() + AWAITED_S, 0.0
        while (event := self._next(wait_s)) is not None:
            hear(event)
            wait_s = ends_at - monotonic() if awaited() else 0.0

    def post_to(self, app: App[None]) -> None:
        """Send what is left and every event from now on to the app; ``post_message`` may be called from any thread."""
        with self._guard:
            while (event := self._next(0.0)) is not None:
                app.post_message(Reported(event))
            self._app = app

    def _next(self, wait_s: float) -> Event | None:
        try:
            return self._early.get(timeout=wait_s) if wait_s > 0 else self._early.get_nowait()
        except Empty:
            return None

    def _arrive(self, event: Event) -> None:
        with self._guard:
            if self._app is None:
                self._early.put(event)
            else:
                self._app.post_message(Reported(event))
