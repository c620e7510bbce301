"""A list drawn line by line: any number of rows, each some lines high, with a cursor. Base of list and folders."""

from typing import ClassVar

from rich.style import Style
from textual.events import Click
from textual.geometry import Region
from textual.reactive import reactive
from textual.strip import Strip

from tuimail.ui.widgets.lines import Lines


class LineList(Lines, inherit_bindings=False):
    """Keeps a cursor over ``count`` rows; a subclass draws them. Moving repaints the two rows concerned alone."""

    ALLOW_SELECT: ClassVar[bool] = False

    # A repainting reactive would draw every line for each key: 15 KB to the terminal instead of 0.8 KB.
    cursor: reactive[int] = reactive(0, repaint=False)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's word)
        super().__init__(id=id)
        self.count = 0
        self._styles: dict[str, Style] = {}

    # What a subclass gives

    @property
    def lines_per_row(self) -> int:
        """How many lines a row takes at the present width."""
        return 1

    def draw(self, row: int, line: int, width: int) -> Strip:
        """One line of one row, exactly ``width`` cells."""
        raise NotImplementedError

    # Drawing

    def strip(self, number: int, width: int) -> Strip:
        """The line as the subclass draws it."""
        row, line = divmod(number, self.lines_per_row)
        if 0 <= row < self.count:
            return self.draw(row, line, width)
        return Strip.blank(width, self.style_of(""))

    def show_focus(self) -> None:
        """The cursor is told apart by where the keys go."""
        self.refresh_row(self.cursor)

    def style_of(self, name: str) -> Style:
        """A component's style, or the widget's own for an empty name; looked up once a theme."""
        style = self._styles.get(name)
        if style is None:
            style = self.get_component_rich_style(name) if name else self.rich_style
            self._styles[name] = style
        return style

    def notify_style_update(self) -> None:
        """Textual calls this when theme, focus or classes change what components look like."""
        super().notify_style_update()
        self._styles.clear()

    def resize_rows(self, count: int, *, is_seen: bool = True) -> None:
        """Set the number of rows and keep the cursor inside; not ``is_seen``: those in view stay as they are."""
        self.count = count
        self.set_line_count(count * self.lines_per_row, is_seen=is_seen)
        self.cursor = self.validate_cursor(self.cursor)

    def refresh_row(self, row: int) -> None:
        """Repaint one row."""
        lines, first = self.lines_per_row, self.scroll_offset.y
        self.refresh(Region(0, row * lines - first, self.scrollable_content_region.width, lines))

    # The cursor

    def validate_cursor(self, cursor: int) -> int:
        """Keep it on a row."""
        return max(0, min(cursor, self.count - 1))

    def watch_cursor(self, before: int, after: int) -> None:
        """Repaint the row that was left and the row that was reached."""
        self.refresh_row(before)
        self.refresh_row(after)
        self.show_cursor_row()

    def show_cursor_row(self) -> None:
        """Scroll as little as needed for the cursor to be seen."""
        lines, height = self.lines_per_row, self.scrollable_content_region.height
        if height <= 0:
            return
        top, scroll = self.cursor * lines, round(self.scroll_target_y)
        if top < scroll:
            self.scroll_to(y=top, animate=False)
        elif top + lines > scroll + height:
            self.scroll_to(y=top + lines - height, animate=False)

    @property
    def page(self) -> int:
        """Rows on a page, at least one."""
        return max(1, self.scrollable_content_region.height // self.lines_per_row)

    def move(self, rows: int) -> None:
        """Move the cursor by so many rows, stopping at the ends."""
        self.cursor += rows

    def row_at(self, y: int) -> int | None:
        """The row drawn at line ``y`` of the viewport."""
        row = (y + self.scroll_offset.y) // self.lines_per_row
        return row if 0 <= row < self.count else None

    @property
    def cursor_region(self) -> Region:
        """Where the cursor's row stands in the viewport."""
        lines = self.lines_per_row
        return Region(0, self.cursor * lines - self.scroll_offset.y, self.size.width, lines)

    def on_click(self, event: Click) -> None:
        """The mouse chooses a row; twice opens it."""
        row = self.row_at(event.y)
        if row is not None:
            self.cursor = row
            if event.chain == 2:  # noqa: PLR2004 (a double click)
                self.opened()

    def opened(self) -> None:
        """A row was double-clicked; the cursor is on it."""
