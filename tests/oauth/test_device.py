"""Signing in with a code on another device (RFC 8628), with the clock in the test's hand."""

import ssl
from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace

from tests.fakes.authorization_server import AuthorizationServer, Reply, json_reply
from tests.oauth.conftest import SCOPES
from tuimail.domain.account import OAuthSettings
from tuimail.domain.errors import AuthError, ErrorKind, Remedy
from tuimail.domain.token import TokenSet
from tuimail.oauth.client import TokenClient
from tuimail.oauth.device import DeviceCode, read_device_code, wait_for_tokens
from tuimail.oauth.discovery import find_metadata, register
from tuimail.oauth.http import OAuthHttp

ASKED = ("openid", "email", "mail.read")


class Waiting:
    """A clock that only waiting moves; ``events`` happen when their time has come."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.pauses: list[float] = []
        self.on_question: dict[int, Callable[[], None]] = {}
        self.gives_up_at = -1

    def wait(self, seconds: float) -> bool:
        """Let so much time pass."""
        self.pauses.append(seconds)
        self.now_s += seconds
        number = len(self.pauses)
        self.on_question.get(number, lambda: None)()
        return number != self.gives_up_at


@pytest.fixture
def provider() -> Iterator[AuthorizationServer]:
    with AuthorizationServer() as running:
        running.offer_codes()
        yield running


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


@pytest.fixture
def client(provider: AuthorizationServer, trust: ssl.SSLContext, waiting: Waiting) -> Iterator[TokenClient]:
    http = OAuthHttp(trust)
    metadata = find_metadata(http, OAuthSettings(issuer=provider.issuer, scopes=SCOPES))
    yield TokenClient(http, metadata, "client-1", None, lambda: waiting.now_s)
    http.close()


def outcome(client: TokenClient, code: DeviceCode, waiting: Waiting) -> TokenSet | None:
    return wait_for_tokens(lambda: client.device_tokens(code), code, clock=lambda: waiting.now_s, wait=waiting.wait)


def test_the_request_names_client_and_scopes_and_the_answer_is_what_the_person_sees(
    provider: AuthorizationServer, client: TokenClient
) -> None:
    code = client.device_code(ASKED)

    (request,) = provider.seen("/device_authorization")
    assert request.form == {"client_id": "client-1", "scope": "openid email mail.read"}
    assert code.user_code.startswith("WDJB")
    assert code.verification_uri == f"{provider.base}/device"
    assert code.verification_uri_complete == f"{provider.base}/device?user_code={code.user_code}"
    assert code.user_code not in repr(code)
    assert code.device_code.reveal() not in repr(code)


def test_it_asks_every_five_seconds_unless_told_otherwise_until_the_person_says_yes(
    provider: AuthorizationServer, client: TokenClient, waiting: Waiting
) -> None:
    code = client.device_code(ASKED)
    waiting.on_question[3] = lambda: provider.type_in(code.user_code)

    tokens = outcome(client, code, waiting)

    assert tokens is not None
    assert waiting.pauses == [5.0, 5.0, 5.0]
    assert tokens.scopes == frozenset(ASKED)
    assert tokens.refresh is not None
    assert client.check_id_token(tokens, None).email == "alice@example.test"


def test_the_interval_the_server_names_is_kept(
    provider: AuthorizationServer, client: TokenClient, waiting: Waiting
) -> None:
    provider.interval_s = 11
    code = client.device_code(ASKED)
    waiting.on_question[2] = lambda: provider.type_in(code.user_code)

    outcome(client, code, waiting)

    assert waiting.pauses == [11.0, 11.0]


def test_each_slow_down_adds_five_seconds_for_good(
    provider: AuthorizationServer, client: TokenClient, waiting: Waiting
) -> None:
    code = client.device_code(ASKED)
    slower = json_reply({"error": "slow_down"}, 400)
    pending = json_reply({"error": "authorization_pending"}, 400)
    provider.script("/token", slower, pending, slower, pending)
    waiting.on_question[5] = lambda: provider.type_in(code.user_code)

    assert outcome(client, code, waiting) is not None

    assert waiting.pauses == [5.0, 10.0, 10.0, 15.0, 15.0]


@pytest.mark.parametrize(
    "trouble",
    [
        Reply(cut=True),
        Reply(status=503, body=b"out of order"),
        Reply(status=200, body=b"<html>", content_type="text/html"),
    ],
    ids=["cut", "503", "a page"],
)
def test_a_broken_network_only_makes_it_ask_less_often(
    provider: AuthorizationServer, client: TokenClient, waiting: Waiting, trouble: Reply
) -> None:
    code = client.device_code(ASKED)
    provider.script("/token", trouble, trouble)
    waiting.on_question[3] = lambda: provider.type_in(code.user_code)

    assert outcome(client, code, waiting) is not None

    assert waiting.pauses == [5.0, 10.0, 20.0]


def test_retry_after_is_kept(provider: AuthorizationServer, client: TokenClient, waiting: Waiting) -> None:
    code = client.device_code(ASKED)
    provider.script("/token", json_reply({}, 429, retry_after="77"))
    waiting.on_question[2] = lambda: provider.type_in(code.user_code)

    assert outcome(client, code, waiting) is not None

    assert waiting.pauses == [5.0, 77.0]


def test_it_stops_when_the_time_of_the_code_is_over(
    provider: AuthorizationServer, client: TokenClient, waiting: Waiting
) -> None:
    code = replace(client.device_code(ASKED), lifetime_s=12.0)

    with pytest.raises(AuthError) as caught:
        outcome(client, code, waiting)

    assert caught.value.kind is ErrorKind.SIGN_IN_TIMED_OUT
    assert waiting.pauses == [5.0, 5.0, 2.0]
    assert len(provider.seen("/token")) == 2


@pytest.mark.parametrize(
    ("error", "kind", "remedy"),
    [
        ("access_denied", ErrorKind.ACCESS_DENIED, Remedy.TELL),
        ("authorization_declined", ErrorKind.ACCESS_DENIED, Remedy.TELL),
        ("expired_token", ErrorKind.SIGN_IN_TIMED_OUT, Remedy.SIGN_IN),
        ("invalid_grant", ErrorKind.PROVIDER_REFUSED, Remedy.SIGN_IN),
        ("unauthorized_client", ErrorKind.PROVIDER_REFUSED, Remedy.TELL),
    ],
)
def test_a_no_ends_the_wait_in_its_own_words(
    provider: AuthorizationServer, client: TokenClient, waiting: Waiting, error: str, kind: ErrorKind, remedy: Remedy
) -> None:
    code = client.device_code(ASKED)
    waiting.on_question[2] = lambda: provider.type_in(code.user_code, deny=error)

    with pytest.raises(AuthError) as caught:
        outcome(client, code, waiting)

    assert (caught.value.kind, caught.value.remedy) == (kind, remedy)
    assert len(waiting.pauses) == 2


def test_giving_up_asks_no_more(provider: AuthorizationServer, client: TokenClient, waiting: Waiting) -> None:
    code = client.device_code(ASKED)
    waiting.gives_up_at = 3

    assert outcome(client, code, waiting) is None
    assert len(provider.seen("/token")) == 2


def test_a_narrower_grant_is_what_the_answer_says(
    provider: AuthorizationServer, client: TokenClient, waiting: Waiting
) -> None:
    provider.granted = ("openid",)
    code = client.device_code(ASKED)
    provider.type_in(code.user_code)

    tokens = outcome(client, code, waiting)

    assert tokens is not None
    assert tokens.scopes == {"openid"}


def test_a_provider_without_codes_says_so_without_a_request(trust: ssl.SSLContext, waiting: Waiting) -> None:
    with AuthorizationServer() as plain:
        http = OAuthHttp(trust)
        metadata = find_metadata(http, OAuthSettings(issuer=plain.issuer, scopes=SCOPES))
        with pytest.raises(AuthError, match="no sign-in with a code"):
            TokenClient(http, metadata, "client-1", None, lambda: waiting.now_s).device_code(ASKED)
        http.close()


def test_a_registered_client_may_use_codes_where_the_server_has_them(
    provider: AuthorizationServer, trust: ssl.SSLContext
) -> None:
    http = OAuthHttp(trust)
    metadata = find_metadata(http, OAuthSettings(issuer=provider.issuer, scopes=SCOPES))
    register(http, metadata, ("http://127.0.0.1/callback",))
    http.close()

    (request,) = provider.seen("/register")
    assert b"urn:ietf:params:oauth:grant-type:device_code" in request.body


GOOD: dict[str, object] = {
    "device_code": "d" * 40,
    "user_code": "WDJB-MJHT",
    "verification_uri": "https://example.com/device",
    "expires_in": 1800,
    "interval": 5,
}


@pytest.mark.parametrize(
    "change",
    [
        {"device_code": None},
        {"device_code": "two\nlines"},
        {"user_code": ""},
        {"user_code": "\x1b[31m\x07"},
        {"user_code": "x" * 33},
        {"user_code": 7},
        {"verification_uri": None},
        {"verification_uri": "http://example.com/device"},
        {"verification_uri": "https://user@example.com/"},
        {"verification_uri": "javascript:alert(1)"},
    ],
)
def test_an_unusable_answer_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(AuthError) as caught:
        read_device_code({**GOOD, **change}, ASKED, host="example.com", now_s=0.0)

    assert caught.value.kind is ErrorKind.BAD_TOKEN_ANSWER


@pytest.mark.parametrize(
    ("change", "interval_s", "lifetime_s"),
    [
        ({}, 5.0, 1800.0),
        ({"interval": None, "expires_in": None}, 5.0, 3600.0),
        ({"interval": "7", "expires_in": "60"}, 7.0, 60.0),
        ({"interval": 0, "expires_in": -1}, 5.0, 3600.0),
        ({"interval": 0.01}, 1.0, 1800.0),
        ({"interval": 10**9, "expires_in": 10**300}, 120.0, 3600.0),
        ({"interval": True, "expires_in": []}, 5.0, 3600.0),
    ],
)
def test_odd_times_become_usable_ones(change: dict[str, object], interval_s: float, lifetime_s: float) -> None:
    code = read_device_code({**GOOD, **change}, ASKED, host="example.com", now_s=0.0)

    assert (code.interval_s, code.lifetime_s) == (interval_s, lifetime_s)


def test_an_unsafe_complete_address_is_left_out_and_an_old_name_of_the_address_is_read() -> None:
    answer = {**GOOD, "verification_uri": None, "verification_url": "https://ya.example/device"}
    answer["verification_uri_complete"] = "http://example.com/device?user_code=WDJB-MJHT"

    code = read_device_code(answer, ASKED, host="example.com", now_s=0.0)

    assert code.verification_uri == "https://ya.example/device"
    assert code.verification_uri_complete is None
