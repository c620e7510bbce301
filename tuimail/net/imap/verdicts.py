"""The server's NO, BAD and BYE as our errors. Pure. Decides on response codes (RFC 5530) before words."""

import re

from tuimail.domain.clean import clean_quote
from tuimail.domain.errors import ErrorKind, NetworkError, Remedy, ServerError
from tuimail.net.errors import ConnectionEnded, LoginRefused, Refused
from tuimail.net.imap.translate import Status
from tuimail.net.sasl import Challenge

_WAIT_CODES = {"UNAVAILABLE", "INUSE", "LIMIT", "THROTTLED", "SERVERBUG"}
_WAIT_WORDS = re.compile(r"too many|simultaneous|rate limit|throttl|try again later", re.IGNORECASE)
_NOT_CONNECTED = "authenticated but not connected"


def farewell(host: str, status: Status) -> NetworkError | ServerError:
    """The error for a BYE."""
    if _asks_to_wait(status):
        return _throttled(host, status)
    return ConnectionEnded(host, f"{status.code} {status.words}".strip())


def refusal(host: str, status: Status) -> Refused:
    """The error for a NO or BAD to a command."""
    if _asks_to_wait(status):
        return _throttled(host, status)
    return Refused(
        ErrorKind.SERVER_REFUSED,
        f"{host} said no.",
        remedy=Remedy.TELL,
        detail=clean_quote(status.words),
        code=status.code,
    )


def login_refusal(host: str, status: Status, challenge: Challenge) -> ServerError:
    """The error for a sign-in that did not succeed; LoginRefused only where the token is in question."""
    if _asks_to_wait(status):
        return _throttled(host, status)
    # Google names the page to open in a browser in the code, not in the words.
    page = status.arguments.decode("ascii", "replace") if status.code == "WEBALERT" else ""
    words = clean_quote(f"{status.words} {page}")
    if _NOT_CONNECTED in words.lower():
        # Microsoft: the token was good, the mailbox is not to be had; another sign-in would change nothing.
        return Refused(
            ErrorKind.SERVER_REFUSED,
            f"{host} accepted the sign-in and does not open the mailbox. Is IMAP switched off there?",
            remedy=Remedy.TELL,
            detail=words,
            code=status.code,
        )
    return LoginRefused(
        host,
        detail=f"{words} ({challenge.words})" if challenge.words else words,
        status=challenge.status,
        scope=challenge.scope,
    )


def _asks_to_wait(status: Status) -> bool:
    return status.code in _WAIT_CODES or bool(_WAIT_WORDS.search(status.words))


def _throttled(host: str, status: Status) -> Refused:
    return Refused(
        ErrorKind.THROTTLED,
        f"{host} cannot serve this account now.",
        remedy=Remedy.WAIT,
        detail=clean_quote(status.words),
        code=status.code,
    )
