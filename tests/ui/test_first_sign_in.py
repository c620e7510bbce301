"""The sign-in right after an account was set up."""

import pytest
from msgspec.structs import replace

from tests.fakes.app import make_app
from tests.fakes.engine import FakeEngine
from tests.fakes.mailbox import SIGNED_IN, WORK, FakeMailbox
from tests.ui.test_flows import SIZE, consent, settle
from tuimail.api import commands as c
from tuimail.api import events as e
from tuimail.domain.account import SignedOut
from tuimail.domain.scope import Permission
from tuimail.domain.token import Secret
from tuimail.ui.app import TuimailApp
from tuimail.ui.screens.client_secret import ClientSecretScreen
from tuimail.ui.screens.consent import ConsentScreen
from tuimail.ui.screens.question import Question
from tuimail.ui.start import UNDO_ACCOUNT, FirstSignIn

BOTH = frozenset({Permission.READ, Permission.SEND})
SECRET_WANTED = e.ClientSecretNeeded(account=WORK, provider="Example", client_id="id")


def app_after(first: FirstSignIn | None) -> tuple[TuimailApp, FakeEngine]:
    app, engine = make_app(FakeMailbox(sign_in=SignedOut()))
    app.session.first = first
    return app, engine


async def test_sending_that_will_be_tried_is_asked_for_together_with_reading() -> None:
    app, engine = app_after(FirstSignIn(tests_sending=True))
    async with app.run_test(size=SIZE) as pilot:
        engine.play(consent(Permission.READ))
        await settle(pilot)
        assert engine.sent(c.AskConsent) == [c.AskConsent(account=WORK, permissions=BOTH)]
        assert not isinstance(app.screen, ConsentScreen)

        engine.play(consent(Permission.READ, Permission.SEND))
        await settle(pilot)
        assert isinstance(app.screen, ConsentScreen)


@pytest.mark.parametrize("granted", [BOTH, frozenset({Permission.READ})])
async def test_sending_is_tried_once_and_only_where_it_was_granted(granted: frozenset[Permission]) -> None:
    app, engine = app_after(FirstSignIn(tests_sending=True))
    async with app.run_test(size=SIZE) as pilot:
        for _ in range(2):
            engine.play(e.AccountChanged(account=WORK, state=replace(SIGNED_IN, granted=granted)))
            await settle(pilot)

        tried = [c.TrySending(account=WORK)] if Permission.SEND in granted else []
        assert engine.sent(c.TrySending) == tried


async def test_a_no_to_a_later_permission_is_no_word_about_the_account() -> None:
    app, engine = app_after(FirstSignIn())
    async with app.run_test(size=SIZE) as pilot:
        engine.play(e.AccountChanged(account=WORK, state=SIGNED_IN), consent(Permission.SEND))
        await settle(pilot)
        await pilot.press("escape")
        await settle(pilot)

        assert not isinstance(app.screen, Question)


async def test_a_secret_that_was_given_is_asked_for_again_only_if_it_was_wrong() -> None:
    app, engine = app_after(FirstSignIn(secret=Secret("made-up")))
    async with app.run_test(size=SIZE) as pilot:
        engine.play(SECRET_WANTED)
        await settle(pilot)
        assert engine.sent(c.GiveClientSecret) == [c.GiveClientSecret(account=WORK, secret=Secret("made-up"))]

        engine.play(SECRET_WANTED)
        await settle(pilot)
        assert isinstance(app.screen, ClientSecretScreen)


@pytest.mark.parametrize(("key", "ending"), [("enter", None), ("escape", UNDO_ACCOUNT)])
async def test_a_no_offers_to_take_the_account_out_again(key: str, ending: str | None) -> None:
    app, engine = app_after(FirstSignIn())
    async with app.run_test(size=SIZE) as pilot:
        engine.play(consent(Permission.READ))
        await settle(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(app.screen, Question)

        await pilot.press(key)
        if ending is None:
            await settle(pilot)

    found: object = app.return_value
    assert found == ending


async def test_an_ordinary_start_goes_its_usual_way() -> None:
    app, engine = app_after(None)
    async with app.run_test(size=SIZE) as pilot:
        engine.play(consent(Permission.READ))
        await settle(pilot)
        assert isinstance(app.screen, ConsentScreen)
        await pilot.press("escape")
        await settle(pilot)

        assert not isinstance(app.screen, Question)
        assert engine.sent(c.AskConsent) == []
