"""The first sign-in: consent in plain words, the browser, and each way it can end."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.real import words
from tests.real.bed.bed import Bed
from tests.real.bed.chromium import Answer
from tests.real.bed.desk import Desk
from tests.real.bed.oidc import TOKEN
from tests.real.bed.people import ALICE, BOB
from tests.real.bed.terminal import Size
from tests.real.mini_client import MiniClient
from tests.real.steps import SIGN_IN_DEADLINE_S, leaks, quit_program, sign_in


@pytest.mark.parametrize("size", [Size(columns=120, rows=40), Size(columns=80, rows=24)], ids=["120x40", "80x24"])
def test_first_sign_in_goes_from_consent_through_the_browser_to_the_list(desk: Desk, size: Size) -> None:
    terminal = desk.start(size=size)

    terminal.wait_for(words.CONSENT, words.READ_IN_PLAIN_WORDS, deadline_s=SIGN_IN_DEADLINE_S)
    opened_before_yes = desk.browser.opened()
    terminal.keys("Enter")
    terminal.wait_for(words.LIST, words.ONLINE, deadline_s=SIGN_IN_DEADLINE_S)

    assert opened_before_yes == []
    assert desk.browser.wait_for_visit().url.startswith("http://127.0.0.1:")
    quit_program(terminal)


def test_sign_in_asks_for_reading_alone_with_pkce_and_a_long_state(desk: Desk) -> None:
    sign_in(desk)

    query = {name: values[0] for name, values in parse_qs(urlsplit(desk.browser.opened()[0]).query).items()}
    assert query["scope"].split() == ["openid", "email", "offline_access", "mail.read"]
    assert query["code_challenge_method"] == "S256"
    assert len(query["code_challenge"]) == 43
    assert len(query["state"]) >= 43
    assert query["prompt"] == "consent"


def test_a_second_start_needs_no_browser_and_nothing_secret_is_readable_on_disk(desk: Desk, bed: Bed) -> None:
    quit_program(sign_in(desk))

    terminal = desk.start()
    terminal.wait_for(words.LIST, words.ONLINE, deadline_s=SIGN_IN_DEADLINE_S)

    assert len(desk.browser.opened()) == 1
    assert leaks(desk, [words.LIST, *(token.value for token in bed.provider.issued())]) == {}
    assert desk.home.loose_permissions() == []


def test_declining_the_consent_opens_no_browser(desk: Desk, bed: Bed) -> None:
    terminal = desk.start()
    terminal.wait_for(words.CONSENT, deadline_s=SIGN_IN_DEADLINE_S)

    terminal.keys("Escape")

    terminal.wait_until_gone(words.CONSENT)
    terminal.wait_for(words.SIGNED_OUT)
    assert desk.browser.opened() == []
    assert bed.provider.issued() == []


def test_a_no_at_the_provider_is_told_in_its_own_sentence(desk: Desk, bed: Bed) -> None:
    desk.browser.will(Answer.DENY)
    terminal = desk.start()
    terminal.wait_for(words.CONSENT, deadline_s=SIGN_IN_DEADLINE_S)

    terminal.keys("Enter")

    terminal.wait_for(words.DENIED, deadline_s=SIGN_IN_DEADLINE_S)
    assert bed.provider.issued() == []


def test_waiting_for_the_browser_shows_the_address_and_escape_gives_up(desk: Desk) -> None:
    desk.browser.will(Answer.NOTHING)
    terminal = desk.start()
    terminal.wait_for(words.CONSENT, deadline_s=SIGN_IN_DEADLINE_S)

    terminal.keys("Enter")
    opened = desk.browser.wait_for_opening()
    screen = terminal.wait_for(words.WAITING_FOR_BROWSER)
    terminal.keys("Escape")

    assert opened in screen.replace("\n", "")
    terminal.wait_until_gone(words.WAITING_FOR_BROWSER)
    terminal.wait_for(words.CANCELLED)


def test_a_token_endpoint_out_of_order_is_told_and_a_second_try_works(desk: Desk, bed: Bed) -> None:
    bed.provider.make_unavailable(TOKEN)
    terminal = desk.start()
    terminal.wait_for(words.CONSENT, deadline_s=SIGN_IN_DEADLINE_S)
    terminal.keys("Enter")
    terminal.wait_for(words.PROVIDER_DOWN, deadline_s=SIGN_IN_DEADLINE_S)

    bed.provider.make_unavailable()
    terminal.wait_for(words.TRY_AGAIN)
    terminal.keys("Enter")

    terminal.wait_for(words.LIST, words.ONLINE, deadline_s=SIGN_IN_DEADLINE_S)
    assert len(desk.browser.opened()) == 2


def test_a_browser_signed_in_as_somebody_else_is_noticed(desk: Desk) -> None:
    desk.browser.will(Answer.ALLOW, login=BOB)
    terminal = desk.start()
    terminal.wait_for(words.CONSENT, deadline_s=SIGN_IN_DEADLINE_S)

    terminal.keys("Enter")

    terminal.wait_for(BOB.address, words.OTHER_ACCOUNT, deadline_s=SIGN_IN_DEADLINE_S)


def test_a_pasted_redirect_address_signs_in_and_a_foreign_one_does_not(desk: Desk, client: MiniClient) -> None:
    desk.browser.will(Answer.NOTHING)
    terminal = desk.start()
    terminal.wait_for(words.CONSENT, deadline_s=SIGN_IN_DEADLINE_S)
    terminal.keys("Enter")
    terminal.wait_for(words.WAITING_FOR_BROWSER)
    redirect = client.redirect_without_a_browser(desk.browser.wait_for_opening(), ALICE)

    terminal.keys("Tab")
    terminal.type(redirect.replace("state=", "state=x"))
    terminal.keys("Enter")
    terminal.wait_for(words.FOREIGN_ADDRESS)
    terminal.type(redirect)
    terminal.keys("Enter")

    terminal.wait_for(words.LIST, deadline_s=SIGN_IN_DEADLINE_S)


def test_without_the_permission_to_read_the_missing_one_is_named(desk: Desk) -> None:
    desk.browser.will(Answer.ALLOW, refuse=["mail.read"])
    terminal = desk.start()
    terminal.wait_for(words.CONSENT, deadline_s=SIGN_IN_DEADLINE_S)

    terminal.keys("Enter")

    terminal.wait_for(words.NOT_GRANTED, deadline_s=SIGN_IN_DEADLINE_S)
    assert words.LIST not in terminal.screen()
