"""What a group of deeds sees of the main screen."""

from collections.abc import Callable, Mapping
from typing import Protocol

from textual.app import App
from textual.widget import Widget

from tuimail.domain.ids import AccountId
from tuimail.ui.session import Session
from tuimail.ui.state import AppState
from tuimail.ui.widgets.mailbox_tree import MailboxTree
from tuimail.ui.widgets.message_list import MessageList
from tuimail.ui.widgets.message_view import MessageView

Deed = Callable[[], None]
Deeds = Mapping[str, Deed]
"""Functions by the name of their action."""


class Desk(Protocol):
    """The main screen, as far as deeds may reach."""

    @property
    def app(self) -> App[object]:
        """For screens to push."""

    @property
    def session(self) -> Session:
        """State and engine."""

    @property
    def messages(self) -> MessageList:
        """The list."""

    @property
    def folders(self) -> MailboxTree:
        """The folder list."""

    @property
    def reader(self) -> MessageView:
        """The reader."""

    @property
    def folded(self) -> set[AccountId]:
        """Accounts whose folders are not listed."""

    def change(self, state: AppState) -> None:
        """Take the state and show what is different."""

    def focus_pane(self, pane: Widget) -> None:
        """Give a pane the focus, showing it first where it is hidden."""

    def tell(self, words: str, *, can_undo: bool = False) -> None:
        """Say something for some seconds."""
