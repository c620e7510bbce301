"""Changes of messages that the server does not know yet: queued in order, shown at once, taken back if refused."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NewType
from urllib.parse import quote, unquote

from msgspec import Struct

from tuimail.domain.ids import MailboxId, RowId, Uid
from tuimail.store.columns import as_json, from_seconds, pack_flags, pack_ids, to_seconds, unpack_flags, unpack_ids
from tuimail.store.db import Columns, Database
from tuimail.store.view import ChangeKind, show_anew

ChangeId = NewType("ChangeId", int)
"""Names a waiting change; grows in the order in which changes must reach the server."""


class Change(Struct, frozen=True, kw_only=True):
    """One waiting change. Its rows are located when it is carried out (``MessageRepository.places``), not before:
    an earlier change may have moved them."""

    id: ChangeId
    kind: ChangeKind
    rows: tuple[RowId, ...]
    """Newest first; messages that are gone meanwhile are missing."""
    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()
    to: MailboxId | None = None
    """MOVE and COPY only."""
    queued_at: datetime


UNTOLD = Uid(0)
"""The UID of a copy that the server did not tell."""


class Copying(Struct, frozen=True, kw_only=True):
    """How far a move has come on a server that can only copy and delete."""

    uidvalidity: int
    """Of the target, as ``uidnext``, before anything was copied there."""
    uidnext: int
    copied: Mapping[RowId, Uid]
    """The UIDs of the copies, or ``UNTOLD``; what is missing may be there too, if the line broke."""


class ChangeRepository:
    """The queue of one account. A change ends in ``done``, ``refuse`` or ``take_back``."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def set_flags(
        self, rows: Sequence[RowId], *, now: datetime, add: frozenset[str] = frozenset(),
        remove: frozenset[str] = frozenset(),
    ) -> ChangeId | None:  # fmt: skip
        """Queue adding and removing flags. None if none of the rows exists (any more), here as in the others."""
        return self._queue(rows, (ChangeKind.FLAGS, pack_flags(add), pack_flags(remove), None, to_seconds(now)))

    def move(self, rows: Sequence[RowId], to: MailboxId, *, now: datetime) -> ChangeId | None:
        """Queue a move."""
        return self._queue(rows, (ChangeKind.MOVE, "", "", to, to_seconds(now)))

    def copy(self, rows: Sequence[RowId], to: MailboxId, *, now: datetime) -> ChangeId | None:
        """Queue a copy; what is shown changes once the copies are synchronised."""
        return self._queue(rows, (ChangeKind.COPY, "", "", to, to_seconds(now)))

    def set_labels(
        self, rows: Sequence[RowId], *, now: datetime, add: frozenset[str], remove: frozenset[str]
    ) -> ChangeId | None:
        """Queue adding and removing Gmail's labels, whose names may hold spaces."""
        packed = (pack_flags(map(quote, add)), pack_flags(map(quote, remove)))
        return self._queue(rows, (ChangeKind.LABELS, *packed, None, to_seconds(now)))

    def delete(self, rows: Sequence[RowId], *, now: datetime) -> ChangeId | None:
        """Queue a deletion for good."""
        return self._queue(rows, (ChangeKind.DELETE, "", "", None, to_seconds(now)))

    def waiting(self) -> list[Change]:
        """All that wait, oldest first."""
        return [self._change(columns) for columns in self._db.all(f"{_SELECT} order by id")]

    def next_alike(self, most: int) -> list[Change]:
        """The one to carry out next, and those behind it that do the same, together for so many messages at most."""
        alike: list[Change] = []
        count = 0
        for columns in self._db.all(f"{_SELECT} order by id limit ?", most):
            change = self._change(columns)
            count += len(change.rows)
            if alike and (count > most or _deed(change) != _deed(alike[0])):
                break
            alike.append(change)
        return alike

    def count(self) -> int:
        """How many wait."""
        return int(self._db.value("select count(*) from changes"))

    def begin(self, change: ChangeId) -> bool:
        """Note that the server is being told: from now on the change cannot be taken back, but must be undone.

        False: it was taken back a moment ago, and the server must not be told.
        """
        return bool(self._db.run("update changes set is_begun = 1 where id = ?", change))

    def begin_copying(self, change: ChangeId, *, uidvalidity: int, uidnext: int) -> None:
        """Note how the target of a move is before the first copy."""
        self._db.run(
            "update changes set copy_uidvalidity = ?, copy_uidnext = ? where id = ?", uidvalidity, uidnext, change
        )

    def note_copied(self, change: ChangeId, copied: Mapping[RowId, Uid]) -> None:
        """Note what was copied."""
        self._db.run_many(
            "update change_rows set copied_as = ? where change = ? and row = ?",
            [(uid, change, row) for row, uid in copied.items()],
        )

    def copying(self, change: ChangeId) -> Copying | None:
        """How far the copying has come; None: it did not begin."""
        target = self._db.one("select copy_uidvalidity, copy_uidnext from changes where id = ?", change)
        if target is None or target[0] is None:
            return None
        copied = self._db.all(
            "select row, copied_as from change_rows where change = ? and copied_as is not null", change
        )
        return Copying(uidvalidity=target[0], uidnext=target[1], copied={RowId(row): Uid(uid) for row, uid in copied})

    def put_back(self, change: ChangeId) -> None:
        """Note that the server was not told after all, since the connection failed first."""
        self._db.run("update changes set is_begun = 0 where id = ?", change)

    def take_back(self, change: ChangeId) -> bool:
        """Forget a change that was not begun, and show the messages as before. False if it is too late."""
        with self._db.transaction():
            if not self._db.value("select 1 from changes where id = ? and not is_begun", change):
                return False
            self.refuse(change)
        return True

    def refuse(self, change: ChangeId) -> list[RowId]:
        """Forget a change that the server refused, and show what it touched as before; returns those rows."""
        with self._db.transaction():
            rows = self._rows(change)
            self._db.run("delete from changes where id = ?", change)
            return show_anew(self._db, rows)

    def done(self, change: ChangeId, new_uids: Mapping[RowId, Uid] | None = None) -> list[RowId]:
        """Make a change that the server has carried out part of what the server said.

        ``new_uids``: where moved messages lie now, as far as the server said so (COPYUID, RFC 4315). A message
        without one is recognised by ``MessageRepository.insert`` when its new mailbox is next synchronised.
        Returns the rows that look different: none, unless a move met a message that had already arrived.
        """
        with self._db.transaction():
            columns = self._db.one(f"{_SELECT} where id = ?", change)
            if columns is None:
                return []
            carried_out = self._change(columns)
            self._db.run("delete from changes where id = ?", change)
            match carried_out.kind:
                case ChangeKind.FLAGS:
                    self._settle_flags(carried_out)
                case ChangeKind.LABELS:
                    self._settle_labels(carried_out)
                case ChangeKind.MOVE:
                    self._settle_move(carried_out, new_uids or {})
                case ChangeKind.DELETE:
                    self._db.run("delete from messages where row in (select value from json_each(?))",
                                 as_json(carried_out.rows))  # fmt: skip
                case ChangeKind.COPY:
                    pass
            return show_anew(self._db, carried_out.rows)

    def _queue(self, rows: Sequence[RowId], values: tuple[ChangeKind, str, str, int | None, int]) -> ChangeId | None:
        kind, add, remove, target, queued_at = values
        with self._db.transaction():
            change = self._db.insert(
                "insert into changes (kind, add_flags, remove_flags, target, queued_at) values (?, ?, ?, ?, ?)",
                kind.value, add, remove, target, queued_at,
            )  # fmt: skip
            queued = self._db.run(
                "insert into change_rows (change, row)"
                " select ?, row from messages where row in (select value from json_each(?))",
                change, as_json(rows),
            )  # fmt: skip
            if not queued:
                self._db.run("delete from changes where id = ?", change)
                return None
            show_anew(self._db, rows)
        return ChangeId(change)

    def _settle_flags(self, change: Change) -> None:
        # Few combinations of flags there are, however many rows.
        known = self._db.all(
            "select server_flags, json_group_array(row) from messages"
            " where row in (select value from json_each(?)) group by server_flags",
            as_json(change.rows),
        )
        for flags, rows in known:
            settled = pack_flags((unpack_flags(flags) | change.add) - change.remove)
            if settled != flags:
                self._db.run(
                    "update messages set server_flags = ? where row in (select value from json_each(?))", settled, rows
                )

    def _settle_labels(self, change: Change) -> None:
        known = self._db.all(
            "select labels, row from messages where row in (select value from json_each(?))", as_json(change.rows)
        )
        self._db.run_many(
            "update messages set labels = ? where row = ?",
            [(pack_ids(sorted({*unpack_ids(labels), *change.add} - change.remove)), row) for labels, row in known],
        )

    def _settle_move(self, change: Change, new_uids: Mapping[RowId, Uid]) -> None:
        # The watching connection may have seen the message arrive first: the row that the user acted on stays.
        self._db.run_many(
            "delete from messages where mailbox = ? and uid = ? and row <> ?",
            [(change.to, uid, row) for row, uid in new_uids.items()],
        )
        self._db.run_many(
            "update messages set mailbox = ?, uid = ? where row = ?",
            [(change.to, new_uids.get(row), row) for row in change.rows],
        )

    def _rows(self, change: int) -> tuple[RowId, ...]:
        return tuple(
            RowId(row)
            for (row,) in self._db.all("select row from change_rows where change = ? order by row desc", change)
        )

    def _change(self, columns: Columns) -> Change:
        key, kind, add, remove, target, queued_at = columns
        added, removed = unpack_flags(add), unpack_flags(remove)
        if kind == ChangeKind.LABELS:
            added, removed = frozenset(map(unquote, added)), frozenset(map(unquote, removed))
        return Change(
            id=ChangeId(key),
            kind=ChangeKind(kind),
            rows=self._rows(key),
            add=added,
            remove=removed,
            to=None if target is None else MailboxId(target),
            queued_at=from_seconds(queued_at),
        )


def _deed(change: Change) -> tuple[ChangeKind, frozenset[str], frozenset[str], MailboxId | None]:
    return change.kind, change.add, change.remove, change.to


_SELECT = "select id, kind, add_flags, remove_flags, target, queued_at from changes"
