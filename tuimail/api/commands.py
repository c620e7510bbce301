"""What the UI may ask of the engine. Frozen values of ``domain`` types; each ends in exactly one
``Finished``, ``Failed`` or ``Cancelled``."""

from dataclasses import dataclass
from enum import StrEnum

from tuimail.domain.draft import Draft
from tuimail.domain.ids import AccountId, DraftId, MailboxId, OutboxId, RowId
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.scope import Permission
from tuimail.domain.token import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAccount:
    """Show what is stored of the account, then connect. Leads to ``ConsentNeeded`` where nobody is signed in."""

    account: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class AskConsent:
    """Prepare the consent screen for these permissions: answered by ``ConsentNeeded``. Nothing leaves the machine."""

    account: AccountId
    permissions: frozenset[Permission]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineConsent:
    """The user said no at the consent screen: the account is what it was before."""

    account: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The user agreed: discover, listen, open the browser, exchange, keep. Also grants further permissions."""

    account: AccountId
    permissions: frozenset[Permission]


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveClientSecret:
    """The secret that the provider issued with the client id, asked for once and kept in the keychain."""

    account: AccountId
    secret: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class PasteRedirect:
    """The redirect address, pasted from a browser elsewhere; validated like a real redirect."""

    account: AccountId
    url: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOtherAccount:
    """Keep or drop a sign-in whose address is not the account's."""

    account: AccountId
    keep: bool


class KeychainChoice(StrEnum):
    """What to do where the OS keychain is locked or missing."""

    RETRY = "retry"
    SEALED_FILE = "sealed file"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseKeychain:
    """The user's choice; ``passphrase`` for the sealed file alone."""

    choice: KeychainChoice
    passphrase: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAccounts:
    """Ask for ``AccountsListed``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListActivity:
    """Ask for ``ActivityListed``, newest first."""

    limit: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewSignOut:
    """Ask for ``SignOutPreviewed``: what would be lost, and what revoking does."""

    account: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveUnsynced:
    """Write drafts and unsent mail as .eml files into ``folder`` before a sign-out."""

    account: AccountId
    folder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    """Close, revoke (unless ``here_only``), delete secrets and store; ``SignOutStepped`` for each step."""

    account: AccountId
    here_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRevocation:
    """Once more, with the token that only the open report still holds."""

    account: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRetry:
    """The report was closed: the token it held is dropped."""

    account: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMailbox:
    """Show the mailbox: stored rows at once (``ListLoaded``), then what the server knows (``ListChanged``)."""

    account: AccountId
    mailbox: MailboxId


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRows:
    """Ask for envelopes by row: ``RowsLoaded``."""

    account: AccountId
    rows: tuple[RowId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Search the stored headers of a mailbox: ``ListLoaded`` with ``query`` set. An empty query shows all again."""

    account: AccountId
    mailbox: MailboxId
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMessage:
    """Ask for ``MessageLoaded``, from the store or the server."""

    account: AccountId
    row: RowId


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowSource:
    """Ask for ``SourceLoaded``: the mail as it was sent, cleaned for the screen."""

    account: AccountId
    row: RowId


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveAttachment:
    """Write one part into ``folder`` under a safe, new name: ``FileSaved``."""

    account: AccountId
    row: RowId
    part: str
    folder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLink:
    """Open an http or https address in the browser; its whole target was shown to the person before."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFlags:
    """Add and remove flags of messages, here at once and at the server as soon as it can be reached."""

    account: AccountId
    rows: tuple[RowId, ...]
    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()
    undoable: bool = True
    """False for the mark that reading leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveMessages:
    """Move messages to a mailbox, named by its id or by its role."""

    account: AccountId
    rows: tuple[RowId, ...]
    to: MailboxId | MailboxRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """Take the newest undoable action back: a change of messages, a discarded draft, or a mail in its undo window."""

    account: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginDraft:
    """Ask for ``DraftOpened`` with an empty draft, or one from a ``mailto:`` address."""

    account: AccountId
    mailto: str = ""


class AnswerKind(StrEnum):
    """How to answer a message."""

    REPLY = "reply"
    REPLY_ALL = "reply all"
    FORWARD = "forward"


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginAnswer:
    """Ask for ``DraftOpened`` with an answer to a message, recipients and quotation filled in."""

    account: AccountId
    row: RowId
    kind: AnswerKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeDraft:
    """Ask for ``DraftOpened`` with a kept draft."""

    account: AccountId
    draft: DraftId


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveDraft:
    """Keep the draft in the encrypted store."""

    account: AccountId
    draft: Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscardDraft:
    """Throw the draft away, undoably."""

    account: AccountId
    draft: DraftId


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDrafts:
    """Ask for ``DraftsListed``: the drafts kept on this machine."""

    account: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachFile:
    """Read a file for a draft: ``FileAttached``."""

    account: AccountId
    draft: DraftId
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Queue a checked mail. Fails with kind SCOPE_MISSING while sending is not granted; the draft stays kept."""

    account: AccountId
    draft: Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class SendNow:
    """End the undo window of everything queued, for quitting."""

    account: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOutbox:
    """Ask for ``OutboxChanged``."""

    account: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryOutbox:
    """Send a held or unknown mail again: the user's word that a second copy is acceptable."""

    account: AccountId
    item: OutboxId


@dataclass(frozen=True, slots=True, kw_only=True)
class EditOutbox:
    """Make a queued, held or unknown mail a draft again: ``DraftOpened``."""

    account: AccountId
    item: OutboxId


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscardOutbox:
    """Drop a held or unknown mail."""

    account: AccountId
    item: OutboxId


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """Connect now if offline, and ask the server for news of folders and the open mailbox."""

    account: AccountId


Command = (
    OpenAccount
    | AskConsent
    | DeclineConsent
    | SignIn
    | GiveClientSecret
    | PasteRedirect
    | AnswerOtherAccount
    | ChooseKeychain
    | ListAccounts
    | ListActivity
    | PreviewSignOut
    | SaveUnsynced
    | SignOut
    | RetryRevocation
    | EndRetry
    | OpenMailbox
    | LoadRows
    | Search
    | OpenMessage
    | ShowSource
    | SaveAttachment
    | OpenLink
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
)
