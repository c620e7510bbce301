"""A pseudo-terminal that keeps every byte the program writes, and shows them as a screen."""

import os
import re
import time
from collections.abc import Callable, Mapping, Sequence

import pyte

from tests.bench.terminal import COLUMNS, ROWS, Terminal

_DEADLINE_S = 30.0
_SLICE_S = 0.05
_CALM_S = 0.12


class Recorder(Terminal):
    """``Terminal`` with a memory and a screen."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        super().__init__(command, environ)
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._shown = 0

    @property
    def rows(self) -> list[str]:
        """What is on the screen."""
        # pyte knows no private modes with other marks than "?", and would print them.
        new = re.sub(rb"\x1b\[[<>=][0-9;]*u", b"", self.output[self._shown :])
        self._shown = len(self.output)
        self._stream.feed(new)
        # Not ``display``, which fails on half of a wide sign (pyte 0.8).
        buffer = self._screen.buffer
        return ["".join(buffer[line][cell].data for cell in range(COLUMNS)) for line in range(ROWS)]

    def column(self, number: int) -> str:
        """The signs of one column of cells, from the top."""
        return "".join(self._screen.buffer[line][number].data for line in range(len(self.rows)))

    def type(self, keys: str) -> None:
        """Type, and forget nothing."""
        os.write(self._reader, keys.encode())

    def until(self, words: str) -> None:
        """Wait until the screen shows these words."""
        self._wait(lambda text: words in text, f"{words!r} to come")

    def until_gone(self, words: str) -> None:
        """Wait until the screen shows these words no more."""
        self._wait(lambda text: words not in text, f"{words!r} to go")

    def calm(self) -> None:
        """Wait until nothing was drawn for a moment."""
        while self._read(_CALM_S) is not None:
            pass

    def _wait(self, is_so: Callable[[str], bool], what: str) -> None:
        ends_at = time.monotonic() + _DEADLINE_S
        while not is_so("\n".join(self.rows)):
            if time.monotonic() > ends_at:
                raise TimeoutError(f"waited for {what}; on the screen:\n" + "\n".join(self.rows))
            self._read(_SLICE_S)
