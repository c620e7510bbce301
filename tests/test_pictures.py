"""The pictures of the tour, as the installed command makes them."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tuimail.pictures import NAMES, self_contained

_ROOT = Path(__file__).parent.parent
_SVG = "{http://www.w3.org/2000/svg}"


def _run(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tuimail", "demo", "--screenshot", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)  # noqa: S603 (ourselves)


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with pictures just made."""
    folder = tmp_path_factory.mktemp("tour") / "pictures"
    done = _run(folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [str(folder / f"{name}.svg") for name in NAMES]
    return folder


def _words(picture: Path) -> str:
    """The text of a picture, line by line."""
    lines: dict[float, list[tuple[float, str]]] = {}
    # Made by the program under test.
    for text in ET.parse(picture).iter(f"{_SVG}text"):  # noqa: S314 (see above)
        lines.setdefault(float(text.get("y", "0")), []).append((float(text.get("x", "0")), text.text or ""))
    rows = ["".join(words for _, words in sorted(lines[y])) for y in sorted(lines)]
    return "\n".join(rows).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("list", "Dad's seventieth"),
        ("reader", "On waiting for kettles"),
        ("composer", "I bake, you ask the neighbours."),
        ("consent", "Read, sort, flag and delete your mail"),
        ("settings", "signed in at Demo Mail"),
        ("sign-out", "read back as gone"),
        ("narrow", "The Slow Almanac"),
        ("light", "Dad's seventieth"),
    ],
)
def test_each_picture_shows_what_its_name_says(taken: Path, name: str, shown: str) -> None:
    assert shown in _words(taken / f"{name}.svg")


def test_the_light_picture_has_other_colours_than_the_dark_one(taken: Path) -> None:
    def colours(name: str) -> set[str]:
        return set(re.findall(r'fill="(#[0-9a-f]{6})"', (taken / f"{name}.svg").read_text()))

    assert colours("light") != colours("list")


@pytest.mark.parametrize("where", ["made", "shipped"])
@pytest.mark.parametrize("name", NAMES)
def test_no_picture_loads_anything_from_elsewhere(request: pytest.FixtureRequest, name: str, where: str) -> None:
    folder: Path = request.getfixturevalue("taken") if where == "made" else _ROOT / "screenshots"

    svg = (folder / f"{name}.svg").read_text()

    assert re.findall(r"url\((?!#)", svg) == []
    assert re.findall(r"\b(?:href|src|@import)\b", re.sub(r">[^<]*</text>", "", svg)) == []
    assert set(re.findall(r"https?://[^\"' ]+", re.sub(r">[^<]*</text>", "", svg))) == {"http://www.w3.org/2000/svg"}


def test_the_shipped_pictures_are_just_those_that_the_command_makes() -> None:
    shipped = {path.name for path in (_ROOT / "screenshots").iterdir()}

    assert shipped == {f"{name}.svg" for name in NAMES}


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    done = _run(tmp_path / "file" / "pictures")

    assert done.returncode == 1
    assert done.stderr.startswith(f"tuimail: The pictures cannot be written to {tmp_path / 'file' / 'pictures'}: ")
    assert "Traceback" not in done.stderr


def test_what_differs_from_run_to_run_is_made_equal() -> None:
    first = self_contained('<svg class="terminal-12"><text>127.0.0.1:40001</text></svg>', "list")
    second = self_contained('<svg class="terminal-345"><text>127.0.0.1:51234</text></svg>', "list")

    assert first == second
