"""Access tokens: one refresh for everybody, nothing lost in a rotation, no false alarms and no loops."""

import logging
import threading

from msgspec.structs import replace

from tests.engine.conftest import ACCOUNT, ALL, Rig, box
from tests.fakes.authorization_server import Reply, json_reply
from tests.journeys.conftest import Heard
from tests.journeys.steps import open_full
from tuimail.api.commands import ListActivity, OpenAccount, OpenMailbox, Refresh, SignIn
from tuimail.api.events import (
    AccountChanged,
    ActivityListed,
    ConsentNeeded,
    Failed,
    Finished,
    LinkChanged,
    ListChanged,
    ListLoaded,
    Noticed,
)
from tuimail.domain.account import Expired, Link, SignedIn
from tuimail.domain.errors import ErrorKind, Remedy
from tuimail.domain.scope import Permission
from tuimail.engine.auth import AuthDesk
from tuimail.keychain.base import decode, entry_for

DEADLINE_S = 10.0


def desk(heard: Heard) -> AuthDesk:
    """The owner of the account's tokens."""
    household = heard.program.household
    assert household is not None
    return household.rooms(ACCOUNT).auth


def run_out(heard: Heard) -> None:
    """The access token in memory has come to its end."""
    auth = desk(heard)

    def age() -> None:
        if auth.tokens is not None:
            auth.tokens = replace(auth.tokens, received_at_s=auth.tokens.received_at_s - auth.tokens.lifetime_s)

    auth.worker.call(age)


def refuse_known_tokens(rig: Rig) -> None:
    """The mail server takes only tokens that it has not seen so far."""
    known = set(rig.mail.tokens)
    rig.mail.accepts = lambda token: token not in known


def expired_events(heard: Heard) -> list[AccountChanged]:
    return [event for event in heard.events if isinstance(event, AccountChanged) and isinstance(event.state, Expired)]


def test_eight_needs_at_once_make_one_request(rig: Rig) -> None:
    heard = rig.signed_in()
    run_out(heard)
    before = rig.token_posts()
    together, tokens = threading.Barrier(8), []

    def need() -> None:
        together.wait(DEADLINE_S)
        tokens.append(desk(heard).token(Permission.READ))

    threads = [threading.Thread(target=need) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE_S)

    assert len(tokens) == 8
    assert len(set(tokens)) == 1
    assert rig.token_posts() == before + 1


def test_a_rotated_token_is_kept_before_the_new_access_token_is_used(rig: Rig) -> None:
    heard = rig.signed_in()
    run_out(heard)
    while not rig.happened.empty():
        rig.happened.get()
    rig.mail.on_token = lambda: rig.happened.put("token shown")

    rig.mail.hang_up()
    heard.do(Refresh(account=ACCOUNT))

    order = [rig.happened.get() for _ in range(rig.happened.qsize())]
    assert order.index("keychain write") < order.index("token shown")
    kept = rig.keychain.read(entry_for(ACCOUNT))
    assert kept is not None
    refresh = decode(kept).refresh
    assert refresh is not None
    assert rig.auth.is_live(refresh.reveal())


def test_a_keychain_that_refuses_the_rotated_token_is_told_and_asked_again_at_the_next_refresh(rig: Rig) -> None:
    heard = rig.signed_in()
    rig.keychain.refuses = {"write"}
    run_out(heard)
    desk(heard).token(Permission.READ)
    warned = heard.wait_for(Noticed, lambda event: event.problem is not None)
    heard.submit(OpenAccount(account=ACCOUNT))
    heard.wait_for(Finished)

    rig.keychain.refuses = set()
    run_out(heard)
    desk(heard).token(Permission.READ)

    assert warned.problem is not None
    assert "holds until tuimail is closed" in warned.problem.summary
    assert not expired_events(heard)
    kept = rig.keychain.read(entry_for(ACCOUNT))
    assert kept is not None
    assert decode(kept).refresh == desk(heard).record.refresh  # type: ignore[union-attr]  # signed in


def test_two_windows_never_use_one_refresh_token_twice(rig: Rig) -> None:
    first = rig.signed_in()
    second = rig.start()
    second.submit(OpenAccount(account=ACCOUNT))
    second.wait_for(Noticed, lambda event: "another window" in event.words)

    for heard in (second, first, second):
        run_out(heard)
        desk(heard).token(Permission.READ)

    assert not expired_events(first)
    assert all(rig.auth.is_live(request.form["refresh_token"]) for request in rig.auth.seen("/token")[-1:])


def test_a_refused_refresh_token_asks_once_and_is_not_tried_again(rig: Rig) -> None:
    rig.mail.deliver(b"Subject: kept\r\n\r\nx")
    heard = rig.signed_in()
    rows = open_full(heard, box(heard))
    rig.auth.script("/token", json_reply({"error": "invalid_grant"}, 400))
    run_out(heard)

    rig.mail.hang_up()
    gone = heard.wait_for(AccountChanged, lambda event: isinstance(event.state, Expired)).state
    posts = rig.token_posts()
    refused = heard.do(Refresh(account=ACCOUNT))
    again = heard.do(Refresh(account=ACCOUNT))

    assert isinstance(gone, Expired)
    assert gone.problem.remedy is Remedy.SIGN_IN
    assert isinstance(refused, Failed)
    assert isinstance(again, Failed)
    assert rig.token_posts() == posts
    assert len(expired_events(heard)) == 1
    assert list(heard.ask(OpenMailbox(account=ACCOUNT, mailbox=box(heard).id), ListLoaded).rows) == rows


def test_a_start_after_an_ended_sign_in_shows_the_mail_and_a_banner(rig: Rig) -> None:
    heard = rig.signed_in()
    rig.auth.script("/token", json_reply({"error": "invalid_grant"}, 400))
    run_out(heard)
    rig.mail.hang_up()
    heard.wait_for(AccountChanged, lambda event: isinstance(event.state, Expired))
    heard.program.close()

    again = rig.start()
    ended = again.do(OpenAccount(account=ACCOUNT))

    assert isinstance(ended, Finished)
    assert len(expired_events(again)) == 1
    assert not any(isinstance(event, ConsentNeeded) for event in again.events)
    assert isinstance(again.do(SignIn(account=ACCOUNT, permissions=ALL)), Finished)


def test_a_provider_that_is_busy_is_left_alone_as_long_as_it_asks(rig: Rig) -> None:
    heard = rig.signed_in()
    rig.auth.script("/token", json_reply({"error": "slow"}, 429, retry_after="120"))
    run_out(heard)
    before = rig.token_posts()

    rig.mail.hang_up()
    offline = heard.wait_for(LinkChanged, lambda event: event.state.link is Link.OFFLINE).state
    for _ in range(3):
        heard.do(Refresh(account=ACCOUNT))

    assert offline.problem is not None
    assert offline.problem.remedy is Remedy.WAIT
    assert rig.token_posts() == before + 1
    assert not expired_events(heard)
    state = next(event.state for event in reversed(heard.events) if isinstance(event, AccountChanged))
    assert isinstance(state, SignedIn)
    assert state.last_refresh_problem is not None


def test_an_outage_of_the_provider_goes_unnoticed_while_the_token_holds(rig: Rig) -> None:
    heard = rig.signed_in()
    auth = desk(heard)
    assert auth.tokens is not None
    auth.tokens = replace(auth.tokens, lifetime_s=100.0, received_at_s=auth.around.monotonic() - 85)
    rig.auth.script("/token", Reply(status=503))

    assert auth.token(Permission.READ)


def test_a_token_that_ends_in_idle_is_replaced_without_a_word(rig: Rig) -> None:
    rig.mail.deliver(b"Subject: kept\r\n\r\nx")
    heard = rig.signed_in()
    rows = open_full(heard, box(heard))
    refuse_known_tokens(rig)
    seen = len(heard.events)

    rig.mail.say_bye(b"Session invalidated - AccessTokenExpired")
    rig.mail.bye = b""
    rig.mail.hang_up()
    rig.mail.deliver(b"Subject: new\r\n\r\nx")
    heard.wait_for(ListChanged, lambda event: len(event.rows) == len(rows) + 1)

    later = heard.events[seen:]
    assert not any(isinstance(event, Failed) for event in later)
    assert not any(isinstance(event, Noticed) and event.problem for event in later)
    assert not any(isinstance(event, LinkChanged) and event.state.link is Link.OFFLINE for event in later)
    assert not expired_events(heard)


def test_a_refused_token_is_replaced_once_for_all_connections(rig: Rig) -> None:
    heard = rig.signed_in()
    before = rig.token_posts()
    refuse_known_tokens(rig)

    rig.mail.hang_up()
    assert isinstance(heard.do(Refresh(account=ACCOUNT)), Finished)

    assert rig.token_posts() == before + 1


def test_a_server_that_refuses_fresh_tokens_too_is_not_asked_again_and_again(rig: Rig) -> None:
    heard = rig.signed_in()
    before = rig.token_posts()
    rig.mail.accepts = lambda _token: False

    rig.mail.hang_up()
    offline = heard.wait_for(LinkChanged, lambda event: event.state.link is Link.OFFLINE).state
    activity = heard.ask(ListActivity(), ActivityListed).entries

    assert offline.problem is not None
    assert offline.problem.kind is ErrorKind.LOGIN_REFUSED
    assert offline.problem.remedy is Remedy.SIGN_IN
    assert "Invalid credentials" in offline.problem.detail
    assert rig.token_posts() == before + 1
    assert any(entry.what == "mail sign-in" for entry in activity)


def test_a_server_that_is_unavailable_is_no_sign_in_problem(rig: Rig) -> None:
    heard = rig.signed_in()
    before = rig.token_posts()
    rig.mail.answers[b"AUTHENTICATE"] = b"TAG NO [UNAVAILABLE] try later\r\n"

    rig.mail.hang_up()
    offline = heard.wait_for(LinkChanged, lambda event: event.state.link is Link.OFFLINE).state

    assert offline.problem is not None
    assert offline.problem.remedy is Remedy.WAIT
    assert rig.token_posts() == before


def test_a_permission_that_was_not_granted_is_asked_for_and_not_signed_in_for_again(rig: Rig) -> None:
    rig.auth.granted = ("openid", "email", "mail.send")
    heard = rig.opened()

    ended = heard.do(SignIn(account=ACCOUNT, permissions=ALL))
    offline = heard.wait_for(LinkChanged, lambda event: event.state.link is Link.OFFLINE).state

    assert isinstance(ended, Finished)
    assert "did not grant: read" in ended.words
    assert offline.problem is not None
    assert offline.problem.kind is ErrorKind.SCOPE_MISSING
    assert offline.problem.remedy is Remedy.GRANT


def test_a_refresh_while_more_is_asked_for_does_not_end_the_wait_for_the_browser(rig: Rig) -> None:
    heard = rig.signed_in(frozenset({Permission.READ}))
    rig.visit = lambda _url: None
    heard.submit(SignIn(account=ACCOUNT, permissions=ALL))
    waiting = heard.wait_for(AccountChanged, lambda event: not isinstance(event.state, SignedIn)).state
    run_out(heard)

    desk(heard).token(Permission.READ)

    assert desk(heard).state == waiting


def test_no_secret_reaches_the_log(rig: Rig) -> None:
    records: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record.getMessage())

    handler = Keep(level=logging.DEBUG)
    logging.getLogger("tuimail").addHandler(handler)
    try:
        heard = rig.signed_in()
        rig.auth.script("/token", Reply(status=503, body=b"access-leak refresh-leak"))
        run_out(heard)
        rig.mail.hang_up()
        heard.wait_for(LinkChanged, lambda event: event.state.link is Link.OFFLINE)
    finally:
        logging.getLogger("tuimail").removeHandler(handler)

    told = "\n".join(records) + "\n".join(repr(event) for event in heard.events)
    assert "access-" not in told
    assert "refresh-" not in told
