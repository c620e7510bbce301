"""A code on another device, through the whole program: what is kept, what is refused, and how it is given up."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.engine.conftest import ACCOUNT, ALL, Rig, online
from tests.engine.test_signing_in_and_out import ending, state
from tests.fakes.authorization_server import Reply
from tuimail.api.commands import AnswerOtherAccount, AskConsent, SignIn, SignInByCode
from tuimail.api.events import (
    AccountChanged,
    BrowserNeeded,
    Cancelled,
    CodeNeeded,
    ConsentNeeded,
    Failed,
    Finished,
    OtherAccountFound,
)
from tuimail.domain.account import SignedIn, SignedOut
from tuimail.domain.errors import ErrorKind
from tuimail.domain.scope import Permission

READ = frozenset({Permission.READ})


@pytest.fixture(autouse=True)
def codes(rig: Rig) -> None:
    rig.auth.offer_codes(interval_s=1)


def test_a_code_typed_in_elsewhere_signs_in_and_no_browser_opens(rig: Rig) -> None:
    heard = rig.opened()
    number = heard.submit(SignInByCode(account=ACCOUNT, permissions=READ))
    needed = heard.wait_for(CodeNeeded)
    rig.auth.type_in(needed.user_code)

    ended = ending(heard, number)

    assert isinstance(ended, Finished), ended
    online(heard)
    signed = state(heard)
    assert isinstance(signed, SignedIn)
    assert signed.granted == {Permission.READ, Permission.IDENTITY}
    assert rig.urls == []
    assert needed.verification_uri == f"{rig.auth.base}/device"
    assert rig.auth.seen("/device_authorization")[0].form["scope"] == "openid email mail.read"


def test_the_kept_sign_in_is_refreshed_like_any_other(rig: Rig) -> None:
    heard = rig.opened()
    number = heard.submit(SignInByCode(account=ACCOUNT, permissions=READ))
    rig.auth.type_in(heard.wait_for(CodeNeeded).user_code)
    assert isinstance(ending(heard, number), Finished)
    online(heard)
    heard.program.close()

    rig.reopened()

    assert rig.token_posts() == 1


def test_a_permission_that_was_not_granted_is_named(rig: Rig) -> None:
    rig.auth.granted = ("openid", "mail.read")
    heard = rig.opened()
    number = heard.submit(SignInByCode(account=ACCOUNT, permissions=ALL))
    rig.auth.type_in(heard.wait_for(CodeNeeded).user_code)

    ended = ending(heard, number)

    assert isinstance(ended, Finished)
    assert "did not grant: send mail" in ended.words


def test_somebody_else_at_the_other_device_is_asked_about_and_refused(rig: Rig) -> None:
    rig.auth.email = "mallory@example.test"
    heard = rig.opened()
    number = heard.submit(SignInByCode(account=ACCOUNT, permissions=READ))
    rig.auth.type_in(heard.wait_for(CodeNeeded).user_code)
    assert heard.wait_for(OtherAccountFound).found == "mallory@example.test"

    heard.do(AnswerOtherAccount(account=ACCOUNT, keep=False))

    ended = ending(heard, number)
    assert isinstance(ended, Failed)
    assert ended.problem.kind is ErrorKind.OTHER_ACCOUNT
    rig.auth.wait_for("/revoke")
    assert rig.auth.live_tokens() == frozenset()


def test_a_forged_id_token_is_refused(rig: Rig) -> None:
    rig.auth.claims["aud"] = "another-program"
    heard = rig.opened()
    number = heard.submit(SignInByCode(account=ACCOUNT, permissions=READ))
    rig.auth.type_in(heard.wait_for(CodeNeeded).user_code)

    ended = ending(heard, number)

    assert isinstance(ended, Failed)
    assert ended.problem.kind is ErrorKind.BAD_ID_TOKEN


@pytest.mark.parametrize(
    ("error", "kind"),
    [("access_denied", ErrorKind.ACCESS_DENIED), ("expired_token", ErrorKind.SIGN_IN_TIMED_OUT)],
)
def test_a_no_is_told_and_leaves_nothing(rig: Rig, error: str, kind: ErrorKind) -> None:
    heard = rig.opened()
    number = heard.submit(SignInByCode(account=ACCOUNT, permissions=READ))
    rig.auth.type_in(heard.wait_for(CodeNeeded).user_code, deny=error)

    ended = ending(heard, number)

    assert isinstance(ended, Failed)
    assert ended.problem.kind is kind
    assert isinstance(state(heard), SignedOut)


def test_esc_ends_the_wait_at_once_and_asks_no_more(rig: Rig) -> None:
    heard = rig.opened()
    number = heard.submit(SignInByCode(account=ACCOUNT, permissions=READ))
    heard.wait_for(CodeNeeded)

    heard.program.engine.cancel(number)

    assert isinstance(ending(heard, number), Cancelled)
    heard.wait_for(AccountChanged, lambda event: isinstance(event.state, SignedOut))
    assert rig.auth.seen("/token") == []


def test_the_code_takes_the_place_of_the_browser_and_the_other_way_round(rig: Rig) -> None:
    rig.visit = lambda _url: None
    heard = rig.opened()
    first = heard.submit(SignIn(account=ACCOUNT, permissions=READ))
    assert heard.wait_for(BrowserNeeded).can_use_code

    second = heard.submit(SignInByCode(account=ACCOUNT, permissions=READ))
    heard.wait_for(CodeNeeded)
    assert isinstance(ending(heard, first), Cancelled)
    third = heard.submit(SignIn(account=ACCOUNT, permissions=READ))
    heard.wait_for(BrowserNeeded)
    assert isinstance(ending(heard, second), Cancelled)
    rig.follow(rig.auth.consent(rig.urls[-1]))

    assert isinstance(ending(heard, third), Finished)


def test_a_client_that_the_server_forgot_is_registered_anew_at_the_next_try(rig: Rig) -> None:
    rig.account = rig.make_account(oauth=rig.make_oauth(client_id=None))
    heard = rig.opened()
    refusal = Reply(status=401, body=b'{"error": "invalid_client"}')
    rig.auth.script("/device_authorization", refusal)
    assert isinstance(heard.do(SignInByCode(account=ACCOUNT, permissions=READ)), Failed)

    number = heard.submit(SignInByCode(account=ACCOUNT, permissions=READ))
    rig.auth.type_in(heard.wait_for(CodeNeeded).user_code)

    assert isinstance(ending(heard, number), Finished)
    assert [request.form["client_id"] for request in rig.auth.seen("/device_authorization")] == [
        "registered-1",
        "registered-2",
    ]


def no_codes_at_the_server(rig: Rig) -> None:
    del rig.auth.document["device_authorization_endpoint"]


def not_for_mail(rig: Rig) -> None:
    rig.account = replace(rig.account, oauth=rig.make_oauth(device_code=False))


@pytest.mark.parametrize("arrange", [no_codes_at_the_server, not_for_mail])
def test_it_is_never_offered_where_it_would_not_work(rig: Rig, arrange: Callable[[Rig], None]) -> None:
    arrange(rig)
    rig.visit = lambda _url: None
    heard = rig.opened()
    heard.submit(SignIn(account=ACCOUNT, permissions=READ))

    assert not heard.wait_for(BrowserNeeded).can_use_code
    assert not heard.ask(AskConsent(account=ACCOUNT, permissions=READ), ConsentNeeded).request.can_use_code
    ended = heard.do(SignInByCode(account=ACCOUNT, permissions=READ))
    assert isinstance(ended, Failed)
    assert "no sign-in with a code" in ended.problem.summary
    assert rig.auth.seen("/device_authorization") == []


def test_the_consent_screen_offers_it_once_the_server_is_known_to_have_it(rig: Rig) -> None:
    heard = rig.opened()
    assert not heard.ask(AskConsent(account=ACCOUNT, permissions=READ), ConsentNeeded).request.can_use_code
    number = heard.submit(SignInByCode(account=ACCOUNT, permissions=READ))
    heard.wait_for(CodeNeeded)
    heard.program.engine.cancel(number)

    assert heard.ask(AskConsent(account=ACCOUNT, permissions=READ), ConsentNeeded).request.can_use_code
