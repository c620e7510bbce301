"""The undo history of one account: what the user did last is taken back first."""

from collections import deque
from collections.abc import Callable

from msgspec import Struct

from tuimail.api.commands import Undo
from tuimail.domain.draft import Draft
from tuimail.domain.ids import AccountId, DraftId, OutboxId
from tuimail.engine.job import Job
from tuimail.engine.storage import Storage
from tuimail.engine.undoable import Undoable

_KEPT = 500
"""Actions that can be taken back: more than anybody remembers in one session."""


class Actions(Struct, frozen=True, kw_only=True):
    """How each kind of action is taken back; on the store worker."""

    change: Callable[[Job, Undoable], None]
    """Ends the job, too: a hundred thousand messages take some seconds."""
    send: Callable[[OutboxId], Draft | None]
    show_draft: Callable[[Job, Draft], None]


class UndoDesk:
    """Remembers actions; owned by the store worker, on which all of them happen."""

    def __init__(self, account: AccountId, storage: Storage, actions: Actions) -> None:
        self._account = account
        self._storage = storage
        self._actions = actions
        self._done: deque[Undoable | OutboxId | DraftId] = deque(maxlen=_KEPT)

    def remember(self, action: Undoable | int | str) -> None:
        """An action that can be taken back was done. On the store worker."""
        self._done.append(action)  # type: ignore[arg-type]  # NewTypes are int and str when they run

    def forget(self) -> None:
        """Nothing can be taken back any more, after a sign-out. On the store worker."""
        self._done.clear()

    def undo(self, job: Job) -> None:
        """Route of ``Undo``."""
        assert isinstance(job.command, Undo)  # noqa: S101 (the route's own type, for the checker)
        job.hand_to(self._storage.worker, self._undo)

    def _undo(self, job: Job) -> None:
        while self._done:
            action = self._done.pop()
            if isinstance(action, Undoable):
                if action.is_nothing:
                    continue
                self._actions.change(job, action)
                return
            if isinstance(action, int):
                draft = self._actions.send(OutboxId(action))
                if draft is None:
                    # Not the action before it: whoever presses undo now means this mail.
                    job.finish("Too late: this mail can no longer be taken back")
                    return
                self._actions.show_draft(job, draft)
                job.finish("Not sent: the mail is a draft again")
                return
            restored = self._storage.store(self._account).drafts.restore(DraftId(action))
            if restored is not None:
                self._actions.show_draft(job, restored)
                job.finish("The draft is back")
                return
        job.finish("Nothing to undo")
