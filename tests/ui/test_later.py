"""What lies over the list, where its loading waits: it is there as soon as somebody wants it."""

from collections.abc import Callable

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from tests.fakes.app import make_app, press, settle
from tuimail.api import commands as c
from tuimail.ui.app import TuimailApp
from tuimail.ui.screens.help import HelpScreen
from tuimail.ui.screens.settings import SettingsScreen

NEVER_S = 3600.0
DEADLINE_S = 10.0
_LOOK_S = 0.02


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Wait for what a thread brings."""
    for _ in range(int(DEADLINE_S / _LOOK_S)):
        if holds():
            return
        await pilot.pause(_LOOK_S)
    raise TimeoutError


def on_top(app: TuimailApp, screen: type[Screen[object]]) -> Callable[[], bool]:
    return lambda: isinstance(app.screen, screen)


@pytest.mark.parametrize(("key", "screen"), [("question_mark", HelpScreen), ("comma", SettingsScreen)])
async def test_a_screen_that_is_wanted_does_not_wait(key: str, screen: type[Screen[object]]) -> None:
    app, _ = make_app(patience_s=NEVER_S)

    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, key)

        await until(pilot, on_top(app, screen))


async def test_what_came_meanwhile_is_told_once_it_is_loaded_by_itself() -> None:
    app, engine = make_app(names=("work", "home"), patience_s=0.2)

    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)

        await until(pilot, lambda: len(engine.sent(c.OpenAccount)) > 1)
