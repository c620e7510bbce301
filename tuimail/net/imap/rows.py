"""List rows in bulk.

The row reader is our own because this one shape of answer is read a hundred thousand times: a row off the socket costs
it a tenth of what imapclient's parser takes (measured).
"""

import re
import time
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from datetime import datetime

from msgspec.structs import replace

from tuimail.domain.discreet import Discreet
from tuimail.net.errors import Garbled
from tuimail.net.imap.arguments import number, uid_sets
from tuimail.net.imap.exchange import Exchange
from tuimail.net.imap.flags import ALL_UIDS, joined
from tuimail.net.imap.translate import (
    EPOCH,
    Node,
    Quoted,
    Response,
    Status,
    attributes,
    is_number,
    read_count,
    read_date,
    read_flags,
    read_label_text,
    read_labels,
    read_long_id,
)
from tuimail.net.imap.verdicts import refusal

HEADER_FIELDS = b"FROM TO CC SUBJECT DATE MESSAGE-ID REFERENCES IN-REPLY-TO LIST-ID LIST-UNSUBSCRIBE CONTENT-TYPE"
MAX_HEADER = 256 * 1024
"""A longer header block of a list row is cut; the message itself is not."""
SLICE = 250
"""Rows of one command: 200 to 1,000 cost a server the same, and these take 2 ms to read."""
MAX_SLICE = 700
"""UIDs that fit into one command however far apart they are."""
PAUSE_S = 0.001
_AHEAD = 2
"""Commands under way at once: the server works on one while the other's answer is read."""

# In a literal at the end is where all servers known put the header; anything else is read the long way.
_PLAIN = re.compile(
    rb"\* (\d{1,10}) FETCH \("
    rb"(?:(?:UID (\d{1,10})|FLAGS \(([^()\"]*)\)|INTERNALDATE \"([^\"]{26})\"|RFC822\.SIZE (\d{1,18})"
    rb"|MODSEQ \((\d{1,18})\)|X-GM-MSGID (\d{1,20})|X-GM-THRID (\d{1,20})"
    rb"|X-GM-LABELS \(((?:[^()\"\\]++|\\[A-Za-z]|\"(?:[^\"\\]++|\\.)*+\")*+)\)) )++"
    rb"BODY\[HEADER\.FIELDS \([A-Za-z\" -]*+\)\] \{(\d{1,6})\+?\}$"
)
_ROW = re.compile(rb"(\d{1,10}) FETCH \(", re.IGNORECASE)
_UID = re.compile(rb"\bUID (\d{1,10})\b")
_FLAGS = re.compile(rb"\bFLAGS \(([^)]*)\)")


class FetchedRow(Discreet, frozen=True, kw_only=True):
    """What a list row needs of one message; ``header`` is still as the sender wrote it."""

    uid: int
    flags: frozenset[str] = frozenset()
    internal_date: datetime = EPOCH
    """Aware UTC; the epoch where the server's date cannot be read."""
    size_bytes: int = 0
    header: bytes = b""
    modseq: int | None = None
    gmail_id: int | None = None
    """The same for one mail in whatever mailbox; as signed 64 bits, since half of Gmail's would fit no database."""
    gmail_thread: int | None = None
    labels: tuple[str, ...] = ()
    """Gmail's, cleaned; those of the system begin with a backslash."""
    is_readable: bool = True
    """False: the server's answer for this message made no sense, only the UID is known."""

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return [("uid", self.uid), ("header_bytes", len(self.header))]


OnRows = Callable[[list[FetchedRow]], bool]
"""Takes the rows of one slice, newest first; whether to go on."""


def fetch_rows(exchange: Exchange, uids: Sequence[int]) -> list[FetchedRow]:
    """Rows of these UIDs in rising order; messages that are gone are missing, what was not asked for is dropped."""
    reader = RowReader(exchange, uids if isinstance(uids, range) else frozenset(uids))
    for uid_set in uid_sets(uids):
        reader.read(exchange.run(b"UID", b"FETCH", uid_set, reader.items, take=reader.take).responses)
    return [reader.rows[uid] for uid in sorted(reader.rows)]


def fetch_newest(exchange: Exchange, first_seq: int, last_seq: int) -> list[FetchedRow]:
    """Rows by sequence number, straight after SELECT, before any UID is known; in rising order of UID."""
    reader = RowReader(exchange, ALL_UIDS, sequence=range(first_seq, last_seq + 1))
    numbers = number(first_seq) + b":" + number(last_seq)
    reader.read(exchange.run(b"FETCH", numbers, reader.items, take=reader.take).responses)
    return [reader.rows[uid] for uid in sorted(reader.rows)]


def stream_rows(exchange: Exchange, uids: Sequence[int], on_slice: OnRows, *, size: int = SLICE) -> bool:
    """Rows of these UIDs, greatest first, handed on slice by slice; whether all were.

    The next command is under way before an answer is read, so that the line never rests. Where ``on_slice`` wants no
    more, it still gets what is under way; where it raises, that is read and dropped. The connection stays good.
    """
    awaited: set[int] = set()
    reader = RowReader(exchange, awaited)
    slices = _slices(uids, min(size, MAX_SLICE))
    under_way: deque[tuple[bytes, Sequence[int]]] = deque()
    ended: dict[bytes, Status] = {}
    goes_on = True
    try:
        while True:
            while goes_on and len(under_way) < _AHEAD and (wanted := next(slices, None)):
                (uid_set,) = uid_sets(wanted)
                with exchange.guard():
                    (tag,) = exchange.write_ahead([(b"UID", b"FETCH", uid_set, reader.items)])
                under_way.append((tag, wanted))
                awaited.update(wanted)
            if not under_way:
                return goes_on
            tag, wanted = under_way[0]
            while tag not in ended:
                _read_one(exchange, reader, [tag for tag, _ in under_way], ended=ended)
            under_way.popleft()
            if ended[tag].verdict != "OK":
                raise refusal(exchange.server.host, ended[tag])
            found = [row for uid in reversed(wanted) if (row := reader.rows.pop(uid, None)) is not None]
            awaited.difference_update(wanted)
            goes_on = on_slice(found) and goes_on
            # Without it, the other threads wait for the switch interval again and again.
            time.sleep(PAUSE_S)
    finally:
        while under_way and not exchange.link.is_closed:
            tag, _ = under_way.popleft()
            while tag not in ended:
                _read_one(exchange, reader, [tag, *(other for other, _ in under_way)], ended=ended)


def _read_one(exchange: Exchange, reader: "RowReader", tags: Sequence[bytes], *, ended: dict[bytes, Status]) -> None:
    """Read to the end of one of the commands under way."""
    responses: list[Response] = []
    with exchange.guard():
        exchange.link.begin()
        tag, status = exchange.read_end([tag for tag in tags if tag not in ended], responses, take=reader.take)
    reader.read(responses)
    ended[tag] = status


def _slices(uids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Rising slices, the one with the greatest UIDs first."""
    ordered = uids if isinstance(uids, range) else sorted(set(uids))
    for end in range(len(ordered), 0, -size):
        yield ordered[max(0, end - size) : end]


class RowReader:
    """Collects rows out of FETCH responses. ``take`` reads them off the link, ``read`` what it left over."""

    def __init__(self, exchange: Exchange, asked: Container[int], *, sequence: range | None = None) -> None:
        self.rows: dict[int, FetchedRow] = {}
        self.items = _items(exchange)
        self._link = exchange.link
        self._asked = asked
        self._sequence = sequence

    def take(self, line: bytes) -> bool:
        """Whether this line began a row as nearly every server sends it, which then was read to its end."""
        match = _PLAIN.match(line)
        if match is None:
            return False
        seq, uid, flags, date, size, modseq, gmail_id, gmail_thread, labels, length = match.groups()
        if uid is None or flags is None or date is None or size is None:
            return False
        header = self._link.read_block(int(length))
        end = self._link.read_line()
        if end != b")":
            self._link.put_back(header + end + b"\r\n")
            return False
        number = int(uid)
        if not self._is_wanted(seq, number):
            return True
        row = FetchedRow(
            uid=number,
            flags=read_flags(flags),
            internal_date=read_date(date),
            size_bytes=int(size),
            header=header if len(header) <= MAX_HEADER else header[:MAX_HEADER],
            modseq=int(modseq) if modseq else None,
            gmail_id=read_long_id(gmail_id) if gmail_id else None,
            gmail_thread=read_long_id(gmail_thread) if gmail_thread else None,
            labels=read_label_text(labels) if labels else (),
        )
        self._add(row, has_flags=True)
        return True

    def read(self, responses: Iterable[Response]) -> None:
        """Add the rows that these responses hold; flags that came by themselves go to the row they belong to."""
        for response in responses:
            match = _ROW.match(response.text)
            if match and (row := _read_odd_row(response)) is not None and self._is_wanted(match[1], row.uid):
                self._add(row, has_flags=_FLAGS.search(response.text) is not None)

    def _is_wanted(self, seq: bytes, uid: int) -> bool:
        return uid in self._asked and (self._sequence is None or int(seq) in self._sequence)

    def _add(self, row: FetchedRow, *, has_flags: bool) -> None:
        known = self.rows.get(row.uid)
        if known is None and self._sequence is not None and len(self.rows) == len(self._sequence):
            return
        if known is None or not known.header:
            self.rows[row.uid] = row
        elif not row.header and has_flags:
            self.rows[row.uid] = replace(known, flags=row.flags)


def _items(exchange: Exchange) -> bytes:
    modseq = b" MODSEQ" if exchange.capabilities & {"CONDSTORE", "QRESYNC"} else b""
    gmail = b" X-GM-MSGID X-GM-THRID X-GM-LABELS" if "X-GM-EXT-1" in exchange.capabilities else b""
    return b"(UID FLAGS INTERNALDATE RFC822.SIZE%s%s BODY.PEEK[HEADER.FIELDS (%s)])" % (modseq, gmail, HEADER_FIELDS)


def _read_odd_row(response: Response) -> FetchedRow | None:
    """A row in another order, with quoted strings, or broken: then a placeholder, or None without even a UID."""
    try:
        pairs = attributes(response)
    except Garbled:
        pairs = {}
    uid = pairs.get(b"UID")
    if not isinstance(uid, bytes) or not is_number(uid):
        match = _UID.search(response.text)
        return FetchedRow(uid=int(match[1]), is_readable=False) if match and is_number(match[1]) else None
    flags, date, modseq = pairs.get(b"FLAGS"), pairs.get(b"INTERNALDATE"), pairs.get(b"MODSEQ")
    header = next((value for name, value in pairs.items() if name.startswith(b"BODY[HEADER")), None)
    return FetchedRow(
        uid=int(uid),
        flags=read_flags(joined(flags)) if isinstance(flags, list) else frozenset(),
        internal_date=read_date(date) if isinstance(date, bytes) else EPOCH,
        size_bytes=read_count(pairs.get(b"RFC822.SIZE")),
        header=header[:MAX_HEADER] if isinstance(header, Quoted) else b"",
        modseq=read_count(modseq[0]) or None if isinstance(modseq, list) and modseq else None,
        gmail_id=_long_id(pairs.get(b"X-GM-MSGID")),
        gmail_thread=_long_id(pairs.get(b"X-GM-THRID")),
        labels=read_labels(pairs.get(b"X-GM-LABELS")),
        is_readable=isinstance(flags, list) and isinstance(header, Quoted),
    )


def _long_id(node: Node | None) -> int | None:
    return read_long_id(node) if isinstance(node, bytes) else None
