"""Where the cursor is, told to the engine now and then, so that the next start begins there."""

from tuimail.api.commands import NotePlace
from tuimail.ui.screens.deeds.searching import SearchDesk

REST_S = 1.0
"""After the cursor moved; held keys lead to one note a second."""


class Placing:
    """Notes the mailbox on the screen and the row under the cursor."""

    def __init__(self, desk: SearchDesk) -> None:
        self._desk = desk
        self._is_due = False
        self._noted: NotePlace | None = None

    def moved(self) -> None:
        """The cursor is on another row, or another list is on the screen."""
        if not self._is_due:
            self._is_due = True
            self._desk.field.set_timer(REST_S, self.note)

    def note(self) -> None:
        """Tell it now, unless it is as it was; of what is no mailbox, such as hits or all accounts, nothing."""
        self._is_due = False
        session, state = self._desk.session, self._desk.session.state
        if state.mailbox is None or state.mailbox < 0 or state.is_joint or state.query or not state.rows_known:
            return
        place = NotePlace(account=state.account, mailbox=state.mailbox, row=self._desk.messages.current)
        if place != self._noted:
            self._noted = place
            session.submit(place)
