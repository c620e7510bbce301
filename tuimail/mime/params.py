"""Content-Type and Content-Disposition with their parameters (RFC 2045, RFC 2183, RFC 2231), read leniently."""

import re
from urllib.parse import unquote_to_bytes

from msgspec import Struct

from tuimail.mime.charset import decode_bytes
from tuimail.mime.words import decode_words

_MAX_PIECES = 100
_TYPE = re.compile(r"\s*+([A-Za-z0-9!#$&^_.+-]++)(?:\s*+/\s*+([A-Za-z0-9!#$&^_.+-]++))?+")
_PARAM = re.compile(
    r"""[;\s]*+([A-Za-z0-9!\#$%&'^_`{|}~.+-]++(?:\*[0-9]{0,4}+\*?+)?+)\s*+=\s*+
        (?:"((?:[^"\\]++|\\.)*+)(?:"|\Z)|([^;]*+))""",
    re.X | re.S,
)
_NUMBERED = re.compile(r"^(.+?)\*(\d{1,4})(\*?)$")
_ESCAPED = re.compile(r'\\(["\\])')


class FieldWithParams(Struct, frozen=True, kw_only=True):
    """A field such as ``text/plain; charset=utf-8``."""

    value: str
    """Lower case, such as ``text/plain`` or ``attachment``; empty if there is none."""
    params: dict[str, str]
    """Names in lower case; decoded, not yet cleaned."""


def read_params(text: str) -> FieldWithParams:
    """Read a field's value and parameters; of a name given twice the first holds. Never raises."""
    match = _TYPE.match(text)
    value = ""
    position = 0
    if match and text[match.end() : match.end() + 1] != "=":
        value = match[1].lower() + (f"/{match[2].lower()}" if match[2] else "")
        position = match.end()
    raw: dict[str, str] = {}
    while len(raw) < _MAX_PIECES and 0 <= position < len(text):
        found = _PARAM.match(text, position)
        if found is None:
            position = text.find(";", position + 1)
            continue
        plain = found[3]
        raw.setdefault(found[1].lower(), _ESCAPED.sub(r"\1", found[2]) if plain is None else plain.strip().strip("\"'"))
        position = found.end()
    return FieldWithParams(value=value, params=_joined(raw))


def _joined(raw: dict[str, str]) -> dict[str, str]:
    params: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, value in raw.items():
        if numbered := _NUMBERED.match(name):
            pieces.setdefault(numbered[1], {})[int(numbered[2])] = (value, bool(numbered[3]))
        elif name.endswith("*"):
            pieces.setdefault(name[:-1], {})[0] = (value, True)
        else:
            params.setdefault(name, decode_words(value))
    for name, numbered_pieces in pieces.items():
        params[name] = _extended([numbered_pieces[number] for number in sorted(numbered_pieces)])
    return params


def _extended(pieces: list[tuple[str, bool]]) -> str:
    """Join the pieces of RFC 2231 section 3; the first names the charset where it is percent-encoded."""
    charset = ""
    first, is_encoded = pieces[0]
    if is_encoded and first.count("'") > 1:
        charset, _, rest = first.split("'", 2)
        pieces = [(rest, True), *pieces[1:]]
    data = b"".join(
        unquote_to_bytes(value) if is_encoded else value.encode("utf-8", "replace") for value, is_encoded in pieces
    )
    return decode_words(decode_bytes(data, charset).text)
