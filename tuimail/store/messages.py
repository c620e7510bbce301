"""Messages: headers and flags as rows, bodies as the bytes that the server gave.

A message's row number grows with its date (seconds shifted left by 20 bits, and a counter that is never used
twice in them), so that "newest first" is the table's own order, in the full-text index too. Within a second, what
arrives counts up, and what is older than the mailbox's newest, fetched later, counts down below it.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import ClassVar, NamedTuple

from msgspec import Struct

from tuimail.domain.address import Address
from tuimail.domain.discreet import Discreet
from tuimail.domain.ids import MailboxId, RowId, Uid
from tuimail.domain.listing import ListView
from tuimail.domain.message import Envelope
from tuimail.store.columns import (
    as_array,
    as_json,
    from_seconds,
    pack_addresses,
    pack_flags,
    pack_ids,
    pack_unsigned,
    searchable,
    sender_key,
    subject_key,
    to_seconds,
    unpack_addresses,
    unpack_flags,
    unpack_ids,
)
from tuimail.store.db import Columns, Database, Value
from tuimail.store.listing import EVERYTHING, Condition, both, in_mailbox, listed
from tuimail.store.view import show_anew

COUNTER_BITS = 20
"""Of a row number, below the seconds of its date."""
_HALF = 1 << (COUNTER_BITS - 1)
_BEHIND_ALL = 2**32
"""No UID is so great."""


class NewMessage(Discreet, frozen=True, kw_only=True):
    """A message as the server described it, translated and cleaned."""

    hidden: ClassVar[tuple[str, ...]] = ("sender", "to", "cc", "subject")

    uid: Uid
    flags: frozenset[str] = frozenset()
    internal_date: datetime
    sent_at: datetime
    """What the list sorts by: the Date field, or ``internal_date`` where that is missing or absurd."""
    size_bytes: int = 0
    has_attachment: bool = False
    sender: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    gmail_id: int | None = None
    """Gmail's numbers of the message and its conversation (X-GM-MSGID, X-GM-THRID); None: not asked for."""
    gmail_thread: int | None = None
    labels: tuple[str, ...] | None = None
    """X-GM-LABELS; None: not asked for."""


Identity = tuple[str, int, int]
"""By what a message is known again in another mailbox: Message-ID and size; without an id the date of arrival too,
which a copy keeps (RFC 9051 section 6.4.7)."""


def identity_of(message: NewMessage) -> Identity:
    """The identity of a message that was fetched."""
    return _identity(message.message_id, message.size_bytes, to_seconds(message.internal_date))


def _identity(message_id: str, size_bytes: int, arrived: int) -> Identity:
    return message_id, size_bytes, 0 if message_id else arrived


class Place(Struct, frozen=True, kw_only=True):
    """Where the server has a message, whatever waiting changes show."""

    mailbox: MailboxId
    uid: Uid | None
    """None: it was moved and the server has not told the new UID."""


class MessageRepository:
    """The messages of one account. Counts of mailboxes follow flags and moves; after ``insert``, ``remove_uids``
    and ``drop_content`` call ``MailboxRepository.note_counts`` or ``recount``."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def ids(self, mailbox: MailboxId) -> "array[int]":
        """The rows that the mailbox shows, newest first."""
        return listed(self._db, in_mailbox(mailbox), ListView())

    def listing(self, mailbox: MailboxId, view: ListView, narrowed: Condition = EVERYTHING) -> "array[int]":
        """The rows that the mailbox shows, in the order of ``view``, whose words ``narrowed`` puts as a condition.

        At 100,000 rows: 16 ms by date, 180 by another column, 20 folded into conversations, 230 unfolded.
        """
        return listed(self._db, both(in_mailbox(mailbox), narrowed), view)

    def listed(self, where: Condition, view: ListView) -> "array[int]":
        """The rows of any mailbox that the condition holds for, in the order of ``view``."""
        return listed(self._db, where, view)

    def envelopes(self, rows: Iterable[RowId]) -> list[Envelope]:
        """The envelopes of these rows, in the order asked for; rows that are gone are missing."""
        wanted = list(rows)
        found = {columns[0]: columns for columns in self._db.all(_ENVELOPES, as_json(wanted))}
        return [_envelope(found[row]) for row in wanted if row in found]

    def insert(self, mailbox: MailboxId, new: Sequence[NewMessage]) -> list[RowId]:
        """Add messages; known UIDs are updated and keep their row. Returns the rows in the order given."""
        with self._db.transaction():
            known = self.rows_by_uid(mailbox, [message.uid for message in new])
            known |= self._adopt(mailbox, [message for message in new if message.uid not in known])
            fresh = {message.uid: message for message in new if message.uid not in known}
            rows = self._free_rows(mailbox, fresh)
            # Rising: FTS5 writes out all it holds whenever a row is lower than the one before, which costs 60 us each.
            rising = sorted(fresh.items(), key=lambda item: rows[item[0]])
            self._db.run_rows(_INSERT, _INSERTED, [_insertion(rows[uid], mailbox, message) for uid, message in rising])
            self._db.run_rows(_INDEX, _INDEXED, [_indexed(rows[uid], message) for uid, message in rising])
            again = {message.uid: message for message in new if message.uid in known}
            textless = self._without_text(known.values())
            bare = {uid: message for uid, message in again.items() if known[uid] in textless}
            self._db.run_many(_UPDATE, [(known[uid], *_header(message)) for uid, message in again.items()])
            self._db.run_rows(_INDEX, _INDEXED, [_indexed(known[uid], message) for uid, message in bare.items()])
            self.apply_server_flags(mailbox, {message.uid: message.flags for message in again.values()})
            rows |= known
            return [rows[message.uid] for message in new]

    def apply_server_flags(self, mailbox: MailboxId, flags: Mapping[Uid, frozenset[str]]) -> list[RowId]:
        """Take over flags that the server told; unknown UIDs are ignored. Returns the rows that look different.

        Changes that wait stay on top of what the server says.
        """
        with self._db.transaction():
            known = self._db.all(
                "select uid, row, server_flags from messages"
                " where mailbox = ? and uid in (select value from json_each(?))",
                mailbox, as_json(flags),
            )  # fmt: skip
            updates = [
                (packed, row)
                for uid, row, server_flags in known
                if (packed := pack_flags(flags[uid])) != server_flags
            ]  # fmt: skip
            self._db.run_many("update messages set server_flags = ? where row = ?", updates)
            return show_anew(self._db, [RowId(row) for _, row in updates])

    def apply_labels(self, mailbox: MailboxId, labels: Mapping[Uid, tuple[str, ...]]) -> None:
        """Take over Gmail's labels that the server told; unknown UIDs are ignored."""
        self._db.run_many(
            "update messages set labels = ? where mailbox = ? and uid = ?",
            [(pack_ids(names), mailbox, uid) for uid, names in labels.items()],
        )

    def remove_uids(self, mailbox: MailboxId, uids: Iterable[Uid]) -> list[RowId]:
        """Forget messages that the server no longer has, with bodies and waiting changes; returns their rows."""
        removed = self._db.all(
            "delete from messages where mailbox = ? and uid in (select value from json_each(?)) returning row",
            mailbox, as_json(uids),
        )  # fmt: skip
        return [RowId(row) for (row,) in removed]

    def drop_without_uid(self, mailbox: MailboxId) -> list[RowId]:
        """After the whole mailbox was synchronised: forget rows that were moved here and never recognised."""
        removed = self._db.all("delete from messages where mailbox = ? and uid is null returning row", mailbox)
        return [RowId(row) for (row,) in removed]

    def drop_content(self, mailbox: MailboxId) -> int:
        """Forget all messages of the mailbox, as when its UIDVALIDITY changed; returns how many waiting changes end."""
        with self._db.transaction():
            before = int(self._db.value("select count(*) from changes"))
            self._db.run("delete from messages where mailbox = ?", mailbox)
            return before - int(self._db.value("select count(*) from changes"))

    def uids(self, mailbox: MailboxId, *, since: int = 1, before: int = _BEHIND_ALL) -> "array[int]":
        """The UIDs that the server has in the mailbox as far as known here, ascending; of those in a range."""
        return as_array(
            self._db.value(
                "select json_group_array(uid) from"
                " (select uid from messages where mailbox = ? and uid >= ? and uid < ? order by uid)",
                mailbox, since, before,
            )
        )  # fmt: skip

    def count_uids(self, mailbox: MailboxId) -> int:
        """How many messages the server has in the mailbox as far as known here."""
        return int(self._db.value("select count(*) from messages where mailbox = ? and uid is not null", mailbox))

    def rows_by_uid(self, mailbox: MailboxId, uids: Iterable[Uid]) -> dict[Uid, RowId]:
        """The rows of these UIDs; unknown ones are missing."""
        found = self._db.all(
            "select uid, row from messages where mailbox = ? and uid in (select value from json_each(?))",
            mailbox, as_json(uids),
        )  # fmt: skip
        return {Uid(uid): RowId(row) for uid, row in found}

    def rows_from(self, mailbox: MailboxId, uid: int) -> set[RowId]:
        """The rows that have this UID or a higher one, or were moved here and have none yet."""
        found = self._db.all("select row from messages where mailbox = ? and (uid >= ? or uid is null)", mailbox, uid)
        return {RowId(row) for (row,) in found}

    def locate(self, row: RowId) -> Place | None:
        """Where the server has the message, None once it is gone."""
        return self.places([row]).get(row)

    def places(self, rows: Iterable[RowId]) -> dict[RowId, Place]:
        """Where the server has these messages; those gone are missing."""
        found = self._db.all(
            "select row, mailbox, uid from messages where row in (select value from json_each(?))", as_json(rows)
        )
        return {
            RowId(row): Place(mailbox=MailboxId(mailbox), uid=None if uid is None else Uid(uid))
            for row, mailbox, uid in found
        }

    def identities(self, rows: Iterable[RowId]) -> dict[RowId, Identity]:
        """By what these messages are known again; those gone are missing."""
        found = self._db.all(
            "select row, message_id, size_bytes, internal_date from messages"
            " where row in (select value from json_each(?))",
            as_json(rows),
        )
        return {RowId(row): _identity(message_id, size, arrived) for row, message_id, size, arrived in found}

    def _free_rows(self, mailbox: MailboxId, new: Mapping[Uid, NewMessage]) -> dict[Uid, RowId]:
        """A row number for each message, never given before to any other."""
        newest = self._db.value("select max(uid) from messages where mailbox = ?", mailbox) or 0
        newer = sorted(uid for uid in new if uid > newest)
        older = sorted((uid for uid in new if uid <= newest), reverse=True)
        up, down = self._take_numbers("next_row", len(newer)), self._take_numbers("older_row", len(older))
        rows = {uid: _row_number(new[uid], _HALF + (up + place) % _HALF) for place, uid in enumerate(newer)}
        rows |= {uid: _row_number(new[uid], _HALF - 1 - (down + place) % _HALF) for place, uid in enumerate(older)}
        taken = {
            row
            for (row,) in self._db.all(
                "select row from messages where row in (select value from json_each(?))", as_json(rows.values())
            )
        }
        # Only after half a million messages can a counter come back in the same second.
        for uid in [uid for uid, row in rows.items() if row in taken]:
            while rows[uid] in taken or self._db.value("select 1 from messages where row = ?", rows[uid]):
                rows[uid] = _row_number(new[uid], _HALF + self._take_numbers("next_row", 1) % _HALF)
        return rows

    def _take_numbers(self, name: str, count: int) -> int:
        """The first of so many numbers that this counter has never given before."""
        first = int(self._db.value("select value from facts where name = ?", name) or 0)
        if count:
            self._db.run("insert or replace into facts (name, value) values (?, ?)", name, str(first + count))
        return first

    def _without_text(self, rows: Iterable[RowId]) -> set[RowId]:
        """Those whose text is not in the index, and would not be lost from it."""
        found = self._db.all(
            "select row from messages where has_words = 0 and row in (select value from json_each(?))", as_json(rows)
        )
        return {RowId(row) for (row,) in found}

    def _adopt(self, mailbox: MailboxId, new: Sequence[NewMessage]) -> dict[Uid, RowId]:
        """Recognise messages that were moved here and whose new UID the server had not told."""
        orphans = self._db.all("select message_id, row from messages where mailbox = ? and uid is null", mailbox)
        by_message_id: dict[str, list[RowId]] = {}
        for message_id, row in orphans:
            by_message_id.setdefault(message_id, []).append(RowId(row))
        adopted: dict[Uid, RowId] = {}
        for message in new:
            rows = by_message_id.get(message.message_id) if message.message_id else None
            if rows:
                adopted[message.uid] = rows.pop()
        self._db.run_many("update messages set uid = ? where row = ?", list(adopted.items()))
        return adopted


_HEADER = (
    "internal_date", "size_bytes", "has_attachment", "sender", "recipients", "cc", "subject", "message_id",
    "in_reply_to", "refs", "sort_sender", "sort_subject", "gmail_id", "gmail_thread", "labels",
)  # fmt: skip
_INSERT = "insert into messages (row, mailbox, uid, server_flags, shown_in, flags, sent_at, " + ", ".join(_HEADER) + ")"
_INSERTED = f"({'?,' * (6 + len(_HEADER))}coalesce(?, ''))"
# What Gmail says is not always asked for. Other links make the message look for its conversation anew.
_UPDATE = (
    "update messages set "  # noqa: S608 (our own words)
    + ", ".join(f"{name} = coalesce(?{number}, {name})" for number, name in enumerate(_HEADER, 2))
    + ", thread = iif((message_id, in_reply_to, refs) = (?9, ?10, ?11) and gmail_thread is coalesce(?15, gmail_thread),"
    " thread, null) where row = ?1"
)
_INDEX = "insert or replace into words (rowid, sender, recipients, subject, body)"
_INDEXED = "(?, ?, ?, ?, '')"
_ENVELOPES = (
    "select row, shown_in, mailbox, uid, sender, recipients, cc, subject, sent_at, size_bytes, flags, has_attachment,"
    " message_id, in_reply_to, refs, exists (select 1 from change_rows c where c.row = messages.row) from messages"
    " where row in (select value from json_each(?))"
)


def _row_number(message: NewMessage, counter: int) -> RowId:
    return RowId(to_seconds(message.sent_at) << COUNTER_BITS | counter)


# A mailbox knows few combinations.
_packed_flags = lru_cache(maxsize=1024)(pack_flags)


class _People(NamedTuple):
    """The addresses of one field, as columns hold them."""

    packed: str
    searchable: str
    key: str


@lru_cache(maxsize=1024)
def _people(addresses: tuple[Address, ...]) -> _People:
    # The people of a mailbox write again and again.
    packed = pack_addresses(addresses)
    return _People(packed, searchable(packed), sender_key(addresses))


def _header(message: NewMessage) -> tuple[Value, ...]:
    sender = _people(message.sender)
    return (
        to_seconds(message.internal_date),
        message.size_bytes,
        message.has_attachment,
        sender.packed,
        _people(message.to).packed,
        _people(message.cc).packed,
        message.subject,
        message.message_id,
        message.in_reply_to,
        pack_ids(message.references),
        sender.key,
        subject_key(message.subject),
        pack_unsigned(message.gmail_id),
        pack_unsigned(message.gmail_thread),
        None if message.labels is None else pack_ids(message.labels),
    )


def _insertion(row: int, mailbox: MailboxId, message: NewMessage) -> tuple[Value, ...]:
    flags = _packed_flags(message.flags)
    return (row, mailbox, message.uid, flags, mailbox, flags, to_seconds(message.sent_at), *_header(message))


def _indexed(row: int, message: NewMessage) -> tuple[Value, ...]:
    to, cc = _people(message.to).searchable, _people(message.cc).searchable
    return (row, _people(message.sender).searchable, f"{to}\n{cc}" if cc else to, searchable(message.subject))


def _envelope(columns: Columns) -> Envelope:
    (row, shown_in, mailbox, uid, sender, to, cc, subject, sent_at, size_bytes, flags, has_attachment,
     message_id, in_reply_to, refs, pending) = columns  # fmt: skip
    return Envelope(
        row=RowId(row),
        mailbox=MailboxId(mailbox if shown_in is None else shown_in),
        uid=Uid(uid) if shown_in == mailbox and uid is not None else None,
        sender=unpack_addresses(sender),
        to=unpack_addresses(to),
        cc=unpack_addresses(cc),
        subject=subject,
        sent_at=from_seconds(sent_at),
        size_bytes=size_bytes,
        flags=unpack_flags(flags),
        has_attachment=bool(has_attachment),
        message_id=message_id,
        in_reply_to=in_reply_to,
        references=unpack_ids(refs),
        pending=bool(pending),
    )
