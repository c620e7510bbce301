"""Whether tables have the shape of their Structs, with errors that name the key and the nearest valid one."""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

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

_WHERE = re.compile(r" - at `\$(?P<path>[^`]*)`$")


class ShapeError(Exception):
    """Something is wrong at a key; ``load`` adds file and line."""

    def __init__(self, path: Path, words: str, *, is_later: bool = False) -> None:
        super().__init__(words)
        self.path = path
        self.words = words
        self.is_later = is_later
        """The value is right and belongs to a later version."""


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
        words = _reworded(_WHERE.sub("", text))
        raise ShapeError((*path, *inner), f"{dotted((*path, *inner))}: {words}") from error


def check_keys(table: Table, struct: type[Struct], path: Path) -> None:
    """Refuse keys that the Struct, or a Struct inside it, does not have."""
    for key, value in table.items():
        if key not in struct.__struct_fields__:
            raise ShapeError((*path, key), _unknown((*path, key), struct.__struct_fields__))
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


def _inner_struct(struct: type[Struct], key: str) -> type[Struct] | None:
    for candidate in (struct.__annotations__[key], *getattr(struct.__annotations__[key], "__args__", ())):
        if isinstance(candidate, type) and issubclass(candidate, Struct):
            return candidate
    return None


def _reworded(text: str) -> str:
    required = re.fullmatch(r"Object missing required field `(\w+)`", text)
    if required:
        return f"{required[1]} is missing."
    for word, plain in _PLAIN.items():
        text = text.replace(word, plain)
    return clean_line(f"{text[:1].lower()}{text[1:]}.")
