"""A scrolled area whose number of lines changes without laying the screen out anew."""

from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar


class Lines(ScrollView, can_focus=True, inherit_bindings=False):
    """Base of list, folders and reader.

    A plain change of ``virtual_size`` lays out and repaints the whole screen: 24 ms and 33 KB to the terminal for each
    message that is opened. The scrollbar always keeps its cell here, so that its size is all that has to change.
    """

    DEFAULT_CSS = "Lines { overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; }"

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """As Textual's, but the scrollbar is drawn anew only where it looks different: 38 lines for each page."""
        bar = self.vertical_scrollbar
        if self._thumb(old_value) == self._thumb(new_value):
            bar.set_reactive(ScrollBar.position, new_value)
        else:
            bar.position = new_value
        if round(old_value) != round(new_value):
            self.refresh(self.size.region)

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
            self.refresh()
