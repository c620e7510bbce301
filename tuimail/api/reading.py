"""What may be done with a message beyond changing where it lies and how it is marked, and what that leads to."""

from typing import ClassVar

from msgspec import Struct

from tuimail.api.events import Event
from tuimail.domain.discreet import Discreet
from tuimail.domain.draft import Draft
from tuimail.domain.ids import AccountId, MailboxId, RowId
from tuimail.domain.invitation import InvitationAnswer
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.unsubscribe import WayOut


class ShowSource(Struct, frozen=True, kw_only=True):
    """Ask for ``SourceLoaded``: the mail as it was sent, cleaned for the screen."""

    account: AccountId
    row: RowId


class SaveAttachment(Struct, frozen=True, kw_only=True):
    """Write one part into ``folder`` under a safe, new name: ``FileSaved``."""

    account: AccountId
    row: RowId
    part: str
    folder: str


class PreviewAttachment(Struct, frozen=True, kw_only=True):
    """Ask for ``AttachmentPreviewed``: a part as text. A mail within the mail is opened by ``OpenMessage`` instead."""

    account: AccountId
    row: RowId
    part: str


class OpenAttachment(Struct, frozen=True, kw_only=True):
    """Hand a private copy of the part to the system's opener; the person was asked before."""

    account: AccountId
    row: RowId
    part: str


class OpenInBrowser(Struct, frozen=True, kw_only=True):
    """Show the message in the browser, as a page of ours that fetches nothing."""

    account: AccountId
    row: RowId


class ExportMessages(Struct, frozen=True, kw_only=True):
    """Write messages into ``folder`` as they were sent, each a new .eml file: ``FileSaved`` for each."""

    account: AccountId
    rows: tuple[RowId, ...]
    folder: str


class CopyMessages(Struct, frozen=True, kw_only=True):
    """Copy messages to a mailbox, as ``MoveMessages`` moves them."""

    account: AccountId
    rows: tuple[RowId, ...]
    to: MailboxId | MailboxRole
    heads: tuple[RowId, ...] = ()
    """Of ``rows``, those that stand for their whole conversation in their mailbox."""


class DeleteMessages(Struct, frozen=True, kw_only=True):
    """Delete messages of Trash and Junk for good; refused for those of other mailboxes. The person was asked."""

    account: AccountId
    rows: tuple[RowId, ...]
    heads: tuple[RowId, ...] = ()
    """As in ``CopyMessages``."""


class SetLabels(Struct, frozen=True, kw_only=True):
    """Add and remove labels: Gmail's own, elsewhere keywords (RFC 9051 section 2.3.2)."""

    account: AccountId
    rows: tuple[RowId, ...]
    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()
    heads: tuple[RowId, ...] = ()
    """As in ``CopyMessages``."""


class PipeMessage(Discreet, frozen=True, kw_only=True):
    """Run a command that the person typed, with the message as it was sent on its input: ``CommandRan``."""

    hidden: ClassVar[tuple[str, ...]] = ("command_line",)

    account: AccountId
    row: RowId
    command_line: str
    """Cut into arguments as a shell does, and run without one."""


class FindWayOut(Struct, frozen=True, kw_only=True):
    """Ask for ``WayOutFound``: how to leave the mailing list of a message. Nothing is sent."""

    account: AccountId
    row: RowId


class LeaveList(Struct, frozen=True, kw_only=True):
    """Leave by a single click (RFC 8058), after the person was asked. Refused where that may not be."""

    account: AccountId
    row: RowId


class AnswerInvitation(Struct, frozen=True, kw_only=True):
    """Ask for ``AnswerWritten``: the mail that answers the invitation in a message, ready to be sent."""

    account: AccountId
    row: RowId
    answer: InvitationAnswer


class OpenLink(Struct, frozen=True, kw_only=True):
    """Open an http or https address in the browser; its whole target was shown to the person before."""

    url: str


class CommandRan(Event, frozen=True, kw_only=True):
    """What a typed command said, cleaned."""

    hidden: ClassVar[tuple[str, ...]] = ("words", "text")

    words: str
    """What was run, and how it ended."""
    text: str


class WayOutFound(Event, frozen=True, kw_only=True):
    """How to leave a mailing list."""

    account: AccountId
    row: RowId
    way_out: WayOut


class AnswerWritten(Event, frozen=True, kw_only=True):
    """A mail that needs nothing more from the person than to be sent: ``Send``."""

    draft: Draft


ReadingCommand = (
    ShowSource
    | SaveAttachment
    | PreviewAttachment
    | OpenAttachment
    | OpenInBrowser
    | ExportMessages
    | CopyMessages
    | DeleteMessages
    | SetLabels
    | PipeMessage
    | FindWayOut
    | LeaveList
    | AnswerInvitation
    | OpenLink
)
"""All of them."""

OF_ONE_MESSAGE: tuple[type, ...] = (
    ShowSource,
    SaveAttachment,
    PreviewAttachment,
    OpenAttachment,
    OpenInBrowser,
    PipeMessage,
    FindWayOut,
    LeaveList,
    AnswerInvitation,
)
"""Those that name the one message they are for by its ``row``."""

OF_MESSAGES: tuple[type, ...] = (ExportMessages, CopyMessages, DeleteMessages, SetLabels)
"""Those that name any number of messages by their ``rows``."""
