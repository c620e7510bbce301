"""How a mailbox's list is shown: its order, conversations, and the words it is narrowed to."""

from enum import StrEnum

from msgspec import Struct


class SortBy(StrEnum):
    """The column that gives a list its order."""

    DATE = "date"
    SENDER = "sender"
    SUBJECT = "subject"
    SIZE = "size"


class ListView(Struct, frozen=True, kw_only=True):
    """What decides which rows a list has and in which order; the same for every window on it."""

    sort: SortBy = SortBy.DATE
    is_reversed: bool = False
    """Against the column's own direction, which is newest, biggest, and A to Z first."""
    is_threaded: bool = False
    """One row a conversation, its newest message, ordered by that; ``sort`` is DATE."""
    is_unfolded: bool = False
    """Every conversation with all its messages; only where ``is_threaded``."""
    narrow: str = ""
    """Words in the search language that every row shown must match; empty for all."""


class ThreadPlace(Struct, frozen=True, kw_only=True):
    """How a row stands in its conversation, as far as the mailbox has it."""

    head: int
    """The RowId of the conversation's newest message in this mailbox: its row while it is folded."""
    count: int
    unread: int
    people: tuple[str, ...] = ()
    """Short names of those who wrote, oldest first, each once, at most some."""
    depth: int = 0
    """Levels below the first message, for an unfolded conversation."""
