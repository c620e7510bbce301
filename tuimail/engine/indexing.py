"""Words of messages on their way into the search index, many at a time."""

import threading

from tuimail.domain.ids import AccountId, RowId
from tuimail.domain.message import Message
from tuimail.engine.storage import AccountStore, Storage
from tuimail.engine.timers import Timers
from tuimail.engine.worker import Urgency
from tuimail.mime.parse import words_of

TOGETHER = 20
"""In one transaction: its words become one segment of the index, and segments have to be merged."""
LATEST_S = 1.0


class Indexer:
    """The words of one account's messages. Any thread."""

    def __init__(self, account: AccountId, storage: Storage, timers: Timers) -> None:
        self._account = account
        self._storage = storage
        self._timers = timers
        self._guard = threading.Lock()
        self._waiting: dict[RowId, str] = {}
        self._is_due = False

    def is_waiting(self, row: RowId) -> bool:
        """Whether the words of this row are not in the index yet."""
        return row in self._waiting

    def note(self, row: RowId, message: Message) -> None:
        """Take a message that somebody read: at once, since nobody fetches it again if the program ends now."""
        self._put(row, message)
        self.flush()

    def add(self, row: RowId, message: Message) -> None:
        """Take a message of many."""
        if self._put(row, message) >= TOGETHER:
            self.flush()
            return
        with self._guard:
            is_due, self._is_due = self._is_due, True
        if not is_due:
            self._timers.after(LATEST_S, self.flush)

    def flush(self) -> None:
        """Write down what waits."""
        self._storage.worker.post(self._write, urgency=Urgency.BACKGROUND)

    def _put(self, row: RowId, message: Message) -> int:
        words = words_of(message)
        with self._guard:
            self._waiting[row] = words
            return len(self._waiting)

    def _write(self) -> None:
        with self._guard:
            waiting = dict(self._waiting)
            self._is_due = False
        if waiting and self._storage.is_open(self._account):
            _index(self._storage.store(self._account), waiting)
        with self._guard:
            for row, words in waiting.items():
                if self._waiting.get(row) is words:
                    del self._waiting[row]


def _index(store: AccountStore, waiting: dict[RowId, str]) -> None:
    with store.db.transaction():
        for row, words in waiting.items():
            store.search.index_text(row, words)
