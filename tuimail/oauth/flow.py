"""A browser sign-in without any IO: the address to open, and the judgement on what comes back. Pure.

Authorization code with PKCE (RFC 6749, 7636, 8252, 9207, 9700). The order of the checks is the point: an answer
that does not carry this attempt's ``state`` is nobody's and changes nothing; only then do issuer, errors and the
code count.
"""

import re
from collections.abc import Callable, Iterable
from typing import ClassVar
from urllib.parse import SplitResult, parse_qsl, urlsplit

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from msgspec import Struct

from tuimail.domain.clean import clean_quote
from tuimail.domain.discreet import Discreet
from tuimail.domain.errors import ConfigError, ErrorKind, Problem, Remedy
from tuimail.domain.token import Secret
from tuimail.oauth.metadata import Metadata
from tuimail.oauth.refusals import redirect_refusal

OWN_PARAMETERS = frozenset(
    {
        "client_id", "client_secret", "code_challenge", "code_challenge_method", "nonce", "redirect_uri", "request",
        "request_uri", "response_mode", "response_type", "scope", "state",
    }
)  # fmt: skip
"""What a profile's ``extra`` may not set."""

_STATE_BYTES = 32
_VERIFIER_BYTES = 48  # 64 characters; RFC 7636 section 4.1 wants 43 to 128
_MAX_ANSWER = 16_384
_MAX_PARAMETERS = 50
_NOT_OURS = "This is not the address that the browser was sent to. Copy the whole of it from the address bar."
_CODE = re.compile(r"[ -~]+")  # VSCHAR, RFC 6749 appendix A.11


class AuthorizationRequest(Discreet, frozen=True, kw_only=True):
    """One attempt to sign in. Its secrets live in memory, for this attempt alone."""

    hidden: ClassVar[tuple[str, ...]] = ("url",)

    url: str
    """For the browser; it carries the state, so it is never logged."""
    redirect_uri: str
    scopes: tuple[str, ...]
    state: Secret
    verifier: Secret
    nonce: Secret


class GotCode(Struct, frozen=True, kw_only=True):
    """The provider's answer to this attempt: a code to exchange."""

    code: Secret


class Stray(Struct, frozen=True, kw_only=True):
    """Nothing of this attempt's; the wait goes on. ``problem`` is for somebody who pasted it."""

    problem: Problem

    @property
    def why(self) -> str:
        """The reason as a sentence."""
        return self.problem.summary


class Refused(Struct, frozen=True, kw_only=True):
    """The provider's answer to this attempt, and it ends it."""

    problem: Problem


Outcome = GotCode | Stray | Refused


class LoginFlow:
    """Makes the attempts of one sign-in, and takes at most one answer to the newest of them."""

    def __init__(
        self,
        *,
        metadata: Metadata,
        client_id: str,
        scopes: Iterable[str],
        extra: Iterable[tuple[str, str]] = (),
        login_hint: str | None = None,
        random: Callable[[int], str],
    ) -> None:
        """``random`` is ``secrets.token_urlsafe``. Raises ``ConfigError`` if ``extra`` names a parameter of ours."""
        self._metadata = metadata
        self._client_id = client_id
        self._scopes = tuple(scopes)
        self._extra = tuple(extra)
        self._login_hint = login_hint
        self._random = random
        self._open: list[AuthorizationRequest] = []
        for name, _ in self._extra:
            if name in OWN_PARAMETERS:
                words = f"“extra” may not set {clean_quote(name)}: tuimail sets it itself."
                raise ConfigError(ErrorKind.BAD_PROFILE, words, remedy=Remedy.FIX_CONFIG)

    def begin(self, redirect_uri: str) -> AuthorizationRequest:
        """A new attempt with fresh secrets; an older one can no longer be answered."""
        state, verifier, nonce = (self._random(size) for size in (_STATE_BYTES, _VERIFIER_BYTES, _STATE_BYTES))
        parameters = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(self._scopes),
            "state": state,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        if "openid" in self._scopes:
            parameters["nonce"] = nonce
        if self._metadata.resource:
            parameters["resource"] = self._metadata.resource
        if self._login_hint:
            parameters["login_hint"] = self._login_hint
        parameters.update(self._extra)
        url: str = add_params_to_uri(self._metadata.authorization_endpoint, list(parameters.items()))
        request = AuthorizationRequest(
            url=url,
            redirect_uri=redirect_uri,
            scopes=self._scopes,
            state=Secret(state),
            verifier=Secret(verifier),
            nonce=Secret(nonce),
        )
        self._open[:] = [request]
        return request

    def accept_redirect(self, request: AuthorizationRequest, url_or_query: str) -> Outcome:
        """Judge an answer; the first one that is this attempt's closes it. Safe from two threads at once."""
        outcome = accept_redirect(request, self._metadata, url_or_query)
        if isinstance(outcome, Stray):
            return outcome
        try:
            # Of two threads with a good answer, only one finds the attempt still in the list.
            self._open.remove(request)
        except ValueError:
            return _stray(ErrorKind.BAD_REDIRECT, "This sign-in is over. Start it again.")
        return outcome


def accept_redirect(request: AuthorizationRequest, metadata: Metadata, url_or_query: str) -> Outcome:
    """Judge an answer to ``request``: a whole redirect address, as pasted, or the query that the listener got."""
    query = _query(request, "".join(url_or_query.split()))
    if isinstance(query, Stray):
        return query
    values: dict[str, list[str]] = {}
    for name, value in query:
        values.setdefault(name, []).append(value)
    states = values.get("state", [])
    if not states:
        return _stray(ErrorKind.BAD_REDIRECT, _NOT_OURS)
    if any(Secret(state) != request.state for state in states):
        words = "This address belongs to another sign-in. Copy the one that the browser shows now."
        return _stray(ErrorKind.WRONG_STATE, words)
    if any(len(several) > 1 for several in values.values()):
        return _refused(ErrorKind.BAD_REDIRECT, "The provider's answer says the same thing twice. Sign in again.")
    return _judge({name: value for name, (value,) in values.items()}, metadata)


def _judge(answer: dict[str, str], metadata: Metadata) -> Outcome:
    """An answer with the right state, each parameter once."""
    issuer = answer.get("iss")
    if issuer is None and metadata.iss_parameter_supported:
        words = f"The answer does not say that it comes from {metadata.host}, so it was not used. Sign in again."
        return _refused(ErrorKind.WRONG_ISSUER, words)
    if issuer is not None and metadata.issuer is not None and issuer != metadata.issuer:
        words = f"The answer comes from another provider than {metadata.host}, so it was not used. Sign in again."
        return _refused(ErrorKind.WRONG_ISSUER, words, clean_quote(issuer))
    code, error = answer.get("code"), answer.get("error")
    if code is not None and error is not None:
        return _refused(ErrorKind.BAD_REDIRECT, "The provider's answer is both a yes and a no. Sign in again.")
    if error is not None:
        return Refused(problem=redirect_refusal(error, answer.get("error_description", ""), host=metadata.host))
    if not code or not _CODE.fullmatch(code):
        return _refused(ErrorKind.BAD_REDIRECT, "The provider's answer holds no code. Sign in again.")
    return GotCode(code=Secret(code))


def _query(request: AuthorizationRequest, text: str) -> list[tuple[str, str]] | Stray:
    if len(text) > _MAX_ANSWER or not text.isascii():
        return _stray(ErrorKind.BAD_REDIRECT, _NOT_OURS)
    try:
        parts = urlsplit(text)
        if parts.scheme in {"http", "https"}:
            # A redirect URI without a path comes back with a slash.
            if _address(parts) != _address(urlsplit(request.redirect_uri)):
                return _stray(ErrorKind.BAD_REDIRECT, _NOT_OURS)
            text = parts.query
        return parse_qsl(text.lstrip("?"), keep_blank_values=True, max_num_fields=_MAX_PARAMETERS)
    except ValueError:
        return _stray(ErrorKind.BAD_REDIRECT, _NOT_OURS)


def _address(parts: SplitResult) -> tuple[str, str, str]:
    return parts.scheme, parts.netloc, parts.path or "/"


def _stray(kind: ErrorKind, words: str) -> Stray:
    return Stray(problem=Problem(kind=kind, summary=words, remedy=Remedy.FIX_INPUT))


def _refused(kind: ErrorKind, words: str, detail: str = "") -> Refused:
    return Refused(problem=Problem(kind=kind, summary=words, remedy=Remedy.SIGN_IN, detail=detail))
