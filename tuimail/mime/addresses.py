"""Address lists of received mail (RFC 5322 section 3.4), read leniently and in linear time.

The list is cut into addresses first and names are decoded afterwards, so that nothing a name decodes to can
become an address. An address itself is never decoded.
"""

import re

from tuimail.domain.address import Address
from tuimail.domain.clean import clean_line
from tuimail.mime.charset import decode_header
from tuimail.mime.hosts import shown_host
from tuimail.mime.words import decode_words

MAX_SHOWN = 500
"""Addresses kept of one field."""

MAX_FIELD = 65_536
"""Characters read of one field."""

_USUAL = re.compile(
    r"""\s*+(?:"([^"\\]*+)"\s*+|([^"\\,;:<>()@\[\]]*+))
        <([A-Za-z0-9.!\#$%&'*+/=?^_`{|}~-]++@[A-Za-z0-9.-]++)>\s*+(?:,|\Z)""",
    re.X,
)
_BARE = re.compile(r"\s*+([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]++@[A-Za-z0-9.-]++)\s*+(?:,|\Z)")
_TOKEN = re.compile(r"""[^"()<>,;:\\]++|"(?:[^"\\]++|\\.)*+"|\\.|.""", re.S)
_QUOTED_SPEC = re.compile(r'"(?:[ !#-\[\]-~]|\\[ -~]){1,200}+"@[A-Za-z0-9.-]{1,255}+')
_ESCAPED = re.compile(r"\\(.)", re.S)
_SPACE = re.compile(r"\s+")


def addresses(value: str | bytes) -> tuple[Address, ...]:
    """The mailboxes of a field, at most ``MAX_SHOWN``. Groups give their members. Never raises."""
    return read_addresses(value)[0]


def read_addresses(value: str | bytes) -> tuple[tuple[Address, ...], int]:
    """The mailboxes to show and how many were left out."""
    text = (decode_header(value) if isinstance(value, bytes) else value)[:MAX_FIELD]
    found: list[Address] = []
    position = 0
    while position < len(text):
        if match := _USUAL.match(text, position):
            found.append(_address(match[1] if match[1] is not None else match[2], match[3]))
            position = match.end()
        elif match := _BARE.match(text, position):
            found.append(Address(spec=_shown_spec(match[1])))
            position = match.end()
        else:
            piece, position = _next_piece(text, position)
            address = _from_piece(piece)
            if address is not None:
                found.append(address)
    return tuple(found[:MAX_SHOWN]), max(0, len(found) - MAX_SHOWN)


def _next_piece(text: str, position: int) -> tuple[list[str], int]:
    """Tokens up to the next separator outside quotes, comments and angle brackets, and where to go on."""
    lexemes: list[str] = []
    comment = 0
    angled = False
    while match := _TOKEN.match(text, position):
        lexeme = match[0]
        position = match.end()
        if lexeme == "(" and not angled:
            comment += 1
        elif lexeme == ")" and comment:
            comment -= 1
        elif not comment and lexeme in {"<", ">"}:
            angled = lexeme == "<"
        elif not comment and lexeme in {",", ";"} and not (angled and _closes_soon(text, position)):
            break
        elif not comment and not angled and lexeme == ":" and not any("@" in earlier for earlier in lexemes):
            # The name of a group (RFC 5322 section 3.4); its members follow.
            lexemes = []
            continue
        lexemes.append(lexeme)
    return lexemes, position


def _closes_soon(text: str, position: int) -> bool:
    """Whether an angle bracket that is open here ends nearby: a route such as ``<@a,@b:c@d>``, not a broken list."""
    closing = text.find(">", position, position + 300)
    return closing >= 0 and "<" not in text[position:closing]


def _from_piece(lexemes: list[str]) -> Address | None:
    outside, comments, angle = _sort_tokens(lexemes)
    if angle is None and not comments and (quoted := _QUOTED_SPEC.search("".join(lexemes))):
        # What stands in quotation marks before an @ is no name, whatever it looks like.
        return _address("", quoted[0])
    if angle is not None:
        name = outside.strip() or comments.strip()
        spec = angle.rpartition(":")[2] if "@" in angle.rpartition(":")[2] else angle
        if spec.strip():
            return _address(name, spec)
        outside = name
    if not outside.strip():
        return None
    if "@" in outside:
        words = outside.split()
        spec = next((word for word in reversed(words) if "@" in word), "")
        # ``user @ host`` of older mail has its spaces taken out; in ``Some Name a@b`` the last word is the address.
        if spec in {"@", ""} or spec.startswith("@") or spec.endswith("@"):
            return _address(comments, outside)
        rest = " ".join(word for word in words if word != spec)
        return _address(rest or comments, spec)
    shown = clean_line(decode_words(outside))
    # An address hidden in an encoded word is none.
    return Address(spec=clean_line(outside) if "@" in shown else shown) if shown else None


def _sort_tokens(lexemes: list[str]) -> tuple[str, str, str | None]:
    """The text outside of brackets (quotes undone), that of the comments, and that of the last angle brackets."""
    outside: list[str] = []
    comments: list[str] = []
    angle: list[str] | None = None
    depth = 0
    in_angle = False
    for lexeme in lexemes:
        if lexeme == "(" and not in_angle:
            depth += 1
        elif lexeme == ")" and depth:
            depth -= 1
        elif depth:
            comments.append(lexeme)
        elif lexeme == "<":
            angle, in_angle = [], True
        elif lexeme == ">":
            in_angle = False
        elif in_angle and angle is not None:
            angle.append(lexeme)
        else:
            outside.append(_unquoted(lexeme))
    return "".join(outside), "".join(comments), None if angle is None else "".join(angle)


def _unquoted(lexeme: str) -> str:
    if len(lexeme) > 1 and lexeme[0] == '"' == lexeme[-1]:
        return _ESCAPED.sub(r"\1", lexeme[1:-1])
    return lexeme[1:] if len(lexeme) > 1 and lexeme[0] == "\\" else lexeme


def _address(name: str, spec: str) -> Address:
    # Some senders quote twice, or quote an encoded word with single quotes.
    return Address(name=clean_line(decode_words(name)).strip("\"' "), spec=_shown_spec(spec))


def _shown_spec(spec: str) -> str:
    if spec.strip().startswith('"') and _QUOTED_SPEC.fullmatch(spec.strip()):
        return spec.strip()
    if spec.isascii() and spec.isprintable() and " " not in spec:
        return spec
    local, at, host = clean_line(_SPACE.sub("", spec)).rpartition("@")
    return local + at + (host if host.isascii() else shown_host(host))
