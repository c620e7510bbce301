"""RFC 8707: a resource is named where the profile names it, everywhere alike, and never made up."""

import ssl

import pytest

from tests.fakes.authorization_server import AuthorizationServer
from tests.oauth.conftest import REDIRECT, SCOPES
from tuimail.domain.account import OAuthSettings
from tuimail.domain.errors import AuthError
from tuimail.oauth.client import TokenClient
from tuimail.oauth.discovery import find_metadata
from tuimail.oauth.flow import GotCode, LoginFlow
from tuimail.oauth.http import OAuthHttp


@pytest.mark.parametrize("resource", [None, "https://imap.example.test"])
def test_a_resource_is_sent_with_every_request_only_where_it_is_named(
    server: AuthorizationServer, trust: ssl.SSLContext, resource: str | None
) -> None:
    server.offer_codes()
    http = OAuthHttp(trust)
    metadata = find_metadata(http, OAuthSettings(issuer=server.issuer, scopes=SCOPES, resource=resource))
    client = TokenClient(http, metadata, "client-1", None, lambda: 0.0)
    flow = LoginFlow(metadata=metadata, client_id="client-1", scopes=("mail.read",), random=lambda n: "r" * n)
    request = flow.begin(REDIRECT)

    outcome = flow.accept_redirect(request, server.consent(request.url))
    assert isinstance(outcome, GotCode)
    tokens = client.exchange(outcome.code, request)
    assert tokens.refresh is not None
    client.refresh(tokens.refresh, tokens.scopes)
    code = client.device_code(("mail.read",))
    with pytest.raises(AuthError):
        client.device_tokens(code)
    http.close()

    assert ("resource=https%3A%2F%2Fimap.example.test" in request.url) is (resource is not None)
    forms = [each.form for each in (*server.seen("/token"), *server.seen("/device_authorization"))]
    assert [form.get("resource") for form in forms] == [resource] * 4
