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


class OpenLink(Struct, frozen=True, kw_only=True):
    """Open an http or https address in the browser; its whole target was shown to the person before."""

    url: str


ReadingCommand = ShowSource | SaveAttachment | OpenLink
"""All of them."""
