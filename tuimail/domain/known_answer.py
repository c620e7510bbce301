"""A row of the tables of what servers say when they say no; see ``known_answers``. Pure."""

from enum import StrEnum

from msgspec import Struct

from tuimail.domain.errors import ErrorKind, Problem, Remedy, Side


class Door(StrEnum):
    """Where an answer comes from."""

    REDIRECT = "redirect"
    """What the browser brings back."""
    EXCHANGE = "exchange"
    """The token endpoint, asked with a fresh code."""
    REFRESH = "refresh"
    """The token endpoint, asked with a refresh token."""
    DEVICE = "device"
    """The token endpoint, asked with a device code (RFC 8628)."""
    IMAP_SIGN_IN = "IMAP sign-in"
    IMAP = "IMAP"
    """Any other answer, the farewell included."""
    SMTP_SIGN_IN = "SMTP sign-in"
    MAIL_LATER = "a mail, 4yz"
    MAIL_REFUSED = "a mail, 5yz"
    KEYCHAIN = "keychain"


class KnownAnswer(Struct, frozen=True, kw_only=True):
    """One row."""

    doors: tuple[Door, ...]
    codes: tuple[str, ...]
    """Any of these; "" stands for an answer without a code."""
    words: str = ""
    """A pattern that the wording must have too; empty for any."""
    happened: str
    """A sentence; ``{host}`` is who said it."""
    side: Side
    do: str = ""
    """What helps, as one or more sentences; empty where the sentence before says it, or nothing does."""
    kind: ErrorKind
    remedy: Remedy

    def summary(self, host: str, more: str = "") -> str:
        """What is told: what happened, what is known beyond that, what to do."""
        return " ".join(part for part in (self.happened.format(host=host), more, self.do.format(host=host)) if part)

    def problem(self, host: str, detail: str = "", *, more: str = "") -> Problem:
        """The row as a problem; ``detail``: the server's own line, cleaned."""
        summary = self.summary(host, more)
        return Problem(kind=self.kind, summary=summary, remedy=self.remedy, detail=detail, side=self.side)


NO_ANSWER = "no answer"
"""The code for 429, 5xx, a web page or silence where an OAuth answer should be."""
OTHER = "any other"
"""The code of a door's last row, for whatever is not known."""
