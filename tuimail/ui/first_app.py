"""The app of somebody without a profile, and of whoever adds an account: the first screen and the assistant."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from textual import on
from textual.message import Message

from tuimail.api.engine import Engine
from tuimail.config.themes import ThemeSpec
from tuimail.domain.ids import AccountId
from tuimail.ui.bridge import Reported, poster
from tuimail.ui.crash import QuietApp
from tuimail.ui.flows.setting_up import SettingUp, Written
from tuimail.ui.screens.first_run import FirstRunScreen
from tuimail.ui.terminal import driver_class
from tuimail.ui.themes import as_textual

Chosen = Literal["demo", "quit"] | Written


class FirstRunApp(QuietApp[Chosen]):
    """Ends with what was chosen, or with the account that was written."""

    CSS_PATH = str(Path(__file__).with_name("notices.tcss"))
    TITLE = "tuimail"
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self, engine: Engine, *, theme: ThemeSpec, taken: Sequence[AccountId] = (), adds: bool = False
    ) -> None:
        """``adds``: begin with the address, and end where that is left."""
        super().__init__(driver_class=driver_class())
        self._engine = engine
        self._adds = adds
        self.register_theme(as_textual(theme))
        self.theme = theme.name
        self._taken = tuple(taken)
        self._setting_up: SettingUp | None = None

    def on_mount(self) -> None:
        """Show the first screen, or the assistant."""
        self._engine.listen(poster(self))
        self._setting_up = SettingUp(self.app, self._engine, taken=self._taken, done=self._done)
        if self._adds:
            self._setting_up.begin()
        else:
            self.push_screen(FirstRunScreen(), self._end)

    @on(Reported)
    def _arrived(self, message: Reported) -> None:
        if self._setting_up is not None:
            self._setting_up.take(message.event)

    @on(Message)
    def _posted(self, message: Message) -> None:
        if self._setting_up is None:
            return
        if isinstance(message, FirstRunScreen.AccountWanted):
            self._setting_up.begin()
        else:
            self._setting_up.wish(message)

    def _done(self, written: Written | None) -> None:
        if written is not None:
            self.exit(written)
        elif self._adds:
            self.exit("quit")

    def _end(self, chosen: Literal["demo", "quit"] | None) -> None:
        self.exit(chosen or "quit")
