"""Whether tables have the shape of their Structs, with errors that name the key and the nearest valid one."""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar, get_args, get_origin

from msgspec import Struct, ValidationError, convert

from tuimail.domain.clean import clean_line, clean_quote

Path = tuple[str, ...]
Table = Mapping[str, Any]  # what tomllib returns; ``as_struct`` is what checks it
S = TypeVar("S", bound=Struct)

_SECRET = re.compile(r"secret|passw|token|api_?key|private_?key|credential", re.I)
_PLAIN = {
    " | null": "",
    "`str`": "text",
    "`int`": "a whole number",
    "`float`": "a number",
    "`bool`": "true or false",
    "`array`": "a list",
    "`object`": "a table",
}
"""msgspec's words for types, as people who write TOML know them."""

_MISSING = re.compile(r"Object missing required field `(\w+)`")
_WHERE = re.compile(r" - at `\$(?P<path>[^`]*)`$")


class ShapeError(Exception):
    """Something is wrong at a key; ``load`` adds file and line."""

    def __init__(self, path: Path, words: str) -> None:
        super().__init__(words)
        self.path = path
        self.words = words


def as_struct(table: object, struct: type[S], path: Path) -> S:
    """The table as a Struct; ShapeError at the first key that does not fit."""
    if not isinstance(table, dict):
        raise ShapeError(path, f"{dotted(path)} must be a table of keys.")
    check_keys(table, struct, path)
    try:
        return convert(table, struct)
    except ValidationError as error:
        text = str(error)
        found = _WHERE.search(text)
        inner = tuple(re.findall(r"[A-Za-z_]+", found["path"])) if found else ()
        text = _WHERE.sub("", text)
        if missing := _MISSING.fullmatch(text):
            words = f"{dotted((*path, *inner, missing[1]))} is missing."
            raise ShapeError((*path, *inner), words) from error
        raise ShapeError((*path, *inner), f"{dotted((*path, *inner))}: {_reworded(text)}") from error


def check_keys(table: Table, struct: type[Struct], path: Path) -> None:
    """Refuse keys that the Struct, or one inside it, does not have, and words that are none of a key's choices."""
    for key, value in table.items():
        if key not in struct.__struct_fields__:
            raise ShapeError((*path, key), _unknown((*path, key), struct.__struct_fields__))
        choices = _choices(struct, key)
        if choices and value not in choices:
            # Without the value: it may be a secret, written where the name of a place belongs.
            words = f"{dotted((*path, key))} must be {' or '.join(choices)}."
            raise ShapeError((*path, key), words)
        inner = _inner_struct(struct, key)
        if inner is not None and isinstance(value, dict):
            check_keys(value, inner, (*path, key))


def suggestion(given: str, known: Sequence[str]) -> str:
    """The end of a sentence about something unknown."""
    nearest = difflib.get_close_matches(given, known, n=1, cutoff=0.5)
    return f"; did you mean {nearest[0]}?" if nearest else f"; known: {', '.join(known)}."


def dotted(path: Path) -> str:
    """The key as one would write it."""
    plain = re.compile(r"[A-Za-z0-9_-]+")
    return ".".join(part if plain.fullmatch(part) else f'"{clean_quote(part, limit=40)}"' for part in path)


def _unknown(path: Path, known: Sequence[str]) -> str:
    key = path[-1]
    if _SECRET.search(key):
        return (
            f"{dotted(path)}: a secret never belongs in this file. Where a provider issues a client secret, write"
            ' client_secret_in = "keychain"; the value is asked for once and kept in the keychain.'
        )
    return f"{dotted(path)} is not a known key{suggestion(key, known)}"


def _choices(struct: type[Struct], key: str) -> list[str]:
    """The words that a Literal allows."""
    annotation = struct.__annotations__[key]
    literals = [part for part in (annotation, *get_args(annotation)) if get_origin(part) is Literal]
    return [f"{word}" for literal in literals for word in get_args(literal)]


def _inner_struct(struct: type[Struct], key: str) -> type[Struct] | None:
    for candidate in (struct.__annotations__[key], *get_args(struct.__annotations__[key])):
        if isinstance(candidate, type) and issubclass(candidate, Struct):
            return candidate
    return None


def _reworded(text: str) -> str:
    for word, plain in _PLAIN.items():
        text = text.replace(word, plain)
    return clean_line(f"{text[:1].lower()}{text[1:]}.")
