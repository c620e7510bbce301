"""A picture over everything else, two pixels in each cell."""

from typing import ClassVar

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from tuimail.domain.picture import Picture
from tuimail.ui.widgets.hint_line import HintLine
from tuimail.ui.widgets.pane_title import PaneTitle

_UPPER_HALF = "▀"


class PictureScreen(Screen[None]):
    """As large as it fits; nothing in it acts."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,escape", "leave", "Back", id="picture.leave")]

    def __init__(self, name: str, picture: Picture) -> None:
        """``name`` stands above."""
        super().__init__()
        self._title = PaneTitle()
        self._named = f"{name}  {picture.words}"
        self._picture = picture

    def compose(self) -> ComposeResult:
        """Title, picture, keys."""
        yield self._title
        yield PictureView(self._picture)
        yield HintLine((("q", "back"),))

    def on_mount(self) -> None:
        """Its name."""
        self._title.show(self._named, focused=True)

    def action_leave(self) -> None:
        """Back to where it was opened."""
        self.dismiss(None)


class PictureView(Widget):
    """Half blocks: the upper pixel is the sign's colour, the lower one its ground."""

    DEFAULT_CSS = "PictureView { height: 1fr; background: $background; }"

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._picture = picture

    def render_line(self, y: int) -> Strip:
        """One row of cells."""
        columns, rows = fitted(self._picture, self.size.width, 2 * self.size.height)
        if 2 * y >= rows:
            return Strip.blank(self.size.width, self.rich_style)
        above, below = (self._colors(row, columns, rows) for row in (2 * y, 2 * y + 1))
        cells = [
            Segment(_UPPER_HALF, Style(color=upper, bgcolor=lower)) for upper, lower in zip(above, below, strict=True)
        ]
        return Strip(cells, columns).extend_cell_length(self.size.width, self.rich_style)

    def _colors(self, row: int, columns: int, rows: int) -> list[Color | None]:
        """One row of pixels; the ground's where there are no more."""
        if row >= rows:
            return [self.rich_style.bgcolor] * columns
        picture = self._picture
        line = row * picture.height // rows
        return [Color.from_rgb(*picture.at(column * picture.width // columns, line)) for column in range(columns)]


def fitted(picture: Picture, width: int, height: int) -> tuple[int, int]:
    """How many pixels across and down it has in this room; never more than it brought."""
    scale = min(1.0, width / picture.width, height / picture.height)
    return max(1, int(picture.width * scale)), max(1, int(picture.height * scale))
