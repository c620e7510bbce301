"""Finding an authorization server's endpoints (RFC 8414, OIDC Discovery) and registering with it (RFC 7591)."""

import re
from collections.abc import Iterable

from msgspec.structs import replace

from tuimail.domain.account import Endpoints, OAuthSettings
from tuimail.domain.clean import clean_quote
from tuimail.domain.errors import AuthError, ConfigError, ErrorKind, Remedy
from tuimail.oauth.device import GRANT_TYPE
from tuimail.oauth.http import OAuthHttp
from tuimail.oauth.metadata import Metadata, bad_metadata, read_document, well_known_urls, with_endpoints
from tuimail.oauth.refusals import unreachable, words_of
from tuimail.oauth.urls import host_of, is_secure

__all__ = ["Metadata", "find_metadata", "register"]

SOFTWARE_ID = "b9b6f6a4-4d5c-4a0e-9d3f-6c0b1f8f5a71"
"""The same for every installation and version (RFC 7591 section 2)."""

_CLIENT_ID = re.compile(r"[ -~]{1,1024}")  # VSCHAR, RFC 6749 appendix A.1; some are addresses, none is a book


def find_metadata(http: OAuthHttp, oauth: OAuthSettings) -> Metadata:
    """What the issuer publishes, with the profile's endpoints above it. Raises ``AuthError`` or ``ConfigError``."""
    _check_profile(oauth)
    metadata = _found(http, oauth)
    return replace(metadata, resource=oauth.resource) if oauth.resource else metadata


def _found(http: OAuthHttp, oauth: OAuthSettings) -> Metadata:
    if oauth.issuer is None:
        return _from_profile(oauth.endpoints, None)
    mismatch: AuthError | None = None
    tried = []
    for url in well_known_urls(oauth.issuer):
        answer = http.get(url)
        if answer.is_overload:
            detail = f"HTTP {answer.status} at {url}"
            raise unreachable(host_of(url), detail, retry_after_s=answer.retry_after_s)
        tried.append(f"HTTP {answer.status} at {url}")
        if not answer.is_success or answer.document is None:
            continue
        try:
            return with_endpoints(read_document(answer.document, oauth.issuer), oauth.endpoints)
        except AuthError as error:
            # A host may publish a document of its own at the first place, and the issuer's at the second.
            if answer.document.get("issuer") == oauth.issuer:
                raise
            mismatch = error
    if mismatch:
        raise mismatch
    if oauth.endpoints.authorization and oauth.endpoints.token:
        return _from_profile(oauth.endpoints, oauth.issuer)
    raise bad_metadata(host_of(oauth.issuer), "publishes no sign-in metadata", "; ".join(tried))


def register(http: OAuthHttp, metadata: Metadata, redirect_uris: Iterable[str], *, scopes: Iterable[str] = ()) -> str:
    """Register this installation as a public client and return its client id, to be kept with the account."""
    if metadata.registration_endpoint is None:
        raise AuthError(
            ErrorKind.NO_CLIENT_ID,
            f"{metadata.host} wants a client id of your own: register one there and name it as client_id.",
            remedy=Remedy.FIX_CONFIG,
        )
    has_codes = metadata.device_authorization_endpoint is not None
    request: dict[str, object] = {
        "client_name": "tuimail",
        "software_id": SOFTWARE_ID,
        "application_type": "native",
        "redirect_uris": list(redirect_uris),
        "grant_types": ["authorization_code", "refresh_token", *([GRANT_TYPE] if has_codes else [])],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }
    if scope := " ".join(scopes):
        request["scope"] = scope
    answer = http.post_json(metadata.registration_endpoint, request)
    if answer.is_overload:
        raise unreachable(metadata.host, f"HTTP {answer.status}", retry_after_s=answer.retry_after_s)
    document = answer.document or {}
    client_id = document.get("client_id")
    is_public = document.get("token_endpoint_auth_method", "none") == "none"
    if answer.is_success and isinstance(client_id, str) and _CLIENT_ID.fullmatch(client_id) and is_public:
        return client_id
    error, description = str(document.get("error", "")), str(document.get("error_description", ""))
    raise AuthError(
        ErrorKind.PROVIDER_REFUSED,
        f"{metadata.host} did not register tuimail. Register a client id there and name it as client_id.",
        remedy=Remedy.TELL,
        detail=words_of(error, description) or f"HTTP {answer.status}",
    )


def _from_profile(named: Endpoints, issuer: str | None) -> Metadata:
    if not named.authorization or not named.token:
        words = "Name an issuer, or both authorization_endpoint and token_endpoint."
        raise ConfigError(ErrorKind.BAD_PROFILE, words, remedy=Remedy.FIX_CONFIG)
    return Metadata(
        issuer=issuer,
        authorization_endpoint=named.authorization,
        token_endpoint=named.token,
        revocation_endpoint=named.revocation,
        device_authorization_endpoint=named.device_authorization,
    )


def _check_profile(oauth: OAuthSettings) -> None:
    named = oauth.endpoints
    for url in (oauth.issuer, named.authorization, named.token, named.revocation, named.device_authorization):
        if url is not None and not is_secure(url):
            raise ConfigError(
                ErrorKind.BAD_PROFILE,
                "The profile names a sign-in address that is not https.",
                remedy=Remedy.FIX_CONFIG,
                detail=clean_quote(url),
            )
    if oauth.issuer and "?" in oauth.issuer:
        words = "The issuer in the profile may not have a query."
        raise ConfigError(ErrorKind.BAD_PROFILE, words, remedy=Remedy.FIX_CONFIG, detail=clean_quote(oauth.issuer))
