"""Secrets stay with the servers that they were given for, whatever a profile names later."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.engine.conftest import ACCOUNT, ALL, Rig, online
from tests.engine.test_app_password import WORD, password_account
from tests.engine.test_tokens import desk
from tests.fakes.authorization_server import AuthorizationServer
from tests.journeys.conftest import Heard
from tuimail.api.commands import OpenAccount, SignIn, SignInWithPassword, SignOut
from tuimail.api.events import AccountChanged, Finished, PasswordNeeded, SignedOutReport
from tuimail.domain.account import Account, Endpoints, Expired
from tuimail.domain.draft import SignOutStepState
from tuimail.domain.errors import ErrorKind
from tuimail.domain.token import AppPassword
from tuimail.engine.bound import ELSEWHERE, places_of

OTHER_HOST = "127.0.0.1"
"""The same servers by another name: to a client they are others."""


def another_imap(account: Account, _stranger: str) -> Account:
    return replace(account, imap=replace(account.imap, host=OTHER_HOST))


def another_smtp(account: Account, _stranger: str) -> Account:
    assert account.smtp is not None
    return replace(account, smtp=replace(account.smtp, host=OTHER_HOST))


def another_issuer(account: Account, stranger: str) -> Account:
    return replace(account, oauth=replace(account.oauth, issuer=stranger))


def another_token_endpoint(account: Account, stranger: str) -> Account:
    return replace(account, oauth=replace(account.oauth, endpoints=Endpoints(token=f"{stranger}/token")))


def another_revocation(account: Account, stranger: str) -> Account:
    return replace(account, oauth=replace(account.oauth, endpoints=Endpoints(revocation=f"{stranger}/revoke")))


ANOTHER = [another_imap, another_smtp, another_issuer, another_token_endpoint, another_revocation]


def refused(rig: Rig) -> Heard:
    """The next start with the changed profile; it ends at the sentence."""
    heard = rig.start()
    heard.submit(OpenAccount(account=ACCOUNT))
    state = heard.wait_for(AccountChanged, lambda event: isinstance(event.state, Expired)).state
    assert isinstance(state, Expired)
    assert ELSEWHERE in state.problem.summary
    assert state.problem.kind is ErrorKind.SIGN_IN_EXPIRED
    return heard


@pytest.mark.parametrize("change", ANOTHER)
def test_a_profile_that_names_another_server_gets_no_token(rig: Rig, change: Callable[[Account, str], Account]) -> None:
    rig.signed_in().program.close()
    logins, posts = len(rig.mail.tokens), rig.token_posts()
    with AuthorizationServer() as stranger:
        rig.account = change(rig.account, stranger.issuer)

        heard = refused(rig)
        with pytest.raises(Exception, match="Sign in again if you trust them"):
            desk(heard).token(next(iter(ALL)))

        assert (len(rig.mail.tokens), rig.token_posts()) == (logins, posts)
        assert stranger.seen("/token") == []


def test_signing_in_there_is_a_new_sign_in_and_carries_nothing_over(rig: Rig) -> None:
    rig.signed_in().program.close()
    rig.account = another_imap(rig.account, "")
    heard = refused(rig)

    assert isinstance(heard.do(SignIn(account=ACCOUNT, permissions=ALL)), Finished)
    online(heard)

    record = desk(heard).record
    assert record is not None
    assert record.superseded == ()
    assert record.places == places_of(rig.account)
    assert rig.token_posts("authorization_code") == 2


def test_signing_out_sends_no_strangers_server_the_token(rig: Rig) -> None:
    rig.signed_in().program.close()
    with AuthorizationServer() as stranger:
        rig.account = another_issuer(rig.account, stranger.issuer)
        heard = refused(rig)

        report = heard.ask(SignOut(account=ACCOUNT, local_first=True), SignedOutReport)

        assert stranger.seen("/revoke") == []
        assert not report.revoked
        assert any(step.state is SignOutStepState.NOT_POSSIBLE and step.words == ELSEWHERE for step in report.steps)


def test_the_own_profile_finds_its_sign_in_again(rig: Rig) -> None:
    rig.signed_in().program.close()
    own = rig.account
    rig.account = another_imap(own, "")
    refused(rig).program.close()

    rig.account = own

    rig.reopened()


def test_a_server_less_is_no_other_server(rig: Rig) -> None:
    rig.signed_in().program.close()

    rig.account = replace(rig.account, smtp=None)

    rig.reopened()


def test_an_app_password_goes_to_no_other_server(rig: Rig) -> None:
    rig.mail.capabilities += b" AUTH=PLAIN"
    rig.account = replace(password_account(rig), smtp=None)
    heard = rig.start()
    heard.submit(OpenAccount(account=ACCOUNT))
    heard.wait_for(PasswordNeeded)
    assert isinstance(heard.do(SignInWithPassword(account=ACCOUNT, password=AppPassword(WORD))), Finished)
    online(heard).program.close()
    shown = len(rig.mail.passwords)
    assert shown > 0
    rig.account = another_imap(rig.account, "")

    refused(rig)

    assert len(rig.mail.passwords) == shown
