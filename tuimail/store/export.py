"""Reading a store from end to end, for an export: one message at a time, so that no lot of mail is in memory."""

import json
from datetime import datetime

from msgspec import Struct

from tuimail.domain.ids import RowId
from tuimail.store.columns import from_seconds
from tuimail.store.db import Database


class ExportRow(Struct, frozen=True, kw_only=True):
    """One message of the account, wherever its text is."""

    row: RowId
    mailbox: str
    received_at: datetime
    sender: str
    subject: str
    has_body: bool


class ExportReader:
    """Reads; on the store worker."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def rows(self) -> list[ExportRow]:
        """Every message, oldest first within its mailbox."""
        found = self._db.all(
            "select m.row, b.name, m.internal_date, m.sender, m.subject,"
            " exists (select 1 from bodies o where o.row = m.row)"
            " from messages m join mailboxes b on b.id = m.mailbox order by b.name, m.internal_date, m.row"
        )
        return [
            ExportRow(
                row=RowId(row),
                mailbox=name,
                received_at=from_seconds(date),
                sender=sender,
                subject=subject,
                has_body=bool(has_body),
            )
            for row, name, date, sender, subject, has_body in found
        ]

    def raw(self, row: RowId) -> tuple[bytes, int] | None:
        """The bytes, and how many parts were never fetched; None if the text is gone meanwhile."""
        found = self._db.one("select raw, missing from bodies where row = ?", row)
        if found is None:
            return None
        raw, missing = found
        return bytes(raw), len(json.loads(missing)) if missing else 0


def texts(db: Database) -> tuple[int, int]:
    """How many texts and parts are stored, and their bytes."""
    found = db.one(
        "select (select count(*) from bodies) + (select count(*) from parts),"
        " (select ifnull(sum(size_bytes), 0) from bodies) + (select ifnull(sum(size_bytes), 0) from parts)"
    )
    assert found is not None  # noqa: S101 (an aggregate has one row)
    return int(found[0]), int(found[1])
