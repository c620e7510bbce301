"""What the engine reports. Frozen values; ``command`` names the command an event answers, None where there is none."""

from array import array
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from tuimail.domain.account import AccountSummary, ConsentRequest, LinkState, PasswordRequest, SignInState
from tuimail.domain.discreet import Discreet
from tuimail.domain.draft import (
    ActivityEntry,
    Draft,
    DraftAttachment,
    Identity,
    OutboxItem,
    SignOutPreview,
    SignOutStep,
)
from tuimail.domain.errors import Problem
from tuimail.domain.health import HealthLine
from tuimail.domain.ids import AccountId, CommandId, DraftId, MailboxId, RowId
from tuimail.domain.keeping import KeptThing
from tuimail.domain.listing import ListView, ThreadPlace
from tuimail.domain.mailbox import Mailbox
from tuimail.domain.message import Envelope, Message
from tuimail.domain.picture import Picture
from tuimail.domain.trust import TrustNote


class Event(Discreet, frozen=True, kw_only=True):
    """Base of all events."""

    command: CommandId | None = None


class Finished(Event, frozen=True, kw_only=True):
    """The command is done. ``words``: what to tell the user, empty for nothing."""

    words: str = ""
    can_undo: bool = False


class Failed(Event, frozen=True, kw_only=True):
    """The command did not do what it should."""

    problem: Problem


class Cancelled(Event, frozen=True, kw_only=True):
    """The command was given up at the user's wish."""


class Progress(Event, frozen=True, kw_only=True):
    """How far a long command is; of two queued for one command the newer replaces the older."""

    words: str
    done: int = 0
    total: int = 0
    """0: not known."""


class AccountChanged(Event, frozen=True, kw_only=True):
    """Sign-in state of an account."""

    account: AccountId
    state: SignInState


class LinkChanged(Event, frozen=True, kw_only=True):
    """State of the connection to the mail server."""

    account: AccountId
    state: LinkState


class ConsentNeeded(Event, frozen=True, kw_only=True):
    """Show the consent screen; ``SignIn`` is the yes."""

    request: ConsentRequest


class PasswordNeeded(Event, frozen=True, kw_only=True):
    """Show the screen that asks for an app password; ``SignInWithPassword`` is the yes, ``DeclineConsent`` the no."""

    request: PasswordRequest


class ClientSecretNeeded(Event, frozen=True, kw_only=True):
    """The profile says that the client secret lies in the keychain, and it does not yet: ``GiveClientSecret``."""

    account: AccountId
    provider: str
    client_id: str


class BrowserNeeded(Event, frozen=True, kw_only=True):
    """The person has to go to this address; the engine already tried to open it."""

    account: AccountId
    url: str
    listening_on: str
    """Such as ``127.0.0.1:41234``."""
    time_limit_s: int
    browser_opened: bool
    is_remote: bool
    """An SSH session: the paste field gets the focus, the tunnel line is shown."""
    can_use_code: bool = False
    """The provider has the sign-in with a code on another device: ``SignInByCode``."""


class CodeNeeded(Event, frozen=True, kw_only=True):
    """The person has to type this code in at this address, on any device."""

    hidden: ClassVar[tuple[str, ...]] = ("user_code", "verification_uri_complete")

    account: AccountId
    user_code: str
    verification_uri: str
    verification_uri_complete: str | None
    """With the code in it, for a picture that a camera reads; None where the provider gives none."""
    time_limit_s: int


class BrowserWords(Event, frozen=True, kw_only=True):
    """A sentence for the waiting screen, such as why a pasted address was not accepted."""

    account: AccountId
    words: str


class OtherAccountFound(Event, frozen=True, kw_only=True):
    """The browser was signed in as somebody else; answered by ``AnswerOtherAccount``."""

    account: AccountId
    address: str
    found: str


class KeychainNeeded(Event, frozen=True, kw_only=True):
    """The keychain cannot be used now; answered by ``ChooseKeychain``."""

    problem: Problem
    sealed_file_exists: bool
    passphrase_wanted: bool = False
    """The secrets lie in the sealed file, so its passphrase is what is needed first."""


class KeychainAsking(Event, frozen=True, kw_only=True):
    """The OS keychain has been waiting for the person for a second; ``asking`` False: it has answered."""

    asking: bool


class AccountsListed(Event, frozen=True, kw_only=True):
    """Rows of the settings screen."""

    accounts: tuple[AccountSummary, ...]


class ActivityListed(Event, frozen=True, kw_only=True):
    """The activity list, newest first."""

    entries: tuple[ActivityEntry, ...]


class HealthTested(Event, frozen=True, kw_only=True):
    """One link of an account was tried just now."""

    account: AccountId
    line: HealthLine


class HealthInspected(Event, frozen=True, kw_only=True):
    """How sound an account's sign-in is."""

    account: AccountId
    lines: tuple[HealthLine, ...]


class KeptListed(Event, frozen=True, kw_only=True):
    """Everything that is kept on this machine."""

    things: tuple[KeptThing, ...]


class SignOutPreviewed(Event, frozen=True, kw_only=True):
    """What the sign-out question says."""

    preview: SignOutPreview


class SignOutAllPreviewed(Event, frozen=True, kw_only=True):
    """What the question before the emergency says."""

    previews: tuple[SignOutPreview, ...]


class SignOutStepped(Event, frozen=True, kw_only=True):
    """All steps so far, each time whole."""

    account: AccountId
    steps: tuple[SignOutStep, ...]


class SignedOutReport(Event, frozen=True, kw_only=True):
    """The sign-out is over."""

    account: AccountId
    steps: tuple[SignOutStep, ...]
    revoked: bool
    can_retry: bool
    access_page: str | None = None


class MailboxesListed(Event, frozen=True, kw_only=True):
    """All mailboxes in display order, with counts."""

    account: AccountId
    mailboxes: tuple[Mailbox, ...]
    left_in: MailboxId | None = None
    """The one that was open last, also before a restart (``NotePlace``)."""


class ListLoaded(Event, frozen=True, kw_only=True):
    """A mailbox's rows in the order of ``view``, or a search's, newest first, and the envelopes of a screen."""

    hidden: ClassVar[tuple[str, ...]] = ("rows", "envelopes", "places")

    account: AccountId
    mailbox: MailboxId
    view: ListView = ListView()
    rows: "array[int]"
    """RowIds, type code ``q``; never changed after it is sent."""
    begin_at: RowId | None = None
    """Where the cursor was last (``NotePlace``), or the row next to it that is still here; None: at the first row."""
    envelopes: tuple[Envelope, ...] = ()
    places: Mapping[int, ThreadPlace] = MappingProxyType({})
    """By row, for the ``envelopes`` of a threaded list."""
    query: str = ""
    has_more: bool = False
    """Of a search: these are the newest hits, and all of them follow in another ``ListLoaded``."""
    is_complete: bool = True
    """False while the first synchronisation of this mailbox has not yet brought all rows."""


class ListChanged(Event, frozen=True, kw_only=True):
    """The mailbox after news: the whole order again, and the envelopes that are new or different."""

    hidden: ClassVar[tuple[str, ...]] = ("rows", "changed", "places")

    account: AccountId
    mailbox: MailboxId
    view: ListView = ListView()
    rows: "array[int]"
    changed: tuple[Envelope, ...] = ()
    places: Mapping[int, ThreadPlace] = MappingProxyType({})
    """By row, for the ``changed`` of a threaded list."""
    has_more: bool = False
    """More rows look different than ``changed`` has: what was loaded before is to be asked for again when shown."""
    new_mail: int = 0
    is_complete: bool = True


class MailArrived(Event, frozen=True, kw_only=True):
    """New mail came into a mailbox, on the screen or not."""

    account: AccountId
    mailbox: MailboxId
    count: int


class RowsLoaded(Event, frozen=True, kw_only=True):
    """Envelopes asked for by row; rows that are gone are missing."""

    hidden: ClassVar[tuple[str, ...]] = ("envelopes", "places")

    account: AccountId
    envelopes: tuple[Envelope, ...]
    places: Mapping[int, ThreadPlace] = MappingProxyType({})
    """By row, where ``LoadRows`` asked for it."""


class ThreadLoaded(Event, frozen=True, kw_only=True):
    """A conversation's messages in reading order: each answer below what it answers."""

    hidden: ClassVar[tuple[str, ...]] = ("envelopes", "places")

    account: AccountId
    mailbox: MailboxId
    head: RowId
    """The row that stands for it while it is folded."""
    rows: tuple[RowId, ...]
    envelopes: tuple[Envelope, ...]
    places: Mapping[int, ThreadPlace]


class ServerHits(Event, frozen=True, kw_only=True):
    """What the server found beyond the store's own hits, newest first, to be appended and marked as such."""

    hidden: ClassVar[tuple[str, ...]] = ("rows", "envelopes")

    account: AccountId
    mailbox: MailboxId
    query: str
    rows: "array[int]"
    envelopes: tuple[Envelope, ...] = ()
    has_more: bool = False
    """Older ones were found that are not stored here, too many to fetch."""


class FillingChanged(Event, frozen=True, kw_only=True):
    """How far the fetching of older rows, or of texts, in the background is; ``done`` equals ``total`` at its end."""

    account: AccountId
    words: str
    """What is fetched, such as "older messages of Inbox"."""
    done: int
    total: int
    per_s: float = 0.0
    """0.0: not known yet."""
    is_paused: bool = False

    @property
    def left_s(self) -> float | None:
        """Seconds until the end at this rate; None where that cannot be said."""
        return (self.total - self.done) / self.per_s if self.per_s > 0 else None


class MessageLoaded(Event, frozen=True, kw_only=True):
    """A message for the reader."""

    hidden: ClassVar[tuple[str, ...]] = ("message",)

    account: AccountId
    row: RowId
    message: Message
    trust: tuple[TrustNote, ...] = ()
    """For the line above the message, warnings first."""
    part: str = ""
    """Of a mail within the mail, its part; empty for the message itself."""


class SourceLoaded(Event, frozen=True, kw_only=True):
    """The raw source, cleaned, for the reader."""

    hidden: ClassVar[tuple[str, ...]] = ("text",)

    account: AccountId
    row: RowId
    text: str


class AttachmentPreviewed(Event, frozen=True, kw_only=True):
    """The text of a part, for a pager, or its picture."""

    hidden: ClassVar[tuple[str, ...]] = ("name", "text")

    account: AccountId
    row: RowId
    part: str
    name: str
    text: str = ""
    notes: tuple[str, ...] = ()
    """What was left out or guessed, in words."""
    picture: Picture | None = None


class FileSaved(Event, frozen=True, kw_only=True):
    """An attachment or export was written."""

    path: str


class DraftOpened(Event, frozen=True, kw_only=True):
    """A draft for the composer. ``notes``: such as "attachments named by the link were ignored"."""

    draft: Draft
    identities: tuple[Identity, ...]
    """The From addresses to choose from, those of its account first."""
    notes: tuple[str, ...] = ()


class DraftsListed(Event, frozen=True, kw_only=True):
    """Drafts kept on this machine, newest first."""

    account: AccountId
    drafts: tuple[Draft, ...]


class DraftSaved(Event, frozen=True, kw_only=True):
    """The draft as submitted is on disk."""

    draft: DraftId


class FileAttached(Event, frozen=True, kw_only=True):
    """A file was read for the draft."""

    draft: DraftId
    attachment: DraftAttachment


class OutboxChanged(Event, frozen=True, kw_only=True):
    """The whole outbox of the account."""

    account: AccountId
    items: tuple[OutboxItem, ...]


class Noticed(Event, frozen=True, kw_only=True):
    """A sentence for the status bar or, with a problem, for what its remedy says; belongs to no command."""

    words: str = ""
    account: AccountId | None = None
    problem: Problem | None = None
