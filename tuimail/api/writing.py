"""What may be asked about mails that are being written, beyond keeping and sending them."""

from msgspec import Struct

from tuimail.domain.ids import AccountId, RowId


class ContinueDraft(Struct, frozen=True, kw_only=True):
    """Go on with a mail of the server's Drafts, whichever program wrote it: ``DraftOpened``."""

    account: AccountId
    row: RowId


WritingCommand = ContinueDraft
"""All of them."""
