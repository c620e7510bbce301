"""The authorization server's no as our errors: the table of ``domain.known_answers`` decides. Pure."""

from tuimail.domain.clean import clean_quote
from tuimail.domain.errors import AuthError, ErrorKind, Problem
from tuimail.domain.known_answers import NO_ANSWER, Door, find, hint

PENDING, SLOW_DOWN = "authorization_pending", "slow_down"
"""What the token endpoint says while the person has not decided (RFC 8628 section 3.5)."""

_GOOGLE = ("google.com", "googleapis.com")
_EVERY_SEVEN_DAYS = "If this happens every 7 days, publish your app in Google's console."


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
    row = find(Door.REFRESH, NO_ANSWER)
    error = ProviderUnreachable(row.kind, row.summary(host or "The provider"), remedy=row.remedy, detail=detail)
    error.side = row.side
    error.retry_after_s = retry_after_s
    return error


def redirect_refusal(error: str, description: str, *, host: str) -> Problem:
    """What the browser brought back instead of a code (RFC 6749 section 4.1.2.1)."""
    row = find(Door.REDIRECT, error, description)
    return row.problem(host, words_of(error, description), more=hint(description))


def exchange_refusal(error: str, description: str, *, host: str) -> AuthError:
    """The token endpoint's no to a fresh code (RFC 6749 section 5.2)."""
    return _refusal(Door.EXCHANGE, error, description, host=host)


def refresh_refusal(error: str, description: str, *, host: str) -> AuthError:
    """The token endpoint's no to a refresh token (RFC 6749 section 5.2)."""
    refusal = _refusal(Door.REFRESH, error, description, host=host)
    if refusal.kind is ErrorKind.SIGN_IN_EXPIRED and host.endswith(_GOOGLE):
        refusal.summary += f" {_EVERY_SEVEN_DAYS}"
    return refusal


def device_refusal(error: str, description: str, *, host: str) -> AuthError:
    """The token endpoint's no to a device code; PENDING and SLOW_DOWN are ``ProviderRefused`` too."""
    return _refusal(Door.DEVICE, error, description, host=host)


def code_ran_out(detail: str = "") -> AuthError:
    """The error for a device code that nobody used in time."""
    row = find(Door.DEVICE, "expired_token")
    error = AuthError(row.kind, row.summary(""), remedy=row.remedy, detail=detail)
    error.side = row.side
    return error


def words_of(error: str, description: str) -> str:
    """The provider's own words, cleaned, for the detail."""
    code = clean_quote(error, limit=60)
    return f"{code}: {clean_quote(description)}" if description else code


def _refusal(door: Door, error: str, description: str, *, host: str) -> AuthError:
    row, detail = find(door, error, description), words_of(error, description)
    if row.kind is ErrorKind.PROVIDER_UNREACHABLE:
        busy = unreachable(host, detail)
        busy.side = row.side
        return busy
    refusal = ProviderRefused(row.kind, row.summary(host, hint(description)), remedy=row.remedy, detail=detail)
    refusal.side = row.side
    refusal.error = error
    return refusal
