"""The activity list: what happened to sign-ins, permissions and sends, without content."""

import logging
from collections.abc import Callable
from datetime import datetime

from tuimail.domain.draft import ActivityEntry
from tuimail.domain.errors import TuimailError
from tuimail.domain.ids import AccountId
from tuimail.engine.worker import Urgency, Worker
from tuimail.store.activity import ActivityLog

log = logging.getLogger(__name__)


class Journal:
    """Writes and reads the activity list on the store worker, opening its file at the first need."""

    def __init__(self, worker: Worker, open_log: Callable[[], ActivityLog], now: Callable[[], datetime]) -> None:
        """``open_log`` runs on the store worker and may wait for the keychain."""
        self._worker = worker
        self._open_log = open_log
        self._now = now
        self._log: ActivityLog | None = None

    def record(self, account: AccountId, what: str, outcome: str) -> None:
        """Add a line; any thread, returns at once. A list that cannot be written stops nothing else."""
        entry = ActivityEntry(at=self._now(), account=account, what=what, outcome=outcome)

        def write() -> None:
            try:
                self._ready().record(entry)
            except TuimailError as error:
                log.warning("activity list: %s", error.kind)

        self._worker.post(write, urgency=Urgency.BACKGROUND)

    def newest(self, limit: int) -> tuple[ActivityEntry, ...]:
        """The newest lines. On the store worker."""
        return tuple(self._ready().newest(limit))

    def flush(self) -> None:
        """Wait until what was recorded is written; never on the UI's thread."""
        self._worker.call(lambda: None, urgency=Urgency.LAST)

    def close_soon(self, _left_s: float) -> None:
        """Close the file, once everything that was recorded is written. Any thread."""

        def close() -> None:
            if self._log is not None:
                self._log.close()
                self._log = None

        self._worker.post(close, urgency=Urgency.LAST)

    def _ready(self) -> ActivityLog:
        if self._log is None:
            self._log = self._open_log()
        return self._log
