"""Which UIDs a mailbox has, as ranges: 100,000 of them are 95 bytes with ESEARCH (RFC 4731), and 589 KB without."""

from itertools import pairwise

from tuimail.net.imap.arguments import Argument, number
from tuimail.net.imap.exchange import Exchange
from tuimail.net.imap.translate import Response, parse, read_found, read_ranges

WINDOW = 10_000
"""Messages asked about at a time without ESEARCH: lines of up to 70 KB."""


def find(exchange: Exchange, first: int, last: int | None, *, exists: int) -> list[tuple[int, int]]:
    """The UIDs from ``first`` to ``last``, or to the end."""
    asked = number(first) + b":" + (b"*" if last is None else number(last))
    if "ESEARCH" in exchange.capabilities:
        answer = exchange.run(b"UID", b"SEARCH", b"RETURN", b"(ALL)", b"UID", asked)
        with exchange.guard():
            found = [each for response in answer.responses for each in _ranges_of(response)]
    else:
        found = []
        for window in _windows(exists):
            command: list[Argument] = [b"UID", b"SEARCH", *([window] if window else []), b"UID", asked]
            responses = exchange.run(*command).responses
            with exchange.guard():
                found += [(uid, uid) for response in responses for uid in read_found(response) or ()]
    # "n:*" names the last message even where its UID is below n (RFC 9051 section 6.4.9).
    return [(max(low, first), high) for low, high in found if high >= first and (last is None or low <= last)]


def _windows(exists: int) -> list[bytes]:
    """Sequence numbers, the newest first: a message that is expunged meanwhile moves others only into later ones."""
    if exists <= WINDOW:
        return [b""]
    tops = range(exists, 0, -WINDOW)
    return [b"%d:%s" % (max(1, top - WINDOW + 1), b"*" if top == exists else b"%d" % top) for top in tops]


def _ranges_of(response: Response) -> list[tuple[int, int]]:
    if response.text[:8].upper() != b"ESEARCH ":
        return [(uid, uid) for uid in read_found(response) or ()]
    for key, value in pairwise(parse(response)):
        if isinstance(key, bytes) and key.upper() == b"ALL" and isinstance(value, bytes):
            return list(read_ranges(value))
    return []
