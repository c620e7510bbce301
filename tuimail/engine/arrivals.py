"""Rows as they come from the server, translated and cleaned for the store."""

from tuimail.domain.ids import Uid
from tuimail.mime.headers import read_row
from tuimail.net.imap.rows import FetchedRow
from tuimail.store.messages import NewMessage


def as_new(row: FetchedRow) -> NewMessage:
    """A fetched row, translated and cleaned."""
    fields = read_row(row.header, server_date=row.internal_date)
    return NewMessage(
        uid=Uid(row.uid),
        flags=row.flags,
        internal_date=row.internal_date,
        sent_at=fields.sent_at,
        size_bytes=row.size_bytes,
        has_attachment=fields.has_attachment,
        sender=fields.sender,
        to=fields.to,
        cc=fields.cc,
        subject=fields.subject,
        message_id=fields.message_id,
        in_reply_to=fields.in_reply_to,
        references=fields.references,
        gmail_id=row.gmail_id,
        gmail_thread=row.gmail_thread,
        labels=row.labels if row.gmail_id is not None else None,
    )
