"""What a server says unasked (RFC 9051 section 7, RFC 5465), as one value. Pure."""

import re
from collections.abc import Iterable

from msgspec import Struct

from tuimail.net.errors import Garbled
from tuimail.net.imap.translate import Response, parse, read_counts, read_status

MAX_STATUSES = 5_000
"""Mailboxes of which one piece of news may tell."""
_SELECTED = re.compile(rb"\d+ (?:EXISTS|EXPUNGE|FETCH)\b|VANISHED\b", re.IGNORECASE)


class MailboxStatus(Struct, frozen=True, kw_only=True):
    """Counts of one mailbox as they came; None where the server told nothing of it."""

    raw: bytes
    total: int | None = None
    unread: int | None = None
    uidvalidity: int | None = None
    uidnext: int | None = None
    highestmodseq: int | None = None


class News(Struct, frozen=True, kw_only=True):
    """What changed while somebody waited."""

    selected_changed: bool = False
    """Messages of the open mailbox came, went or changed their flags."""
    statuses: tuple[MailboxStatus, ...] = ()
    """Of other mailboxes, each once; some may be new, gone or unknown."""
    mailboxes_changed: bool = False
    """A mailbox was made, renamed or deleted: list them anew."""
    has_overflowed: bool = False
    """The server has given up telling of other mailboxes: ask for all counts, now and again."""

    def __bool__(self) -> bool:
        return self.selected_changed or bool(self.statuses) or self.mailboxes_changed or self.has_overflowed


class NewsReader:
    """Sums responses up, however many come."""

    def __init__(self) -> None:
        self._selected_changed = self._mailboxes_changed = self._has_overflowed = False
        self._statuses: dict[bytes, MailboxStatus] = {}

    def add(self, response: Response) -> None:
        """Take in one response; what cannot be read, or is no news, is left out."""
        word = response.text.partition(b" ")[0].upper()
        if word == b"STATUS":
            status = _read_status(response)
            if status is not None and (len(self._statuses) < MAX_STATUSES or status.raw in self._statuses):
                self._statuses[status.raw] = status
        elif word in {b"LIST", b"LSUB"}:
            self._mailboxes_changed = True
        elif word in {b"OK", b"NO"}:
            self._has_overflowed |= read_status(response.text).code == "NOTIFICATIONOVERFLOW"
        elif _SELECTED.match(response.text):
            self._selected_changed = True

    def take(self) -> News:
        """The news so far, which is forgotten here."""
        news = News(
            selected_changed=self._selected_changed,
            statuses=tuple(self._statuses.values()),
            mailboxes_changed=self._mailboxes_changed,
            has_overflowed=self._has_overflowed,
        )
        self._selected_changed = self._mailboxes_changed = self._has_overflowed = False
        self._statuses = {}
        return news

    @property
    def has_news(self) -> bool:
        """Whether there is anything to take."""
        return bool(self._selected_changed or self._statuses or self._mailboxes_changed or self._has_overflowed)


def read_news(responses: Iterable[Response]) -> News:
    """What these responses say together."""
    reader = NewsReader()
    for response in responses:
        reader.add(response)
    return reader.take()


def _read_status(response: Response) -> MailboxStatus | None:
    try:
        told = read_counts(parse(response))
    except Garbled:
        return None
    if told is None:
        return None
    raw, counts = told
    return MailboxStatus(
        raw=raw,
        total=counts.get("MESSAGES"),
        unread=counts.get("UNSEEN"),
        uidvalidity=counts.get("UIDVALIDITY"),
        uidnext=counts.get("UIDNEXT"),
        highestmodseq=counts.get("HIGHESTMODSEQ"),
    )
