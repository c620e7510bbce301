"""A relay between a client and its server that counts how often the client had to wait for an answer."""

import contextlib
import selectors
import socket
import threading
from typing import Self

from tests.fakes.wire_server import PATIENCE_S


class Relay:
    """Listens on 127.0.0.1 and passes one connection on to ``port`` there; a context manager."""

    def __init__(self, port: int) -> None:
        self.round_trips = 0
        """TCP's own, and one for each time the client spoke after the server had."""
        self.up_bytes = 0
        self.down_bytes = 0
        self._target = port
        self._near: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._listener.getsockname()[1]
        return port

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for sock in (self._listener, *self._near):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE_S)
        self._listener.close()

    def _run(self) -> None:
        with contextlib.suppress(OSError):
            near, _ = self._listener.accept()
            self._near.append(near)
            with near, socket.create_connection(("127.0.0.1", self._target)) as far:
                self._pass_on(near, far)

    def _pass_on(self, near: socket.socket, far: socket.socket) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(near, selectors.EVENT_READ, far)
            selector.register(far, selectors.EVENT_READ, near)
            self.round_trips = 1
            was_up = False
            while True:
                for key, _ in selector.select(PATIENCE_S):
                    data = key.fileobj.recv(65536)  # type: ignore[union-attr]  # a socket, as registered
                    if not data:
                        return
                    is_up = key.fileobj is near
                    if is_up and not was_up:
                        self.round_trips += 1
                    was_up = is_up
                    if is_up:
                        self.up_bytes += len(data)
                    else:
                        self.down_bytes += len(data)
                    key.data.sendall(data)
