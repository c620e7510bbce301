"""A server on 127.0.0.1 that plays a script over a real socket, with TLS from the start or where the script says."""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from typing import Self

from tuimail.domain.account import Server, Tls

PATIENCE_S = 10.0


class Gone(Exception):  # noqa: N818 (ends a script, no error)
    """The client has hung up."""


class Peer:
    """The server's end of one connection."""

    def __init__(self, sock: socket.socket, context: ssl.SSLContext) -> None:
        self.sock = sock
        self.received = bytearray()
        """Everything the client sent, after TLS was taken off."""
        self.before_tls = b""
        """What of it came unprotected."""
        self.turns = 0
        """How often the client spoke after the server had: what it waited for."""
        self._has_spoken = False
        self._context = context
        self._buffer = bytearray()
        sock.settimeout(PATIENCE_S)

    def send(self, data: bytes) -> None:
        """Write all of it."""
        self._has_spoken = True
        try:
            self.sock.sendall(data)
        except OSError as error:
            raise Gone from error

    def line(self) -> bytes:
        """The client's next line without its end."""
        while (end := self._buffer.find(b"\r\n")) < 0:
            self._fill()
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return line

    def block(self, size: int) -> bytes:
        """The client's next bytes."""
        while len(self._buffer) < size:
            self._fill()
        block = bytes(self._buffer[:size])
        del self._buffer[:size]
        return block

    def start_tls(self) -> None:
        """Protect the connection from here on."""
        self.before_tls = bytes(self.received)
        try:
            self.sock = self._context.wrap_socket(self.sock, server_side=True)
        except OSError as error:
            raise Gone from error

    def wait_for_end(self) -> None:
        """Read until the client hangs up."""
        with contextlib.suppress(Gone):
            while True:
                self._fill()

    def reset(self) -> None:
        """End the connection with RST instead of FIN."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def cut(self) -> None:
        """End the connection as it is. From any thread."""
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def _fill(self) -> None:
        try:
            chunk = self.sock.recv(65536)
        except OSError as error:
            raise Gone from error
        if not chunk:
            raise Gone
        self.turns += self._has_spoken
        self._has_spoken = False
        self.received += chunk
        self._buffer += chunk


class WireServer:
    """Runs ``script`` for each connection, one thread each; a context manager."""

    def __init__(
        self, script: Callable[[Peer], None], context: ssl.SSLContext, *, tls: Tls | None = Tls.IMPLICIT
    ) -> None:
        self.peers: list[Peer] = []
        self._script = script
        self._context = context
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    @property
    def address(self) -> Server:
        """Where it listens; a plain server (``tls`` None) is described as one with STARTTLS."""
        return Server(host="localhost", port=self._listener.getsockname()[1], tls=self._tls or Tls.STARTTLS)

    @property
    def received(self) -> bytes:
        """What all clients sent."""
        return b"".join(bytes(peer.received) for peer in self.peers)

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for peer in self.peers:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(peer.sock, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE_S)
        for peer in self.peers:
            peer.sock.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                peer = Peer(sock, self._context)
                self.peers.append(peer)
                thread = threading.Thread(target=self._serve, args=(peer,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, peer: Peer) -> None:
        # A client that leaves in the middle is what many of these scripts are about.
        with contextlib.suppress(Gone):
            if self._tls is Tls.IMPLICIT:
                peer.start_tls()
            self._script(peer)
        with contextlib.suppress(OSError):
            socket.socket.shutdown(peer.sock, socket.SHUT_RDWR)
