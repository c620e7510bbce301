"""Add or change an account in the user's profile; whatever else stands there, comments included, stays as it is."""

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from tuimail.config.load import load_profile
from tuimail.config.model import Profile
from tuimail.domain.clean import clean_line, clean_quote
from tuimail.domain.errors import ConfigError, ErrorKind, Remedy
from tuimail.domain.ids import AccountId

Setting = str | int | bool | list[str] | Mapping[str, "Setting"]
"""A value of the profile; a mapping becomes a table of its own, or is merged into the one that is there."""


def save_account(path: Path, account: AccountId, settings: Mapping[str, Setting]) -> Profile:
    """Write the settings into ``[accounts.NAME]`` and return the profile as it is now.

    The new text is checked before it takes the old one's place: on ConfigError the file is untouched.
    """
    try:
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        document = tomlkit.parse(old)
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise _error(path, f"this file cannot be read: {clean_quote(str(error))}") from error
    accounts = document.setdefault("accounts", tomlkit.table(is_super_table=True))
    if not isinstance(accounts, Table):
        raise _error(path, "accounts must be a table.")
    _merge(accounts.setdefault(account, tomlkit.table()), settings)
    return _replace_checked(path, tomlkit.dumps(document))


def text_of(path: Path) -> str | None:
    """The profile as it stands, for ``put_back``; None where there is none. Raises ConfigError."""
    try:
        return path.read_text(encoding="utf-8") if path.exists() else None
    except (OSError, UnicodeDecodeError) as error:
        raise _error(path, "this file cannot be read.") from error


def put_back(path: Path, *, before: str | None, after: str | None) -> None:
    """Make the profile ``before`` again where it is still ``after``. Raises ConfigError, also where it is not."""
    if text_of(path) != after:
        raise _error(path, "this file was changed meanwhile, so it was left as it is; take the account out by hand.")
    if before is not None:
        _replace_checked(path, before)
        return
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _error(path, f"this file cannot be removed: {error.strerror}.") from error


def _merge(table: Table, settings: Mapping[str, Setting]) -> None:
    for key, value in settings.items():
        if isinstance(value, Mapping):
            _merge(table.setdefault(key, tomlkit.table()), value)
        else:
            table[key] = value


def _replace_checked(path: Path, text: str) -> Profile:
    temporary = None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Beside the profile, so that relative paths in it mean the same; mkstemp makes it with mode 0600.
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".profile-", suffix=".toml")
        temporary = Path(name)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        _check(temporary, path)
        # A profile that is a link, as to a folder of dotfiles, stays one.
        temporary.replace(path.resolve())
        return load_profile(path)
    except OSError as error:
        raise _error(path, f"this file cannot be written: {error.strerror}.") from error
    finally:
        if temporary is not None:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()


def _check(temporary: Path, path: Path) -> None:
    try:
        load_profile(temporary)
    except ConfigError as error:
        summary = error.summary.replace(str(temporary), str(path))
        raise ConfigError(error.kind, summary, remedy=error.remedy, detail=error.detail) from error


def _error(path: Path, words: str) -> ConfigError:
    return ConfigError(ErrorKind.BAD_PROFILE, f"{clean_line(str(path))}: {words}", remedy=Remedy.FIX_CONFIG)
