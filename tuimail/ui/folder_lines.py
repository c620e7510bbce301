"""The lines of the folder list: the folders alone of one account, of several each account's below its name. Pure."""

from collections.abc import Collection

from msgspec import Struct

from tuimail.domain.account import SignedIn
from tuimail.domain.ids import AccountId, MailboxId
from tuimail.domain.mailbox import Mailbox, MailboxRole
from tuimail.domain.together import ALL_ACCOUNTS
from tuimail.ui.account_signs import ONLINE, account_sign, inbox_unread
from tuimail.ui.state import AppState

KEPT = "/ "
"""Before the name of a kept search: the key that searches."""
FOLDED, UNFOLDED = "+ ", "- "


class FolderLine(Struct, frozen=True, kw_only=True):
    """A folder, or the name of an account."""

    account: AccountId
    mailbox: MailboxId | None = None
    """None: the account itself."""
    title: str
    unread: int = 0
    words: str = ""
    """What is unusual about the account."""
    selectable: bool = True


def folder_lines(state: AppState, folded: Collection[AccountId]) -> tuple[FolderLine, ...]:
    """All of them; accounts that are ``folded`` are one line each, with the unread mail of their inbox."""
    if len(state.accounts) == 1:
        return tuple(_line(state.account, box) for box in state.view.mailboxes)
    lines = [
        FolderLine(account=ALL_ACCOUNTS, mailbox=box.id, title="All inboxes", unread=box.unread)
        for box in state.accounts[ALL_ACCOUNTS].mailboxes
        if box.role is MailboxRole.INBOX
    ]
    for account in state.own_accounts:
        view = state.accounts[account]
        is_folded = account in folded
        sign, words = account_sign(view)
        is_usual = sign == ONLINE or (isinstance(view.sign_in, SignedIn) and sign == "◌")
        is_usual = is_usual and not view.read_only
        lines.append(
            FolderLine(
                account=account,
                title=f"{FOLDED if is_folded else UNFOLDED}{account}",
                unread=inbox_unread(view) if is_folded else 0,
                words="" if is_usual else f"{sign} {words}",
            )
        )
        if not is_folded:
            lines += [_line(account, box, indent="  ") for box in view.mailboxes]
    return tuple(lines)


def _line(account: AccountId, box: Mailbox, *, indent: str = "") -> FolderLine:
    sign = KEPT if box.role is MailboxRole.SEARCH else ""
    return FolderLine(
        account=account,
        mailbox=box.id,
        title=f"{indent}{'  ' * box.depth}{sign}{box.title}",
        unread=box.unread,
        selectable=box.selectable,
    )
