"""One line of words, drawn straight: Textual's way costs half a millisecond for each of the four around the panes."""

from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.style import Style as VisualStyle
from textual.widget import Widget


class WordLine(Widget):
    """Base of titles, status and hints: one line high, with padding at its sides and no border."""

    can_focus = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's word)
        super().__init__(id=id)
        self._looks: dict[str | VisualStyle, Style] = {}

    def render(self) -> Content:
        """The words; no two looks for one of them."""
        raise NotImplementedError

    def render_lines(self, crop: Region) -> list[Strip]:
        """The line, or a part of it; the way of Textual's where something in it is selected."""
        if self.text_selection is not None or self.outer_size.height != 1:
            return super().render_lines(crop)
        base, width = self._look(""), self.outer_size.width
        words, at = self.render(), 0
        segments = [Segment(" " * self.styles.padding.left, base)]
        for start, end, look in words.spans:
            segments += [Segment(words.plain[at:start], base), Segment(words.plain[start:end], self._look(look))]
            at = end
        segments.append(Segment(words.plain[at:], base))
        strip = Strip(each for each in segments if each.text).adjust_cell_length(width, base)
        background = self.background_colors[1]
        for each in self.get_line_filters():
            strip = strip.apply_filter(each, background)
        start, end = crop.column_span
        return [strip if (start, end) == (0, width) else strip.crop(start, end)] * crop.height

    def notify_style_update(self) -> None:
        """Forget the looks of the old theme."""
        super().notify_style_update()
        self._looks.clear()

    def _look(self, look: str | VisualStyle) -> Style:
        known = self._looks.get(look)
        if known is None:
            known = (self.visual_style + self._get_style(look)).rich_style if look else self.visual_style.rich_style
            self._looks[look] = known
        return known
