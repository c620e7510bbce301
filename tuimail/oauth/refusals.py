"""What the error codes of RFC 6749 and of providers mean to a person, and what to do about each. Pure.

Decided by the ``error`` member alone. Texts and numbers in descriptions may change without notice; Microsoft's are
used for a helpful sentence and for nothing else.
"""

import re

from tuimail.domain.clean import clean_quote
from tuimail.domain.errors import AuthError, ErrorKind, Problem, Remedy

_HINTS = {
    "AADSTS50011": "The redirect address is not registered there: add http://localhost to the app registration.",
    "AADSTS50076": "Your organisation asks for a second factor.",
    "AADSTS50079": "Your organisation asks you to set up a second factor.",
    "AADSTS50173": "The password was changed or all sessions were ended.",
    "AADSTS53003": "Your organisation's access rules do not allow this sign-in; its administrator can help.",
    "AADSTS65001": "The app was not given these permissions yet.",
    "AADSTS70008": "The sign-in was not used for too long.",
    "AADSTS90094": "Your organisation's administrator has to allow this app first.",
    "AADSTS700016": "The client id is not known in this tenant.",
    "AADSTS700025": "This app registration must be used without a client secret.",
    "AADSTS700082": "The sign-in was not used for too long.",
    "AADSTS7000218": "Switch “Allow public client flows” on in the app registration.",
}
_NUMBER = re.compile(r"AADSTS\d+")

_REDIRECT_WORDS = {
    "admin_policy_enforced": "The administrator of your organisation does not allow this client id at {host}.",
    "org_internal": "This client id is reserved for members of its own organisation at {host}.",
    "redirect_uri_mismatch": "The client id at {host} is not registered as a desktop app.",
    "deleted_client": "The client id is unknown at {host}. Check the client_id in the profile.",
    "invalid_client": "The client id is unknown at {host}. Check the client_id in the profile.",
    "unauthorized_client": "{host} does not allow this client id to sign in this way.",
    "disallowed_useragent": "{host} did not accept the browser. Open the address in another one.",
    "invalid_scope": "{host} does not know one of the permissions asked for. Check the scopes in the profile.",
}
PENDING, SLOW_DOWN = "authorization_pending", "slow_down"
"""What the token endpoint says while the person has not decided (RFC 8628 section 3.5)."""

_DENIED = frozenset({"access_denied", "authorization_declined"})  # the second is Microsoft's
_RAN_OUT = frozenset({"expired_token", "code_expired"})
_BUSY = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
_ENDED = frozenset({"invalid_grant", "interaction_required", "login_required", "consent_required"})
_UNKNOWN_CLIENT = frozenset({"invalid_client", "unauthorized_client", "deleted_client"})


class ProviderRefused(AuthError):  # noqa: N818 (reads as what happened)
    """The authorization server answered no, in the protocol's own terms."""

    error = ""
    """The ``error`` member, for code that reacts to it, such as a new registration after ``invalid_client``."""


class ProviderUnreachable(AuthError):  # noqa: N818 (reads as what happened)
    """No answer that means anything: the network, a proxy, or the server's bad day. Tokens stay as they are."""

    retry_after_s: float | None = None
    """How long the server asked us to wait, if it did."""


def unreachable(host: str, detail: str = "", *, retry_after_s: float | None = None) -> ProviderUnreachable:
    """The error for no answer, or one that is not OAuth's."""
    words = f"{host or 'The provider'} cannot be reached for the sign-in."
    error = ProviderUnreachable(ErrorKind.PROVIDER_UNREACHABLE, words, remedy=Remedy.WAIT, detail=detail)
    error.retry_after_s = retry_after_s
    return error


def redirect_refusal(error: str, description: str, *, host: str) -> Problem:
    """What the browser brought back instead of a code (RFC 6749 section 4.1.2.1)."""
    detail = words_of(error, description)
    if error == "access_denied":
        summary = "You did not allow access. Nothing was stored."
        return Problem(kind=ErrorKind.ACCESS_DENIED, summary=summary, remedy=Remedy.SIGN_IN, detail=detail)
    if error in _BUSY:
        summary = f"{host} could not complete the sign-in just now. Try again."
        return Problem(kind=ErrorKind.PROVIDER_UNREACHABLE, summary=summary, remedy=Remedy.SIGN_IN, detail=detail)
    summary = _REDIRECT_WORDS.get(error, "{host} refused the sign-in.").format(host=host)
    return Problem(
        kind=ErrorKind.PROVIDER_REFUSED,
        summary=_with_hint(summary, description),
        remedy=Remedy.TELL,
        detail=detail,
    )


def exchange_refusal(error: str, description: str, *, host: str) -> AuthError:
    """The token endpoint's no to a fresh code (RFC 6749 section 5.2)."""
    if error in _BUSY:
        return unreachable(host, words_of(error, description))
    if error == "invalid_grant":
        return _refused(error, description, f"{host} did not accept the sign-in code. Sign in again.")
    return _other(error, description, host)


def refresh_refusal(error: str, description: str, *, host: str) -> AuthError:
    """The token endpoint's no to a refresh token (RFC 6749 section 5.2)."""
    if error in _BUSY:
        return unreachable(host, words_of(error, description))
    if error in _ENDED:
        summary = "Your sign-in expired or was revoked. Sign in again."
        if host.endswith(("google.com", "googleapis.com")):
            summary += " If this happens every 7 days, publish your app in Google's console."
        return _refused(error, description, summary, kind=ErrorKind.SIGN_IN_EXPIRED)
    return _other(error, description, host)


def device_refusal(error: str, description: str, *, host: str) -> AuthError:
    """The token endpoint's no to a device code; PENDING and SLOW_DOWN are ``ProviderRefused`` too."""
    if error in {PENDING, SLOW_DOWN}:
        return _refused(error, description, f"{host} waits for the code to be typed in.")
    if error in _BUSY:
        return unreachable(host, words_of(error, description))
    if error in _DENIED:
        words = "You did not allow access. Nothing was stored."
        return _refused(error, description, words, kind=ErrorKind.ACCESS_DENIED)
    if error in _RAN_OUT:
        return code_ran_out(words_of(error, description))
    if error == "invalid_grant":
        return _refused(error, description, f"{host} did not accept the code. Sign in again.")
    if error in {"unauthorized_client", "unsupported_grant_type"}:
        words = f"{host} does not let this client id sign in with a code. Sign in with the browser."
        return _refused(error, description, words)
    return _other(error, description, host)


def code_ran_out(detail: str = "") -> AuthError:
    """The error for a device code that nobody used in time."""
    words = "The code was not used in time, so the sign-in was given up. Start it again for a new one."
    return AuthError(ErrorKind.SIGN_IN_TIMED_OUT, words, remedy=Remedy.SIGN_IN, detail=detail)


def words_of(error: str, description: str) -> str:
    """The provider's own words, cleaned, for the detail."""
    code = clean_quote(error, limit=60)
    return f"{code}: {clean_quote(description)}" if description else code


def _other(error: str, description: str, host: str) -> AuthError:
    if error in _UNKNOWN_CLIENT:
        summary = f"The client id is unknown at {host}. Check it in the profile."
    elif error == "invalid_scope":
        summary = f"{host} does not grant one of the permissions asked for. Check the scopes in the profile."
    elif error == "invalid_request" and "client_secret" in description:
        summary = f"{host} wants the client's secret too: set client_secret_in in the profile."
    else:
        summary = f"{host} refused the sign-in."
    return _refused(error, description, summary)


def _refused(error: str, description: str, summary: str, *, kind: ErrorKind = ErrorKind.PROVIDER_REFUSED) -> AuthError:
    remedy = Remedy.SIGN_IN if error in _ENDED else Remedy.TELL
    words = _with_hint(summary, description)
    refusal = ProviderRefused(kind, words, remedy=remedy, detail=words_of(error, description))
    refusal.error = error
    return refusal


def _with_hint(summary: str, description: str) -> str:
    number = _NUMBER.search(description)
    hint = _HINTS.get(number.group()) if number else None
    return f"{summary} {hint}" if hint else summary
