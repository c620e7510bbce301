"""Signing in with a code on another device (RFC 8628): reading what the server gave, and waiting for the person. Pure.

The clock and the pause arrive as arguments, and so does the question to the token endpoint.
"""

import re
from collections.abc import Callable, Mapping
from typing import ClassVar

from tuimail.domain.discreet import Discreet
from tuimail.domain.errors import AuthError, ErrorKind, Remedy
from tuimail.domain.token import Secret, TokenSet
from tuimail.oauth.refusals import PENDING, SLOW_DOWN, ProviderRefused, ProviderUnreachable, code_ran_out
from tuimail.oauth.urls import is_secure

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"

DEFAULT_INTERVAL_S = 5.0
"""Where the server names none, and what each ``slow_down`` adds (RFC 8628 sections 3.2 and 3.5)."""

_MIN_INTERVAL_S, _MAX_INTERVAL_S = 1.0, 120.0
_MAX_LIFETIME_S = 3600.0
_MAX_DOUBLINGS = 5
_MAX_CODE = 32
_SECRET = re.compile(r"[ -~]{1,4096}")


class DeviceCode(Discreet, frozen=True, kw_only=True):
    """One attempt: the code the person types elsewhere, and the one that is exchanged for tokens."""

    hidden: ClassVar[tuple[str, ...]] = ("device_code", "user_code", "verification_uri_complete")

    device_code: Secret
    user_code: str
    verification_uri: str
    verification_uri_complete: str | None
    """The address with the code in it, where the server gives one."""
    scopes: tuple[str, ...]
    interval_s: float
    lifetime_s: float
    received_at_s: float

    @property
    def ends_at_s(self) -> float:
        """When the code is of no use any more, on the monotonic clock."""
        return self.received_at_s + self.lifetime_s


def read_device_code(answer: Mapping[str, object], scopes: tuple[str, ...], *, host: str, now_s: float) -> DeviceCode:
    """The server's answer to a request for a code (RFC 8628 section 3.2). Raises ``AuthError`` BAD_TOKEN_ANSWER."""
    secret, shown = answer.get("device_code"), answer.get("user_code")
    if not isinstance(secret, str) or not _SECRET.fullmatch(secret):
        raise _bad(host, "sent no device code")
    user_code = shown.strip() if isinstance(shown, str) and shown.isprintable() else ""
    if not user_code or len(user_code) > _MAX_CODE:
        raise _bad(host, "sent no code to type in")
    # Google and Yandex write "url", as the drafts of the RFC did.
    place = _address(answer, "verification_uri") or _address(answer, "verification_url")
    if place is None:
        raise _bad(host, "names no safe address to type the code in at")
    return DeviceCode(
        device_code=Secret(secret),
        user_code=user_code,
        verification_uri=place,
        verification_uri_complete=_address(answer, "verification_uri_complete"),
        scopes=scopes,
        interval_s=min(max(_seconds(answer.get("interval"), DEFAULT_INTERVAL_S), _MIN_INTERVAL_S), _MAX_INTERVAL_S),
        lifetime_s=min(_seconds(answer.get("expires_in"), _MAX_LIFETIME_S), _MAX_LIFETIME_S),
        received_at_s=now_s,
    )


def wait_for_tokens(
    ask: Callable[[], TokenSet], code: DeviceCode, *, clock: Callable[[], float], wait: Callable[[float], bool]
) -> TokenSet | None:
    """Ask the token endpoint, never more often than it wants, until the person has decided.

    ``wait`` sleeps that long and returns False if the sign-in was given up meanwhile: then the result is None.
    Raises ``AuthError``: ACCESS_DENIED, SIGN_IN_TIMED_OUT at the end of the code's time, or another refusal.
    """
    interval_s = pause_s = code.interval_s
    failures = 0
    while True:
        left_s = code.ends_at_s - clock()
        if not wait(max(min(pause_s, left_s), 0.0)):
            return None
        if clock() >= code.ends_at_s:
            raise code_ran_out()
        try:
            return ask()
        except ProviderRefused as refusal:
            if refusal.error not in {PENDING, SLOW_DOWN}:
                raise
            failures = 0
            if refusal.error == SLOW_DOWN:
                interval_s += DEFAULT_INTERVAL_S
            pause_s = interval_s
        except ProviderUnreachable as trouble:
            # Section 3.5: less often after a timeout; the code stays good meanwhile.
            failures += 1
            backed_off_s = interval_s * 2 ** min(failures, _MAX_DOUBLINGS)
            pause_s = max(trouble.retry_after_s or backed_off_s, interval_s)


def _address(answer: Mapping[str, object], name: str) -> str | None:
    value = answer.get(name)
    return value if isinstance(value, str) and is_secure(value) else None


def _seconds(value: object, default: float) -> float:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = float(value[:20])
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        return default
    return float(min(value, _MAX_LIFETIME_S))


def _bad(host: str, what: str) -> AuthError:
    return AuthError(ErrorKind.BAD_TOKEN_ANSWER, f"{host} {what}. Sign in with the browser.", remedy=Remedy.TELL)
