"""Themes as checked values: one TOML file each, shipped with the program or the user's own."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from tuimail.config.shape import ShapeError, as_struct
from tuimail.domain.clean import clean_line, clean_quote, is_clean_line
from tuimail.domain.errors import ConfigError, ErrorKind, Remedy

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")


class ThemeColors(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Colours as ``#rrggbb``."""

    background: str
    """Behind lists and mail."""
    surface: str
    """Behind the focused pane's cursor while another pane has the focus, and behind inputs."""
    panel: str
    """Behind titles, hints and the status bar."""
    text: str
    muted: str
    """Text of less weight: dates, hints, quotations."""
    primary: str
    """What is unread or active."""
    accent: str
    """What has the focus, links and keys."""
    success: str
    warning: str
    error: str
    border: str
    selection: str
    """Behind the cursor and selected text."""


class ThemeSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One theme."""

    name: str
    """What the profile's ``ui.theme`` says."""
    title: str
    dark: bool
    colors: ThemeColors


def bundled_dir() -> Path:
    """The folder of the themes that come with the program: in the package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "themes"
    return installed if installed.is_dir() else package.parent / "themes"


def load_themes(folders: Iterable[Path]) -> tuple[ThemeSpec, ...]:
    """All themes of these folders, sorted by name; a later folder's theme replaces an earlier one of its name."""
    themes: dict[str, ThemeSpec] = {}
    for folder in folders:
        if folder.is_dir():
            themes |= {theme.name: theme for theme in map(load_theme, sorted(folder.glob("*.toml")))}
    return tuple(sorted(themes.values(), key=lambda theme: theme.name))


def load_theme(path: Path) -> ThemeSpec:
    """The theme of one file; ConfigError naming file and key."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        theme = as_struct(table, ThemeSpec, ())
        _check(theme)
    except ShapeError as error:
        raise _error(path, error.words) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _error(path, f"this is not valid TOML: {clean_quote(str(error))}.") from error
    except OSError as error:
        raise _error(path, f"this file cannot be read: {error.strerror}.") from error
    return theme


def _check(theme: ThemeSpec) -> None:
    if not _NAME.fullmatch(theme.name):
        raise ShapeError(("name",), "name: use small letters, digits and - only.")
    if not (theme.title and is_clean_line(theme.title)):
        raise ShapeError(("title",), "title must be one line of plain text.")
    for key in ThemeColors.__struct_fields__:
        if not _COLOR.fullmatch(getattr(theme.colors, key)):
            raise ShapeError(("colors", key), f"colors.{key} must be a colour such as #1e2030.")


def _error(path: Path, words: str) -> ConfigError:
    return ConfigError(ErrorKind.BAD_PROFILE, f"{clean_line(str(path))}: {words}", remedy=Remedy.FIX_CONFIG)
