"""The activity list: what happened to sign-ins, permissions and sends, without content."""

import logging
from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType

from tuimail.domain.draft import ActivityEntry
from tuimail.domain.errors import TuimailError
from tuimail.domain.ids import AccountId
from tuimail.engine.worker import Urgency, Worker, log_crash
from tuimail.store.activity import ActivityLog

log = logging.getLogger(__name__)

_CLOSE_S = 0.3


class Journal:
    """Writes and reads the activity list on a worker of its own, opening its file at the first need.

    Not on the store worker: the key of its file may wait for a person at the keychain, and no list may wait for that.
    """

    def __init__(
        self,
        open_log: Callable[[], ActivityLog],
        now: Callable[[], datetime],
        days: Mapping[AccountId, int] = MappingProxyType({}),
    ) -> None:
        """``open_log`` runs on the journal's worker and may wait for the keychain; ``days``: how long lines stay."""
        self.worker = Worker("journal", on_crash=log_crash)
        self._open_log = open_log
        self._now = now
        self._days = days
        self._tidied_on: date | None = None
        self._log: ActivityLog | None = None

    def record(self, account: AccountId, what: str, outcome: str) -> None:
        """Add a line; any thread, returns at once. A list that cannot be written stops nothing else."""
        entry = ActivityEntry(at=self._now(), account=account, what=what, outcome=outcome)

        def write() -> None:
            try:
                self._ready().record(entry)
            except TuimailError as error:
                log.warning("activity list: %s", error.kind)

        self.worker.post(write, urgency=Urgency.NORMAL)

    def newest(self, limit: int) -> tuple[ActivityEntry, ...]:
        """The newest lines. On the journal's worker."""
        return tuple(self._ready().newest(limit))

    def close(self, left_s: float) -> None:
        """Close the file, once everything that was recorded is written."""

        def close() -> None:
            if self._log is not None:
                self._log.close()
                self._log = None

        self.worker.finish(close, min(left_s, _CLOSE_S))

    def _ready(self) -> ActivityLog:
        if self._log is None:
            self._log = self._open_log()
        today = self._now().date()
        if self._tidied_on != today:
            self._tidied_on = today
            self._log.forget(now=self._now(), days=self._days)
        return self._log

    def clear(self) -> None:
        """Delete every line. On the journal's worker."""
        self._ready().clear()
