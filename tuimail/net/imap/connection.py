"""ImapConnection: the life of one connection, from the first byte to the goodbye."""

import contextlib
import ssl
from collections.abc import Callable
from typing import Self

from tuimail.domain.account import Server
from tuimail.domain.errors import NetworkError, ServerError
from tuimail.domain.token import Secret
from tuimail.net.imap import greet, idle
from tuimail.net.imap.exchange import Exchange
from tuimail.net.imap.news import News, read_news

ANSWER_TIMEOUT_S = 60.0
"""Silence after which a command is given up; Dovecot searches bodies without an index for 13 s."""
LOGOUT_TIMEOUT_S = 2.0
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
    def tls_version(self) -> str:
        """What was agreed upon, such as ``TLSv1.3``."""
        return self._exchange.link.tls_version

    @property
    def cipher(self) -> str:
        """The cipher suite that was agreed upon."""
        return self._exchange.link.cipher

    @property
    def received_bytes(self) -> int:
        """Bytes received since the connection opened."""
        return self._exchange.link.received_bytes

    def sign_in(self, login: str, token: Secret) -> None:
        """Sign in with an access token. Raises LoginRefused, or Refused where the token is not in question."""
        greet.sign_in(self._exchange, login, token)

    @property
    def is_compressed(self) -> bool:
        """Whether ``compress`` was done."""
        return self._exchange.link.is_compressed

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
        return read_news(self._exchange.run(b"NOOP").responses).selected_changed

    def notify(self) -> bool:
        """Have news of all mailboxes told, by ``watch``; False where the server offers no NOTIFY (RFC 5465).

        After ``select``, and only on a connection that does nothing but wait.
        """
        return idle.notify(self._exchange)

    def watch(self, renew_s: float, on_news: Callable[[News], None]) -> None:
        """Call ``on_news`` in this thread for all news, at once and then at most every 0.2 s, until ``wake``.

        Without ``notify``, and after ``News.has_overflowed``, only news of the selected mailbox comes.
        """
        idle.watch(self._exchange, renew_s, on_news)

    def wake(self) -> None:
        """End ``watch``, or the next one, within a millisecond. From any thread."""
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
