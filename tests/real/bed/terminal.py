"""A real terminal: tmux on a socket of its own, driven with keys and read as text or as a picture."""

import re
import shlex
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.real.bed.picture import draw
from tests.real.bed.programs import program
from tests.real.bed.waiting import wait_until

_SETTINGS = """\
set -g default-terminal screen-256color
set -ga terminal-overrides ',*:Tc'
set -g escape-time 0
set -g status off
set -g remain-on-exit on
set -g history-limit 5000
"""


class ScreenTimeoutError(AssertionError):
    """Something did not come onto the screen in time; the message shows the screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Columns and rows."""

    columns: int = 120
    rows: int = 40


class Terminal:
    """One terminal with one program in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._exit_file = folder / "exit"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tmux.conf").write_text(_SETTINGS)

    def start(self, command: list[str], environment: dict[str, str], *, size: Size | None = None) -> None:
        """Start a program with exactly this environment, TERM and COLORTERM added."""
        chosen = size or Size()
        self._exit_file.unlink(missing_ok=True)
        words = [f"{name}={value}" for name, value in environment.items()]
        inner = shlex.join(["env", "-i", *words, "TERM=screen-256color", "COLORTERM=truecolor", *command])
        # tmux 3.3a sometimes loses the exit status of a pane; its own shell writes it down.
        line = f"{inner}; echo $? > {shlex.quote(str(self._exit_file))}"
        arguments = ("new-session", "-d", "-x", str(chosen.columns), "-y", str(chosen.rows), "sh", "-c", line)
        # A server that is just ending, from the start before, takes the new session down with it.
        wait_until(lambda: self._ask(*arguments).returncode == 0, "tmux opens a terminal")

    def stop(self) -> None:
        """Close the terminal's window, as a person might; returns when what ran in it has ended."""
        if not self.is_open():
            return
        session = int(self._tmux("display-message", "-p", "#{pane_pid}"))
        self._tmux("kill-server")
        wait_until(lambda: not _runs(session), "the program ends when its terminal is closed")

    def is_open(self) -> bool:
        """Whether there is a terminal to look at."""
        return (self._folder / "tmux").exists() and self._ask("has-session").returncode == 0

    def keys(self, *names: str) -> None:
        """Press keys by their tmux names, such as Enter, Escape, C-q, F2, or a character."""
        self._tmux("send-keys", *names)

    def type(self, text: str) -> None:
        """Type text as it is."""
        self._tmux("send-keys", "-l", "--", text)

    def click(self, column: int, row: int) -> None:
        """Press and release the left mouse button on a cell; counting starts at 1."""
        sequence = f"\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m"
        self._tmux("send-keys", "-H", *(f"{ord(sign):02x}" for sign in sequence))

    def resize(self, size: Size) -> None:
        """Change the size of the window while the program runs."""
        self._tmux("resize-window", "-x", str(size.columns), "-y", str(size.rows))

    def screen(self) -> str:
        """What is on the screen now, as text."""
        return self._tmux("capture-pane", "-p")

    def history(self) -> str:
        """The screen and everything that scrolled off its top."""
        return self._tmux("capture-pane", "-p", "-S", "-")

    def shows(self, wanted: str | re.Pattern[str]) -> bool:
        """Whether text or a pattern is on the screen now."""
        return _is_in(wanted, self.screen())

    def wait_for(self, *wanted: str | re.Pattern[str], deadline_s: float = 40.0) -> str:
        """The screen, once all of these are on it at the same time."""
        screen = ""

        def has_all() -> bool:
            nonlocal screen
            screen = self.screen()
            return all(_is_in(one, screen) for one in wanted)

        try:
            wait_until(has_all, "the screen", deadline_s=deadline_s)
        except TimeoutError as error:
            absent = ", ".join(repr(one) for one in wanted if not _is_in(one, screen))
            raise ScreenTimeoutError(f"not on the screen within {deadline_s:g} s: {absent}\n{screen}") from error
        return screen

    def wait_until_gone(self, unwanted: str | re.Pattern[str], *, deadline_s: float = 40.0) -> str:
        """The screen, once this is no longer on it."""
        try:
            wait_until(lambda: not self.shows(unwanted), "something leaves the screen", deadline_s=deadline_s)
        except TimeoutError as error:
            raise ScreenTimeoutError(
                f"still on the screen after {deadline_s:g} s: {unwanted}\n{self.screen()}"
            ) from error
        return self.screen()

    def wait_for_exit(self, *, deadline_s: float = 40.0) -> int:
        """The program's exit status, once it has ended."""
        try:
            wait_until(lambda: bool(self._exit_text()), "the program ends", deadline_s=deadline_s)
        except TimeoutError as error:
            raise ScreenTimeoutError(f"still running after {deadline_s:g} s\n{self.screen()}") from error
        return int(self._exit_text())

    def picture(self, path: Path) -> None:
        """Write the screen, with its colours, as a PNG."""
        columns, rows = self._tmux("display-message", "-p", "#{window_width} #{window_height}").split()
        draw(self._tmux("capture-pane", "-p", "-e", "-N"), path, columns=int(columns), rows=int(rows))

    def _exit_text(self) -> str:
        return self._exit_file.read_text().strip() if self._exit_file.exists() else ""

    def _tmux(self, *arguments: str, check: bool = True) -> str:
        done = self._ask(*arguments)
        if check and done.returncode != 0:
            raise RuntimeError(f"tmux {arguments[0]}: {done.stderr.strip()}")
        return done.stdout

    def _ask(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [program("tmux"), "-S", str(self._folder / "tmux"), "-f", str(self._folder / "tmux.conf"), *arguments]
        return subprocess.run(command, check=False, capture_output=True, text=True, encoding="utf-8")


def _runs(session: int) -> bool:
    """Whether a process of this session is alive; zombies stay where process 1 collects no children."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            # After the name in parentheses: state, parent, group, session (proc(5)).
            state, _, _, its_session = path.read_text().rpartition(")")[2].split()[:4]
            if int(its_session) == session and state != "Z":
                return True
    return False


def _is_in(wanted: str | re.Pattern[str], screen: str) -> bool:
    return wanted in screen if isinstance(wanted, str) else bool(wanted.search(screen))
