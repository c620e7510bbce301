"""Sign-in with an access token, XOAUTH2 and OAUTHBEARER (RFC 7628), or an app password, PLAIN (RFC 4616).

Pure strings; knows no connection. Whoever calls has protected it: nothing here is ever sent without TLS.
"""

import base64
import binascii
import json
from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from tuimail.domain.account import Server
from tuimail.domain.clean import clean_quote
from tuimail.domain.errors import AuthError, ConfigError, ErrorKind, Remedy, ServerError
from tuimail.domain.token import AppPassword, Secret

MAX_CHALLENGE = 64 * 1024
_FIRST_PRINTABLE, _DELETE = 0x20, 0x7F


class Mechanism(StrEnum):
    """The SASL mechanisms: the first two carry a bearer token, the last a password."""

    XOAUTH2 = "XOAUTH2"
    OAUTHBEARER = "OAUTHBEARER"
    PLAIN = "PLAIN"

    @property
    def failure_reply(self) -> bytes:
        """What answers the error challenge, so that the server goes on to its verdict; never the secret again."""
        match self:
            case Mechanism.XOAUTH2:
                return b""
            case Mechanism.OAUTHBEARER:
                return b"AQ=="
            case Mechanism.PLAIN:
                # It has no error challenge: whatever is asked is given up (RFC 4954 section 4, RFC 9051 section 6.2.2).
                return b"*"


class Challenge(Struct, frozen=True, kw_only=True):
    """The server's reason for a refused token. Every text is cleaned; empty where the server gave none."""

    status: str = ""
    scope: str = ""
    schemes: str = ""
    words: str = ""
    """All of it in one line, for the detail of an error."""


def choose_mechanism(offered: Iterable[str], secret: Secret, *, preferred: str = "") -> Mechanism:
    """The mechanism to use, from IMAP capabilities or the names of an SMTP AUTH line, and from what is held.

    XOAUTH2 comes first unless ``preferred``: its error challenge names the missing scope at more providers. Raises
    ServerError (NO_MECHANISM).
    """
    names = {name.upper().removeprefix("AUTH=") for name in offered}
    fit = [Mechanism.PLAIN] if isinstance(secret, AppPassword) else [Mechanism.XOAUTH2, Mechanism.OAUTHBEARER]
    for mechanism in sorted(fit, key=lambda each: each.value != preferred):
        if mechanism.value in names:
            return mechanism
    if isinstance(secret, AppPassword):
        words = "The server offers no sign-in with an app password (PLAIN)."
    else:
        words = "The server offers no sign-in with a token (XOAUTH2 or OAUTHBEARER)."
    raise ServerError(ErrorKind.NO_MECHANISM, words, remedy=Remedy.TELL)


def initial_response(mechanism: Mechanism, login: str, token: Secret, *, server: Server) -> bytes:
    """The client's one message, base64 without line breaks. Raises ConfigError or AuthError for illegal characters."""
    if not login or _has_controls(login):
        raise ConfigError(
            ErrorKind.BAD_PROFILE, "The login name holds characters that cannot be sent.", remedy=Remedy.FIX_CONFIG
        )
    text = token.reveal()
    if isinstance(token, AppPassword):
        if not text or _has_controls(text):
            words = "The app password holds characters that cannot be sent. Copy it again."
            raise AuthError(ErrorKind.LOGIN_REFUSED, words, remedy=Remedy.SIGN_IN)
    elif not text or _has_controls(text) or not text.isascii():
        raise AuthError(
            ErrorKind.BAD_TOKEN_ANSWER,
            "The provider gave a token that cannot be sent. Sign in again.",
            remedy=Remedy.SIGN_IN,
        )
    if (mechanism is Mechanism.PLAIN) is not isinstance(token, AppPassword):
        raise ValueError("a token is no password")
    if mechanism is Mechanism.PLAIN:
        message = f"\0{login}\0{text}"
    elif mechanism is Mechanism.XOAUTH2:
        message = f"user={login}\x01auth=Bearer {text}\x01\x01"
    else:
        user = login.replace("=", "=3D").replace(",", "=2C")
        message = f"n,a={user},\x01host={server.host}\x01port={server.port}\x01auth=Bearer {text}\x01\x01"
    return base64.b64encode(message.encode())


def read_challenge(encoded: bytes) -> Challenge:
    """The error challenge. Never raises: one that cannot be read gives an empty value."""
    if len(encoded) > MAX_CHALLENGE:
        return Challenge()
    try:
        answer = json.loads(base64.b64decode(encoded.strip(), validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return Challenge()
    if not isinstance(answer, dict):
        return Challenge()
    status, scope, schemes = (_text(answer.get(name)) for name in ("status", "scope", "schemes"))
    named = (("status", status), ("scope", scope), ("schemes", schemes))
    words = ", ".join(f"{name} {value}" for name, value in named if value)
    return Challenge(status=status, scope=scope, schemes=schemes, words=words)


def _text(value: object) -> str:
    # Some servers send the status as a number.
    return clean_quote(str(value)) if isinstance(value, str | int) else ""


def _has_controls(text: str) -> bool:
    return any(ord(char) < _FIRST_PRINTABLE or ord(char) == _DELETE for char in text)
