"""``./try`` and ``./test`` set .venv up once, and again only when what it is made from changes."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

PYTHON = """#!/bin/sh
mkdir -p .venv/bin
for name in python pip tuimail pytest; do
    printf '#!/bin/sh\\necho "%s $*"\\n' "$name" >".venv/bin/$name"
    chmod +x ".venv/bin/$name"
done
"""
"""Stands in for ``python3 -m venv``: its programs say what they were asked."""


@pytest.fixture(params=["try", "test"])
def script(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    folder = tmp_path / "tuimail"
    folder.mkdir()
    for name in (request.param, "constraints.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    python = folder / "python"
    python.write_text(PYTHON)
    python.chmod(0o755)
    return folder / str(request.param)


def run(script: Path) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": "/usr/bin:/bin", "PYTHON": str(script.parent / "python")}
    return subprocess.run([script, "--help"], env=environ, capture_output=True, text=True, check=True)  # noqa: S603 (ours)


def test_the_first_start_says_that_it_sets_up(script: Path) -> None:
    done = run(script)
    assert done.stderr == "Setting up .venv: about a minute, once.\n"
    assert "pip " in done.stdout
    assert done.stdout.endswith("--help\n")


def test_the_second_start_leaves_pip_alone(script: Path) -> None:
    run(script)
    done = run(script)
    assert done.stderr == ""
    assert "pip " not in done.stdout
    assert done.stdout.endswith("--help\n")


def test_changed_requirements_set_up_again(script: Path) -> None:
    run(script)
    with (script.parent / "pyproject.toml").open("a") as file:
        file.write("# changed\n")
    assert "pip " in run(script).stdout


def test_a_moved_folder_sets_up_again(script: Path) -> None:
    run(script)
    moved = script.parent.with_name("moved")
    script.parent.rename(moved)
    assert "pip " in run(moved / script.name).stdout


def test_a_set_up_that_failed_is_done_again(script: Path) -> None:
    python = script.parent / "python"
    python.write_text(PYTHON + "printf '#!/bin/sh\\nexit 1\\n' >.venv/bin/pip\n")
    with pytest.raises(subprocess.CalledProcessError):
        run(script)
    python.write_text(PYTHON)
    assert "pip " in run(script).stdout
