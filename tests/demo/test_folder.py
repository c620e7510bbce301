"""A demo leaves nothing, and takes along what killed ones have left."""

import subprocess
import sys
from pathlib import Path

import pytest

from tuimail.demo.folder import demo_folder, sweep

DIES = """
import os, tempfile
tempfile.tempdir = {temporary!r}
from tuimail.demo.folder import demo_folder
with demo_folder() as folder:
    (folder / "mail").write_text("made up")
    os._exit(9)
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_the_folder_of_a_killed_demo_goes_with_the_next_one_and_that_of_a_running_one_stays(temporary: Path) -> None:
    dies = [sys.executable, "-c", DIES.format(temporary=str(temporary))]
    done = subprocess.run(dies, check=False)  # noqa: S603 (our own words)
    (left,) = temporary.iterdir()
    assert done.returncode == 9
    assert (left / "mail").exists()

    with demo_folder() as running, demo_folder() as another:
        assert set(temporary.iterdir()) == {running, another}

    assert list(temporary.iterdir()) == []


def test_what_is_no_demo_of_ours_stays(temporary: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "lock").touch()
    (temporary / "tuimail-demo-link").symlink_to(elsewhere)
    (temporary / "tuimail-demo-without-lock").mkdir()
    (temporary / "tuimail-demo-file").touch()

    sweep(temporary)

    assert len(list(temporary.iterdir())) == 3
    assert (elsewhere / "lock").exists()
