"""Which permissions an account has: fewer or more, by signing in again with exactly those."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tuimail.domain.account import AccountSummary
from tuimail.domain.scope import WITHOUT, Permission
from tuimail.ui.screens.consent import one_permission_words
from tuimail.ui.widgets.choices import Choice, Choices
from tuimail.ui.widgets.dialog import Dialog, Words, title
from tuimail.ui.widgets.hint_line import HintLine

READ_ONLY = frozenset({Permission.IDENTITY, Permission.READ})
READ_AND_SEND = READ_ONLY | {Permission.SEND}


class PermissionsScreen(ModalScreen[frozenset[Permission] | None]):
    """Returns the permissions to sign in with, or None. The one that is held now is preselected."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "read_only", "Reading only", id="permissions.read"),
        Binding("s", "read_and_send", "Reading and sending", id="permissions.send"),
        Binding("escape", "keep", "Leave it", id="permissions.keep"),
    ]
    DEFAULT_CSS = "PermissionsScreen { align: center middle; background: $background 70%; }"

    def __init__(self, summary: AccountSummary) -> None:
        super().__init__()
        self._summary = summary

    def compose(self) -> ComposeResult:
        """Words, choices, keys."""
        held = {line.permission for line in self._summary.permissions if line.granted}
        with Dialog():
            yield title("Permissions", tail=self._summary.account.address)
            yield Words(
                f"{self._summary.account.provider} grants reading and sending apart. You sign in again with exactly"
                " what you choose; the consent screen comes first."
            )
            yield Choices(_CHOICES, preselected=1 if Permission.SEND in held else 0)
        yield HintLine((("r", "reading only"), ("s", "reading and sending"), ("escape", "leave it")))

    def on_mount(self) -> None:
        """The arrows choose, too."""
        self.query_one(Choices).focus()

    def action_read_only(self) -> None:
        """Choose reading alone."""
        self.dismiss(READ_ONLY)

    def action_read_and_send(self) -> None:
        """Choose both."""
        self.dismiss(READ_AND_SEND)

    def action_keep(self) -> None:
        """Change nothing."""
        self.dismiss(None)


def no_choice_words(summary: AccountSummary) -> str:
    """Why there is nothing to choose; empty if there is."""
    account, sets = summary.account, summary.account.oauth.scopes
    if account.uses_password:
        return "An app password opens everything: there are no permissions to choose."
    if not sets.can_send:
        return f"Reading only: the profile names no accounts.{account.id}.oauth.scopes.send."
    return "" if sets.separate else one_permission_words(account.provider)


_CHOICES = (
    Choice(key="r", action="read_only", words="Reading only", then=f"{WITHOUT[Permission.SEND].capitalize()}."),
    Choice(
        key="s",
        action="read_and_send",
        words="Reading and sending",
        then="What you write goes out, and only when you send it.",
    ),
)
