"""The lines around the panes look as Textual would draw them."""

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tests.fakes.app import make_app, press, settle
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.themes import LIGHT
from tuimail.ui.widgets.word_line import WordLine


async def test_lines_around_the_panes_look_as_textual_draws_them() -> None:
    app, _ = make_app(FakeMailbox(300))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        seen: set[str] = set()
        for key in ("j", "enter", "q", "x", "ctrl+g", "j"):
            await press(pilot, key)
            if key == "x":
                app.theme = LIGHT.name
                await settle(pilot)
            for line in app.screen.query(WordLine):
                crop = Region(0, 0, *line.outer_size)
                assert _cells(line.render_lines(crop)) == _cells(Widget.render_lines(line, crop)), key
                seen.add(type(line).__name__)

    assert seen == {"ListTitle", "PaneTitle", "StatusBar", "HintLine"}


def _cells(strips: Iterable[Strip]) -> list[tuple[str, Style]]:
    """Character by character, since the ways cut a line differently; what is not to be seen is left out."""
    cells: list[tuple[str, Style]] = []
    for strip in strips:
        for text, style, _ in Segment.simplify(strip):
            assert style is not None
            look = Style(color=style.color, bgcolor=style.bgcolor, bold=bool(style.bold))
            cells += [(char, Style(bgcolor=look.bgcolor) if char == " " else look) for char in text]
    return cells
