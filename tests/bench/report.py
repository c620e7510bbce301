"""The measured table as text: against the figures to reach, and each program's own figures side by side."""

import os
import platform
import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.figures import Figures, Line, Part
from tests.bench.ledger import Ledger
from tests.bench.units import formatted

_ROOT = Path(__file__).parents[2]
_REMARKS = Path(__file__).with_name("remarks.toml")


def report(ledger: Ledger, *, sizes: Sequence[int], notes: Sequence[str]) -> str:
    """The whole of RESULTS.md."""
    lines = Figures(ledger, large=max(sizes), small=min(sizes)).lines()
    parts = [
        "# How fast it is",
        "",
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, {platform.system()} {platform.machine()},"
        f" Python {platform.python_version()}, {_commit()}; mailboxes of {', '.join(f'{size:,}' for size in sizes)}.",
        "",
        *(f"- {note}" for note in notes),
        "",
        f"## Figures to reach, at {max(sizes):,} messages",
        "",
        *_against_limits(lines, _remarks()),
        "",
        "## All programs side by side",
        "",
        "Medians; keys from the key to the last byte of the repaint, starts from the start of the process to the"
        " newest subject on the screen.",
        "",
        *_side_by_side(ledger),
    ]
    return "\n".join(parts) + "\n"


def _against_limits(lines: Sequence[Line], remarks: Mapping[str, str]) -> Iterator[str]:
    yield "| | must | aim | measured | must reached | aim reached | why not, and what was tried |"
    yield "|---|---|---|---|---|---|---|"
    for line in lines:
        must, aim = _verdict(line.parts, "must"), _verdict(line.parts, "aim")
        why = remarks.get(line.name, "") if "yes" not in must or aim == "no" else ""
        measured = "; ".join(part.shown for part in line.parts)
        yield f"| {line.title} | {line.must} | {line.aim} | {measured} | {must} | {aim} | {why} |"


def _verdict(parts: Sequence[Part], which: str) -> str:
    limits = [(part, part.must if which == "must" else part.aim) for part in parts]
    verdicts = [part.holds(limit) for part, limit in limits if limit is not None or part.value is None]
    if not verdicts:
        return "-"
    if False in verdicts:
        return "no"
    return "not measured" if None in verdicts else "yes"


def _side_by_side(ledger: Ledger) -> Iterator[str]:
    programs = list(dict.fromkeys(program for _, program, _ in ledger.taken))
    yield "| | messages | " + " | ".join(programs) + " |"
    yield "|---|---|" + "---|" * len(programs)
    rows = list(dict.fromkeys((figure, size) for figure, _, size in ledger.taken))
    for figure, size in rows:
        cells = (_cell(ledger, figure, program, size) for program in programs)
        yield f"| {figure} | {f'{size:,}' if size else ''} | {' | '.join(cells)} |"


def _cell(ledger: Ledger, figure: str, program: str, size: int) -> str:
    value = ledger.middle(figure, program, size)
    if value is None:
        return "none" if (figure, program, size) in ledger.absent else ""
    if figure in {"key meanwhile", "key while stalled"}:
        highest = max(ledger.taken[figure, program, size])
        high = formatted(figure, ledger.high(figure, program, size))
        return f"{formatted(figure, value)}, p95 {high}, max {formatted(figure, highest)}"
    return formatted(figure, value)


def _remarks() -> dict[str, str]:
    remarks: dict[str, str] = tomllib.loads(_REMARKS.read_text(encoding="utf-8"))
    return remarks


def _commit() -> str:
    git = shutil.which("git")
    if git is None:
        return "no commit"
    done = subprocess.run(  # noqa: S603 (git itself, with constant arguments)
        [git, "rev-parse", "--short", "HEAD"], cwd=_ROOT, capture_output=True, text=True, check=False
    )
    return f"commit {done.stdout.strip()}" if done.returncode == 0 else "no commit"
