"""Kept searches: names for queries, shown as folders of their own. Their mailbox ids are negative."""

from tuimail.domain.errors import ErrorKind, QueryError, Remedy
from tuimail.domain.ids import MailboxId
from tuimail.domain.mailbox import Mailbox, MailboxRole
from tuimail.store.db import Columns, Database

_SELECT = "select id, name, query from searches"


class KeptSearches:
    """The kept searches of one account, by name."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def list(self) -> tuple[Mailbox, ...]:
        """All of them, in the order of their names."""
        return tuple(_mailbox(columns) for columns in self._db.all(f"{_SELECT} order by name collate nocase, id"))

    def get(self, mailbox: MailboxId) -> Mailbox | None:
        """One of them, None once it is gone."""
        columns = self._db.one(f"{_SELECT} where id = ?", -mailbox)
        return _mailbox(columns) if columns else None

    def keep(self, name: str, query: str) -> MailboxId:
        """Keep a search. QueryError where the name is empty or taken."""
        if not name:
            raise _bad("A folder needs a name.")
        with self._db.transaction():
            if self._db.value("select 1 from searches where name = ? collate nocase", name):
                raise _bad(f"There is a kept search “{name}” already: take another name.")
            return MailboxId(-self._db.insert("insert into searches (name, query) values (?, ?)", name, query))

    def forget(self, mailbox: MailboxId) -> Mailbox | None:
        """Delete one and return what it was; None if it is gone already."""
        found = self.get(mailbox)
        self._db.run("delete from searches where id = ?", -mailbox)
        return found


def _mailbox(columns: Columns) -> Mailbox:
    key, name, query = columns
    return Mailbox(id=MailboxId(-key), name=name, role=MailboxRole.SEARCH, query=query)


def _bad(words: str) -> QueryError:
    return QueryError(ErrorKind.BAD_QUERY, words, remedy=Remedy.FIX_INPUT)
