"""Authentication-Results fields (RFC 8601): what a mail server says that it checked. Never raises."""

import re
from collections.abc import Iterable, Iterator

from tuimail.domain.clean import clean_line
from tuimail.domain.trust import AuthResult, AuthResults
from tuimail.mime.headers import unfold

MAX_FIELDS = 20
"""Fields read, topmost first: what matters stands above all that the sender wrote."""
MAX_RESULTS = 50
MAX_CHARS = 16_384

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?+|[^"();]++|.', re.S)
_ESCAPED = re.compile(r"\\(.)", re.S)
_SERVER = re.compile(r"\s*+([^\s=]+)(?:\s++\d++)?+\s*+\Z")
_METHOD = re.compile(r"\s*+([a-z][a-z0-9-]{0,40}+)(?:\s*+/\s*+\d++)?+\s*+=\s*+([a-z]{1,20}+)(?![a-z0-9=])", re.I)
_PROPERTY = re.compile(r"([a-z]{1,20}+)\s*+\.\s*+([a-z0-9_-]{1,40}+)\s*+=\s*+(\S++)", re.I)
_DOMAINS = {
    "dkim": ("header.d", "header.i"),
    "dmarc": ("header.from",),
    "spf": ("smtp.mailfrom", "smtp.mail", "smtp.helo"),
    "arc": ("header.oldest-pass", "header.d"),
}
"""Which properties name the domain that a method speaks of, the best first (RFC 8601 section 2.7)."""
_ANY_DOMAIN = ("header.d", "header.from", "smtp.mailfrom")
_MAX_DOMAIN = 255


def read_authentication(fields: Iterable[tuple[str, bytes]]) -> tuple[AuthResults, ...]:
    """Of a message's header fields, those that tell of checks, in their order.

    Microsoft's name no server, which is then empty; what cannot be read has neither a server nor results.
    """
    found: list[AuthResults] = []
    is_beside = False
    for name, value in fields:
        match name.lower():
            case "authentication-results" if len(found) < MAX_FIELDS:
                found.append(_read(unfold(value)[:MAX_CHARS], follows=is_beside))
                is_beside = True
            case "received":
                is_beside = False
    return tuple(found)


def _read(value: str, *, follows: bool) -> AuthResults:
    pieces = list(_pieces(value))
    named = _SERVER.match(pieces[0])
    results = [result for piece in (pieces[1:] if named else pieces) if (result := _result(piece))]
    server = _shown(named[1]) if named else ""
    return AuthResults(server=server, results=tuple(results[:MAX_RESULTS]), follows=follows)


def _pieces(value: str) -> Iterator[str]:
    """What stands between the semicolons, without comments (RFC 5322 section 3.2.2) and quotation marks."""
    piece: list[str] = []
    depth = 0
    for match in _TOKEN.finditer(value):
        lexeme = match[0]
        if lexeme == "(":
            depth += 1
        elif lexeme == ")":
            depth = max(0, depth - 1)
        elif depth:
            continue
        elif lexeme == ";":
            yield "".join(piece)
            piece = []
        elif lexeme.startswith('"'):
            # A space or sign in a quoted value must not end it or begin another.
            piece.append(re.sub(r"[\s=.;]", "_", _unquoted(lexeme)) if _is_odd(lexeme) else _unquoted(lexeme))
        else:
            piece.append(lexeme)
    yield "".join(piece)


def _is_odd(quoted: str) -> bool:
    return any(char.isspace() or char in "=;" for char in quoted)


def _unquoted(quoted: str) -> str:
    return _ESCAPED.sub(r"\1", quoted.strip('"'))


def _result(piece: str) -> AuthResult | None:
    match = _METHOD.match(piece)
    if match is None:
        return None
    method = match[1].lower()
    properties: dict[str, str] = {}
    for kind, name, value in _PROPERTY.findall(piece, match.end()):
        properties.setdefault(f"{kind}.{name}".lower(), value)
    names = _DOMAINS.get(method, _ANY_DOMAIN)
    domain = next((properties[name] for name in names if properties.get(name)), "")
    return AuthResult(method=method, result=match[2].lower(), domain=_shown(domain.rpartition("@")[2]))


def _shown(text: str) -> str:
    return clean_line(text).strip("<>.").lower()[:_MAX_DOMAIN]
