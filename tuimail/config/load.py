"""Find, read and check the profile. Every error names file, line, dotted key and, for a wrong name, the nearest one."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tuimail.config.columns import parse_columns
from tuimail.config.model import AccountTable, ContactsTable, Preset, Profile, UiSettings
from tuimail.config.places import line_of
from tuimail.config.providers import CUSTOM, bundled_presets, with_quirks
from tuimail.config.resolve import resolve_account
from tuimail.config.shape import ShapeError, as_struct, dotted, suggestion
from tuimail.domain.account import Account
from tuimail.domain.address import Address, parse_typed
from tuimail.domain.clean import clean_line, clean_quote
from tuimail.domain.errors import ConfigError, ErrorKind, Remedy
from tuimail.domain.ids import AccountId

_TOP_KEYS = ("default_account", "accounts", "contacts", "groups", "ui")
_MAX_BYTES = 1_000_000


def load_profile(path: Path, *, presets: Mapping[str, Preset] | None = None) -> Profile:
    """The profile of this file, with the bundled presets or others; ConfigError of kind BAD_PROFILE."""
    text = _read(path)
    try:
        return _profile(_parse(text, path), path, bundled_presets() if presets is None else presets)
    except ShapeError as error:
        raise _error(path, line_of(text, error.path), error.words) from error


def check_theme(profile: Profile, known: Sequence[str]) -> None:
    """Refuse a ``ui.theme`` that is the name of no theme; ConfigError of kind BAD_PROFILE."""
    if profile.ui.theme not in known:
        line = line_of(_read(profile.path), ("ui", "theme"))
        words = f"ui.theme: “{clean_line(profile.ui.theme)[:40]}” is not a known theme"
        raise _error(profile.path, line, words + suggestion(profile.ui.theme, known))


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
        if len(raw) > _MAX_BYTES:
            raise _error(path, None, "this is too large for a profile.")
        return raw.decode("utf-8-sig")
    except FileNotFoundError as error:
        raise _error(path, None, "there is no such file.") from error
    except OSError as error:
        raise _error(path, None, f"this file cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _error(path, line, "this is not UTF-8 text.") from error


def _parse(text: str, path: Path) -> dict[str, Any]:  # Any: see config.shape
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _error(path, None, f"this is not valid TOML: {clean_quote(str(error))}.") from error
    except (ValueError, RecursionError) as error:
        # tomllib lets these out for a number of thousands of digits and for lists in lists in lists.
        raise _error(path, None, "a value in this file is too long or too deep.") from error


def _profile(document: dict[str, Any], path: Path, presets: Mapping[str, Preset]) -> Profile:  # Any: see config.shape
    for key in document:
        if key not in _TOP_KEYS:
            raise ShapeError((key,), f"{dotted((key,))} is not a known key{suggestion(key, _TOP_KEYS)}")
    tables = document.get("accounts", {})
    if not isinstance(tables, dict) or not tables:
        raise ShapeError(("accounts",), "there is no account; begin one with a line such as [accounts.work].")
    accounts = tuple(_account(name, table, folder=path.parent, presets=presets) for name, table in tables.items())
    _check_names(accounts)
    ui = as_struct(document.get("ui", {}), UiSettings, ("ui",))
    parse_columns(ui.columns)
    contacts = as_struct(document.get("contacts", {}), ContactsTable, ("contacts",))
    return Profile(
        path=path,
        default=_default(document, accounts),
        accounts=accounts,
        ui=ui,
        contacts=tuple((path.parent / Path(name).expanduser()).absolute() for name in contacts.files),
        groups=_groups(document.get("groups", {})),
    )


def _groups(table: object) -> tuple[tuple[str, tuple[Address, ...]], ...]:
    """``[groups]``: a name, and the addresses of its people."""
    if not isinstance(table, dict):
        raise ShapeError(("groups",), "groups must be a table of names, each with a list of addresses.")
    return tuple((clean_line(name), _group(name, members)) for name, members in table.items())


def _group(name: str, members: object) -> tuple[Address, ...]:
    where = ("groups", name)
    if not isinstance(members, list) or not all(isinstance(member, str) for member in members):
        raise ShapeError(where, f"{dotted(where)} must be a list of addresses.")
    typed = parse_typed("\n".join(members))
    if typed.problems or not typed.addresses:
        words = typed.problems[0] if typed.problems else "There is nobody in it."
        raise ShapeError(where, f"{dotted(where)}: {words}")
    return typed.addresses


def _account(name: str, table: object, *, folder: Path, presets: Mapping[str, Preset]) -> Account:
    keys = ("accounts", name)
    checked = as_struct(table, AccountTable, keys)
    preset = presets.get(checked.provider)
    if preset is None:
        words = f"{dotted((*keys, 'provider'))}: “{clean_line(checked.provider)[:40]}” is not a known provider"
        raise ShapeError((*keys, "provider"), words + suggestion(checked.provider, list(presets)))
    if checked.provider == CUSTOM:
        preset = with_quirks(preset, checked.oauth, presets)
    return resolve_account(name, checked, preset=preset, folder=folder)


def _check_names(accounts: tuple[Account, ...]) -> None:
    seen: set[str] = set()
    for account in accounts:
        # An account's name is part of file names, which some systems do not tell apart by case.
        if account.id.casefold() in seen:
            raise ShapeError(("accounts", account.id), f"accounts.{account.id}: two names differ by case only.")
        seen.add(account.id.casefold())


def _default(document: dict[str, Any], accounts: tuple[Account, ...]) -> AccountId:  # Any: see config.shape
    named = document.get("default_account", accounts[0].id)
    names = [account.id for account in accounts]
    if named not in names:
        raise ShapeError(
            ("default_account",), f"default_account names no account{suggestion(clean_line(str(named)), names)}"
        )
    return AccountId(named)


def _error(path: Path, line: int | None, words: str) -> ConfigError:
    where = clean_line(str(path)) if line is None else f"{clean_line(str(path))}:{line}"
    return ConfigError(ErrorKind.BAD_PROFILE, f"{where}: {words}", remedy=Remedy.FIX_CONFIG)
