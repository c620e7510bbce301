"""Sign-ins that do not go as hoped, and sign-outs in bad moments."""

import socket
import threading
from pathlib import Path

from msgspec.structs import replace

from tests.engine.conftest import ACCOUNT, ALL, Rig, box, write
from tests.engine.test_tokens import desk, run_out
from tests.fakes.authorization_server import Reply, Request
from tests.fakes.wire_server import Peer
from tests.journeys.conftest import Heard
from tests.journeys.steps import open_full
from tuimail.api.commands import (
    AnswerOtherAccount,
    BeginDraft,
    EndRetry,
    OpenAccount,
    OpenMailbox,
    PasteRedirect,
    RetryRevocation,
    SaveDraft,
    SignIn,
    SignOut,
)
from tuimail.api.events import (
    AccountChanged,
    BrowserNeeded,
    BrowserWords,
    Cancelled,
    ConsentNeeded,
    DraftOpened,
    Event,
    Failed,
    Finished,
    ListLoaded,
    OtherAccountFound,
    SignedOutReport,
)
from tuimail.domain.account import AwaitingBrowser, Revoking, SignedIn, SignedOut
from tuimail.domain.draft import SignOutStepState
from tuimail.domain.errors import ErrorKind
from tuimail.domain.ids import CommandId
from tuimail.domain.scope import Permission
from tuimail.domain.token import Secret

DEADLINE_S = 10.0


def waiting(rig: Rig, heard: Heard) -> tuple[CommandId, BrowserNeeded]:
    """A sign-in that waits for a person who does nothing."""
    rig.visit = lambda _url: None
    number = heard.submit(SignIn(account=ACCOUNT, permissions=ALL))
    return number, heard.wait_for(BrowserNeeded)


def ending(heard: Heard, number: CommandId) -> Event:
    """How the command ended, now or a while ago."""
    for event in heard.events:
        if event.command == number and isinstance(event, _ENDINGS):
            return event
    return heard.wait_for(Event, lambda event: event.command == number and isinstance(event, _ENDINGS))


_ENDINGS = (Finished, Failed, Cancelled)


def is_open(address: str) -> bool:
    """Whether somebody listens there."""
    host, _, port = address.partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except ConnectionRefusedError:
        return False
    return True


def state(heard: Heard) -> object:
    return desk(heard).state


def step(report: SignedOutReport, start: str) -> SignOutStepState:
    return next(each.state for each in report.steps if each.title.startswith(start))


def test_a_sign_in_cancelled_at_the_browser_closes_the_port(rig: Rig) -> None:
    heard = rig.opened()
    number, needed = waiting(rig, heard)
    assert is_open(needed.listening_on)

    heard.program.engine.cancel(number)

    assert isinstance(ending(heard, number), Cancelled)
    heard.wait_for(AccountChanged, lambda event: isinstance(event.state, SignedOut))
    assert not is_open(needed.listening_on)


def test_a_sign_in_that_nobody_answers_is_given_up_in_words(rig: Rig) -> None:
    rig.sign_in_limit_s = 0.3
    heard = rig.opened()
    number, needed = waiting(rig, heard)

    ended = ending(heard, number)

    assert isinstance(ended, Failed)
    assert ended.problem.kind is ErrorKind.SIGN_IN_TIMED_OUT
    assert isinstance(state(heard), SignedOut)
    assert not is_open(needed.listening_on)


def test_a_second_sign_in_takes_the_place_of_the_first(rig: Rig) -> None:
    heard = rig.opened()
    first, needed = waiting(rig, heard)

    second, _ = waiting(rig, heard)
    assert isinstance(ending(heard, first), Cancelled)
    rig.follow(rig.auth.consent(rig.urls[-1]))

    assert isinstance(ending(heard, second), Finished)
    assert not is_open(needed.listening_on)
    assert isinstance(state(heard), SignedIn)


def test_a_browser_that_cannot_be_started_leaves_the_address(rig: Rig) -> None:
    def fail(_url: str) -> bool:
        raise OSError("no browser")

    rig.open_browser = fail
    heard = rig.opened()
    number = heard.submit(SignIn(account=ACCOUNT, permissions=ALL))
    needed = heard.wait_for(BrowserNeeded)

    rig.follow(rig.auth.consent(needed.url))

    assert not needed.browser_opened
    assert isinstance(ending(heard, number), Finished)


def test_a_pasted_address_is_judged_like_a_redirect(rig: Rig) -> None:
    heard = rig.opened()
    number, needed = waiting(rig, heard)
    wrong = rig.auth.consent(needed.url).replace("state=", "state=x")

    heard.submit(PasteRedirect(account=ACCOUNT, url=Secret(wrong)))
    words = heard.wait_for(BrowserWords).words
    heard.submit(PasteRedirect(account=ACCOUNT, url=Secret(rig.auth.consent(needed.url))))

    assert words
    assert isinstance(ending(heard, number), Finished)


def test_metadata_that_cannot_be_fetched_leads_back_to_signed_out(rig: Rig) -> None:
    heard = rig.opened()
    rig.auth.handlers.clear()

    ended = heard.do(SignIn(account=ACCOUNT, permissions=ALL))

    assert isinstance(ended, Failed)
    assert ended.problem.kind is ErrorKind.BAD_METADATA
    assert isinstance(state(heard), SignedOut)


def test_another_account_is_asked_about_and_dropped_with_its_tokens(rig: Rig) -> None:
    rig.auth.email = "mallory@example.test"
    heard = rig.opened()
    number = heard.submit(SignIn(account=ACCOUNT, permissions=ALL))
    found = heard.wait_for(OtherAccountFound).found

    heard.submit(AnswerOtherAccount(account=ACCOUNT, keep=False))
    ended = ending(heard, number)
    rig.auth.wait_for("/revoke")

    assert found == "mallory@example.test"
    assert isinstance(ended, Failed)
    assert ended.problem.kind is ErrorKind.OTHER_ACCOUNT
    assert isinstance(state(heard), SignedOut)
    desk(heard).worker.call(lambda: None)
    assert not rig.auth.live_tokens()


def test_another_account_may_be_kept(rig: Rig) -> None:
    rig.auth.email = "alias@example.test"
    heard = rig.opened()
    number = heard.submit(SignIn(account=ACCOUNT, permissions=ALL))
    heard.wait_for(OtherAccountFound)

    heard.submit(AnswerOtherAccount(account=ACCOUNT, keep=True))

    assert isinstance(ending(heard, number), Finished)
    assert isinstance(state(heard), SignedIn)


def test_a_keychain_that_refuses_a_new_sign_in_leaves_no_token_behind(rig: Rig) -> None:
    heard = rig.opened()
    rig.keychain.refuses = {"write"}

    ended = heard.do(SignIn(account=ACCOUNT, permissions=ALL))
    desk(heard).worker.call(lambda: None)

    assert isinstance(ended, Failed)
    assert ended.problem.kind is ErrorKind.KEYCHAIN_LOCKED
    assert isinstance(state(heard), SignedOut)
    assert not rig.auth.live_tokens()


def test_a_sign_in_without_a_refresh_token_is_no_success(rig: Rig) -> None:
    own = rig.auth.handlers["/token"]

    def without(request: Request) -> Reply:
        return replace(reply := own(request), body=reply.body.replace(b"refresh_token", b"other_token"))

    rig.auth.handlers["/token"] = without
    heard = rig.opened()

    ended = heard.do(SignIn(account=ACCOUNT, permissions=ALL))

    assert isinstance(ended, Failed)
    assert "refresh token" in ended.problem.summary
    assert not rig.auth.live_tokens()


def test_an_issuer_without_keys_signs_in_by_the_mail_servers_word(rig: Rig) -> None:
    del rig.auth.document["jwks_uri"]

    assert isinstance(state(rig.signed_in()), SignedIn)


def test_without_a_client_id_three_attempts_make_one_registration(rig: Rig) -> None:
    rig.account = rig.make_account(oauth=rig.make_oauth(client_id=None))
    rig.sign_in_limit_s = 0.2
    heard = rig.opened()
    for _ in range(2):
        number, _ = waiting(rig, heard)
        assert isinstance(ending(heard, number), Failed)
    rig.visit = lambda url: rig.follow(rig.auth.consent(url))

    assert isinstance(heard.do(SignIn(account=ACCOUNT, permissions=ALL)), Finished)

    assert len(rig.auth.seen("/register")) == 1


def test_a_sign_in_before_the_account_was_opened_keeps_the_key_of_its_store(rig: Rig) -> None:
    rig.mail.deliver(b"Subject: kept\r\n\r\nx")
    first = rig.signed_in()
    rows = open_full(first, box(first))
    first.program.close()
    heard = rig.start()
    heard.program.load_rest()

    heard.do(SignIn(account=ACCOUNT, permissions=ALL))
    heard.submit(OpenAccount(account=ACCOUNT))
    loaded = heard.ask(OpenMailbox(account=ACCOUNT, mailbox=box(first).id), ListLoaded)

    assert list(loaded.rows) == rows


def test_nothing_of_the_account_is_left_after_a_sign_out(rig: Rig) -> None:
    rig.mail.deliver(b"Subject: gone soon\r\n\r\nx")
    heard = rig.signed_in()
    open_full(heard, box(heard))
    draft = heard.ask(BeginDraft(account=ACCOUNT), DraftOpened).draft
    heard.do(SaveDraft(account=ACCOUNT, draft=replace(draft, text="gone too")))

    report = heard.ask(SignOut(account=ACCOUNT), SignedOutReport)

    assert report.revoked
    assert not rig.auth.live_tokens()
    assert _left(rig) == set()
    assert all(each.state is SignOutStepState.DONE for each in report.steps)


def _left(rig: Rig) -> set[Path]:
    return {path for path in rig.places.data.rglob("*") if not path.name.startswith("activity")}


def test_signing_out_while_a_refresh_runs_revokes_the_newest_token(rig: Rig) -> None:
    heard = rig.signed_in()
    own, reached, go_on = rig.auth.handlers["/token"], threading.Event(), threading.Event()

    def slow(request: Request) -> Reply:
        reached.set()
        go_on.wait(DEADLINE_S)
        return own(request)

    rig.auth.handlers["/token"] = slow
    run_out(heard)
    threading.Thread(target=lambda: desk(heard).token(Permission.READ), daemon=True).start()
    assert reached.wait(DEADLINE_S)

    number = heard.submit(SignOut(account=ACCOUNT))
    go_on.set()
    report = heard.wait_for(SignedOutReport, lambda event: event.command == number)

    assert report.revoked
    assert not rig.auth.live_tokens()


def test_signing_out_during_a_send_lets_the_mail_finish(rig: Rig) -> None:
    heard = rig.signed_in()
    reached, go_on = threading.Event(), threading.Event()

    def slow(peer: Peer, _line: bytes) -> None:
        reached.set()
        go_on.wait(DEADLINE_S)
        peer.send(b"250 2.1.0 fine\r\n")

    rig.smtp.answers[b"MAIL"] = slow
    write(heard)
    assert reached.wait(DEADLINE_S)
    number = heard.submit(SignOut(account=ACCOUNT))
    heard.wait_for(AccountChanged, lambda event: isinstance(event.state, Revoking))
    heard.program.engine.cancel(number)
    go_on.set()
    report = heard.wait_for(SignedOutReport, lambda event: event.command == number)

    assert report.revoked
    assert len(rig.smtp.mails) == 1
    assert _left(rig) == set()


def test_signing_out_ends_a_sign_in_that_waits(rig: Rig) -> None:
    heard = rig.signed_in(frozenset({Permission.READ}))
    number, needed = waiting(rig, heard)
    assert isinstance(state(heard), AwaitingBrowser)

    report = heard.submit(SignOut(account=ACCOUNT))

    assert isinstance(ending(heard, number), Cancelled)
    heard.wait_for(SignedOutReport, lambda event: event.command == report)
    assert not is_open(needed.listening_on)
    assert isinstance(state(heard), SignedOut)


def test_signing_out_twice_ends_twice(rig: Rig) -> None:
    heard = rig.signed_in()

    first, second = heard.submit(SignOut(account=ACCOUNT)), heard.submit(SignOut(account=ACCOUNT))

    assert isinstance(ending(heard, first), Finished)
    assert isinstance(ending(heard, second), Finished)
    assert isinstance(state(heard), SignedOut)


def test_a_failed_revocation_can_be_tried_again_until_the_report_is_closed(rig: Rig) -> None:
    heard = rig.signed_in()
    rig.auth.script("/revoke", *[Reply(status=503)] * 6)

    report = heard.ask(SignOut(account=ACCOUNT), SignedOutReport)
    assert step(report, "Revoke") is SignOutStepState.FAILED
    assert report.can_retry
    assert _left(rig) == set()
    rig.auth.forget_scripts()
    again = heard.ask(RetryRevocation(account=ACCOUNT), SignedOutReport)

    assert again.revoked
    assert not again.can_retry
    assert not rig.auth.live_tokens()


def test_closing_the_report_drops_the_token(rig: Rig) -> None:
    heard = rig.signed_in()
    rig.auth.script("/revoke", *[Reply(status=503)] * 6)
    heard.ask(SignOut(account=ACCOUNT), SignedOutReport)

    heard.do(EndRetry(account=ACCOUNT))
    asked = len(rig.auth.seen("/revoke"))
    report = heard.ask(RetryRevocation(account=ACCOUNT), SignedOutReport)

    assert not report.revoked
    assert not report.can_retry
    assert all(each.state is not SignOutStepState.DOING for each in report.steps)
    assert len(rig.auth.seen("/revoke")) == asked


def test_a_keychain_that_does_not_delete_is_told(rig: Rig) -> None:
    heard = rig.signed_in()
    rig.keychain.refuses = {"delete"}

    report = heard.ask(SignOut(account=ACCOUNT), SignedOutReport)

    assert step(report, "Delete the secrets") is SignOutStepState.FAILED
    assert step(report, "Delete the stored mail") is SignOutStepState.DONE


def test_a_sign_out_revokes_the_grants_that_a_later_one_replaced(rig: Rig) -> None:
    heard = rig.signed_in(frozenset({Permission.READ}))
    heard.do(SignIn(account=ACCOUNT, permissions=ALL))
    assert sum(token.startswith("refresh-") for token in rig.auth.live_tokens()) > 1

    heard.ask(SignOut(account=ACCOUNT), SignedOutReport)

    assert not rig.auth.live_tokens()


def test_after_a_sign_out_the_account_can_be_opened_and_signed_in_anew(rig: Rig) -> None:
    heard = rig.signed_in()
    heard.ask(SignOut(account=ACCOUNT), SignedOutReport)

    heard.submit(OpenAccount(account=ACCOUNT))
    heard.wait_for(ConsentNeeded)

    assert isinstance(heard.do(SignIn(account=ACCOUNT, permissions=ALL)), Finished)
