"""What is shown of a message: what the server said, with the changes that still wait applied in their order."""

from collections.abc import Iterable
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from tuimail.domain.ids import RowId
from tuimail.store.columns import as_json, pack_flags, unpack_flags
from tuimail.store.db import Database


class ChangeKind(StrEnum):
    """What a waiting change does."""

    FLAGS = "flags"
    MOVE = "move"
    DELETE = "delete"


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
        case _:
            assert_never(change.kind)


def show_anew(db: Database, rows: Iterable[RowId]) -> list[RowId]:
    """Work out again what is shown of these rows, adjust the mailboxes' counts, and name the rows that look different.

    Call it inside the transaction that altered what the server said or which changes wait.
    """
    wanted = as_json(rows)
    alterations = _alterations(db, wanted)
    updates = []
    before = _counts(db, wanted)
    for row, mailbox, server_flags, shown_in, flags in db.all(
        "select row, mailbox, server_flags, shown_in, flags from messages"
        " where row in (select value from json_each(?))",
        wanted,
    ):
        wants = (mailbox, server_flags)
        if row in alterations:
            shown = Shown(shown_in=mailbox, flags=unpack_flags(server_flags))
            for change in alterations[row]:
                shown = altered(shown, change)
            wants = (shown.shown_in, pack_flags(shown.flags))
        if wants != (shown_in, flags):
            updates.append((*wants, row))
    db.run_many("update messages set shown_in = ?, flags = ? where row = ?", updates)
    _adjust_counts(db, before, _counts(db, wanted))
    return [RowId(row) for _, _, row in updates]


def _alterations(db: Database, wanted: str) -> dict[int, list[Alteration]]:
    found: dict[int, list[Alteration]] = {}
    changes: dict[int, Alteration] = {}
    for row, key, kind, add, remove, target in db.all(
        "select r.row, c.id, c.kind, c.add_flags, c.remove_flags, c.target"
        " from change_rows r join changes c on c.id = r.change"
        " where r.row in (select value from json_each(?)) order by c.id",
        wanted,
    ):
        if key not in changes:
            changes[key] = Alteration(
                kind=ChangeKind(kind), add=unpack_flags(add), remove=unpack_flags(remove), target=target
            )
        found.setdefault(row, []).append(changes[key])
    return found


def _counts(db: Database, wanted: str) -> dict[int, tuple[int, int]]:
    """How many of these rows each mailbox shows, and how many of them are unread."""
    counted = db.all(
        "select shown_in, count(*), count(*) filter (where is_seen = 0) from messages"
        " where row in (select value from json_each(?)) and shown_in is not null group by shown_in",
        wanted,
    )
    return {mailbox: (total, unread) for mailbox, total, unread in counted}


def _adjust_counts(db: Database, before: dict[int, tuple[int, int]], after: dict[int, tuple[int, int]]) -> None:
    for mailbox in before.keys() | after.keys():
        total, unread = after.get(mailbox, (0, 0))
        old_total, old_unread = before.get(mailbox, (0, 0))
        if (total, unread) != (old_total, old_unread):
            db.run(
                "update mailboxes set total = max(0, total + ?), unread = max(0, unread + ?) where id = ?",
                total - old_total, unread - old_unread, mailbox,
            )  # fmt: skip
