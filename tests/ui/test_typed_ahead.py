"""Keys pressed before what they are for is on the screen."""

from collections.abc import Iterator

import pytest
from textual import events
from textual.pilot import Pilot

from tests.fakes.app import make_app, settle
from tests.fakes.engine import FakeEngine
from tests.fakes.mailbox import WORK, FakeMailbox
from tuimail.api import commands as c
from tuimail.api import events as e
from tuimail.domain.draft import Draft
from tuimail.domain.errors import ErrorKind, Problem, Remedy
from tuimail.domain.ids import CommandId, DraftId
from tuimail.ui.app import TuimailApp
from tuimail.ui.screens.account_picker import AccountPicker
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.screens.mail import MailScreen
from tuimail.ui.screens.settings import SettingsScreen

SIZE = (120, 40)
DRAFT = Draft(id=DraftId("d1"), account=WORK, sender="A <a@work.example>", to="bob@example.test", subject="Re: Lunch")
DEEDS = (c.MoveMessages, c.SetFlags)


class SlowMailbox(FakeMailbox):
    """Answers everything at once but what opens a composer."""

    def __call__(self, command: c.Command, number: CommandId) -> Iterator[e.Event]:
        if not isinstance(command, c.BeginAnswer | c.BeginDraft):
            yield from super().__call__(command, number)


async def begun(pilot: Pilot[None]) -> None:
    app = pilot.app
    assert isinstance(app, TuimailApp)
    await app.workers.wait_for_complete([each for each in app.workers if each.name == "catalog"])
    await settle(pilot)


def deeds(engine: FakeEngine) -> list[object]:
    return [command for command in engine.commands if isinstance(command, DEEDS)]


def burst(app: TuimailApp, keys: str) -> None:
    """Keys that arrive in one read of the terminal."""
    for key in keys:
        app.post_message(events.Key({"@": "at", ",": "comma"}.get(key, key), key))


@pytest.mark.parametrize("at_once", [True, False], ids=["in one burst", "one by one"])
async def test_text_typed_while_a_reply_loads_stands_in_the_reply(at_once: bool) -> None:
    app, engine = make_app(SlowMailbox())

    async with app.run_test(size=SIZE) as pilot:
        await begun(pilot)
        if at_once:
            burst(app, "rads")
        else:
            await pilot.press(*"rads")
        await settle(pilot)
        assert isinstance(app.screen, MailScreen)

        number = engine.number_of(c.BeginAnswer)
        engine.play(e.DraftOpened(command=number, draft=DRAFT, identities=()), e.Finished(command=number))
        await pilot.press("!")
        await settle(pilot)
        await settle(pilot)

        assert isinstance(app.screen, ComposeScreen)
        assert app.screen.draft.text.startswith("ads!")
        assert deeds(engine) == []
        await pilot.press("?")
        await settle(pilot)
        assert app.screen.draft.text.startswith("ads!?")


async def test_esc_gives_the_composer_up_and_what_was_typed_for_it() -> None:
    app, engine = make_app(SlowMailbox())

    async with app.run_test(size=SIZE) as pilot:
        await begun(pilot)
        await pilot.press(*"rad", "escape")
        await settle(pilot)
        assert engine.number_of(c.BeginAnswer) in engine.cancelled
        assert deeds(engine) == []

        await pilot.press("s")
        await settle(pilot)
        assert len(engine.sent(c.SetFlags)) == 1


async def test_where_no_composer_comes_what_was_typed_for_it_does_nothing() -> None:
    app, engine = make_app(SlowMailbox())

    async with app.run_test(size=SIZE) as pilot:
        await begun(pilot)
        await pilot.press(*"rad")
        problem = Problem(kind=ErrorKind.OFFLINE, summary="Not fetched.", remedy=Remedy.WAIT)
        engine.play(e.Failed(command=engine.number_of(c.BeginAnswer), problem=problem))
        await settle(pilot)
        assert deeds(engine) == []

        await pilot.press("s")
        await settle(pilot)
        assert len(engine.sent(c.SetFlags)) == 1


async def test_a_wait_for_the_composer_is_told_with_the_way_out() -> None:
    app, _ = make_app(SlowMailbox())

    async with app.run_test(size=SIZE) as pilot:
        await begun(pilot)
        await pilot.press(*"ca")
        await pilot.pause(0.4)

        screen = app.screen
        assert isinstance(screen, MailScreen)
        assert "Esc gives it up" in screen.said


async def test_the_account_key_and_a_number_in_one_burst_switch_the_account() -> None:
    app, _ = make_app(names=("work", "home"))

    async with app.run_test(size=SIZE) as pilot:
        await begun(pilot)
        burst(app, "@2")
        for _ in range(3):
            await settle(pilot)

        assert not isinstance(app.screen, AccountPicker)
        assert app.state.account == "home"


async def test_a_key_in_one_burst_with_the_one_for_settings_is_for_settings() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        await begun(pilot)
        burst(app, ",d")
        await settle(pilot)
        await settle(pilot)

        assert deeds(engine) == []
        assert isinstance(app.screen, SettingsScreen)


async def test_keys_typed_before_the_screens_are_loaded_wait_for_theirs() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        burst(app, ",d")
        await begun(pilot)

        assert deeds(engine) == []
        assert isinstance(app.screen, SettingsScreen)
