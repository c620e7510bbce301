"""What may be done with a message that is open, beyond changing where it lies and how it is marked."""

from msgspec import Struct

from tuimail.domain.ids import AccountId, RowId


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


class OpenLink(Struct, frozen=True, kw_only=True):
    """Open an http or https address in the browser; its whole target was shown to the person before."""

    url: str


ReadingCommand = ShowSource | SaveAttachment | PreviewAttachment | OpenAttachment | OpenLink
"""All of them."""

OF_ONE_MESSAGE: tuple[type, ...] = (ShowSource, SaveAttachment, PreviewAttachment, OpenAttachment)
"""Those that name the one message they are for by its ``row``."""
