"""Words looked for in what is open: a field above the message while they are typed, marks in it afterwards."""

from collections.abc import Callable
from functools import partial

from textual import events

from tuimail.ui.screens.deeds.desk import Deeds, Desk
from tuimail.ui.widgets.find_field import FindField


class Finding:
    """Looks for words in the reader's page; nothing is asked of the engine."""

    def __init__(self, desk: Desk, *, put: Callable[[FindField], None], unfold_quotes: Callable[[], None]) -> None:
        self._desk = desk
        self._put = put
        self._unfold_quotes = unfold_quotes
        self._field: FindField | None = None

    def deeds(self) -> Deeds:
        """The actions of this group."""
        return {
            "find": self._begin,
            "find_next": partial(self._go_on, 1),
            "find_previous": partial(self._go_on, -1),
        }

    @property
    def is_typing(self) -> bool:
        """Whether the field has the focus."""
        return self._field is not None and self._desk.app.focused is self._field

    @property
    def words(self) -> str:
        """Where in what was found the reader stands, for its title; empty where nothing is looked for."""
        finding = self._desk.reader.finding
        if not finding.words:
            return ""
        return f"“{finding.words}” {finding.words_of_place or 'not found'}"

    def typed(self) -> None:
        """Other words stand in the field."""
        if self._field is not None and self._field.display:
            self._desk.reader.find(self._field.value)
            self._desk.change(self._desk.session.state)

    def press(self, event: events.Key) -> None:
        """A key that the field left over: Enter and the arrows go back to the message, Esc ends it all."""
        if event.key == "escape":
            event.stop()
            self.end()
            self._desk.focus_pane(self._desk.reader)
        elif event.key in {"enter", "down", "up", "tab"}:
            event.stop()
            event.prevent_default()
            self.submitted()

    def submitted(self) -> None:
        """The words are what was wanted: back to the message, where the next one is a key away."""
        if self._field is None:
            return
        self._field.display = False
        found = self._desk.reader.finding
        self._desk.focus_pane(self._desk.reader)
        if found.words and not found.hits:
            self._desk.tell(f"“{found.words}” is not in what is shown here.")
            self.end()
        elif not found.words:
            self.end()

    def end(self) -> bool:
        """Mark nothing any more; False if nothing was looked for."""
        if self._field is not None:
            self._field.display = False
        had = bool(self._desk.reader.finding.words)
        if had:
            self._desk.reader.end_find()
            self._desk.change(self._desk.session.state)
        return had

    def _begin(self) -> None:
        reading = self._desk.session.state.reading
        if reading is None or (reading.message is None and reading.source is None):
            self._desk.tell("There is no message to look into.")
            return
        if self._field is None:
            self._field = FindField()
            self._put(self._field)
        self._unfold_quotes()
        self._field.value = ""
        self._field.display = True
        self._desk.focus_pane(self._field)

    def _go_on(self, by: int) -> None:
        finding = self._desk.reader.finding
        if not finding.words:
            self._begin()
        elif not finding.hits:
            self._desk.tell(f"“{finding.words}” is not in what is shown here.")
        else:
            self._desk.reader.next_hit(by)
            self._desk.change(self._desk.session.state)
