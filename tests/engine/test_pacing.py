"""Nobody is asked faster than they bear: storms of refusals, connections that flap, sign-ins in a row."""

import re

import pytest
from msgspec.structs import replace

from tests.engine.conftest import ACCOUNT, ALL, Rig
from tests.engine.test_tokens import desk, run_out
from tests.fakes.authorization_server import Reply, json_reply
from tuimail.api.commands import Refresh, SignIn
from tuimail.api.events import BrowserNeeded, Finished, LinkChanged, Progress
from tuimail.domain.account import Link
from tuimail.domain.errors import AuthError, ErrorKind, Remedy
from tuimail.domain.scope import Permission
from tuimail.engine.gate import Gate, HeldBack
from tuimail.engine.pace import Bucket


@pytest.mark.parametrize(
    "answer", [json_reply({"error": "slow_down"}, 429), Reply(status=503), Reply(status=200, body=b"<html>")]
)
def test_ten_minutes_of_refusals_are_eight_requests_at_most(rig: Rig, answer: Reply) -> None:
    heard = rig.signed_in()
    auth = desk(heard)
    auth.worker.call(lambda: None)
    now_s = auth.around.monotonic()
    clock = [now_s]
    auth.around = replace(auth.around, monotonic=lambda: clock[0], random=lambda: 0.0)
    rig.auth.script("/token", *[answer] * 600)
    before = rig.token_posts()
    auth.tokens = None

    for second in range(600):
        clock[0] = now_s + second
        with pytest.raises(AuthError) as caught:
            auth.token(Permission.READ)
        assert caught.value.remedy is Remedy.WAIT

    assert 4 <= rig.token_posts() - before <= 8
    assert auth.record is not None
    assert auth.record.refresh is not None


def test_a_wait_that_the_provider_asked_for_is_told_with_its_reason(rig: Rig) -> None:
    heard = rig.signed_in()
    rig.auth.script("/token", json_reply({"error": "slow"}, 429, retry_after="20"))
    run_out(heard)
    with pytest.raises(AuthError):
        desk(heard).token(Permission.READ)

    rig.mail.hang_up()

    def says_so(event: LinkChanged) -> bool:
        problem = event.state.problem
        return event.state.link is Link.OFFLINE and problem is not None and "it asked for that" in problem.summary

    offline = heard.wait_for(LinkChanged, says_so).state
    assert offline.problem is not None
    assert re.search(r"is asked for a new token at \d\d:\d\d:\d\d again", offline.problem.summary)


def test_a_gate_lets_a_row_through_and_then_one_at_a_time() -> None:
    clock = [0.0]
    gate = Gate(Bucket(most=2, every_s=5.0), lambda: clock[0], time_in=lambda seconds: f"12:00:{seconds:02.0f}")
    gate.enter("imap.example.test")
    gate.enter("imap.example.test")

    with pytest.raises(HeldBack) as caught:
        gate.enter("imap.example.test")

    assert caught.value.kind is ErrorKind.THROTTLED
    assert caught.value.remedy is Remedy.WAIT
    assert caught.value.retry_after_s == 5.0
    assert "The next connection to imap.example.test waits until 12:00:05" in caught.value.summary
    clock[0] = 5.0
    gate.enter("imap.example.test")


def test_connections_that_break_at_once_do_not_become_a_storm(rig: Rig) -> None:
    heard = rig.signed_in()
    auth = desk(heard)
    auth.gates[Permission.READ] = Gate(Bucket(most=1, every_s=60.0), auth.around.monotonic, time_in=auth.around.time_in)
    auth.gates[Permission.READ].enter("imap")
    before = len(rig.mail.tokens)

    rig.mail.hang_up()
    heard.submit(Refresh(account=ACCOUNT))

    def held(event: LinkChanged) -> bool:
        return event.state.problem is not None and "waits until" in event.state.problem.summary

    heard.wait_for(LinkChanged, held)
    assert len(rig.mail.tokens) == before


def test_a_second_sign_in_begins_three_seconds_after_the_first(rig: Rig) -> None:
    rig.sign_in_every_s = 0.5
    heard = rig.opened()
    assert isinstance(heard.do(SignIn(account=ACCOUNT, permissions=ALL)), Finished)
    number = heard.submit(SignIn(account=ACCOUNT, permissions=ALL))

    waits = heard.wait_for(Progress, lambda event: event.command == number)

    assert "one sign-in at a time" in waits.words
    assert heard.wait_for(BrowserNeeded).command == number
