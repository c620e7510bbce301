"""Conversations of the stored messages: which one each belongs to, and how it stands there.

``thread_some`` joins messages in slices, in the background. A conversation is a set of ids (``thread_ids``) with the
messages that name them; a late message that names ids of two joins these, the smaller moving over to the larger.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tuimail.domain.ids import MailboxId, RowId
from tuimail.domain.listing import ThreadPlace
from tuimail.domain.thread import Member, Partition, links, reading_order
from tuimail.store.columns import (
    as_json,
    from_hex,
    hex_column,
    sender_key,
    subject_key,
    unpack_addresses,
    unpack_ids,
)
from tuimail.store.db import Columns, Database, Value

_PEOPLE = 8
"""Names told of a conversation at most."""
_FEW = 200
"""Messages of a conversation that are read anew for each window."""
_SENDERS_READ = 24
"""Messages of a conversation, its oldest, whose senders are looked at."""


class ThreadRepository:
    """The conversations of one account."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._depths: tuple[tuple[int, ...], dict[int, int]] = ((), {})

    def thread_some(self, limit: int) -> int:
        """Find the conversations of messages that have none yet, newest first; how many were found.

        Fewer than ``limit``: nothing remains. 300 messages take 10 ms, with SQLite's checkpoints 35 ms at most.
        """
        # Asked before the lock is taken: most lists are shown when nothing is left to do.
        if not self._db.one("select 1 from messages where thread is null limit 1"):
            return 0
        with self._db.transaction():
            readings = [_reading(columns) for columns in self._db.all(_WAITING, limit)]
            asked = {each for reading in readings for each in reading.ids}
            # Counted, not hashed: neighbours in time are neighbours in the index, so a slice writes few pages.
            first = int(self._db.value("select value from facts where name = 'next_thread'") or 1)
            partition = Partition(dict(self._db.all(_KNOWN, as_json(asked))), first_label=first)
            labels = [partition.join(reading.ids) for reading in readings]
            final = {shared: self._join(joined) for shared, joined in partition.joined().items()}

            def thread(label: int) -> int:
                shared = partition.find(label)
                return final.get(shared, shared)

            next_thread = str(partition.next_label)
            self._db.run("insert or replace into facts (name, value) values ('next_thread', ?)", next_thread)
            self._db.run_many(
                "insert into thread_ids (id, thread) values (?, ?)",
                [(each, thread(label)) for each, label in partition.fresh.items()],
            )
            self._db.run_many(
                _JOIN, [(thread(label), *reading.values) for label, reading in zip(labels, readings, strict=True)]
            )
            return len(readings)

    def remaining(self) -> int:
        """How many messages have no conversation yet."""
        return int(self._db.value("select count(*) from messages where thread is null"))

    def places(self, mailbox: MailboxId, rows: Iterable[RowId]) -> dict[int, ThreadPlace]:
        """How these rows stand in their conversations, as far as the mailbox shows them; for a window of rows.

        Rows without a conversation yet are alone in theirs.
        """
        window = self._db.all(_WINDOW, as_json(rows))
        wanted = as_json({thread for _, thread, _ in window})
        heads: dict[int, tuple[int, int]] = {
            thread: (head, count) for thread, head, count in self._db.all(_HEADS, mailbox, wanted)
        }
        unread: dict[int, int] = dict(self._db.all(_UNREAD, mailbox, wanted))
        people = self._people(mailbox, [thread for thread, (_, count) in heads.items() if count > 1])
        depths = self._depths_of_few(mailbox, [thread for thread, (_, count) in heads.items() if 1 < count <= _FEW])
        for thread, (head, count) in heads.items():
            if count > _FEW:
                depths |= self._depths_of_many(mailbox, thread, (head, count))
        places = {}
        for row, thread, is_unread in window:
            head, count = heads.get(thread, (row, 1))
            places[row] = ThreadPlace(
                head=head,
                count=count,
                unread=unread.get(thread, 0) if thread else is_unread,
                people=people.get(thread, ()),
                depth=depths.get(row, 0),
            )
        return places

    def rows(self, mailbox: MailboxId, row: RowId) -> list[RowId]:
        """All that the mailbox shows of this row's conversation, in reading order; the row alone where it has none."""
        thread = self._db.value("select thread from messages where row = ?", row)
        found = self._members(mailbox, thread) if thread is not None else []
        return [RowId(each) for each, _ in reading_order(found)] or [row]

    def _join(self, threads: Sequence[int]) -> int:
        """Make one conversation of several: all move over to the largest, which is returned."""
        largest, limit = threads[0], 64
        while len(threads) > 1:
            sizes = {thread: int(self._db.value(_SIZE, thread, limit)) for thread in threads}
            largest = max(threads, key=lambda thread: (sizes[thread], thread))
            # Counted only until one is seen to be larger, so that a small one joins a huge one at its own cost.
            if sum(size == limit for size in sizes.values()) <= 1:
                break
            limit *= 4
        for thread in threads:
            if thread != largest:
                for move in _MOVES:
                    self._db.run(move, largest, thread)
        return largest

    def _members(self, mailbox: MailboxId, thread: int) -> list[Member]:
        turns = iter(from_hex(self._db.value(_MEMBERS, mailbox, thread)))
        return [Member(*each) for each in zip(turns, turns, turns, strict=True)]

    def _people(self, mailbox: MailboxId, threads: Sequence[int]) -> dict[int, tuple[str, ...]]:
        names: dict[int, dict[str, None]] = {}
        for thread, sender in self._db.all(_SENDERS, as_json(threads), mailbox):
            for address in unpack_addresses(sender)[:1]:
                names.setdefault(thread, {})[address.short] = None
        return {thread: tuple(each)[:_PEOPLE] for thread, each in names.items()}

    def _depths_of_few(self, mailbox: MailboxId, threads: Sequence[int]) -> dict[int, int]:
        members: dict[int, list[Member]] = {}
        for thread, *member in self._db.all(_MEMBERS_OF, mailbox, as_json(threads)):
            members.setdefault(thread, []).append(Member(*member))
        return {row: depth for each in members.values() for row, depth in reading_order(each)}

    def _depths_of_many(self, mailbox: MailboxId, thread: int, stamp: tuple[int, int]) -> dict[int, int]:
        key = (mailbox, thread, *stamp)
        # One conversation of 100,000 fills window after window: it is walked through once.
        if self._depths[0] != key:
            self._depths = (key, dict(reading_order(self._members(mailbox, thread))))
        return self._depths[1]


class _Reading(NamedTuple):
    """What one message tells, read from its row."""

    ids: tuple[int, ...]
    values: tuple[Value, ...]
    """Of ``_JOIN`` after the conversation."""


def _reading(columns: Columns) -> _Reading:
    row, message_id, in_reply_to, refs, gmail_thread, sender, subject = columns
    tied = links(message_id, in_reply_to, unpack_ids(refs))
    numbers = {each: _number("id", each) for each in tied.joined}
    ids = tuple(numbers.values()) or (_number("row", str(row)),)
    if gmail_thread is not None:
        # Gmail's own conversations: neither equal nor forged Message-IDs join what it keeps apart.
        ids = (_number("gmail", str(gmail_thread)),)
    keys = (None, None) if sender is None else (sender_key(unpack_addresses(sender)), subject_key(subject))
    return _Reading(ids, (numbers.get(tied.own, 0), numbers.get(tied.parent, 0), *keys, row))


def _number(kind: str, name: str) -> int:
    """An id of this kind as 63 bits above 0."""
    import hashlib  # noqa: PLC0415 (2.7 ms, and no first list needs it)

    digest = hashlib.blake2b(f"{kind} {name}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1 or 1


_WAITING = (
    "select row, message_id, in_reply_to, refs, gmail_thread, iif(sort_subject is null, sender, null),"
    " iif(sort_subject is null, subject, null) from messages where thread is null order by row desc limit ?"
)
_JOIN = (
    "update messages set thread = ?, node = ?, parent = ?, sort_sender = coalesce(?, sort_sender),"
    " sort_subject = coalesce(?, sort_subject) where row = ?"
)
_KNOWN = "select id, thread from thread_ids where id in (select value from json_each(?))"
_SIZE = "select count(*) from (select 1 from thread_ids where thread = ? limit ?)"
# The index begins with the mailbox: a seek for each is quicker than another index to keep.
_MOVES = (
    "update thread_ids set thread = ? where thread = ?",
    "update messages set thread = ? where shown_in in (select id from mailboxes) and thread = ?",
    "update messages set thread = ? where shown_in is null and thread = ?",
)
_WINDOW = "select row, coalesce(thread, 0), is_seen = 0 from messages where row in (select value from json_each(?))"
_HEADS = (
    "select thread, max(row), count(*) from messages"
    " where shown_in = ? and thread in (select value from json_each(?)) group by thread"
)
_UNREAD = (
    "select thread, count(*) from messages"
    " where shown_in = ? and thread in (select value from json_each(?)) and is_seen = 0 group by thread"
)
_MEMBERS = f"select {hex_column('row', 'node', 'parent')} from messages where shown_in = ? and thread = ?"  # noqa: S608 (our own words)
_MEMBERS_OF = (
    "select thread, row, node, parent from messages where shown_in = ? and thread in (select value from json_each(?))"
)
_SENDERS = (
    "select t.value, m.sender from json_each(?1) t, messages m where m.row in (select row from messages"  # noqa: S608 (our own words)
    f" where shown_in = ?2 and thread = t.value order by row limit {_SENDERS_READ}) order by m.row"
)
