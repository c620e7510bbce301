"""Whole messages and parts of them, in pieces; never marks anything as read."""

import re
from collections.abc import Callable, Iterable

from tuimail.domain.clean import clean_quote
from tuimail.domain.errors import ErrorKind, Remedy, ServerError
from tuimail.net.errors import Garbled
from tuimail.net.imap.arguments import number
from tuimail.net.imap.exchange import Exchange
from tuimail.net.imap.translate import Node, Quoted, Response, attributes, read_count

PIECE = 256 * 1024
MAX_MESSAGE = 256 * 1024 * 1024

_UID = re.compile(rb"\bUID (\d{1,10})\b", re.IGNORECASE)
_ROW = re.compile(rb"\d{1,10} FETCH \(", re.IGNORECASE)
_SECTION = re.compile(r"\d{1,5}(?:\.\d{1,5}){0,60}", re.ASCII)
_TEXT = "TEXT"


def fetch_section(
    exchange: Exchange,
    uid: int,
    section: str,
    *,
    size_bytes: int = 0,
    on_bytes: Callable[[int, int], None] | None,
    check: Callable[[], None],
) -> bytes:
    """A part as stored, or with an empty section the whole message, piece by piece.

    ``size_bytes``: what the structure told; up to there a short piece is not yet the end. ``check`` may raise between
    two pieces to give up. Raises ServerError of kind MESSAGE_GONE.
    """
    name = _named(section)
    content = bytearray()
    total = size_bytes
    while True:
        check()
        items = b"(UID RFC822.SIZE BODY.PEEK[%s]<%d.%d>)" % (name, len(content), PIECE)
        # Some servers give a few bytes more than asked for; a body without bounds is refused by its announced size.
        answer = exchange.run(b"UID", b"FETCH", number(uid), items, literal_limit=2 * PIECE)
        with exchange.guard():
            pairs = read_message(answer.responses, uid)
            piece = _piece(pairs, name, len(content))
        if not section:
            total = max(total, read_count(pairs.get(b"RFC822.SIZE")))
        content += piece
        if on_bytes is not None:
            on_bytes(len(content), max(total, len(content)))
        if not piece or (len(piece) < PIECE and len(content) >= size_bytes):
            return bytes(content)
        if len(content) > MAX_MESSAGE:
            raise ServerError(
                ErrorKind.SERVER_REFUSED,
                f"The message is larger than {MAX_MESSAGE // 2**20} MB and is not loaded.",
                remedy=Remedy.TELL,
            )


def read_message(responses: Iterable[Response], uid: int) -> dict[bytes, Node]:
    """What FETCH responses say of this message, taken together. Raises Garbled, or ServerError of MESSAGE_GONE."""
    wanted = b"%d" % uid
    told: dict[bytes, Node] = {}
    for response in responses:
        if _ROW.match(response.text):
            try:
                pairs = attributes(response)
            except Garbled:
                if (named := _UID.search(response.text)) and named[1] != wanted:
                    continue
                raise
            if pairs.get(b"UID") == wanted:
                # Flags that somebody else changed meanwhile come in a response of their own.
                told = pairs | told
    if any(name.startswith(b"BODY") for name in told):
        return told
    raise ServerError(
        ErrorKind.MESSAGE_GONE,
        "The message is no longer in this folder.",
        remedy=Remedy.TELL,
        detail=clean_quote(f"UID {uid}"),
    )


def _named(section: str) -> bytes:
    if section and section != _TEXT and not _SECTION.fullmatch(section.removesuffix("." + _TEXT)):
        raise ServerError(ErrorKind.SERVER_REFUSED, "There is no such part of a message.", remedy=Remedy.TELL)
    return section.encode("ascii")


def _piece(pairs: dict[bytes, Node], name: bytes, offset: int) -> bytes:
    """The piece that was asked for, empty behind the end. Raises Garbled where another one came."""
    section = b"BODY[%s]" % name
    # Some servers leave the offset out of their answer.
    value = pairs.get(section + b"<%d>" % offset, pairs.get(section))
    if not isinstance(value, bytes):
        raise Garbled("another piece than was asked for")
    return bytes(value) if isinstance(value, Quoted) else b""
