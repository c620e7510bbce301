"""The checks that are programs of their own: lint, format, types and import contracts."""

import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent
_SCRIPTS = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"], ["lint-imports"]],
    ids=lambda command: " ".join(command),
)
@pytest.mark.timeout(300)
def test_the_source_passes(command: list[str]) -> None:
    tool, *arguments = command

    done = subprocess.run([_SCRIPTS / tool, *arguments], cwd=_ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own tools

    assert done.returncode == 0, done.stdout + done.stderr
