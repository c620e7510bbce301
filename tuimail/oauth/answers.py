"""Reading the token endpoint's yes (RFC 6749 section 5.1), where nothing is believed unseen. Pure."""

import re
from collections.abc import Mapping

from msgspec import Struct

from tuimail.domain.clean import clean_quote
from tuimail.domain.errors import AuthError, ErrorKind, Remedy
from tuimail.domain.token import UNKNOWN_LIFETIME_S, Secret, TokenSet

MAX_LIFETIME_S = 86_400.0
"""Longer lifetimes are cut: a refresh a day costs nothing, and no arithmetic overflows."""

_MAX_TOKEN = 65_536
_SCOPES = re.compile(r"[\t\n\r -~]{0,16384}")  # RFC 6749 section 3.3 and white space; they are shown and kept
_TOKEN = re.compile(r"[!-~]+")  # b64token of RFC 6750 section 2.1 and somewhat more; it ends up in a SASL string


class Asked(Struct, frozen=True, kw_only=True):
    """What the answer is measured against."""

    host: str
    scopes: frozenset[str]
    """Asked for, or held so far; an answer without ``scope`` means these."""
    refresh: Secret | None
    """The refresh token that stays if the answer brings none."""
    now_s: float


def token_set(answer: Mapping[str, object], asked: Asked) -> TokenSet:
    """The tokens of a successful answer. Raises ``AuthError`` BAD_TOKEN_ANSWER; old tokens then stay."""
    kind = answer.get("token_type")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        if isinstance(kind, str) and kind.lower() == "dpop":
            # RFC 9449: a proof goes with each HTTP request, for which SASL has no place.
            raise _bad(asked.host, "binds its tokens to HTTP (DPoP), so they cannot be used for mail")
        raise _bad(asked.host, "sent a token that is not of type Bearer", clean_quote(str(kind), limit=40))
    access = _token(answer, "access_token", asked.host)
    if access is None:
        raise _bad(asked.host, "sent no access token")
    return TokenSet(
        access=access,
        refresh=_token(answer, "refresh_token", asked.host) or asked.refresh,
        scopes=_scopes(answer.get("scope"), asked),
        received_at_s=asked.now_s,
        lifetime_s=lifetime(answer.get("expires_in")),
        id_token=_token(answer, "id_token", asked.host),
    )


def lifetime(value: object) -> float:
    """Seconds from ``expires_in``; what is missing, not positive or no number counts as unknown."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = float(value[:20])
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        return UNKNOWN_LIFETIME_S
    return float(min(value, MAX_LIFETIME_S))


def _token(answer: Mapping[str, object], name: str, host: str) -> Secret | None:
    value = answer.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > _MAX_TOKEN or not _TOKEN.fullmatch(value):
        raise _bad(host, f"sent an unusable {name.replace('_', ' ')}")
    return Secret(value)


def _scopes(value: object, asked: Asked) -> frozenset[str]:
    if value is None or value == "":
        return asked.scopes
    if not isinstance(value, str) or not _SCOPES.fullmatch(value):
        raise _bad(asked.host, "sent an unreadable list of permissions")
    return frozenset(value.split())


def _bad(host: str, what: str, detail: str = "") -> AuthError:
    return AuthError(
        ErrorKind.BAD_TOKEN_ANSWER, f"{host} {what}. Nothing was changed.", remedy=Remedy.TELL, detail=detail
    )
