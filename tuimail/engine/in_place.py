"""What the server is told of changes that leave messages where they are, or leave nothing of them."""

from collections.abc import Sequence

from tuimail.domain.errors import ErrorKind, Remedy, ServerError
from tuimail.net.imap.session import ImapSession
from tuimail.store.changes import Change
from tuimail.store.view import ChangeKind


def tell_in_place(session: ImapSession, deed: Change, uids: Sequence[int]) -> None:
    """Tell it of messages of the mailbox that is open. On the ``imap`` worker."""
    match deed.kind:
        case ChangeKind.FLAGS:
            session.store_flags(uids, deed.add, deed.remove)
        case ChangeKind.LABELS:
            session.store_labels(uids, deed.add, deed.remove)
        case ChangeKind.DELETE:
            session.purge(uids)
        case _:
            raise ServerError(ErrorKind.MESSAGE_GONE, "The folder is gone from the server.", remedy=Remedy.TELL)
