"""How each mailbox was last shown, kept over restarts. The words it was narrowed to are not."""

from tuimail.domain.ids import MailboxId
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


def _name(mailbox: MailboxId) -> str:
    return f"view:{mailbox}"
