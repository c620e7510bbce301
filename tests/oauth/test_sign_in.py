"""The whole line of a sign-in: discovery, browser, listener, exchange, refresh, revocation."""

import http.client
import os
import secrets
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.fakes.authorization_server import AuthorizationServer
from tests.oauth.conftest import settings_for
from tuimail.domain.errors import AuthError, ErrorKind
from tuimail.oauth.browser import open_url
from tuimail.oauth.client import RevocationState, TokenClient
from tuimail.oauth.discovery import find_metadata, register
from tuimail.oauth.flow import GotCode, LoginFlow, Outcome, Refused, Stray
from tuimail.oauth.http import OAuthHttp
from tuimail.oauth.loopback import Listener, Page

DEADLINE_S = 10.0
BROWSER = f"#!{sys.executable}\nimport sys, urllib.request\nurllib.request.urlopen(sys.argv[1]).read()\n"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A browser that follows every redirect and agrees to everything."""
    program = tmp_path / "browser"
    program.write_text(BROWSER)
    program.chmod(0o700)
    return {"PATH": os.environ["PATH"], "BROWSER": str(program)}


class Attempt:
    """One sign-in up to the browser's return."""

    def __init__(self, http: OAuthHttp, server: AuthorizationServer) -> None:
        self.metadata = find_metadata(http, settings_for(server.issuer))
        self.outcomes: list[Outcome] = []
        self.listener = Listener("127.0.0.1", "/callback", self._accept)
        client_id = register(http, self.metadata, (self.listener.redirect_uri,))
        self.client = TokenClient(http, self.metadata, client_id, None, lambda: 0.0)
        self.flow = LoginFlow(
            metadata=self.metadata,
            client_id=client_id,
            scopes=("openid", "email", "mail.read"),
            random=secrets.token_urlsafe,
        )
        self.request = self.flow.begin(self.listener.redirect_uri)

    def _accept(self, query: str) -> Page:
        outcome = self.flow.accept_redirect(self.request, query)
        self.outcomes.append(outcome)
        if isinstance(outcome, Stray):
            return Page.NOT_OURS
        return Page.RETURN if isinstance(outcome, GotCode) else Page.REFUSED


def visit(url: str) -> int:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=DEADLINE_S)
    connection.request("GET", f"{parts.path}?{parts.query}")
    status = connection.getresponse().status
    connection.close()
    return status


def test_sign_in_through_the_browser_until_the_tokens_are_revoked(
    http: OAuthHttp, server: AuthorizationServer, environ: dict[str, str]
) -> None:
    attempt = Attempt(http, server)

    assert open_url(attempt.request.url, environ)
    assert attempt.listener.wait(DEADLINE_S) is Page.RETURN
    (got,) = attempt.outcomes
    assert isinstance(got, GotCode)
    tokens = attempt.client.exchange(got.code, attempt.request)
    assert attempt.client.check_id_token(tokens, attempt.request.nonce).email == "alice@example.test"
    assert tokens.refresh is not None
    fresh = attempt.client.refresh(tokens.refresh, tokens.scopes)
    assert attempt.client.revoke(fresh.refresh, fresh.access).state is RevocationState.DONE

    assert not server.is_live(fresh.access.reveal())
    assert fresh.refresh is not None
    with pytest.raises(AuthError) as caught:
        attempt.client.refresh(fresh.refresh, fresh.scopes)
    assert caught.value.kind is ErrorKind.SIGN_IN_EXPIRED


def test_strangers_before_the_browser_cost_nothing(http: OAuthHttp, server: AuthorizationServer) -> None:
    attempt = Attempt(http, server)
    uri = attempt.listener.redirect_uri
    for query in ("code=stolen&state=guess", "error=access_denied&state=guess", "code=stolen", "x=y") * 3:
        assert visit(f"{uri}?{query}") == 404

    assert visit(server.consent(attempt.request.url)) == 200

    (got,) = [outcome for outcome in attempt.outcomes if not isinstance(outcome, Stray)]
    assert isinstance(got, GotCode)
    attempt.client.exchange(got.code, attempt.request)
    assert len(server.seen("/token")) == 1


def test_declined_consent_reaches_no_token_endpoint(http: OAuthHttp, server: AuthorizationServer) -> None:
    attempt = Attempt(http, server)

    assert visit(server.consent(attempt.request.url, deny="access_denied")) == 200

    assert attempt.listener.wait(DEADLINE_S) is Page.REFUSED
    (refused,) = attempt.outcomes
    assert isinstance(refused, Refused)
    assert refused.problem.kind is ErrorKind.ACCESS_DENIED
    assert server.seen("/token") == []


def test_answer_of_one_provider_is_nothing_to_the_other(http: OAuthHttp, server: AuthorizationServer) -> None:
    with AuthorizationServer() as other:
        mine, theirs = Attempt(http, server), Attempt(http, other)
        answer = urlsplit(other.consent(theirs.request.url)).query
        crossed_state = f"code=stolen&state={mine.request.state.reveal()}&iss={other.issuer}"

        assert visit(f"{mine.listener.redirect_uri}?{answer}") == 404
        assert visit(f"{mine.listener.redirect_uri}?{crossed_state}") == 200

        assert isinstance(mine.outcomes[-1], Refused)
        assert mine.outcomes[-1].problem.kind is ErrorKind.WRONG_ISSUER
        assert server.seen("/token") == []
        theirs.listener.close()
