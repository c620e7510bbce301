"""In what form a message is shown: its headers, its source, plain text or HTML, its quotations."""

from msgspec.structs import replace

from tuimail.api.commands import OpenMessage
from tuimail.api.reading import ShowSource
from tuimail.domain.ids import RowId
from tuimail.ui.page import Wishes, folds_quotes, own_words_after
from tuimail.ui.screens.deeds.desk import Deeds, Desk
from tuimail.ui.state import await_message, show_message
from tuimail.ui.widgets.message_view import MakePage


class Forms:
    """Each message of what is open is shown as it was wished for, until something else is opened."""

    def __init__(self, desk: Desk, make: MakePage) -> None:
        self._desk = desk
        self._make = make
        self.wishes: dict[RowId, Wishes] = {}
        """How messages are to be shown, where that is not the usual way."""

    def deeds(self) -> Deeds:
        """The actions of this group."""
        return {
            "headers": self._toggle_headers,
            "source": self._source,
            "plain_or_html": self._toggle_form,
            "quotes": self._toggle_quotes,
            "skip_quotes": self._skip_quotes,
        }

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
        wishes = self._current_wishes
        self._wish(replace(wishes, all_headers=not wishes.all_headers))

    def _toggle_quotes(self) -> None:
        reading, wishes = self._desk.session.state.reading, self._current_wishes
        if reading is not None and reading.message is not None:
            self._wish(replace(wishes, fold_quotes=not folds_quotes(reading.message, wishes)))

    def unfold_quotes(self) -> None:
        """Show the whole text of everything that is open, so that words can be found in it."""
        reading = self._desk.session.state.reading
        for row in reading.rows if reading is not None else ():
            self.wishes[row] = replace(self.wishes.get(row, Wishes()), fold_quotes=False)
        self._desk.reader.show(self._make, keep_place=True)

    def _toggle_form(self) -> None:
        reading = self._desk.session.state.reading
        if reading is None or reading.message is None:
            return
        if not reading.message.has_other_form:
            self._desk.tell("This message has one form only.")
            return
        wishes = self._current_wishes
        if not reading.message.other_blocks:
            # It is read at the first wish for it; until then nobody paid for it.
            session = self._desk.session
            command = session.submit(OpenMessage(account=session.account, row=reading.row, both_forms=True))
            self._desk.change(await_message(session.state, command))
        self._wish(replace(wishes, other_form=not wishes.other_form))
        is_html = reading.message.is_html is not self._current_wishes.other_form
        self._desk.tell("Showing the HTML." if is_html else "Showing the plain text.")

    @property
    def _current_wishes(self) -> Wishes:
        reading = self._desk.session.state.reading
        return self.wishes.get(reading.row, Wishes()) if reading is not None else Wishes()

    def _wish(self, wishes: Wishes) -> None:
        reading = self._desk.session.state.reading
        if reading is not None:
            self.wishes[reading.row] = wishes
            self._desk.reader.show(self._make, keep_place=True)

    def _skip_quotes(self) -> None:
        reader = self._desk.reader
        line = own_words_after(reader.page.lines, reader.top)
        if line is None:
            self._desk.tell("There are no own words below.")
        else:
            reader.scroll_to(y=line, animate=False)
