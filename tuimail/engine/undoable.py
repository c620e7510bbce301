"""What an action of the user's has done to messages so far, and what undoes it."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from tuimail.domain.discreet import Discreet
from tuimail.domain.ids import MailboxId, RowId
from tuimail.engine.storage import AccountStore
from tuimail.store.changes import ChangeId


class Portion(Discreet, frozen=True, kw_only=True):
    """One waiting change, and what undoes it where the server was told already."""

    hidden: ClassVar[tuple[str, ...]] = ("rows", "undo")

    change: ChangeId
    rows: tuple[RowId, ...]
    undo: Callable[[AccountStore], object]
    why_not: Callable[[AccountStore], str] = lambda _store: ""
    """Why it cannot be undone any more, as a sentence."""


class Undoable:
    """What one action of the user has done so far; remembered from its beginning, so that the newest is undone first.

    A hundred thousand messages take seconds: whoever presses undo meanwhile means just this action.
    """

    def __init__(self) -> None:
        self.portions: list[Portion] = []
        self.is_over = False
        self.mailboxes: set[MailboxId] = set()
        """That showed the messages before, or show them now."""

    def note(self, store: AccountStore, portion: Portion) -> None:
        """A portion was changed."""
        self.portions.append(portion)
        self.mailboxes |= shown_in(store, portion.rows)

    @property
    def is_nothing(self) -> bool:
        """Whether it is over and has changed nothing."""
        return self.is_over and not self.portions

    @property
    def rows(self) -> tuple[RowId, ...]:
        """All messages that were changed."""
        return tuple(row for portion in self.portions for row in portion.rows)

    @property
    def count(self) -> int:
        """How many."""
        return sum(len(portion.rows) for portion in self.portions)


def shown_in(store: AccountStore, rows: Sequence[RowId]) -> set[MailboxId]:
    """The mailboxes that show these messages. On the store worker."""
    return set(store.bulk.by_mailbox(rows))
