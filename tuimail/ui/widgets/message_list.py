"""The list of messages: ids only, rows fetched as they come into view, lines drawn from caches."""

from array import array
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, tzinfo
from itertools import filterfalse
from typing import ClassVar, cast

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.message import Message as UIMessage
from textual.strip import Strip

from tuimail.config.columns import DEFAULT_COLUMNS, Column
from tuimail.domain.ids import MailboxId, RowId
from tuimail.domain.listing import ListView, ThreadPlace
from tuimail.domain.mailbox import Mailbox
from tuimail.domain.message import Envelope
from tuimail.ui.conversations import Places, Threads
from tuimail.ui.fit import plural
from tuimail.ui.still import Still
from tuimail.ui.widgets.line_list import LineList
from tuimail.ui.widgets.marks import Marks
from tuimail.ui.widgets.origins import Origins, origins
from tuimail.ui.widgets.row_cache import CACHE, NO_PLACES, Known, RowCache
from tuimail.ui.widgets.rows import NARROW, Piece, RowLook, placeholder, row_lines

HOLD_S = 0.04
"""So long the screen stays as it was for rows that are on their way."""
WINDOW = 120
"""Rows asked for at once."""
COUNTED = 500
"""So many marked conversations are counted by their messages."""
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
        & > .row--thread { color: $accent; }
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
        "row--thread",
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
        self.marks = Marks()
        self.shows_recipients = False
        self.columns: tuple[Column, ...] = DEFAULT_COLUMNS
        self.folder = ""
        self._origins = Origins()
        self.lost: RowId | None = None
        """The message that the cursor was on, where the list no longer has it; until the cursor is moved."""
        self._view, self._apart = ListView(), cast("Threads", {})
        self._clock, self._zone = clock, zone
        self._known = RowCache()
        self._strips: LRUCache[tuple[object, ...], Strip] = LRUCache(CACHE)
        self._looks: dict[tuple[str, tuple[str, ...]], Style] = {}
        self._lines_per_row = 2
        self._begins = False
        """The list was begun before it had a size to show its cursor in."""
        self._still = Still(self, at_most_s=HOLD_S)
        self._asked: set[int] = set()
        self._seeking: int | None = None
        self._sought: frozenset[int] = frozenset()

    # Data

    def show(self, rows: "array[int]", *, keep_cursor: bool, begin_at: RowId | None = None) -> None:
        """Another list, beginning at a row; or the same one after news: the cursor stays on its message, or goes to
        the next one that is left."""
        current = self.current if keep_cursor else None
        self._asked.clear()
        self._seeking = None
        before, old, self.rows = self._in_view(), self.rows, rows
        if current is None:
            self._begin(begin_at)
        else:
            self._go_on_at(current, old)
        # While older messages are fetched the list grows twice a second, far below what is in view.
        if self._in_view() != before:
            self.refresh()
        self._want_rows()

    def _begin(self, row: RowId | None) -> None:
        """A list of which nothing was shown yet."""
        place = (self._place_of(row) if row is not None else None) or 0
        self.marks.clear()
        self.set_reactive(LineList.cursor, place)
        self.resize_rows(len(self.rows))
        self._begins = not self.size
        self._show_middle(place)

    def _show_middle(self, place: int) -> None:
        """Scroll to the top, or so that there are as many rows above the place as below."""
        top = 0 if place < self.page else place - self.page // 2
        self.scroll_to(y=top * self.lines_per_row, animate=False)

    def _go_on_at(self, current: RowId, old: "array[int]") -> None:
        before, lost = self.cursor, self.lost
        place = self._place_of(lost) if lost is not None else None
        if place is None:
            place, lost = self._place_of(current), lost or current
        if place is None:
            place = self._next_left(before, old)
        self.resize_rows(len(self.rows), is_seen=False)
        self.marks.keep(self.rows)
        self._follow(before, place)
        self.lost = None if self.rows and self.rows[place] == lost else lost

    def _next_left(self, before: int, old: "array[int]") -> int:
        """The place of what came after the cursor and is still here; where nothing is, the last one."""
        behind = old[before + 1 :]
        if behind and (place := Places(self.rows).of(behind[0])) is not None:
            return place
        # Many have gone, and the rows between may be as many.
        here = set(self.rows)
        following = next(filter(here.__contains__, behind), None)
        return self.rows.index(following) if following is not None else max(0, len(self.rows) - 1)

    def show_as(self, view: ListView, apart: Threads) -> None:
        """How the rows stand in conversations, and which of these stand otherwise than the view says."""
        if view.is_threaded != self._view.is_threaded:
            self._asked.clear()
        if (view, apart) != (self._view, self._apart):
            self._view, self._apart = view, apart
            self.refresh()

    def show_origin(
        self,
        mailbox: MailboxId | None,
        mailboxes: tuple[Mailbox, ...],
        remote: "array[int]",
        *,
        accounts: tuple[str, ...] = (),
    ) -> None:
        """Which mailbox is open, how others are called, which rows the server alone found, whose the rows are."""
        known = self._origins
        is_same = (mailbox, accounts) == (known.mailbox, known.accounts) and mailboxes is known.mailboxes
        if is_same and len(remote) == len(known.remote):
            return
        self._origins = origins(mailbox, mailboxes, frozenset(remote), accounts=accounts)
        self.refresh()

    def put(self, envelopes: Iterable[Envelope], places: Mapping[int, ThreadPlace] = NO_PLACES) -> None:
        """Keep what is known of rows and repaint those in view."""
        arrived = self._known.put(envelopes, places)
        if not arrived:
            return
        self._still.release()
        for place in self._visible():
            if self.rows[place] in arrived:
                self.refresh_row(place)
        if self._seeking is not None and not self._sought.isdisjoint(arrived):
            self._seek(self._seeking)

    def forget(self) -> None:
        """Nothing is known of any row: the numbers are another account's."""
        self._known = RowCache()
        self._strips.clear()
        self._asked.clear()

    def doubt(self) -> None:
        """More changed than was told: what is here is shown until it was asked for again."""
        self._known.doubt()
        self._asked.clear()
        self._want_rows()

    def envelope(self, row: RowId) -> Envelope | None:
        """What is known here of a row."""
        return self._known[row].envelope

    def place(self, row: RowId) -> ThreadPlace | None:
        """How a row stands in its conversation, where the list has conversations and it is known."""
        return self._known[row].place if self._view.is_threaded else None

    def is_folded(self, row: RowId) -> bool:
        """Whether the row stands for a whole conversation."""
        return self._is_folded(row, self._known[row])

    def _is_folded(self, row: int, known: Known) -> bool:
        place = known.place
        if not self._view.is_threaded or place is None or place.count == 1 or place.head != row:
            return False
        return (row in self._apart) == self._view.is_unfolded

    @property
    def current(self) -> RowId | None:
        """The row under the cursor."""
        return RowId(self.rows[self.cursor]) if 0 <= self.cursor < len(self.rows) else None

    @property
    def chosen(self) -> tuple[RowId, ...]:
        """What an action is for: the marked rows in their order, otherwise the one under the cursor."""
        if self.marks:
            return self.marks.in_order(self.rows)
        current = self.current
        return (current,) if current is not None else ()

    def standing_for_more(self, rows: tuple[RowId, ...]) -> tuple[RowId, ...]:
        """Those of the rows that stand for their whole conversation."""
        if not self._view.is_threaded:
            return ()
        if self._view.is_unfolded:
            return tuple(row for row in rows if row in self._apart) if self._apart else ()
        single = {message for messages in self._apart.values() for message in messages}
        return tuple(filterfalse(single.__contains__, rows)) if single else rows

    @property
    def chosen_words(self) -> str:
        """How many messages an action is for, where these are several: ``14``, or ``1,200 conversations``."""
        if not self._view.is_threaded:
            return f"{len(self.marks):,}" if self.marks else ""
        if len(self.marks) > COUNTED:
            return plural(len(self.marks), "conversation")
        if self.marks:
            return f"{sum(self._weight(row) for row in self.marks):,}"
        weight = self._weight(self.current) if self.current is not None else 0
        return f"{weight:,}" if weight > 1 else ""

    def _weight(self, row: int) -> int:
        """The messages that a row stands for, as far as that is known."""
        known = self._known[row]
        return known.place.count if known.place is not None and self._is_folded(row, known) else 1

    def known_of(self, rows: tuple[RowId, ...]) -> list[Envelope]:
        """What is known of these; of a hundred thousand only what was in view."""
        wanted = frozenset(rows)
        return [envelope for envelope in self._known.envelopes() if envelope.row in wanted]

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
            self.marks.toggle(current)
            self.refresh_row(self.cursor)
            self.move(1)

    def mark_all(self) -> None:
        """Mark all rows, or none if any is marked."""
        self.marks.toggle_all(self.rows)
        self.refresh()

    def clear_marks(self) -> bool:
        """Take all marks away; False if there was none."""
        had = self.marks.clear()
        if had:
            self.refresh()
        return had

    def toggle_range(self) -> bool:
        """Begin marking whatever the cursor passes, or end it; True while it goes on."""
        goes_on = self.marks.toggle_range(self.cursor, self.rows)
        self.refresh_row(self.cursor)
        return goes_on

    def seek_unread(self) -> None:
        """Put the cursor on the next unread row, asking for rows on the way; ``NoUnread`` if there is none."""
        self._sought = frozenset()
        self._seek(self.cursor + 1)

    def _seek(self, start: int) -> None:
        self._seeking = None
        for place in range(start, len(self.rows)):
            row = self.rows[place]
            known = self._known[row].envelope
            if known is not None and known.is_unread:
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
        return self._lines_per_row

    def draw(self, row: int, line: int, width: int) -> Strip:
        """From the cache, or drawn anew; everything a line depends on is in its key."""
        number = self.rows[row]
        known = self._known[number]
        at_cursor = row == self.cursor
        now = self._clock()
        marked, folded = number in self.marks, self._is_folded(number, known)
        origin = self._origins.of(known.envelope) if known.envelope else ""
        key = (
            number,
            known.version,
            line,
            self._lines_per_row,
            width,
            at_cursor,
            self.has_focus,
            marked,
            folded,
            self._view.is_threaded,
            self.shows_recipients,
            origin,
            now.date(),
            self.style_of(""),
        )
        strip = self._strips.get(key)
        if strip is None:
            look = RowLook(
                at_cursor=at_cursor,
                marked=marked,
                recipients=self.shows_recipients,
                now=now,
                zone=self._zone,
                columns=self.columns,
                folder=self.folder,
                origin=origin,
                place=known.place if self._view.is_threaded else None,
                is_folded=folded,
            )
            two = self.lines_per_row > 1
            envelope = known.envelope
            lines = row_lines(envelope, look, width, two=two) if envelope else placeholder(look, width, two=two)
            strip = self._strip(lines[line], width, at_cursor=at_cursor)
            self._strips[key] = strip
        return strip

    def _strip(self, pieces: tuple[Piece, ...], width: int, *, at_cursor: bool) -> Strip:
        behind = ("row--cursor" if self.has_focus else "row--blurred") if at_cursor else ""
        segments: list[Segment] = []
        for text, names in pieces:
            # Blanks have no colour: side by side they are one piece, and a fifth fewer bytes go to the terminal.
            style = self._look(() if text.isspace() else names, behind)
            if segments and segments[-1].style is style:
                segments[-1] = Segment(segments[-1].text + text, style)
            else:
                segments.append(Segment(text, style))
        return Strip(segments).adjust_cell_length(width, self._look((), behind))

    def _look(self, names: tuple[str, ...], behind: str) -> Style:
        known = self._looks.get((behind, names))
        if known is not None:
            return known
        style = self.style_of("")
        if behind:
            style += Style(bgcolor=self.style_of(behind).bgcolor)
        for name in names:
            part = self.style_of(name)
            style += Style(color=part.color if name != "row--unread" else None, bold=part.bold or None)
        self._looks[behind, names] = style
        return style

    def notify_style_update(self) -> None:
        """Colours are another theme's, or the focus came or went."""
        super().notify_style_update()
        self._looks.clear()

    # Keeping up

    def watch_cursor(self, before: int, after: int) -> None:
        """Repaint, and mark what was passed while a range is being marked."""
        self._seeking = self.lost = None
        if self.marks.is_ranging and before < len(self.rows):
            passed = self.marks.passed(before, after, self.rows)
            for place in self._visible():
                if place in passed:
                    self.refresh_row(place)
        super().watch_cursor(before, after)
        self.post_message(self.Moved())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for what came into view."""
        super().watch_scroll_y(old_value, new_value)
        self._want_rows()

    def on_resize(self) -> None:
        """Only what is seen is drawn again; the cursor stays in sight."""
        self._lines_per_row = 2 if self.size.width < NARROW else 1
        self.resize_rows(len(self.rows))
        if self._begins:
            self._begins = False
            self._show_middle(self.cursor)
        self.show_cursor_row()
        self._want_rows()

    def opened(self) -> None:
        """Tell the screen that the row was double-clicked."""
        self.post_message(self.Opened())

    def _place_of(self, row: RowId) -> int | None:
        # Most often it stands where it stood, or near.
        if self.cursor < len(self.rows) and self.rows[self.cursor] == row:
            return self.cursor
        return Places(self.rows).of(row)

    def _follow(self, before: int, place: int) -> None:
        """The cursor's message stands elsewhere now: keep it on the same line of the screen where possible."""
        offset = round(self.scroll_target_y) + (place - before) * self.lines_per_row
        self.set_reactive(LineList.cursor, place)
        if place != before and round(self.scroll_target_y) > 0:
            self.scroll_to(y=max(0, offset), animate=False)
        self.call_after_refresh(self.show_cursor_row)

    def _in_view(self) -> tuple[int, list[int]]:
        """The cursor and the rows on the screen, which are not the ones to be forgotten first."""
        rows = self.rows[self._visible().start : self._visible().stop].tolist()
        for row in rows:
            self._known.touch(row)
        return (self.cursor, rows)

    def _visible(self) -> range:
        first = max(0, self.scroll_offset.y // self.lines_per_row)
        return range(min(first, self.count), min(self.count, first + self.page + 2))

    def _want_rows(self) -> None:
        """Ask for rows a page before they come into view, so that they are drawn once and not twice."""
        visible = self._visible()
        first, last = max(0, visible.start - self.page), min(self.count, visible.stop + self.page)
        if not self._missing(self.rows[first:last]):
            return
        start = max(0, visible.start - WINDOW // 2)
        wanted = self._missing(self.rows[start : max(last, start + WINDOW)])
        if len(wanted) and all(self._known[row].envelope is None for row in self.rows[visible.start : visible.stop]):
            # A jump to rows of which none is here: they come within some milliseconds.
            self._still.hold()
        self._asked.update(wanted)
        self.post_message(self.RowsWanted(wanted))

    def _missing(self, rows: "array[int]") -> tuple[RowId, ...]:
        threaded = self._view.is_threaded
        return tuple(
            RowId(row) for row in rows if row not in self._asked and not self._known.has(row, threaded=threaded)
        )
