"""Arguments of IMAP commands. Pure; the one place that decides what may be written into a command line.

Whatever a value is made of, a command stays one command: NUL, CR and LF are refused everywhere but in the bytes of
a literal, whose size the server is told beforehand.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from imapclient import imap_utf7

from tuimail.domain.discreet import Discreet
from tuimail.domain.errors import ErrorKind, Remedy, ServerError

MAX_SET = 8_000
"""Bytes of one UID set; RFC 7162 section 4 asks for lines of at most 8,192, Dovecot stops at 64 KB."""
_FORBIDDEN = re.compile(rb"[\x00\r\n]")
_NOT_QUOTABLE = re.compile(rb"[\x80-\xff]")
_FLAG = re.compile(r"^\\?[^\x00-\x20(){%*\"\\\]\x7f-\U0010ffff]+$")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MAX_NUMBER = 2**32 - 1


class Literal(Discreet, frozen=True):
    """Bytes that go out with their size in front; the only argument that may hold line ends."""

    data: bytes

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return [("size_bytes", len(self.data))]


Argument = bytes | Literal


def refuse_line_ends(argument: bytes) -> bytes:
    """The argument itself, or ServerError where it would end the command or start another."""
    if _FORBIDDEN.search(argument):
        raise ServerError(
            ErrorKind.SERVER_REFUSED, "A name holds characters that cannot be sent to the server.", remedy=Remedy.TELL
        )
    return argument


def string(value: bytes) -> Argument:
    """A quoted string, or a literal where the bytes are not ASCII (RFC 9051 section 4.3)."""
    refuse_line_ends(value)
    if _NOT_QUOTABLE.search(value):
        return Literal(value)
    return b'"' + value.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def flag_list(flags: Iterable[str]) -> bytes:
    r"""``(\Seen $Forwarded)``; ServerError for what is no flag (RFC 9051 section 9, flag)."""
    names = sorted(flags)
    if any(not _FLAG.match(name) for name in names):
        raise ServerError(
            ErrorKind.SERVER_REFUSED, "A label holds characters that cannot be sent to the server.", remedy=Remedy.TELL
        )
    return b"(" + " ".join(names).encode("ascii") + b")"


def label_list(labels: Iterable[str]) -> bytes:
    r"""``("Harbour" "Tide tables")``: Gmail's labels are mailbox names, quoted, in modified UTF-7."""
    encoded = [refuse_line_ends(imap_utf7.encode(label)) for label in sorted(labels)]
    quoted = [b'"' + each.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"' for each in encoded]
    return b"(" + b" ".join(quoted) + b")"


def date_time(moment: datetime) -> bytes:
    """An aware time as ``"17-Jul-1996 02:44:25 +0000"``, independent of the locale."""
    utc = moment.astimezone(UTC)
    return f'"{utc.day:02}-{_MONTHS[utc.month - 1]}-{utc.year:04} {utc:%H:%M:%S} +0000"'.encode("ascii")


def date(moment: datetime) -> bytes:
    """The day of an aware time in its own zone, as ``17-Jul-1996``."""
    return f"{moment.day}-{_MONTHS[moment.month - 1]}-{moment.year:04}".encode("ascii")


def number(value: int) -> bytes:
    """A non-zero number of 32 bits, as UIDs and sequence numbers are."""
    if not 0 < value <= _MAX_NUMBER:
        raise ServerError(ErrorKind.SERVER_REFUSED, "There is no such message.", remedy=Remedy.TELL)
    return b"%d" % value


def uid_sets(uids: Sequence[int]) -> Iterator[bytes]:
    """The UIDs as sets such as ``3:7,12``, each short enough for one command. A ``range`` is one set."""
    if isinstance(uids, range) and uids.step == 1:
        if uids:
            yield number(uids[0]) + b":" + number(uids[-1])
        return
    pieces: list[bytes] = []
    length = 0
    for first, last in _runs(uids):
        piece = number(first) if first == last else number(first) + b":" + number(last)
        if length + len(piece) > MAX_SET:
            yield b",".join(pieces)
            pieces, length = [], 0
        pieces.append(piece)
        length += len(piece) + 1
    if pieces:
        yield b",".join(pieces)


def _runs(uids: Iterable[int]) -> Iterator[tuple[int, int]]:
    ordered = sorted(set(uids))
    if not ordered:
        return
    first = last = ordered[0]
    for uid in ordered[1:]:
        if uid != last + 1:
            yield first, last
            first = uid
        last = uid
    yield first, last
