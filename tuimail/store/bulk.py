"""What a change of many messages needs to know, found inside SQLite: 100,000 rows take some 100 ms, a tenth of what
reading their envelopes does, and other threads run meanwhile."""

from collections.abc import Iterable
from typing import cast

from tuimail.domain.ids import MailboxId, RowId, Uid
from tuimail.store.columns import as_json, from_hex, hex_column, unpack_flags, unpack_ids
from tuimail.store.db import Database


class BulkReader:
    """Facts about any number of messages of one account; rows that are gone are missing, the others newest first."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def by_mailbox(self, rows: Iterable[RowId]) -> dict[MailboxId, tuple[RowId, ...]]:
        """The rows by the mailboxes that show them."""
        found = self._db.all(_BY_MAILBOX, as_json(rows))
        return {MailboxId(mailbox): _rows(grouped) for mailbox, grouped in found if mailbox is not None}

    def unlike(
        self, rows: Iterable[RowId], *, add: frozenset[str] = frozenset(), remove: frozenset[str] = frozenset()
    ) -> tuple[RowId, ...]:
        """The rows that adding and removing these flags would change."""
        found = self._db.all(_BY_FLAGS, as_json(rows))
        # Few combinations of flags there are, however many rows.
        changed = [
            row
            for flags, grouped in found
            if not add <= unpack_flags(flags) or remove & unpack_flags(flags)
            for row in _rows(grouped)
        ]
        return tuple(sorted(changed, reverse=True))

    def whole(self, heads: Iterable[RowId]) -> tuple[RowId, ...]:
        """All messages of these rows' conversations, as far as the mailboxes that show the rows do."""
        return _rows(self._db.value(_WHOLE, as_json(heads)))

    def at(self, mailbox: MailboxId, uids: Iterable[Uid]) -> tuple[RowId, ...]:
        """The rows that the server has in a mailbox under these UIDs."""
        return _rows(self._db.value(_AT, mailbox, as_json(uids)))

    def labels(self, rows: Iterable[RowId]) -> dict[RowId, frozenset[str]]:
        """Gmail's labels of the rows; those of other servers are missing."""
        return {RowId(row): frozenset(unpack_ids(labels)) for row, labels in self._db.all(_LABELS, as_json(rows))}


def _rows(text: str | None) -> tuple[RowId, ...]:
    # A cast, since a call of RowId for each would take as long as all else.
    return cast("tuple[RowId, ...]", tuple(from_hex(text)))


_ROWS = hex_column("row")
_ASKED = "row in (select value from json_each(?)) order by row desc"
_BY_MAILBOX = f"select shown_in, {_ROWS} from (select row, shown_in from messages where {_ASKED}) group by shown_in"  # noqa: S608 (constants)
_BY_FLAGS = f"select flags, {_ROWS} from (select row, flags from messages where {_ASKED}) group by flags"  # noqa: S608 (constants)
_WHOLE = (
    f"select {_ROWS} from (select coalesce(other.row, head.row) as row from messages head"  # noqa: S608 (constants)
    " left join messages other on other.shown_in = head.shown_in and other.thread = head.thread"
    " where head.row in (select value from json_each(?)) group by 1 order by 1 desc)"
)
_AT = (
    f"select {_ROWS} from (select row from messages"  # noqa: S608 (constants)
    " where mailbox = ? and uid in (select value from json_each(?)) order by row desc)"
)
_LABELS = "select row, labels from messages where row in (select value from json_each(?)) and gmail_id is not null"
