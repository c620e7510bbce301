"""The open list narrowed to what matches, while one types."""

from collections.abc import Callable

from msgspec.structs import replace

from tuimail.api.events import Event, ListLoaded
from tuimail.ui.screens.deeds.desk import Deeds, Desk
from tuimail.ui.screens.deeds.ordering import Ordering
from tuimail.ui.state import Slot
from tuimail.ui.widgets.narrow_field import NarrowField


class Narrowing:
    """Shows the field over the list and asks for the list as its words say."""

    def __init__(self, desk: Desk, ordering: Ordering, *, search: Callable[[], None]) -> None:
        """``search``: where the hits of a search are shown, these are narrowed by searching for more words."""
        self._desk = desk
        self._ordering = ordering
        self._search = search
        self._field: NarrowField | None = None

    def deeds(self) -> Deeds:
        """The actions of this group."""
        return {"narrow": self._begin}

    @property
    def has_focus(self) -> bool:
        """Whether the keys go to the field."""
        return self._field is not None and self._field.has_focus_within

    def take(self, words: str) -> None:
        """Other words were typed; none shows all."""
        self._ordering.show_in(replace(self._desk.session.state.wanted_view, narrow=words))

    def leave(self, *, is_over: bool) -> None:
        """Back to the list."""
        if is_over:
            self.end()
        self._desk.focus_pane(self._desk.messages)

    def end(self) -> bool:
        """Show all again; False if all is shown."""
        if self._field is not None:
            self._field.display = False
        state = self._desk.session.state
        if state.hits.trouble is not None:
            self._desk.change(replace(state, hits=replace(state.hits, trouble=None)))
        if not state.wanted_view.narrow:
            return False
        self.take("")
        return True

    def hear(self, event: Event) -> None:
        """Another folder is open, with a list of its own."""
        if self._field is None:
            return
        waiting = self._desk.session.state.waiting.get(Slot.LIST)
        match event:
            case ListLoaded(command=number) if number == waiting:
                self._field.display = self._field.display and (self.has_focus or bool(event.view.narrow))
            case _:
                pass

    def _begin(self) -> None:
        state = self._desk.session.state
        if state.query:
            self._search()
        elif state.mailbox is None:
            return
        elif self._field is None:
            self._field = NarrowField(state.wanted_view.narrow)
            self._desk.put_over_list(self._field)
        else:
            self._field.begin(state.wanted_view.narrow)
