"""Settings: what is said of an account, and what its keys ask for."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from tests.ui.screens.host import HOSTILE, LARGE, NOW, SIZES, SMALL, Host, flat, until
from tuimail.domain.account import (
    Account,
    AccountSummary,
    Expired,
    Link,
    LinkState,
    OAuthSettings,
    Server,
    SignedIn,
    SignedOut,
    SignInMethod,
    SignInState,
    Tls,
)
from tuimail.domain.draft import ActivityEntry
from tuimail.domain.errors import ErrorKind, Problem, Remedy
from tuimail.domain.ids import AccountId
from tuimail.domain.scope import Permission, ScopeSets, describe
from tuimail.ui.account_facts import account_facts, lifetime_words
from tuimail.ui.screens.settings import SettingsScreen

SETS = ScopeSets(identity=("openid",), read=("mail.read",), send=("mail.send",))
SIGNED_IN = SignedIn(
    granted=frozenset({Permission.READ}),
    scopes=("mail.read",),
    since=datetime(2026, 1, 9, 8, 5, tzinfo=UTC),
    token_ends_at=NOW + timedelta(minutes=42, seconds=30),
    last_refresh_at=NOW - timedelta(minutes=18),
)
GONE = Problem(kind=ErrorKind.SIGN_IN_EXPIRED, summary="Example Mail ended this sign-in.", remedy=Remedy.SIGN_IN)


def summary(name: str = "work", state: SignInState = SIGNED_IN) -> AccountSummary:
    account = Account(
        id=AccountId(name),
        address=f"alice@{name}.test",
        login="alice",
        provider="Example Mail",
        oauth=OAuthSettings(scopes=SETS),
        imap=Server(host="imap.example.test", port=993, tls=Tls.IMPLICIT),
    )
    return AccountSummary(
        account=account,
        state=state,
        link=LinkState(link=Link.OFFLINE, since=NOW - timedelta(hours=4), waiting=3),
        kept_in="GNOME Keyring",
        store_bytes=12_345_678,
        drafts=2,
        outbox=1,
        permissions=tuple(describe(SETS, [Permission.READ, Permission.SEND], ["mail.read"])),
    )


BOTH = (summary(), summary("home", Expired(problem=GONE)))
ENTRY = ActivityEntry(at=NOW - timedelta(days=1), account=AccountId("work"), what="sign-in", outcome="worked")


def settings(accounts: tuple[AccountSummary, ...] = BOTH) -> Host:
    def make() -> SettingsScreen:
        screen = SettingsScreen(zone=UTC, now=lambda: NOW)
        screen.show_accounts(accounts)
        screen.show_activity((ENTRY,))
        return screen

    return Host(make)


@pytest.mark.parametrize("size", SIZES)
async def test_everything_held_of_the_account_is_told(size: tuple[int, int]) -> None:
    app = settings()
    async with app.run_test(size=size):
        shown = flat(app.text())

        for words in (
            "● signed in at Example Mail since 9 Jan, 08:05",
            "✓ Read, sort, flag and delete your mail",
            "✗ Send mail as you not granted",
            "valid for 42 min",
            "stored in GNOME Keyring since 9 Jan, 08:05",
            "14:12, worked",
            "12 MB, encrypted; 2 drafts; 1 mail in the outbox",
            "offline since 10:30; 3 changes waiting for the server",
            "Tue 14:30",
        ):
            assert words in shown


async def test_the_cursor_shows_the_other_account() -> None:
    app = settings()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("j")
        await until(pilot, lambda: "sign in again: Example Mail ended this sign-in." in flat(app.text()))

        assert "Access token" not in app.text()


async def test_enter_signs_in_and_x_signs_out_the_account_under_the_cursor() -> None:
    app = settings()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("down", "enter", "x", "escape")
        await until(pilot, lambda: bool(app.posted_of(SettingsScreen.Closed)))

        assert [message.account for message in app.posted_of(SettingsScreen.SignInWanted)] == ["home"]
        assert [message.account for message in app.posted_of(SettingsScreen.SignOutWanted)] == ["home"]


async def test_news_of_an_account_keep_the_cursor_on_it() -> None:
    app = settings()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("down")
        assert isinstance(app.shown, SettingsScreen)
        app.shown.show_accounts((summary("new"), *BOTH))
        await pilot.press("x")
        await until(pilot, lambda: bool(app.posted_of(SettingsScreen.SignOutWanted)))

        assert app.posted_of(SettingsScreen.SignOutWanted)[0].account == "home"


async def test_without_accounts_the_keys_do_nothing() -> None:
    app = settings(())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("x", "enter", "q")
        await until(pilot, lambda: bool(app.posted_of(SettingsScreen.Closed)))

        assert not app.posted_of(SettingsScreen.SignOutWanted)


async def test_a_resize_moves_the_activity_beside_and_below() -> None:
    app = settings()
    async with app.run_test(size=LARGE) as pilot:
        assert "Activity" in app.text().splitlines()[1]
        await pilot.resize_terminal(*SMALL)
        await until(pilot, lambda: "Activity" not in app.text().splitlines()[1])

        assert "Activity" in app.text()


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (None, "none held; fetched when it is needed"),
        (timedelta(minutes=42, seconds=59), "valid for 42 min"),
        (timedelta(seconds=59), "valid for less than a minute"),
        (timedelta(hours=23, minutes=5), "valid for 23 h 5 min"),
        (timedelta(0), "expired; renewed when it is needed"),
    ],
)
def test_the_life_of_a_token_in_words(left: timedelta | None, words: str) -> None:
    assert lifetime_words(left if left is None else NOW + left, now=NOW) == words


def test_a_failed_refresh_is_told_with_its_reason() -> None:
    trouble = Problem(
        kind=ErrorKind.PROVIDER_UNREACHABLE,
        summary="Example Mail could not be reached.",
        remedy=Remedy.WAIT,
        detail="503",
    )
    rows = account_facts(summary(state=replace(SIGNED_IN, last_refresh_problem=trouble)), now=NOW, zone=UTC)

    words = next(row.words.plain for row in rows if row.lead == "Last refresh")
    assert words == "! 14:12 failed: Example Mail could not be reached. (503)"


def test_a_signed_out_account_claims_no_secret() -> None:
    rows = account_facts(summary(state=SignedOut()), now=NOW, zone=UTC)

    words = next(row.words.plain for row in rows if row.lead == "Secrets")
    assert words.startswith("none kept")


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_words_are_shown_as_they_are(size: tuple[int, int]) -> None:
    account = replace(summary().account, address=HOSTILE, provider="P")
    hostile = replace(summary(), account=account, kept_in=HOSTILE, read_only_reason=HOSTILE)

    def make() -> SettingsScreen:
        screen = SettingsScreen(zone=UTC, now=lambda: NOW)
        screen.show_accounts((hostile,))
        screen.show_activity((replace(ENTRY, what=HOSTILE, outcome="x"),))
        return screen

    app = Host(make)
    async with app.run_test(size=size):
        assert flat(app.text()).count("[@click=app.quit]x[/]") >= 4


async def test_an_app_password_is_named_as_what_it_is_with_its_place_and_its_end() -> None:
    one = summary()
    account = replace(
        one.account,
        sign_in=SignInMethod.APP_PASSWORD,
        oauth=OAuthSettings(scopes=ScopeSets()),
        password_page="https://example.test/app-passwords",  # noqa: S106 (an address)
    )
    app = settings((replace(one, account=account, permissions=()),))
    async with app.run_test(size=LARGE):
        shown = flat(app.text())

        assert "the weaker way" in shown
        assert "App password stored in GNOME Keyring since" in shown
        assert "https://example.test/app-passwords; tuimail cannot" in shown
        assert "Access token" not in shown


async def test_p_asks_for_the_accounts_permissions() -> None:
    app = settings()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("p")
        await until(pilot, lambda: bool(app.posted_of(SettingsScreen.PermissionsWanted)))

        assert app.posted_of(SettingsScreen.PermissionsWanted)[0].summary == BOTH[0]
