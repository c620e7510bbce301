"""A wire that can be cut: passes bytes on both ways, until it is told to stop at once or after so many more."""

import contextlib
import socket
import threading
import time
from typing import Self

_CHUNK = 4096


class Cutter:
    """Listens on 127.0.0.1 and passes every connection on to a port there; a context manager."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._guard = threading.Lock()
        self._left: int | None = None
        self._is_stalled = threading.Event()
        self._stranded: set[int] = set()
        self.slow_s = 0.0
        """Waited before each 4 KB that go to the server."""
        self.passed = 0
        """Bytes that came from the server so far."""
        self.connections = 0
        self.cuts = 0
        self.turns: list[int] = []
        """For each connection, how often its client spoke after the server had, or first: its round trips."""

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._listener.getsockname()[1]
        return port

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """End every connection now."""
        with self._guard:
            pairs, self._pairs = self._pairs, []
            self._left = None
            self.cuts += 1
        for sock in [each for pair in pairs for each in pair]:
            _end(sock)

    def cut_after(self, count: int) -> None:
        """End every connection once so many more bytes came from the server, in the middle of a line or not."""
        with self._guard:
            self._left = count

    def stall(self) -> None:
        """Pass nothing on any more, and end nothing."""
        self._is_stalled.set()

    def strand(self) -> None:
        """The connections there are pass nothing on for ever, as after a sleep; new ones work."""
        with self._guard:
            self._stranded |= {id(sock) for pair in self._pairs for sock in pair}

    def flow(self) -> None:
        """Let bytes through again; those that were held back stay lost."""
        self._is_stalled.clear()

    def retarget(self, port: int) -> None:
        """Pass new connections on to another port."""
        self._target = port

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                self.connections += 1
                try:
                    far = socket.create_connection(("127.0.0.1", self._target))
                except OSError:
                    near.close()
                    continue
                with self._guard:
                    self._pairs.append((near, far))
                self.turns.append(0)
                turns = _Turns(self.turns)
                threading.Thread(target=self._serve, args=(near, far, turns), daemon=True).start()

    def _serve(self, near: socket.socket, far: socket.socket, turns: "_Turns") -> None:
        up = threading.Thread(target=self._pass, args=(near, far, turns, False), daemon=True)
        up.start()
        self._pass(far, near, turns, True)
        up.join()
        near.close()
        far.close()

    def _pass(self, source: socket.socket, sink: socket.socket, turns: "_Turns", is_down: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(_CHUNK):
                turns.note(is_down)
                if self._is_stalled.is_set() or id(source) in self._stranded:
                    continue
                if is_down:
                    data, is_end = self._allowed(data)
                    sink.sendall(data)
                    if is_end:
                        self.cut()
                        break
                else:
                    time.sleep(self.slow_s)
                    sink.sendall(data)
        for sock in (source, sink):
            _end(sock)

    def _allowed(self, data: bytes) -> tuple[bytes, bool]:
        with self._guard:
            if self._left is not None:
                data = data[: self._left]
                self._left -= len(data)
            self.passed += len(data)
            return data, self._left == 0


class _Turns:
    """Whose turn it is on one connection."""

    def __init__(self, counts: list[int]) -> None:
        self._counts = counts
        self._place = len(counts) - 1
        self._was_down = True

    def note(self, is_down: bool) -> None:
        """Bytes pass this way."""
        if self._was_down and not is_down:
            self._counts[self._place] += 1
        self._was_down = is_down


def _end(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
