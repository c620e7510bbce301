"""The bytes of one IMAP connection: deadlines, size limits, counters, DEFLATE, and a wait that others can end.

One thread owns the link. ``wake`` and ``close`` alone may be called from any other.
"""

import contextlib
import selectors
import socket
import ssl
import threading
import time
import zlib

from tuimail.domain.account import Server
from tuimail.net.errors import Garbled
from tuimail.net.imap.unread import Unread
from tuimail.net.tls import protect

MAX_ANSWER = 256 * 1024 * 1024
MIN_BYTES_PER_S = 1024
"""An answer that comes slower than this in the long run is given up."""
_CHUNK = 65_536
_PACKED_CHUNK = 16_384
# One chunk of DEFLATE can grow a thousandfold; mail does not.
_MAX_UNPACKED = 8 * 1024 * 1024


class Woken(Exception):  # noqa: N818 (a signal, not an error)
    """``wake`` ended the wait."""


class Link(Unread):
    """A connected socket as lines and blocks. Raises OSError and Garbled; after either, only ``close`` is of use."""

    def __init__(self, sock: socket.socket, *, timeout_s: float) -> None:
        super().__init__()
        self._sock = sock
        self._sock.setblocking(False)
        self._timeout_s = timeout_s
        self._wake_read, self._wake_write = socket.socketpair()
        self._wake_read.setblocking(False)
        self._wake_write.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(sock, selectors.EVENT_READ)
        self._idle_selector = selectors.DefaultSelector()
        self._idle_selector.register(sock, selectors.EVENT_READ)
        self._idle_selector.register(self._wake_read, selectors.EVENT_READ)
        # Held while the owner may be inside a system call on these sockets.
        self._in_use = threading.Lock()
        self._closed = False
        self._inflate: zlib._Decompress | None = None
        self._deflate: zlib._Compress | None = None
        self._deadline = time.monotonic() + timeout_s
        self._answer_bytes = 0
        self.received_bytes = 0
        """Bytes off the wire since the connection opened, before inflation."""

    def begin(self, timeout_s: float | None = None) -> None:
        """A new command starts: its time and its size are counted from here. ``timeout_s`` holds from now on."""
        self._timeout_s = self._timeout_s if timeout_s is None else timeout_s
        self._deadline = time.monotonic() + self._timeout_s
        self._answer_bytes = 0

    def excuse(self, seconds: float) -> None:
        """Time that the owner spent elsewhere in the middle of an answer is none of the server's."""
        self._deadline += seconds

    @property
    def is_closed(self) -> bool:
        """Whether ``close`` was called."""
        return self._closed

    @property
    def is_compressed(self) -> bool:
        """Whether DEFLATE is on."""
        return self._deflate is not None

    def wait(self, timeout_s: float) -> bool:
        """Wait for bytes: True when some can be read, False after ``timeout_s``. Raises Woken."""
        if self.has_unread:
            return True
        until = time.monotonic() + timeout_s
        while True:
            # TLS may hold decrypted bytes, or take in a record that carries none for us: try before waiting.
            with self._in_use:
                if self._receive():
                    return True
                ready = self._idle_selector.select(max(0.0, until - time.monotonic()))
                if any(key.fileobj is self._wake_read for key, _ in ready) and self._drain_wakes():
                    self._refuse_if_closed()
                    raise Woken
            if not ready:
                return False

    def was_woken(self) -> bool:
        """Whether ``wake`` was called since it last ended a wait; asked where bytes that keep coming never let it."""
        with self._in_use:
            self._refuse_if_closed()
            return self._drain_wakes()

    def send(self, data: bytes) -> None:
        """Write everything."""
        if self._deflate is not None:
            data = self._deflate.compress(data) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        view = memoryview(data)
        while view:
            with self._in_use:
                self._refuse_if_closed()
                try:
                    count = self._sock.send(view)
                except ssl.SSLWantReadError:
                    self._await(selectors.EVENT_READ)
                    continue
                except (BlockingIOError, ssl.SSLWantWriteError):
                    self._await(selectors.EVENT_WRITE)
                    continue
            self._allow_time_for(count)
            view = view[count:]

    @property
    def tls_version(self) -> str:
        """What was agreed upon; empty before."""
        return (self._sock.version() or "") if isinstance(self._sock, ssl.SSLSocket) else ""

    @property
    def cipher(self) -> str:
        """The cipher suite that was agreed upon; empty before."""
        agreed = self._sock.cipher() if isinstance(self._sock, ssl.SSLSocket) else None
        return agreed[0] if agreed else ""

    def start_tls(self, context: ssl.SSLContext, server: Server) -> None:
        """Protect the connection. Raises Garbled where the server has already said something unprotected."""
        with self._in_use:
            self._refuse_if_closed()
            # What was said before TLS would pass for protected afterwards (CVE-2011-0411 and its kin).
            if self.has_unread or self._receive():
                raise Garbled("an answer before the connection was protected")
            for selector in (self._selector, self._idle_selector):
                selector.unregister(self._sock)
            self._sock.settimeout(self._timeout_s)
            self._sock = protect(self._sock, context, server)
            self._sock.setblocking(False)
            for selector in (self._selector, self._idle_selector):
                selector.register(self._sock, selectors.EVENT_READ)

    def start_deflate(self) -> None:
        """Compress from here on in both directions (RFC 4978)."""
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        self._deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        packed = self._take_rest()
        if packed:
            self._take(packed)

    def wake(self) -> None:
        """End the owner's ``wait``, or the next one. From any thread."""
        # Full or closed: a wake is already on its way, or nobody waits any more.
        with contextlib.suppress(OSError):
            self._wake_write.send(b"w")

    def close(self) -> None:
        """Close at once; a read, write or wait under way in the owner's thread ends with OSError. From any thread."""
        self._closed = True
        # SSLSocket.shutdown would also drop the TLS object under the owner's feet: end the TCP connection below it.
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)
        self.wake()
        with self._in_use:
            self._selector.close()
            self._idle_selector.close()
            for sock in (self._sock, self._wake_read, self._wake_write):
                sock.close()

    def _fill(self) -> None:
        while True:
            with self._in_use:
                if self._receive():
                    return
                self._await(selectors.EVENT_READ)

    def _receive(self) -> bool:
        """Take what is there; False where nothing is."""
        self._refuse_if_closed()
        try:
            chunk = self._sock.recv(_PACKED_CHUNK if self._inflate is not None else _CHUNK)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except ssl.SSLWantWriteError:
            self._await(selectors.EVENT_WRITE)
            return False
        if not chunk:
            raise ConnectionResetError("closed by the server")
        self.received_bytes += len(chunk)
        self._allow_time_for(len(chunk))
        self._take(chunk)
        # With compression, a chunk may not complete anything yet.
        return self.has_unread

    def _take(self, chunk: bytes) -> None:
        if self._inflate is not None:
            chunk = self._inflate.decompress(chunk, _MAX_UNPACKED)
            if self._inflate.unconsumed_tail:
                raise Garbled("compressed data that grows beyond measure")
        self._answer_bytes += len(chunk)
        if self._answer_bytes > MAX_ANSWER:
            raise Garbled("an answer without an end")
        self._keep(chunk)

    def _await(self, event: int) -> None:
        """Wait for the socket until the command's deadline."""
        remaining_s = self._deadline - time.monotonic()
        if remaining_s <= 0:
            raise TimeoutError
        if event == selectors.EVENT_READ:
            ready = self._selector.select(remaining_s)
        else:
            self._selector.modify(self._sock, event)
            ready = self._selector.select(remaining_s)
            self._selector.modify(self._sock, selectors.EVENT_READ)
        self._refuse_if_closed()
        if not ready:
            raise TimeoutError

    def _allow_time_for(self, count: int) -> None:
        latest = time.monotonic() + self._timeout_s
        self._deadline = min(latest, self._deadline + count / MIN_BYTES_PER_S)

    def _drain_wakes(self) -> bool:
        is_woken = False
        with contextlib.suppress(BlockingIOError):
            while self._wake_read.recv(1024):
                is_woken = True
        return is_woken

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise ConnectionAbortedError("closed on this side")
