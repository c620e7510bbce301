"""Figures of earlier runs, by row, so that one row can be measured again without all the others."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.ledger import Ledger
from tests.bench.mailbox import kept_folder

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """When and of what a row was measured."""

    at: str
    commit: str
    rounds: int
    load: float
    """The machine's when the row began, over its last minute."""

    @classmethod
    def now(cls, rounds: int) -> "Occasion":
        """This moment and this checkout."""
        return cls(
            at=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", commit=_commit(), rounds=rounds, load=os.getloadavg()[0]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One row's figures."""

    occasion: Occasion
    ledger: Ledger


def keep(rows: Mapping[str, Measured]) -> None:
    """For later reports, in the place of older figures of these rows."""
    merged = {**recall(), **rows}
    text = json.dumps(
        {row: {"occasion": asdict(each.occasion), "ledger": each.ledger.as_json()} for row, each in merged.items()}
    )
    _file().write_text(text, encoding="utf-8")


def recall() -> dict[str, Measured]:
    """All rows that were ever measured at all sizes with all programs."""
    if not _file().exists():
        return {}
    return {
        row: Measured(occasion=Occasion(**each["occasion"]), ledger=Ledger.from_json(each["ledger"]))
        for row, each in json.loads(_file().read_text(encoding="utf-8")).items()
    }


def _file() -> Path:
    return kept_folder() / "figures.json"


def _commit() -> str:
    """With a plus where the program has changed since."""
    git = shutil.which("git")
    if git is None:
        return "unknown"
    # A shortened name, and whether tuimail/ differs from it.
    name, changes = (
        subprocess.run([git, *arguments], cwd=_ROOT, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603 (constant arguments)
        for arguments in (("rev-parse", "--short", "HEAD"), ("status", "--short", "tuimail"))
    )
    return (name or "unknown") + ("+" if changes else "")
