"""The app of a first start: no profile yet, so nothing but the first screen."""

from typing import Literal

from tuimail.config.themes import ThemeSpec
from tuimail.ui.crash import QuietApp
from tuimail.ui.screens.first_run import FirstRunScreen
from tuimail.ui.terminal import driver_class
from tuimail.ui.themes import as_textual


class FirstRunApp(QuietApp[Literal["demo", "quit"]]):
    """Ends with what was chosen."""

    TITLE = "tuimail"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, profile_path: str, *, theme: ThemeSpec) -> None:
        super().__init__(driver_class=driver_class())
        self._profile_path = profile_path
        self.register_theme(as_textual(theme))
        self.theme = theme.name

    def on_mount(self) -> None:
        """Show the one screen."""
        self.push_screen(FirstRunScreen(self._profile_path), self._end)

    def _end(self, chosen: Literal["demo", "quit"] | None) -> None:
        self.exit(chosen or "quit")
