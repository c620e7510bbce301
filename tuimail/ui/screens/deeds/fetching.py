"""The texts of what is open, asked for one after the other: what is in sight first, and what is beside it last."""

from tuimail.api.commands import OpenMessage, Prefetch
from tuimail.domain.ids import RowId
from tuimail.ui.screens.deeds.desk import Desk
from tuimail.ui.stack import wanted
from tuimail.ui.state import Slot, await_message


class Fetching:
    """One message is under way at a time; only the one under the cursor takes another one's turn."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def go_on(self) -> None:
        """Ask for the next message, unless one is under way."""
        session, reading = self._desk.session, self._desk.session.state.reading
        if reading is None or not reading.is_known:
            return
        row = wanted(reading, self._desk.reader.rows_in_sight)
        is_free = reading.awaited is None
        if row is None or row == reading.awaited or not (is_free or row == reading.row):
            return
        if not is_free:
            session.cancel(session.state.waiting[Slot.READER])
        command = session.submit(OpenMessage(account=session.account, row=row))
        self._desk.change(await_message(session.state, command, row))

    def give_up(self) -> None:
        """Nobody reads what is still being fetched: the connection is free for what comes next."""
        session = self._desk.session
        reading, command = session.state.reading, session.state.waiting.get(Slot.READER)
        if reading is not None and command is not None and (reading.awaited is not None or not reading.is_known):
            session.cancel(command)

    def fetch_beside(self) -> None:
        """Have the messages around the open one fetched, the next ones first."""
        session, cursor = self._desk.session, self._desk.messages.cursor
        rows = session.state.rows
        near = [*rows[cursor + 1 : cursor + 3], *rows[max(0, cursor - 1) : cursor]]
        if near:
            session.submit(Prefetch(account=session.account, rows=tuple(RowId(row) for row in near)))
