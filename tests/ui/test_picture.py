"""A picture in half blocks."""

import pytest
from rich.color import Color

from tests.fakes.app import make_app
from tuimail.domain.picture import Picture
from tuimail.ui.screens.picture import PictureScreen, PictureView, fitted

RED, BLUE = bytes((255, 0, 0)), bytes((0, 0, 255))
FLAG = Picture(width=2, height=3, pixels=2 * RED + 2 * BLUE + 2 * RED, words="PNG, 2 by 3")


@pytest.mark.parametrize(("width", "height", "fits"), [(80, 40, (2, 3)), (80, 2, (1, 2)), (1, 40, (1, 1))])
def test_a_picture_keeps_its_proportions_and_is_never_made_larger(
    width: int, height: int, fits: tuple[int, int]
) -> None:
    assert fitted(FLAG, width, height) == fits


async def test_two_pixels_share_a_cell() -> None:
    app, _ = make_app()

    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(PictureScreen("flag.png", FLAG))
        await pilot.pause()
        view = app.screen.query_one(PictureView)
        first, *_ = view.render_line(0)
        await pilot.press("q")

        assert first.text == "▀"
        assert first.style is not None
        assert (first.style.color, first.style.bgcolor) == (Color.from_rgb(*RED), Color.from_rgb(*BLUE))
        assert not isinstance(app.screen, PictureScreen)
