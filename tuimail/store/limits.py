"""What the account's submission server said of itself: known before the next connection."""

from tuimail.store.db import Database

_NAME = "size_limit"


class ServerLimits:
    """A fact of one account."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @property
    def size(self) -> int:
        """The largest mail that it takes, in bytes; 0 where that is not known."""
        return int(self._db.value("select value from facts where name = ?", _NAME) or 0)

    def note_size(self, limit: int) -> None:
        """It said so; 0 where it said nothing."""
        self._db.run("insert or replace into facts (name, value) values (?, ?)", _NAME, str(limit))
