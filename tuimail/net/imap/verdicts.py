"""The server's NO, BAD and BYE as our errors: the table of ``domain.known_answers`` decides. Pure."""

from tuimail.domain.clean import clean_quote
from tuimail.domain.errors import ErrorKind, NetworkError, ServerError
from tuimail.domain.known_answers import OTHER, Door, KnownAnswer, find
from tuimail.net.errors import ConnectionEnded, LoginRefused, Refused
from tuimail.net.imap.translate import Status
from tuimail.net.sasl import Challenge


def farewell(host: str, status: Status) -> NetworkError | ServerError:
    """The error for a BYE."""
    row = find(Door.IMAP, status.code, f"{status.code} {status.words}")
    if row.kind is ErrorKind.THROTTLED:
        return _refused(row, host, status)
    return ConnectionEnded(host, f"{status.code} {status.words}".strip())


def refusal(host: str, status: Status) -> Refused:
    """The error for a NO or BAD to a command."""
    row = find(Door.IMAP, status.code, status.words)
    return _refused(find(Door.IMAP, OTHER) if row.kind is ErrorKind.CONNECTION_LOST else row, host, status)


def login_refusal(host: str, status: Status, challenge: Challenge) -> ServerError:
    """The error for a sign-in that did not succeed; LoginRefused only where the token is in question."""
    # Google names the page to open in a browser in the code, not in the words.
    page = status.arguments.decode("ascii", "replace") if status.code == "WEBALERT" else ""
    words = f"{status.words} {page}".strip()
    row = find(Door.IMAP_SIGN_IN, status.code, words)
    if row.kind is not ErrorKind.LOGIN_REFUSED:
        return _refused(row, host, status)
    quoted = clean_quote(words)
    refused = LoginRefused(
        host,
        detail=f"{quoted} ({challenge.words})" if challenge.words else quoted,
        scope=challenge.scope,
        words=row.summary(host),
    )
    refused.side = row.side
    return refused


def _refused(row: KnownAnswer, host: str, status: Status) -> Refused:
    refused = Refused(
        row.kind, row.summary(host), remedy=row.remedy, detail=clean_quote(status.words), code=status.code
    )
    refused.side = row.side
    return refused
