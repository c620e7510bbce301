"""Flags, and with Gmail labels, of as many messages as a mailbox has: read as they arrive, in slices."""

import re
import time
from collections.abc import Callable, Container, Iterable, Sequence

from tuimail.net.errors import Garbled
from tuimail.net.imap.arguments import uid_sets
from tuimail.net.imap.exchange import Exchange
from tuimail.net.imap.translate import MAX_NUMBERS, Node, Response, attributes, is_number, read_flags, read_labels

SLICE = 1_000
"""Messages between two pauses: some 2 ms of reading, in which the interpreter is kept from other threads."""
PAUSE_S = 0.001
ALL_UIDS = range(1, 2**32)

OnFlags = Callable[[dict[int, frozenset[str]]], bool]
"""Takes the flags of one slice; whether to go on."""

# All that most servers send; MODSEQ comes by itself once CONDSTORE is on.
_PLAIN = re.compile(
    rb"\* \d{1,10} FETCH \((?:MODSEQ \(\d{1,19}\) )?(?:UID (\d{1,10}) )?(?:MODSEQ \(\d{1,19}\) )?"
    rb"FLAGS \(([^()\"]*)\)(?: UID (\d{1,10}))?(?: MODSEQ \(\d{1,19}\))?(?: UID (\d{1,10}))?\)$"
)
_UID = re.compile(rb"\bUID (\d{1,10})\b")
_FLAGS = re.compile(rb"\bFLAGS \(([^)]*)\)")
_FETCH = re.compile(rb"\d{1,10} FETCH \(", re.IGNORECASE)


class FlagReader:
    """Collects what FETCH responses say of flags. ``take`` reads lines off the link, ``read`` what it left over."""

    def __init__(self, asked: Container[int] = ALL_UIDS) -> None:
        self.flags: dict[int, frozenset[str]] = {}
        """Of the messages asked for and no others."""
        self.labels: dict[int, tuple[str, ...]] = {}
        self._asked = asked

    def take(self, line: bytes) -> bool:
        """Whether this line was a plain FETCH of flags."""
        match = _PLAIN.match(line)
        if match is None:
            return False
        uid = int(match[1] or match[3] or match[4] or 0)
        if uid in self._asked:
            self._keep(uid, match[2])
        return True

    def read(self, responses: Iterable[Response]) -> None:
        """Add UID and flags of every FETCH response that has both."""
        for response in responses:
            text = response.text
            if not _FETCH.match(text):
                continue
            if b"X-GM-LABELS" in text:
                self._read_labels(response)
            elif (uid := _UID.search(text)) and (flags := _FLAGS.search(text)) and int(uid[1]) in self._asked:
                self._keep(int(uid[1]), flags[1])

    def _read_labels(self, response: Response) -> None:
        """As ``read``, where a label may hold anything, such as the word UID."""
        try:
            pairs = attributes(response)
        except Garbled:
            return
        uid, flags = pairs.get(b"UID"), pairs.get(b"FLAGS")
        if isinstance(uid, bytes) and is_number(uid) and int(uid) in self._asked:
            self.labels[int(uid)] = read_labels(pairs.get(b"X-GM-LABELS"))
            if isinstance(flags, list):
                self._keep(int(uid), joined(flags))

    def _keep(self, uid: int, flags: bytes) -> None:
        self.flags[uid] = read_flags(flags)
        if len(self.flags) > MAX_NUMBERS:
            raise Garbled("flags without an end")


def joined(flags: Sequence[Node]) -> bytes:
    """A parsed list of flags as it stood between its parentheses."""
    return b" ".join(flag for flag in flags if isinstance(flag, bytes))


def fetch_flags(exchange: Exchange, uids: Sequence[int]) -> dict[int, frozenset[str]]:
    """Flags by UID; UIDs that are gone are missing."""
    reader = FlagReader(uids if isinstance(uids, range) else frozenset(uids))
    for uid_set in uid_sets(uids):
        reader.read(exchange.run(b"UID", b"FETCH", uid_set, b"(UID FLAGS)", take=reader.take).responses)
    return reader.flags


def stream_flags(exchange: Exchange, uids: range, on_slice: OnFlags, *, size: int = SLICE) -> bool:
    """Flags of all these UIDs in one command, handed on in slices while the rest arrives; whether all were.

    Where ``on_slice`` wants no more, the rest is read and dropped; where it raises, the connection is closed.
    """
    slices = _Slices(exchange, uids, on_slice, size=size)
    try:
        for uid_set in uid_sets(uids):
            answer = exchange.run(b"UID", b"FETCH", uid_set, b"(UID FLAGS)", take=slices.take)
            slices.reader.read(answer.responses)
            slices.hand_on()
    finally:
        if slices.is_handing_on:
            exchange.link.close()
    return slices.goes_on


class _Slices:
    """Cuts a stream of flags into slices."""

    def __init__(self, exchange: Exchange, uids: range, on_slice: OnFlags, *, size: int) -> None:
        self.reader = FlagReader(uids)
        self.goes_on = True
        self.is_handing_on = False
        """Still so where ``on_slice`` raised."""
        self._link = exchange.link
        self._on_slice = on_slice
        self._size = size

    def take(self, line: bytes) -> bool:
        """Whether this line was a plain FETCH of flags."""
        if not self.reader.take(line):
            return False
        if len(self.reader.flags) >= self._size:
            began_s = time.monotonic()
            self.hand_on()
            # Without it, the other threads wait for the switch interval again and again.
            time.sleep(PAUSE_S)
            self._link.excuse(time.monotonic() - began_s)
        return True

    def hand_on(self) -> None:
        """Hand on what there is, to one who wants it."""
        found, self.reader.flags = self.reader.flags, {}
        if self.goes_on and found:
            self.is_handing_on = True
            self.goes_on = self._on_slice(found)
            self.is_handing_on = False
