"""ImapSession: one signed-in connection to an account's mail, in mail's own words."""

import contextlib
import ssl
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Self

from tuimail.domain.account import Server
from tuimail.domain.errors import ErrorKind, NetworkError, Remedy, ServerError
from tuimail.domain.token import Secret
from tuimail.net.errors import Garbled, Refused
from tuimail.net.imap import fetch, greet, idle, mailboxes
from tuimail.net.imap.arguments import Argument, Literal, date_time, flag_list, number, string, uid_sets
from tuimail.net.imap.exchange import Answer, Exchange
from tuimail.net.imap.fetch import FetchedRow
from tuimail.net.imap.mailboxes import Selected
from tuimail.net.imap.translate import (
    MAX_NUMBERS,
    ListedMailbox,
    Status,
    is_number,
    read_copied,
    read_found,
    read_status,
)
from tuimail.net.text import with_crlf

ANSWER_TIMEOUT_S = 60.0
"""Silence after which a command is given up; Dovecot searches bodies without an index for 13 s."""
LOGOUT_TIMEOUT_S = 2.0
IDLE_RENEW_S = 9 * 60.0
"""Home routers forget silent connections after ten minutes; RFC 2177 asks for less than 29."""
_MAX_GOODBYE_LINES = 100


class ImapConnection:
    """The life of a connection and its one owner thread; ``wake`` and ``close`` alone may be called from others.

    After NetworkError, and after ServerError of kind SERVER_UNREADABLE, it is closed: open a new one.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    @classmethod
    def connect(cls, server: Server, context: ssl.SSLContext, *, timeout_s: float = ANSWER_TIMEOUT_S) -> Self:
        """Connect over implicit TLS or required STARTTLS. Raises NetworkError, or ServerError for a refusal."""
        return cls(greet.connect(server, context, timeout_s))

    @property
    def capabilities(self) -> frozenset[str]:
        """What the server can do, in upper case, as last told."""
        return self._exchange.capabilities

    @property
    def received_bytes(self) -> int:
        """Bytes received since the connection opened."""
        return self._exchange.link.received_bytes

    def sign_in(self, login: str, token: Secret) -> None:
        """Sign in with an access token. Raises LoginRefused, or Refused where the token is not in question."""
        greet.sign_in(self._exchange, login, token)

    def compress(self) -> bool:
        """Switch DEFLATE on (RFC 4978), once, after ``sign_in``; False where it is not offered. For slow lines."""
        if "COMPRESS=DEFLATE" not in self.capabilities:
            return False
        self._exchange.run(b"COMPRESS", b"DEFLATE")
        with self._exchange.guard():
            self._exchange.link.start_deflate()
        return True

    def noop(self) -> bool:
        """Whether the selected mailbox changed since the last answer."""
        return idle.has_news(self._exchange.run(b"NOOP").responses)

    def idle(self, renew_s: float, on_news: Callable[[], None]) -> None:
        """Wait until the selected mailbox changes, which calls ``on_news``, or until ``wake``."""
        if idle.wait_for_news(self._exchange, renew_s):
            on_news()

    def wake(self) -> None:
        """End ``idle``, or the next one, within a millisecond. From any thread."""
        self._exchange.link.wake()

    def logout(self, timeout_s: float = LOGOUT_TIMEOUT_S) -> None:
        """Say goodbye and close. Never raises; the goodbye is given up after ``timeout_s``."""
        link = self._exchange.link
        # The server may have gone already; the connection is over either way.
        with contextlib.suppress(NetworkError, ServerError), self._exchange.guard():
            link.begin(timeout_s)
            tag, _ = self._exchange.write([b"LOGOUT"], [])
            for _ in range(_MAX_GOODBYE_LINES):
                if link.read_line().startswith(tag + b" "):
                    break
        link.close()

    def close(self) -> None:
        """Close at once; whatever the owner waits for ends with NetworkError. From any thread."""
        self._exchange.link.close()


class Changes(NamedTuple):
    """What changed in a mailbox since a MODSEQ."""

    flags: dict[int, frozenset[str]]
    vanished: list[int] | None
    """UIDs that are gone, known ones and others; None: the server does not tell, or far too much: compare all UIDs."""


class ImapSession(ImapConnection):
    """Commands on mailboxes and messages. All by UID, under the UIDVALIDITY that ``select`` gave."""

    def list_mailboxes(self) -> list[ListedMailbox]:
        """Every mailbox with its counts, in the server's order."""
        return mailboxes.list_all(self._exchange)

    def select(self, raw: bytes, *, readonly: bool = False) -> Selected:
        """Open a mailbox by its raw name."""
        return mailboxes.select(self._exchange, raw, readonly=readonly)

    def newest_rows(self, first_seq: int, last_seq: int) -> list[FetchedRow]:
        """Rows by sequence number, for the first screen of a mailbox whose UIDs nobody knows yet."""
        return fetch.fetch_newest(self._exchange, first_seq, last_seq)

    def rows(self, uids: Sequence[int]) -> list[FetchedRow]:
        """Rows of these UIDs in rising order; messages that are gone are missing. 200 to 500 at a time."""
        return fetch.fetch_rows(self._exchange, uids)

    def uids(self, since_uid: int = 1) -> list[int]:
        """All UIDs from ``since_uid`` on, rising."""
        brief: list[Argument] = [b"RETURN", b"(ALL)"] if "ESEARCH" in self.capabilities else []
        found = self._search([*brief, b"UID", number(since_uid) + b":*"])
        # "n:*" names the last message even where its UID is below n (RFC 9051 section 6.4.9).
        return [uid for uid in found if uid >= since_uid]

    def flags(self, uids: Sequence[int]) -> dict[int, frozenset[str]]:
        """Flags by UID; a ``range`` asks for all between its ends in one command."""
        return fetch.fetch_flags(self._exchange, uids)

    def changed_since(self, modseq: int) -> Changes:
        """What changed after ``modseq`` in the selected mailbox. Raises Refused where the server has no CONDSTORE."""
        if not self.capabilities & {"CONDSTORE", "QRESYNC"}:
            raise Refused(ErrorKind.SERVER_REFUSED, "The server keeps no list of changes.", remedy=Remedy.TELL)
        tells_vanished = "QRESYNC" in self.capabilities
        modifier = b"(CHANGEDSINCE %d%s)" % (max(1, modseq), b" VANISHED" if tells_vanished else b"")
        answer = self._exchange.run(b"UID", b"FETCH", b"1:*", b"(UID FLAGS)", modifier)
        vanished = None
        if tells_vanished:
            # A server may name every UID that was ever used; where that is too much, comparing costs less.
            with contextlib.suppress(Garbled):
                vanished = fetch.read_vanished(answer.responses)
        return Changes(flags=fetch.read_flag_rows(answer.responses), vanished=vanished)

    def body(self, uid: int, *, on_bytes: Callable[[int, int], None] | None = None, check: Callable[[], None]) -> bytes:
        """The whole message as stored, without marking it read; ``on_bytes(done, total)`` after each piece.

        ``check`` may raise between pieces to give up; the connection stays good.
        """
        return fetch.fetch_body(self._exchange, uid, on_bytes=on_bytes, check=check)

    def store_flags(self, uids: Sequence[int], add: frozenset[str], remove: frozenset[str]) -> None:
        """Add and remove flags; every other flag stays as it is."""
        changes = [(b"+FLAGS.SILENT", flag_list(add))] if add else []
        changes += [(b"-FLAGS.SILENT", flag_list(remove))] if remove else []
        for uid_set in uid_sets(uids):
            for action, flags in changes:
                self._exchange.run(b"UID", b"STORE", uid_set, action, flags)

    def move(self, uids: Sequence[int], to_raw: bytes) -> dict[int, int]:
        r"""Move messages; old to new UID where the server tells.

        Without MOVE: copied, marked \Deleted and expunged by UID; without UIDPLUS the mark is all, because a plain
        EXPUNGE would also remove what others have marked.
        """
        target = string(to_raw)
        copied: dict[int, int] = {}
        can_move = "MOVE" in self.capabilities
        for uid_set in uid_sets(uids):
            answer = self._exchange.run(b"UID", b"MOVE" if can_move else b"COPY", uid_set, target)
            copied |= _copied(answer)
            if not can_move:
                self._exchange.run(b"UID", b"STORE", uid_set, b"+FLAGS.SILENT", rb"(\Deleted)")
                if "UIDPLUS" in self.capabilities:
                    self._exchange.run(b"UID", b"EXPUNGE", uid_set)
        return copied

    def append(self, raw: bytes, mail: bytes, flags: frozenset[str], *, date: datetime | None = None) -> int | None:
        """Add a message to a mailbox; its UID where the server tells."""
        arguments: list[Argument] = [b"APPEND", string(raw), flag_list(flags)]
        if date is not None:
            arguments.append(date_time(date))
        status = self._exchange.run(*arguments, Literal(with_crlf(mail))).status
        uid = status.arguments.rpartition(b" ")[2]
        return int(uid) if status.code == "APPENDUID" and is_number(uid) else None

    def find_message_id(self, message_id: str) -> list[int]:
        """UIDs of the selected mailbox's messages with this Message-ID."""
        return self._search([b"HEADER", b"MESSAGE-ID", string(message_id.encode("utf-8", "replace"))])

    def _search(self, criteria: Sequence[Argument]) -> list[int]:
        answer = self._exchange.run(b"UID", b"SEARCH", *criteria)
        with self._exchange.guard():
            found: set[int] = set()
            for response in answer.responses:
                found.update(read_found(response) or ())
                if len(found) > MAX_NUMBERS:
                    raise Garbled("a set of messages without an end")
        return sorted(found)


def _copied(answer: Answer) -> dict[int, int]:
    """COPYUID from the answer's end, or from an untagged OK before it, as MOVE gives it (RFC 6851 section 4.3)."""
    statuses: list[Status] = [answer.status]
    statuses += [read_status(response.text) for response in answer.responses if response.text[:3].upper() == b"OK "]
    copied: dict[int, int] = {}
    for status in statuses:
        if status.code == "COPYUID":
            copied |= read_copied(status.arguments)
    return copied
