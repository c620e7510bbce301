"""The main screen."""

from textual.app import ComposeResult
from textual.screen import Screen

from tuimail.ui.widgets.hint_line import HintLine
from tuimail.ui.widgets.status_bar import StatusBar


class MailScreen(Screen[None]):
    """Folders, list and reader."""

    def compose(self) -> ComposeResult:
        """The panes."""
        yield HintLine([("c", "compose")])
        yield StatusBar()
