"""Signing out: old tokens are refused everywhere, and nothing of the account is left on the disk."""

import pytest

from tests.real import words
from tests.real.bed.bed import Bed
from tests.real.bed.desk import Desk
from tests.real.bed.mailbox import SECRET_SENTENCE, SECRET_SUBJECT
from tests.real.bed.oidc import REVOCATION
from tests.real.bed.people import BOB
from tests.real.bed.terminal import Size, Terminal
from tests.real.bed.waiting import wait_until
from tests.real.mini_client import MiniClient
from tests.real.steps import (
    account_entries,
    delivered,
    grant_sending,
    leaks,
    letter_to,
    quit_program,
    send,
    sign_in,
    sign_in_again,
    sign_out,
    still_good,
    write,
)


def use_the_account(desk: Desk, bed: Bed) -> Terminal:
    """Sign in, read a mail and send one, so that there is something to leave behind."""
    terminal = sign_in(desk)
    terminal.keys("Enter")
    terminal.wait_for(SECRET_SENTENCE)
    terminal.keys("q")
    letter = letter_to(BOB)
    write(terminal, letter)
    send(terminal)
    grant_sending(desk, terminal)
    wait_until(lambda: delivered(bed, letter.subject) is not None, "delivery to Bob", deadline_s=60)
    wait_until(lambda: letter.subject in bed.alice.subjects("Sent"), "the copy in Sent")
    return terminal


def traces(desk: Desk, bed: Bed) -> dict[str, list[str]]:
    """Where tokens or mail can still be read on the disk."""
    mail = [SECRET_SUBJECT, SECRET_SENTENCE, "This is letter", BOB.address]
    return leaks(desk, [*mail, *(token.value for token in bed.provider.issued())])


def test_after_signing_out_old_tokens_are_refused_and_nothing_is_left(desk: Desk, bed: Bed, client: MiniClient) -> None:
    terminal = use_the_account(desk, bed)
    before = traces(desk, bed)

    sign_out(terminal)
    terminal.wait_for(words.SIGN_OUT_DONE, deadline_s=60)
    issued = bed.provider.issued()
    after = traces(desk, bed)
    quit_program(terminal)

    assert before == {}
    assert after == {}
    assert traces(desk, bed) == {}
    # Two consents, of reading and of sending: a grant each.
    assert [token.kind for token in issued].count("RefreshToken") >= 2
    assert [token.kind for token in issued].count("AccessToken") >= 2
    assert still_good(client, issued) == []
    assert account_entries(desk) == []


def test_after_signing_out_the_next_start_asks_for_consent(desk: Desk) -> None:
    terminal = sign_in(desk)
    sign_out(terminal)
    terminal.wait_for(words.SIGN_OUT_DONE, deadline_s=60)
    quit_program(terminal)

    terminal = desk.start()

    terminal.wait_for(words.CONSENT, deadline_s=60)
    assert len(desk.browser.opened()) == 1
    assert words.LIST not in terminal.screen()


def test_escape_at_the_question_stays_signed_in(desk: Desk) -> None:
    terminal = sign_in(desk)

    sign_out(terminal, answer="Escape")

    terminal.wait_until_gone(words.SIGN_OUT_QUESTION)
    assert len(account_entries(desk)) == 1


def test_a_failed_revocation_still_removes_everything_here_and_can_be_tried_again(
    desk: Desk, bed: Bed, client: MiniClient
) -> None:
    terminal = sign_in(desk)
    bed.provider.make_unavailable(REVOCATION)

    sign_out(terminal)
    terminal.wait_for(words.FORGOTTEN, deadline_s=60)
    kept = account_entries(desk)
    bed.provider.make_unavailable()
    terminal.keys("r")
    terminal.wait_for(words.SIGN_OUT_DONE, deadline_s=60)

    assert kept == []
    assert still_good(client, bed.provider.issued()) == []
    assert traces(desk, bed) == {}


def test_logout_from_the_shell_does_the_same(desk: Desk, bed: Bed, client: MiniClient) -> None:
    quit_program(use_the_account(desk, bed))

    done = desk.run("logout")

    assert done.returncode == 0, done.stdout + done.stderr
    assert still_good(client, bed.provider.issued()) == []
    assert account_entries(desk) == []
    assert traces(desk, bed) == {}


def test_logout_from_the_shell_is_done_by_the_window_that_is_open(desk: Desk, bed: Bed, client: MiniClient) -> None:
    terminal = use_the_account(desk, bed)

    done = desk.run("logout")

    assert done.returncode == 0, done.stdout + done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith("ok  Revoke")] != []
    terminal.wait_for(words.SIGNED_OUT)
    assert words.LIST not in terminal.screen()
    assert still_good(client, bed.provider.issued()) == []
    assert account_entries(desk) == []
    assert traces(desk, bed) == {}


def test_logout_here_only_forgets_without_revoking(desk: Desk, bed: Bed, client: MiniClient) -> None:
    quit_program(sign_in(desk))

    done = desk.run("logout", "--here-only")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "RefreshToken" in still_good(client, bed.provider.issued()[:2])
    assert account_entries(desk) == []


@pytest.mark.parametrize("answer", ["r", "f"], ids=["revoke", "forget"])
def test_signing_out_of_two_sign_ins_at_80x24_tells_what_was_done(
    desk: Desk, bed: Bed, client: MiniClient, answer: str
) -> None:
    terminal = sign_in(desk, size=Size(columns=80, rows=24))
    sign_in_again(desk, terminal)

    sign_out(terminal, answer=answer)
    terminal.wait_for(words.SIGN_OUT_DONE if answer == "r" else words.FORGOTTEN, deadline_s=60)

    issued = bed.provider.issued()
    assert [token.kind for token in issued].count("RefreshToken") >= 2
    assert bool(still_good(client, issued)) is (answer == "f")
    assert account_entries(desk) == []
    assert traces(desk, bed) == {}


def test_logout_tells_a_failed_revocation_by_its_exit_status(desk: Desk, bed: Bed) -> None:
    quit_program(sign_in(desk))
    bed.provider.make_unavailable(REVOCATION)

    done = desk.run("logout")

    assert done.returncode == 1
    assert account_entries(desk) == []
