"""The token endpoint, kind and hostile."""

import gzip
import json
import logging
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.fakes.authorization_server import AuthorizationServer, Reply, json_reply
from tests.fakes.certificates import make_certificate
from tests.oauth.conftest import REDIRECT, settings_for
from tuimail.domain.errors import AuthError, ErrorKind, Remedy
from tuimail.domain.token import Secret, TokenSet
from tuimail.oauth.answers import MAX_LIFETIME_S, Asked, lifetime, token_set
from tuimail.oauth.client import RevocationState, TokenClient
from tuimail.oauth.discovery import find_metadata
from tuimail.oauth.flow import AuthorizationRequest, GotCode, LoginFlow
from tuimail.oauth.http import OAuthHttp, wait_asked_for
from tuimail.oauth.metadata import Metadata
from tuimail.oauth.refusals import ProviderRefused, ProviderUnreachable

MakeFlow = Callable[..., LoginFlow]
GOOD = {"access_token": "at", "token_type": "Bearer", "expires_in": 60}
HTML = Reply(body=b"<html>Please log in to this network</html>", content_type="text/html")


@pytest.fixture
def found(http: OAuthHttp, server: AuthorizationServer) -> Metadata:
    return find_metadata(http, settings_for(server.issuer))


@pytest.fixture
def client(http: OAuthHttp, found: Metadata) -> TokenClient:
    return TokenClient(http, found, "client-1", None, lambda: 100.0)


@pytest.fixture
def signed_in(server: AuthorizationServer, found: Metadata, *, client: TokenClient, make_flow: MakeFlow) -> TokenSet:
    request, code = consent(server, make_flow(found))
    return client.exchange(code, request)


def consent(server: AuthorizationServer, flow: LoginFlow) -> tuple[AuthorizationRequest, Secret]:
    request = flow.begin(REDIRECT)
    outcome = flow.accept_redirect(request, server.consent(request.url))
    assert isinstance(outcome, GotCode)
    return request, outcome.code


def refresh_problem(client: TokenClient) -> AuthError:
    with pytest.raises(AuthError) as caught:
        client.refresh(Secret("old-refresh"), frozenset({"mail.read"}))
    return caught.value


def test_code_is_exchanged_with_verifier_client_and_the_same_redirect(
    server: AuthorizationServer, found: Metadata, *, client: TokenClient, make_flow: MakeFlow
) -> None:
    request, code = consent(server, make_flow(found))

    tokens = client.exchange(code, request)

    (sent,) = server.seen("/token")
    assert sent.method == "POST"
    assert sent.headers["content-type"].startswith("application/x-www-form-urlencoded")
    assert sent.form == {
        "grant_type": "authorization_code",
        "code": code.reveal(),
        "code_verifier": request.verifier.reveal(),
        "redirect_uri": REDIRECT,
        "client_id": "client-1",
    }
    assert server.is_live(tokens.access.reveal())
    assert tokens.refresh is not None
    assert tokens.scopes == {"openid", "mail.read"}
    assert tokens.expires_at_s == 3700.0


def test_stolen_code_without_its_verifier_is_worthless(
    server: AuthorizationServer, found: Metadata, *, client: TokenClient, make_flow: MakeFlow
) -> None:
    request, code = consent(server, make_flow(found))

    with pytest.raises(ProviderRefused) as caught:
        client.exchange(code, replace(request, verifier=Secret("x" * 64)))

    assert caught.value.error == "invalid_grant"
    assert caught.value.remedy is Remedy.SIGN_IN


def test_code_is_good_for_one_exchange(
    server: AuthorizationServer, found: Metadata, *, client: TokenClient, make_flow: MakeFlow
) -> None:
    request, code = consent(server, make_flow(found))
    client.exchange(code, request)

    with pytest.raises(ProviderRefused):
        client.exchange(code, request)


def test_narrower_grant_is_what_the_answer_says(
    server: AuthorizationServer, found: Metadata, *, client: TokenClient, make_flow: MakeFlow
) -> None:
    server.granted = ("mail.read",)
    request, code = consent(server, make_flow(found, scopes=("mail.read", "mail.send")))

    assert client.exchange(code, request).scopes == {"mail.read"}


@pytest.mark.parametrize("scope", [{}, {"scope": ""}, {"scope": None}])
def test_answer_without_scope_means_as_asked(
    server: AuthorizationServer, client: TokenClient, scope: dict[str, object]
) -> None:
    server.script("/token", json_reply({**GOOD, **scope}))

    assert client.refresh(Secret("r"), frozenset({"mail.read"})).scopes == {"mail.read"}


def test_refresh_names_no_scope_and_brings_the_rotated_token(
    server: AuthorizationServer, client: TokenClient, signed_in: TokenSet
) -> None:
    assert signed_in.refresh is not None

    fresh = client.refresh(signed_in.refresh, signed_in.scopes)

    sent = server.seen("/token")[-1]
    assert sent.form == {
        "grant_type": "refresh_token",
        "refresh_token": signed_in.refresh.reveal(),
        "client_id": "client-1",
    }
    assert fresh.refresh is not None
    assert fresh.refresh != signed_in.refresh


def test_fifty_rotations_in_a_row_keep_the_sign_in(client: TokenClient, signed_in: TokenSet) -> None:
    tokens = signed_in
    for _ in range(50):
        assert tokens.refresh is not None
        tokens = client.refresh(tokens.refresh, tokens.scopes)

    assert tokens.refresh is not None


def test_refresh_token_stays_where_the_answer_brings_none(server: AuthorizationServer, client: TokenClient) -> None:
    server.script("/token", json_reply(GOOD))

    assert client.refresh(Secret("kept"), frozenset()).refresh == Secret("kept")


def test_revoked_refresh_token_asks_to_sign_in(client: TokenClient, signed_in: TokenSet) -> None:
    assert signed_in.refresh is not None
    client.revoke(signed_in.refresh, None)

    with pytest.raises(ProviderRefused) as caught:
        client.refresh(signed_in.refresh, signed_in.scopes)

    assert caught.value.kind is ErrorKind.SIGN_IN_EXPIRED
    assert caught.value.remedy is Remedy.SIGN_IN
    assert "Sign in again" in caught.value.summary


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"refresh_token": "r"},
        {"access_token": "", "token_type": "Bearer"},
        {"access_token": None, "token_type": "Bearer"},
        {"access_token": 7, "token_type": "Bearer"},
        {"access_token": "a\nb", "token_type": "Bearer"},
        {"access_token": "a\x01b", "token_type": "Bearer"},
        {"access_token": "x" * 70_000, "token_type": "Bearer"},
        {"access_token": "at"},
        {"access_token": "at", "token_type": "mac"},
        {"access_token": "at", "token_type": 7},
        {"access_token": "at", "token_type": "DPoP"},
        {**GOOD, "scope": 7},
        {**GOOD, "scope": ["mail.read"]},
        {**GOOD, "scope": "mail.read \x1b]0;title\x07"},
        {**GOOD, "scope": "x" * 20_000},
        {**GOOD, "refresh_token": 7},
        {**GOOD, "id_token": ["x"]},
    ],
)
def test_unusable_token_answer_is_refused(server: AuthorizationServer, client: TokenClient, body: object) -> None:
    server.script("/token", json_reply(body))

    error = refresh_problem(client)

    assert error.kind is ErrorKind.BAD_TOKEN_ANSWER
    assert "127.0.0.1" in error.summary


def test_dpop_token_is_told_apart(server: AuthorizationServer, client: TokenClient) -> None:
    server.script("/token", json_reply({"access_token": "at", "token_type": "DPoP"}))

    assert "DPoP" in refresh_problem(client).summary


@pytest.mark.parametrize("kind", ["Bearer", "bearer", "BEARER"])
def test_bearer_in_any_case_is_accepted(server: AuthorizationServer, client: TokenClient, kind: str) -> None:
    server.script("/token", json_reply({**GOOD, "token_type": kind}))

    assert client.refresh(Secret("r"), frozenset()).access == Secret("at")


def test_tokens_that_are_not_called_json_are_refused(server: AuthorizationServer, client: TokenClient) -> None:
    server.script("/token", Reply(body=json.dumps(GOOD).encode(), content_type="text/html"))

    assert refresh_problem(client).kind is ErrorKind.BAD_TOKEN_ANSWER


@pytest.mark.parametrize(
    ("reply", "kind", "remedy"),
    [
        (json_reply({"error": "invalid_grant"}, 400), ErrorKind.SIGN_IN_EXPIRED, Remedy.SIGN_IN),
        (json_reply({"error": "invalid_grant"}, 200), ErrorKind.SIGN_IN_EXPIRED, Remedy.SIGN_IN),
        (json_reply({"error": "interaction_required"}, 400), ErrorKind.SIGN_IN_EXPIRED, Remedy.SIGN_IN),
        (json_reply({"error": "invalid_client"}, 401), ErrorKind.PROVIDER_REFUSED, Remedy.TELL),
        (json_reply({"error": "invalid_scope"}, 400), ErrorKind.PROVIDER_REFUSED, Remedy.TELL),
        (json_reply({"error": {"code": 7}}, 400), ErrorKind.PROVIDER_REFUSED, Remedy.TELL),
        (json_reply({"error": "temporarily_unavailable"}, 400), ErrorKind.PROVIDER_UNREACHABLE, Remedy.WAIT),
        (json_reply({"error": "slow_down"}, 400), ErrorKind.PROVIDER_UNREACHABLE, Remedy.WAIT),
        (json_reply({"error": "invalid_grant"}, 503), ErrorKind.PROVIDER_UNREACHABLE, Remedy.WAIT),
        (json_reply({"error": "rate_limited"}, 429), ErrorKind.PROVIDER_UNREACHABLE, Remedy.WAIT),
        (json_reply({}, 400), ErrorKind.PROVIDER_UNREACHABLE, Remedy.WAIT),
        (json_reply(None), ErrorKind.PROVIDER_UNREACHABLE, Remedy.WAIT),
        (json_reply([GOOD]), ErrorKind.PROVIDER_UNREACHABLE, Remedy.WAIT),
        (json_reply(GOOD, 302, location="https://evil.example.test/"), ErrorKind.PROVIDER_UNREACHABLE, Remedy.WAIT),
        (HTML, ErrorKind.PROVIDER_UNREACHABLE, Remedy.WAIT),
        (replace(HTML, status=400), ErrorKind.PROVIDER_UNREACHABLE, Remedy.WAIT),
        (replace(HTML, status=502), ErrorKind.PROVIDER_UNREACHABLE, Remedy.WAIT),
        (Reply(), ErrorKind.PROVIDER_UNREACHABLE, Remedy.WAIT),
        (Reply(body=b'{"access_token": "at", "token'), ErrorKind.PROVIDER_UNREACHABLE, Remedy.WAIT),
        (Reply(body=b"[" * 200_000), ErrorKind.PROVIDER_UNREACHABLE, Remedy.WAIT),
        (Reply(body=b'{"x":' + b"9" * 10_000 + b"}"), ErrorKind.PROVIDER_UNREACHABLE, Remedy.WAIT),
        (Reply(body=b"\xff\xfe{}"), ErrorKind.PROVIDER_UNREACHABLE, Remedy.WAIT),
        (Reply(body=b" " * 1_000_001 + b"{}"), ErrorKind.PROVIDER_UNREACHABLE, Remedy.WAIT),
        (
            Reply(body=gzip.compress(json.dumps(GOOD).encode()), headers={"Content-Encoding": "gzip"}),
            ErrorKind.PROVIDER_UNREACHABLE,
            Remedy.WAIT,
        ),
        (Reply(cut=True), ErrorKind.PROVIDER_UNREACHABLE, Remedy.WAIT),
    ],
)
def test_each_bad_answer_to_a_refresh_has_its_kind_and_remedy(
    server: AuthorizationServer, client: TokenClient, *, reply: Reply, kind: ErrorKind, remedy: Remedy
) -> None:
    server.script("/token", reply)

    error = refresh_problem(client)

    assert (error.kind, error.remedy) == (kind, remedy)
    assert len(server.seen("/token")) == 1


def test_time_that_the_provider_asks_for_is_kept(server: AuthorizationServer, client: TokenClient) -> None:
    server.script("/token", json_reply({}, 429, retry_after="17"), json_reply({}, 503, retry_after="soon"))

    first, second = refresh_problem(client), refresh_problem(client)

    assert isinstance(first, ProviderUnreachable)
    assert isinstance(second, ProviderUnreachable)
    assert (first.retry_after_s, second.retry_after_s) == (17, None)


def test_answer_that_drips_is_cut_off(server: AuthorizationServer, found: Metadata, trust: ssl.SSLContext) -> None:
    slow = OAuthHttp(trust, read_s=0.3)
    server.script("/token", Reply(body=b" " * 1000 + json.dumps(GOOD).encode(), drip=0.05))

    error = refresh_problem(TokenClient(slow, found, "client-1", None, lambda: 0.0))
    slow.close()

    assert error.kind is ErrorKind.PROVIDER_UNREACHABLE
    assert "in time" in error.detail


def test_nobody_at_the_address_is_unreachable(http: OAuthHttp, found: Metadata) -> None:
    gone = replace(found, token_endpoint="https://127.0.0.1:1/token")  # noqa: S106 (an address)

    error = refresh_problem(TokenClient(http, gone, "client-1", None, lambda: 0.0))

    assert error.kind is ErrorKind.PROVIDER_UNREACHABLE
    assert error.remedy is Remedy.WAIT


def test_unknown_host_is_unreachable_and_named(http: OAuthHttp, found: Metadata) -> None:
    nowhere = replace(found, issuer=None, token_endpoint="https://no-such-host.invalid/token")  # noqa: S106 (an address)

    error = refresh_problem(TokenClient(http, nowhere, "client-1", None, lambda: 0.0))

    assert error.kind is ErrorKind.PROVIDER_UNREACHABLE
    assert "no-such-host.invalid" in error.summary


def test_untrusted_token_endpoint_gets_no_token(http: OAuthHttp, found: Metadata, tmp_path: Path) -> None:
    with AuthorizationServer(tls=make_certificate(tmp_path).server_context()) as other:
        metadata = replace(found, token_endpoint=f"{other.base}/token")
        error = refresh_problem(TokenClient(http, metadata, "client-1", None, lambda: 0.0))

    assert error.kind is ErrorKind.TLS_FAILED
    assert other.requests == []


def test_plain_http_elsewhere_is_refused_before_any_connection(http: OAuthHttp, found: Metadata) -> None:
    plain = replace(found, token_endpoint="http://192.0.2.1/token")  # noqa: S106 (an address)

    error = refresh_problem(TokenClient(http, plain, "client-1", None, lambda: 0.0))

    assert error.kind is ErrorKind.BAD_METADATA


def test_secret_goes_into_the_form_or_encoded_into_basic(
    http: OAuthHttp, found: Metadata, server: AuthorizationServer
) -> None:
    server.script("/token", json_reply(GOOD), json_reply(GOOD))
    in_body, as_basic = found, replace(found, secret_in_body=False)

    for metadata in (in_body, as_basic):
        TokenClient(http, metadata, "client:1", Secret("s&c+ret"), lambda: 0.0).refresh(Secret("r"), frozenset())

    first, second = server.seen("/token")
    assert first.form["client_secret"] == "s&c+ret"  # noqa: S105 (made up)
    assert "client_secret" not in second.form
    assert second.headers["authorization"] == "Basic Y2xpZW50JTNBMTpzJTI2YyUyQnJldA=="


def test_cookies_of_the_provider_are_not_sent_back(server: AuthorizationServer, client: TokenClient) -> None:
    server.script("/token", json_reply(GOOD, set_cookie="track=1; Path=/"), json_reply(GOOD))

    client.refresh(Secret("r"), frozenset())
    client.refresh(Secret("r"), frozenset())

    assert "cookie" not in server.seen("/token")[-1].headers


def test_revoking_sends_the_refresh_token_first_with_its_hint(
    server: AuthorizationServer, client: TokenClient, signed_in: TokenSet
) -> None:
    outcome = client.revoke(signed_in.refresh, signed_in.access)

    assert outcome.state is RevocationState.DONE
    assert signed_in.refresh is not None
    first = server.seen("/revoke")[0].form
    assert first == {
        "token": signed_in.refresh.reveal(),
        "token_type_hint": "refresh_token",
        "client_id": "client-1",
    }
    assert not server.is_live(signed_in.access.reveal())
    assert not server.is_live(signed_in.refresh.reveal())


def test_token_that_the_provider_no_longer_knows_counts_as_revoked(client: TokenClient) -> None:
    assert client.revoke(Secret("unknown"), None).state is RevocationState.DONE


def test_provider_without_revocation_says_so_without_a_request(
    http: OAuthHttp, found: Metadata, server: AuthorizationServer
) -> None:
    client = TokenClient(http, replace(found, revocation_endpoint=None), "client-1", None, lambda: 0.0)

    assert client.revoke(Secret("r"), None).state is RevocationState.NOT_SUPPORTED
    assert server.seen("/revoke") == []


def test_unsupported_refresh_revocation_falls_back_to_the_access_token(
    server: AuthorizationServer, client: TokenClient
) -> None:
    server.script("/revoke", json_reply({"error": "unsupported_token_type"}, 400))

    outcome = client.revoke(Secret("r"), Secret("a"))

    assert outcome.state is RevocationState.DONE
    assert [sent.form["token_type_hint"] for sent in server.seen("/revoke")] == ["refresh_token", "access_token"]


@pytest.mark.parametrize(
    "reply",
    [
        json_reply({"error": "invalid_client"}, 401),
        json_reply({}, 503, retry_after="1"),
        Reply(status=302, headers={"Location": "https://evil.example.test/"}),
        Reply(cut=True),
        replace(HTML, status=404),
    ],
)
def test_failed_revocation_is_told_and_never_raised(
    server: AuthorizationServer, client: TokenClient, reply: Reply
) -> None:
    server.script("/revoke", reply)

    outcome = client.revoke(Secret("r"), None)

    assert outcome.state is RevocationState.FAILED
    assert "did not revoke" in outcome.words


def test_access_token_still_goes_when_the_refresh_token_was_revoked(
    server: AuthorizationServer, client: TokenClient
) -> None:
    server.script("/revoke", Reply(), json_reply({}, 500))

    assert client.revoke(Secret("r"), Secret("a")).state is RevocationState.DONE


@pytest.fixture
def all_logs(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


def test_no_secret_reaches_log_error_or_repr(
    server: AuthorizationServer, client: TokenClient, *, signed_in: TokenSet, all_logs: pytest.LogCaptureFixture
) -> None:
    planted = "planted-secret-value"
    server.script("/token", json_reply({"access_token": planted, "token_type": "mac"}), replace(HTML, status=500))

    printed = [repr(signed_in), str(signed_in)]
    for _ in range(2):
        with pytest.raises(AuthError) as caught:
            client.refresh(Secret(planted), frozenset())
        printed += [str(caught.value), caught.value.detail, repr(caught.value), repr(caught.value.as_problem())]
    printed += [client.revoke(Secret(planted), None).words, all_logs.text]

    assert signed_in.refresh is not None
    for secret in (planted, signed_in.access.reveal(), signed_in.refresh.reveal()):
        assert not any(secret in text for text in printed)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (3600, 3600), ("3600", 3600), (59.5, 59.5), (10**30, MAX_LIFETIME_S), ("9" * 400, MAX_LIFETIME_S),
        (None, 300), (0, 300), (-5, 300), ("", 300), ("soon", 300), ("-5", 300), (True, 300), ([], 300),
        (float("nan"), 300), (float("inf"), MAX_LIFETIME_S), (float("-inf"), 300),
    ],
)  # fmt: skip
def test_any_lifetime_becomes_a_usable_number(value: object, seconds: float) -> None:
    assert lifetime(value) == seconds


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(["access_token", "token_type", "expires_in", "scope", "refresh_token", "id_token", "x"])


@given(st.dictionaries(NAMES, JSON | st.just("Bearer") | st.just("token")))
def test_any_answer_is_a_token_set_or_our_error(answer: dict[str, object]) -> None:
    asked = Asked(host="example.test", scopes=frozenset({"a"}), refresh=None, now_s=0.0)

    try:
        tokens = token_set(answer, asked)
    except AuthError as error:
        assert error.kind is ErrorKind.BAD_TOKEN_ANSWER  # noqa: PT017 (either outcome is right)
    else:
        assert tokens.access
        assert 0 < tokens.lifetime_s <= MAX_LIFETIME_S


@pytest.mark.parametrize(
    ("retry_after", "date", "seconds"),
    [
        ("90", "", 90.0),
        ("Wed, 21 Oct 2015 07:28:30 GMT", "Wed, 21 Oct 2015 07:28:00 GMT", 30.0),
        ("Wed, 21 Oct 2015 07:27:00 GMT", "Wed, 21 Oct 2015 07:28:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", "Wed, 21 Oct 2015 07:28:00 GMT", 3600.0),
        ("soon", "Wed, 21 Oct 2015 07:28:00 GMT", None),
        ("-5", "", None),
        ("9" * 400, "", 3600.0),
        (f"Wed, 21 Oct {'9' * 20} 07:28:30 GMT", "Wed, 21 Oct 2015 07:28:00 GMT", None),
        (f"Wed, 21 Oct 2015 07:28:30 +{'9' * 20}", "Wed, 21 Oct 2015 07:28:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_seconds_and_as_a_date(retry_after: str, date: str, seconds: float | None) -> None:
    """RFC 9110 section 10.2.3; a date counts from the server's own, whatever this machine's clock says."""
    assert wait_asked_for(retry_after, date) == seconds
