"""What FETCH brings: list rows in bulk, flags, and whole messages in pieces.

The row reader is our own because this one shape of answer is read a hundred thousand times: a few regular expressions
read 80,000 rows a second off the socket where imapclient's parser reads 16,000 (measured).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from tuimail.domain.clean import clean_quote
from tuimail.domain.discreet import Discreet
from tuimail.domain.errors import ErrorKind, Remedy, ServerError
from tuimail.net.errors import Garbled
from tuimail.net.imap.arguments import number, uid_sets
from tuimail.net.imap.exchange import Exchange
from tuimail.net.imap.translate import (
    EPOCH,
    MAX_NUMBERS,
    Node,
    Quoted,
    Response,
    is_number,
    parse,
    read_date,
    read_flags,
    read_numbers,
)

HEADER_FIELDS = b"FROM TO CC SUBJECT DATE MESSAGE-ID REFERENCES IN-REPLY-TO LIST-ID LIST-UNSUBSCRIBE CONTENT-TYPE"
MAX_HEADER = 256 * 1024
"""A longer header block of a list row is cut; the message itself is not."""
PIECE = 256 * 1024
MAX_MESSAGE = 256 * 1024 * 1024

_ROW = re.compile(rb"(\d{1,10}) FETCH \(", re.IGNORECASE)
_UID = re.compile(rb"\bUID (\d{1,10})\b")
_FLAGS = re.compile(rb"\bFLAGS \(([^)]*)\)")
_DATE = re.compile(rb'\bINTERNALDATE "([^"]{26})"')
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,18})\b")
_MODSEQ = re.compile(rb"\bMODSEQ \((\d{1,19})\)")
_VANISHED = re.compile(rb"VANISHED (?:\(EARLIER\) )?([\d:,]+)$", re.IGNORECASE)


class FetchedRow(Discreet, frozen=True, kw_only=True):
    """What a list row needs of one message; ``header`` is still as the sender wrote it."""

    uid: int
    flags: frozenset[str] = frozenset()
    internal_date: datetime = EPOCH
    """Aware UTC; the epoch where the server's date cannot be read."""
    size_bytes: int = 0
    header: bytes = b""
    modseq: int | None = None
    is_readable: bool = True
    """False: the server's answer for this message made no sense, only the UID is known."""

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return [("uid", self.uid), ("header_bytes", len(self.header))]


def fetch_rows(exchange: Exchange, uids: Sequence[int]) -> list[FetchedRow]:
    """Rows of these UIDs in rising order; messages that are gone are missing, what was not asked for is dropped."""
    asked = uids if isinstance(uids, range) else set(uids)
    rows: dict[int, FetchedRow] = {}
    for uid_set in uid_sets(uids):
        answer = exchange.run(b"UID", b"FETCH", uid_set, _row_items(exchange))
        _collect_rows(answer.responses, rows, is_asked=asked.__contains__)
    return [rows[uid] for uid in sorted(rows)]


def fetch_newest(exchange: Exchange, first_seq: int, last_seq: int) -> list[FetchedRow]:
    """Rows by sequence number, straight after SELECT, before any UID is known; in rising order of UID."""
    rows: dict[int, FetchedRow] = {}
    sequence = number(first_seq) + b":" + number(last_seq)
    answer = exchange.run(b"FETCH", sequence, _row_items(exchange))
    _collect_rows(answer.responses, rows, is_asked=lambda _: True, sequence=range(first_seq, last_seq + 1))
    return [rows[uid] for uid in sorted(rows)]


def fetch_flags(exchange: Exchange, uids: Sequence[int]) -> dict[int, frozenset[str]]:
    """Flags by UID; UIDs that are gone are missing."""
    found: dict[int, frozenset[str]] = {}
    for uid_set in uid_sets(uids):
        found |= read_flag_rows(exchange.run(b"UID", b"FETCH", uid_set, b"(UID FLAGS)").responses)
    asked = uids if isinstance(uids, range) else set(uids)
    return {uid: flags for uid, flags in found.items() if uid in asked}


def read_flag_rows(responses: Iterable[Response]) -> dict[int, frozenset[str]]:
    """UID and flags of every FETCH response that has both."""
    found: dict[int, frozenset[str]] = {}
    for response in responses:
        text = response.text
        if (uid := _UID.search(text)) and (flags := _FLAGS.search(text)) and _ROW.match(text) and is_number(uid[1]):
            found[int(uid[1])] = read_flags(flags[1])
    return found


def read_vanished(responses: Iterable[Response]) -> list[int]:
    """The UIDs of every VANISHED response (RFC 7162 section 3.2.10). Raises Garbled for more than memory allows."""
    vanished: list[int] = []
    for response in responses:
        if match := _VANISHED.match(response.text):
            vanished += read_numbers(match[1])
            if len(vanished) > MAX_NUMBERS:
                raise Garbled("a set of messages without an end")
    return vanished


def fetch_body(
    exchange: Exchange,
    uid: int,
    *,
    on_bytes: Callable[[int, int], None] | None,
    check: Callable[[], None],
) -> bytes:
    """The whole message as stored, piece by piece; ``check`` may raise between two pieces to give up.

    Does not mark it as read. Raises ServerError of kind MESSAGE_GONE.
    """
    message = bytearray()
    total = 0
    while True:
        check()
        items = b"(UID RFC822.SIZE BODY.PEEK[]<%d.%d>)" % (len(message), PIECE)
        # Some servers give a few bytes more than asked for; a body without bounds is refused by its announced size.
        answer = exchange.run(b"UID", b"FETCH", number(uid), items, literal_limit=2 * PIECE)
        piece, size = _read_piece(answer.responses, uid)
        total = max(total, size)
        message += piece
        if on_bytes is not None:
            on_bytes(len(message), max(total, len(message)))
        if len(piece) < PIECE:
            return bytes(message)
        if len(message) > MAX_MESSAGE:
            raise ServerError(
                ErrorKind.SERVER_REFUSED,
                f"The message is larger than {MAX_MESSAGE // 2**20} MB and is not loaded.",
                remedy=Remedy.TELL,
            )


def _row_items(exchange: Exchange) -> bytes:
    modseq = b" MODSEQ" if exchange.capabilities & {"CONDSTORE", "QRESYNC"} else b""
    return b"(UID FLAGS INTERNALDATE RFC822.SIZE%s BODY.PEEK[HEADER.FIELDS (%s)])" % (modseq, HEADER_FIELDS)


def _collect_rows(
    responses: Iterable[Response],
    rows: dict[int, FetchedRow],
    *,
    is_asked: Callable[[int], bool],
    sequence: range | None = None,
) -> None:
    """Add the rows that these responses hold; flags that came by themselves go to the row they belong to."""
    for response in responses:
        match = _ROW.match(response.text)
        if not match or (sequence is not None and int(match[1]) not in sequence):
            continue
        row = _read_row(response)
        if row is None or not is_asked(row.uid):
            continue
        known = rows.get(row.uid)
        if known is None or not known.header:
            rows[row.uid] = row
        elif not row.header and _FLAGS.search(response.text):
            rows[row.uid] = replace(known, flags=row.flags)


def _read_row(response: Response) -> FetchedRow | None:
    """One row; a placeholder where only the UID can be read, None where not even that."""
    text = response.text
    # With its quotes all in the date and its header in a literal, the text holds nothing that a sender wrote.
    if len(response.literals) == 1 and text.count(b'"') == 2:  # noqa: PLR2004 (around INTERNALDATE)
        uid, flags, date, size = _UID.search(text), _FLAGS.search(text), _DATE.search(text), _SIZE.search(text)
        if uid and flags and date and size and is_number(uid[1]):
            modseq = _MODSEQ.search(text)
            return FetchedRow(
                uid=int(uid[1]),
                flags=read_flags(flags[1]),
                internal_date=read_date(date[1]),
                size_bytes=int(size[1]),
                header=response.literals[0][:MAX_HEADER],
                modseq=int(modseq[1]) if modseq else None,
            )
    return _read_odd_row(response)


def _read_odd_row(response: Response) -> FetchedRow | None:
    """A row in another order, with quoted strings, or broken."""
    try:
        pairs = _attributes(response)
    except Garbled:
        pairs = {}
    uid = pairs.get(b"UID")
    if not isinstance(uid, bytes) or not is_number(uid):
        match = _UID.search(response.text)
        return FetchedRow(uid=int(match[1]), is_readable=False) if match and is_number(match[1]) else None
    flags, date, size = pairs.get(b"FLAGS"), pairs.get(b"INTERNALDATE"), pairs.get(b"RFC822.SIZE")
    modseq = pairs.get(b"MODSEQ")
    header = next((value for name, value in pairs.items() if name.startswith(b"BODY[HEADER")), None)
    return FetchedRow(
        uid=int(uid),
        flags=read_flags(b" ".join(flag for flag in flags if isinstance(flag, bytes)))
        if isinstance(flags, list)
        else frozenset(),
        internal_date=read_date(date) if isinstance(date, bytes) else EPOCH,
        size_bytes=int(size) if isinstance(size, bytes) and size.isdigit() and len(size) < 19 else 0,  # noqa: PLR2004 (63 bits)
        header=header[:MAX_HEADER] if isinstance(header, Quoted) else b"",
        modseq=int(modseq[0])
        if isinstance(modseq, list) and modseq and isinstance(modseq[0], bytes) and modseq[0].isdigit()
        else None,
        is_readable=isinstance(flags, list) and isinstance(header, Quoted),
    )


def _attributes(response: Response) -> dict[bytes, Node]:
    """The attributes of a FETCH response by upper-case name."""
    nodes = parse(response)
    inner = next((node for node in nodes if isinstance(node, list)), [])
    return {
        bytes(name).upper(): value
        for name, value in zip(inner[::2], inner[1::2], strict=False)
        if isinstance(name, bytes)
    }


def _read_piece(responses: Iterable[Response], uid: int) -> tuple[bytes, int]:
    """The asked piece of the body, and the whole message's size as the server tells it."""
    wanted = b"%d" % uid
    for response in responses:
        if not _ROW.match(response.text):
            continue
        pairs = _attributes(response)
        if pairs.get(b"UID") != wanted:
            continue
        for name, value in pairs.items():
            if name.startswith(b"BODY[]") and isinstance(value, bytes):
                size = pairs.get(b"RFC822.SIZE")
                total = int(size) if isinstance(size, bytes) and size.isdigit() and len(size) < 19 else 0  # noqa: PLR2004 (63 bits)
                return (bytes(value) if isinstance(value, Quoted) else b""), total
    raise ServerError(
        ErrorKind.MESSAGE_GONE,
        "The message is no longer in this folder.",
        remedy=Remedy.TELL,
        detail=clean_quote(f"UID {uid}"),
    )
