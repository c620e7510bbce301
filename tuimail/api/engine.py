"""The door between UI and engine."""

from collections.abc import Callable
from typing import Protocol

from tuimail.api.commands import Command
from tuimail.api.events import Event
from tuimail.domain.ids import CommandId

Sink = Callable[[Event], None]
"""Called from worker threads; must return at once."""


class Engine(Protocol):
    """What the UI holds of the engine; a fake one plays this in UI tests."""

    def submit(self, command: Command) -> CommandId:
        """Queue the command and return at once; its events carry the id. After ``close`` it is dropped."""

    def cancel(self, command: CommandId) -> None:
        """Give the command up; it still ends in one of its three endings. Unknown ids are ignored."""

    def listen(self, sink: Sink) -> None:
        """Send every event from now on to ``sink``."""

    def close(self, deadline_s: float) -> None:
        """Stop everything; returns after at most ``deadline_s`` seconds, whatever servers do."""
