"""Cursor, marks and scrolling."""

from functools import partial

from tuimail.ui.actions import BY_NAME
from tuimail.ui.fit import plural
from tuimail.ui.screens.deeds.desk import Deeds, Desk


class Moving:
    """Moves in list, folders and reader; asks the engine for nothing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def deeds(self) -> Deeds:
        """The actions of this group."""
        desk = self._desk
        return {
            "list_down": partial(desk.messages.move, 1),
            "list_up": partial(desk.messages.move, -1),
            "previous_hit": partial(desk.messages.move, -1),
            "list_page_down": partial(self._page, 1.0),
            "list_page_up": partial(self._page, -1.0),
            "list_half_down": partial(self._page, 0.5),
            "list_half_up": partial(self._page, -0.5),
            "list_first": partial(self._to, 0),
            "list_last": partial(self._to, -1),
            "next_unread": self._next_unread,
            "mark": desk.messages.mark,
            "mark_range": self._mark_range,
            "mark_all": self._mark_all,
            "folder_down": partial(desk.folders.move, 1),
            "folder_up": partial(desk.folders.move, -1),
            "folder_first": partial(self._to_folder, 0),
            "folder_last": partial(self._to_folder, -1),
            "scroll_line_down": partial(desk.reader.scroll_lines, 1),
            "scroll_line_up": partial(desk.reader.scroll_lines, -1),
            "scroll_page_down": partial(self._scroll, 1.0),
            "scroll_page_up": partial(self._scroll, -1.0),
            "scroll_half_down": partial(self._scroll, 0.5),
            "scroll_half_up": partial(self._scroll, -0.5),
            "scroll_top": self._scroll_top,
            "scroll_bottom": desk.reader.scroll_to_end,
        }

    def _page(self, pages: float) -> None:
        messages = self._desk.messages
        messages.move(int(messages.page * pages) or (1 if pages > 0 else -1))

    def _to(self, place: int) -> None:
        messages = self._desk.messages
        messages.cursor = place if place >= 0 else messages.count - 1

    def _to_folder(self, place: int) -> None:
        folders = self._desk.folders
        folders.cursor = place if place >= 0 else folders.count - 1

    def _scroll(self, pages: float) -> None:
        reader = self._desk.reader
        reader.scroll_lines(int(reader.page_lines * pages))

    def _scroll_top(self) -> None:
        self._desk.reader.scroll_to(y=0, animate=False)

    def _next_unread(self) -> None:
        messages = self._desk.messages
        if self._desk.session.state.query:
            messages.move(1)
        else:
            messages.seek_unread()

    def _mark_range(self) -> None:
        key = self._desk.session.keymap.shown(BY_NAME["mark_range"].name)
        if self._desk.messages.toggle_range():
            self._desk.tell(f"Marking what you pass; {key} ends it.")
        else:
            self._tell_marked()

    def _mark_all(self) -> None:
        self._desk.messages.mark_all()
        self._tell_marked()

    def _tell_marked(self) -> None:
        marked = len(self._desk.messages.marks)
        self._desk.tell(f"{plural(marked, 'message')} marked." if marked else "No message is marked.")
