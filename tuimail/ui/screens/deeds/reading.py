"""What is open: a message or a conversation, in what form, and the reader's cursor in it."""

from functools import partial

from msgspec.structs import replace
from textual.timer import Timer

from tuimail.api.commands import LoadThread, OpenMessage
from tuimail.api.events import Event, ThreadLoaded
from tuimail.domain.errors import ErrorKind, Problem, Remedy
from tuimail.domain.ids import CommandId, RowId
from tuimail.ui.page import Page, Paper, words_page
from tuimail.ui.screens.deeds.desk import Deeds, Desk
from tuimail.ui.screens.deeds.fetching import Fetching
from tuimail.ui.screens.deeds.forms import Forms
from tuimail.ui.screens.deeds.seeing import Seeing
from tuimail.ui.sentences import reader_words
from tuimail.ui.stack import Reading as Open
from tuimail.ui.stack import at, folded
from tuimail.ui.stack_page import StackPages, Table
from tuimail.ui.state import (
    close_message,
    give_up_message,
    is_listed,
    open_message,
    open_thread,
    show_message,
)
from tuimail.ui.still import Still

HOLD_S = 0.03
"""So long the screen stays as it was for a message that is on its way, so that it is drawn once and not twice; a key is
answered within 50 ms all the same."""
REST_S = 0.7
"""So long a message must stay open until the ones beside it are fetched: a glance while paging is no reading."""
TRIES = 4
"""Messages that are asked about to find out what is left of a conversation."""
_GIVEN_UP = Problem(kind=ErrorKind.TIMED_OUT, summary="Given up.", remedy=Remedy.WAIT)


class Reading:
    """Opens messages and turns what is known of them into the reader's page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._fetching, self._seeing = Fetching(desk), Seeing(desk)
        self._pages = StackPages()
        self.forms = Forms(desk, self._page)
        self._shown: Open | None = None
        self._resting: Timer | None = None
        self._is_new = False
        """The message under the cursor was not scrolled yet, so that it is brought into sight when it grows."""
        self._is_painted = False
        """What is open was drawn with the message under its cursor; only then is more of it fetched."""
        self._owed = 0
        """Steps asked for while it was not known yet which messages the conversation has."""
        self._renewing: tuple[CommandId, tuple[RowId, ...]] | None = None
        """Under way: what became of the conversation, and the messages that were asked about."""
        self._still = Still(desk.reader, at_most_s=HOLD_S)

    def deeds(self) -> Deeds:
        """The actions of this group."""
        return {
            "open": self.open,
            "reader_back": self.back,
            "next_message": partial(self._step, 1),
            "previous_message": partial(self._step, -1),
            **self.forms.deeds(),
            "toggle_message": self._toggle,
            "unfold_message": partial(self._set_folded, is_folded=False),
            "fold_message": partial(self._set_folded, is_folded=True),
            "unfold_messages": partial(self._set_all, is_folded=False),
            "fold_messages": partial(self._set_all, is_folded=True),
        }

    # Opening

    def open(self) -> None:
        """Open the row under the list's cursor and go to the reader."""
        row = self._desk.messages.current
        if row is not None:
            self.open_row(row)
            self._desk.focus_pane(self._desk.reader)

    def open_row(self, row: RowId, *, from_end: bool = False) -> None:
        """Ask for a message, or for the conversation that its row stands for, unless it is open already."""
        session = self._desk.session
        reading = session.state.reading
        is_conversation = self._desk.messages.is_folded(row)
        is_same = reading is not None and row in reading.rows and reading.is_conversation == is_conversation
        if is_same and reading is not None and reading.message is not None:
            return
        self._fetching.give_up()
        self._still.hold()
        self.forms.wishes.clear()
        self._is_painted = False
        if is_conversation and session.state.mailbox is not None:
            command = session.submit(LoadThread(account=session.account, mailbox=session.state.mailbox, row=row))
            self._desk.change(open_thread(session.state, row, command, from_end=from_end))
        else:
            command = session.submit(OpenMessage(account=session.account, row=row))
            self._desk.change(open_message(session.state, row, command))

    def close(self) -> bool:
        """Empty the reader; False if nothing was open."""
        state = self._desk.session.state
        if state.reading is None:
            return False
        self._owed = 0
        self._fetching.give_up()
        self._desk.change(close_message(state))
        return True

    def give_up(self) -> None:
        """What the reader waits for has taken too long: close it, or where there is something to read, go without."""
        state = self._desk.session.state
        if state.reading is None or state.reading.message is None:
            self.close()
            self._desk.focus_pane(self._desk.messages)
        else:
            self._fetching.give_up()
            self._desk.change(give_up_message(state, _GIVEN_UP))

    def back(self) -> None:
        """From the source to the message, from the message to the list."""
        state = self._desk.session.state
        if state.reading is not None and state.reading.source is not None:
            self._desk.change(show_message(state))
            return
        self.close()
        self._desk.focus_pane(self._desk.messages)

    # Showing

    def show(self) -> None:
        """Bring the reader up to the state."""
        reading = self._desk.session.state.reading
        before, self._shown = self._shown, reading
        is_same = before is not None and reading is not None and reading.row in before.rows
        if reading is None or reading is not before:
            is_source = is_same and before is not None and reading is not None and reading.source != before.source
            self._desk.reader.show(self._page, keep_place=is_same and not is_source)
        if reading is None or before is None or reading.row != before.row:
            self._is_new = True
            self._stop_resting()
        if reading is None:
            self._seeing.stop()
            self._still.release()
            return
        if self._is_new and reading.is_stack:
            self._desk.reader.bring(reading.row)
        if reading.letter(reading.row).is_settled:
            self._still.release()
        if reading.message is not None and self._resting is None:
            self._resting = self._desk.reader.set_timer(REST_S, self._fetching.fetch_beside)
        self._seeing.look()
        if self._is_painted or not reading.letter(reading.row).is_settled:
            self._fetching.go_on()
        elif reading.is_stack:
            self._desk.reader.call_after_refresh(self._painted)
        if self._owed and (reading.is_known or reading.problem is not None):
            by = 1 if self._owed > 0 else -1
            self._owed -= by
            self._step(by)

    def _painted(self) -> None:
        self._is_painted = True
        self._fetching.go_on()

    def rows_changed(self) -> None:
        """More or something else is known of rows: a conversation's folded messages may look different."""
        reading = self._desk.session.state.reading
        if reading is not None and reading.is_stack and reading.source is None:
            self._desk.reader.show(self._page, keep_place=True)

    def _page(self, width: int) -> Page:
        session = self._desk.session
        reading = session.state.reading
        if reading is None:
            return words_page(reader_words(session.state), width=width)
        if not reading.is_known and reading.problem is None:
            envelope = self._desk.messages.envelope(reading.row)
            if envelope is None:
                return Page()
        envelope_of = self._desk.messages.envelope
        table = Table(reading=reading, wishes=self.forms.wishes, envelope=envelope_of, now=session.clock())
        return self._pages.page(table, Paper(width, session.zone))

    def _stop_resting(self) -> None:
        if self._resting is not None:
            self._resting.stop()
            self._resting = None

    # News

    def hear(self, event: Event) -> None:
        """What became of the conversation that is open, where the list changed."""
        if not isinstance(event, ThreadLoaded) or self._renewing is None or event.command != self._renewing[0]:
            return
        tried, self._renewing = self._renewing[1], None
        state = self._desk.session.state
        is_ours = state.reading is not None and not frozenset(state.reading.rows).isdisjoint(event.rows)
        if not is_ours or not is_listed(state, event):
            self._renew(tried)

    def follow_list(self) -> None:
        """The list changed: so may the conversation that is open; a message that left the list makes room for the
        next one, or leaves an unread pane empty."""
        reading = self._desk.session.state.reading
        if reading is None or not reading.is_known:
            return
        state = self._desk.session.state
        if not reading.is_conversation and reading.row not in state.rows and state.list_view.is_threaded:
            # Perhaps it was answered, and the answer stands for both now.
            self._change_reading(replace(reading, is_conversation=True))
            self._renew(())
        elif reading.is_conversation:
            self._renew(())
        elif reading.row not in state.rows:
            self._leave()

    def _renew(self, tried: tuple[RowId, ...]) -> None:
        session = self._desk.session
        reading, mailbox = session.state.reading, session.state.mailbox
        if reading is None or mailbox is None or not reading.is_conversation:
            return
        left = [row for row in (reading.row, reading.rows[-1], *reading.rows) if row not in tried]
        if not left or len(tried) == TRIES:
            self._leave()
            return
        command = session.submit(LoadThread(account=session.account, mailbox=mailbox, row=left[0]))
        self._renewing = (command, (*tried, left[0]))

    def _leave(self) -> None:
        desk = self._desk
        current = desk.messages.current
        if desk.reader.has_focus and current is not None:
            self.open_row(current)
        else:
            desk.change(close_message(desk.session.state))
            if desk.reader.has_focus:
                desk.focus_pane(desk.messages)

    # The reader's cursor

    def _step(self, by: int) -> None:
        """To the next message: inside the conversation first, past its end to the next row of the list."""
        reading = self._desk.session.state.reading
        if reading is not None and not reading.is_known and reading.problem is None:
            self._owed += by
            return
        if reading is not None and reading.is_stack:
            place = reading.rows.index(reading.row) + by
            if 0 <= place < len(reading.rows):
                self._go_to(reading.rows[place])
                return
        self._step_on(by)

    def _step_on(self, by: int) -> None:
        messages = self._desk.messages
        before = messages.cursor
        messages.move(by)
        row = messages.current
        if messages.cursor == before:
            self._desk.tell("This is the last message." if by > 0 else "This is the first message.")
        elif row is not None:
            self.open_row(row, from_end=by < 0)

    def _go_to(self, row: RowId) -> None:
        state = self._desk.session.state
        if state.reading is not None:
            self._is_new = True
            self._desk.change(replace(state, reading=at(state.reading, row)))

    def scrolled(self) -> None:
        """The person scrolled: the cursor goes along, and what came into sight is wanted now."""
        self._is_new = False
        state = self._desk.session.state
        if state.reading is None or not state.reading.is_stack or state.reading.source is not None:
            return
        row = self._desk.reader.row_for_reading(state.reading.row)
        if row != state.reading.row:
            self._desk.change(replace(state, reading=replace(state.reading, row=row)))
            self._is_new = False
        self._seeing.look()
        self._fetching.go_on()

    def clicked(self, row: RowId) -> None:
        """The cursor goes to the message that was clicked, which is unfolded for that."""
        reading = self._desk.session.state.reading
        if reading is not None and reading.is_stack and row in reading.rows:
            if row != reading.row or not reading.is_unfolded(row):
                self._change_reading(at(reading, row))
            self._is_new = False

    # Folding

    def _toggle(self) -> None:
        reading = self._desk.session.state.reading
        if reading is not None:
            has_failed = reading.problem is not None
            self._set_folded(is_folded=reading.is_unfolded(reading.row) and not has_failed)

    def _set_folded(self, *, is_folded: bool) -> None:
        reading = self._desk.session.state.reading
        if reading is None or (is_folded and not reading.is_stack):
            return
        self._is_new = True
        self._change_reading(folded(reading, (reading.row,)) if is_folded else at(reading, reading.row))

    def _set_all(self, *, is_folded: bool) -> None:
        reading = self._desk.session.state.reading
        if reading is not None and reading.is_stack:
            self._is_new = True
            others = folded(reading, (row for row in reading.rows if row != reading.row))
            self._change_reading(others if is_folded else replace(reading, unfolded=frozenset(reading.rows)))

    def _change_reading(self, reading: Open) -> None:
        self._desk.change(replace(self._desk.session.state, reading=reading))
