"""Keys as a terminal sends them, and the end of a terminal, in a process of its own."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

DEADLINE_S = 20.0
SCRIPT = """
import os
import sys
# What was heard goes to the pipe; the screen to the terminal, though Textual draws on standard error.
told = os.fdopen(os.dup(2), "w", encoding="utf-8")
os.dup2(0, 2)
from textual.app import App
from tuimail.ui.terminal import driver_class

class Keys(App):
    def on_ready(self): self.told("ready")
    def on_key(self, event):
        self.told(event.key)
        if event.key == "s":
            with self.suspend():
                self.told("suspended")
                self.told(sys.stdin.readline().strip())
            self.told("resumed")
    def on_paste(self, event): self.told(f"pasted {event.text!r}")
    def told(self, word): print(f"<{word}>", file=told, flush=True)

Keys(driver_class=driver_class()).run()
print("<ended>", file=told, flush=True)
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a driver for POSIX terminals")


class Typist:
    """Types into the process and reads what it heard."""

    def __init__(self, process: "subprocess.Popen[bytes]", terminal: int) -> None:
        self.process = process
        self.terminal = terminal
        self._heard = b""

    def hears(self, word: str) -> bool:
        """Whether the process tells this in time, after all that it was asked for before."""
        assert self.process.stderr is not None
        ends_at = time.monotonic() + DEADLINE_S
        wanted = f"<{word}>".encode()
        while wanted not in self._heard and time.monotonic() < ends_at:
            ready, _, _ = select.select([self.process.stderr.fileno(), self.terminal], [], [], 0.5)
            if self.terminal in ready:
                os.read(self.terminal, 65536)
            if self.process.stderr.fileno() in ready:
                self._heard += os.read(self.process.stderr.fileno(), 65536)
        _, found, self._heard = self._heard.partition(wanted)
        return bool(found)


@contextmanager
def typing() -> Iterator[Typist]:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(  # noqa: S603 (the script above)
        [sys.executable, "-c", SCRIPT], stdin=theirs, stdout=theirs, stderr=subprocess.PIPE, start_new_session=True
    )
    os.close(theirs)
    try:
        yield Typist(process, ours)
    finally:
        process.kill()
        process.communicate()
        os.close(ours)


def test_keys_arrive_one_by_one_and_a_lone_escape_by_itself() -> None:
    with typing() as typist:
        assert typist.hears("ready")
        for sent, key in ((b"j", "j"), (b"\x1b[A", "up"), (b"\x1b", "escape"), (b"\x06", "ctrl+f")):
            os.write(typist.terminal, sent)
            assert typist.hears(key)


def test_a_letter_that_comes_in_two_pieces_is_one_key() -> None:
    with typing() as typist:
        assert typist.hears("ready")
        os.write(typist.terminal, "é".encode()[:1])
        os.write(typist.terminal, "é".encode()[1:])

        assert typist.hears("é")


def test_a_paste_with_control_characters_is_one_paste_and_presses_no_key() -> None:
    with typing() as typist:
        assert typist.hears("ready")
        # Ctrl+T and Ctrl+Enter, behind an escape each; then a key that shows what was heard before it.
        os.write(typist.terminal, b"\x1b[200~one\x1b \x14 two\r\n\x1b[13;5u\ttail\x1b[201~j")

        assert typist.hears("pasted 'one  two\\r\\n[13;5u\\ttail'>\n<j")


def test_another_program_may_have_the_terminal_in_between() -> None:
    with typing() as typist:
        assert typist.hears("ready")
        os.write(typist.terminal, b"s")
        assert typist.hears("suspended")
        os.write(typist.terminal, b"a line\n")
        assert typist.hears("a line")
        assert typist.hears("resumed")
        os.write(typist.terminal, b"j")

        assert typist.hears("j")


def test_a_quit_ends_the_input_and_gives_the_terminal_back() -> None:
    with typing() as typist:
        assert typist.hears("ready")
        os.write(typist.terminal, b"\x11")

        assert typist.hears("ended")
        assert typist.process.wait(DEADLINE_S) == 0


def test_the_process_ends_when_its_terminal_is_gone() -> None:
    ours, theirs = pty.openpty()
    with typing() as typist:
        assert typist.hears("ready")
        os.dup2(ours, typist.terminal)

        assert typist.process.wait(DEADLINE_S) != 0
    os.close(ours)
    os.close(theirs)
