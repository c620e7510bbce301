"""The id_token: whose word counts, and for whom."""

import base64
import hmac
import json
import time
from collections.abc import Callable

import pytest
from joserfc.jwk import ECKey
from msgspec.structs import replace

from tests.fakes.authorization_server import AuthorizationServer, Reply, json_reply
from tests.oauth.conftest import settings_for
from tuimail.domain.errors import AuthError, ErrorKind
from tuimail.domain.token import Secret, TokenSet
from tuimail.oauth.client import TokenClient
from tuimail.oauth.discovery import find_metadata
from tuimail.oauth.http import OAuthHttp
from tuimail.oauth.identity import IdentityClaims
from tuimail.oauth.metadata import Metadata

NONCE = Secret("the-nonce")
Check = Callable[..., IdentityClaims]


@pytest.fixture
def found(http: OAuthHttp, server: AuthorizationServer) -> Metadata:
    return find_metadata(http, settings_for(server.issuer))


@pytest.fixture
def client(http: OAuthHttp, found: Metadata) -> TokenClient:
    return TokenClient(http, found, "client-1", None, lambda: 0.0)


@pytest.fixture
def check(server: AuthorizationServer, client: TokenClient) -> Check:
    def check(token: str | None = None, *, seconds_later: float = 0.0) -> IdentityClaims:
        text = token or server.id_token("client-1", NONCE.reveal())
        return client.check_id_token(tokens_with(text), NONCE, lambda: time.time() + seconds_later)

    return check


def tokens_with(text: str) -> TokenSet:
    return TokenSet(access=Secret("at"), received_at_s=0.0, id_token=Secret(text))


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def problem_of(check: Check, token: str | None = None, **more: float) -> AuthError:
    with pytest.raises(AuthError) as caught:
        check(token, **more)
    return caught.value


def test_signed_claims_tell_who_signed_in(check: Check) -> None:
    assert check() == IdentityClaims(subject="person-1", email="alice@example.test")


def test_address_may_be_missing(server: AuthorizationServer, check: Check) -> None:
    server.email = None

    assert check().email is None


def test_claims_are_cleaned(server: AuthorizationServer, check: Check) -> None:
    server.claims = {"email": "a\x1b[31mlice@example.test\n", "sub": "x" * 1000}

    claims = check()

    assert claims.email is not None
    assert "\x1b" not in claims.email
    assert len(claims.subject) <= 255


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example.test"},
        {"iss": None},
        {"aud": "somebody-else"},
        {"aud": ["somebody-else", "another"]},
        {"aud": None},
        {"aud": ["client-1", "other"], "azp": "other"},
        {"azp": "other"},
        {"exp": 1},
        {"exp": None},
        {"exp": "tomorrow"},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"sub": None},
        {"iat": 99_999_999_999},
        {"nbf": 99_999_999_999},
    ],
)
def test_wrong_claim_is_refused(server: AuthorizationServer, check: Check, claims: dict[str, object]) -> None:
    server.claims = claims

    assert problem_of(check).kind is ErrorKind.BAD_ID_TOKEN


def test_audience_may_be_a_list_with_us_in_it(server: AuthorizationServer, check: Check) -> None:
    server.claims = {"aud": ["client-1", "api"], "azp": "client-1"}

    assert check().subject == "person-1"


def test_token_that_expired_is_refused_and_a_small_skew_is_not(check: Check) -> None:
    assert check(seconds_later=660).subject
    assert problem_of(check, seconds_later=1200).kind is ErrorKind.BAD_ID_TOKEN


def test_signature_of_another_key_is_refused(server: AuthorizationServer, check: Check) -> None:
    stranger = ECKey.generate_key("P-256", {"kid": "first"}, private=True)

    token = server.id_token("client-1", NONCE.reveal(), key=stranger)

    assert problem_of(check, token).kind is ErrorKind.BAD_ID_TOKEN


def test_unsigned_token_is_refused(server: AuthorizationServer, check: Check) -> None:
    _, body, _ = server.id_token("client-1", NONCE.reveal()).split(".")
    header = encoded(b'{"alg":"none"}')

    assert problem_of(check, f"{header}.{body}.").kind is ErrorKind.BAD_ID_TOKEN


def test_token_signed_with_the_public_key_as_a_shared_secret_is_refused(
    server: AuthorizationServer, check: Check
) -> None:
    _, body, _ = server.id_token("client-1", NONCE.reveal()).split(".")
    header = encoded(json.dumps({"alg": "HS256", "kid": server.key.kid}).encode())
    public = server.key.as_pem(private=False)
    signature = encoded(hmac.digest(public, f"{header}.{body}".encode(), "sha256"))

    assert problem_of(check, f"{header}.{body}.{signature}").kind is ErrorKind.BAD_ID_TOKEN


@pytest.mark.parametrize("token", ["x", "a.b", "a.b.c", "....", "é.é.é", "e30.e30.e30", "W10.W10.W10"])
def test_garbage_is_refused(check: Check, token: str) -> None:
    assert problem_of(check, token).kind is ErrorKind.BAD_ID_TOKEN


def test_missing_token_is_refused(client: TokenClient) -> None:
    with pytest.raises(AuthError) as caught:
        client.check_id_token(replace(tokens_with("x"), id_token=None), NONCE)

    assert caught.value.kind is ErrorKind.BAD_ID_TOKEN


def test_new_key_of_the_provider_is_fetched_once(server: AuthorizationServer, check: Check) -> None:
    check()
    server.key = ECKey.generate_key("P-256", {"kid": "second", "use": "sig", "alg": "ES256"}, private=True)

    assert check().subject == "person-1"
    check()

    assert len(server.seen("/jwks")) == 2


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (json_reply({"keys": []}), ErrorKind.BAD_ID_TOKEN),
        (json_reply({"keys": "none"}), ErrorKind.BAD_ID_TOKEN),
        (json_reply({"keys": [{}, 7, {"kty": "EC"}]}), ErrorKind.BAD_ID_TOKEN),
        (json_reply({"keys": [{"kty": "RSA", "n": "AA", "e": "AQAB"}]}), ErrorKind.BAD_ID_TOKEN),
        (json_reply([]), ErrorKind.BAD_ID_TOKEN),
        (Reply(status=404), ErrorKind.BAD_ID_TOKEN),
        (Reply(status=503), ErrorKind.PROVIDER_UNREACHABLE),
    ],
)
def test_unusable_keys_verify_nothing(
    server: AuthorizationServer, check: Check, reply: Reply, *, kind: ErrorKind
) -> None:
    server.script("/jwks", reply)

    assert problem_of(check).kind is kind


def test_provider_without_issuer_or_keys_vouches_for_nobody(
    http: OAuthHttp, found: Metadata, server: AuthorizationServer
) -> None:
    token = tokens_with(server.id_token("client-1", NONCE.reveal()))

    assert found.signs_identity
    for metadata in (replace(found, issuer=None), replace(found, jwks_uri=None)):
        assert not metadata.signs_identity
        client = TokenClient(http, metadata, "client-1", None, lambda: 0.0)
        with pytest.raises(AuthError) as caught:
            client.check_id_token(token, NONCE)
        assert caught.value.kind is ErrorKind.BAD_ID_TOKEN
