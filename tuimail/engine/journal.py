"""The activity list: what happened to sign-ins, permissions and sends, without content."""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType

from tuimail.domain.draft import ActivityEntry
from tuimail.domain.errors import TuimailError
from tuimail.domain.ids import AccountId
from tuimail.engine.worker import Worker, log_crash
from tuimail.store.activity import ActivityLog

log = logging.getLogger(__name__)

_CLOSE_S = 0.3
_UNOPENED_S = 0.6
"""The first line may wait so long: its file's key wants the keychain's library, and a start wants the processor."""


class Journal:
    """Writes and reads the activity list on a worker of its own, opening its file at the first need.

    Not on the store worker: the key of its file may wait for a person at the keychain, and no list may wait for that.
    """

    def __init__(
        self,
        open_log: Callable[[], ActivityLog],
        now: Callable[[], datetime],
        days: Mapping[AccountId, int] = MappingProxyType({}),
        *,
        after: Callable[[float, Callable[[], None]], object],
    ) -> None:
        """``open_log`` runs on the journal's worker and may wait for the keychain; ``days``: how long lines stay;
        ``after`` calls back so many seconds later."""
        self.worker = Worker("journal", on_crash=log_crash)
        self._open_log = open_log
        self._now = now
        self._days = days
        self._after = after
        self._lines: list[ActivityEntry] = []
        """Still to be written."""
        self._guard = threading.Lock()
        self._tidied_on: date | None = None
        self._log: ActivityLog | None = None

    def record(self, account: AccountId, what: str, outcome: str) -> None:
        """Add a line; any thread, returns at once. A list that cannot be written stops nothing else."""
        entry = ActivityEntry(at=self._now(), account=account, what=what, outcome=outcome)
        with self._guard:
            self._lines.append(entry)
            is_first = len(self._lines) == 1
        if self._log is not None:
            self.worker.post(self._write)
        elif is_first:
            self._after(_UNOPENED_S, lambda: self.worker.post(self._write))

    def newest(self, limit: int) -> tuple[ActivityEntry, ...]:
        """The newest lines. On the journal's worker."""
        self._write()
        return tuple(self._ready().newest(limit))

    def _write(self) -> None:
        with self._guard:
            lines, self._lines = self._lines, []
        try:
            for each in lines:
                self._ready().record(each)
        except TuimailError as error:
            log.warning("activity list: %s", error.kind)

    def close(self, left_s: float) -> None:
        """Close the file, once everything that was recorded is written."""

        def close() -> None:
            self._write()
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
        self._write()
        self._ready().clear()
