"""Bodies kept on disk, within a budget."""

from datetime import datetime

from tuimail.domain.ids import RowId
from tuimail.store.columns import to_seconds
from tuimail.store.db import Database


class BodyRepository:
    """Bodies kept on disk, as the server gave them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def load(self, row: RowId, *, now: datetime) -> bytes | None:
        """The message as it was sent, None if it is not stored; notes that it was used."""
        raw = self._db.value("select raw from bodies where row = ?", row)
        if raw is None:
            return None
        # An hour's precision: reading must not cost a write each time.
        seconds = to_seconds(now)
        self._db.run("update bodies set used_at = ? where row = ? and used_at < ?", seconds, row, seconds - 3600)
        return bytes(raw)

    def save(self, row: RowId, raw: bytes, *, now: datetime) -> bool:
        """Keep a body; False if its message is gone meanwhile."""
        return bool(
            self._db.run(
                "insert or replace into bodies (row, raw, size_bytes, fetched_at, used_at)"
                " select row, ?, ?, ?, ? from messages where row = ?",
                raw, len(raw), to_seconds(now), to_seconds(now), row,
            )
        )  # fmt: skip

    def trim(self, budget_bytes: int) -> int:
        """Forget the bodies unused for longest until the rest fits the budget; returns how many went."""
        return self._db.run(
            "delete from bodies where row in (select row from"
            " (select row, sum(size_bytes) over (order by used_at desc, row desc) as kept from bodies) where kept > ?)",
            budget_bytes,
        )
