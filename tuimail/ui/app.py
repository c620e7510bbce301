"""The Textual app: screens, themes and the engine's events. Holds no mail logic."""

from collections.abc import Callable
from datetime import datetime, tzinfo

from textual import on
from textual.app import App

from tuimail.api.commands import Command, OpenAccount
from tuimail.api.engine import Engine
from tuimail.domain.account import Account
from tuimail.domain.ids import AccountId, CommandId
from tuimail.ui.bridge import Reported, connect
from tuimail.ui.screens.mail import MailScreen
from tuimail.ui.start import StartMode
from tuimail.ui.state import begin, reduce
from tuimail.ui.themes import ThemeValue, as_textual


class TuimailApp(App[None]):
    """Shows one account's mail."""

    CSS_PATH = "app.tcss"
    TITLE = "tuimail"

    def __init__(  # noqa: PLR0913 (called once, by the composition root)
        self,
        engine: Engine,
        *,
        accounts: tuple[Account, ...],
        default: AccountId,
        themes: tuple[ThemeValue, ...],
        theme: str,
        keys: str,
        clock: Callable[[], datetime],
        zone: tzinfo,
        start: StartMode,
    ) -> None:
        # Stylesheets use names that only these themes have, so one is in place before the first is read.
        self._wanted = (themes, theme)
        super().__init__()
        self._engine = engine
        self.state = begin(accounts, default)
        self._keys, self._clock, self._zone, self._start = keys, clock, zone, start
        for each in themes:
            self.register_theme(as_textual(each))
        self.theme = theme

    def on_mount(self) -> None:
        """Show the main screen and ask for the account."""
        self.push_screen(MailScreen())
        connect(self._engine, self)
        self.submit(OpenAccount(account=self.state.account))

    def submit(self, command: Command) -> CommandId:
        """Hand a command to the engine."""
        return self._engine.submit(command)

    @on(Reported)
    def _take(self, message: Reported) -> None:
        self.state = reduce(self.state, message.event)
