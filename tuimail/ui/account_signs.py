"""An account's state in a sign and few words, for the folder list and the picker of accounts. Pure."""

from typing import assert_never

from tuimail.domain.account import (
    AwaitingBrowser,
    AwaitingConsent,
    Expired,
    Link,
    Revoking,
    SignedIn,
    SignedOut,
)
from tuimail.domain.mailbox import MailboxRole
from tuimail.ui.state import AccountView

ONLINE = "●"


def account_sign(view: AccountView) -> tuple[str, str]:
    """A sign, and what it says in words."""
    if view.trouble is not None:
        return "!", "not opened"
    sign, words = _signed_in(view) if view.sign_in is None or isinstance(view.sign_in, SignedIn) else _signed_out(view)
    return (sign, f"only reads, {words}") if view.read_only else (sign, words)


def wants_sign_in(view: AccountView) -> bool:
    """Whether nothing but a sign-in brings this account further."""
    return isinstance(view.sign_in, SignedOut | Expired)


def inbox_unread(view: AccountView) -> int:
    """Unread mail in the account's inbox."""
    return sum(box.unread for box in view.mailboxes if box.role is MailboxRole.INBOX)


def _signed_in(view: AccountView) -> tuple[str, str]:
    match view.link.link:
        case Link.ONLINE:
            return ONLINE, "online"
        case Link.CONNECTING | Link.SYNCING:
            return "◌", view.link.link.value
        case Link.OFFLINE:
            return "○", "offline"
        case Link.IDLE:
            return "○", "not connected" if view.sign_in is not None else "not open yet"
    assert_never(view.link.link)


def _signed_out(view: AccountView) -> tuple[str, str]:
    match view.sign_in:
        case Expired():
            return "!", "sign in again"
        case Revoking():
            return "◌", "signing out"
        case AwaitingConsent() | AwaitingBrowser():
            return "◌", "signing in"
        case _:
            return "○", "signed out"
