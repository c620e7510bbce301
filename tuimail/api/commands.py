"""What the UI may ask of the engine. Frozen values of ``domain`` types; each ends in exactly one
``Finished``, ``Failed`` or ``Cancelled``."""

from enum import StrEnum

from msgspec import Struct

from tuimail.api.reading import ReadingCommand
from tuimail.api.setup import SetupCommand
from tuimail.api.writing import WritingCommand
from tuimail.domain.draft import Draft
from tuimail.domain.ids import AccountId, DraftId, MailboxId, OutboxId, RowId
from tuimail.domain.keeping import KeptThing
from tuimail.domain.listing import ListView
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.scope import Permission
from tuimail.domain.token import AppPassword, Secret


class OpenAccount(Struct, frozen=True, kw_only=True):
    """Show what is stored of the account, then connect. Leads to ``ConsentNeeded`` where nobody is signed in."""

    account: AccountId
    asks: bool = True
    """False: opened beside the account on the screen. Where nobody is signed in, that is told and nothing asked."""


class AskConsent(Struct, frozen=True, kw_only=True):
    """Prepare the consent screen for these permissions: answered by ``ConsentNeeded``. Nothing leaves the machine."""

    account: AccountId
    permissions: frozenset[Permission]
    only: bool = False
    """These permissions and no others, to give one back; without it they are added to what is granted."""


class DeclineConsent(Struct, frozen=True, kw_only=True):
    """The user said no at the consent screen: the account is what it was before."""

    account: AccountId


class SignIn(Struct, frozen=True, kw_only=True):
    """The user agreed: discover, listen, open the browser, exchange, keep. Also grants further permissions."""

    account: AccountId
    permissions: frozenset[Permission]
    only: bool = False
    """These permissions and no others, to give one back; without it they are added to what is granted."""


class SignInByCode(Struct, frozen=True, kw_only=True):
    """As ``SignIn``, with a code that the person types in on another device (RFC 8628): ``CodeNeeded``."""

    account: AccountId
    permissions: frozenset[Permission]
    only: bool = False
    """These permissions and no others, to give one back; without it they are added to what is granted."""


class SignInWithPassword(Struct, frozen=True, kw_only=True):
    """The app password, given at the screen that ``PasswordNeeded`` asks for: tried, and kept only if it works."""

    account: AccountId
    password: AppPassword


class GiveClientSecret(Struct, frozen=True, kw_only=True):
    """The secret that the provider issued with the client id, asked for once and kept in the keychain."""

    account: AccountId
    secret: Secret


class TrySending(Struct, frozen=True, kw_only=True):
    """Sign in to the SMTP server and leave again: whether sending is switched off is known before a mail is written."""

    account: AccountId


class PasteRedirect(Struct, frozen=True, kw_only=True):
    """The redirect address, pasted from a browser elsewhere; validated like a real redirect."""

    account: AccountId
    url: Secret


class AnswerOtherAccount(Struct, frozen=True, kw_only=True):
    """Keep or drop a sign-in whose address is not the account's."""

    account: AccountId
    keep: bool


class KeychainChoice(StrEnum):
    """What to do where the OS keychain is locked or missing."""

    RETRY = "retry"
    SEALED_FILE = "sealed file"
    MEMORY = "memory"


class ChooseKeychain(Struct, frozen=True, kw_only=True):
    """The user's choice; ``passphrase`` for the sealed file alone."""

    choice: KeychainChoice
    passphrase: Secret | None = None


class ListAccounts(Struct, frozen=True, kw_only=True):
    """Ask for ``AccountsListed``."""


class ListActivity(Struct, frozen=True, kw_only=True):
    """Ask for ``ActivityListed``, newest first."""

    limit: int = 200


class PreviewSignOut(Struct, frozen=True, kw_only=True):
    """Ask for ``SignOutPreviewed``: what would be lost, and what revoking does."""

    account: AccountId


class SaveUnsynced(Struct, frozen=True, kw_only=True):
    """Write drafts and unsent mail as .eml files into ``folder`` before a sign-out."""

    account: AccountId
    folder: str


class SignOut(Struct, frozen=True, kw_only=True):
    """Close, revoke (unless ``here_only``), delete secrets and store; ``SignOutStepped`` for each step."""

    account: AccountId
    here_only: bool = False
    local_first: bool = False
    """Delete here before anything is asked of the network, as the emergency does."""


class PreviewSignOutAll(Struct, frozen=True, kw_only=True):
    """Ask for ``SignOutAllPreviewed``: what the emergency would cost, for every account."""


class SignOutAll(Struct, frozen=True, kw_only=True):
    """The emergency: everything goes from this machine at once, then every account is revoked, each on its own.

    ``SignOutStepped`` and ``SignedOutReport`` for each account; a revocation that failed can be tried again by
    ``RetryRevocation`` until ``EndRetry``. What belongs to no account is told under ``MACHINE``.
    """


class SaveReport(Struct, frozen=True, kw_only=True):
    """Write a report that the user keeps into a file that does not exist yet; it holds no secret. ``FileSaved``."""

    path: str
    text: str


class RetryRevocation(Struct, frozen=True, kw_only=True):
    """Once more, with the token that only the open report still holds."""

    account: AccountId


class EndRetry(Struct, frozen=True, kw_only=True):
    """The report was closed: the token it held is dropped."""

    account: AccountId


class InspectHealth(Struct, frozen=True, kw_only=True):
    """Ask for ``HealthInspected``; ``live``: try every link now, ``HealthTested`` for each."""

    account: AccountId
    live: bool = False


class ListKept(Struct, frozen=True, kw_only=True):
    """Ask for ``KeptListed``: everything that is kept on this machine."""


class DeleteKept(Struct, frozen=True, kw_only=True):
    """Delete one thing of those listed, where it can be deleted by itself."""

    thing: KeptThing


class ExportMail(Struct, frozen=True, kw_only=True):
    """Write an account's stored mail to ``path``: one mbox file, or a folder of .eml files. ``Progress`` on the way."""

    account: AccountId
    path: str
    as_mbox: bool


class ExportRecords(Struct, frozen=True, kw_only=True):
    """Write what tuimail itself keeps of its accounts to ``path``, as JSON without secrets: ``FileSaved``."""

    path: str


class OpenMailbox(Struct, frozen=True, kw_only=True):
    """Show the mailbox: stored rows at once (``ListLoaded``), then what the server knows (``ListChanged``)."""

    account: AccountId
    mailbox: MailboxId
    view: ListView | None = None
    """None: as it was last shown, which ``ListLoaded.view`` tells; another one shows the open mailbox anew."""
    is_kept: bool = True
    """Whether it is shown so again the next time."""


class LoadRows(Struct, frozen=True, kw_only=True):
    """Ask for envelopes by row: ``RowsLoaded``, with each row's place in its conversation if ``threaded``."""

    account: AccountId
    rows: tuple[RowId, ...]
    threaded: bool = False


class NotePlace(Struct, frozen=True, kw_only=True):
    """Note that the screen shows this mailbox with the cursor on ``row``: the next start begins there."""

    account: AccountId
    mailbox: MailboxId
    row: RowId | None = None
    """None: the list has no rows."""


class LoadThread(Struct, frozen=True, kw_only=True):
    """Ask for all messages of a conversation in its reading order: ``ThreadLoaded``."""

    account: AccountId
    mailbox: MailboxId
    row: RowId


class Search(Struct, frozen=True, kw_only=True):
    """Search what is stored: ``ListLoaded`` with ``query`` set, newest first. An empty query shows all again.

    ``mailbox`` is where to look unless the query says otherwise (``in:``), and names the list that shows the hits.
    """

    account: AccountId
    mailbox: MailboxId
    query: str


class SearchServer(Struct, frozen=True, kw_only=True):
    """Ask the server, too: ``ServerHits`` with what the store did not find."""

    account: AccountId
    mailbox: MailboxId
    query: str


class SaveSearch(Struct, frozen=True, kw_only=True):
    """Keep a search as a folder of its own among the mailboxes."""

    account: AccountId
    name: str
    query: str


class DeleteSearch(Struct, frozen=True, kw_only=True):
    """Forget a kept search; no message is touched."""

    account: AccountId
    mailbox: MailboxId


class Prefetch(Struct, frozen=True, kw_only=True):
    """Fetch the texts of these messages when nothing else is to do, nearest first; answered by nothing but its end."""

    account: AccountId
    rows: tuple[RowId, ...]


class PauseFilling(Struct, frozen=True, kw_only=True):
    """Hold the fetching of older rows and texts in the background, or let it go on."""

    account: AccountId
    is_paused: bool


class OpenMessage(Struct, frozen=True, kw_only=True):
    """Ask for ``MessageLoaded``, from the store or the server."""

    account: AccountId
    row: RowId
    both_forms: bool = False
    """Read both the plain text and the HTML; without it, the HTML only where it is what is shown."""
    part: str = ""
    """A mail within the mail; empty for the message itself."""


class SetFlags(Struct, frozen=True, kw_only=True):
    """Add and remove flags of messages, here at once and at the server as soon as it can be reached."""

    account: AccountId
    rows: tuple[RowId, ...]
    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()
    heads: tuple[RowId, ...] = ()
    """Of ``rows``, those that stand for their whole conversation in their mailbox."""
    undoable: bool = True
    """False for the mark that reading leaves."""


class MoveMessages(Struct, frozen=True, kw_only=True):
    """Move messages to a mailbox, named by its id or by its role."""

    account: AccountId
    rows: tuple[RowId, ...]
    to: MailboxId | MailboxRole
    heads: tuple[RowId, ...] = ()
    """Of ``rows``, those that stand for their whole conversation in their mailbox."""


class Undo(Struct, frozen=True, kw_only=True):
    """Take the newest undoable action back: a change of messages, a discarded draft, or a mail in its undo window."""

    account: AccountId


class BeginDraft(Struct, frozen=True, kw_only=True):
    """Ask for ``DraftOpened`` with an empty draft, or one from a ``mailto:`` address."""

    account: AccountId
    mailto: str = ""


class AnswerKind(StrEnum):
    """How to answer a message."""

    REPLY = "reply"
    REPLY_ALL = "reply all"
    REPLY_LIST = "reply to list"
    """To the mailing list alone."""
    FORWARD = "forward"
    FORWARD_WHOLE = "forward whole"
    """The mail itself, as it came, in a mail of its own."""


class BeginAnswer(Struct, frozen=True, kw_only=True):
    """Ask for ``DraftOpened`` with an answer to a message, recipients and quotation filled in."""

    account: AccountId
    row: RowId
    kind: AnswerKind


class ResumeDraft(Struct, frozen=True, kw_only=True):
    """Ask for ``DraftOpened`` with a kept draft."""

    account: AccountId
    draft: DraftId


class SaveDraft(Struct, frozen=True, kw_only=True):
    """Keep the draft in the encrypted store."""

    account: AccountId
    draft: Draft
    is_left: bool = False
    """Its composer is closed: the server's Drafts get a copy."""
    begins_version: bool = False
    """It is put back or taken from elsewhere: what was kept until now stays a version of its own."""


class DiscardDraft(Struct, frozen=True, kw_only=True):
    """Throw the draft away, undoably."""

    account: AccountId
    draft: DraftId


class ListDrafts(Struct, frozen=True, kw_only=True):
    """Ask for ``DraftsListed``: the drafts kept on this machine."""

    account: AccountId


class AttachFile(Struct, frozen=True, kw_only=True):
    """Read a file for a draft: ``FileAttached``."""

    account: AccountId
    draft: DraftId
    path: str


class Send(Struct, frozen=True, kw_only=True):
    """Queue a checked mail. Fails with kind SCOPE_MISSING while sending is not granted; the draft stays kept."""

    account: AccountId
    draft: Draft


class SendNow(Struct, frozen=True, kw_only=True):
    """End the undo window of everything queued, for quitting."""

    account: AccountId


class ListOutbox(Struct, frozen=True, kw_only=True):
    """Ask for ``OutboxChanged``."""

    account: AccountId


class RetryOutbox(Struct, frozen=True, kw_only=True):
    """Send a held or unknown mail again: the user's word that a second copy is acceptable."""

    account: AccountId
    item: OutboxId


class EditOutbox(Struct, frozen=True, kw_only=True):
    """Make a queued, held or unknown mail a draft again: ``DraftOpened``."""

    account: AccountId
    item: OutboxId


class DiscardOutbox(Struct, frozen=True, kw_only=True):
    """Drop a held or unknown mail."""

    account: AccountId
    item: OutboxId


class Refresh(Struct, frozen=True, kw_only=True):
    """Connect now if offline, and ask the server for news of folders and the open mailbox."""

    account: AccountId


Command = (
    OpenAccount
    | AskConsent
    | DeclineConsent
    | SignIn
    | SignInByCode
    | SignInWithPassword
    | GiveClientSecret
    | TrySending
    | PasteRedirect
    | AnswerOtherAccount
    | ChooseKeychain
    | ListAccounts
    | ListActivity
    | PreviewSignOut
    | SaveUnsynced
    | SignOut
    | PreviewSignOutAll
    | SignOutAll
    | SaveReport
    | RetryRevocation
    | EndRetry
    | InspectHealth
    | ListKept
    | DeleteKept
    | ExportMail
    | ExportRecords
    | OpenMailbox
    | LoadRows
    | NotePlace
    | LoadThread
    | Search
    | SearchServer
    | SaveSearch
    | DeleteSearch
    | Prefetch
    | PauseFilling
    | OpenMessage
    | SetFlags
    | MoveMessages
    | Undo
    | BeginDraft
    | BeginAnswer
    | ResumeDraft
    | SaveDraft
    | DiscardDraft
    | ListDrafts
    | AttachFile
    | Send
    | SendNow
    | ListOutbox
    | RetryOutbox
    | EditOutbox
    | DiscardOutbox
    | Refresh
    | ReadingCommand
    | WritingCommand
    | SetupCommand
)
