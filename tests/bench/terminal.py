"""A pseudo-terminal of 120x40 that notes when each byte came out of the program in it.

Every program is watched in the same two ways: the stream without its colours is searched for a word, and once it is
silent the screen that it makes is looked at. Times are those at which the bytes were read, however long the look takes.
"""

import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte

from tests.bench.processes import Tree

COLUMNS, ROWS = 120, 40
DEADLINE_S = 30.0
QUIET_S = 0.06
"""No byte for this long: the program has finished drawing."""
_LOOK_S = 0.15
"""Silent for so long, the screen is looked at for a word that the stream did not show in one piece."""
_TAIL = 1 << 16

_COLOURS = re.compile(rb"\x1b\[[0-9;:]*m")
# Modes and questions that pyte takes for text.
_NOT_FOR_PYTE = re.compile(
    rb"\x1b\[[<>=?][0-9;]*\$?[a-zA-Z]|\x1bP.*?\x1b\\|\x1b\].*?(?:\x07|\x1b\\)|\x1b\[[0-9;]*[ \$]?[pqt]"
)


class NotShownError(Exception):
    """The program did not show what was waited for."""


class Terminal:
    """One program in a terminal of its own; times are seconds on the monotonic clock."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], folder: Path | None = None) -> None:
        self._reader, program_end = pty.openpty()
        fcntl.ioctl(self._reader, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        # aerc opens /dev/tty, so the terminal has to be the controlling one.
        setsid = shutil.which("setsid")
        self.started_at = time.perf_counter()
        self._process = subprocess.Popen(  # noqa: S603 (commands of the benchmark's own)
            [setsid, "--ctty", *command] if setsid else command,
            stdin=program_end,
            stdout=program_end,
            stderr=program_end,
            cwd=folder,
            env={**environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
            start_new_session=setsid is None,
        )
        os.close(program_end)
        self.tree = Tree(self._process.pid)
        self._since: list[tuple[float, bytes]] = []
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._undrawn: list[tuple[float, bytes]] = []

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.tree.kill()
        self._process.wait()
        os.close(self._reader)

    def when_shown(self, word: str, patience_s: float = DEADLINE_S) -> float:
        """The moment at which this word had come out since the start or the last key."""
        ends_at = time.perf_counter() + patience_s
        wanted, tail = word.encode(), b""
        moments = iter(list(self._since))
        while True:
            took = next(moments, None) or self._read(_LOOK_S)
            if took is not None:
                tail = (tail + took[1])[-_TAIL:]
                if wanted in _COLOURS.sub(b"", tail):
                    return took[0]
                continue
            if (seen := self._when_drawn(lambda: word in "\n".join(self._lines()))) is not None:
                return seen
            if time.perf_counter() > ends_at or self.has_ended:
                raise NotShownError(f"{word!r} was not shown within {patience_s:g} s; the screen:\n{self.text()}")

    def when_changed(self, look: Callable[[], object], patience_s: float = DEADLINE_S) -> float:
        """The moment at which what ``look`` finds on the screen became another than it is now."""
        self.draw()
        before = look()
        ends_at = time.perf_counter() + patience_s
        while time.perf_counter() < ends_at and not self.has_ended:
            if self._read(_LOOK_S) is not None and (seen := self._when_drawn(lambda: look() != before)) is not None:
                return seen
        raise NotShownError(f"nothing changed within {patience_s:g} s; the screen:\n{self.text()}")

    def last_change(self, look: Callable[[], object], seconds: float) -> float | None:
        """The last moment within so many seconds at which what ``look`` finds changed; None where it did not."""
        ends_at, last, seen = time.perf_counter() + seconds, None, look()
        while (left := ends_at - time.perf_counter()) > 0:
            took = self._read(left)
            if took is None:
                continue
            self.draw()
            if (now := look()) != seen:
                seen, last = now, took[0]
        return last

    def when_quiet(self, patience_s: float = DEADLINE_S) -> float:
        """The moment of the last byte before the program fell silent."""
        last = self._read(patience_s)
        if last is None:
            raise NotShownError("nothing was drawn")
        while (took := self._read(QUIET_S)) is not None:
            last = took
        return last[0]

    def settle(self, quiet_s: float = 0.4, at_most_s: float = 10.0) -> None:
        """Wait until nothing is drawn any more."""
        ends_at = time.perf_counter() + at_most_s
        while self._read(quiet_s) is not None and time.perf_counter() < ends_at:
            pass

    def press(self, keys: str) -> float:
        """Type, and forget what was shown before; returns when."""
        self.draw()
        self._since.clear()
        moment = time.perf_counter()
        os.write(self._reader, keys.encode())
        return moment

    def resize(self, columns: int, rows: int) -> float:
        """Make the window another size, and forget what was shown before; returns when."""
        self.draw()
        self._since.clear()
        self._screen.resize(rows, columns)
        moment = time.perf_counter()
        fcntl.ioctl(self._reader, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        return moment

    def forget(self) -> float:
        """As ``press`` without a key."""
        return self.press("")

    def when_ended(self) -> float:
        """The moment at which the process was gone."""
        while self._read(DEADLINE_S) is not None:
            pass
        self._process.wait(DEADLINE_S)
        return time.perf_counter()

    @property
    def has_ended(self) -> bool:
        """Whether the program is gone."""
        return self._process.poll() is not None

    @property
    def output(self) -> bytes:
        """All that came out since the start or the last key."""
        return b"".join(data for _, data in self._since)

    def lines(self) -> list[str]:
        """What stands on the screen."""
        self.draw()
        return self._lines()

    def text(self) -> str:
        """The same in one piece."""
        return "\n".join(line.rstrip() for line in self.lines())

    def rows_with(self, pattern: re.Pattern[str]) -> object:
        """The cells, colours included, of each line with the pattern and of the one above: a row may have two."""
        buffer = self._screen.buffer
        found = [number for number, line in enumerate(self._lines()) if pattern.search(line)]
        lines = sorted({each for number in found for each in (number - 1, number) if each >= 0})
        return tuple(buffer[line][column] for line in lines for column in range(COLUMNS))

    def _lines(self) -> list[str]:
        # Not ``display``, which fails on half of a wide sign (pyte 0.8).
        buffer = self._screen.buffer
        return ["".join(buffer[line][column].data for column in range(COLUMNS)) for line in range(ROWS)]

    def draw(self) -> None:
        """Bring the screen up to the last byte."""
        self._when_drawn(lambda: False)

    def _when_drawn(self, is_there: Callable[[], bool]) -> float | None:
        while self._undrawn:
            moment, data = self._undrawn.pop(0)
            self._stream.feed(_NOT_FOR_PYTE.sub(b"", data))
            if is_there():
                return moment
        return None

    def _read(self, patience_s: float) -> tuple[float, bytes] | None:
        """Take what comes next and when it came; None where nothing comes in time."""
        ready, _, _ = select.select([self._reader], [], [], patience_s)
        if not ready:
            return None
        try:
            data = os.read(self._reader, 1 << 16)
        except OSError:
            # Linux answers so once the last process has left the terminal.
            return None
        took = (time.perf_counter(), data)
        self._since.append(took)
        self._undrawn.append(took)
        return took if data else None
