"""Other folders, other accounts, other screens."""

from functools import partial

from textual.message import Message as UIMessage

from tuimail.api.commands import AskConsent, BeginDraft, OpenAccount, OpenMailbox, PauseFilling, Refresh
from tuimail.domain.ids import AccountId, MailboxId
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.scope import Permission
from tuimail.ui.screens.deeds.desk import Deeds, Desk
from tuimail.ui.screens.folder_picker import FolderPicker
from tuimail.ui.screens.picker import Choice, Picker
from tuimail.ui.state import open_mailbox, switch_account


class SettingsWanted(UIMessage):
    """The settings screen."""


class OutboxWanted(UIMessage):
    """The outbox screen."""


class SentWanted(UIMessage):
    """The Sent folder."""


class DraftsWanted(UIMessage):
    """The drafts screen."""


class KeychainChoicesWanted(UIMessage):
    """The other ways, while the keychain asks."""


class HelpWanted(UIMessage):
    """The help screen."""
class DetailsWanted(UIMessage):
    """The newest problem, with what the server said."""




class PaletteWanted(UIMessage):
    """The command palette."""


class QuitWanted(UIMessage):
    """The end; the app asks where that would lose something, unless it is firm: the terminal or the system ends it."""

    def __init__(self, *, is_firm: bool = False) -> None:
        super().__init__()
        self.is_firm = is_firm


class Going:
    """Opens folders and accounts, and posts what other screens are wanted."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def deeds(self) -> Deeds:
        """The actions of this group."""
        return {
            "compose": self._compose,
            "refresh": self._refresh,
            "sign_in": self._sign_in,
            "pause_filling": partial(self._pause, is_paused=True),
            "resume_filling": partial(self._pause, is_paused=False),
            "go_inbox": partial(self.go_role, MailboxRole.INBOX),
            "go_sent": partial(self.go_role, MailboxRole.SENT),
            "go_archive": partial(self.go_role, MailboxRole.ARCHIVE),
            "go_junk": partial(self.go_role, MailboxRole.JUNK),
            "go_trash": partial(self.go_role, MailboxRole.TRASH),
            "go_drafts": partial(self._post, DraftsWanted),
            "go_outbox": partial(self._post, OutboxWanted),
            "go_folder": self._pick_folder,
            "next_folder": partial(self._step, 1),
            "previous_folder": partial(self._step, -1),
            "folders": self._show_folders,
            "folder_open": self._open_current,
            "folder_back": partial(self._desk.focus_pane, self._desk.messages),
            "switch_account": self._pick_account,
            "settings": partial(self._post, SettingsWanted),
            "keychain": partial(self._post, KeychainChoicesWanted),
            "help": partial(self._post, HelpWanted),
            "palette": partial(self._post, PaletteWanted),
            "quit": partial(self._post, QuitWanted),
        }

            "details": partial(self._post, DetailsWanted),
    def open(self, mailbox: MailboxId) -> None:
        """Show a mailbox."""
        session = self._desk.session
        self._desk.messages.clear_marks()
        command = session.submit(OpenMailbox(account=session.account, mailbox=mailbox))
        self._desk.change(open_mailbox(session.state, mailbox, command))
        self._desk.focus_pane(self._desk.messages)

    def open_account(self, account: AccountId) -> None:
        """Show an account, from what is stored at first."""
        session = self._desk.session
        self._desk.change(switch_account(session.state, account))
        session.submit(OpenAccount(account=account))
        inbox = session.state.with_role(MailboxRole.INBOX)
        if inbox is not None:
            self.open(inbox.id)

    def _post(self, wish: type[UIMessage]) -> None:
        self._desk.app.post_message(wish())

    def _compose(self) -> None:
        self._desk.session.submit(BeginDraft(account=self._desk.session.account))

    def _refresh(self) -> None:
        self._desk.session.submit(Refresh(account=self._desk.session.account))

    def _pause(self, *, is_paused: bool) -> None:
        self._desk.session.submit(PauseFilling(account=self._desk.session.account, is_paused=is_paused))

    def _sign_in(self) -> None:
        wanted = frozenset({Permission.IDENTITY, Permission.READ})
        self._desk.session.submit(AskConsent(account=self._desk.session.account, permissions=wanted))

    def go_role(self, role: MailboxRole) -> None:
        """Show the mailbox for this purpose."""
        mailbox = self._desk.session.state.with_role(role)
        if mailbox is None:
            self._desk.tell("This account has no such folder.")
        else:
            self.open(mailbox.id)

    def _step(self, by: int) -> None:
        state = self._desk.session.state
        ids = [box.id for box in state.view.mailboxes if box.selectable]
        place = ids.index(state.mailbox) + by if state.mailbox in ids else 0
        if 0 <= place < len(ids):
            self.open(ids[place])
        else:
            self._desk.tell("This is the last folder." if by > 0 else "This is the first folder.")

    def _show_folders(self) -> None:
        self._desk.focus_pane(self._desk.folders)

    def _open_current(self) -> None:
        current = self._desk.folders.current
        if current is not None:
            self.open(current)

    def _pick_folder(self) -> None:
        def picked(mailbox: MailboxId | None) -> None:
            if mailbox is not None:
                self.open(mailbox)

        choices = tuple(box for box in self._desk.session.state.view.mailboxes if box.selectable)
        self._desk.app.push_screen(FolderPicker("Go to folder", choices), picked)

    def _pick_account(self) -> None:
        accounts = self._desk.session.state.accounts
        if len(accounts) == 1:
            self._desk.tell("This profile has one account.")
            return

        def picked(account: AccountId | None) -> None:
            if account is not None and account != self._desk.session.account:
                self.open_account(account)

        addresses = self._desk.session.addresses
        choices = [Choice(value=name, title=addresses.get(name, str(name)), detail=str(name)) for name in accounts]
        self._desk.app.push_screen(Picker("Switch account", choices), picked)
