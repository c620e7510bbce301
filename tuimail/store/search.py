"""Search over what is stored, newest first."""

from array import array

from tuimail.domain.ids import MailboxId
from tuimail.store.columns import as_array
from tuimail.store.db import Database
from tuimail.store.query import parse_query


class SearchRepository:
    """Finds rows by the words of their headers and by their state. ``Database.interrupt`` ends a search."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def search(self, mailbox: MailboxId, text: str) -> "array[int]":
        """The rows of the mailbox that the query finds, newest first; all of them for an empty query.

        StoreError of kind BAD_QUERY: the words belong under the search field.
        """
        query = parse_query(text)
        # A null parameter leaves its condition out.
        states = (
            None if query.is_unread is None else not query.is_unread,
            query.is_flagged,
            query.has_attachment,
        )
        if query.match:
            return as_array(self._db.value(_BY_WORDS, query.match, mailbox, *states))
        return as_array(self._db.value(_BY_STATE, mailbox, *states))


_BY_WORDS = (
    "select json_group_array(row) from (select m.row from words join messages m on m.row = words.rowid"
    " where words match ? and m.shown_in = ? and m.is_seen is ifnull(?, m.is_seen)"
    " and m.is_flagged is ifnull(?, m.is_flagged) and m.has_attachment is ifnull(?, m.has_attachment)"
    " order by m.row desc)"
)
_BY_STATE = (
    "select json_group_array(row) from (select m.row from messages m"
    " where m.shown_in = ? and m.is_seen is ifnull(?, m.is_seen)"
    " and m.is_flagged is ifnull(?, m.is_flagged) and m.has_attachment is ifnull(?, m.has_attachment)"
    " order by m.row desc)"
)
