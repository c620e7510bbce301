"""What a second window, or a command in another terminal, hands to the window that writes."""

import os
from datetime import UTC, datetime

import pytest

from tests.engine.conftest import ACCOUNT, Rig, online
from tests.fakes.authorization_server import json_reply
from tuimail import assembly, headless
from tuimail.api.commands import ListAccounts, OpenAccount, PreviewSignOut
from tuimail.api.events import DraftOpened, Event, Failed, Noticed, SignedOutReport, SignOutPreviewed
from tuimail.domain.ids import AccountId
from tuimail.domain.neighbour import Refused, Request, Wish
from tuimail.engine.storage import Storage
from tuimail.engine.worker import Worker
from tuimail.net.neighbour import ask


def test_a_mailto_address_opens_the_composer_of_the_window_that_is_open(
    rig: Rig, capsys: pytest.CaptureFixture[str]
) -> None:
    heard = rig.signed_in()

    taken = assembly.handed_over(rig.setting(), ACCOUNT, "mailto:bob@example.org?subject=Bees")

    assert taken
    opened = heard.wait_for(DraftOpened)
    assert (opened.draft.to, opened.draft.subject) == ("bob@example.org", "Bees")
    assert "another terminal" in heard.wait_for(Noticed, lambda event: "compose" in event.words).words
    assert capsys.readouterr().out.count("\n") == 1


def test_the_door_is_there_whatever_was_asked_first(rig: Rig) -> None:
    rig.signed_in().program.close()
    again = rig.start()

    again.submit(ListAccounts())
    again.submit(OpenAccount(account=ACCOUNT))
    online(again)

    assert assembly.handed_over(rig.setting(), ACCOUNT, "mailto:bob@example.org")


def test_without_a_window_nothing_is_handed_over(rig: Rig) -> None:
    rig.signed_in().program.close()

    assert not assembly.handed_over(rig.setting(), ACCOUNT, "mailto:bob@example.org")


def test_a_window_that_only_reads_leaves_the_socket_to_the_one_that_writes(rig: Rig) -> None:
    first = rig.signed_in()
    second = rig.start()
    second.submit(OpenAccount(account=ACCOUNT))
    second.wait_for(Noticed, lambda event: "another window" in event.words)

    assert assembly.handed_over(rig.setting(), ACCOUNT, "mailto:bob@example.org")

    first.wait_for(DraftOpened)
    assert not [event for event in second.events if isinstance(event, DraftOpened)]


def test_logout_in_another_terminal_is_done_and_reported_by_the_open_window(
    rig: Rig, capsys: pytest.CaptureFixture[str]
) -> None:
    heard = rig.signed_in()

    status = headless.sign_out(rig.setting(), ACCOUNT, here_only=False)

    assert status == 0
    report = heard.wait_for(SignedOutReport)
    assert report.revoked
    printed = capsys.readouterr().out.splitlines()
    assert printed == [f"ok  {step.title}: {step.words}" for step in report.steps]
    assert not rig.places.store(ACCOUNT).exists()
    assert len(rig.auth.seen("/revoke")) > 0


def test_a_revocation_that_fails_over_there_is_status_1_here(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    heard = rig.signed_in()
    rig.auth.script("/revoke", *[json_reply({"error": "server_error"}, status=503)] * 5)

    status = headless.sign_out(rig.setting(), ACCOUNT, here_only=False)

    assert status == 1
    assert "!!  Revoke" in capsys.readouterr().out
    assert not heard.wait_for(SignedOutReport).revoked
    assert not rig.places.store(ACCOUNT).exists()


def test_an_account_that_the_window_does_not_write_for_is_refused(rig: Rig) -> None:
    rig.signed_in()

    answers = ask(rig.places.socket(ACCOUNT), Request(wish=Wish.SIGN_OUT, account=AccountId("other")))

    assert [type(answer) for answer in answers] == [Refused]


def test_a_window_that_only_reads_says_where_to_sign_out_before_it_asks_anything(rig: Rig) -> None:
    rig.signed_in()
    second = rig.start()
    second.submit(OpenAccount(account=ACCOUNT))
    second.wait_for(Noticed, lambda event: "another window" in event.words)

    ended = second.do(PreviewSignOut(account=ACCOUNT))

    assert isinstance(ended, Failed)
    assert "sign out there" in ended.problem.summary
    assert not [event for event in second.events if isinstance(event, SignOutPreviewed)]


def test_the_sockets_are_gone_when_the_program_is(rig: Rig) -> None:
    rig.signed_in().program.close()

    assert [name for name in os.listdir(rig.places.runtime) if name.endswith(".sock")] == []


def test_what_stands_where_the_socket_should_be_is_named(rig: Rig) -> None:
    in_the_way = rig.places.socket(ACCOUNT)
    in_the_way.mkdir(parents=True)

    heard = rig.signed_in()
    told = [event.problem.summary for event in heard.events if isinstance(event, Noticed) and event.problem]

    assert any(str(in_the_way) in words and "do not reach this window" in words for words in told)


def test_the_door_learns_of_accounts_whether_they_were_locked_before_it_was_there_or_after(rig: Rig) -> None:
    other = AccountId("other")
    worker = Worker("store", on_crash=_ignore)
    storage = Storage(rig.places, worker, emit=_ignore_event, now=lambda: datetime.now(UTC))
    seen: list[AccountId] = []

    assert storage.lock(ACCOUNT)
    storage.when_locked(seen.append)
    assert storage.lock(ACCOUNT)
    assert storage.lock(other)

    assert seen == [ACCOUNT, other]
    storage.close(1.0)


def _ignore(_name: str, _error: Exception) -> None:
    """No job fails here."""


def _ignore_event(_event: Event) -> None:
    """Nothing is told here."""
