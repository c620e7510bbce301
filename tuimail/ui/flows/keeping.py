"""Drafts on their way to the disk, and how that ended: nothing is called kept before it is."""

from collections.abc import Callable, Iterable

from msgspec import Struct

from tuimail.api.commands import SaveDraft
from tuimail.api.events import Cancelled, Failed, Finished
from tuimail.domain.draft import Draft
from tuimail.domain.ids import CommandId, DraftId
from tuimail.ui.session import Session

WhenKept = Callable[[tuple[Draft, ...]], None]
"""Takes the drafts that could not be kept."""


class Saving(Struct, frozen=True, kw_only=True):
    """A draft that is being saved."""

    draft: Draft
    is_left: bool
    """Its composer was closed with it."""


class Keeping:
    """Submits drafts to be saved and remembers which of them were not."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._savings: dict[CommandId, Saving] = {}
        self._unkept: dict[DraftId, Draft] = {}
        self._when_kept: WhenKept | None = None

    @property
    def left(self) -> tuple[Draft, ...]:
        """Drafts without a composer whose fate is not known yet."""
        return tuple(saving.draft for saving in self._savings.values() if saving.is_left)

    def save(self, draft: Draft, *, is_left: bool = False, begins_version: bool = False) -> None:
        """Have it saved; ``begins_version``: what was saved before stays a version of its own."""
        command = self._session.submit(
            SaveDraft(account=draft.account, draft=draft, is_left=is_left, begins_version=begins_version)
        )
        self._savings[command] = Saving(draft=draft, is_left=is_left)

    def save_all(self, drafts: Iterable[Draft], then: WhenKept, *, are_left: bool) -> None:
        """Save these, and call ``then`` once they and those on their way have ended. Unless they ``are_left``, the
        next start offers them again."""
        self._unkept.clear()
        for draft in drafts:
            self.save(draft, is_left=are_left)
        self._when_kept = then
        self.tell_ended()

    def take(self, event: Finished | Failed | Cancelled) -> Saving | None:
        """The draft whose saving this event ends; ``tell_ended`` is to follow."""
        saving = self._savings.pop(event.command, None) if event.command is not None else None
        if saving is not None:
            if isinstance(event, Finished):
                self._unkept.pop(saving.draft.id, None)
            else:
                self._unkept[saving.draft.id] = saving.draft
        return saving

    def tell_ended(self) -> None:
        """Call who waits for all of them, if this was the last."""
        if self._when_kept is not None and not self._savings:
            then, self._when_kept = self._when_kept, None
            then(tuple(self._unkept.values()))
