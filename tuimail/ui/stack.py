"""What the reader has open: a message, or a conversation as a stack of messages, one of them under the cursor. Pure."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import ClassVar

from msgspec.structs import replace

from tuimail.api.events import MessageLoaded, ThreadLoaded
from tuimail.domain.body import BlockKind
from tuimail.domain.discreet import Discreet
from tuimail.domain.errors import Problem
from tuimail.domain.ids import RowId
from tuimail.domain.message import Message
from tuimail.domain.trust import TrustNote

MAX_WORDS = 160
"""Characters of a folded message that are kept."""


class Letter(Discreet, frozen=True, kw_only=True):
    """What is here of one message."""

    hidden: ClassVar[tuple[str, ...]] = ("message", "words", "trust", "source")

    message: Message | None = None
    """None while it is fetched, and of folded ones."""
    trust: tuple[TrustNote, ...] = ()
    words: str | None = None
    """Its first own words; None while nobody has read it."""
    source: str | None = None
    problem: Problem | None = None
    """Why it cannot be shown, such as a body that is not stored while offline."""

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is to be asked for."""
        return self.message is not None or self.problem is not None


NOTHING = Letter()


class Reading(Discreet, frozen=True, kw_only=True):
    """What the reader shows. ``row`` is the message under its cursor, which deeds are for."""

    row: RowId
    stack: tuple[RowId, ...] = ()
    """The messages in reading order; empty for a message alone."""
    letters: Mapping[RowId, Letter] = MappingProxyType({})
    unfolded: frozenset[RowId] = frozenset()
    is_conversation: bool = False
    """Opened as a conversation, which answers may join."""
    from_end: bool = False
    """Entered backwards: it begins at its last message."""
    awaited: RowId | None = None
    """The message that is being fetched; None while the conversation itself is."""

    @property
    def rows(self) -> tuple[RowId, ...]:
        """All messages that are shown."""
        return self.stack or (self.row,)

    @property
    def is_known(self) -> bool:
        """False while it is not yet known which messages there are."""
        return bool(self.unfolded or self.stack)

    @property
    def is_stack(self) -> bool:
        """Whether there are several messages."""
        return len(self.stack) > 1

    def letter(self, row: RowId) -> Letter:
        """What is here of a message."""
        return self.letters.get(row, NOTHING)

    def is_unfolded(self, row: RowId) -> bool:
        """Whether the whole message is shown, and not a line of it."""
        return not self.is_stack or row in self.unfolded

    @property
    def message(self) -> Message | None:
        """The message under the cursor; None while it is fetched."""
        return self.letter(self.row).message

    @property
    def trust(self) -> tuple[TrustNote, ...]:
        """What speaks for and against its sender."""
        return self.letter(self.row).trust

    @property
    def source(self) -> str | None:
        """It as it was sent, while that is shown."""
        return self.letter(self.row).source

    @property
    def problem(self) -> Problem | None:
        """Why it cannot be shown."""
        return self.letter(self.row).problem


def begun(reading: Reading, event: ThreadLoaded) -> Reading:
    """The conversation that was opened: unread messages and the newest unfolded, the cursor on the first of them."""
    if len(event.rows) < 2:  # noqa: PLR2004 (one message is no stack)
        return replace(reading, row=event.head, unfolded=frozenset((event.head,)))
    unread = [each.row for each in event.envelopes if each.is_unread]
    row = event.rows[-1] if reading.from_end else next((each for each in event.rows if each in unread), event.head)
    return replace(reading, row=row, stack=event.rows, unfolded=frozenset((*unread, event.head, row)))


def renewed(reading: Reading, event: ThreadLoaded) -> Reading:
    """The conversation after news: answers join it unfolded, what was moved away leaves it.

    The cursor stays on its message; where that is gone, it goes to the one after it.
    """
    here = frozenset(event.rows)
    joined = {each.row for each in event.envelopes if each.is_unread and each.row not in reading.rows}
    row = reading.row
    if row not in here:
        place = reading.rows.index(row)
        after = [each for each in (*reading.rows[place + 1 :], *reversed(reading.rows[:place])) if each in here]
        row = after[0] if after else event.head
    letters = {each: letter for each, letter in reading.letters.items() if each in here}
    unfolded = (reading.unfolded | joined | {row}) & here
    awaited = reading.awaited if reading.awaited in here else None
    return replace(reading, row=row, stack=event.rows, letters=letters, unfolded=unfolded, awaited=awaited)


def at(reading: Reading, row: RowId) -> Reading:
    """The cursor on another message of the stack, which is unfolded for that."""
    return with_letter(replace(reading, row=row, unfolded=reading.unfolded | {row}), row, problem=None, source=None)


def folded(reading: Reading, rows: Iterable[RowId]) -> Reading:
    """These messages as a line each; of what was fetched their first words stay."""
    gone = frozenset(rows)
    letters = dict(reading.letters)
    for row in gone & letters.keys():
        # Deeds are for the message under the cursor, folded or not.
        if row != reading.row:
            letters[row] = Letter(words=letters[row].words)
    return replace(reading, unfolded=reading.unfolded - gone, letters=letters)


def wanted(reading: Reading, in_sight: Iterable[RowId]) -> RowId | None:
    """The message to fetch next: the one under the cursor, then unfolded ones, then how folded ones begin."""
    rows = [row for row in (reading.row, *in_sight) if not reading.letter(row).is_settled]
    whole = (row for row in rows if row == reading.row or reading.is_unfolded(row))
    begins = (row for row in rows if reading.letter(row).words is None)
    return next(whole, next(begins, None))


def with_letter(reading: Reading, row: RowId, **changes: object) -> Reading:
    """Something else is known of a message."""
    return replace(reading, letters={**reading.letters, row: replace(reading.letter(row), **changes)})


def arrived(reading: Reading, event: MessageLoaded) -> Reading:
    """A message has come; of a folded one the first words are kept, so that a long conversation stays light."""
    words = first_words(event.message)
    if not reading.is_unfolded(event.row) and event.row != reading.row:
        return with_letter(reading, event.row, words=words, problem=None)
    return with_letter(reading, event.row, message=event.message, trust=event.trust, words=words, problem=None)


def first_words(message: Message) -> str:
    """How the author's own words begin."""
    words: list[str] = []
    length = 0
    for block in message.blocks:
        if block.kind is BlockKind.SIGNATURE:
            break
        if block.quote or block.kind in {BlockKind.BLANK, BlockKind.RULE, BlockKind.TABLE}:
            continue
        words += block.text.split()
        length += len(block.text)
        if length > MAX_WORDS:
            break
    return " ".join(words)[:MAX_WORDS]
