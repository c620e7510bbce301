"""The rows of a mailbox in the order of a view: one statement and one value each, whatever the mailbox's size."""

from array import array
from collections.abc import Sequence
from itertools import groupby

from tuimail.domain.ids import MailboxId
from tuimail.domain.listing import ListView, SortBy
from tuimail.domain.thread import Member, reading_order
from tuimail.store.columns import from_hex, hex_column
from tuimail.store.db import Database, Value

Condition = tuple[str, tuple[Value, ...]]
"""SQL that holds for the wanted rows of the table ``messages``, which goes by that name, and its values."""

EVERYTHING: Condition = ("true", ())

_ORDERS = {
    SortBy.DATE: ("row desc", "row"),
    SortBy.SENDER: ("sort_sender, row desc", "sort_sender desc, row"),
    SortBy.SUBJECT: ("sort_subject, row desc", "sort_subject desc, row"),
    SortBy.SIZE: ("size_bytes desc, row desc", "size_bytes, row"),
}


def in_mailbox(mailbox: MailboxId) -> Condition:
    """All that the mailbox shows."""
    return "shown_in = ?", (mailbox,)


def both(first: Condition, second: Condition) -> Condition:
    """What fulfils the two."""
    return f"{first[0]} and ({second[0]})", first[1] + second[1]


def listed(db: Database, where: Condition, view: ListView) -> "array[int]":
    """The rows that the condition holds for, in the order of ``view``, whose ``narrow`` is part of the condition."""
    if not view.is_threaded:
        return _sorted(db, where, _ORDERS[view.sort][view.is_reversed])
    heads = _heads(db, where, is_reversed=view.is_reversed)
    return _unfolded(db, where, heads) if view.is_unfolded else heads


def _sorted(db: Database, where: Condition, order: str) -> "array[int]":
    condition, values = where
    return _rows(db, f"select row from messages where {condition} order by {order}", values)  # noqa: S608 (our own words)


def _heads(db: Database, where: Condition, *, is_reversed: bool) -> "array[int]":
    """The newest message of each conversation; those without one yet stand alone."""
    condition, values = where
    order = "row" if is_reversed else "row desc"
    select = (
        f"select max(row) as row from messages where {condition} and thread is not null group by thread"  # noqa: S608 (our own words)
        f" union all select row from messages where {condition} and thread is null order by {order}"
    )
    return _rows(db, select, values * 2)


def _unfolded(db: Database, where: Condition, heads: "array[int]") -> "array[int]":
    """Each conversation's messages in reading order in place of its newest."""
    condition, values = where
    select = (
        f"with several as materialized (select thread from messages where {condition} and thread is not null"  # noqa: S608 (our own words)
        f" group by thread having count(*) > 1) select {hex_column('thread', 'row', 'node', 'parent')} from"
        f" (select thread, row, node, parent from messages where {condition}"
        " and thread in (select thread from several) order by thread, row)"
    )
    numbers = from_hex(db.value(select, *values, *values))
    threads, rows, owns, parents = (numbers[column::4] for column in range(4))
    conversations: dict[int, Sequence[int]] = {}
    start = 0
    for _, found in groupby(threads):
        end = start + sum(1 for _ in found)
        conversations[rows[end - 1]] = _read(rows[start:end], owns[start:end], parents[start:end])
        start = end
    unfolded = array("q")
    for head in heads:
        unfolded.extend(conversations.get(head) or (head,))
    return unfolded


def _read(rows: "array[int]", owns: "array[int]", parents: "array[int]") -> Sequence[int]:
    """One conversation, given oldest first, in its reading order."""
    answers = parents[1:]
    # Most are chains, or answers to the first mail: then it is the order of their dates.
    is_plain = len({0, *owns}) == len(owns) + 1 and parents[0] not in owns
    if is_plain and (answers == owns[:-1] or answers.count(owns[0]) == len(answers)):
        return rows
    members = [Member(*each) for each in zip(rows, owns, parents, strict=True)]
    return [row for row, _ in reading_order(members)]


def _rows(db: Database, select: str, values: tuple[Value, ...]) -> "array[int]":
    return from_hex(db.value(f"select {hex_column('row')} from ({select})", *values))  # noqa: S608 (our own words)
