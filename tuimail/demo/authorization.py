"""The demo's authorization server: authlib's core classes without a web framework, answers in memory.

Knows requests and replies as values; ``demo.web`` carries them. One user, one public client, PKCE S256 always
(RFC 7636, RFC 9700 section 2.1.1), refresh tokens rotated, the issuer in every redirect (RFC 9207).
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias  # Any: authlib is untyped
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Payload, OAuth2Request
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core.grants.util import generate_id_token, is_openid_scope
from msgspec import Struct

from tuimail.demo.certificate import SigningKey
from tuimail.demo.ledger import Code, Ledger, Token, TokenKind
from tuimail.domain.discreet import Discreet

Untyped: TypeAlias = Any  # authlib's grants, requests and token generators

CLIENT_ID = "tuimail-demo"
SCOPES = ("openid", "email", "offline_access", "mail.read", "mail.send")
REDIRECT_PATH = "/callback"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_TOKEN_BYTES = 32


class WebRequest(Discreet, frozen=True, kw_only=True):
    """A request as the web server read it; each parameter with all its values, in order."""

    hidden: ClassVar[tuple[str, ...]] = ("form",)

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, Sequence[str]]
    form: Mapping[str, Sequence[str]]

    def field_value(self, name: str) -> str:
        """A form field's first value, or nothing."""
        return next(iter(self.form.get(name, ())), "")


@dataclass(slots=True, kw_only=True)
class WebReply:
    """A reply for the web server to write. ``location`` can be set, because authlib's issuer parameter does."""

    status: int
    body: bytes = field(default=b"", repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def location(self) -> str | None:
        """Where a redirect leads."""
        return self.headers.get("Location")

    @location.setter
    def location(self, url: str) -> None:
        self.headers["Location"] = url


def json_reply(document: object, *, status: int = 200) -> WebReply:
    """A JSON document that no cache may keep."""
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return WebReply(status=status, body=json.dumps(document).encode(), headers=headers)


class Person(Struct, frozen=True, kw_only=True):
    """The demo's one user."""

    name: str
    address: str


class Addresses(Struct, frozen=True, kw_only=True):
    """Where the server's parts answer."""

    issuer: str
    page: str
    """The authorization endpoint."""


class _Payload(OAuth2Payload):  # type: ignore[misc]  # authlib is untyped
    """Parameters as authlib reads them, repeated ones included so that it can refuse them."""

    def __init__(self, parameters: Mapping[str, Sequence[str]]) -> None:
        self._lists = {name: list(values) for name, values in parameters.items()}

    @property
    def data(self) -> dict[str, str]:
        return {name: values[0] for name, values in self._lists.items() if values}

    @property
    def datalist(self) -> dict[str, list[str]]:
        return self._lists


class _Request(OAuth2Request):  # type: ignore[misc]  # authlib is untyped
    def __init__(self, request: WebRequest) -> None:
        super().__init__(request.method, request.url, headers=dict(request.headers))
        self.payload = _Payload(request.form if request.method == "POST" else request.query)

    @property
    def args(self) -> dict[str, str]:
        return dict(self.payload.data)

    @property
    def form(self) -> dict[str, str]:
        return dict(self.payload.data)


class _Client(ClientMixin):  # type: ignore[misc]  # authlib is untyped
    """The one registered client: public, native, redirected to loopback on any port (RFC 8252 section 7.3)."""

    client_id = CLIENT_ID

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str | None) -> str:
        return " ".join(one for one in (scope or "").split() if one in SCOPES)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        parts = urlsplit(redirect_uri)
        return parts.scheme == "http" and parts.hostname in _LOOPBACK and parts.path == REDIRECT_PATH

    def check_client_secret(self, client_secret: str) -> bool:  # noqa: ARG002 (authlib's signature)
        return False

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002 (authlib's signature)
        return method == "none"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in ("authorization_code", "refresh_token")


class _S256Only(CodeChallenge):  # type: ignore[misc]  # authlib is untyped
    """PKCE demanded at the authorization endpoint too: authlib itself looks for it at the token endpoint only."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Untyped, redirect_uri: str) -> None:
        parameters = grant.request.payload.data
        if not parameters.get("code_challenge") or parameters.get("code_challenge_method") != "S256":
            raise InvalidRequestError("PKCE with code_challenge_method S256 is required.")
        super().validate_code_challenge(grant, redirect_uri)


class _CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]  # authlib is untyped
    TOKEN_ENDPOINT_AUTH_METHODS = ("none",)

    def save_authorization_code(self, code: str, request: Untyped) -> None:
        parameters = request.payload.data
        self.server.ledger.keep_code(
            Code(
                value=code,
                redirect_uri=parameters["redirect_uri"],
                scope=request.scope,
                nonce=parameters.get("nonce"),
                code_challenge=parameters["code_challenge"],
                code_challenge_method=parameters["code_challenge_method"],
            )
        )

    def query_authorization_code(self, code: str, client: object) -> Code | None:  # noqa: ARG002 (one client)
        found: Code | None = self.server.ledger.find_code(code)
        return found

    def delete_authorization_code(self, authorization_code: Code) -> None:
        self.server.ledger.spend_code(authorization_code)

    def authenticate_user(self, authorization_code: Code) -> Person:  # noqa: ARG002 (one user)
        person: Person = self.server.person
        return person


class _Refresh(RefreshTokenGrant):  # type: ignore[misc]  # authlib is untyped
    TOKEN_ENDPOINT_AUTH_METHODS = ("none",)
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Token | None:
        found: Token | None = self.server.ledger.find_refresh(refresh_token)
        return found

    def authenticate_user(self, refresh_token: Token) -> Person:  # noqa: ARG002 (one user)
        person: Person = self.server.person
        return person

    def revoke_old_credential(self, refresh_token: Token) -> None:
        self.server.ledger.spend_refresh(refresh_token)


class _Revocation(RevocationEndpoint):  # type: ignore[misc]  # authlib is untyped
    CLIENT_AUTH_METHODS = ("none",)

    def query_token(self, token_string: str, token_type_hint: str | None) -> Token | None:  # noqa: ARG002 (values are unique)
        found: Token | None = self.server.ledger.find(token_string)
        return found

    def revoke_token(self, token: Token, request: object) -> None:  # noqa: ARG002 (authlib's signature)
        self.server.ledger.end_grant()


class _Issuer(IssuerParameter):  # type: ignore[misc]  # authlib is untyped
    def __init__(self, server: "DemoAuthorizationServer") -> None:
        self._issuer = server.addresses.issuer
        super().__call__(server)

    def get_issuer(self) -> str:
        return self._issuer


class DemoAuthorizationServer(AuthorizationServer):  # type: ignore[misc]  # authlib is untyped
    """Metadata, authorization, token and revocation endpoints as functions from request to reply."""

    def __init__(self, *, addresses: Addresses, person: Person, ledger: Ledger, key: SigningKey) -> None:
        super().__init__(scopes_supported=SCOPES)
        self.addresses = addresses
        self.person = person
        self.ledger = ledger
        self._key = key
        self._client = _Client()
        self.register_token_generator("default", self._tokens())
        self.register_grant(_CodeGrant, [_S256Only(required=True), self._add_id_token_to])
        self.register_grant(_Refresh)
        self.register_endpoint(_Revocation)
        self.register_extension(_Issuer)

    def metadata(self) -> WebReply:
        """RFC 8414 and OpenID discovery: one document for both."""
        issuer = self.addresses.issuer
        return json_reply(
            {
                "issuer": issuer,
                "authorization_endpoint": self.addresses.page,
                "token_endpoint": f"{issuer}/token",
                "revocation_endpoint": f"{issuer}/revoke",
                "jwks_uri": f"{issuer}/jwks",
                "scopes_supported": SCOPES,
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none"],
                "revocation_endpoint_auth_methods_supported": ["none"],
                "authorization_response_iss_parameter_supported": True,
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "claims_supported": ["sub", "email", "email_verified", "name"],
            }
        )

    def jwks(self) -> WebReply:
        """The public half of the id_token key."""
        return json_reply({"keys": [self._key.public]})

    def check(self, request: WebRequest) -> WebReply | tuple[str, ...]:
        """What an authorization request asks for, or the refusal to send instead of the page."""
        try:
            grant = self.get_consent_grant(request, end_user=self.person)
        except AuthlibBaseError as error:
            reply: WebReply = self.handle_error_response(None, error)
            if reply.location:
                _Issuer(self).add_issuer_parameter(self, reply)
            return reply
        return tuple(grant.request.scope.split())

    def answer(self, request: WebRequest, *, allowed: bool) -> WebReply:
        """The redirect that follows the person's decision."""
        oauth_request = self.create_oauth2_request(request)
        grant = self.get_authorization_grant(oauth_request)
        reply: WebReply = self.create_authorization_response(
            oauth_request, grant_user=self.person if allowed else None, grant=grant
        )
        return reply

    def token(self, request: WebRequest) -> WebReply:
        """The token endpoint."""
        reply: WebReply = self.create_token_response(request)
        return reply

    def revoke(self, request: WebRequest) -> WebReply:
        """The revocation endpoint (RFC 7009): 200 for unknown tokens too."""
        reply: WebReply = self.create_endpoint_response("revocation", request)
        return reply

    def query_client(self, client_id: str) -> _Client | None:
        """Authlib's hook."""
        return self._client if client_id == CLIENT_ID else None

    def save_token(self, token: dict[str, Untyped], request: Untyped) -> None:
        """Authlib's hook."""
        self.ledger.issue(TokenKind.ACCESS, token["access_token"], token["scope"])
        # A narrower refresh narrows the access token alone (RFC 6749 section 6).
        granted = request.refresh_token.scope if request.refresh_token else token["scope"]
        if "offline_access" in granted.split():
            self.ledger.issue(TokenKind.REFRESH, token["refresh_token"], granted)
        else:
            del token["refresh_token"]

    def create_oauth2_request(self, request: WebRequest) -> _Request:
        """Authlib's hook."""
        return _Request(request)

    def handle_response(self, status: int, body: object, headers: Sequence[tuple[str, str]]) -> WebReply:
        """Authlib's hook."""
        payload = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        return WebReply(status=status, body=payload, headers=dict(headers))

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Authlib's hook; nobody listens."""

    def _tokens(self) -> Untyped:
        def random_token(**_asked: object) -> str:
            return secrets.token_urlsafe(_TOKEN_BYTES)

        return BearerTokenGenerator(
            random_token, random_token, lambda _client, _grant_type: self.ledger.access_lifetime_s
        )

    def _add_id_token_to(self, grant: Untyped) -> None:
        grant.register_hook("after_create_token_response", self._add_id_token)

    def _add_id_token(self, grant: Untyped, response: tuple[int, dict[str, Untyped], object]) -> None:
        _, token, _ = response
        if not is_openid_scope(token["scope"]):
            return
        claims: dict[str, object] = {"sub": "demo-person"}
        if "email" in token["scope"].split():
            claims |= {"email": self.person.address, "email_verified": True, "name": self.person.name}
        token["id_token"] = generate_id_token(
            token,
            claims,
            self._key.private,
            self.addresses.issuer,
            CLIENT_ID,
            alg="ES256",
            nonce=grant.request.authorization_code.nonce,
            kid=self._key.public["kid"],
        )
