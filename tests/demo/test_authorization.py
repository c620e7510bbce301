import base64
import json
import re
from typing import Any  # the token endpoint's JSON
from urllib.parse import urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.demo.client import ALL, READ, REDIRECT, Client, parameters
from tuimail.demo.provider import DemoProvider


def signed_in(provider: DemoProvider, client: Client, scope: str = READ) -> dict[str, Any]:
    redirect = provider.approve_without_browser(client.authorization_url(scope))
    tokens: dict[str, Any] = client.exchange(parameters(redirect)["code"]).json()
    return tokens


def test_both_metadata_addresses_give_one_document(client: Client) -> None:
    openid = client.http.get(f"{client.account.oauth.issuer}/.well-known/openid-configuration").json()

    assert openid == client.metadata()
    assert openid["issuer"] == client.account.oauth.issuer
    assert openid["code_challenge_methods_supported"] == ["S256"]


def test_redirect_carries_code_state_and_issuer(provider: DemoProvider, client: Client) -> None:
    redirect = provider.approve_without_browser(client.authorization_url())

    answer = parameters(redirect)
    assert redirect.startswith(REDIRECT)
    assert set(answer) == {"code", "state", "iss"}
    assert answer["state"] == "the-state"
    assert answer["iss"] == client.account.oauth.issuer


def test_page_names_account_app_and_each_permission_and_loads_nothing(client: Client) -> None:
    page = httpx2.get(client.authorization_url(ALL), trust_env=False)

    assert "Robin Vale" in page.text
    assert "robin@example.org" in page.text
    assert "tuimail" in page.text
    assert "Send mail as Robin" in page.text
    assert not re.search(r"<script|<link|<img|https?://|url\(", page.text)
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_page_for_reading_does_not_mention_sending(client: Client) -> None:
    page = httpx2.get(client.authorization_url(READ), trust_env=False)

    assert "Read, sort" in page.text
    assert "Send mail" not in page.text


def test_deny_button_sends_access_denied(client: Client) -> None:
    url = client.authorization_url()
    page = httpx2.get(url, trust_env=False)
    ticket = re.search(r'name="ticket" value="([^"]+)"', page.text)
    assert ticket

    form = {"ticket": ticket[1], "decision": "deny"}
    reply = httpx2.post(url.partition("?")[0], data=form, trust_env=False)

    assert reply.status_code == 303
    answer = parameters(reply.headers["Location"])
    assert (answer["error"], answer["state"]) == ("access_denied", "the-state")
    assert answer["iss"] == client.account.oauth.issuer


def test_deny_next_refuses_once(provider: DemoProvider, client: Client) -> None:
    provider.deny_next()

    first = parameters(provider.approve_without_browser(client.authorization_url()))
    second = parameters(provider.approve_without_browser(client.authorization_url()))

    assert first["error"] == "access_denied"
    assert "code" in second


def test_a_decision_counts_once(client: Client) -> None:
    url = client.authorization_url()
    ticket = re.search(r'name="ticket" value="([^"]+)"', httpx2.get(url, trust_env=False).text)
    assert ticket
    form = {"ticket": ticket[1], "decision": "allow"}
    page = url.partition("?")[0]

    first = httpx2.post(page, data=form, trust_env=False)
    second = httpx2.post(page, data=form, trust_env=False)

    assert (first.status_code, second.status_code) == (303, 400)


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
    ],
)
def test_request_without_pkce_s256_is_refused(
    provider: DemoProvider, client: Client, changes: dict[str, str | None]
) -> None:
    redirect = provider.approve_without_browser(client.authorization_url(READ, **changes))

    answer = parameters(redirect)
    assert answer["error"] == "invalid_request"
    assert answer["iss"] == client.account.oauth.issuer
    assert "code" not in answer


@pytest.mark.parametrize(
    "changes", [{"client_id": "another"}, {"redirect_uri": "https://mail.example/callback"}, {"redirect_uri": None}]
)
def test_unknown_client_or_redirect_is_told_on_a_page_and_not_redirected(
    client: Client, changes: dict[str, str | None]
) -> None:
    reply = httpx2.get(client.authorization_url(READ, **changes), trust_env=False)

    assert reply.status_code == 400
    assert "Location" not in reply.headers


def test_wrong_verifier_is_refused(provider: DemoProvider, client: Client) -> None:
    code = parameters(provider.approve_without_browser(client.authorization_url()))["code"]

    reply = client.exchange(code, code_verifier="x" * 64)

    assert reply.status_code == 400
    assert reply.json()["error"] == "invalid_grant"


def test_code_used_twice_ends_the_grant(provider: DemoProvider, client: Client) -> None:
    code = parameters(provider.approve_without_browser(client.authorization_url()))["code"]
    client.exchange(code)
    assert len(provider.live_tokens()) == 2

    reply = client.exchange(code)

    assert reply.json()["error"] == "invalid_grant"
    assert provider.live_tokens() == frozenset()


def test_id_token_is_signed_for_this_sign_in(provider: DemoProvider, client: Client) -> None:
    tokens = signed_in(provider, client)
    keys = KeySet.import_key_set(client.http.get(client.metadata()["jwks_uri"]).json())

    claims = jwt.decode(tokens["id_token"], keys, algorithms=["ES256"]).claims

    assert claims["iss"] == client.account.oauth.issuer
    assert claims["aud"] == "tuimail-demo"
    assert claims["nonce"] == "the-nonce"
    assert claims["email"] == "robin@example.org"


def test_no_refresh_token_without_offline_access(provider: DemoProvider, client: Client) -> None:
    tokens = signed_in(provider, client, "openid mail.read")

    assert "refresh_token" not in tokens
    assert provider.live_tokens() == {tokens["access_token"]}


def test_refresh_rotates_and_replay_ends_the_grant(provider: DemoProvider, client: Client) -> None:
    first = signed_in(provider, client)
    second = client.refresh(first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["scope"] == READ

    replayed = client.refresh(first["refresh_token"])
    after = client.refresh(second["refresh_token"])

    assert replayed.json()["error"] == "invalid_grant"
    assert after.json()["error"] == "invalid_grant"
    assert provider.live_tokens() == frozenset()


def test_narrow_refresh_narrows_the_access_token_alone(provider: DemoProvider, client: Client) -> None:
    first = signed_in(provider, client, ALL)

    narrow = client.refresh(first["refresh_token"], scope="mail.read").json()
    wide = client.refresh(narrow["refresh_token"]).json()

    assert narrow["scope"] == "mail.read"
    assert wide["scope"] == ALL


def test_lifetime_is_told_and_kept(provider: DemoProvider, client: Client) -> None:
    provider.set_access_lifetime(90)

    tokens = signed_in(provider, client)
    provider.expire_access_tokens()

    assert tokens["expires_in"] == 90
    assert provider.live_tokens() == {tokens["refresh_token"]}


def test_revocation_ends_every_token_and_takes_unknown_ones(provider: DemoProvider, client: Client) -> None:
    tokens = signed_in(provider, client)

    known = client.revoke(tokens["refresh_token"])
    again = client.revoke(tokens["refresh_token"])

    assert (known.status_code, again.status_code) == (200, 200)
    assert provider.live_tokens() == frozenset()


def test_token_endpoint_can_be_down_for_a_while(provider: DemoProvider, client: Client) -> None:
    tokens = signed_in(provider, client)

    provider.token_endpoint_down(True)
    down = client.refresh(tokens["refresh_token"])
    provider.token_endpoint_down(False)
    up = client.refresh(tokens["refresh_token"])

    assert (down.status_code, up.status_code) == (503, 200)


def test_api_is_refused_without_tls(client: Client) -> None:
    issuer = urlsplit(client.account.oauth.issuer or "")

    with pytest.raises(httpx2.TransportError):
        httpx2.get(f"http://{issuer.netloc}/jwks", trust_env=False)


def test_tokens_do_not_show_in_the_id_token(provider: DemoProvider, client: Client) -> None:
    tokens = signed_in(provider, client)
    payload = tokens["id_token"].split(".")[1]

    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))

    assert tokens["access_token"] not in claims.values()
