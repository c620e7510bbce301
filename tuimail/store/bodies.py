"""Bodies and parts of messages kept on disk, within a budget; a mail that is in several mailboxes once."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from tuimail.domain.ids import MailboxId, RowId
from tuimail.domain.message import RawMessage
from tuimail.store.columns import as_json, to_seconds
from tuimail.store.db import Columns, Database

_PRECISION_S = 3600
"""How exactly the time of use is noted: reading must not cost a write each time."""
_COUNTER_BITS = 20
_WHOLE: Mapping[str, int] = MappingProxyType({})


class BodyRepository:
    """What was fetched of messages. Where rows are known to be one mail (``gmail_id``), a body serves all of them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def load(self, row: RowId, *, now: datetime) -> RawMessage | None:
        """The message as far as it was fetched, None if nothing of it is stored; notes that it was used."""
        found = self._db.one(
            "select row, raw, missing, used_at from bodies where row in (select value from json_each(?))"
            " order by missing = '' desc limit 1",
            self._copies(row),
        )
        if found is None:
            return None
        holder, raw, missing, used_at = found
        if used_at < to_seconds(now) - _PRECISION_S:
            self._db.run("update bodies set used_at = ? where row = ?", to_seconds(now), holder)
        return RawMessage(raw=bytes(raw), missing=json.loads(missing) if missing else _WHOLE)

    def has(self, row: RowId) -> bool:
        """Whether ``load`` would find something."""
        return bool(
            self._db.value(
                "select exists (select 1 from bodies where row in (select value from json_each(?)))", self._copies(row)
            )
        )

    def save(self, row: RowId, raw: bytes, *, now: datetime, missing: Mapping[str, int] = _WHOLE) -> bool:
        """Keep a body; False if its message is gone meanwhile. A whole one makes its single parts superfluous."""
        seconds = to_seconds(now)
        with self._db.transaction():
            if not missing:
                self._db.run("delete from parts where row = ?", row)
            return bool(
                self._db.run(
                    "insert or replace into bodies (row, raw, missing, size_bytes, fetched_at, used_at)"
                    " select row, ?, ?, ?, ?, ? from messages where row = ?",
                    raw, json.dumps(dict(missing)) if missing else "", len(raw), seconds, seconds, row,
                )
            )  # fmt: skip

    def load_part(self, row: RowId, section: str, *, now: datetime) -> bytes | None:
        """A part that was fetched by itself, still in its transfer encoding; notes that it was used."""
        found = self._db.one(
            "select row, data, used_at from parts where section = ? and row in (select value from json_each(?))",
            section, self._copies(row),
        )  # fmt: skip
        if found is None:
            return None
        holder, data, used_at = found
        if used_at < to_seconds(now) - _PRECISION_S:
            self._db.run("update parts set used_at = ? where row = ? and section = ?", to_seconds(now), holder, section)
        return bytes(data)

    def save_part(self, row: RowId, section: str, data: bytes, *, now: datetime) -> bool:
        """Keep a part; False if its message is gone meanwhile."""
        return bool(
            self._db.run(
                "insert or replace into parts (row, section, data, size_bytes, used_at)"
                " select row, ?, ?, ?, ? from messages where row = ?",
                section, data, len(data), to_seconds(now), row,
            )
        )  # fmt: skip

    def total_bytes(self) -> int:
        """Bytes of all bodies and parts."""
        return int(
            self._db.value(
                "select (select ifnull(sum(size_bytes), 0) from bodies)"
                " + (select ifnull(sum(size_bytes), 0) from parts)"
            )
        )

    def trim(self, budget_bytes: int) -> int:
        """Forget what was unused for longest until the rest fits, parts before bodies; returns how many went."""
        bodies = int(self._db.value("select ifnull(sum(size_bytes), 0) from bodies"))
        gone = self._db.run(
            "delete from parts where (row, section) in (select row, section from (select row, section,"
            " sum(size_bytes) over (order by used_at desc, row desc, section) as kept from parts) where kept > ?)",
            max(0, budget_bytes - bodies),
        )
        if bodies <= budget_bytes:
            return gone
        return gone + self._db.run(
            "delete from bodies where row in (select row from"
            " (select row, sum(size_bytes) over (order by used_at desc, row desc) as kept from bodies) where kept > ?)",
            budget_bytes,
        )

    def wanted(self, mailboxes: Sequence[MailboxId], *, since: datetime, limit: int) -> list[RowId]:
        """Messages since then whose text is not in the search index yet, newest first. An evicted text is not wanted
        again: its words are still in the index."""
        found = self._db.all(f"select row {_WITHOUT_WORDS} order by row desc limit ?", *_range(mailboxes, since), limit)
        return [RowId(row) for (row,) in found]

    def count_wanted(self, mailboxes: Sequence[MailboxId], *, since: datetime) -> int:
        """How many messages ``wanted`` would give without a limit."""
        return int(self._db.value(f"select count(*) {_WITHOUT_WORDS}", *_range(mailboxes, since)))

    def _copies(self, row: RowId) -> str:
        """The row and all others that are the same mail."""
        found = self._db.all(
            "select o.row from messages m join messages o on o.gmail_id = m.gmail_id"
            " where m.row = ? and m.gmail_id is not null",
            row,
        )
        return as_json([row, *(other for (other,) in found if other != row)])


_WITHOUT_WORDS = (
    "from messages where has_words = 0 and shown_in in (select value from json_each(?)) and row >= ?"
    " and uid is not null and mailbox = shown_in"
)


def _range(mailboxes: Sequence[MailboxId], since: datetime) -> Columns:
    return as_json(mailboxes), to_seconds(since) << _COUNTER_BITS
