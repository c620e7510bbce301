"""Mail addresses: a value, and the strict reader for what the user types (the tolerant one is ``mime.headers``)."""

import re

from msgspec import Struct

from tuimail.domain.clean import clean_line
from tuimail.domain.hostnames import ascii_host

# As what is left out: a class that names all of Unicode beyond ASCII takes 5 ms to compile, at every start.
_ATOM = r"[^\x00-\x20\"(),.:;<>@\[\\\]\x7f]+"
_LOCAL = re.compile(rf'^(?:{_ATOM}(?:\.{_ATOM})*|"(?:[^"\\\r\n]|\\[^\r\n])*")$')
_ALNUM = r"[^\x00-/:-@\[-`{-\x7f]"
_ALNUM_HYPHEN = r"[^\x00-,./:-@\[-`{-\x7f]"
_FIRST = r"[^\x00-/:-@\[-^`{-\x7f]"
_FIRST_HYPHEN = r"[^\x00-,./:-@\[-^`{-\x7f]"
_DOMAIN = re.compile(rf"^{_FIRST}(?:{_FIRST_HYPHEN}*{_FIRST})?(?:\.{_ALNUM}(?:{_ALNUM_HYPHEN}*{_ALNUM})?)*$")
_NEEDS_QUOTES = re.compile(r"[()<>@,;:\\\".\[\]\uff0c\uff1b]|^['“„]")
MAX_SPEC = 254

_SEPARATORS = frozenset(",;\n\r\uff0c\uff1b")
_WHOLE = re.compile(r'"(?:[^"\\]|\\.)*+"?|<[^<>]*+>?|\([^()\n]*+\)|\[[^\[\]\n]*+\]|\'[^\'<>@\n]*+\'(?=\s*<)', re.S)
"""What is not cut: quoted names, unclosed ones too since they may still be typed, addresses, comments."""
_ANGLED = re.compile(r"(?P<name>.*?)<(?P<spec>[^<>]*)(?:<mailto:[^<>]*>)?>\Z", re.S | re.I)
_BRACKETED = re.compile(r"(?P<name>[^()\[\]@]*)[(\[](?P<spec>[^()\[\]]*)[)\]]\Z", re.S)
_BEHIND = re.compile(r"(?P<spec>[^\s()]+)\s*\((?P<name>[^()]*)\)\Z", re.S)
_BULLET = re.compile(r"^[ \t]*(?:[-*\u2022\u00b7]|\d{1,3}[.)])[ \t]+", re.M)
_LAST_FIRST = re.compile(
    r'((?:^|;)[ \t]*)([^,;:<>@"\n]{1,60},[ \t]*[^,;:<>@"\n]{1,60}?)(?=[ \t]*<[^<>\n]+>[ \t]*(?:;|$))', re.M
)
"""A name as Outlook has it, the family's first and not quoted, where semicolons and lines separate people."""


class Address(Struct, frozen=True, kw_only=True):
    """One mailbox of RFC 5322 section 3.4: an optional display name and the addr-spec. Both cleaned."""

    name: str = ""
    spec: str

    @property
    def domain(self) -> str:
        """What stands behind the last @, lower case."""
        return self.spec.rpartition("@")[2].lower()

    @property
    def short(self) -> str:
        """For a list column: the name, or the address without one."""
        return self.name or self.spec

    def __str__(self) -> str:
        if not self.name:
            return self.spec
        name = self.name
        if _NEEDS_QUOTES.search(name):
            name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return f"{name} <{self.spec}>"


class TypedAddresses(Struct, frozen=True, kw_only=True):
    """What a header field of the composer holds: the addresses, and a sentence for each piece that is none."""

    addresses: tuple[Address, ...]
    problems: tuple[str, ...]


def format_addresses(addresses: tuple[Address, ...]) -> str:
    """The field's text, as the user would type it."""
    return ", ".join(str(address) for address in addresses)


def in_ascii(spec: str) -> str:
    """The address with its domain as it goes on the wire; unchanged where that is no host name."""
    local, _, domain = spec.rpartition("@")
    try:
        return f"{local}@{ascii_host(domain)}"
    except ValueError:
        return spec


def is_address(spec: str) -> bool:
    """Whether the text is one plain addr-spec that may go on the wire: no space, control or angle bracket in it."""
    if spec.count("@") < 1 or len(spec) > MAX_SPEC or clean_line(spec) != spec:
        return False
    local, _, domain = spec.rpartition("@")
    return bool(_LOCAL.match(local)) and bool(_DOMAIN.match(domain)) and len(local.encode()) <= 64  # noqa: PLR2004 (RFC 5321 section 4.5.3.1.1)


def parse_typed(text: str) -> TypedAddresses:
    """Read ``a@x, Name <b@y>; "Last, First" <c@z>``, groups (RFC 5322 section 3.4) and what people paste.

    Never raises; each bad piece is named in its own sentence.
    """
    addresses: list[Address] = []
    problems: list[str] = []
    for start, end in _bounds(text):
        piece = text[start:end].strip()
        if not piece:
            continue
        found = _read(piece)
        addresses += found
        if not found:
            problems.append(f"“{clean_line(piece)[:60]}” is not a mail address.")
    return TypedAddresses(addresses=tuple(addresses), problems=tuple(problems))


def tidied(pasted: str) -> str:
    """A pasted list as one line of addresses; empty where not all of it is one, so that nothing is lost."""
    typed = parse_typed(_LAST_FIRST.sub(r'\1"\2"', _BULLET.sub("", pasted)))
    return "" if typed.problems else format_addresses(typed.addresses)


def piece_around(text: str, at: int) -> tuple[int, int]:
    """Start and end of the piece of a field that a cursor is in, without the spaces before it."""
    start, end = next((start, end) for start, end in _bounds(text) if at <= end)
    while start < min(at, end) and text[start] == " ":
        start += 1
    return start, end


def _bounds(text: str) -> list[tuple[int, int]]:
    """Cut at commas, semicolons, newlines and behind the names of groups, unless within quotes or brackets."""
    bounds: list[tuple[int, int]] = []
    start = place = 0
    while place < len(text):
        whole = _WHOLE.match(text, place)
        # An apostrophe within a name is none that begins one.
        if whole is not None and not (text[place] == "'" and text[start:place].strip()):
            place = whole.end()
            continue
        if text[place] in _SEPARATORS:
            bounds.append((start, place))
            start = place + 1
        elif text[place] == ":" and _names_a_group(text[start:place]) and text[place + 1 : place + 3] != "//":
            start = place + 1
        place += 1
    bounds.append((start, len(text)))
    return bounds


def _names_a_group(name: str) -> bool:
    return bool(name.strip()) and "@" not in name and name.strip().lower() != "mailto"


def _read(piece: str) -> list[Address]:
    """The address that a piece is, or several with nothing but spaces between them; none if it is none."""
    if is_address(spec := _bare(piece)):
        return [Address(spec=spec)]
    for shape in (_ANGLED, _BRACKETED, _BEHIND):
        if (match := shape.match(piece)) and is_address(spec := _bare(match["spec"])):
            name = _unquoted(match["name"].strip())
            return [Address(name="" if name.lower() == spec.lower() else name, spec=spec)]
    *before, last = piece.split("\t")
    if before and is_address(_bare(last)) and "@" not in "".join(before):
        return [Address(name=clean_line(" ".join(before)), spec=_bare(last))]
    specs = [_bare(word) for word in piece.split()]
    return [Address(spec=spec) for spec in specs] if all(map(is_address, specs)) else []


def _bare(spec: str) -> str:
    spec = spec.strip()
    return spec[len("mailto:") :].partition("?")[0] if spec[:7].lower() == "mailto:" else spec


def _unquoted(name: str) -> str:
    for begin, end in ('""', "''", "“”", "„“"):
        if len(name) > 1 and name.startswith(begin) and name.endswith(end):
            name = name[1:-1]
            return clean_line(re.sub(r"\\(.)", r"\1", name) if begin == '"' else name)
    return clean_line(name)
