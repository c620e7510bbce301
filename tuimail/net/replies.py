"""SMTP replies (RFC 5321 section 4.2) and what they mean for a sign-in or a mail. Pure."""

import re
from collections.abc import Mapping

from msgspec import Struct

from tuimail.domain.clean import clean_quote
from tuimail.domain.errors import ErrorKind, Remedy, SendError, ServerError
from tuimail.domain.known_answers import OTHER, Door, find
from tuimail.net.errors import LoginRefused, Refused
from tuimail.net.sasl import Challenge

_ENHANCED = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})\b")
_WANTS_SIGN_IN = {530, 535, 538}
_SHUTTING_DOWN = 421
_TEMPORARY_SIGN_IN_FAILURE = 454


class Reply(Struct, frozen=True):
    """One reply: its code, and its text in one piece."""

    code: int
    text: str

    @property
    def is_positive(self) -> bool:
        """Whether the command did what it should."""
        return self.code // 100 == 2  # noqa: PLR2004 (2yz)

    @property
    def is_temporary(self) -> bool:
        """Whether the same command may work later."""
        return self.code // 100 == 4  # noqa: PLR2004 (4yz)

    @property
    def is_permanent(self) -> bool:
        """Whether the same command will be refused again."""
        return self.code // 100 == 5  # noqa: PLR2004 (5yz)

    @property
    def ends_connection(self) -> bool:
        """Whether the server closes after this reply (RFC 5321 section 3.8)."""
        return self.code == _SHUTTING_DOWN

    @property
    def enhanced(self) -> str:
        """The enhanced status code (RFC 2034), such as ``5.7.8``; empty without one."""
        match = _ENHANCED.match(self.text)
        return match[1] if match else ""

    @property
    def words(self) -> str:
        """Code and text, cleaned, for a detail."""
        return clean_quote(f"{self.code} {self.text}")


class SendFailed(SendError):  # noqa: N818 (the mail failed, not a program)
    """A mail was not, or perhaps not, accepted."""

    def __init__(self, kind: ErrorKind, summary: str, *, remedy: Remedy, reply: Reply | None = None) -> None:
        super().__init__(kind, summary, remedy=remedy, detail=reply.words if reply else "")
        self.refused: tuple[tuple[str, str], ...] = ()
        """Each recipient with the server's words, where the refusal was about them."""


def refused_at_start(host: str, reply: Reply) -> Refused:
    """The error for a greeting or EHLO that was no welcome."""
    kind = ErrorKind.THROTTLED if reply.is_temporary else ErrorKind.SERVER_REFUSED
    return Refused(
        kind,
        f"{host} takes no mail now." if reply.is_temporary else f"{host} takes no mail from here.",
        remedy=Remedy.WAIT if reply.is_temporary else Remedy.TELL,
        detail=reply.words,
        code=str(reply.code),
    )


def sign_in_refused(host: str, reply: Reply, challenge: Challenge) -> ServerError:
    """The error for a sign-in that did not succeed; LoginRefused only where the token is in question."""
    if reply.is_temporary or reply.code == _TEMPORARY_SIGN_IN_FAILURE:
        return refused_at_start(host, reply)
    door = Door.SMTP_SIGN_IN
    row = find(door, reply.enhanced or str(reply.code))
    if row is find(door, OTHER):
        row = find(door, str(reply.code))
    words = row.summary(host)
    refused: LoginRefused | Refused
    if row.kind is ErrorKind.LOGIN_REFUSED:
        said = f"{reply.words} ({challenge.words})" if challenge.words else reply.words
        refused = LoginRefused(host, detail=said, scope=challenge.scope, words=words)
    else:
        refused = Refused(row.kind, words, remedy=row.remedy, detail=reply.words, code=str(reply.code))
    refused.side = row.side
    return refused


def mail_refused(reply: Reply) -> SendFailed:
    """The error for a mail that the server did not take, by a reply that leaves no doubt."""
    # A token that ran out between two commands is no verdict on the mail: the next connection brings a fresh one.
    is_later = reply.is_temporary or reply.code in _WANTS_SIGN_IN
    door = Door.MAIL_LATER if is_later else Door.MAIL_REFUSED
    row = find(door, reply.enhanced or str(reply.code), reply.text)
    if row is find(door, OTHER):
        row = find(door, str(reply.code), reply.text)
    error = SendFailed(row.kind, row.summary("The server"), remedy=row.remedy, reply=reply)
    error.side = row.side
    return error


def all_recipients_refused(refused: Mapping[str, Reply]) -> SendFailed:
    """The error where nobody was accepted: temporary only if it is so for everybody."""
    errors = [mail_refused(reply) for reply in refused.values()]
    error = next((each for each in errors if each.kind is ErrorKind.SEND_REFUSED), errors[0])
    if error.kind is ErrorKind.SEND_REFUSED and len(errors) > 1:
        error.summary = "The server accepted none of the recipients."
    error.refused = tuple((who, reply.words) for who, reply in refused.items())
    return error


def not_sent(detail: str) -> SendFailed:
    """The error for a connection that broke while the mail was certainly not yet complete."""
    error = SendFailed(
        ErrorKind.CONNECTION_LOST,
        "The connection broke before the mail was complete; it was not sent.",
        remedy=Remedy.WAIT,
    )
    error.detail = detail
    return error


def unknown() -> SendFailed:
    """The error for a connection that broke when the mail was complete and no answer was read."""
    return SendFailed(
        ErrorKind.SEND_UNKNOWN,
        "The connection broke before the server confirmed: the mail may or may not have been sent.",
        remedy=Remedy.TELL,
    )


def not_sendable(summary: str) -> SendFailed:
    """The error for a mail that this server cannot take, known before anything was sent."""
    return SendFailed(ErrorKind.SEND_REFUSED, summary, remedy=Remedy.FIX_INPUT)
