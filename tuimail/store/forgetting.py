"""Texts deleted on purpose: by hand, or since nobody opened them in a long time. Their words go with them."""

from collections.abc import Iterator
from datetime import datetime

from tuimail.store.columns import as_json, searchable, to_seconds
from tuimail.store.db import Columns, Database

_INDEXED = 1
_FORGOTTEN = 2
"""In ``messages.has_words``: neither to be found by its text nor to be fetched ahead again, until somebody reads it."""
_AT_A_TIME = 500
# A mail that is in several folders has its text at one of its rows, and words at each.
_UNUSED = (
    "select m.row from bodies b join messages m on m.row = b.row where b.used_at < ?1 union"
    " select o.row from bodies b join messages m on m.row = b.row join messages o on o.gmail_id = m.gmail_id"
    " where b.used_at < ?1"
)


def forget_texts(db: Database) -> None:
    """Delete every text and part with the words of the index, and give the room back to the disk."""
    with db.transaction():
        _forget_words(db, db.all("select row from messages where has_words = ?", _INDEXED))
        db.run("delete from parts")
        db.run("delete from bodies")
    # A word that was deleted stays in its segment until that is merged.
    db.run("insert into words (words) values ('optimize')")
    db.run("vacuum")


def forget_unused(db: Database, *, since: datetime) -> int:
    """Delete the texts and parts that nobody opened since then, with their words; how many texts went."""
    seconds = to_seconds(since)
    with db.transaction():
        _forget_words(db, db.all(_UNUSED, seconds))
        db.run("delete from parts where used_at < ?", seconds)
        return db.run("delete from bodies where used_at < ?", seconds)


def _forget_words(db: Database, rows: list[Columns]) -> None:
    for some in _portions([row for (row,) in rows]):
        heads = db.all(
            "select row, sender, recipients, cc, subject from messages where row in (select value from json_each(?))",
            as_json(some),
        )
        db.run_many(
            "insert or replace into words (rowid, sender, recipients, subject, body) values (?, ?, ?, ?, '')",
            [
                (row, searchable(sender), searchable(f"{recipients}\n{cc}"), searchable(subject))
                for row, sender, recipients, cc, subject in heads
            ],
        )
        db.run(
            "update messages set has_words = ? where row in (select value from json_each(?))", _FORGOTTEN, as_json(some)
        )


def _portions(rows: list[int]) -> Iterator[list[int]]:
    for begin in range(0, len(rows), _AT_A_TIME):
        yield rows[begin : begin + _AT_A_TIME]
