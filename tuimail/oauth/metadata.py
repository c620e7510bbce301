"""What is known of an authorization server, and the reader of its metadata document (RFC 8414, OIDC). Pure."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from tuimail.domain.account import Endpoints
from tuimail.domain.clean import clean_quote
from tuimail.domain.errors import AuthError, ErrorKind, Remedy
from tuimail.oauth.urls import host_of, is_secure

_SIGNATURES = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
"""Signatures with the server's own key. Never "none", and no HMAC, whose key would be the client's secret."""

_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,256}")
"""RFC 6749 section 3.3. Some of them are proposed to the person, in a field."""


class Metadata(Struct, frozen=True, kw_only=True):
    """Where an authorization server is spoken to, and what it can do. Every address passed ``is_secure``."""

    issuer: str | None = None
    """None: the profile names the endpoints, and nothing vouches for who answers a redirect but its port."""
    authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str | None = None
    registration_endpoint: str | None = None
    device_authorization_endpoint: str | None = None
    jwks_uri: str | None = None
    iss_parameter_supported: bool = False
    """Redirects carry ``iss`` (RFC 9207): then one without it is refused."""
    scopes_supported: frozenset[str] = frozenset()
    id_token_algorithms: tuple[str, ...] = ("RS256",)
    resource: str | None = None
    """What the tokens are for (RFC 8707), where the profile names it; never made up."""
    secret_in_body: bool = True
    """How a client secret is sent, where there is one: in the form, or as HTTP Basic."""

    @property
    def signs_identity(self) -> bool:
        """Whether an id_token could be verified: without it, who signed in is told by the mail server alone."""
        return self.issuer is not None and self.jwks_uri is not None

    @property
    def host(self) -> str:
        """The provider's host, for sentences."""
        return host_of(self.issuer or self.authorization_endpoint)


def well_known_urls(issuer: str) -> tuple[str, str]:
    """Where the document may be: RFC 8414 section 3 puts the issuer's path last, OIDC Discovery puts it first."""
    parts = urlsplit(issuer)
    path = parts.path.rstrip("/")
    oauth = parts._replace(path=f"/.well-known/oauth-authorization-server{path}").geturl()
    oidc = parts._replace(path=f"{path}/.well-known/openid-configuration").geturl()
    return oauth, oidc


def read_document(document: Mapping[str, object], issuer: str) -> Metadata:
    """The metadata a server publishes for ``issuer``. Raises ``AuthError`` BAD_METADATA."""
    host = host_of(issuer)
    stated = document.get("issuer")
    if stated != issuer:
        # RFC 8414 section 3.3: identical, or the document speaks for somebody else.
        detail = f"asked for {issuer}, got {clean_quote(str(stated))}"
        raise bad_metadata(host, "describes another provider than the profile's issuer", detail)
    challenges = document.get("code_challenge_methods_supported")
    if challenges is not None and "S256" not in _strings(challenges):
        raise bad_metadata(host, "does not support PKCE with S256, without which tuimail does not sign in")
    if document.get("require_pushed_authorization_requests") is True:
        raise AuthError(
            ErrorKind.NOT_IN_THIS_VERSION,
            f"{host} accepts only pushed authorization requests, which this version of tuimail cannot make.",
            remedy=Remedy.TELL,
            detail="require_pushed_authorization_requests (RFC 9126)",
        )
    return Metadata(
        issuer=issuer,
        authorization_endpoint=_required(document, "authorization_endpoint", host),
        token_endpoint=_required(document, "token_endpoint", host),
        revocation_endpoint=_address(document, "revocation_endpoint", host),
        registration_endpoint=_address(document, "registration_endpoint", host),
        device_authorization_endpoint=_address(document, "device_authorization_endpoint", host),
        jwks_uri=_address(document, "jwks_uri", host),
        iss_parameter_supported=document.get("authorization_response_iss_parameter_supported") is True,
        scopes_supported=frozenset(filter(_SCOPE.fullmatch, _strings(document.get("scopes_supported")))),
        id_token_algorithms=_algorithms(document.get("id_token_signing_alg_values_supported")),
        secret_in_body=_secret_in_body(document.get("token_endpoint_auth_methods_supported")),
    )


def with_endpoints(metadata: Metadata, named: Endpoints) -> Metadata:
    """The metadata with the profile's own endpoints in place of the discovered ones."""
    return replace(
        metadata,
        authorization_endpoint=named.authorization or metadata.authorization_endpoint,
        token_endpoint=named.token or metadata.token_endpoint,
        revocation_endpoint=named.revocation or metadata.revocation_endpoint,
        device_authorization_endpoint=named.device_authorization or metadata.device_authorization_endpoint,
    )


def bad_metadata(host: str, what: str, detail: str = "") -> AuthError:
    """The error for a document that cannot be used."""
    return AuthError(
        ErrorKind.BAD_METADATA,
        f"{host or 'The provider'} {what}. Check the issuer in the profile.",
        remedy=Remedy.TELL,
        detail=detail,
    )


def _required(document: Mapping[str, object], name: str, host: str) -> str:
    address = _address(document, name, host)
    if address is None:
        raise bad_metadata(host, f"publishes no {name.replace('_', ' ')}")
    return address


def _address(document: Mapping[str, object], name: str, host: str) -> str | None:
    value = document.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not is_secure(value):
        what = f"publishes an unsafe {name.replace('_', ' ')}: it is not https"
        raise bad_metadata(host, what, clean_quote(str(value)))
    return value


def _strings(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _algorithms(value: object) -> tuple[str, ...]:
    named = tuple(name for name in _strings(value) if name in _SIGNATURES)
    return named if value is not None else ("RS256",)


def _secret_in_body(methods: object) -> bool:
    named = _strings(methods)
    return "client_secret_post" in named or "client_secret_basic" not in named
