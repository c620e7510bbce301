"""Asks once for the secret that a provider issued with the client id."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Input

from tuimail.api.events import ClientSecretNeeded
from tuimail.domain.token import Secret
from tuimail.ui.widgets.dialog import Dialog, Words, title
from tuimail.ui.widgets.hint_line import HintLine


class ClientSecretScreen(ModalScreen[Secret | None]):
    """Returns the secret, or None after Esc. What is typed is never shown."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "decline", "Cancel", id="client_secret.cancel")]
    DEFAULT_CSS = """
    ClientSecretScreen { align: center middle; background: $background 70%; }
    ClientSecretScreen Input { margin-bottom: 1; background: $panel; }
    """

    def __init__(self, event: ClientSecretNeeded) -> None:
        super().__init__()
        self._event = event

    def compose(self) -> ComposeResult:
        """Words, the field, keys."""
        with Dialog():
            yield title("Client secret", tail=self._event.provider)
            yield Words(
                f"{self._event.provider} issued a secret with this client id, and wants it at each sign-in. Paste it"
                " here once: it is kept in your keychain, and never shown."
            )
            yield Words(self._event.client_id, classes="muted")
            yield Input(password=True, placeholder="client secret", id="secret", compact=True)
        yield HintLine((("enter", "sign in"), ("escape", "cancel")))

    @on(Input.Submitted)
    def _given(self, event: Input.Submitted) -> None:
        typed = event.value.strip()
        if typed:
            self.dismiss(Secret(typed))

    def action_decline(self) -> None:
        """Leave without it."""
        self.dismiss(None)
