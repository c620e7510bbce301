"""The reader: a page of lines drawn by the line API, scrolled without animation, its text selectable."""

from collections.abc import Callable, Iterator
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message as UIMessage
from textual.selection import Selection
from textual.strip import Strip

from tuimail.domain.body import Style as Look
from tuimail.domain.ids import RowId
from tuimail.ui.find import NO_FINDING, Finding
from tuimail.ui.layout import Line, Run, Tone, as_read
from tuimail.ui.page import Page, Section
from tuimail.ui.widgets.lines import Lines

MARGIN = 2
"""Cells left of the text."""
SCROLLBAR = 1
MARK = "▌ "

MakePage = Callable[[int], Page]
"""The page for a width."""


class Place(NamedTuple):
    """The line at the top of the screen, by its message, so that it stays there whatever changes elsewhere."""

    line: int
    row: RowId | None
    offset: int
    length: int


class MessageView(Lines, inherit_bindings=False):
    """Shows a page; asks for it again when the width changes."""

    DEFAULT_CSS = """
    MessageView {
        background: $background;
        & > .page--header { background: $surface; }
        & > .page--heading { color: $primary; text-style: bold; }
        & > .page--warning { color: $warning; text-style: bold; }
        & > .page--muted { color: $muted; }
        & > .page--code { color: $foreground; }
        & > .page--link { color: $accent; }
        & > .page--rule { color: $line; }
        & > .page--quote1 { color: $accent; }
        & > .page--quote2 { color: $success; }
        & > .page--quote3 { color: $warning; }
        & > .page--mark { color: $accent; text-style: bold; }
        & > .page--found { background: $selection; }
        & > .page--hit { color: $background; background: $warning; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "page--header",
        "page--mark",
        "page--found",
        "page--hit",
        *(f"page--{tone.value}" for tone in Tone if tone is not Tone.TEXT),
    }

    class Scrolled(UIMessage):
        """The person scrolled."""

    class Clicked(UIMessage):
        """A message was clicked, or a link in it."""

        def __init__(self, row: RowId, link: int | None) -> None:
            super().__init__()
            self.row = row
            self.link = link

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's word)
        super().__init__(id=id)
        self.shows_targets = False
        """Whether the terminal is told where links lead (OSC 8)."""
        self.order: Callable[[Line], Line] = as_read
        """Puts a line in the order in which it is drawn."""
        self._make: MakePage = _empty
        self._page = Page()
        self._room = 0
        self._is_moved = False
        """The page moves by itself, and nobody scrolls."""
        self._finding = NO_FINDING
        self._styles: dict[tuple[Tone, Look, bool], Style] = {}
        self._strips: dict[tuple[int, int], Strip] = {}

    def show(self, make: MakePage, *, keep_place: bool = False) -> None:
        """Another page, from the top unless told to stay."""
        place = self._place if keep_place else None
        self._make = make
        self._lay_out()
        self._go_to(self._line_of(place) if place is not None else 0)

    @property
    def page(self) -> Page:
        """What is shown."""
        return self._page

    # Scrolling

    def scroll_lines(self, lines: int) -> None:
        """Scroll at once, down for positive numbers."""
        self.scroll_to(y=self.scroll_target_y + lines, animate=False)

    def scroll_to_end(self) -> None:
        """Show the end at once."""
        self.scroll_to(y=self.max_scroll_y, animate=False)

    def bring(self, row: RowId) -> None:
        """Have a message in sight: whole where it fits, otherwise from its beginning."""
        span = self._page.span(row)
        if span is not None and not (self.top <= span.start and span.stop <= self.top + self.height):
            first = self._page.sections[0]
            # Right below the title, that stays in sight too.
            self._go_to(0 if first.row is None and span.start == len(first.lines) else span.start)

    def bring_line(self, number: int) -> None:
        """Have a line in sight, with some before it."""
        if not self.top <= number < self.top + self.height:
            self._go_to(number - self.height // 3)

    @property
    def top(self) -> int:
        """The first line in sight."""
        return round(self.scroll_target_y)

    @property
    def height(self) -> int:
        """The lines in sight."""
        return self.scrollable_content_region.height

    @property
    def page_lines(self) -> int:
        """Lines of a page, less two that stay for the eye."""
        return max(1, self.height - 2)

    @property
    def rows_in_sight(self) -> list[RowId]:
        """The messages of which something is to be seen, from the top."""
        return [row for row, _ in self._in_sight]

    @property
    def rows_wholly_in_sight(self) -> list[RowId]:
        """The messages that are to be seen from beginning to end."""
        top, bottom = self.top, self.top + self.height
        return [row for row, span in self._in_sight if top <= span.start and span.stop <= bottom]

    @property
    def _in_sight(self) -> Iterator[tuple[RowId, range]]:
        return self._page.between(self.top, self.top + self.height)

    def row_for_reading(self, current: RowId) -> RowId:
        """The message that is read after scrolling: ``current`` while all of it is in sight, otherwise the one that
        takes most of the screen; at the end of the page the last one. A line alone is passed by."""
        top, bottom = self.top, self.top + self.height
        shown = dict(self._in_sight)
        here = shown.get(current)
        if here is not None and top <= here.start and here.stop <= bottom:
            return current
        parts = {row: min(span.stop, bottom) - max(span.start, top) for row, span in shown.items() if len(span) > 1}
        if bottom >= self._page.count and parts:
            last = max(parts, key=lambda row: shown[row].start)
            return last if shown[last].start >= top else current if current in parts else last
        return max(parts, key=lambda row: (parts[row], row == current), default=current)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Tell where the person went."""
        super().watch_scroll_y(old_value, new_value)
        if not self._is_moved and round(old_value) != round(new_value):
            self.post_message(self.Scrolled())

    def _go_to(self, line: int) -> None:
        self._is_moved = True
        self.scroll_to(y=max(0, line), animate=False)
        self._is_moved = False

    @property
    def _place(self) -> Place:
        if self.top >= self._page.count:
            return Place(self.top, None, 0, 0)
        section, offset = self._page.at(self.top)
        return Place(self.top, section.row, offset, len(section.lines))

    def _line_of(self, place: Place, *, in_proportion: bool = False) -> int:
        span = self._page.span(place.row) if place.row is not None else None
        if span is None:
            return place.line
        offset = place.offset * len(span) // place.length if in_proportion else place.offset
        return span.start + min(offset, len(span) - 1)

    # Finding

    def find(self, words: str) -> int:
        """Mark what is found of these words and show the first from here on; the number of hits."""
        self._finding = Finding.of(self._page.lines, words).nearest(self.top)
        self._show_finding()
        return len(self._finding.hits)

    def next_hit(self, by: int) -> str:
        """Go to another hit, round at the ends; "3 of 7" for the one that is shown, nothing where there is none."""
        self._finding = self._finding.moved(by)
        self._show_finding()
        return self._finding.words_of_place

    @property
    def finding(self) -> Finding:
        """What is being looked for."""
        return self._finding

    def end_find(self) -> None:
        """Mark nothing any more."""
        self._finding = NO_FINDING
        self._strips.clear()
        self.refresh_text()

    def _show_finding(self) -> None:
        self._strips.clear()
        self.refresh_text()
        line = self._finding.line
        if line is not None:
            self.bring_line(line)

    # Drawing

    def strip(self, number: int, width: int) -> Strip:
        """The line of the page, with what is selected of it."""
        selection = self.text_selection
        span = selection.get_span(number) if selection is not None else None
        if span is not None:
            return self._drawn(number, width, span)
        strip = self._strips.get((number, width))
        if strip is None:
            strip = self._strips[number, width] = self._drawn(number, width)
        return strip

    def _drawn(self, number: int, width: int, span: tuple[int, int] | None = None) -> Strip:
        if number >= self._page.count:
            return Strip.blank(width, self._style(Tone.TEXT, Look.PLAIN, header=False))
        section, offset = self._page.at(number)
        in_header = offset < section.header
        base = self._style(Tone.TEXT, Look.PLAIN, header=in_header)
        line = self.order(section.lines[offset])
        segments = [self._margin(section, offset, base)]
        segments += [Segment(run.text, self._look(run, section, in_header=in_header)) for run in line.runs]
        strip = Strip(segments)
        for start, end, is_current in self._finding.on(number):
            behind = self.get_component_rich_style("page--hit" if is_current else "page--found")
            colors = Style(color=behind.color if is_current else None, bgcolor=behind.bgcolor)
            strip = _painted(strip, line, (start, end), style=colors)
        if span is not None:
            strip = self._selected(strip, line, span)
        return strip.adjust_cell_length(width, base)

    def _margin(self, section: Section, offset: int, base: Style) -> Segment:
        if not section.is_marked or offset >= max(1, section.header - 1):
            return Segment(" " * MARGIN, base)
        mark = self.get_component_rich_style("page--mark")
        return Segment(MARK, base + Style(color=mark.color, bold=True))

    def _look(self, run: Run, section: Section, *, in_header: bool) -> Style:
        style = self._style(run.tone, run.style, header=in_header)
        target = section.targets.get(run.link) if self.shows_targets and run.link is not None else None
        return style + Style(link=target) if target else style

    def render_line(self, y: int) -> Strip:
        """The line with the places in it that Textual asks for when the mouse selects; painting needs none."""
        strip, number = super().render_line(y), y + self.scroll_offset.y
        return strip.apply_offsets(-MARGIN, number) if number < self._page.count else strip

    def _selected(self, strip: Strip, line: Line, span: tuple[int, int]) -> Strip:
        start, end = span
        behind = self.screen.get_component_rich_style("screen--selection")
        colors = Style(bgcolor=behind.bgcolor, reverse=behind.reverse)
        return _painted(strip, line, (start, len(line.text) if end == -1 else end), style=colors)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected words as they stand on the page."""
        return selection.extract("\n".join(line.text for line in self._page.lines)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:  # noqa: ARG002 (Textual's signature)
        """Repaint with the new selection."""
        self.refresh()

    def notify_style_update(self) -> None:
        """Forget the looks of the old theme."""
        super().notify_style_update()
        self._styles.clear()
        self._strips.clear()

    def _style(self, tone: Tone, look: Look, *, header: bool) -> Style:
        key = (tone, look, header)
        style = self._styles.get(key)
        if style is None:
            style = self.rich_style
            if header:
                style += Style(bgcolor=self.get_component_rich_style("page--header").bgcolor)
            if tone is not Tone.TEXT:
                part = self.get_component_rich_style(f"page--{tone.value}")
                style += Style(color=part.color, bold=part.bold or None)
            style += Style(
                bold=True if Look.BOLD in look else None,
                italic=True if Look.ITALIC in look else None,
                underline=True if Look.UNDERLINE in look or (tone is Tone.LINK and Look.LINK in look) else None,
                strike=True if Look.STRIKE in look else None,
            )
            self._styles[key] = style
        return style

    # Mouse

    def on_click(self, event: events.Click) -> None:
        """A link, or the message that was clicked."""
        number = event.y + self.top
        if number >= self._page.count:
            return
        section, offset = self._page.at(number)
        if section.row is not None:
            link = _link_at(section.lines[offset], event.x - MARGIN)
            self.post_message(self.Clicked(section.row, link))

    # Layout

    def on_resize(self) -> None:
        """Lay the page out for the new width, with the same words at the top."""
        if self._width - 2 * MARGIN != self._room:
            place = self._place
            self._lay_out()
            self._go_to(self._line_of(place, in_proportion=True))

    @property
    def _width(self) -> int:
        # Hidden so far, and shown only where it takes the whole width: laid out for that beforehand, the page is
        # there when the pane is first painted.
        return self.scrollable_content_region.width or self.app.size.width - SCROLLBAR

    def _lay_out(self) -> None:
        self._room = self._width - 2 * MARGIN
        if self._room > 0:
            self._page = self._make(self._room)
            self._strips.clear()
            if self._finding.words:
                self._finding = self._finding.again(self._page.lines)
            self._is_moved = True
            self.set_line_count(self._page.count)
            self._is_moved = False


def _empty(width: int) -> Page:  # noqa: ARG001 (a page for any width)
    return Page()


def _painted(strip: Strip, line: Line, place: tuple[int, int], *, style: Style) -> Strip:
    """The strip with a part of its line in other colours."""
    cuts = [MARGIN + cell_len(line.text[:end]) for end in place]
    before, chosen, after = strip.divide([*cuts, max(strip.cell_length, cuts[1])])
    painted = [Segment(text, (own or Style()) + style, control) for text, own, control in chosen]
    return Strip.join([before, Strip(painted), after])


def _link_at(line: Line, cell: int) -> int | None:
    """The number of the link at a cell."""
    for run in line.runs:
        cells = cell_len(run.text)
        if 0 <= cell < cells:
            return run.link
        cell -= cells
    return None
