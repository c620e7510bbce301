"""The code for another device: large, with a picture that reads back, and never a picture with a part missing."""

import pytest
from msgspec.structs import replace

from tests.ui.screens.host import HOSTILE, LARGE, SIZES, SMALL, Host, flat, until
from tests.ui.screens.test_sign_in import BROWSER as BROWSER_NEEDED
from tests.ui.screens.test_sign_in import REQUEST, Clock
from tuimail.api.events import CodeNeeded
from tuimail.domain.ids import AccountId
from tuimail.ui.letters import ascii_cells, broken, can_draw, half_blocks, large
from tuimail.ui.qr import qr_picture
from tuimail.ui.screens.awaiting import FINISHED
from tuimail.ui.screens.consent import Consent, ConsentScreen
from tuimail.ui.screens.device_code import BROWSER, DeviceCodeScreen
from tuimail.ui.screens.login import OTHER_DEVICE, LoginScreen

CODE = CodeNeeded(
    account=AccountId("work"),
    user_code="WDJB-MJHT",
    verification_uri="https://accounts.example.test/device",
    verification_uri_complete="https://accounts.example.test/device?user_code=WDJB-MJHT",
    time_limit_s=600,
)
_PAIRS = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}


def modules(picture: str) -> list[list[int]]:
    """The light modules of a picture in half blocks, row by row."""
    pairs = [[_PAIRS[char] for char in line] for line in picture.splitlines()]
    return [[pair[half] for pair in line] for line in pairs for half in (0, 1)]


@pytest.mark.parametrize("size", SIZES)
async def test_code_address_time_and_picture_are_on_one_screen(size: tuple[int, int]) -> None:
    app = Host(lambda: DeviceCodeScreen(CODE))
    async with app.run_test(size=size):
        shown = app.text()

        assert "WDJB-MJHT" in shown
        assert "https://accounts.example.test/device" in shown.splitlines()
        assert "10:00 left" in shown
        assert "the code is in it" in flat(shown)
        for line in half_blocks(large("WDJB-")).splitlines():
            assert line.rstrip() in shown
        for line in qr_picture(
            CODE.verification_uri_complete or "", width=size[0] - 36, height=size[1] - 3
        ).splitlines():
            assert line in shown


async def test_without_room_for_the_picture_there_is_none() -> None:
    app = Host(lambda: DeviceCodeScreen(CODE))
    async with app.run_test(size=(60, 16)):
        shown = app.text()

        assert "WDJB-MJHT" in shown
        assert "picture" not in shown
        assert "██▀" not in shown.replace(half_blocks(large("WDJB-MJHT")), "")


async def test_without_a_complete_address_the_picture_leads_to_the_plain_one() -> None:
    app = Host(lambda: DeviceCodeScreen(replace(CODE, verification_uri_complete=None)))
    async with app.run_test(size=LARGE):
        assert "then type the code" in flat(app.text())
        assert qr_picture(CODE.verification_uri, width=84, height=37).splitlines()[3] in app.text()


@pytest.mark.parametrize(("key", "answer"), [("escape", None), ("b", BROWSER)])
async def test_esc_gives_up_and_b_goes_to_the_browser(key: str, answer: str | None) -> None:
    app = Host(lambda: DeviceCodeScreen(CODE))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(key)
        await until(pilot, lambda: bool(app.answers))

        assert app.answers == [answer]


async def test_address_and_code_can_be_printed_alone() -> None:
    app = Host(lambda: DeviceCodeScreen(CODE))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("p")
        await until(pilot, lambda: app.suspended == 1)
        assert "https://accounts.example.test/device\nWDJB-MJHT\n" in app.plain.getvalue()


async def test_the_end_of_the_time_is_said() -> None:
    clock = Clock()
    app = Host(lambda: DeviceCodeScreen(CODE, clock=clock, every_s=0.01))
    async with app.run_test(size=SMALL) as pilot:
        clock.now_s += 601

        await until(pilot, lambda: "The time is over" in flat(app.text()))


async def test_it_closes_when_the_sign_in_is_over() -> None:
    app = Host(lambda: DeviceCodeScreen(CODE))
    async with app.run_test(size=SMALL) as pilot:
        assert isinstance(app.shown, DeviceCodeScreen)
        app.shown.finish()

        await until(pilot, lambda: app.answers == [FINISHED])


@pytest.mark.parametrize("code", [HOSTILE[:32], "ÄÖÜ-1234", "1" * 32])
async def test_a_code_without_large_letters_is_shown_in_plain_ones(code: str) -> None:
    app = Host(lambda: DeviceCodeScreen(replace(CODE, user_code=code, verification_uri=HOSTILE)))
    async with app.run_test(size=SMALL):
        assert code in flat(app.text())


@pytest.mark.parametrize(
    ("is_remote", "key", "answer"),
    [
        (False, "enter", Consent.BROWSER),
        (False, "d", Consent.CODE),
        (True, "enter", Consent.CODE),
        (True, "b", Consent.BROWSER),
    ],
)
async def test_over_ssh_the_code_is_offered_first(is_remote: bool, key: str, answer: Consent) -> None:
    app = Host(lambda: ConsentScreen(replace(REQUEST, can_use_code=True, is_remote=is_remote)))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(key)

        assert app.answers == [answer]


async def test_no_code_is_offered_where_the_provider_has_none() -> None:
    app = Host(lambda: ConsentScreen(replace(REQUEST, is_remote=True)))
    async with app.run_test(size=SMALL) as pilot:
        assert "other device" not in app.text()
        await pilot.press("d")
        assert app.answers == []

        await pilot.press("enter")
        assert app.answers == [Consent.BROWSER]


@pytest.mark.parametrize(("is_remote", "key"), [(False, "d"), (True, "f3")])
async def test_the_waiting_screen_leads_to_the_code_too(is_remote: bool, key: str) -> None:
    app = Host(lambda: LoginScreen(replace(BROWSER_NEEDED, can_use_code=True, is_remote=is_remote)))
    async with app.run_test(size=SMALL) as pilot:
        assert "shows a code" in flat(app.text())
        await pilot.press(key)
        await until(pilot, lambda: bool(app.answers))

        assert app.answers == [OTHER_DEVICE]


async def test_the_waiting_screen_has_no_such_key_without_a_code() -> None:
    app = Host(lambda: LoginScreen(BROWSER_NEEDED))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("d", "f3")

        assert app.answers == []


def test_a_picture_has_its_quiet_zone_and_the_three_finders() -> None:
    rows = modules(qr_picture("https://example.test/device?user_code=A", width=80, height=40))
    size = len(rows[0])

    assert all(all(row) for row in rows[:4])
    assert all(row[:4] == [1] * 4 and row[-4:] == [1] * 4 for row in rows[:size])
    finder = [0] * 7
    assert rows[4][4:11] == finder
    assert rows[4][size - 11 : size - 4] == finder
    assert rows[size - 5][4:11] == finder


def test_a_picture_takes_half_the_quiet_zone_before_it_gives_up() -> None:
    address = "https://example.test/device?user_code=A"
    whole = qr_picture(address, width=80, height=40)
    across, down = len(whole.splitlines()[0]), len(whole.splitlines())

    smaller = qr_picture(address, width=across - 1, height=down)

    assert len(smaller.splitlines()[0]) == across - 4
    assert qr_picture(address, width=across - 5, height=down) == ""


def test_in_ascii_each_module_is_two_signs_wide() -> None:
    picture = qr_picture("https://example.test/", width=200, height=100, is_ascii=True)

    lines = picture.splitlines()
    assert set(picture) <= {"#", " ", "\n"}
    assert all(len(line) == 2 * len(lines) for line in lines)


def test_large_letters_tell_zero_from_o_and_break_behind_the_hyphen() -> None:
    assert large("0") != large("O")
    assert len({str(large(char)) for char in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"}) == 37
    assert broken("WDJB-MJHT", 34) == ["WDJB-", "MJHT"]
    assert broken("WDJBMJHT", 34) == ["WDJB", "MJHT"]
    assert broken("WDJB-MJHT", 53) == ["WDJB-MJHT"]
    assert not can_draw("É")
    assert ascii_cells(large("I"), width=1).splitlines()[0] == " ### "
