"""Bytes that were received and not yet read, as lines and blocks. Each is copied once, however they arrive."""

from abc import ABC, abstractmethod

from tuimail.net.errors import Garbled

MAX_LINE = 16 * 1024 * 1024
"""A UID SEARCH over a million messages is a line of 8 MB."""
_CR = ord("\r")


class Unread(ABC):
    """What is left to read; who inherits gets more."""

    def __init__(self) -> None:
        self._buffer = b""
        self._start = 0

    @abstractmethod
    def _fill(self) -> None:
        """Wait for more bytes and ``_keep`` them."""

    @property
    def has_unread(self) -> bool:
        """Whether bytes were received that nobody has read yet."""
        return len(self._buffer) > self._start

    def read_line(self) -> bytes:
        """The next line without its line end."""
        buffer, start = self._buffer, self._start
        end = buffer.find(b"\n", start)
        if end < 0:
            return self._read_on_line()
        self._start = end + 1
        return buffer[start : end - 1] if end > start and buffer[end - 1] == _CR else buffer[start:end]

    def _read_on_line(self) -> bytes:
        """A line whose end is still to come. Kept in pieces, so that each byte is copied once."""
        pieces = [self._take_rest()]
        size = len(pieces[0])
        while True:
            self._fill()
            end = self._buffer.find(b"\n")
            if end >= 0:
                break
            pieces.append(self._take_rest())
            size += len(pieces[-1])
            if size > MAX_LINE:
                raise Garbled("a line without an end")
        self._start = end + 1
        line = b"".join((*pieces, self._buffer[:end]))
        return line[:-1] if line.endswith(b"\r") else line

    def put_back(self, data: bytes) -> None:
        """Let the next read begin with these bytes, which were read before."""
        self._buffer = data + self._buffer[self._start :]
        self._start = 0

    def read_block(self, size: int) -> bytes:
        """Exactly ``size`` bytes."""
        start, end = self._start, self._start + size
        if len(self._buffer) >= end:
            self._start = end
            return self._buffer[start:end]
        pieces = [self._take_rest()]
        missing = size - len(pieces[0])
        while True:
            self._fill()
            if len(self._buffer) >= missing:
                break
            pieces.append(self._take_rest())
            missing -= len(pieces[-1])
        self._start = missing
        return b"".join((*pieces, self._buffer[:missing]))

    def _take_rest(self) -> bytes:
        """What was received and not read."""
        rest = self._buffer[self._start :]
        self._buffer = b""
        self._start = 0
        return rest

    def _keep(self, chunk: bytes) -> None:
        self._buffer = self._buffer[self._start :] + chunk if self.has_unread else chunk
        self._start = 0
