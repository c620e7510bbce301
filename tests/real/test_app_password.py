"""An app password at real servers: PLAIN over TLS to Dovecot and to Postfix, kept in a real keychain."""

import base64

import pytest

from tests.real import words
from tests.real.bed.bed import Bed
from tests.real.bed.desk import Desk
from tests.real.bed.people import ALICE, BOB
from tests.real.bed.terminal import Terminal
from tests.real.bed.waiting import wait_until
from tests.real.steps import (
    SIGN_IN_DEADLINE_S,
    account_entries,
    delivered,
    leaks,
    letter_to,
    open_settings,
    quit_program,
    send,
    write,
)

ASKED = "localhost gives out passwords for one program"
FIRST = "hvqd-mzpl-xkrw-tynb"
SECOND = "bnrc-qwge-pldu-ovka"
REFUSED = "did not accept the app password"


@pytest.fixture
def terminal(desk: Desk, bed: Bed) -> Terminal:
    """The program at its question for the password; ``FIRST`` is right."""
    bed.dovecot.set_app_password(ALICE.address, FIRST)
    desk.home.write_profile(bed.servers, with_password=True)
    terminal = desk.start()
    terminal.wait_for(ASKED, "weaker way", deadline_s=SIGN_IN_DEADLINE_S)
    return terminal


def give(terminal: Terminal, password: str) -> None:
    terminal.type(password)
    terminal.keys("Enter")


def signed_in(terminal: Terminal) -> None:
    give(terminal, FIRST)
    terminal.wait_for(words.LIST, words.ONLINE, deadline_s=SIGN_IN_DEADLINE_S)


def readable(desk: Desk, password: str) -> dict[str, list[str]]:
    """Files in which the password can be read, as it is and as PLAIN sends it."""
    sent = base64.b64encode(f"\0{ALICE.address}\0{password}".encode()).decode()
    return leaks(desk, [password, sent])


def test_a_right_password_reads_and_sends_over_tls_and_the_next_start_asks_nothing(
    desk: Desk, bed: Bed, terminal: Terminal
) -> None:
    signed_in(terminal)
    letter = letter_to(BOB)

    write(terminal, letter)
    send(terminal)
    wait_until(lambda: delivered(bed, letter.subject) is not None, "delivery to Bob", deadline_s=60)

    assert bed.provider.issued() == []
    assert readable(desk, FIRST) == {}
    quit_program(terminal)
    desk.start().wait_for(words.LIST, words.ONLINE, deadline_s=SIGN_IN_DEADLINE_S)
    logins = [line for line in bed.dovecot.log.read_text().splitlines() if "Login: " in line and "method=PLAIN" in line]
    assert logins
    assert all("TLS" in line for line in logins)
    assert "sasl_method=PLAIN" in bed.postfix.log.read_text()


def test_a_wrong_password_is_told_in_words_and_the_right_one_still_works(desk: Desk, terminal: Terminal) -> None:
    give(terminal, "wrong-one-tried")

    screen = terminal.wait_for(REFUSED, deadline_s=SIGN_IN_DEADLINE_S)
    assert "wrong-one-tried" not in screen
    assert account_entries(desk) == []

    signed_in(terminal)
    assert len(account_entries(desk)) == 1


def test_a_password_changed_at_the_provider_is_asked_for_again(desk: Desk, bed: Bed, terminal: Terminal) -> None:
    signed_in(terminal)
    bed.dovecot.set_app_password(ALICE.address, SECOND)
    bed.dovecot.kick(ALICE.address)
    terminal.wait_for(words.EXPIRED_BANNER, deadline_s=SIGN_IN_DEADLINE_S)
    # What was stored stays readable meanwhile.
    assert words.LIST in terminal.screen()

    open_settings(terminal)
    terminal.keys("Enter")
    terminal.wait_for(ASKED, REFUSED)
    give(terminal, SECOND)

    terminal.wait_until_gone(ASKED)
    terminal.keys("Escape")
    terminal.wait_for(words.LIST, words.ONLINE, deadline_s=SIGN_IN_DEADLINE_S)
    assert len(account_entries(desk)) == 1
    assert readable(desk, FIRST) == readable(desk, SECOND) == {}


def test_signing_out_deletes_it_and_names_who_can_end_it(desk: Desk, terminal: Terminal) -> None:
    signed_in(terminal)

    open_settings(terminal)
    terminal.keys("x")
    terminal.wait_for("no way for an app to revoke")
    terminal.keys("r")

    terminal.wait_for("End the app password", deadline_s=60)
    wait_until(lambda: account_entries(desk) == [], "no entry of the account in the keychain")
    quit_program(terminal)
    desk.start().wait_for(ASKED, deadline_s=SIGN_IN_DEADLINE_S)


def test_check_tries_it_at_both_servers_and_says_that_it_is_the_weaker_way(desk: Desk, terminal: Terminal) -> None:
    signed_in(terminal)
    quit_program(terminal)

    done = desk.run("check")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok  IMAP sign-in" in done.stdout
    assert "ok  SMTP sign-in" in done.stdout
    assert "weaker way" in done.stdout
    assert FIRST not in done.stdout + done.stderr
