"""What a search asks for, as a checked tree. ``query_text`` reads it; the store and the mail server translate it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, assert_never

from msgspec import Struct

from tuimail.domain.discreet import Discreet
from tuimail.domain.ids import AccountId, MailboxId
from tuimail.domain.message import Flag


class Field(StrEnum):
    """Where words are looked for, as the language calls it; ANY is no filter's name."""

    ANY = "any"
    FROM = "from"
    TO = "to"
    """To and Cc: the index keeps both as recipients."""
    CC = "cc"
    SUBJECT = "subject"
    BODY = "body"


class Words(Discreet, frozen=True, kw_only=True):
    """Words that stand next to each other; at least one letter or digit is among them."""

    hidden: ClassVar[tuple[str, ...]] = ("text",)

    text: str
    field: Field = Field.ANY
    is_prefix: bool = False
    """The last word may go on."""


class Since(Struct, frozen=True, kw_only=True):
    """Sent at this time or later."""

    at: datetime


class Before(Struct, frozen=True, kw_only=True):
    """Sent before this time."""

    at: datetime


class Larger(Struct, frozen=True, kw_only=True):
    """More bytes than this."""

    size_bytes: int


class Smaller(Struct, frozen=True, kw_only=True):
    """Fewer bytes than this."""

    size_bytes: int


class Flagged(Struct, frozen=True, kw_only=True):
    """A flag is set, or is not."""

    flag: Flag
    is_set: bool = True


class Attached(Struct, frozen=True, kw_only=True):
    """Something is attached."""


class In(Struct, frozen=True, kw_only=True):
    """Shown in one of these mailboxes."""

    mailboxes: frozenset[MailboxId]


class Every(Struct, frozen=True, kw_only=True):
    """All of the parts hold; without a part everything is found."""

    parts: tuple["Node", ...] = ()


class Either(Struct, frozen=True, kw_only=True):
    """One of the parts holds; without a part nothing is found."""

    parts: tuple["Node", ...] = ()


class Without(Struct, frozen=True, kw_only=True):
    """The part does not hold."""

    part: "Node"


Leaf = Words | Since | Before | Larger | Smaller | Flagged | Attached | In
Node = Leaf | Every | Either | Without

EVERYTHING = Every()
NOTHING = Either()


class Query(Struct, frozen=True, kw_only=True):
    """A search that was understood."""

    root: Node = EVERYTHING
    names_place: bool = False
    """It says itself where to look (``in:``): in the whole account, as far as ``In`` does not narrow that."""
    account: AccountId | None = None
    """The account to look in; None for the one where it was asked."""

    @property
    def is_empty(self) -> bool:
        """Whether every message of the open mailbox is found."""
        return self.root == EVERYTHING and not self.names_place and self.account is None


def every(parts: Iterator[Node] | tuple[Node, ...]) -> Node:
    """All of these, in the simplest form."""
    flat: list[Node] = []
    for part in parts:
        if part == NOTHING:
            return NOTHING
        flat += part.parts if isinstance(part, Every) else (part,)
    return flat[0] if len(flat) == 1 else Every(parts=tuple(flat))


def either(parts: Iterator[Node] | tuple[Node, ...]) -> Node:
    """One of these, in the simplest form."""
    flat: list[Node] = []
    for part in parts:
        if part == EVERYTHING:
            return EVERYTHING
        flat += part.parts if isinstance(part, Either) else (part,)
    return flat[0] if len(flat) == 1 else Either(parts=tuple(flat))


def without(part: Node) -> Node:
    """Not this, in the simplest form."""
    if part == EVERYTHING:
        return NOTHING
    if part == NOTHING:
        return EVERYTHING
    return part.part if isinstance(part, Without) else Without(part=part)


def within(query: Query, mailbox: MailboxId) -> Node:
    """What the query asks of the messages of one mailbox: every ``In`` is decided. NOTHING: leave it out."""
    return _replaced(query.root, lambda leaf: _is_there(leaf, mailbox))


def leaves(node: Node) -> Iterator[Leaf]:
    """Every condition in the tree."""
    match node:
        case Every(parts=parts) | Either(parts=parts):
            for part in parts:
                yield from leaves(part)
        case Without(part=part):
            yield from leaves(part)
        case _:
            yield node


def _is_there(leaf: Leaf, mailbox: MailboxId) -> Node:
    if not isinstance(leaf, In):
        return leaf
    return EVERYTHING if mailbox in leaf.mailboxes else NOTHING


def _replaced(node: Node, decide: Callable[[Leaf], Node]) -> Node:
    match node:
        case Every(parts=parts):
            return every(tuple(_replaced(part, decide) for part in parts))
        case Either(parts=parts):
            return either(tuple(_replaced(part, decide) for part in parts))
        case Without(part=part):
            return without(_replaced(part, decide))
        case Words() | Since() | Before() | Larger() | Smaller() | Flagged() | Attached() | In():
            return decide(node)
    assert_never(node)
