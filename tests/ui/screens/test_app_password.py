"""The screen for an app password: honest about what is lost, and silent about what is typed."""

import pytest
from msgspec.structs import replace
from textual.widgets import Input

from tests.ui.screens.host import HOSTILE, LARGE, SIZES, SMALL, Host, flat, until
from tuimail.domain.account import PasswordRequest
from tuimail.domain.errors import ErrorKind, Problem, Remedy
from tuimail.domain.ids import AccountId
from tuimail.domain.token import AppPassword
from tuimail.ui.screens.app_password import FINISHED, AppPasswordScreen

REQUEST = PasswordRequest(
    account=AccountId("home"),
    address="alice@icloud.example",
    provider="iCloud",
    hosts=(("reading mail", "imap.icloud.example:993"), ("sending mail", "smtp.icloud.example:587")),
    kept_in="GNOME Keyring",
    page="https://account.icloud.example/manage",
)
REFUSED = Problem(
    kind=ErrorKind.LOGIN_REFUSED, summary="iCloud did not accept it.", remedy=Remedy.SIGN_IN, detail="NO really"
)


@pytest.mark.parametrize("size", SIZES)
async def test_it_says_what_is_lost_where_it_is_made_and_where_it_is_kept(size: tuple[int, int]) -> None:
    app = Host(lambda: AppPasswordScreen(REQUEST))
    async with app.run_test(size=size):
        shown = flat(app.text())

        for words in (
            "weaker way",
            "opens all of the mailbox",
            "only you can end it there",
            "https://account.icloud.example/manage",
            "imap.icloud.example:993",
            "kept in GNOME Keyring",
            "never the password of the account itself",
        ):
            assert words in shown


async def test_what_is_typed_is_posted_and_never_shown() -> None:
    app = Host(lambda: AppPasswordScreen(REQUEST))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*"hushhush")
        assert "hush" not in app.text()
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.posted_of(AppPasswordScreen.Given)))

        (message,) = app.posted_of(AppPasswordScreen.Given)
        assert message.password == AppPassword("hushhush")
        assert "hush" not in f"{message!r}"
        assert "Trying it" in app.text()
        assert app.answers == []


async def test_a_refused_one_is_told_and_the_next_can_be_typed() -> None:
    app = Host(lambda: AppPasswordScreen(REQUEST))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*"wrong", "enter")
        assert isinstance(app.shown, AppPasswordScreen)
        app.shown.show_problem(REFUSED)
        await until(pilot, lambda: "iCloud did not accept it." in flat(app.text()))

        assert "NO really" in flat(app.text())
        await pilot.press(*"right", "enter")
        await until(pilot, lambda: len(app.posted_of(AppPasswordScreen.Given)) == 2)
        assert app.posted_of(AppPasswordScreen.Given)[1].password == AppPassword("right")


async def test_one_that_was_ended_is_asked_for_with_the_reason() -> None:
    app = Host(lambda: AppPasswordScreen(replace(REQUEST, problem=REFUSED)))
    async with app.run_test(size=LARGE):
        assert "iCloud did not accept it." in flat(app.text())


async def test_enter_without_a_password_does_nothing_and_esc_leaves() -> None:
    app = Host(lambda: AppPasswordScreen(REQUEST))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("enter")
        assert app.posted_of(AppPasswordScreen.Given) == []
        await pilot.press("escape")

        assert app.answers == [None]


async def test_it_closes_when_the_password_works() -> None:
    app = Host(lambda: AppPasswordScreen(REQUEST))
    async with app.run_test(size=SMALL) as pilot:
        assert isinstance(app.shown, AppPasswordScreen)
        app.shown.finish()

        await until(pilot, lambda: app.answers == [FINISHED])


async def test_hostile_words_are_shown_as_they_are() -> None:
    request = replace(REQUEST, provider=HOSTILE, address=HOSTILE, kept_in=HOSTILE, page=HOSTILE)
    app = Host(lambda: AppPasswordScreen(request))
    async with app.run_test(size=LARGE):
        assert flat(app.text()).count(HOSTILE) >= 4
        assert isinstance(app.focused, Input)
