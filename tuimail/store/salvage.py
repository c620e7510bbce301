"""Drafts and unsent mail taken out of a file that is otherwise lost: all that the server cannot give again."""

import logging
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from tuimail.domain.errors import StoreError
from tuimail.domain.token import StoreKey
from tuimail.store.db import Database, Value, open_store

log = logging.getLogger(__name__)

# Each: the table, its key, the columns to take, and the tables that hang on it with theirs.
_DRAFTS = ("drafts", "id", ("id", "saved_at", "discarded_at", "content"))
_DRAFT_PARTS = (("draft_files", "draft", ("draft", "digest", "data")),)
_OUTBOX = (
    "outbox",
    "id",
    ("id", "state", "phase", "words", "queued_at", "send_at", "attempts", "message_id", "subject", "sender", "draft",
     "wants_copy", "mail"),
)  # fmt: skip
_OUTBOX_PARTS = (
    ("outbox_recipients", "item", ("item", "place", "address", "state", "words")),
    ("outbox_files", "item", ("item", "digest", "data")),
    ("outbox_mails", "item", ("item", "mail")),
)
Part = tuple[str, str, tuple[str, ...]]


class Salvaged(Struct, frozen=True, kw_only=True):
    """How many were saved, and how many were seen and could not be read."""

    drafts: int = 0
    outbox: int = 0
    lost: int = 0


def salvage(damaged: Path, key: StoreKey, into: Database) -> Salvaged:
    """Copy every draft and every mail of the outbox that can still be read into a new, empty store.

    A file that cannot be opened at all gives nothing. Call ``OutboxRepository.recover`` afterwards, as after a start.
    """
    try:
        old = open_store(damaged, key)
    except StoreError as error:
        log.warning("nothing could be taken out of %s: %s", damaged.name, error.kind.value)
        return Salvaged()
    try:
        drafts, lost_drafts = _copy_all(old, into, table=_DRAFTS, parts=_DRAFT_PARTS)
        outbox, lost_mails = _copy_all(old, into, table=_OUTBOX, parts=_OUTBOX_PARTS)
    finally:
        old.close()
    return Salvaged(drafts=drafts, outbox=outbox, lost=lost_drafts + lost_mails)


def _copy_all(old: Database, into: Database, *, table: Part, parts: Sequence[Part]) -> tuple[int, int]:
    name, key, _ = table
    copied = lost = 0
    for value in _keys(old, name, key):
        try:
            found = [(part, _rows(old, part, value)) for part in (table, *parts)]
        except StoreError:
            lost += 1
            continue
        with into.transaction():
            for (part, _, columns), rows in found:
                marks = ", ".join("?" * len(columns))
                into.run_many(
                    f"insert or replace into {part} ({', '.join(columns)}) values ({marks})",  # noqa: S608 (names above)
                    rows,
                )
        copied += 1
    return copied, lost


def _keys(old: Database, table: str, key: str) -> list[Value]:
    """The keys that can be read: from the front until damage is met."""
    keys: list[Value] = []
    last: Value = None
    while True:
        try:
            found = old.one(
                f"select {key} from {table} where ? is null or {key} > ? order by {key} limit 1",  # noqa: S608 (names above)
                last, last,
            )  # fmt: skip
        except StoreError:
            return keys
        if found is None:
            return keys
        last = found[0]
        keys.append(last)


def _rows(old: Database, part: Part, value: Value) -> list[tuple[Value, ...]]:
    name, key, columns = part
    return old.all(f"select {', '.join(columns)} from {name} where {key} = ?", value)  # noqa: S608 (names above)
