"""Where in a TOML file a key stands, for error messages; ``tomllib`` does not tell."""

import re
import tomllib

_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_HEADER = re.compile(r"^\s*\[([^\[\]]+)\]\s*(?:#.*)?$")
_TEXT_END = re.compile(r'"""|\'\'\'')


def line_of(text: str, path: tuple[str, ...]) -> int:
    """The line, counted from 1, of a key or, where it stands in an inline table or not at all, of what holds it."""
    best, depth = 1, 0
    table: tuple[str, ...] = ()
    in_text = False
    for number, line in enumerate(text.splitlines(), start=1):
        was_in_text = in_text
        in_text ^= len(_TEXT_END.findall(line)) % 2 == 1
        if was_in_text:
            continue
        if header := _HEADER.match(line):
            table = found = _keys(header[1])
        elif key := _KEY.match(line):
            found = (*table, *_keys(key[1]))
        else:
            continue
        if len(found) > depth and path[: len(found)] == found:
            best, depth = number, len(found)
    return best


def _keys(written: str) -> tuple[str, ...]:
    """A dotted key's parts, quotes resolved."""
    try:
        table = tomllib.loads(f"{written} = 0")
    except tomllib.TOMLDecodeError:
        return ()
    parts: list[str] = []
    level: object = table
    while isinstance(level, dict):
        ((part, level),) = level.items()
        parts.append(part)
    return tuple(parts)
