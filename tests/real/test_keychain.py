"""A keychain that is locked, and a machine that has none."""

from collections.abc import Callable

import pytest

from tests.real import words
from tests.real.bed.bed import Bed
from tests.real.bed.desk import Desk
from tests.real.bed.keyring import KeyringState
from tests.real.bed.terminal import Terminal
from tests.real.steps import SIGN_IN_DEADLINE_S, account_entries, first_of, leaks, quit_program

PASSPHRASE = "correct horse battery staple"  # noqa: S105 - for one test


def reach_the_keychain_screen(desk: Desk) -> Terminal:
    """Start; whether consent or the keychain is asked about first is the program's choice."""
    terminal = desk.start()
    if first_of(terminal, words.KEYCHAIN, words.CONSENT) == words.CONSENT:
        terminal.keys("Enter")
        terminal.wait_for(words.KEYCHAIN, deadline_s=SIGN_IN_DEADLINE_S)
    return terminal


def reach_the_list(terminal: Terminal) -> None:
    """Agree where it is still asked, and wait for the list."""
    if first_of(terminal, words.LIST, words.CONSENT) == words.CONSENT:
        terminal.keys("Enter")
        terminal.wait_for(words.LIST, deadline_s=SIGN_IN_DEADLINE_S)


def seal_with_a_passphrase(terminal: Terminal) -> None:
    """Choose the sealed file and type its new passphrase twice."""
    terminal.keys("f")
    terminal.wait_for(words.SEALING)
    terminal.type(PASSPHRASE)
    terminal.keys("Tab")
    terminal.type(PASSPHRASE)
    terminal.keys("Enter")


@pytest.mark.parametrize("desk", [KeyringState.LOCKED], indirect=True)
def test_a_locked_keychain_can_be_unlocked_and_tried_again(desk: Desk) -> None:
    terminal = reach_the_keychain_screen(desk)

    desk.keyring.unlock()
    terminal.keys("r")
    reach_the_list(terminal)

    assert len(account_entries(desk)) == 1


def test_a_signed_in_account_with_one_keychain_entry_starts_again_after_locking(
    open_desk: Callable[[KeyringState], Desk],
) -> None:
    desk = open_desk(KeyringState.UNLOCKED)
    terminal = desk.start()
    reach_the_list(terminal)
    quit_program(terminal)
    desk.keyring.lock()

    terminal = desk.start()
    terminal.wait_for(words.KEYCHAIN, deadline_s=SIGN_IN_DEADLINE_S)
    desk.keyring.unlock()
    terminal.keys("r")

    terminal.wait_for(words.LIST, words.ONLINE, deadline_s=SIGN_IN_DEADLINE_S)
    assert len(desk.browser.opened()) == 1


@pytest.mark.parametrize("desk", [KeyringState.ABSENT], indirect=True)
def test_without_a_keychain_a_sealed_file_keeps_the_sign_in(desk: Desk, bed: Bed) -> None:
    terminal = reach_the_keychain_screen(desk)
    seal_with_a_passphrase(terminal)
    reach_the_list(terminal)
    quit_program(terminal)

    terminal = desk.start()
    terminal.wait_for(words.SEALED, deadline_s=SIGN_IN_DEADLINE_S)
    terminal.type("something else")
    terminal.keys("Enter")
    terminal.wait_for(words.NOT_UNSEALED, words.SEALED)
    terminal.type(PASSPHRASE)
    terminal.keys("Enter")
    terminal.wait_for(words.LIST, words.ONLINE, deadline_s=SIGN_IN_DEADLINE_S)

    assert len(desk.browser.opened()) == 1
    assert leaks(desk, [PASSPHRASE, words.LIST, *(token.value for token in bed.provider.issued())]) == {}


@pytest.mark.parametrize("desk", [KeyringState.ABSENT], indirect=True)
def test_without_a_keychain_memory_keeps_the_sign_in_for_one_run(desk: Desk, bed: Bed) -> None:
    terminal = reach_the_keychain_screen(desk)
    terminal.keys("m")
    reach_the_list(terminal)
    quit_program(terminal)

    assert leaks(desk, [words.LIST, *(token.value for token in bed.provider.issued())]) == {}
    terminal = desk.start()
    assert first_of(terminal, words.KEYCHAIN, words.CONSENT)
