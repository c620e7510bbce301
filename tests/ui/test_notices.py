"""Notices lie where nothing is that has to be seen while they are shown."""

import pytest
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets._toast import Toast

from tests.fakes.app import make_app, settle
from tests.fakes.mailbox import WORK
from tests.ui.screens.host import LARGE, SMALL
from tuimail.api import events as e
from tuimail.domain.draft import Draft
from tuimail.domain.ids import DraftId
from tuimail.ui.app import TuimailApp
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.screens.settings import SettingsScreen
from tuimail.ui.widgets.action_bar import ActionBar
from tuimail.ui.widgets.hint_line import HintLine
from tuimail.ui.widgets.status_bar import StatusBar

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE])
LONG = "This is a notice of so many words that a window of eighty columns shows it in more than one line."


async def told(pilot: Pilot[None], *notices: str) -> list[Toast]:
    app = pilot.app
    assert isinstance(app, TuimailApp)
    for words in notices:
        app.tell(words)
    await settle(pilot)
    return list(app.screen.query(Toast))


async def begun(pilot: Pilot[None]) -> None:
    await pilot.app.workers.wait_for_complete([each for each in pilot.app.workers if each.name == "catalog"])
    await settle(pilot)


def covered(toasts: list[Toast], *widgets: Widget) -> list[Widget]:
    return [each for each in widgets if any(toast.region.overlaps(each.region) for toast in toasts)]


@SIZES
async def test_in_the_composer_the_action_bar_and_the_hints_stay_visible(size: tuple[int, int]) -> None:
    app, engine = make_app()
    draft = Draft(id=DraftId("d1"), account=WORK, sender="A <a@work.example>", to="bob@example.test", text="Hello")

    async with app.run_test(size=size, notifications=True) as pilot:
        await begun(pilot)
        engine.play(e.DraftOpened(draft=draft, identities=()))
        await settle(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(app.screen, ComposeScreen)
        toasts = await told(pilot, "Short.", LONG)

        assert len(toasts) == 2
        assert all(toast.region.height for toast in toasts)
        assert covered(toasts, app.screen.query_one(ActionBar), app.screen.query_one(HintLine)) == []


@SIZES
async def test_elsewhere_the_hints_and_back_home_the_status_too(size: tuple[int, int]) -> None:
    app, _ = make_app()

    async with app.run_test(size=size, notifications=True) as pilot:
        await begun(pilot)
        await pilot.press("comma")
        await settle(pilot)
        assert isinstance(app.screen, SettingsScreen)
        toasts = await told(pilot, LONG)
        assert toasts
        assert covered(toasts, app.screen.query_one(HintLine)) == []

        await pilot.press("escape")
        await settle(pilot)
        toasts = list(app.screen.query(Toast))
        assert toasts
        assert covered(toasts, app.screen.query_one(HintLine), app.screen.query_one(StatusBar)) == []
