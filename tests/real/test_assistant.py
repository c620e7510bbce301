"""The set-up assistant from nothing to the inbox, at servers that register their clients."""

import time

import pytest

from tests.real import words
from tests.real.bed.bed import Bed
from tests.real.bed.chromium import Answer
from tests.real.bed.desk import Desk
from tests.real.bed.people import ALICE
from tests.real.bed.terminal import Size, Terminal
from tests.real.mini_client import MiniClient
from tests.real.steps import SIGN_IN_DEADLINE_S, open_settings, quit_program, sign_in

MINUTE_S = 60.0
SIZES = pytest.mark.parametrize(
    "size", [Size(columns=120, rows=40), Size(columns=80, rows=24)], ids=["120x40", "80x24"]
)


class Typist:
    """Types, and counts the keys that a person presses; what is pasted counts as one."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.keys_pressed = 0

    def keys(self, *names: str) -> None:
        self.keys_pressed += len(names)
        self.terminal.keys(*names)

    def type(self, text: str) -> None:
        self.keys_pressed += len(text)
        self.terminal.type(text)


def nobody(desk: Desk) -> None:
    """A machine on which tuimail was never set up."""
    desk.home.profile.unlink()


def fill_in(typist: Typist, bed: Bed, desk: Desk, *, begins: bool = True) -> None:
    """Address and servers by hand: example.test has no DNS that could name them."""
    terminal, servers = typist.terminal, bed.servers
    if begins:
        terminal.wait_for(words.FIRST_SCREEN)
        typist.keys("a")
    terminal.wait_for(words.ASSISTANT)
    typist.type(ALICE.address)
    typist.keys("Enter")
    terminal.wait_for(words.ASK_LIST, deadline_s=SIGN_IN_DEADLINE_S)
    typist.keys("Escape")
    terminal.wait_for(words.PROPOSAL)
    typist.type(ALICE.name)
    typist.keys(*["Tab"] * 7)
    typist.type(f"localhost {servers.imap_port}")
    typist.keys("Tab")
    typist.type(f"localhost {servers.smtp_port} tls")
    typist.keys("Tab")
    typist.type(servers.issuer)
    typist.keys(*["Tab"] * 5)
    typist.type(str(desk.home.config / "ca.pem"))


@SIZES
def test_from_nothing_to_the_inbox_in_under_a_minute(desk: Desk, bed: Bed, size: Size) -> None:
    nobody(desk)
    typist = Typist(desk.start(size=size))
    begun_s = time.monotonic()
    fill_in(typist, bed, desk)

    typist.keys("Enter")
    typist.terminal.wait_for(words.CONSENT, deadline_s=SIGN_IN_DEADLINE_S)
    typist.keys("Enter")
    typist.terminal.wait_for(words.LIST, words.ONLINE, deadline_s=SIGN_IN_DEADLINE_S)

    took_s = time.monotonic() - begun_s
    print(f"{typist.keys_pressed} keys, {took_s:.1f} s")  # noqa: T201 (a figure for whoever runs it with -s)
    assert took_s < MINUTE_S
    text = desk.home.profile.read_text()
    assert "client_id" not in text
    assert desk.home.profile.stat().st_mode & 0o777 == 0o600
    quit_program(typist.terminal)


@SIZES
def test_the_same_where_the_browser_is_elsewhere(desk: Desk, bed: Bed, client: MiniClient, size: Size) -> None:
    nobody(desk)
    desk.browser.will(Answer.NOTHING)
    typist = Typist(desk.start(size=size))
    begun_s = time.monotonic()
    fill_in(typist, bed, desk)
    typist.keys("Enter")
    typist.terminal.wait_for(words.CONSENT, deadline_s=SIGN_IN_DEADLINE_S)
    typist.keys("Enter")
    typist.terminal.wait_for(words.WAITING_FOR_BROWSER)

    redirect = client.redirect_without_a_browser(desk.browser.wait_for_opening(), ALICE)
    typist.keys("Tab")
    typist.terminal.wait_for(words.PASTE_FIELD)
    typist.terminal.type(redirect)
    typist.keys("Enter")
    typist.terminal.wait_for(words.LIST, deadline_s=SIGN_IN_DEADLINE_S)

    assert time.monotonic() - begun_s < MINUTE_S
    quit_program(typist.terminal)


def test_leaving_the_assistant_leaves_nothing(desk: Desk, bed: Bed) -> None:
    nobody(desk)
    typist = Typist(desk.start())
    fill_in(typist, bed, desk)

    typist.keys("Escape")
    typist.terminal.wait_for(words.ASSISTANT)
    typist.keys("Escape")
    typist.terminal.wait_for(words.FIRST_SCREEN)
    typist.keys("q")

    assert typist.terminal.wait_for_exit() == 0
    assert not desk.home.profile.exists()
    assert bed.provider.issued() == []


def test_a_no_at_the_consent_screen_takes_the_account_out_again(desk: Desk, bed: Bed) -> None:
    nobody(desk)
    typist = Typist(desk.start())
    fill_in(typist, bed, desk)
    typist.keys("Enter")
    typist.terminal.wait_for(words.CONSENT, deadline_s=SIGN_IN_DEADLINE_S)

    typist.keys("Escape")
    typist.terminal.wait_for(words.KEEP_ACCOUNT)
    typist.keys("Escape")

    typist.terminal.wait_for(words.FIRST_SCREEN)
    assert not desk.home.profile.exists()
    assert desk.browser.opened() == []
    assert bed.provider.issued() == []


def test_an_account_is_added_from_settings_and_the_profiles_comments_stay(desk: Desk, bed: Bed) -> None:
    before = f"# mine\n{desk.home.profile.read_text()}"
    desk.home.profile.write_text(before)
    terminal = sign_in(desk)
    typist = Typist(terminal)

    open_settings(terminal)
    typist.keys("a")
    fill_in(typist, bed, desk, begins=False)
    typist.keys("Enter")
    terminal.wait_for(words.CONSENT, deadline_s=SIGN_IN_DEADLINE_S)
    typist.keys("Enter")
    terminal.wait_for(words.LIST, words.ONLINE, deadline_s=SIGN_IN_DEADLINE_S)

    after = desk.home.profile.read_text()
    assert after.startswith("# mine\n")
    assert all(line in after for line in before.splitlines())
    assert "[accounts.example" in after
    quit_program(terminal)
