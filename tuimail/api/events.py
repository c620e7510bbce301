"""What the engine reports. Frozen values; ``command`` names the command an event answers, None where there is none."""

from array import array
from dataclasses import dataclass, field

from tuimail.domain.account import AccountSummary, ConsentRequest, LinkState, SignInState
from tuimail.domain.draft import (
    ActivityEntry,
    Draft,
    DraftAttachment,
    OutboxItem,
    SignOutPreview,
    SignOutStep,
)
from tuimail.domain.errors import Problem
from tuimail.domain.ids import AccountId, CommandId, DraftId, MailboxId, RowId
from tuimail.domain.mailbox import Mailbox
from tuimail.domain.message import Envelope, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events."""

    command: CommandId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished(Event):
    """The command is done. ``words``: what to tell the user, empty for nothing."""

    words: str = ""
    can_undo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(Event):
    """The command did not do what it should."""

    problem: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(Event):
    """The command was given up at the user's wish."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress(Event):
    """How far a long command is; of two queued for one command the newer replaces the older."""

    words: str
    done: int = 0
    total: int = 0
    """0: not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChanged(Event):
    """Sign-in state of an account."""

    account: AccountId
    state: SignInState


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChanged(Event):
    """State of the connection to the mail server."""

    account: AccountId
    state: LinkState


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentNeeded(Event):
    """Show the consent screen; ``SignIn`` is the yes."""

    request: ConsentRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSecretNeeded(Event):
    """The profile says that the client secret lies in the keychain, and it does not yet: ``GiveClientSecret``."""

    account: AccountId
    provider: str
    client_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserNeeded(Event):
    """The person has to go to this address; the engine already tried to open it."""

    account: AccountId
    url: str
    listening_on: str
    """Such as ``127.0.0.1:41234``."""
    time_limit_s: int
    browser_opened: bool
    is_remote: bool
    """An SSH session: the paste field gets the focus, the tunnel line is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserWords(Event):
    """A sentence for the waiting screen, such as why a pasted address was not accepted."""

    account: AccountId
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherAccountFound(Event):
    """The browser was signed in as somebody else; answered by ``AnswerOtherAccount``."""

    account: AccountId
    address: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeychainNeeded(Event):
    """The keychain cannot be used now; answered by ``ChooseKeychain``."""

    problem: Problem
    sealed_file_exists: bool
    passphrase_wanted: bool = False
    """The secrets lie in the sealed file, so its passphrase is what is needed first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeychainAsking(Event):
    """The OS keychain has been waiting for the person for a second; ``asking`` False: it has answered."""

    asking: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsListed(Event):
    """Rows of the settings screen."""

    accounts: tuple[AccountSummary, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityListed(Event):
    """The activity list, newest first."""

    entries: tuple[ActivityEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOutPreviewed(Event):
    """What the sign-out question says."""

    preview: SignOutPreview


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOutStepped(Event):
    """All steps so far, each time whole."""

    account: AccountId
    steps: tuple[SignOutStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOutReport(Event):
    """The sign-out is over."""

    account: AccountId
    steps: tuple[SignOutStep, ...]
    revoked: bool
    can_retry: bool
    access_page: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxesListed(Event):
    """All mailboxes in display order, with counts."""

    account: AccountId
    mailboxes: tuple[Mailbox, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLoaded(Event):
    """A mailbox's (or a search's) rows, newest first, and the envelopes of the first screen."""

    account: AccountId
    mailbox: MailboxId
    rows: "array[int]" = field(repr=False)
    """RowIds, type code ``q``; never changed after it is sent."""
    envelopes: tuple[Envelope, ...] = field(default=(), repr=False)
    query: str = ""
    is_complete: bool = True
    """False while the first synchronisation of this mailbox has not yet brought all rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChanged(Event):
    """The mailbox after news: the whole order again, and the envelopes that are new or different."""

    account: AccountId
    mailbox: MailboxId
    rows: "array[int]" = field(repr=False)
    changed: tuple[Envelope, ...] = field(default=(), repr=False)
    new_mail: int = 0
    is_complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsLoaded(Event):
    """Envelopes asked for by row; rows that are gone are missing."""

    account: AccountId
    envelopes: tuple[Envelope, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLoaded(Event):
    """A message for the reader."""

    account: AccountId
    row: RowId
    message: Message = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLoaded(Event):
    """The raw source, cleaned, for the reader."""

    account: AccountId
    row: RowId
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSaved(Event):
    """An attachment or export was written."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftOpened(Event):
    """A draft for the composer. ``notes``: such as "attachments named by the link were ignored"."""

    draft: Draft
    identities: tuple[str, ...]
    """The From addresses to choose from, formatted."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftsListed(Event):
    """Drafts kept on this machine, newest first."""

    account: AccountId
    drafts: tuple[Draft, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSaved(Event):
    """The draft as submitted is on disk."""

    draft: DraftId


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAttached(Event):
    """A file was read for the draft."""

    draft: DraftId
    attachment: DraftAttachment


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxChanged(Event):
    """The whole outbox of the account."""

    account: AccountId
    items: tuple[OutboxItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed(Event):
    """A sentence for the status bar or, with a problem, for what its remedy says; belongs to no command."""

    words: str = ""
    account: AccountId | None = None
    problem: Problem | None = None
