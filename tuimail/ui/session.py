"""The one holder of ``AppState``: screens read it here and change it here, and ask the engine here."""

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo

from tuimail.api.commands import Command
from tuimail.api.engine import Engine
from tuimail.domain.errors import Problem
from tuimail.domain.ids import AccountId, CommandId
from tuimail.domain.together import ALL_ACCOUNTS
from tuimail.ui.external_editor import ExternalEditor
from tuimail.ui.keymap import Keymap
from tuimail.ui.layout import Line, as_read
from tuimail.ui.start import FirstSignIn
from tuimail.ui.state import AppState
from tuimail.ui.typed_ahead import TypedAhead


class Session:
    """State, engine, keymap, clock and zone of a running app; lives on the event loop alone."""

    def __init__(  # noqa: PLR0913 (called once, by the app)
        self,
        engine: Engine,
        state: AppState,
        *,
        keymap: Keymap,
        clock: Callable[[], datetime],
        zone: tzinfo,
        addresses: Mapping[AccountId, str],
        editor: ExternalEditor | None = None,
        seen_after_s: float = 1.0,
    ) -> None:
        self.state = state
        self.keymap = keymap
        self.clock = clock
        self.zone = zone
        self.editor = editor
        """The person's own editor for the composer, if one is set."""
        self.addresses = {ALL_ACCOUNTS: "all accounts", **addresses}
        """The address of each account."""
        self.seen_after_s = seen_after_s
        """How long a message is open before it counts as read; negative: never by itself."""
        self.links: dict[CommandId, str] = {}
        """Addresses that the browser was asked to open, until that has ended."""
        self.problem: Problem | None = None
        """The newest that was told, for whoever wants the server's own words."""
        self.first: FirstSignIn | None = None
        """The program follows a set-up of the account on the screen."""
        self.can_add = True
        """Whether there is a profile that another account can be written into; the demo has none."""
        self.rings = False
        """Whether new mail rings the terminal's bell."""
        self.order: Callable[[Line], Line] = as_read
        """Puts a line of the reader in the order in which it is drawn."""
        self.ahead = TypedAhead()
        """Keys for what is not there yet."""
        self._engine = engine

    @property
    def account(self) -> AccountId:
        """The account on screen."""
        return self.state.account

    def submit(self, command: Command) -> CommandId:
        """Hand a command to the engine; returns at once."""
        number = self._engine.submit(command)
        self.ahead.submitted(command, number)
        return number

    def cancel(self, command: CommandId) -> None:
        """Give a command up."""
        self._engine.cancel(command)
