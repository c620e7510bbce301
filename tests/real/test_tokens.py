"""Tokens that rotate, run out, or are taken away while the program runs."""

from functools import partial

from tests.real import words
from tests.real.bed.bed import Bed
from tests.real.bed.desk import Desk
from tests.real.bed.oidc import INTROSPECTION, TOKEN
from tests.real.bed.people import ALICE
from tests.real.bed.waiting import wait_until
from tests.real.steps import SIGN_IN_DEADLINE_S, post, quit_program, refreshes, sign_in, sign_in_again


def test_refreshes_rotate_the_token_and_survive_a_restart(desk: Desk, bed: Bed) -> None:
    terminal = sign_in(desk)

    for count in (1, 2):
        terminal.wait_for(words.ONLINE)
        bed.provider.expire_access_tokens()
        bed.dovecot.kick(ALICE.address)
        wait_until(partial(has_refreshed, bed, count), f"refresh {count}", deadline_s=60)
        # News that arrive show the new connection; the word "online" may still be about the old one.
        post(bed, f"News after refresh {count}")
        terminal.wait_for(f"News after refresh {count}", deadline_s=60)
    quit_program(terminal)
    terminal = desk.start()
    terminal.wait_for(words.LIST, words.ONLINE, deadline_s=SIGN_IN_DEADLINE_S)

    assert set(refreshes(bed)) == {"grant.success"}
    refresh_tokens = [token.value for token in bed.provider.issued() if token.kind == "RefreshToken"]
    assert len(set(refresh_tokens)) >= 3
    assert len(desk.browser.opened()) == 1


def test_an_access_token_that_ran_out_early_is_replaced_without_a_word(desk: Desk, bed: Bed) -> None:
    terminal = sign_in(desk)
    terminal.wait_for(words.ONLINE)
    terminal.keys("j")

    bed.provider.expire_access_tokens()
    bed.dovecot.kick(ALICE.address)
    post(bed, "After the token ran out")

    screen = terminal.wait_for("After the token ran out", deadline_s=60)
    assert not words.EXPIRED_BANNER.search(screen)
    assert refreshes(bed) == ["grant.success"]
    assert len(desk.browser.opened()) == 1


def test_a_revoked_grant_asks_to_sign_in_again_and_loses_nothing(desk: Desk, bed: Bed) -> None:
    terminal = sign_in(desk)
    terminal.wait_for(words.ONLINE)

    bed.provider.end_all_grants()
    bed.dovecot.kick(ALICE.address)
    banner = terminal.wait_for(words.SIGN_IN_AGAIN, deadline_s=60)
    sign_in_again(desk, terminal)
    post(bed, "After signing in again")

    assert words.LIST in banner
    terminal.wait_for("After signing in again", deadline_s=60)


def test_a_silent_token_endpoint_is_never_shown_as_a_sign_in_problem(desk: Desk, bed: Bed) -> None:
    terminal = sign_in(desk)
    terminal.wait_for(words.ONLINE)

    bed.provider.make_unavailable(TOKEN)
    bed.provider.expire_access_tokens()
    bed.dovecot.kick(ALICE.address)
    screen = terminal.wait_for(words.OFFLINE, deadline_s=60)
    bed.provider.make_unavailable()
    terminal.keys("C-r")

    assert not words.SIGN_IN_AGAIN.search(screen)
    assert words.LIST in screen
    terminal.wait_for(words.ONLINE, deadline_s=60)


def test_a_mail_server_that_cannot_check_tokens_is_no_reason_to_sign_in(desk: Desk, bed: Bed) -> None:
    terminal = sign_in(desk)
    terminal.wait_for(words.ONLINE)

    bed.provider.make_unavailable(INTROSPECTION)
    bed.dovecot.kick(ALICE.address)
    screen = terminal.wait_for(words.OFFLINE, deadline_s=60)
    bed.provider.make_unavailable()
    terminal.keys("C-r")

    assert not words.SIGN_IN_AGAIN.search(screen)
    terminal.wait_for(words.ONLINE, deadline_s=60)


def has_refreshed(bed: Bed, count: int) -> bool:
    """Whether the token endpoint has seen so many refreshes."""
    return len(refreshes(bed)) >= count
