"""A pseudo-terminal for the attacks: typed into blindly, waited for by what stands on its screen."""

import os
import time
from collections.abc import Callable

from tests.bench.terminal import ROWS, Terminal

_DEADLINE_S = 30.0
_SLICE_S = 0.05
_CALM_S = 0.12


class Recorder(Terminal):
    """``Terminal`` that waits for what stands on its screen."""

    @property
    def rows(self) -> list[str]:
        """What is on the screen."""
        return self.lines()

    def column(self, number: int) -> str:
        """The signs of one column of cells, from the top."""
        self.draw()
        return "".join(self._screen.buffer[line][number].data for line in range(ROWS))

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
