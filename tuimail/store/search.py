"""Search over what is stored, newest first, and the door through which texts enter the full-text index."""

from array import array
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from tuimail.domain.ids import MailboxId, RowId
from tuimail.domain.message import Flag
from tuimail.domain.query import EVERYTHING, Attached, Every, Flagged, Larger, Node, Query
from tuimail.domain.query_text import Ground, parse_query
from tuimail.store.columns import as_json, from_hex, hex_column, searchable
from tuimail.store.db import Database, Value
from tuimail.store.mailboxes import MailboxRepository
from tuimail.store.query_sql import LARGE, Sql, condition, node_sql, split

MAX_TEXT = 200_000
"""Characters of a message's text that are indexed: a novel's worth; what is longer is a log file."""
SMALL_MAILBOX = 5_000
"""Below this, asking each message costs less than following the hits of the whole account newest first."""
_TEND_EVERY = 20
"""Texts after which a step of merging is due."""
_TEND_PAGES = 64

_NO_LIMIT = -1
_RARE = (Attached(), Flagged(flag=Flag.FLAGGED))
# Only what was deleted here, and not yet there, is in the index and shown nowhere.
_ANYWHERE = (
    "select rowid as row from words where words match ?"
    " and rowid not in (select row from messages where shown_in is null) order by rowid desc limit ?"
)
_ONE_EACH = "group by coalesce(gmail_id, -row) order by row desc"
_WITHOUT_TWINS = (
    "select max(row) as row from messages where row in (select value from json_each(?)) and (gmail_id is null"  # noqa: S608 (our own words)
    " or gmail_id not in (select gmail_id from messages"
    f" where gmail_id is not null and row in (select value from json_each(?)))) {_ONE_EACH}"
)


class SearchRepository:
    """Finds rows by words, state, date, size and place. ``Database.interrupt`` ends a search."""

    def __init__(self, db: Database, now: Callable[[], datetime], *, small: int = SMALL_MAILBOX) -> None:
        self._db = db
        self._now = now
        self._small = small
        self._indexed = 0

    def parse(self, text: str, accounts: Sequence[str] = ()) -> Query:
        """Understand a search in this account; QueryError with words for under the field."""
        mailboxes = MailboxRepository(self._db).list()
        return parse_query(text, Ground(now=self._now(), mailboxes=mailboxes, accounts=tuple(accounts)))

    def search(self, mailbox: MailboxId, text: str) -> "array[int]":
        """All rows that the words find, newest first; QueryError where they make no sense."""
        return self.find(self.parse(text), mailbox)

    def find(self, query: Query, mailbox: MailboxId) -> "array[int]":
        """All rows that the query finds, newest first: in the mailbox, unless it says itself where to look."""
        return self._find(query, mailbox, _NO_LIMIT)

    def find_newest(self, query: Query, mailbox: MailboxId, limit: int) -> "array[int]":
        """The newest of the rows that ``find`` gives, at most ``limit``, in a time that hardly grows with them."""
        return self._find(query, mailbox, limit)

    def without_twins(self, rows: Iterable[int], beside: Iterable[int]) -> "array[int]":
        """Those that are other mails than ``beside``, each once, newest first: Gmail has a mail in many mailboxes."""
        return self._rows(_WITHOUT_TWINS, as_json(rows), as_json(beside if self._has_twins() else ()))

    def _find(self, query: Query, mailbox: MailboxId, limit: int) -> "array[int]":
        statement, values = self._select(query, mailbox, limit)
        if query.names_place and self._has_twins():
            statement = f"select max(row) as row from messages where row in ({statement}) {_ONE_EACH}"  # noqa: S608 (conditions of our own; values are bound)
        return self._rows(statement, *values)

    def _select(self, query: Query, mailbox: MailboxId, limit: int) -> Sql:
        """The statement that finds: through the words where that is sooner, else through the messages."""
        scope, scope_values = _scope(query, mailbox)
        matched, rest = split(query.root)
        follows_words = query.names_place or (limit != _NO_LIMIT and not self._is_small(mailbox))
        if matched and _is_rare(rest):
            sql, values = node_sql(rest)
            # With a plus the words are gone through once; without, they would be looked up for each of the rows.
            statement = (
                "select rowid as row from words where words match ? and +rowid in"  # noqa: S608 (as above)
                f" (select row from messages where {scope} and {sql}) order by rowid desc limit ?"
            )
            return statement, (matched, *scope_values, *values, limit)
        if not matched or not follows_words:
            sql, values = condition(query)
            # With a plus no index is taken for its order alone: where all are wanted, few rows are sorted sooner.
            order = "+row" if limit == _NO_LIMIT else "row"
            statement = f"select row from messages where {scope} and {sql} order by {order} desc limit ?"  # noqa: S608 (as above)
            return statement, (*scope_values, *values, limit)
        if query.names_place and rest == EVERYTHING:
            return _ANYWHERE, (matched, limit)
        sql, values = node_sql(rest)
        statement = (
            "select messages.row from words join messages on messages.row = words.rowid where words match ?"  # noqa: S608 (as above)
            f" and {scope} and {sql} order by words.rowid desc limit ?"
        )
        return statement, (matched, *scope_values, *values, limit)

    def _has_twins(self) -> bool:
        return bool(self._db.value("select 1 from messages where gmail_id is not null limit 1"))

    def count_unread(self, query: Query, mailbox: MailboxId) -> int:
        """How many of the rows that ``find`` gives were not read."""
        scope, scope_values = _scope(query, mailbox)
        sql, values = condition(query)
        statement = f"select count(*) from messages where is_seen = 0 and {scope} and {sql}"  # noqa: S608 (conditions of our own; values are bound)
        return int(self._db.value(statement, *scope_values, *values))

    def index_text(self, row: RowId, text: str) -> bool:
        """Make a message's text findable; False if the message is gone.

        Many in one ``Database.transaction`` cost far less than each in its own: a transaction's words become one
        segment of the index, and segments have to be merged.
        """
        with self._db.transaction():
            head = self._db.one("select sender, recipients, cc, subject from messages where row = ?", row)
            if head is None:
                return False
            sender, recipients, cc, subject = head
            self._db.run(
                "insert or replace into words (rowid, sender, recipients, subject, body) values (?, ?, ?, ?, ?)",
                row, searchable(sender), searchable(f"{recipients}\n{cc}"), searchable(subject),
                searchable(text[:MAX_TEXT]),
            )  # fmt: skip
            self._db.run("update messages set has_words = 1 where row = ?", row)
            self._indexed += 1
            if self._indexed % _TEND_EVERY == 0:
                self.tend()
            return True

    def tend(self) -> bool:
        """Merge a little of the index, for some 5 to 30 ms; True if there is more to merge.

        Left alone, the index grows by a segment with each transaction, and every search reads all segments.
        """
        before = self._db.value("select total_changes()")
        self._db.run("insert into words (words, rank) values ('merge', ?)", _TEND_PAGES)
        # What FTS5 documents as the sign that nothing was left to do: fewer than two changes.
        return bool(self._db.value("select total_changes()") - before > 1)

    def _is_small(self, mailbox: MailboxId) -> bool:
        counted = self._db.value(
            "select count(*) from (select 1 from messages where shown_in = ? limit ?)", mailbox, self._small
        )
        return bool(counted < self._small)

    def _rows(self, select: str, *values: Value) -> "array[int]":
        return from_hex(self._db.value(f"select {hex_column('row')} from ({select})", *values))  # noqa: S608 (as above)


def _is_rare(node: Node) -> bool:
    """Whether an index of few messages leads to all that can be found."""
    parts = node.parts if isinstance(node, Every) else (node,)
    return any(part in _RARE or (isinstance(part, Larger) and part.size_bytes >= LARGE) for part in parts)


def _scope(query: Query, mailbox: MailboxId) -> Sql:
    # What was deleted here, and not yet there, is shown nowhere.
    return ("messages.shown_in > 0", ()) if query.names_place else ("messages.shown_in = ?", (mailbox,))
