"""Messages: the envelope (a list row), the read view and its parts."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar

from msgspec import Struct

from tuimail.domain.address import Address
from tuimail.domain.body import Block, LinkTarget
from tuimail.domain.bounce import Bounce
from tuimail.domain.discreet import Discreet
from tuimail.domain.ids import MailboxId, RowId, Uid
from tuimail.domain.invitation import Invitation
from tuimail.domain.trust import AuthResults
from tuimail.domain.unsubscribe import ListHeaders


class Flag(StrEnum):
    """The flags that the UI knows; unknown keywords are kept beside them (RFC 9051 section 2.3.2)."""

    SEEN = "\\Seen"
    ANSWERED = "\\Answered"
    FLAGGED = "\\Flagged"
    DELETED = "\\Deleted"
    DRAFT = "\\Draft"
    FORWARDED = "$Forwarded"
    JUNK = "$Junk"
    NOT_JUNK = "$NotJunk"
    PHISHING = "$Phishing"


_OF_PROGRAMS = frozenset({"junk", "nonjunk", "notjunk", "forwarded", "mdnsent", "receiptchecked"})
"""Keywords from before there was a registry of them."""


class Envelope(Struct, frozen=True, kw_only=True):
    """A row of the message list. Every text is cleaned; times are aware UTC."""

    row: RowId
    mailbox: MailboxId
    uid: Uid | None
    """None for a row that only exists here, such as a move that waits for the server."""
    sender: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: str = ""
    sent_at: datetime
    """The Date field, or the server's date where that is missing, absurd or in the future."""
    size_bytes: int = 0
    flags: frozenset[str] = frozenset()
    """Flag names as the server spells the known ones (``Flag`` values) and keywords as they are."""
    has_attachment: bool = False
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    pending: bool = False
    """A change of this row waits for the server."""

    @property
    def is_unread(self) -> bool:
        """Whether the message was not yet seen."""
        return Flag.SEEN not in self.flags

    @property
    def is_flagged(self) -> bool:
        """Whether the message is starred."""
        return Flag.FLAGGED in self.flags

    @property
    def keywords(self) -> tuple[str, ...]:
        """The flags that people and filters made up; ``$`` begins those of programs (RFC 5788)."""
        own = (flag for flag in self.flags if not flag.startswith(("\\", "$")))
        return tuple(sorted(flag for flag in own if flag.lower() not in _OF_PROGRAMS))


class RawMessage(Discreet, frozen=True, kw_only=True):
    """A message's bytes as far as they were fetched."""

    hidden: ClassVar[tuple[str, ...]] = ("raw",)

    raw: bytes
    """The whole message; where something is missing, its frame: real headers and boundaries, some parts empty."""
    missing: Mapping[str, int] = MappingProxyType({})
    """Parts that were left on the server, and how many bytes they have there. Kept apart from the bytes, where a
    sender could write what he likes."""

    @property
    def is_whole(self) -> bool:
        """Whether these are all bytes of the message."""
        return not self.missing


class Attachment(Struct, frozen=True, kw_only=True):
    """A part of a message that can be saved."""

    part: str
    """The path of the part in the parsed tree, such as ``1.2``; names it in commands."""
    name: str
    """Cleaned and safe to show; ``mime.parse`` makes it safe to save, too: no path, no leading dot, no device name."""
    content_type: str
    """As the sender says."""
    real_type: str = ""
    """What the content is by its first bytes, where that is another thing than type and name say; else empty."""
    size_bytes: int
    """Decoded size."""
    is_inline: bool = False


class Message(Struct, frozen=True, kw_only=True):
    """A message as the reader shows it."""

    sender: tuple[Address, ...]
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    subject: str = ""
    sent_at: datetime | None = None
    headers: tuple[tuple[str, str], ...] = ()
    """All header fields, cleaned, in order: for the full view and for replies."""
    blocks: tuple[Block, ...] = ()
    """The body in the form chosen: the plain text, or the HTML as read by ``mime.html``."""
    other_blocks: tuple[Block, ...] = ()
    """The other form, where the message has both and it was read; empty otherwise."""
    has_other_form: bool = False
    """Whether there is another form, read or not yet."""
    is_html: bool = False
    """Whether ``blocks`` come from HTML."""
    links: tuple[LinkTarget, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    notes: tuple[str, ...] = ()
    """What was left out or guessed, in words, such as "3 remote images not loaded"."""
    authentication: tuple[AuthResults, ...] = ()
    """In the order of the fields, topmost first; who may be believed is decided elsewhere."""
    invitation: Invitation | None = None
    bounce: Bounce | None = None
    lists: ListHeaders | None = None
    """None where no list field is there."""
    message_id: str = ""
    references: tuple[str, ...] = ()
    in_reply_to: str = ""
