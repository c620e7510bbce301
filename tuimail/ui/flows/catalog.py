"""All flows and their screens. Loaded after the first paint, since the list needs none of it."""

from tuimail.ui.actions import Pane
from tuimail.ui.flows.accounts import AccountsFlow
from tuimail.ui.flows.app_password import AppPasswordFlow
from tuimail.ui.flows.deeds import DeedsFlow
from tuimail.ui.flows.first_sign_in import FirstSignInFlow
from tuimail.ui.flows.flow import Flow, Host
from tuimail.ui.flows.links import LinksFlow
from tuimail.ui.flows.parts import PartsFlow
from tuimail.ui.flows.quitting import QuitFlow
from tuimail.ui.flows.safety import SafetyFlow
from tuimail.ui.flows.settings import SettingsFlow
from tuimail.ui.flows.sign_in import SignInFlow
from tuimail.ui.flows.trouble import TroubleFlow
from tuimail.ui.flows.writing import WritingFlow
from tuimail.ui.screens.help import HelpScreen, pane_groups, screen_groups
from tuimail.ui.widgets.hint_line import HintLine


class Catalog:
    """The flows in the order in which they look at events."""

    def __init__(self, host: Host, *, downloads: str) -> None:
        writing = WritingFlow(host)
        self._host = host
        self.flows: tuple[Flow, ...] = (
            AccountsFlow(host),
            FirstSignInFlow(host),
            SignInFlow(host),
            AppPasswordFlow(host),
            writing,
            PartsFlow(host, downloads),
            LinksFlow(host),
            DeedsFlow(host),
            SafetyFlow(host, downloads),
            SettingsFlow(host, downloads),
            QuitFlow(host, writing),
            TroubleFlow(host),
        )

    def show_help(self, pane: Pane | None) -> None:
        """Help for a pane of the main screen, or for whatever screen is on top."""
        app, keymap = self._host.app, self._host.session.keymap
        if isinstance(app.screen, HelpScreen):
            return
        if pane is not None:
            app.push_screen(HelpScreen(pane_groups(keymap, pane), preset=keymap.name))
        else:
            lines = app.screen.query(HintLine)
            hints = lines.first().pairs if lines else ()
            app.push_screen(HelpScreen(screen_groups(app.screen.active_bindings.values(), hints)))
