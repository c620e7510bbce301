"""The reader: a page of lines drawn by the line API, scrolled without animation, its text selectable."""

from collections.abc import Callable
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.selection import Selection
from textual.strip import Strip

from tuimail.domain.body import Style as Look
from tuimail.ui.layout import Line, Tone
from tuimail.ui.page import Page
from tuimail.ui.widgets.lines import Lines

MARGIN = 2
"""Cells left of the text."""
SCROLLBAR = 1

MakePage = Callable[[int], Page]
"""The page for a width."""


class MessageView(Lines, inherit_bindings=False):
    """Shows a page; asks for it again when the width changes."""

    DEFAULT_CSS = """
    MessageView {
        background: $background;
        & > .page--header { background: $surface; }
        & > .page--heading { color: $primary; text-style: bold; }
        & > .page--muted { color: $muted; }
        & > .page--code { color: $foreground; }
        & > .page--link { color: $accent; }
        & > .page--rule { color: $line; }
        & > .page--quote1 { color: $accent; }
        & > .page--quote2 { color: $success; }
        & > .page--quote3 { color: $warning; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "page--header",
        *(f"page--{tone.value}" for tone in Tone if tone is not Tone.TEXT),
    }

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's word)
        super().__init__(id=id)
        self._make: MakePage = _empty
        self._page = Page(())
        self._room = 0
        self._styles: dict[tuple[Tone, Look, bool], Style] = {}
        self._strips: dict[tuple[int, int], Strip] = {}

    def show(self, make: MakePage, *, keep_place: bool = False) -> None:
        """Another page, from the top unless told to stay."""
        self._make = make
        self._lay_out()
        if not keep_place:
            self.scroll_to(y=0, animate=False)

    @property
    def page(self) -> Page:
        """What is shown."""
        return self._page

    def scroll_lines(self, lines: int) -> None:
        """Scroll at once, down for positive numbers."""
        self.scroll_to(y=self.scroll_target_y + lines, animate=False)

    def scroll_to_end(self) -> None:
        """Show the end at once."""
        self.scroll_to(y=self.max_scroll_y, animate=False)

    @property
    def page_lines(self) -> int:
        """Lines of a page, less two that stay for the eye."""
        return max(1, self.scrollable_content_region.height - 2)

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
        in_header = number < self._page.header
        base = self._style(Tone.TEXT, Look.PLAIN, header=in_header)
        if number >= len(self._page.lines):
            return Strip.blank(width, base)
        line = self._page.lines[number]
        segments = [Segment(" " * MARGIN, base)]
        segments += [Segment(run.text, self._style(run.tone, run.style, header=in_header)) for run in line.runs]
        strip = Strip(segments)
        if span is not None:
            strip = self._selected(strip, line, span)
        return strip.adjust_cell_length(width, base)

    def render_line(self, y: int) -> Strip:
        """The line with the places in it that Textual asks for when the mouse selects; painting needs none."""
        strip, number = super().render_line(y), y + self.scroll_offset.y
        return strip.apply_offsets(-MARGIN, number) if number < len(self._page.lines) else strip

    def _selected(self, strip: Strip, line: Line, span: tuple[int, int]) -> Strip:
        start, end = span
        end = len(line.text) if end == -1 else end
        cuts = [MARGIN + _cells_before(line, start), MARGIN + _cells_before(line, end)]
        behind = self.screen.get_component_rich_style("screen--selection")
        before, chosen, after = strip.divide([*cuts, max(strip.cell_length, cuts[1])])
        return Strip.join([before, chosen.apply_style(Style(bgcolor=behind.bgcolor, reverse=behind.reverse)), after])

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

    # Layout

    def on_resize(self) -> None:
        """Lay the page out for the new width."""
        if self._width - 2 * MARGIN != self._room:
            self._lay_out()

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
            self.set_line_count(len(self._page.lines))


def _empty(width: int) -> Page:  # noqa: ARG001 (a page for any width)
    return Page(())


def _cells_before(line: Line, index: int) -> int:
    return cell_len(line.text[:index])
