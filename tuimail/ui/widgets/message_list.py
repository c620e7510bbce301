"""The list of messages: ids only, rows fetched as they come into view, lines drawn from caches."""

from array import array
from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.message import Message as UIMessage
from textual.strip import Strip

from tuimail.domain.ids import RowId
from tuimail.domain.message import Envelope
from tuimail.ui.widgets.line_list import LineList
from tuimail.ui.widgets.rows import NARROW, Piece, RowLook, placeholder, row_lines

CACHE = 2_000
"""Envelopes and lines kept; a screen shows at most some hundred."""
WINDOW = 120
"""Rows asked for at once."""
SEEK = 500
"""Rows asked for at once while an unread one is looked for."""


class MessageList(LineList):
    """Shows a hundred thousand messages as fast as ten; the cursor stays on its message, whatever comes or goes."""

    DEFAULT_CSS = """
    MessageList {
        background: $background;
        & > .row--cursor { background: $selection; }
        & > .row--blurred { background: $panel; }
        & > .row--bar { color: $accent; text-style: bold; }
        & > .row--muted { color: $muted; }
        & > .row--unread { text-style: bold; }
        & > .row--sign { color: $accent; }
        & > .row--star { color: $warning; }
        & > .row--mark { color: $warning; text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "row--cursor",
        "row--blurred",
        "row--bar",
        "row--muted",
        "row--unread",
        "row--sign",
        "row--star",
        "row--mark",
    }

    class RowsWanted(UIMessage):
        """Rows came into view whose envelopes are not here."""

        def __init__(self, rows: tuple[RowId, ...]) -> None:
            super().__init__()
            self.rows = rows

    class NoUnread(UIMessage):
        """There is no unread row below the cursor."""

    class Moved(UIMessage):
        """The cursor is on another row."""

    class Opened(UIMessage):
        """The row under the cursor was double-clicked."""

    def __init__(self, *, clock: Callable[[], datetime], zone: tzinfo, id: str | None = None) -> None:  # noqa: A002 (Textual's word)
        super().__init__(id=id)
        self.rows: array[int] = array("q")
        self.marked: frozenset[RowId] = frozenset()
        self.shows_recipients = False
        self._clock, self._zone = clock, zone
        self._envelopes: LRUCache[int, tuple[int, Envelope]] = LRUCache(CACHE)
        self._strips: LRUCache[tuple[object, ...], Strip] = LRUCache(CACHE)
        self._asked: set[int] = set()
        self._version = 0
        self._range_from: int | None = None
        self._seeking: int | None = None
        self._sought: frozenset[int] = frozenset()

    # Data

    def show(self, rows: "array[int]", *, keep_cursor: bool) -> None:
        """Another list, or the same one after news: then the cursor stays on its message, or where that stood."""
        current = self.current
        self._asked.clear()
        self._seeking = None
        self.rows = rows
        if keep_cursor and current is not None:
            place = self._place_of(current)
            before = self.cursor
            self.resize_rows(len(rows))
            if place is not None:
                self._follow(before, place)
        else:
            self._range_from = None
            self.marked = frozenset()
            self.resize_rows(len(rows))
            self.set_reactive(LineList.cursor, 0)
            self.scroll_to(y=0, animate=False)
        present = self.marked
        if present:
            self.marked = present.intersection(rows)
        self.refresh()
        self._want_rows()

    def put(self, envelopes: Iterable[Envelope]) -> None:
        """Keep envelopes and repaint those in view."""
        arrived: set[int] = set()
        for envelope in envelopes:
            known = self._envelopes.get(envelope.row)
            if known is None or known[1] != envelope:
                self._version += 1
                # Textual's cache keeps the old value of a key that is set again.
                self._envelopes.discard(envelope.row)
                self._envelopes[envelope.row] = (self._version, envelope)
                arrived.add(envelope.row)
        for place in self._visible():
            if self.rows[place] in arrived:
                self.refresh_row(place)
        if self._seeking is not None and not self._sought.isdisjoint(arrived):
            self._seek(self._seeking)

    def envelope(self, row: RowId) -> Envelope | None:
        """What is known here of a row."""
        known = self._envelopes.get(row)
        return known[1] if known else None

    @property
    def current(self) -> RowId | None:
        """The row under the cursor."""
        return RowId(self.rows[self.cursor]) if 0 <= self.cursor < len(self.rows) else None

    @property
    def chosen(self) -> tuple[RowId, ...]:
        """What an action is for: the marked rows in their order, otherwise the one under the cursor."""
        if self.marked:
            return tuple(RowId(row) for row in self.rows if row in self.marked)
        current = self.current
        return (current,) if current is not None else ()

    def select(self, row: RowId) -> None:
        """Put the cursor on a message, if it is in the list."""
        place = self._place_of(row)
        if place is not None:
            self.cursor = place

    # Marks

    def mark(self) -> None:
        """Mark or unmark the row under the cursor, and move on."""
        current = self.current
        if current is not None:
            self.marked ^= {current}
            self.refresh_row(self.cursor)
            self.move(1)

    def mark_all(self) -> None:
        """Mark all rows, or none if any is marked."""
        self.marked = frozenset() if self.marked else frozenset(RowId(row) for row in self.rows)
        self._range_from = None
        self.refresh()

    def clear_marks(self) -> bool:
        """Take all marks away; False if there was none."""
        had = bool(self.marked) or self._range_from is not None
        self.marked, self._range_from = frozenset(), None
        if had:
            self.refresh()
        return had

    def toggle_range(self) -> bool:
        """Begin marking whatever the cursor passes, or end it; True while it goes on."""
        self._range_from = self.cursor if self._range_from is None else None
        if self._range_from is not None:
            self._mark_range()
        return self._range_from is not None

    @property
    def is_ranging(self) -> bool:
        """Whether moving marks."""
        return self._range_from is not None

    def seek_unread(self) -> None:
        """Put the cursor on the next unread row, asking for rows on the way; ``NoUnread`` if there is none."""
        self._sought = frozenset()
        self._seek(self.cursor + 1)

    def _seek(self, start: int) -> None:
        self._seeking = None
        for place in range(start, len(self.rows)):
            row = self.rows[place]
            known = self._envelopes.get(row)
            if known is not None and known[1].is_unread:
                self.cursor = place
                return
            # What was asked for and did not come is gone from the store.
            if known is None and row not in self._sought:
                self._sought = frozenset(self.rows[place : place + SEEK])
                self._seeking = place
                self.post_message(self.RowsWanted(tuple(RowId(row) for row in self._sought)))
                return
        self.post_message(self.NoUnread())

    # Drawing

    @property
    def lines_per_row(self) -> int:
        """Two lines where one would be too narrow for sender, subject and date."""
        return 2 if self.size.width < NARROW else 1

    def draw(self, row: int, line: int, width: int) -> Strip:
        """From the cache, or drawn anew; everything a line depends on is in its key."""
        number = self.rows[row]
        known = self._envelopes.get(number)
        at_cursor = row == self.cursor
        now = self._clock()
        key = (
            number,
            known[0] if known else 0,
            line,
            width,
            at_cursor,
            self.has_focus,
            number in self.marked,
            self.shows_recipients,
            now.date(),
            self.style_of(""),
        )
        strip = self._strips.get(key)
        if strip is None:
            look = RowLook(
                at_cursor=at_cursor,
                marked=number in self.marked,
                recipients=self.shows_recipients,
                now=now,
                zone=self._zone,
            )
            two = self.lines_per_row > 1
            lines = row_lines(known[1], look, width, two=two) if known else placeholder(look, width, two=two)
            strip = self._strip(lines[line], width, at_cursor=at_cursor)
            self._strips[key] = strip
        return strip

    def _strip(self, pieces: tuple[Piece, ...], width: int, *, at_cursor: bool) -> Strip:
        base = self.style_of("")
        if at_cursor:
            behind = self.style_of("row--cursor" if self.has_focus else "row--blurred")
            base += Style(bgcolor=behind.bgcolor)
        segments = []
        for text, names in pieces:
            style = base
            for name in names:
                part = self.style_of(name)
                style += Style(color=part.color if name != "row--unread" else None, bold=part.bold or None)
            segments.append(Segment(text, style))
        return Strip(segments).adjust_cell_length(width, base)

    # Keeping up

    def watch_cursor(self, before: int, after: int) -> None:
        """Repaint, and mark what was passed while a range is being marked."""
        self._seeking = None
        if self._range_from is not None:
            self._mark_range()
        super().watch_cursor(before, after)
        self.post_message(self.Moved())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for what came into view."""
        super().watch_scroll_y(old_value, new_value)
        self._want_rows()

    def on_resize(self) -> None:
        """Only what is seen is drawn again; the cursor stays in sight."""
        self.resize_rows(len(self.rows))
        self.show_cursor_row()
        self._want_rows()

    def opened(self) -> None:
        """Tell the screen that the row was double-clicked."""
        self.post_message(self.Opened())

    def _mark_range(self) -> None:
        start, end = sorted((self._range_from or 0, self.cursor))
        self.marked |= {RowId(row) for row in self.rows[start : end + 1]}
        self.refresh()

    def _place_of(self, row: RowId) -> int | None:
        try:
            return self.rows.index(row)
        except ValueError:
            return None

    def _follow(self, before: int, place: int) -> None:
        """The cursor's message stands elsewhere now: keep it on the same line of the screen where possible."""
        offset = round(self.scroll_target_y) + (place - before) * self.lines_per_row
        self.set_reactive(LineList.cursor, place)
        if place != before and round(self.scroll_target_y) > 0:
            self.scroll_to(y=max(0, offset), animate=False)
        self.call_after_refresh(self.show_cursor_row)

    def _visible(self) -> range:
        first = max(0, self.scroll_offset.y // self.lines_per_row)
        return range(min(first, self.count), min(self.count, first + self.page + 2))

    def _want_rows(self) -> None:
        visible = self._visible()
        if all(self.rows[place] in self._envelopes or self.rows[place] in self._asked for place in visible):
            return
        start = max(0, visible.start - WINDOW // 4)
        wanted = [
            row
            for row in self.rows[start : visible.start + WINDOW]
            if row not in self._envelopes and row not in self._asked
        ]
        self._asked.update(wanted)
        self.post_message(self.RowsWanted(tuple(RowId(row) for row in wanted)))
