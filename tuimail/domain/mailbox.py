"""Mailboxes (the UI says "folders"): roles, counts and display order."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from tuimail.domain.ids import MailboxId


class MailboxRole(StrEnum):
    """What a mailbox is for (RFC 6154), whatever it is called."""

    INBOX = "inbox"
    DRAFTS = "drafts"
    SENT = "sent"
    ARCHIVE = "archive"
    JUNK = "junk"
    TRASH = "trash"
    FLAGGED = "flagged"
    ALL = "all"
    SEARCH = "search"
    """A kept search: no mailbox of the server, see ``Mailbox.query``."""
    NONE = "none"


ROLE_TITLES = {
    MailboxRole.INBOX: "Inbox",
    MailboxRole.DRAFTS: "Drafts",
    MailboxRole.SENT: "Sent",
    MailboxRole.ARCHIVE: "Archive",
    MailboxRole.JUNK: "Junk",
    MailboxRole.TRASH: "Trash",
    MailboxRole.FLAGGED: "Starred",
    MailboxRole.ALL: "All mail",
}

_NAMES = {
    MailboxRole.DRAFTS: {"drafts", "draft", "[gmail]/drafts", "[google mail]/drafts"},
    MailboxRole.SENT: {"sent", "sent mail", "sent items", "sent messages", "[gmail]/sent mail"},
    MailboxRole.ARCHIVE: {"archive", "all mail", "[gmail]/all mail"},
    MailboxRole.JUNK: {"junk", "spam", "junk email", "junk e-mail", "bulk mail", "[gmail]/spam"},
    MailboxRole.TRASH: {"trash", "bin", "deleted", "deleted items", "deleted messages", "[gmail]/trash", "[gmail]/bin"},
}
_BY_ATTRIBUTE = {
    "\\drafts": MailboxRole.DRAFTS,
    "\\sent": MailboxRole.SENT,
    "\\archive": MailboxRole.ARCHIVE,
    "\\junk": MailboxRole.JUNK,
    "\\trash": MailboxRole.TRASH,
    "\\flagged": MailboxRole.FLAGGED,
    "\\all": MailboxRole.ALL,
}
_ORDER = (
    MailboxRole.INBOX,
    MailboxRole.DRAFTS,
    MailboxRole.SENT,
    MailboxRole.ARCHIVE,
    MailboxRole.JUNK,
    MailboxRole.TRASH,
)


class Mailbox(Struct, frozen=True, kw_only=True):
    """One mailbox as the folder list shows it."""

    id: MailboxId
    name: str
    """The full name, decoded and cleaned, levels joined by the server's delimiter."""
    role: MailboxRole = MailboxRole.NONE
    delimiter: str = "/"
    selectable: bool = True
    total: int = 0
    unread: int = 0
    query: str = ""
    """Of a kept search, whose ``id`` is negative: what it searches the account for."""

    @property
    def title(self) -> str:
        """The name for the eye: the role's word, or the last level of the name."""
        if self.role in ROLE_TITLES:
            return ROLE_TITLES[self.role]
        if self.role is MailboxRole.SEARCH or not self.delimiter:
            return self.name
        return self.name.rpartition(self.delimiter)[2]

    @property
    def depth(self) -> int:
        """How many levels lie above, 0 for those with a role."""
        if self.role is not MailboxRole.NONE or not self.delimiter:
            return 0
        return self.name.count(self.delimiter)


def role_from_attributes(attributes: tuple[str, ...]) -> MailboxRole:
    """The role that the server announces (RFC 6154), or NONE. The attribute wins over every name."""
    for attribute in attributes:
        role = _BY_ATTRIBUTE.get(attribute.lower())
        if role is not None:
            return role
    return MailboxRole.NONE


def role_from_name(name: str) -> MailboxRole:
    """The role that a usual name suggests, for servers that announce none."""
    folded = name.lower()
    if folded == "inbox":
        return MailboxRole.INBOX
    for role, names in _NAMES.items():
        if folded in names or folded.removeprefix("inbox/").removeprefix("inbox.") in names:
            return role
    return MailboxRole.NONE


def display_order(mailboxes: list[Mailbox]) -> list[Mailbox]:
    """Roles first in their fixed order, the others by name."""

    def key(mailbox: Mailbox) -> tuple[int, str, str]:
        rank = _ORDER.index(mailbox.role) if mailbox.role in _ORDER else len(_ORDER)
        return (rank, mailbox.name.casefold(), mailbox.name)

    return sorted(mailboxes, key=key)


def first_shown(mailboxes: Sequence[Mailbox], left_in: MailboxId | None = None) -> Mailbox | None:
    """The mailbox that stands open at a start: the one left, or else the inbox, or else the first that holds mail."""
    selectable = [mailbox for mailbox in mailboxes if mailbox.selectable]
    left = [mailbox for mailbox in selectable if mailbox.id == left_in]
    inboxes = [mailbox for mailbox in mailboxes if mailbox.role is MailboxRole.INBOX]
    return next(iter((*left, *inboxes, *selectable)), None)
