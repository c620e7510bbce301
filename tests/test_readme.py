"""What the README promises, held against the program: pictures, profile, commands and keys."""

import argparse
import re
from pathlib import Path

import pytest
from msgspec import Struct

from tuimail.cli import parser
from tuimail.config.load import load_profile
from tuimail.config.model import (
    AccountTable,
    ContactsTable,
    KeepTable,
    OAuthTable,
    ScopesTable,
    ServerTable,
    UiSettings,
)
from tuimail.config.providers import bundled_presets
from tuimail.config.themes import bundled_dir, load_themes
from tuimail.pictures import NAMES
from tuimail.ui.actions import ACTIONS
from tuimail.ui.key_names import pretty
from tuimail.ui.keymap import keymap

_ROOT = Path(__file__).parent.parent
_TEXT = (_ROOT / "README.md").read_text(encoding="utf-8")
_EXAMPLES = re.findall(r"^```toml\n(.*?)^```", _TEXT, flags=re.MULTILINE | re.DOTALL)


def _section(title: str) -> str:
    """The text under a heading, up to the next one of its level."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", _TEXT, flags=re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found[1]


def test_a_picture_comes_first_and_every_picture_exists_and_is_shown() -> None:
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", _TEXT)

    assert shown[0] in "\n".join(_TEXT.splitlines()[:8])
    assert sorted(shown) == sorted(f"screenshots/{name}.svg" for name in NAMES)
    assert [name for name in shown if not (_ROOT / name).is_file()] == []


def test_links_inside_the_readme_lead_to_headings() -> None:
    headings = re.findall(r"^#+ (.*)$", _TEXT, flags=re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}

    assert {link for link in re.findall(r"\]\(#([^)]+)\)", _TEXT) if link not in anchors} == set()


@pytest.mark.parametrize("example", _EXAMPLES, ids=lambda text: text.split("]")[0].rpartition("[")[2])
def test_each_profile_in_the_readme_can_be_used_as_it_stands(example: str, tmp_path: Path) -> None:
    path = tmp_path / "profile.toml"
    path.write_text(example, encoding="utf-8")

    profile = load_profile(path)

    assert [account.address for account in profile.accounts]


@pytest.mark.parametrize(
    "table", [AccountTable, OAuthTable, ScopesTable, ServerTable, KeepTable, ContactsTable, UiSettings]
)
def test_every_key_of_the_profile_is_explained(table: type[Struct]) -> None:
    section = _section("Profile")
    tables = {"oauth", "imap", "smtp", "keep"}

    missing = [key for key in table.__struct_fields__ if key not in tables and f"`{key}`" not in section]

    assert missing == []


def test_every_preset_theme_and_environment_variable_is_named() -> None:
    presets = [name for name, preset in bundled_presets().items() if preset.sign_in == "oauth"]
    themes = [theme.name for theme in load_themes([bundled_dir()])]

    assert [name for name in (*presets, *themes, "TUIMAIL_PROFILE", "NO_COLOR") if f"`{name}`" not in _TEXT] == []


def test_every_command_and_option_is_named() -> None:
    section = _section("Commands")
    commands = next(each for each in parser()._actions if isinstance(each, argparse._SubParsersAction))
    parsers = [parser(), *commands.choices.values()]
    options = {name for each in parsers for action in each._actions for name in action.option_strings if len(name) > 2}

    assert [name for name in commands.choices if f"`tuimail {name}" not in section] == []
    assert [name for name in sorted(options) if name not in section] == []


def test_the_tables_of_keys_are_those_of_the_default_keymap() -> None:
    keys = keymap("default").keys
    by_title: dict[str, set[str]] = {}
    for action in ACTIONS:
        by_title.setdefault(action.title, set()).add(
            ", ".join(f"`{pretty(each)}`" for each in keys.get(action.name, ()))
        )

    rows = re.findall(r"^\| (`.*`) \| (.+) \|$", _section("Keys"), flags=re.MULTILINE)

    assert rows
    assert [row for row in rows if row[0] not in by_title.get(row[1], set())] == []


def test_the_two_first_commands_are_there_and_can_be_run() -> None:
    for name in re.findall(r"^\./(\w+) ", _TEXT, flags=re.MULTILINE):
        assert (_ROOT / name).stat().st_mode & 0o111, name
