"""The one holder of ``AppState``: screens read it here and change it here, and ask the engine here."""

from collections.abc import Callable
from datetime import datetime, tzinfo

from tuimail.api.commands import Command
from tuimail.api.engine import Engine
from tuimail.domain.ids import AccountId, CommandId
from tuimail.ui.keymap import Keymap
from tuimail.ui.state import AppState


class Session:
    """State, engine, keymap, clock and zone of a running app; lives on the event loop alone."""

    def __init__(
        self, engine: Engine, state: AppState, *, keymap: Keymap, clock: Callable[[], datetime], zone: tzinfo
    ) -> None:
        self.state = state
        self.keymap = keymap
        self.clock = clock
        self.zone = zone
        self._engine = engine

    @property
    def account(self) -> AccountId:
        """The account on screen."""
        return self.state.account

    def submit(self, command: Command) -> CommandId:
        """Hand a command to the engine; returns at once."""
        return self._engine.submit(command)

    def cancel(self, command: CommandId) -> None:
        """Give a command up."""
        self._engine.cancel(command)
