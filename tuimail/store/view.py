"""What is shown of a message: what the server said, with the changes that still wait applied in their order."""

from collections.abc import Iterable
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from tuimail.domain.ids import RowId
from tuimail.domain.message import Flag
from tuimail.store.columns import as_array, as_json, pack_flags, unpack_flags
from tuimail.store.db import Database


class ChangeKind(StrEnum):
    """What a waiting change does."""

    FLAGS = "flags"
    MOVE = "move"
    DELETE = "delete"
    COPY = "copy"
    LABELS = "labels"


class Shown(Struct, frozen=True, kw_only=True):
    """The part of a row that changes can alter."""

    shown_in: int | None
    """None: deleted here."""
    flags: frozenset[str]


class Alteration(Struct, frozen=True, kw_only=True):
    """What one change does to a row."""

    kind: ChangeKind
    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()
    target: int | None = None


def altered(shown: Shown, change: Alteration) -> Shown:
    """The row after the change."""
    match change.kind:
        case ChangeKind.FLAGS:
            return replace(shown, flags=(shown.flags | change.add) - change.remove)
        case ChangeKind.MOVE:
            return replace(shown, shown_in=change.target)
        case ChangeKind.DELETE:
            return replace(shown, shown_in=None)
        case ChangeKind.COPY | ChangeKind.LABELS:
            return shown
        case _:
            assert_never(change.kind)


def show_anew(db: Database, rows: Iterable[RowId]) -> list[RowId]:
    """Work out again what is shown of these rows, adjust the mailboxes' counts, and name the rows that look different.

    Call it inside the transaction that altered what the server said or which changes wait. Rows in the same state are
    worked out together: of many thousands there are few kinds.
    """
    groups = db.all(_GROUPS, as_json(rows))
    changes = _alterations(db, {int(key) for group in groups for key in _keys(group[4])})
    counts: dict[int, list[int]] = {}
    different: list[RowId] = []
    for mailbox, server_flags, shown_in, flags, keys, grouped in groups:
        wants = (mailbox, server_flags)
        if keys:
            shown = Shown(shown_in=mailbox, flags=unpack_flags(server_flags))
            for key in sorted(int(key) for key in _keys(keys)):
                shown = altered(shown, changes[key])
            wants = (shown.shown_in, pack_flags(shown.flags))
        if wants != (shown_in, flags):
            found = [RowId(row) for row in as_array(grouped)]
            db.run(_SHOW, *wants, grouped)
            different += found
            _count(counts, shown_in, flags, by=-len(found))
            _count(counts, *wants, by=len(found))
    for mailbox, (total, unread) in counts.items():
        db.run(_ADJUST, total, unread, mailbox)
    return different


def _keys(packed: str | None) -> list[str]:
    return packed.split(",") if packed else []


def _alterations(db: Database, keys: set[int]) -> dict[int, Alteration]:
    return {
        key: Alteration(kind=ChangeKind(kind), add=unpack_flags(add), remove=unpack_flags(remove), target=target)
        for key, kind, add, remove, target in db.all(_CHANGES, as_json(keys))
    }


def _count(counts: dict[int, list[int]], mailbox: int | None, flags: str, *, by: int) -> None:
    if mailbox is not None:
        numbers = counts.setdefault(mailbox, [0, 0])
        numbers[0] += by
        numbers[1] += 0 if Flag.SEEN in unpack_flags(flags) else by


_GROUPS = (
    "select mailbox, server_flags, shown_in, flags, keys, json_group_array(row) from (select row, mailbox,"
    " server_flags, shown_in, flags, (select group_concat(change) from change_rows c where c.row = m.row) as keys"
    " from messages m where row in (select value from json_each(?)))"
    " group by mailbox, server_flags, shown_in, flags, keys"
)
_CHANGES = "select id, kind, add_flags, remove_flags, target from changes where id in (select value from json_each(?))"
_SHOW = "update messages set shown_in = ?, flags = ? where row in (select value from json_each(?))"
_ADJUST = "update mailboxes set total = max(0, total + ?), unread = max(0, unread + ?) where id = ?"
