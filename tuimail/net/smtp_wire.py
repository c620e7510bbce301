"""The bytes of one SMTP connection under smtplib's commands: deadlines, limits, and an end that others can make.

One thread owns the wire. ``hang_up`` alone may be called from any other.
"""

import contextlib
import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable

from tuimail.domain.account import Server
from tuimail.net.errors import Garbled
from tuimail.net.replies import Reply
from tuimail.net.tls import protect

CLIENT_NAME = "[127.0.0.1]"
"""What EHLO says: the machine's own name and address are nobody's business and end up in Received fields."""
MAX_REPLY_LINE = 8 * 1024
MAX_REPLY_LINES = 200
_PIECE = 64 * 1024
_REPLY_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?", re.DOTALL)


class SmtpWire(smtplib.SMTP):
    """smtplib's commands and EHLO reader over a socket of ours, with deadlines and limits on every reply."""

    ehlo_msg = "EHLO"

    def __init__(self, sock: socket.socket, reply_timeout_s: float) -> None:
        super().__init__(local_hostname=CLIENT_NAME)
        self._socket = sock
        self.reply_timeout_s = reply_timeout_s
        self._received = bytearray()
        # Held while the owner may be inside a system call on the socket.
        self._in_use = threading.Lock()
        self._is_closed = False

    @property
    def tls_version(self) -> str:
        """What was agreed upon; empty before."""
        return (self._socket.version() or "") if isinstance(self._socket, ssl.SSLSocket) else ""

    @property
    def cipher(self) -> str:
        """The cipher suite that was agreed upon; empty before."""
        agreed = self._socket.cipher() if isinstance(self._socket, ssl.SSLSocket) else None
        return agreed[0] if agreed else ""

    def ask(self, line: str) -> Reply:
        """Send one command and read its reply."""
        self.putcmd(line)
        return self.read_reply(self.reply_timeout_s)

    def getreply(self) -> tuple[int, bytes]:
        """What smtplib's own methods read with."""
        return self._read_reply(self.reply_timeout_s)

    def read_reply(self, timeout_s: float) -> Reply:
        """Read one whole reply. Raises OSError and Garbled."""
        code, text = self._read_reply(timeout_s)
        return Reply(code, text.decode("utf-8", "replace").replace("\n", " "))

    def send(self, s: object) -> None:
        """What smtplib's own methods write commands with."""
        if not isinstance(s, str):
            raise TypeError("a command is text")
        self.write(s.encode(self.command_encoding), self.reply_timeout_s)

    def write(self, data: bytes, timeout_s: float, on_piece: Callable[[int], None] = lambda _sent: None) -> None:
        """Write everything, ``timeout_s`` for each piece; ``on_piece`` hears before each how many bytes have left.

        Raises OSError, and whatever ``on_piece`` raises.
        """
        view = memoryview(data)
        for start in range(0, len(view), _PIECE):
            on_piece(start)
            with self._in_use:
                self._refuse_if_closed()
                self._socket.settimeout(timeout_s)
                self._socket.sendall(view[start : start + _PIECE])

    def hears_something(self) -> bool:
        """Whether the server has said anything that was not read yet. Raises OSError where it has hung up."""
        with self._in_use:
            self._refuse_if_closed()
            self._socket.settimeout(0)
            try:
                chunk = self._socket.recv(MAX_REPLY_LINE)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return bool(self._received)
        if not chunk:
            raise ConnectionResetError("closed by the server")
        self._received += chunk
        return True

    def start_tls(self, context: ssl.SSLContext, server: Server) -> None:
        """Protect the connection. Raises Garbled where the server has already said something unprotected."""
        if self.hears_something():
            raise Garbled("an answer before the connection was protected")
        self._socket.settimeout(self.reply_timeout_s)
        self._socket = protect(self._socket, context, server)
        # What came before TLS is worth nothing (RFC 3207 section 4.2).
        self.esmtp_features = {}
        self.does_esmtp = False

    def hang_up(self) -> None:
        """Close at once; a read or write under way ends with OSError. From any thread."""
        self._is_closed = True
        # SSLSocket.shutdown would also drop the TLS object under the owner's feet: end the TCP connection below it.
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        with self._in_use:
            self._socket.close()

    def _read_reply(self, timeout_s: float) -> tuple[int, bytes]:
        until = time.monotonic() + timeout_s
        lines: list[bytes] = []
        while len(lines) < MAX_REPLY_LINES:
            match = _REPLY_LINE.fullmatch(self._read_line(until))
            if not match:
                raise Garbled("a reply without a code")
            lines.append(match[3] or b"")
            if match[2] != b"-":
                return int(match[1]), b"\n".join(lines)
        raise Garbled("a reply without an end")

    def _read_line(self, until: float) -> bytes:
        while (end := self._received.find(b"\n")) < 0:
            if len(self._received) > MAX_REPLY_LINE:
                raise Garbled("a line without an end")
            self._received += self._receive(until)
        line = bytes(self._received[:end])
        del self._received[: end + 1]
        return line.removesuffix(b"\r")

    def _receive(self, until: float) -> bytes:
        with self._in_use:
            self._refuse_if_closed()
            remaining_s = until - time.monotonic()
            if remaining_s <= 0:
                raise TimeoutError
            self._socket.settimeout(remaining_s)
            chunk = self._socket.recv(MAX_REPLY_LINE)
        if not chunk:
            raise ConnectionResetError("closed by the server")
        return chunk

    def _refuse_if_closed(self) -> None:
        if self._is_closed:
            raise ConnectionAbortedError("closed on this side")
