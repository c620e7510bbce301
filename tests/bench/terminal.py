"""A pseudo-terminal that notes when each byte came out of the program in it."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

COLUMNS, ROWS = 120, 40
DEADLINE_S = 30.0
QUIET_S = 0.06
"""No byte for this long: the program has finished drawing."""

Signs = Callable[[bytes], bool]


class Terminal:
    """One program in a terminal of its own; times are seconds on the monotonic clock."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self._reader, program_end = pty.openpty()
        fcntl.ioctl(self._reader, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.started_at = time.perf_counter()
        self._process = subprocess.Popen(  # noqa: S603 (commands of the benchmark's own)
            command,
            stdin=program_end,
            stdout=program_end,
            stderr=program_end,
            env={**environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
            start_new_session=True,
        )
        os.close(program_end)
        self.output = b""

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._reader)

    def when_shown(self, words: str) -> float:
        """The moment at which these words had come out, in one piece, since the start or the last key."""
        wanted = words.encode()
        while wanted not in self.output:
            if self._read(DEADLINE_S) is None:
                raise TimeoutError(f"{words!r} was not shown; the last output: {self.output[-2000:]!r}")
        return time.perf_counter()

    def when_quiet(self, patience_s: float = DEADLINE_S) -> float:
        """The moment of the last byte before the program fell silent."""
        last = self._read(patience_s)
        if last is None:
            raise TimeoutError("nothing was drawn")
        while (moment := self._read(QUIET_S)) is not None:
            last = moment
        return last

    def settle(self) -> None:
        """Wait until nothing is drawn any more."""
        while self._read(0.4) is not None:
            pass

    def press(self, keys: str) -> float:
        """Type, and forget what was shown before; returns when."""
        self.output = b""
        moment = time.perf_counter()
        os.write(self._reader, keys.encode())
        return moment

    def when_ended(self) -> float:
        """The moment at which the process was gone."""
        while self._read(DEADLINE_S) is not None:
            pass
        self._process.wait(DEADLINE_S)
        return time.perf_counter()

    def _read(self, patience_s: float) -> float | None:
        """Take what comes next; when it came, or None where nothing comes any more."""
        ready, _, _ = select.select([self._reader], [], [], patience_s)
        if not ready:
            return None
        try:
            data = os.read(self._reader, 1 << 16)
        except OSError:
            # Linux answers so once the last process has left the terminal.
            return None
        self.output += data
        return time.perf_counter() if data else None
