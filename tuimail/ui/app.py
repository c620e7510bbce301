"""The Textual app: screens, themes and the engine's events. Holds no mail logic."""

from collections.abc import Callable
from datetime import datetime, tzinfo

from textual import on
from textual.app import App

from tuimail.api.commands import OpenAccount
from tuimail.api.engine import Engine
from tuimail.domain.account import Account
from tuimail.domain.ids import AccountId
from tuimail.ui.bridge import Reported, connect
from tuimail.ui.keymap import keymap
from tuimail.ui.screens.mail import MailScreen
from tuimail.ui.session import Session
from tuimail.ui.start import StartMode
from tuimail.ui.state import AppState, begin, reduce
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
        downloads: str = "~/Downloads",
    ) -> None:
        super().__init__()
        self._engine = engine
        self.session = Session(engine, begin(accounts, default), keymap=keymap(keys), clock=clock, zone=zone)
        self._start = start
        self._downloads = downloads
        for each in themes:
            self.register_theme(as_textual(each))
        self.theme = theme

    @property
    def state(self) -> AppState:
        """What is on screen."""
        return self.session.state

    def on_mount(self) -> None:
        """Show the main screen and ask for the account."""
        self._mail = MailScreen(self.session, downloads=self._downloads)
        self.push_screen(self._mail)
        connect(self._engine, self)
        self.session.submit(OpenAccount(account=self.state.account))

    @on(Reported)
    def _take(self, message: Reported) -> None:
        before = self.session.state
        self.session.state = reduce(before, message.event)
        self._mail.take(message.event, before)
