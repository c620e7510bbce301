"""The scrollbar of list, folders and reader.

Textual's goes through Rich's console and a styled line at a time: 2 ms for each message that is opened.
"""

from rich.style import Style
from textual.geometry import Region
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip


class LineBar(ScrollBar):
    """Looks as Textual's, made of the few strips that it consists of."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a part of the bar."""
        bar, base = self.render(), self.rich_style
        assert isinstance(bar, ScrollBarRender)  # noqa: S101 (what the base gives, for the checker)
        colors = bar.style
        assert isinstance(colors, Style)  # noqa: S101 (as above)
        assert colors.color is not None  # noqa: S101 (as above)
        assert colors.bgcolor is not None  # noqa: S101 (as above)
        segments = self.renderer.render_bar(
            size=self.size.height,
            virtual_size=bar.virtual_size,
            window_size=bar.window_size,
            position=bar.position,
            thickness=bar.thickness,
            back_color=colors.bgcolor,
            bar_color=colors.color,
        ).segments
        strips: dict[int, Strip] = {}
        background = self.background_colors[1]
        for segment in segments:
            if id(segment) not in strips:
                strip = Strip([segment._replace(style=base + segment.style)], bar.thickness)
                for each in self.get_line_filters():
                    strip = strip.apply_filter(each, background)
                strips[id(segment)] = strip
        # Between two layouts the bar may be asked for more lines than it has.
        blank = Strip.blank(bar.thickness, base)
        return [strips[id(segments[y])] if y < len(segments) else blank for y in crop.line_range]
