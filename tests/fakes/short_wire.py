"""A script whose connections end after so many bytes of either side: exact, since they are counted inside TLS."""

from collections.abc import Callable
from enum import StrEnum

from tests.fakes.wire_server import Gone, Peer


class Way(StrEnum):
    """Which side's bytes are counted."""

    UP = "client to server"
    DOWN = "server to client"


class ShortWire:
    """Plays ``script``; ``cut`` ends the next connection after so many bytes. A context for ``WireServer``."""

    def __init__(self, script: Callable[[Peer], None]) -> None:
        self._script = script
        self._cut: tuple[Way, int] | None = None
        self.passed = {Way.UP: 0, Way.DOWN: 0}
        """Bytes of the last connection."""

    def cut(self, way: Way, after: int) -> None:
        """The next connection ends there, those after it do not."""
        self._cut = (way, after)

    def __call__(self, peer: Peer) -> None:
        """Serve one connection."""
        cut, self._cut = self._cut, None
        self.passed = {Way.UP: 0, Way.DOWN: 0}
        most = {Way.UP: 2**40, Way.DOWN: 2**40} | ({cut[0]: cut[1]} if cut else {})
        whole_send, whole_fill = peer.send, peer._fill

        def send(data: bytes) -> None:
            room = most[Way.DOWN] - self.passed[Way.DOWN]
            if room > 0:
                whole_send(data[:room])
            self.passed[Way.DOWN] += len(data[:room])
            if len(data) > room:
                raise Gone

        def fill() -> None:
            room = most[Way.UP] - self.passed[Way.UP]
            if room <= 0:
                raise Gone
            before = len(peer._buffer)
            whole_fill()
            came = len(peer._buffer) - before
            if came > room:
                # The rest is lost on the way.
                del peer._buffer[before + room :]
            self.passed[Way.UP] += min(came, room)

        peer.send = send  # type: ignore[method-assign]  # this one connection is short
        peer._fill = fill  # type: ignore[method-assign]
        self._script(peer)
