"""The activity list: what was done with which account and how it ended. A file of its own outlives accounts."""

from pathlib import Path

from tuimail.domain.draft import ActivityEntry
from tuimail.domain.ids import AccountId
from tuimail.domain.token import StoreKey
from tuimail.store.columns import from_seconds, to_seconds
from tuimail.store.db import open_activity

KEPT = 5000
"""Entries kept, the oldest going first."""


class ActivityLog:
    """The open list; encrypted with a key of its own."""

    def __init__(self, path: Path, key: StoreKey) -> None:
        self._db = open_activity(path, key)

    def record(self, entry: ActivityEntry) -> None:
        """Add a line; on disk when this returns."""
        with self._db.transaction():
            self._db.run(
                "insert into activity (at, account, what, outcome) values (?, ?, ?, ?)",
                to_seconds(entry.at), entry.account, entry.what, entry.outcome,
            )  # fmt: skip
            self._db.run("delete from activity where id <= (select max(id) from activity) - ?", KEPT)

    def newest(self, limit: int = 200) -> tuple[ActivityEntry, ...]:
        """The latest entries, newest first."""
        found = self._db.all("select at, account, what, outcome from activity order by id desc limit ?", limit)
        return tuple(
            ActivityEntry(at=from_seconds(at), account=AccountId(account), what=what, outcome=outcome)
            for at, account, what, outcome in found
        )

    def close(self) -> None:
        """Close the file."""
        self._db.close()
