"""The open list narrowed to what matches, while one types, in the search field."""

from msgspec.structs import replace
from textual import events
from textual.timer import Timer

from tuimail.ui.screens.deeds.desk import Deeds
from tuimail.ui.screens.deeds.ordering import Ordering
from tuimail.ui.screens.deeds.searching import SearchDesk, Searching

WAIT_S = 0.05
"""After a letter, before the list is asked for: letters that come closer together are one burst."""
HINT = "show only what matches, such as from:mara is:unread"


class Narrowing:
    """Has the search field while it is active; words that mean nothing are told under it, as those of a search."""

    def __init__(self, desk: SearchDesk, ordering: Ordering, searching: Searching) -> None:
        self._desk = desk
        self._ordering = ordering
        self._searching = searching
        self._timer: Timer | None = None
        self._hint_of_search = ""
        self._has_field = False

    def deeds(self) -> Deeds:
        """The actions of this group."""
        return {"narrow": self._begin}

    @property
    def is_active(self) -> bool:
        """Whether the field is for narrowing, not for a search."""
        return self._has_field

    def typed(self) -> None:
        """Other words stand in the field."""
        self._stop_timer()
        self._timer = self._desk.field.set_timer(WAIT_S, self._take)

    def submitted(self) -> None:
        """To the narrowed list."""
        self._take()
        self._leave()

    def press(self, event: events.Key) -> None:
        """A key while the field has the focus."""
        if event.key in {"escape", "down"}:
            event.stop()
            if event.key == "escape":
                self.end()
            else:
                self.submitted()

    def end(self) -> bool:
        """Show all again; False if all is shown."""
        was_active = self._has_field
        if was_active:
            self._leave()
        state = self._desk.session.state
        if state.hits.trouble is not None:
            self._desk.change(replace(state, hits=replace(state.hits, trouble=None)))
        if not state.wanted_view.narrow:
            return was_active
        self._ordering.show_in(replace(state.wanted_view, narrow=""))
        return True

    def _begin(self) -> None:
        """In the hits of a search, more words are searched for."""
        state, field = self._desk.session.state, self._desk.field
        if state.query:
            self._searching.begin()
        elif state.mailbox is not None:
            self._has_field = True
            self._hint_of_search, field.placeholder = field.placeholder, HINT
            field.value = state.wanted_view.narrow
            field.cursor_position = len(field.value)
            field.display = True
            self._desk.focus_pane(field)

    def _take(self) -> None:
        self._stop_timer()
        words = self._desk.field.value.strip()
        self._ordering.show_in(replace(self._desk.session.state.wanted_view, narrow=words))

    def _leave(self) -> None:
        self._stop_timer()
        self._has_field = False
        field = self._desk.field
        field.display = False
        field.clear()
        field.placeholder = self._hint_of_search
        self._desk.focus_pane(self._desk.messages)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
