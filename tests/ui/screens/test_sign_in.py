"""Consent, waiting for the browser, the keychain, and the question about another account."""

import pytest
from msgspec.structs import replace
from textual import events
from textual.widgets import Input

from tests.ui.screens.host import HOSTILE, LARGE, SIZES, SMALL, Host, flat, until
from tuimail.api.commands import ChooseKeychain, KeychainChoice
from tuimail.api.events import BrowserNeeded, ClientSecretNeeded, KeychainNeeded, OtherAccountFound
from tuimail.domain.account import ConsentRequest
from tuimail.domain.errors import ErrorKind, Problem, Remedy
from tuimail.domain.ids import AccountId
from tuimail.domain.scope import Permission, ScopeSets, describe
from tuimail.domain.token import Secret
from tuimail.ui.screens.awaiting import FINISHED
from tuimail.ui.screens.client_secret import ClientSecretScreen
from tuimail.ui.screens.consent import Consent, ConsentScreen, one_permission_words
from tuimail.ui.screens.keychain import KeychainScreen, passphrase_trouble
from tuimail.ui.screens.login import LoginScreen
from tuimail.ui.screens.other_account import OtherAccountQuestion
from tuimail.ui.widgets.countdown import minutes

SETS = ScopeSets(identity=("openid",), read=("mail.read",), send=("mail.send",))
REQUEST = ConsentRequest(
    account=AccountId("work"),
    address="alice@example.test",
    provider="Example Mail",
    hosts=(("sign-in", "accounts.example.test"), ("reading", "imap.example.test:993")),
    lines=tuple(describe(SETS, [Permission.READ])),
    kept_in="GNOME Keyring",
    one_permission=False,
    sign_out="revokes the access and deletes everything kept here",
)
URL = "https://accounts.example.test/authorize?response_type=code&state=" + "s" * 120
BROWSER = BrowserNeeded(
    account=AccountId("work"),
    url=URL,
    listening_on="127.0.0.1:41234",
    time_limit_s=300,
    browser_opened=True,
    is_remote=False,
)
LOCKED = Problem(kind=ErrorKind.KEYCHAIN_LOCKED, summary="Your keychain is locked.", remedy=Remedy.UNLOCK)


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.mark.parametrize("size", SIZES)
async def test_consent_names_provider_hosts_permissions_place_and_sign_out(size: tuple[int, int]) -> None:
    app = Host(lambda: ConsentScreen(REQUEST))
    async with app.run_test(size=size):
        shown = flat(app.text())

        line = REQUEST.lines[0]
        for words in ("Example Mail", "accounts.example.test", "imap.example.test:993", line.title, line.reason[1:]):
            assert words in shown
        assert "Without it tuimail cannot show this account at all." in shown
        assert "kept in GNOME Keyring" in shown
        assert "revokes the access and deletes everything kept here" in shown


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Enter agree, open the browser"),
        ({"is_remote": True}, "Enter agree, show the address"),
        ({"is_remote": True, "can_use_code": True}, "Enter agree, show a code"),
        ({"is_played": True}, "Enter agree, the demo signs in by itself"),
    ],
)
async def test_the_hint_says_what_a_yes_leads_to(size: tuple[int, int], changes: dict[str, bool], words: str) -> None:
    app = Host(lambda: ConsentScreen(replace(REQUEST, **changes)))
    async with app.run_test(size=size):
        hints = app.text().splitlines()[-1]

        assert words in hints
        assert hints.endswith("Esc decline")


@pytest.mark.parametrize(("key", "answer"), [("enter", Consent.BROWSER), ("escape", Consent.NO)])
async def test_enter_agrees_and_esc_declines(key: str, answer: Consent) -> None:
    app = Host(lambda: ConsentScreen(REQUEST))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(key)

        assert app.answers == [answer]


async def test_an_incremental_consent_names_what_was_granted_before() -> None:
    request = replace(
        REQUEST,
        lines=tuple(describe(SETS, [Permission.SEND])),
        already=tuple(describe(SETS, [Permission.READ], ["mail.read"])),
    )
    app = Host(lambda: ConsentScreen(request))
    async with app.run_test(size=SMALL):
        shown = flat(app.text())

        assert "One more permission" in shown
        assert "You granted ✓ read, sort, flag and delete your mail" in shown


async def test_one_permission_for_both_is_said() -> None:
    app = Host(lambda: ConsentScreen(replace(REQUEST, one_permission=True)))
    async with app.run_test(size=LARGE):
        assert "Example Mail has one permission for reading and sending" in flat(app.text())
    assert "one permission for reading and sending" in one_permission_words("X")


async def test_a_consent_longer_than_the_window_scrolls_by_arrows() -> None:
    request = replace(REQUEST, lines=tuple(describe(SETS, list(Permission))), one_permission=True)
    app = Host(lambda: ConsentScreen(request))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*["down"] * 12)
        await until(pilot, lambda: "everything kept here" in flat(app.text()))


async def test_the_whole_address_is_shown_and_nothing_beside_it() -> None:
    app = Host(lambda: LoginScreen(BROWSER))
    async with app.run_test(size=SMALL):
        lines = app.text().splitlines()

        start = next(index for index, line in enumerate(lines) if line.startswith("https://"))
        end = next(index for index in range(start, len(lines)) if not lines[index])
        assert "".join(lines[start:end]) == URL


@pytest.mark.parametrize(
    ("event", "focused"),
    [
        (BROWSER, False),
        (replace(BROWSER, is_remote=True), True),
        (replace(BROWSER, browser_opened=False), True),
    ],
)
async def test_the_field_has_the_focus_only_where_the_browser_is_elsewhere(event: BrowserNeeded, focused: bool) -> None:
    app = Host(lambda: LoginScreen(event))
    async with app.run_test(size=SMALL):
        assert isinstance(app.focused, Input) is focused


async def test_a_remote_session_shows_the_tunnel() -> None:
    app = Host(lambda: LoginScreen(replace(BROWSER, is_remote=True, browser_opened=False)))
    async with app.run_test(size=SMALL):
        assert "ssh -L 41234:127.0.0.1:41234" in app.text()


async def test_a_pasted_address_is_posted_as_a_secret_without_its_line_breaks() -> None:
    app = Host(lambda: LoginScreen(replace(BROWSER, is_remote=True)))
    async with app.run_test(size=SMALL) as pilot:
        app.post_message(events.Paste("http://127.0.0.1:41234/callback?code=abc\n&state=def \n"))
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.posted_of(LoginScreen.Pasted)))

        message = app.posted_of(LoginScreen.Pasted)[0]
        assert message.url == Secret("http://127.0.0.1:41234/callback?code=abc&state=def")
        assert "abc" not in repr(message)
        assert "abc" not in app.text()


REDIRECT = "http://127.0.0.1:41234/callback?code=abc&state=dpy"


async def test_a_paste_is_the_fields_whatever_has_the_focus() -> None:
    app = Host(lambda: LoginScreen(BROWSER))
    async with app.run_test(size=SMALL) as pilot:
        app.post_message(events.Paste(REDIRECT))
        await until(pilot, lambda: isinstance(app.focused, Input))
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.posted_of(LoginScreen.Pasted)))

        assert app.posted_of(LoginScreen.Pasted)[0].url == Secret(REDIRECT)


@pytest.mark.parametrize("keys", [REDIRECT, f"{REDIRECT}\r"], ids=["then Enter", "with Enter in it"])
async def test_an_address_that_the_terminal_types_is_no_row_of_keys(keys: str) -> None:
    app = Host(lambda: LoginScreen(replace(BROWSER, can_use_code=True)))
    async with app.run_test(size=SMALL) as pilot:
        for key in keys:
            app.post_message(events.Key("enter" if key == "\r" else key, key))
        await until(pilot, lambda: isinstance(app.focused, Input))
        if not keys.endswith("\r"):
            await pilot.press("enter")
        await until(pilot, lambda: bool(app.posted_of(LoginScreen.Pasted)))

        assert [message.url for message in app.posted_of(LoginScreen.Pasted)] == [Secret(REDIRECT)]
        assert app.suspended == 0
        assert app.answers == []


@pytest.mark.parametrize("key", ["p", "f2"])
async def test_the_address_is_printed_alone_on_the_plain_terminal(key: str) -> None:
    app = Host(lambda: LoginScreen(BROWSER))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(key)
        await until(pilot, lambda: app.suspended == 1)

    assert URL in app.plain.getvalue().splitlines()


async def test_p_is_a_letter_while_the_field_has_the_focus() -> None:
    app = Host(lambda: LoginScreen(replace(BROWSER, is_remote=True)))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("p")

        assert isinstance(app.focused, Input)
        assert app.focused.value == "p"
        assert app.suspended == 0


async def test_the_time_left_counts_down_and_ends_in_words() -> None:
    clock = Clock()
    app = Host(lambda: LoginScreen(BROWSER, clock=clock, every_s=0.01))
    async with app.run_test(size=SMALL) as pilot:
        assert "5:00 left" in app.text()
        clock.now_s += 61
        await until(pilot, lambda: "3:59 left" in app.text())
        clock.now_s += 300
        await until(pilot, lambda: "The time is over" in app.text())


@pytest.mark.parametrize("size", SIZES)
async def test_why_a_paste_was_not_taken_is_in_sight_below_a_long_address(size: tuple[int, int]) -> None:
    event = replace(BROWSER, url=URL + "s" * 400, browser_opened=False, is_remote=True, can_use_code=True)
    app = Host(lambda: LoginScreen(event))
    async with app.run_test(size=size) as pilot:
        screen = app.screen
        assert isinstance(screen, LoginScreen)
        screen.show_words("This address belongs to another sign-in.")
        await until(pilot, lambda: "another sign-in" in flat(app.text()))

        screen.show_progress("Asking for tokens…")
        await until(pilot, lambda: "Asking for tokens…" in flat(app.text()))


async def test_esc_cancels_the_sign_in() -> None:
    app = Host(lambda: LoginScreen(replace(BROWSER, is_remote=True)))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("escape")

        assert app.answers == [None]


async def test_a_finished_sign_in_closes_the_screen() -> None:
    app = Host(lambda: LoginScreen(BROWSER))
    async with app.run_test(size=SMALL) as pilot:
        assert isinstance(app.shown, LoginScreen)
        app.shown.finish()
        await pilot.pause()

        assert app.answers == [FINISHED]
        assert app.screen is not app.shown


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0:00"), (-3, "0:00"), (59.2, "1:00"), (61, "1:01"), (600, "10:00")]
)
def test_minutes_are_told_as_a_clock_does(seconds: float, words: str) -> None:
    assert minutes(seconds) == words


def keychain(*, exists: bool = False, wanted: bool = False) -> Host:
    needed = KeychainNeeded(problem=LOCKED, sealed_file_exists=exists, passphrase_wanted=wanted)
    return Host(lambda: KeychainScreen(needed))


@pytest.mark.parametrize("key", ["enter", "r"])
async def test_the_keychain_itself_is_the_preselected_choice(key: str) -> None:
    app = keychain()
    async with app.run_test(size=SMALL) as pilot:
        assert "Your keychain is locked." in app.text()
        await pilot.press(key)

        assert app.answers == [ChooseKeychain(choice=KeychainChoice.RETRY)]


@pytest.mark.parametrize(("key", "answer"), [("m", ChooseKeychain(choice=KeychainChoice.MEMORY)), ("escape", None)])
async def test_the_other_answers_of_the_keychain_screen(key: str, answer: ChooseKeychain | None) -> None:
    app = keychain()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(key)

        assert app.answers == [answer]


@pytest.mark.parametrize("size", SIZES)
async def test_a_new_sealed_file_asks_for_the_passphrase_twice(size: tuple[int, int]) -> None:
    app = keychain()
    async with app.run_test(size=size) as pilot:
        await pilot.press("f")
        app.post_message(events.Paste("correct horse"))
        await pilot.press("enter")
        app.post_message(events.Paste("correct house"))
        await pilot.press("enter")
        await until(pilot, lambda: "The two are not the same" in app.text())
        assert "correct" not in app.text()

        assert [field.value for field in app.screen.query(Input)] == ["", ""]
        assert app.screen.focused is app.screen.query_one("#first")

        for _ in range(2):
            app.post_message(events.Paste("correct horse"))
            await pilot.press("enter")
        await until(pilot, lambda: bool(app.answers))

        assert app.answers == [
            ChooseKeychain(choice=KeychainChoice.SEALED_FILE, passphrase=Secret("correct horse")),
        ]


async def test_an_existing_sealed_file_asks_once() -> None:
    app = keychain(exists=True)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("f", *"old", "enter")
        await until(pilot, lambda: bool(app.answers))

        assert app.answers == [ChooseKeychain(choice=KeychainChoice.SEALED_FILE, passphrase=Secret("old"))]


async def test_a_new_passphrase_can_be_typed_without_a_pause_between_its_fields() -> None:
    app = keychain()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("f")
        # All keys at once, as from a fast hand on a slow machine.
        for key in [*"12345678", "tab", *"12345678", "enter"]:
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await until(pilot, lambda: bool(app.answers))

        assert app.answers == [ChooseKeychain(choice=KeychainChoice.SEALED_FILE, passphrase=Secret("12345678"))]


async def test_a_wanted_passphrase_is_asked_for_at_once() -> None:
    app = keychain(exists=True, wanted=True)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*"old", "enter")
        await until(pilot, lambda: bool(app.answers))

        assert app.answers == [ChooseKeychain(choice=KeychainChoice.SEALED_FILE, passphrase=Secret("old"))]


async def test_esc_goes_from_the_passphrase_back_to_the_choices() -> None:
    app = keychain()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("f", *"rm", "escape")

        assert app.answers == []
        assert "Unlock it and try again" in app.text()


@pytest.mark.parametrize(
    ("typed", "is_fine"),
    [
        (["x"], True),
        ([""], False),
        (["short", "short"], False),
        (["long enough", "long enouhg"], False),
        (["12345678"] * 2, True),
    ],
)
def test_what_a_passphrase_must_be(typed: list[str], is_fine: bool) -> None:
    assert (not passphrase_trouble(typed)) is is_fine


@pytest.mark.parametrize(("key", "keep"), [("enter", True), ("escape", False)])
async def test_another_account_is_asked_about(key: str, keep: bool) -> None:
    event = OtherAccountFound(account=AccountId("work"), address="alice@example.test", found="bob@example.test")
    app = Host(lambda: OtherAccountQuestion(event))
    async with app.run_test(size=SMALL) as pilot:
        assert "Your browser was signed in as bob@example.test, and this account is alice@example.test." in flat(
            app.text()
        )
        await pilot.press(key)

        assert app.answers == [keep]


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_words_are_shown_as_they_are(size: tuple[int, int]) -> None:
    line = replace(REQUEST.lines[0], title=HOSTILE, reason=HOSTILE, without=HOSTILE)
    consent = replace(
        REQUEST,
        address=HOSTILE,
        provider=HOSTILE,
        hosts=((HOSTILE, HOSTILE),),
        lines=(line,),
        kept_in=HOSTILE,
        sign_out=HOSTILE,
    )
    problem = replace(LOCKED, summary=HOSTILE, detail=HOSTILE)
    for screen, count in (
        (lambda: ConsentScreen(consent), 9),
        (lambda: LoginScreen(replace(BROWSER, url=HOSTILE, listening_on=HOSTILE)), 3),
        (lambda: KeychainScreen(KeychainNeeded(problem=problem, sealed_file_exists=True)), 2),
        (lambda: OtherAccountQuestion(OtherAccountFound(account=AccountId("a"), address=HOSTILE, found=HOSTILE)), 3),
    ):
        app = Host(screen)
        async with app.run_test(size=size):
            assert flat(app.text()).count(HOSTILE) >= count - (size == SMALL) * 2


@pytest.mark.parametrize("size", SIZES)
async def test_a_client_secret_is_taken_without_being_shown(size: tuple[int, int]) -> None:
    event = ClientSecretNeeded(account=AccountId("work"), provider=HOSTILE, client_id="id-1")
    app = Host(lambda: ClientSecretScreen(event))

    async with app.run_test(size=size) as pilot:
        await pilot.press(*"hush", "enter")
        await pilot.pause()

    assert app.answers == [Secret("hush")]


async def test_esc_leaves_without_a_client_secret() -> None:
    app = Host(lambda: ClientSecretScreen(ClientSecretNeeded(account=AccountId("work"), provider="P", client_id="i")))

    async with app.run_test(size=SIZES[0]) as pilot:
        await pilot.press("enter", "escape")
        await pilot.pause()

    assert app.answers == [None]
