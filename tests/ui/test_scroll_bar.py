"""The scrollbar of the panes looks as Textual's does."""

from collections.abc import Iterable

import pytest
from rich.style import Style
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.scrollbar import ScrollBar
from textual.strip import Strip

from tuimail.ui.widgets.lines import Lines
from tuimail.ui.widgets.scroll_bar import LineBar

HEIGHT = 24


class Numbers(Lines):
    """Lines without words."""

    def strip(self, number: int, width: int) -> Strip:  # noqa: ARG002 (the base's)
        return Strip.blank(width)


class NumbersApp(App[None]):
    """Nothing but lines and their scrollbar."""

    def compose(self) -> ComposeResult:
        yield Numbers()


@pytest.mark.parametrize("count", [1, HEIGHT, HEIGHT + 1, 200, 100_000])
@pytest.mark.parametrize("place", [0.0, 0.3, 1.0])
async def test_bar_is_drawn_as_textual_draws_it(count: int, place: float) -> None:
    app = NumbersApp()
    async with app.run_test(size=(80, HEIGHT)) as pilot:
        lines = app.query_one(Numbers)
        lines.set_line_count(count)
        lines.scroll_to(y=lines.max_scroll_y * place, animate=False)
        await pilot.pause()
        bar = lines.vertical_scrollbar
        crop = Region(0, 3, 1, HEIGHT - 5)

        assert isinstance(bar, LineBar)
        assert _cells(bar.render_lines(crop)) == _cells(ScrollBar.render_lines(bar, crop))


async def test_more_lines_than_the_bar_has_are_blank() -> None:
    app = NumbersApp()
    async with app.run_test(size=(80, HEIGHT)) as pilot:
        lines = app.query_one(Numbers)
        lines.set_line_count(200)
        await pilot.pause()

        drawn = lines.vertical_scrollbar.render_lines(Region(0, HEIGHT - 2, 1, 5))

        assert [strip.cell_length for strip in drawn] == [drawn[0].cell_length] * 5
        assert [strip.text.strip() for strip in drawn[2:]] == ["", "", ""]


def _cells(strips: Iterable[Strip]) -> list[tuple[str, Style | None]]:
    return [(segment.text, segment.style) for strip in strips for segment in strip]
