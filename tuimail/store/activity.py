"""The activity list: what was done with which account and how it ended. A file of its own outlives accounts."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from tuimail.domain.draft import ActivityEntry
from tuimail.domain.ids import AccountId
from tuimail.domain.token import StoreKey
from tuimail.store.columns import from_seconds, to_seconds
from tuimail.store.db import open_activity

KEPT = 50_000
"""Entries kept at most, the oldest going first, whatever their age."""
DAYS = 90
"""Of entries whose account is no longer in the profile."""


class ActivityLog:
    """The open list; encrypted with a key of its own."""

    def __init__(self, path: Path, key: StoreKey) -> None:
        self._db = open_activity(path, key)

    def forget(self, *, now: datetime, days: Mapping[AccountId, int]) -> int:
        """Delete entries that are older than their account's days; how many went."""
        ends = {account: to_seconds(now - timedelta(days=kept)) for account, kept in days.items()}
        others = to_seconds(now - timedelta(days=DAYS))
        gone = sum(
            self._db.run("delete from activity where account = ? and at < ?", account, end)
            for account, end in ends.items()
        )
        named = json.dumps(sorted(ends))
        return gone + self._db.run(
            "delete from activity where at < ? and account not in (select value from json_each(?))", others, named
        )

    def clear(self) -> None:
        """Delete every entry, from the disk as well."""
        self._db.run("delete from activity")
        self._db.run("vacuum")

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
