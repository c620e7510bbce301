"""The measured table as text: against the figures to reach, and each program's own figures side by side."""

import os
import platform
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.bench.figures import Figures, Line, Part
from tests.bench.kept import Measured
from tests.bench.ledger import Ledger
from tests.bench.units import formatted

_REMARKS = Path(__file__).with_name("remarks.toml")


def report(rows: Mapping[str, Measured], *, sizes: Sequence[int], left_out: Sequence[str]) -> str:
    """The whole of RESULTS.md."""
    ledger = Ledger()
    for each in rows.values():
        ledger.add(each.ledger)
    parts = [
        "# How fast it is",
        "",
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()};"
        f" mailboxes of {', '.join(f'{size:,}' for size in sizes)}. All programs have their header caches on and talk"
        " to a private Dovecot through a proxy, which counts bytes as they are on the wire, TLS included. tuimail"
        " signs in with XOAUTH2, the others with a password. Made by `python -m tests.bench`.",
        "",
        *(f"- {words}" for words in _occasions(rows)),
        *([f"- Left out: {', '.join(left_out)}."] if left_out else []),
        "",
        f"## Figures to reach, at {max(sizes):,} messages",
        "",
        *_against_limits(Figures(ledger, large=max(sizes), small=min(sizes)).lines(), _remarks()),
        "",
        "## All programs side by side",
        "",
        "Medians; keys from the key to the last byte of the repaint, starts from the start of the process to the"
        " newest subject on the screen.",
        "",
        *_side_by_side(ledger),
    ]
    return "\n".join(parts) + "\n"


def _occasions(rows: Mapping[str, Measured]) -> Iterator[str]:
    """When the rows were measured; those of one commit and day in one line."""
    together: dict[tuple[str, str, int], list[str]] = {}
    for row, each in rows.items():
        day = each.occasion.at.partition(" ")[0]
        named = f"{row} ({each.occasion.load:.1f})"
        together.setdefault((day, each.occasion.commit, each.occasion.rounds), []).append(named)
    for (day, commit, rounds), names in together.items():
        yield f"{day}, commit {commit}, {rounds} rounds; with the machine's load before each: {', '.join(names)}."


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
