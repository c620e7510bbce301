"""``python -m tests.bench``: how fast the installed program starts, answers keys and ends, seen from its terminal.

Every figure is a median of runs that take turns with an empty Textual app and a bare interpreter, so that what else
the machine does falls on all of them. The figures go to RESULTS.md beside this file.
"""

import compileall
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from tests.bench import empty_app, seed
from tests.bench.terminal import Terminal
from tests.fakes.secret_service import missing_programs, secret_service

ROUNDS = 15
KEYS = 8
"""Presses of each key in a round."""
OPENINGS = 3
FRAME_SIGN = "help"
"""In the hint line, which nothing but the main screen has."""
_RESULTS = Path(__file__).with_name("RESULTS.md")
_ROOT = Path(__file__).parents[2]
_EMPTY = "empty Textual app"
_BARE = "bare interpreter"

_DOWN, _PAGE_DOWN, _FIRST, _OPEN, _BACK, _QUIT = "j", "\x06", "\x1b[H", "\r", "q", "\x11"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Seconds by name, in the order in which they were first taken."""

    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    aims: dict[str, float] = field(default_factory=dict)

    def note(self, name: str, seconds: float, *, aim_ms: float | None = None) -> None:
        """Keep one more run."""
        self.taken[name].append(seconds)
        if aim_ms is not None:
            self.aims[name] = aim_ms

    def median_ms(self, name: str) -> float:
        """The median of all runs."""
        return median(self.taken[name]) * 1000


def main() -> int:
    """Measure, print, write."""
    measures, notes = Measures(), []
    with tempfile.TemporaryDirectory(prefix="tuimail-bench-") as folder, _keychain(Path(folder)) as bus:
        if bus is None:
            notes.append(f"Without a system keychain ({', '.join(missing_programs())} missing): frame only, no list.")
        homes = {rows: seed.Home(Path(folder) / str(rows), rows) for rows in (10_000, 100_000)}
        environs = {rows: {**home.environ(), **(bus or {})} for rows, home in homes.items()}
        # A shell may forbid cached bytecode, as build machines do; installed programs have it.
        compileall.compile_dir(_ROOT / "tuimail", quiet=1)
        _one_round(Measures(), environs, has_list=bus is not None)
        started = time.perf_counter()
        for _ in range(ROUNDS):
            _one_round(measures, environs, has_list=bus is not None)
        notes.append(f"{ROUNDS} rounds in {time.perf_counter() - started:.0f} s, load {os.getloadavg()[0]:.1f}.")
    report = _report(measures, notes)
    sys.stdout.write(report)
    _RESULTS.write_text(report, encoding="utf-8")
    return 0


@contextmanager
def _keychain(folder: Path) -> Iterator[dict[str, str] | None]:
    """A real gnome-keyring that holds the account's key, as variables of its session; None where it is missing."""
    if missing_programs():
        yield None
        return
    session = folder / "session"
    session.mkdir()
    with secret_service(session) as bus:
        variables = {"DBUS_SESSION_BUS_ADDRESS": bus.address}
        os.environ.update(variables)
        seed.keep_key()
        yield variables


def _one_round(measures: Measures, environs: dict[int, dict[str, str]], *, has_list: bool) -> None:
    environ = next(iter(environs.values()))
    measures.note(_BARE, _run([sys.executable, "-c", "pass"], environ))
    measures.note("tuimail --version", _run([*_program(), "--version"], environ))
    with Terminal([sys.executable, str(Path(empty_app.__file__))], environ) as terminal:
        measures.note(_EMPTY, terminal.when_shown("painted") - terminal.started_at)
        terminal.settle()
        measures.note(f"{_EMPTY}: quit", -terminal.press(_QUIT) + terminal.when_ended())
    for rows, each in environs.items():
        _start_and_use(measures, f"{rows:,} mails", each, has_list=has_list)


def _start_and_use(measures: Measures, name: str, environ: dict[str, str], *, has_list: bool) -> None:
    with Terminal(_program(), environ) as terminal:
        measures.note(f"{name}: frame", terminal.when_shown(FRAME_SIGN) - terminal.started_at, aim_ms=220)
        if has_list:
            measures.note(f"{name}: list", terminal.when_shown(seed.NEWEST) - terminal.started_at, aim_ms=250)
            terminal.settle()
            _use(measures, name, terminal)
        terminal.settle()
        measures.note(f"{name}: quit", -terminal.press(_QUIT) + terminal.when_ended(), aim_ms=300)


def _use(measures: Measures, name: str, terminal: Terminal) -> None:
    for title, keys in (("key to repaint", _DOWN), ("page down", _PAGE_DOWN)):
        for _ in range(KEYS):
            measures.note(f"{name}: {title}", -terminal.press(keys) + terminal.when_quiet(), aim_ms=10)
    terminal.press(_FIRST)
    terminal.settle()
    for _ in range(OPENINGS):
        pressed_at = terminal.press(_OPEN)
        measures.note(f"{name}: open a stored mail", terminal.when_shown(seed.BODY) - pressed_at, aim_ms=30)
        terminal.settle()
        for keys in (_BACK, _DOWN):
            terminal.press(keys)
            terminal.settle()


def _run(command: list[str], environ: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 (commands of our own)
    return time.perf_counter() - started


def _program() -> list[str]:
    """The installed program; its module where there is no script."""
    script = Path(sys.executable).with_name("tuimail")
    return [str(script)] if script.exists() else [sys.executable, "-m", "tuimail"]


def _report(measures: Measures, notes: list[str]) -> str:
    floor, bare = measures.median_ms(_EMPTY), measures.median_ms(_BARE)
    lines = [
        "# How fast it is",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.system()} {platform.machine()},"
        f" Python {platform.python_version()}, {_commit()}. {' '.join(notes)}",
        "",
        "Medians in milliseconds, from `python -m tests.bench`; starts count from the start of the process, keys from"
        " the key to the last byte of the repaint.",
        "",
        "| | median | best | aim | to the empty Textual app | over a bare interpreter |",
        "|---|---|---|---|---|---|",
    ]
    for name, taken in measures.taken.items():
        middle, best = measures.median_ms(name), min(taken) * 1000
        is_start = name.endswith((": frame", ": list")) or name in {_EMPTY, _BARE, "tuimail --version"}
        ratio = f"{middle / floor:.2f}" if is_start else ""
        more = f"{middle - bare:.0f}" if is_start else ""
        aim = f"{measures.aims[name]:.0f}" if name in measures.aims else ""
        lines.append(f"| {name} | {middle:.1f} | {best:.1f} | {aim} | {ratio} | {more} |")
    return "\n".join(lines) + "\n"


def _commit() -> str:
    git = shutil.which("git")
    if git is None:
        return "no commit"
    done = subprocess.run(  # noqa: S603 (git itself, with constant arguments)
        [git, "rev-parse", "--short", "HEAD"], cwd=_ROOT, capture_output=True, text=True, check=False
    )
    return f"commit {done.stdout.strip()}" if done.returncode == 0 else "no commit"


if __name__ == "__main__":
    sys.exit(main())
