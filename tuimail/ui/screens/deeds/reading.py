"""The open message: which one, in what form, and the mark that reading leaves."""

from functools import partial

from msgspec.structs import replace
from textual.timer import Timer

from tuimail.api.commands import OpenMessage, Prefetch, SetFlags
from tuimail.api.events import ThreadLoaded
from tuimail.api.reading import ShowSource
from tuimail.domain.errors import ErrorKind
from tuimail.domain.ids import RowId
from tuimail.domain.message import Flag
from tuimail.ui.page import Page, Wishes, envelope_page, message_page, problem_page, source_page, words_page
from tuimail.ui.screens.deeds.desk import Deeds, Desk
from tuimail.ui.screens.deeds.ordering import Ordering
from tuimail.ui.sentences import reader_words
from tuimail.ui.state import Reading as Open
from tuimail.ui.state import Slot, await_message, close_message, open_message, show_message
from tuimail.ui.still import Still

HOLD_S = 0.08
"""So long the screen stays as it was for a message that is on its way, so that it is drawn once and not twice."""
REST_S = 0.7
"""So long a message must stay open until the ones beside it are fetched: a glance while paging is no reading."""
_NEXT_KEY = {
    ErrorKind.OFFLINE: "This message is not stored here. Ctrl+R connects, then Enter in the list opens it.",
    ErrorKind.MESSAGE_GONE: "It was removed elsewhere. q goes back to the list.",
}
_ANY_KEY = "Enter in the list tries again; q goes back."


class Reading:
    """Opens messages and turns what is known of them into the reader's page."""

    def __init__(self, desk: Desk, ordering: Ordering) -> None:
        self._desk = desk
        self._ordering = ordering
        self._wishes = Wishes()
        self._shown: Open | None = None
        self._seen: Timer | None = None
        self._resting: Timer | None = None
        self._still = Still(desk.reader, at_most_s=HOLD_S)

    def deeds(self) -> Deeds:
        """The actions of this group."""
        return {
            "open": self.open,
            "reader_back": self._back,
            "next_message": partial(self._step, 1),
            "previous_message": partial(self._step, -1),
            "headers": self._toggle_headers,
            "source": self._source,
            "plain_or_html": self._toggle_form,
            "quotes": self._toggle_quotes,
        }

    def open(self) -> None:
        """Open the row under the cursor and go to the reader."""
        row = self._desk.messages.current
        if row is not None:
            self.open_row(row)
            self._desk.focus_pane(self._desk.reader)

    def open_row(self, row: RowId) -> None:
        """Ask for a message, unless it is open already."""
        session = self._desk.session
        reading = session.state.reading
        if reading is not None and reading.row == row and reading.message is not None:
            return
        self._wishes = Wishes(fold_quotes=self._wishes.fold_quotes)
        self._give_up_waiting()
        self._still.hold()
        command = session.submit(OpenMessage(account=session.account, row=row))
        self._desk.change(open_message(session.state, row, command))

    def close(self) -> bool:
        """Empty the reader; False if nothing was open."""
        state = self._desk.session.state
        if state.reading is None:
            return False
        self._give_up_waiting()
        self._desk.change(close_message(state))
        return True

    def show(self) -> None:
        """Bring the reader up to the state."""
        reading = self._desk.session.state.reading
        before, self._shown = self._shown, reading
        same_row = before is not None and reading is not None and before.row == reading.row
        if not same_row:
            self._stop_clock()
        if reading is None or reading != before:
            self._desk.reader.show(self._page)
        if reading is None or reading.message is not None or reading.problem is not None:
            self._still.release()
        had_message = same_row and before is not None and before.message is not None
        if reading is not None and reading.message is not None and not had_message:
            self._start_clock(reading.row)
            self._resting = self._desk.reader.set_timer(REST_S, self._prefetch)

    def _give_up_waiting(self) -> None:
        """Nobody reads what is still being fetched: the connection is free for what comes next."""
        session = self._desk.session
        reading, command = session.state.reading, session.state.waiting.get(Slot.READER)
        if reading is not None and reading.message is None and reading.problem is None and command is not None:
            session.cancel(command)

    def _page(self, width: int) -> Page:
        session = self._desk.session
        reading = session.state.reading
        if reading is None:
            return words_page(reader_words(session.state), width=width)
        if reading.source is not None:
            return source_page(reading.source, width=width)
        if reading.message is not None:
            return message_page(reading.message, self._wishes, width=width, zone=session.zone)
        if reading.problem is not None:
            return problem_page(reading.problem, _NEXT_KEY.get(reading.problem.kind, _ANY_KEY), width=width)
        envelope = self._desk.messages.envelope(reading.row)
        return envelope_page(envelope, "", width=width, zone=session.zone) if envelope else Page(())

    def _back(self) -> None:
        state = self._desk.session.state
        if state.reading is not None and state.reading.source is not None:
            self._desk.change(show_message(state))
            return
        self.close()
        self._desk.focus_pane(self._desk.messages)

    def _step(self, by: int) -> None:
        """To the next message: within the conversation first, which is unfolded for that."""
        row = self._desk.messages.current
        if row is not None and self._desk.messages.is_folded(row):
            self._ordering.unfold(row, partial(self._step_within, by))
        else:
            self._step_on(by)

    def _step_within(self, by: int, thread: ThreadLoaded) -> None:
        row = self._desk.messages.current
        unread = [each.row for each in thread.envelopes if each.is_unread and each.row != row]
        if by > 0 and unread:
            self._go_to(unread[0])
        else:
            self._step_on(by)

    def _step_on(self, by: int) -> None:
        messages = self._desk.messages
        before = messages.cursor
        messages.move(by)
        row = messages.current
        if messages.cursor == before:
            self._desk.tell("This is the last message." if by > 0 else "This is the first message.")
        elif row is not None and messages.is_folded(row):
            self._ordering.unfold(row, partial(self._enter, by))
        elif row is not None:
            self.open_row(row)

    def _enter(self, by: int, thread: ThreadLoaded) -> None:
        """Forward into a conversation at its first unread message, or its newest; backward at its end."""
        unread = [each.row for each in thread.envelopes if each.is_unread]
        if thread.rows:
            self._go_to((unread[0] if unread else thread.head) if by > 0 else thread.rows[-1])

    def _go_to(self, row: RowId) -> None:
        self._desk.messages.select(row)
        self.open_row(row)

    def _source(self) -> None:
        session = self._desk.session
        reading = session.state.reading
        if reading is None:
            return
        if reading.source is not None:
            self._desk.change(show_message(session.state))
        else:
            session.submit(ShowSource(account=session.account, row=reading.row))

    def _toggle_headers(self) -> None:
        self._wish(replace(self._wishes, all_headers=not self._wishes.all_headers))

    def _toggle_quotes(self) -> None:
        self._wish(replace(self._wishes, fold_quotes=not self._wishes.fold_quotes))

    def _toggle_form(self) -> None:
        reading = self._desk.session.state.reading
        if reading is None or reading.message is None:
            return
        if not reading.message.has_other_form:
            self._desk.tell("This message has one form only.")
            return
        if not reading.message.other_blocks:
            # It is read at the first wish for it; until then nobody paid for it.
            session = self._desk.session
            command = session.submit(OpenMessage(account=session.account, row=reading.row, both_forms=True))
            self._desk.change(await_message(session.state, command))
        self._wish(replace(self._wishes, other_form=not self._wishes.other_form))
        is_html = reading.message.is_html is not self._wishes.other_form
        self._desk.tell("Showing the HTML." if is_html else "Showing the plain text.")

    def _wish(self, wishes: Wishes) -> None:
        self._wishes = wishes
        self._desk.reader.show(self._page, keep_place=True)

    def _start_clock(self, row: RowId) -> None:
        envelope = self._desk.messages.envelope(row)
        after_s = self._desk.session.seen_after_s
        if after_s >= 0 and (envelope is None or envelope.is_unread):
            self._seen = self._desk.reader.set_timer(max(after_s, 0.01), partial(self._mark_seen, row))

    def _prefetch(self) -> None:
        """Have the messages around the open one fetched, the next ones first."""
        session, cursor = self._desk.session, self._desk.messages.cursor
        rows = session.state.rows
        near = [*rows[cursor + 1 : cursor + 3], *rows[max(0, cursor - 1) : cursor]]
        if near:
            session.submit(Prefetch(account=session.account, rows=tuple(RowId(row) for row in near)))

    def _stop_clock(self) -> None:
        if self._resting is not None:
            self._resting.stop()
            self._resting = None
        if self._seen is not None:
            self._seen.stop()
            self._seen = None

    def _mark_seen(self, row: RowId) -> None:
        session = self._desk.session
        if not session.state.accounts[session.state.account_of(row)].read_only:
            seen = frozenset({Flag.SEEN.value})
            session.submit(SetFlags(account=session.account, rows=(row,), add=seen, undoable=False))
