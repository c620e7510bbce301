"""The token endpoint: exchange, refresh and revoke, through authlib's protocol client.

authlib builds the requests; what comes back is judged here before authlib sees it, because it takes an empty answer
for a token, guesses a grant type that is not named, and keeps neither status nor Retry-After of a refusal. Every
call uses a client of its own, so that no token outlives it there.
"""

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client
from msgspec import Struct

from tuimail.domain.errors import AuthError, ErrorKind, Remedy
from tuimail.domain.token import Secret, TokenSet
from tuimail.oauth.answers import Asked, token_set
from tuimail.oauth.device import GRANT_TYPE, DeviceCode, read_device_code
from tuimail.oauth.flow import AuthorizationRequest
from tuimail.oauth.http import Answer, OAuthHttp, RequestSigner, read_answer, translating
from tuimail.oauth.metadata import Metadata
from tuimail.oauth.refusals import device_refusal, exchange_refusal, refresh_refusal, unreachable, words_of

if TYPE_CHECKING:
    from tuimail.oauth.identity import IdentityClaims, KeyRing

REVOKE_S = 5.0
"""How long a sign-out waits for each answer."""

Refusal = Callable[[str, str], AuthError]


class RevocationState(StrEnum):
    """How a revocation ended."""

    DONE = "done"
    NOT_SUPPORTED = "not supported"
    FAILED = "failed"


class Revocation(Struct, frozen=True, kw_only=True):
    """What became of the tokens at the provider."""

    state: RevocationState
    words: str = ""
    """A sentence for the sign-out report."""


class _Judged:
    """What authlib gets in place of an answer: enough for it to be content, and no token to keep."""

    status_code = HTTPStatus.OK

    def json(self) -> dict[str, str]:
        return {"token_type": "Bearer"}


class _ClientSigner(ClientAuth, RequestSigner):  # type: ignore[misc]  # authlib is untyped
    """authlib's own of ``integrations.httpx_client`` comes with all of joserfc and cryptography: 0.1 s and 10 MB."""


class TokenClient:
    """The endpoints that want a client id. One thread at a time."""

    def __init__(  # noqa: PLR0917 (five of five types: the checker tells them apart)
        self,
        http: OAuthHttp,
        metadata: Metadata,
        client_id: str,
        client_secret: Secret | None,
        clock: Callable[[], float],
    ) -> None:
        """``clock`` is monotonic, as ``TokenSet`` wants it."""
        self._http = http
        self._metadata = metadata
        self._client_id = client_id
        self._client_secret = client_secret
        self._clock = clock
        self._keys: KeyRing | None = None

    def exchange(self, code: Secret, request: AuthorizationRequest) -> TokenSet:
        """Turn the code into tokens; ``scopes`` of the result are what was granted. Raises ``AuthError``."""
        document = self._token_request(
            lambda error, words: exchange_refusal(error, words, host=self._metadata.host),
            grant_type="authorization_code",
            code=code.reveal(),
            code_verifier=request.verifier.reveal(),
            redirect_uri=request.redirect_uri,
        )
        return token_set(document, self._asked(frozenset(request.scopes), None))

    def device_code(self, scopes: tuple[str, ...]) -> DeviceCode:
        """Ask for a code to type in on another device (RFC 8628 section 3.1). Raises ``AuthError``."""
        endpoint, host = self._metadata.device_authorization_endpoint, self._metadata.host
        if endpoint is None:
            words = f"{host} has no sign-in with a code. Sign in with the browser."
            raise AuthError(ErrorKind.PROVIDER_REFUSED, words, remedy=Remedy.TELL)
        protocol, method = self._protocol(), self._auth_method
        with translating(endpoint):
            form = {"scope": " ".join(scopes), **self._resource}
            answer = read_answer(self._http.session.post(endpoint, data=form, auth=protocol.client_auth(method)))
        document = _accepted(answer, host, lambda error, words: device_refusal(error, words, host=host))
        return read_device_code(document, scopes, host=host, now_s=self._clock())

    def device_tokens(self, code: DeviceCode) -> TokenSet:
        """Ask once whether the person has decided. Raises ``AuthError``, as ``device_refusal`` says."""
        document = self._token_request(
            lambda error, words: device_refusal(error, words, host=self._metadata.host),
            grant_type=GRANT_TYPE,
            device_code=code.device_code.reveal(),
        )
        return token_set(document, self._asked(frozenset(code.scopes), None))

    def refresh(self, refresh_token: Secret, held: frozenset[str]) -> TokenSet:
        """New tokens for the scopes held; the result's refresh token is to be kept before its access token is used.

        Raises ``AuthError``: SIGN_IN_EXPIRED if the provider has ended the grant, PROVIDER_UNREACHABLE if it is
        worth another try with the same token.
        """
        # No scope is named: then the answer covers what was granted (RFC 6749 section 6).
        document = self._token_request(
            lambda error, words: refresh_refusal(error, words, host=self._metadata.host),
            grant_type="refresh_token",
            refresh_token=refresh_token.reveal(),
        )
        return token_set(document, self._asked(held, refresh_token))

    def revoke(self, refresh: Secret | None, access: Secret | None) -> Revocation:
        """End the grant at the provider (RFC 7009). Never raises for the provider's or the network's sake."""
        host = self._metadata.host
        if self._metadata.revocation_endpoint is None:
            words = f"{host} offers no way for a program to revoke."
            return Revocation(state=RevocationState.NOT_SUPPORTED, words=words)
        try:
            problem = self._revoke_all(self._metadata.revocation_endpoint, refresh, access)
        except AuthError as error:
            problem = f"{error.summary} {error.detail}".strip()
        if problem is None:
            return Revocation(state=RevocationState.DONE, words=f"Access was revoked at {host}.")
        return Revocation(state=RevocationState.FAILED, words=f"{host} did not revoke the access ({problem}).")

    def check_id_token(
        self, tokens: TokenSet, nonce: Secret | None, now: Callable[[], float] | None = None
    ) -> "IdentityClaims":
        """Who signed in, by the provider's signed word. ``now`` is wall-clock time. Raises BAD_ID_TOKEN.

        ``nonce`` None: the request had no place for one (RFC 8628); the tokens came over TLS from the server itself.
        """
        if tokens.id_token is None:
            words = f"{self._metadata.host} did not say who signed in."
            raise AuthError(ErrorKind.BAD_ID_TOKEN, words, remedy=Remedy.TELL)
        # A start with a kept sign-in has no use for joserfc and cryptography.
        from tuimail.oauth.identity import KeyRing, read_id_token  # noqa: PLC0415 (see above)

        self._keys = self._keys or KeyRing(self._http, self._metadata)
        return read_id_token(tokens.id_token, self._keys, client_id=self._client_id, nonce=nonce, now=now)

    def _token_request(self, refusal: Refusal, **parameters: str) -> Mapping[str, object]:
        """One POST to the token endpoint, always with its grant type, and the answer's JSON object."""
        endpoint = self._metadata.token_endpoint
        kept: list[Mapping[str, object]] = []

        def check(response: Any) -> _Judged:  # noqa: ANN401 (httpx2's, whose home is oauth.http)
            kept.append(_accepted(read_answer(response), self._metadata.host, refusal))
            return _Judged()

        protocol = self._protocol()
        protocol.register_compliance_hook("access_token_response", check)
        with translating(endpoint):
            protocol.fetch_token(endpoint, **parameters, **self._resource)
        return kept[0]

    def _revoke_all(self, endpoint: str, refresh: Secret | None, access: Secret | None) -> str | None:
        """What went wrong, or None. The refresh token first: it is the one that lives long."""
        if refresh is None:
            return self._revoke_one(endpoint, access, "access_token") if access else None
        problem = self._revoke_one(endpoint, refresh, "refresh_token")
        if access is not None:
            # Most servers end both with the first; what this adds is a matter of minutes, so its answer counts only
            # where the server does not revoke refresh tokens at all (RFC 7009 section 2.2.1).
            second = self._revoke_one(endpoint, access, "access_token")
            if problem is not None and problem.startswith("unsupported_token_type"):
                return second
        return problem

    def _revoke_one(self, endpoint: str, token: Secret, hint: str) -> str | None:
        with translating(endpoint):
            answer = read_answer(
                self._protocol().revoke_token(endpoint, token=token.reveal(), token_type_hint=hint, timeout=REVOKE_S)
            )
        # 200 also for a token that the server no longer knows (RFC 7009 section 2.2).
        if answer.status == HTTPStatus.OK:
            return None
        document = answer.document or {}
        error, words = document.get("error"), document.get("error_description")
        return words_of(str(error), str(words or "")) if error else f"HTTP {answer.status}"

    @property
    def _resource(self) -> dict[str, str]:
        resource = self._metadata.resource
        return {"resource": resource} if resource else {}

    @property
    def _auth_method(self) -> str:
        if not self._client_secret:
            return "none"
        return "client_secret_post" if self._metadata.secret_in_body else "client_secret_basic"

    def _protocol(self) -> Any:  # noqa: ANN401 (authlib is untyped)
        secret = self._client_secret.reveal() if self._client_secret else None
        client_id, method = self._client_id, self._auth_method
        if secret and method == "client_secret_basic":
            # RFC 6749 section 2.3.1 encodes both before HTTP Basic does; authlib does not.
            client_id, secret = quote_plus(client_id), quote_plus(secret)
        protocol = OAuth2Client(
            self._http.session,
            client_id=client_id,
            client_secret=secret,
            token_endpoint_auth_method=method,
            revocation_endpoint_auth_method=method,
        )
        protocol.client_auth_class = _ClientSigner
        protocol.SESSION_REQUEST_PARAMS = ["timeout"]
        return protocol

    def _asked(self, scopes: frozenset[str], refresh: Secret | None) -> Asked:
        return Asked(host=self._metadata.host, scopes=scopes, refresh=refresh, now_s=self._clock())


def _accepted(answer: Answer, host: str, refusal: Refusal) -> Mapping[str, object]:
    """The JSON object of a yes; a no or no answer at all raises."""
    if answer.is_overload:
        raise unreachable(host, f"HTTP {answer.status}", retry_after_s=answer.retry_after_s)
    if answer.document is None or HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
        # A login page of the network in between, a maintenance page, a redirect.
        raise unreachable(host, f"HTTP {answer.status}, and no answer of a sign-in server")
    error = answer.document.get("error")
    if error is not None:
        description = answer.document.get("error_description")
        raise refusal(_text(error), _text(description))
    if not answer.is_success:
        raise unreachable(host, f"HTTP {answer.status} without a reason")
    if not answer.is_json:
        words = f"{host} sent its tokens as something else than JSON. Nothing was changed."
        raise AuthError(ErrorKind.BAD_TOKEN_ANSWER, words, remedy=Remedy.TELL)
    return answer.document


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
