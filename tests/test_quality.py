"""The checks that are programs of their own (lint, format, types, import contracts), and the pinned versions."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_ROOT = Path(__file__).parent.parent
_SCRIPTS = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"], ["lint-imports"]],
    ids=" ".join,
)
@pytest.mark.timeout(300)
def test_the_source_passes(command: list[str]) -> None:
    tool, *arguments = command

    done = subprocess.run([_SCRIPTS / tool, *arguments], cwd=_ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own tools

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_constraints_pin_every_dependency_within_its_bounds_and_name_no_address() -> None:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"]
    named = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *extras["demo"],
        *extras["test"],
    ]
    wanted = [Requirement(line) for line in named if not line.startswith("tuimail")]
    constraints = (_ROOT / "constraints.txt").read_text()
    pinned = dict(re.findall(r"^([a-z0-9-]+)==(\S+) \\\n    --hash=", constraints, flags=re.MULTILINE))

    loose = [str(one) for one in wanted if pinned.get(canonicalize_name(one.name), "0") not in one.specifier]

    assert loose == []
    assert "://" not in constraints
