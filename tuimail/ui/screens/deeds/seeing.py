"""The mark that reading leaves: on the message under the cursor, and on those that stand wholly in sight."""

from functools import partial

from textual.timer import Timer

from tuimail.api.commands import SetFlags
from tuimail.domain.ids import RowId
from tuimail.domain.message import Flag
from tuimail.ui.screens.deeds.desk import Desk

LEAST_S = 0.01


class Seeing:
    """Marks messages as read once they have been looked at for as long as the profile says."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._rows: frozenset[RowId] = frozenset()
        self._timer: Timer | None = None

    def look(self) -> None:
        """What is looked at may be something else now; the time of what was looked at before is over."""
        rows = frozenset(self._looked_at())
        if rows == self._rows:
            return
        self.stop()
        self._rows = rows
        after_s = self._desk.session.seen_after_s
        if rows and after_s >= 0:
            self._timer = self._desk.reader.set_timer(max(after_s, LEAST_S), partial(self._mark, rows))

    def stop(self) -> None:
        """Nothing is looked at."""
        self._rows = frozenset()
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _looked_at(self) -> list[RowId]:
        reading = self._desk.session.state.reading
        if reading is None:
            return []
        whole = self._desk.reader.rows_wholly_in_sight if reading.is_stack else []
        return [
            row
            for row in reading.rows
            if (row == reading.row or row in whole)
            and reading.is_unfolded(row)
            and reading.letter(row).message is not None
        ]

    def _mark(self, rows: frozenset[RowId]) -> None:
        session = self._desk.session
        unread = tuple(row for row in sorted(rows) if self._is_unread(row))
        if unread and not session.state.accounts[session.state.account_of(unread[0])].read_only:
            seen = frozenset({Flag.SEEN.value})
            session.submit(SetFlags(account=session.account, rows=unread, add=seen, undoable=False))

    def _is_unread(self, row: RowId) -> bool:
        envelope = self._desk.messages.envelope(row)
        return envelope is None or envelope.is_unread
