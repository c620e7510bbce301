"""Which drafts are in a composer: those of a program that ended without leaving them are offered again."""

from tuimail.domain.ids import DraftId
from tuimail.store.db import Database

_NAME = "being_written"


class BeingWritten:
    """The marks of one account, a fact of a few words: ids of drafts have no spaces."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def mark(self, draft: DraftId) -> None:
        """Its composer is open."""
        marked = self._read()
        if draft not in marked:
            self._write(marked | {draft})

    def unmark(self, draft: DraftId) -> None:
        """Its composer was left, or it is gone."""
        marked = self._read()
        if draft in marked:
            self._write(marked - {draft})

    def take(self) -> frozenset[DraftId]:
        """All that are marked, which are then no longer."""
        with self._db.transaction():
            marked = self._read()
            self._write(frozenset())
        return marked

    def _read(self) -> frozenset[DraftId]:
        kept = str(self._db.value("select value from facts where name = ?", _NAME) or "")
        return frozenset(map(DraftId, kept.split()))

    def _write(self, marked: frozenset[DraftId]) -> None:
        if marked:
            words = " ".join(sorted(marked))
            self._db.run("insert or replace into facts (name, value) values (?, ?)", _NAME, words)
        else:
            self._db.run("delete from facts where name = ?", _NAME)
