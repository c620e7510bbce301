"""Other folders, other accounts, other screens."""

from functools import partial

from textual.message import Message as UIMessage

from tuimail.api.commands import AskConsent, BeginDraft, OpenAccount, OpenMailbox, PauseFilling, Refresh
from tuimail.domain.ids import AccountId, MailboxId
from tuimail.domain.mailbox import Mailbox, MailboxRole, first_shown
from tuimail.domain.scope import Permission
from tuimail.domain.together import ALL_ACCOUNTS
from tuimail.ui.account_signs import account_sign, inbox_unread, wants_sign_in
from tuimail.ui.screens.account_picker import AccountPicker
from tuimail.ui.screens.deeds.desk import Deeds, Desk
from tuimail.ui.screens.folder_picker import FolderPicker
from tuimail.ui.screens.picker import Choice
from tuimail.ui.state import AccountView, open_mailbox, opening_account, switch_account


class SettingsWanted(UIMessage):
    """The settings screen."""


class OutboxWanted(UIMessage):
    """The outbox screen."""


class DraftsWanted(UIMessage):
    """The drafts screen."""


class KeychainChoicesWanted(UIMessage):
    """The other ways, while the keychain asks."""


class HealthWanted(UIMessage):
    """How sound an account's sign-in is; without one, of the account on the screen."""

    def __init__(self, account: AccountId | None = None) -> None:
        super().__init__()
        self.account = account


class KeptWanted(UIMessage):
    """Everything that is kept on this machine."""


class EmergencyWanted(UIMessage):
    """Everything is to be ended."""


class DetailsWanted(UIMessage):
    """The newest problem, with what the server said."""


class WishHeard(UIMessage):
    """What was wanted is on the screen, or will never be."""


class HelpWanted(UIMessage):
    """The help screen."""


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
        self._before: AccountId | None = None
        """The account that was on the screen before this one."""

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
            "folder_fold": self._fold_account,
            "switch_account": self._pick_account,
            "settings": partial(self._post, SettingsWanted),
            "keychain": partial(self._post, KeychainChoicesWanted),
            "details": partial(self._post, DetailsWanted),
            "health": partial(self._post, HealthWanted),
            "kept": partial(self._post, KeptWanted),
            "emergency": partial(self._post, EmergencyWanted),
            "help": partial(self._post, HelpWanted),
            "palette": partial(self._post, PaletteWanted),
            "quit": partial(self._post, QuitWanted),
        }

    def open(self, mailbox: MailboxId) -> None:
        """Show a mailbox of the account on the screen."""
        session = self._desk.session
        self._desk.messages.clear_marks()
        command = session.submit(OpenMailbox(account=session.account, mailbox=mailbox))
        self._desk.change(open_mailbox(session.state, mailbox, command))
        self._desk.focus_pane(self._desk.messages)

    def open_account(self, account: AccountId) -> None:
        """Show an account as it was left, or its inbox."""
        session = self._desk.session
        self._switch(account)
        shown = self.first_of(session.state.view)
        if shown is not None:
            self.open(shown.id)

    def first_of(self, view: AccountView) -> Mailbox | None:
        """The mailbox that stands open when the account comes onto the screen."""
        return first_shown(view.mailboxes, view.left_in)

    def _switch(self, account: AccountId) -> None:
        session, view = self._desk.session, self._desk.session.state.accounts[account]
        self._before = session.account
        self._desk.messages.clear_marks()
        self._desk.change(switch_account(session.state, account))
        self._desk.focus_pane(self._desk.messages)
        is_known = view.sign_in is not None or account in session.state.opened.values() or account == ALL_ACCOUNTS
        if not is_known or view.trouble is not None:
            command = session.submit(OpenAccount(account=account, asks=False))
            self._desk.change(opening_account(session.state, account, command))

    def _post(self, wish: type[UIMessage]) -> None:
        self._desk.session.ahead.wished()
        self._desk.app.post_message(wish())
        # Behind the wish in the app's queue, and behind whatever has to be loaded for it.
        self._desk.app.post_message(WishHeard())

    def _compose(self) -> None:
        self._desk.session.submit(BeginDraft(account=self._desk.session.account))

    def _refresh(self) -> None:
        self._desk.session.submit(Refresh(account=self._desk.session.account))

    def _pause(self, *, is_paused: bool) -> None:
        self._desk.session.submit(PauseFilling(account=self._desk.session.account, is_paused=is_paused))

    def _sign_in(self, account: AccountId | None = None) -> None:
        wanted = frozenset({Permission.IDENTITY, Permission.READ})
        self._desk.session.submit(AskConsent(account=account or self._desk.session.account, permissions=wanted))

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
        """The folder at the cursor; at the name of an account, sign in where that is what it needs, or fold it."""
        line = self._desk.folders.current
        if line is None:
            return
        if line.mailbox is None:
            if wants_sign_in(self._desk.session.state.accounts[line.account]):
                self._sign_in(line.account)
            else:
                self._fold_account()
            return
        if line.account != self._desk.session.account:
            self._switch(line.account)
        self.open(line.mailbox)

    def _fold_account(self) -> None:
        line = self._desk.folders.current
        if line is not None and len(self._desk.session.state.accounts) > 1:
            self._desk.folded.symmetric_difference_update({line.account})
            self._desk.folders.aim(line.account)
            self._desk.change(self._desk.session.state)

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

        choices = [self._choice(number, name) for number, name in enumerate(accounts)]
        others = [name for name in accounts if name != self._desk.session.account]
        first = self._before if self._before in others else others[-1 if len(others) == 1 else 1]
        self._desk.app.push_screen(AccountPicker(choices, numbers=range(len(choices)), first=first), picked)

    def _choice(self, number: int, account: AccountId) -> Choice[AccountId]:
        session = self._desk.session
        view = session.state.accounts[account]
        if account == ALL_ACCOUNTS:
            return Choice(value=account, title=f"{number}  All accounts", detail=f"{inbox_unread(view):,} unread")
        sign, words = account_sign(view)
        unread = inbox_unread(view)
        detail = f"{account}, {unread:,} unread, {sign} {words}" if unread else f"{account}, {sign} {words}"
        return Choice(value=account, title=f"{number}  {session.addresses[account]}", detail=detail)
