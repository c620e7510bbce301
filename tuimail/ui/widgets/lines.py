"""A scrolled area whose number of lines changes without laying the screen out anew."""

from textual.geometry import Size
from textual.scroll_view import ScrollView


class Lines(ScrollView, can_focus=True, inherit_bindings=False):
    """Base of list, folders and reader.

    A plain change of ``virtual_size`` lays out and repaints the whole screen: 24 ms and 33 KB to the terminal for each
    message that is opened. The scrollbar always keeps its cell here, so that its size is all that has to change.
    """

    DEFAULT_CSS = "Lines { overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; }"

    def set_line_count(self, count: int) -> None:
        """The area has so many lines now; what is scrolled beyond them comes back."""
        # Width 0: no horizontal scrollbar, whatever the lines hold.
        self.set_reactive(Lines.virtual_size, Size(0, count))
        self.vertical_scrollbar.window_virtual_size = count
        self.vertical_scrollbar.window_size = self.scrollable_content_region.height
        if self.scroll_target_y > self.max_scroll_y:
            self.scroll_to(y=self.max_scroll_y, animate=False)
        self.refresh()
