"""A scrolled area drawn line by line, whose number of lines changes without laying the screen out anew."""

from textual import events
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip

from tuimail.ui.widgets.scroll_bar import LineBar


class Lines(ScrollView, can_focus=True, inherit_bindings=False):
    """Base of list, folders and reader.

    A plain change of ``virtual_size`` lays out and repaints the whole screen: 24 ms and 33 KB to the terminal for each
    message that is opened. The scrollbar always keeps its cell here, so that its size is all that has to change.
    """

    DEFAULT_CSS = "Lines { overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; }"

    # What a subclass gives

    def strip(self, number: int, width: int) -> Strip:
        """A line of all that can be scrolled to, or a blank one after the last, exactly ``width`` cells."""
        raise NotImplementedError

    def show_focus(self) -> None:
        """The focus came or went: repaint what looks different for that."""

    # Drawing

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """As Textual's, of another class."""
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = LineBar(vertical=True, name="vertical")
            self._vertical_scrollbar.display = False
            self.app._start_widget(self, self._vertical_scrollbar)
        return self._vertical_scrollbar

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a part of the widget, which has no border, padding or opacity that Textual would add."""
        width, first = self.scrollable_content_region.width, self.scroll_offset.y
        strips = [self.strip(first + y, width) for y in crop.line_range]
        background = self.background_colors[1]
        for each in self.get_line_filters():
            strips = [strip.apply_filter(each, background) for strip in strips]
        start, end = crop.column_span
        return strips if (start, end) == (0, width) else [strip.crop(start, end) for strip in strips]

    def render_line(self, y: int) -> Strip:
        """The line at ``y`` of the viewport."""
        return self.strip(y + self.scroll_offset.y, self.scrollable_content_region.width)

    def refresh_text(self) -> None:
        """Repaint all lines, and not the scrollbar beside them."""
        self.refresh(Region(0, 0, *self.scrollable_content_region.size))

    def on_focus(self, event: events.Focus) -> None:
        """In place of Textual's, which repaints everything; the styles name no focus, so they are not looked up."""
        event.prevent_default()
        self.has_focus = True
        if self.parent is not None:
            self.parent.post_message(events.DescendantFocus(self))

    def on_blur(self, event: events.Blur) -> None:
        """See ``on_focus``."""
        event.prevent_default()
        self.has_focus = False
        if self.parent is not None:
            self.parent.post_message(events.DescendantBlur(self))

    def watch_has_focus(self, _has_focus: bool) -> None:
        """In place of Textual's, which styles the widget anew: 2 ms, and each of its lines drawn again."""
        self.show_focus()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """As Textual's, but the scrollbar is drawn anew only where it looks different: 38 lines for each page."""
        bar = self.vertical_scrollbar
        if self._thumb(old_value) == self._thumb(new_value):
            bar.set_reactive(ScrollBar.position, new_value)
        else:
            bar.position = new_value
        if round(old_value) != round(new_value):
            self.refresh_text()

    def _thumb(self, position: float) -> int:
        """Where the scrollbar's thumb begins, in eighths of a line, as Textual counts it."""
        height, count = self.scrollable_content_region.height, self.virtual_size.height
        if count <= height or not height:
            return 0
        thumb = max(1, height * height / count)
        return int((height - thumb) * position / (count - height) * 8)

    def set_line_count(self, count: int, *, is_seen: bool = True) -> None:
        """The area has so many lines now; what is scrolled beyond them comes back. Not ``is_seen``: out of view."""
        # Width 0: no horizontal scrollbar, whatever the lines hold.
        self.set_reactive(Lines.virtual_size, Size(0, count))
        self.vertical_scrollbar.window_virtual_size = count
        self.vertical_scrollbar.window_size = self.scrollable_content_region.height
        if self.scroll_target_y > self.max_scroll_y:
            self.scroll_to(y=self.max_scroll_y, animate=False)
        if is_seen:
            self.refresh_text()
