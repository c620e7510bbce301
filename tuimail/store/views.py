"""How each mailbox was last shown and where its cursor was, kept over restarts. Words it was narrowed to are not."""

from tuimail.domain.ids import MailboxId, RowId
from tuimail.domain.listing import ListView, SortBy
from tuimail.store.db import Database

_SORTS = {sort.value: sort for sort in SortBy}


class ViewRepository:
    """The views of one account."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, mailbox: MailboxId) -> ListView:
        """The view that was last kept of the mailbox."""
        words = (self._db.value("select value from facts where name = ?", _name(mailbox)) or "").split()
        return ListView(
            sort=next((_SORTS[word] for word in words if word in _SORTS), SortBy.DATE),
            is_reversed="reversed" in words,
            is_threaded="threaded" in words,
            is_unfolded="unfolded" in words,
        )

    def keep(self, mailbox: MailboxId, view: ListView) -> None:
        """Keep the view if it is another; the usual one leaves nothing behind."""
        words = [view.sort.value] if view.sort is not SortBy.DATE else []
        words += ["reversed"] if view.is_reversed else []
        words += ["threaded"] if view.is_threaded else []
        words += ["unfolded"] if view.is_unfolded else []
        kept = self._db.value("select value from facts where name = ?", _name(mailbox)) or ""
        if " ".join(words) == kept:
            return
        if words:
            self._db.run("insert or replace into facts (name, value) values (?, ?)", _name(mailbox), " ".join(words))
        else:
            self._db.run("delete from facts where name = ?", _name(mailbox))

    def leave(self, mailbox: MailboxId, row: RowId | None) -> None:
        """Keep that this mailbox was shown last, with the cursor on this row."""
        places = [(_LAST, str(mailbox))] + ([(_place(mailbox), str(row))] if row is not None else [])
        self._db.run_many("insert or replace into facts (name, value) values (?, ?)", places)

    def last_shown(self) -> MailboxId | None:
        """The mailbox that was shown last; it may be gone."""
        kept = self._db.value("select value from facts where name = ?", _LAST)
        return MailboxId(int(kept)) if kept else None

    def left_at(self, mailbox: MailboxId) -> RowId | None:
        """The row of the mailbox that the cursor was last on; it may be gone."""
        kept = self._db.value("select value from facts where name = ?", _place(mailbox))
        return RowId(int(kept)) if kept else None


_LAST = "last mailbox"


def _name(mailbox: MailboxId) -> str:
    return f"view:{mailbox}"


def _place(mailbox: MailboxId) -> str:
    return f"place:{mailbox}"
