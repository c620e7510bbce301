"""The program when its terminal goes away."""

import contextlib
import os
import pty
import select
import signal
import sys
import time

import pytest

DEADLINE_S = 60.0


@pytest.mark.parametrize("hears_of_it", [True, False])
def test_the_program_ends_when_its_terminal_is_gone(hears_of_it: bool) -> None:
    """Without SIGHUP (nohup, a parent that died) the terminal's end is all that can be noticed."""
    child, terminal = pty.fork()
    if child == 0:
        signal.signal(signal.SIGHUP, signal.SIG_DFL if hears_of_it else signal.SIG_IGN)
        os.execve(  # noqa: S606 (our own program in our own interpreter)
            sys.executable,
            [sys.executable, "-m", "tuimail", "demo", "--no-browser"],
            {**os.environ, "TERM": "xterm-256color"},
        )
    _read_until(terminal, b"agree, the demo signs in")

    os.close(terminal)

    ended = _wait_for_end(child)
    assert ended, "the program is still there"


def _read_until(terminal: int, words: bytes) -> None:
    ends_at, read = time.monotonic() + DEADLINE_S, b""
    while words not in read:
        assert time.monotonic() < ends_at, read[-2000:]
        ready, _, _ = select.select([terminal], [], [], 1.0)
        if ready:
            read += os.read(terminal, 65536)


def _wait_for_end(child: int) -> bool:
    """Whether the process ends in time; it is killed otherwise."""
    with contextlib.closing(_Pidfd(child)) as process:
        if process.ends_within(DEADLINE_S):
            return True
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


class _Pidfd:
    """Waits for one process without polling (Linux)."""

    def __init__(self, child: int) -> None:
        self._child = child
        self._handle = os.pidfd_open(child)

    def ends_within(self, seconds: float) -> bool:
        """Whether it ended; it is collected then."""
        ready, _, _ = select.select([self._handle], [], [], seconds)
        if ready:
            os.waitpid(self._child, 0)
        return bool(ready)

    def close(self) -> None:
        """Give the handle back."""
        os.close(self._handle)
