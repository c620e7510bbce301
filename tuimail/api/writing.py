"""What may be asked about mails that are being written, beyond keeping and sending them."""

from typing import ClassVar

from msgspec import Struct

from tuimail.api.events import Event
from tuimail.domain.address import Address
from tuimail.domain.address_book import Group, Person
from tuimail.domain.draft import Draft, DraftVersion
from tuimail.domain.ids import AccountId, DraftId, OutboxId, RowId
from tuimail.domain.message import Message


class ContinueDraft(Struct, frozen=True, kw_only=True):
    """Go on with a mail of the server's Drafts, whichever program wrote it: ``DraftOpened``."""

    account: AccountId
    row: RowId


class ListVersions(Struct, frozen=True, kw_only=True):
    """Ask for ``VersionsListed``: the states that a draft once had."""

    account: AccountId
    draft: DraftId


class PreviewMail(Struct, frozen=True, kw_only=True):
    """Ask for ``MailPreviewed``: the draft as the mail that it would become now."""

    account: AccountId
    draft: Draft


class CheckSent(Struct, frozen=True, kw_only=True):
    """Look at the server whether a mail of unknown fate lies in Sent: ends with words, and as sent if it does."""

    account: AccountId
    item: OutboxId


class StopSending(Struct, frozen=True, kw_only=True):
    """Give up a mail that is leaving, while that is still possible: it is held, and nobody gets it."""

    account: AccountId
    item: OutboxId


class CompleteAddress(Struct, frozen=True, kw_only=True):
    """Ask for ``AddressesFound``: who may be meant by a piece of a field."""

    account: AccountId
    typed: str
    besides: frozenset[str] = frozenset()
    """Addresses that are there already, lower case."""


class AddressesFound(Event, frozen=True, kw_only=True):
    """Best first; empty where nobody fits."""

    hidden: ClassVar[tuple[str, ...]] = ("typed", "found")

    typed: str
    found: tuple[Person | Group, ...]


class DraftsInterrupted(Event, frozen=True, kw_only=True):
    """These were being written when the program ended without being asked to, newest first. Told once."""

    hidden: ClassVar[tuple[str, ...]] = ("drafts",)

    account: AccountId
    drafts: tuple[Draft, ...]


class VersionsListed(Event, frozen=True, kw_only=True):
    """Earlier states of a draft, newest first, at most one a minute."""

    hidden: ClassVar[tuple[str, ...]] = ("versions",)

    draft: DraftId
    versions: tuple[DraftVersion, ...]


class MailPreviewed(Event, frozen=True, kw_only=True):
    """A draft's mail, built and read back."""

    hidden: ClassVar[tuple[str, ...]] = ("message", "unseen", "to_mend")

    draft: DraftId
    message: Message
    unseen: tuple[Address, ...]
    """Who gets it without the others' knowledge."""
    size_bytes: int
    """Of the whole mail on its way, encoding included."""
    to_mend: tuple[str, ...] = ()
    """What stands in the way of sending it; addresses that are none are left out of the mail."""


WritingCommand = ContinueDraft | ListVersions | PreviewMail | CheckSent | StopSending | CompleteAddress
"""All of them."""
