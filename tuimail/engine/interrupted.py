"""Drafts that were in a composer when the program ended without leaving it: told once, at the next start."""

from tuimail.api.engine import Sink
from tuimail.api.writing import DraftsInterrupted
from tuimail.domain.ids import AccountId, DraftId
from tuimail.engine.storage import Storage


class InterruptedDesk:
    """The marks of one account's drafts. On the store worker."""

    def __init__(self, account: AccountId, storage: Storage, *, emit: Sink) -> None:
        self._account = account
        self._storage = storage
        self._emit = emit
        self._own: set[DraftId] = set()
        """Written by this program: it did not end."""

    def written(self, draft: DraftId, *, is_left: bool) -> None:
        """The draft was saved, and its composer stays open unless ``is_left``."""
        marks = self._storage.store(self._account).being_written
        if is_left:
            self._own.discard(draft)
            marks.unmark(draft)
        elif draft not in self._own:
            self._own.add(draft)
            marks.mark(draft)

    def tell(self) -> None:
        """Tell what an earlier program left behind."""
        if not self._storage.is_open(self._account):
            return
        store = self._storage.store(self._account)
        marked = store.being_written.take()
        for draft in marked & self._own:
            store.being_written.mark(draft)
        drafts = tuple(draft for draft in store.drafts.list() if draft.id in marked - self._own)
        if drafts:
            self._emit(DraftsInterrupted(account=self._account, drafts=drafts))
