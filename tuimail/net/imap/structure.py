"""BODYSTRUCTURE as a tree of parts (RFC 9051 section 7.5.2), read leniently: servers get it wrong in many ways."""

from collections.abc import Iterable

from msgspec import Struct

from tuimail.domain.clean import clean_line
from tuimail.domain.errors import ErrorKind
from tuimail.domain.parts import Part
from tuimail.net.errors import Garbled, Refused
from tuimail.net.imap.arguments import number
from tuimail.net.imap.exchange import Exchange
from tuimail.net.imap.fetch import read_message
from tuimail.net.imap.translate import Node, Quoted, read_count

MAX_PARTS = 1_000
MAX_HEADER = 256 * 1024
"""A longer header block is cut."""
_MAX_TEXT = 4_000
"""Characters of one parameter."""
_MAX_PARAMS = 100

# Where the fields of a part that is no multipart stand.
_TYPE, _SUBTYPE, _PARAMS, _ID, _DESCRIPTION, _ENCODING, _SIZE = range(7)
_ENVELOPE, _BODY = 7, 8


class Parts(Struct, frozen=True, kw_only=True):
    """What it takes to show a message before its parts are fetched."""

    header: bytes
    """The message's whole header block as the sender wrote it, at most ``MAX_HEADER``."""
    root: Part
    size_bytes: int
    """Of the whole message."""

    def __repr__(self) -> str:
        return f"Parts(header_bytes={len(self.header)}, root={self.root.content_type!r})"


def fetch_structure(exchange: Exchange, uid: int) -> Parts | None:
    """Header and parts of a message; None where the server cannot tell them: fetch the whole message.

    Raises ServerError of kind MESSAGE_GONE.
    """
    items = b"(UID RFC822.SIZE BODYSTRUCTURE BODY.PEEK[HEADER]<0.%d>)" % MAX_HEADER
    try:
        answer = exchange.run(b"UID", b"FETCH", number(uid), items, literal_limit=2 * MAX_HEADER)
    except Refused as refused:
        # Some servers give up on a broken mail and say BAD or NO, and still send it whole.
        if refused.kind is ErrorKind.SERVER_REFUSED:
            return None
        raise
    try:
        pairs = read_message(answer.responses, uid)
    except Garbled:
        return None
    header = next((value for name, value in pairs.items() if name.startswith(b"BODY[HEADER]")), b"")
    structure = pairs.get(b"BODYSTRUCTURE")
    root = read_structure(structure) if isinstance(structure, list) else None
    if root is None or not isinstance(header, Quoted):
        return None
    return Parts(header=bytes(header)[:MAX_HEADER], root=root, size_bytes=read_count(pairs.get(b"RFC822.SIZE")))


def read_structure(nodes: list[Node]) -> Part | None:
    """A parsed BODYSTRUCTURE as a tree; None where it makes no sense, or has more than ``MAX_PARTS`` parts."""
    try:
        return _Reader().read(nodes, "")
    except Garbled:
        return None


class _Reader:
    """Reads one structure and counts its parts. Recursion is as deep as lists are, which ``parse`` bounds."""

    def __init__(self) -> None:
        self._left = MAX_PARTS

    def read(self, nodes: list[Node], prefix: str) -> Part:
        """The body behind ``prefix``: the numbers of its parts begin with that."""
        nodes = _unwrapped(nodes)
        if nodes and isinstance(nodes[0], list):
            return self._multipart(nodes, prefix, section=f"{prefix}.TEXT" if prefix else "TEXT")
        return self._single(nodes, f"{prefix}.1" if prefix else "1")

    def _child(self, nodes: list[Node], section: str) -> Part:
        nodes = _unwrapped(nodes)
        if nodes and isinstance(nodes[0], list):
            return self._multipart(nodes, section, section=section)
        return self._single(nodes, section)

    def _multipart(self, nodes: list[Node], prefix: str, *, section: str) -> Part:
        self._count()
        bodies: list[list[Node]] = []
        for node in nodes:
            if not isinstance(node, list):
                break
            bodies.append(node)
        rest = nodes[len(bodies) :]
        start = f"{prefix}." if prefix else ""
        disposition, disposition_params = _disposition(rest[2:])
        return Part(
            section=section,
            content_type=f"multipart/{_word(_at(rest, 0)) or 'mixed'}",
            params=_params(_at(rest, 1)),
            disposition=disposition,
            disposition_params=disposition_params,
            children=tuple(self._child(body, f"{start}{place}") for place, body in enumerate(bodies, 1)),
        )

    def _single(self, nodes: list[Node], section: str) -> Part:
        self._count()
        main, sub = _word(_at(nodes, _TYPE)), _word(_at(nodes, _SUBTYPE))
        if len(nodes) <= _SIZE or any(isinstance(nodes[place], list) for place in (_TYPE, _SUBTYPE, _SIZE)):
            raise Garbled("a part that is none")
        body = _at(nodes, _BODY)
        # Some servers describe a message within the message as a plain file.
        has_body = main == "message" and isinstance(_at(nodes, _ENVELOPE), list) and isinstance(body, list)
        disposition, disposition_params = _disposition(nodes[_BODY + 1 if has_body else _SIZE + 1 :])
        return Part(
            section=section,
            # A type that cannot be read counts as plain text (RFC 2045 section 5.2).
            content_type=f"{main}/{sub}" if main and sub else "text/plain",
            params=_params(_at(nodes, _PARAMS)),
            disposition=disposition,
            disposition_params=disposition_params,
            encoding=_word(_at(nodes, _ENCODING)),
            size_bytes=read_count(_at(nodes, _SIZE)),
            content_id=_text(_at(nodes, _ID)).strip("<> "),
            description=_text(_at(nodes, _DESCRIPTION)),
            children=(self.read(body, section),) if has_body and isinstance(body, list) and body else (),
        )

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise Garbled("parts without an end")


def _unwrapped(nodes: list[Node]) -> list[Node]:
    """Without parentheses that enclose nothing but one list: a multipart has at least its subtype beside."""
    while len(nodes) == 1 and isinstance(nodes[0], list):
        nodes = nodes[0]
    return nodes


def _at(nodes: list[Node], place: int) -> Node | None:
    return nodes[place] if place < len(nodes) else None


def _text(node: Node | None) -> str:
    """A string as text, cleaned; raw 8-bit is read as UTF-8, else byte by byte. Empty for NIL and lists."""
    if not isinstance(node, bytes) or (not isinstance(node, Quoted) and node.upper() == b"NIL"):
        return ""
    try:
        text = node.decode("utf-8")
    except UnicodeDecodeError:
        text = node.decode("latin-1")
    return clean_line(text)[:_MAX_TEXT]


def _word(node: Node | None) -> str:
    return _text(node).lower()


def _params(node: Node | None) -> tuple[tuple[str, str], ...]:
    """A list of names and values; a value that is no string counts as empty."""
    if not isinstance(node, list):
        return ()
    pairs = zip(node[: 2 * _MAX_PARAMS : 2], node[1 : 2 * _MAX_PARAMS : 2], strict=False)
    return tuple((_word(name), _text(value)) for name, value in pairs if _word(name))


def _disposition(extension: Iterable[Node]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The one field of the extension data that looks like a disposition, wherever a server has put it."""
    for node in extension:
        if isinstance(node, list) and node and isinstance(node[0], bytes):
            kind = _word(node[0])
            if kind and len(node) > 1 and not isinstance(node[1], bytes):
                return kind, _params(node[1])
            if kind in {"attachment", "inline"}:
                return kind, _params(node[1] if len(node) > 1 else None)
    return "", ()
