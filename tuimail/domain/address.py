"""Mail addresses: a value, and the strict reader for what the user types (the tolerant one is ``mime.headers``)."""

import re

from msgspec import Struct

from tuimail.domain.clean import clean_line

# As what is left out: a class that names all of Unicode beyond ASCII takes 5 ms to compile, at every start.
_ATOM = r"[^\x00-\x20\"(),.:;<>@\[\\\]\x7f]+"
_LOCAL = re.compile(rf'^(?:{_ATOM}(?:\.{_ATOM})*|"(?:[^"\\\r\n]|\\[^\r\n])*")$')
_ALNUM = r"[^\x00-/:-@\[-`{-\x7f]"
_ALNUM_HYPHEN = r"[^\x00-,./:-@\[-`{-\x7f]"
_FIRST = r"[^\x00-/:-@\[-^`{-\x7f]"
_FIRST_HYPHEN = r"[^\x00-,./:-@\[-^`{-\x7f]"
_DOMAIN = re.compile(rf"^{_FIRST}(?:{_FIRST_HYPHEN}*{_FIRST})?(?:\.{_ALNUM}(?:{_ALNUM_HYPHEN}*{_ALNUM})?)*$")
_NEEDS_QUOTES = re.compile(r'[()<>@,;:\\".\[\]]')
MAX_SPEC = 254


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
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return spec


def is_address(spec: str) -> bool:
    """Whether the text is one plain addr-spec that may go on the wire: no space, control or angle bracket in it."""
    if spec.count("@") < 1 or len(spec) > MAX_SPEC or clean_line(spec) != spec:
        return False
    local, _, domain = spec.rpartition("@")
    return bool(_LOCAL.match(local)) and bool(_DOMAIN.match(domain)) and len(local.encode()) <= 64  # noqa: PLR2004 (RFC 5321 section 4.5.3.1.1)


def parse_typed(text: str) -> TypedAddresses:
    """Read ``a@x, Name <b@y>; "Last, First" <c@z>``. Never raises; each bad piece is named in its own sentence."""
    addresses: list[Address] = []
    problems: list[str] = []
    for piece in _pieces(text):
        name, spec = _split(piece)
        if is_address(spec):
            addresses.append(Address(name=name, spec=spec))
        else:
            problems.append(f"“{clean_line(piece)[:60]}” is not a mail address.")
    return TypedAddresses(addresses=tuple(addresses), problems=tuple(problems))


def piece_around(text: str, at: int) -> tuple[int, int]:
    """Start and end of the piece of a field that a cursor is in, without the spaces before it."""
    start, end = next((start, end) for start, end in _bounds(text) if at <= end)
    while start < min(at, end) and text[start] == " ":
        start += 1
    return start, end


def _pieces(text: str) -> list[str]:
    found = (text[start:end].strip() for start, end in _bounds(text))
    return [piece for piece in found if piece]


def _bounds(text: str) -> list[tuple[int, int]]:
    """Cut at commas, semicolons and newlines that stand outside quotes and angle brackets."""
    bounds: list[tuple[int, int]] = []
    start = 0
    quoted = escaped = angled = False
    for place, char in enumerate(text):
        if escaped:
            escaped = False
        elif char == "\\" and quoted:
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif not quoted and char in "<>":
            angled = char == "<"
        elif not quoted and not angled and char in ",;\n\r":
            bounds.append((start, place))
            start = place + 1
    bounds.append((start, len(text)))
    return bounds


def _split(piece: str) -> tuple[str, str]:
    if piece.endswith(">") and "<" in piece:
        name, _, spec = piece[:-1].rpartition("<")
        name = name.strip()
        if len(name) > 1 and name.startswith('"') and name.endswith('"'):
            name = re.sub(r"\\(.)", r"\1", name[1:-1])
        return clean_line(name), spec.strip()
    return "", piece
