"""What changed in a mailbox since the caller last looked (RFC 7162), told by SELECT or asked for."""

import re
from collections.abc import Iterable

from msgspec import Struct

from tuimail.domain.errors import ErrorKind, Remedy
from tuimail.net.errors import Garbled, Refused
from tuimail.net.imap.exchange import Exchange
from tuimail.net.imap.flags import FlagReader
from tuimail.net.imap.translate import MAX_NUMBERS, Response, read_ranges

_VANISHED = re.compile(rb"VANISHED (?:\(EARLIER\) )?([\d:,]+)$", re.IGNORECASE)


class Known(Struct, frozen=True, kw_only=True):
    """What the caller holds of a mailbox, for a server that then tells only what is new."""

    uidvalidity: int
    modseq: int
    uids: range | None = None
    """From the oldest UID held to behind the newest; of others the server need not say what became of them."""


class Changes(Struct, frozen=True, kw_only=True):
    """What changed in a mailbox since a MODSEQ."""

    flags: dict[int, frozenset[str]]
    vanished: list[int] | None
    """UIDs that are gone, known ones and others; None: the server does not tell, or far too much: compare all UIDs."""
    labels: dict[int, tuple[str, ...]] = {}
    """Gmail's labels of the same messages."""


def changes_since(exchange: Exchange, known: Known) -> Changes:
    """What changed after ``known.modseq`` in the selected mailbox. Raises Refused where the server has no CONDSTORE."""
    if not exchange.capabilities & {"CONDSTORE", "QRESYNC"}:
        raise Refused(ErrorKind.SERVER_REFUSED, "The server keeps no list of changes.", remedy=Remedy.TELL)
    tells_vanished = "QRESYNC" in exchange.capabilities
    command = changes_command(exchange, known)
    if tells_vanished:
        command[-1] = command[-1].replace(b")", b" VANISHED)")
    reader = FlagReader()
    answer = exchange.run(*command, take=reader.take)
    with exchange.guard():
        reader.read(answer.responses)
        vanished = read_vanished(answer.responses, known.uids) if tells_vanished else None
    return Changes(flags=reader.flags, vanished=vanished, labels=reader.labels)


def changes_command(exchange: Exchange, known: Known) -> list[bytes]:
    """What asks for the flags that changed, without what vanished (RFC 7162 section 3.1.4)."""
    items = b"(UID FLAGS X-GM-LABELS)" if "X-GM-EXT-1" in exchange.capabilities else b"(UID FLAGS)"
    uids = b"%d:%d" % (known.uids[0], known.uids[-1]) if known.uids else b"1:*"
    return [b"UID", b"FETCH", uids, items, b"(CHANGEDSINCE %d)" % max(1, known.modseq)]


def read_vanished(responses: Iterable[Response], within: range | None = None) -> list[int] | None:
    """The UIDs of every VANISHED response (RFC 7162 section 3.2.10) that lie ``within``; None for far too many.

    A server may name every UID that was ever used; where that is more than memory allows, comparing costs less.
    """
    vanished: list[int] = []
    for response in responses:
        if match := _VANISHED.match(response.text):
            try:
                ranges = read_ranges(match[1])
            except Garbled:
                return None
            for low, high in ranges:
                gone = range(low, high + 1) if within is None else _overlap(range(low, high + 1), within)
                if len(vanished) + len(gone) > MAX_NUMBERS:
                    return None
                vanished += gone
    return vanished


def _overlap(one: range, other: range) -> range:
    return range(max(one.start, other.start), min(one.stop, other.stop))
