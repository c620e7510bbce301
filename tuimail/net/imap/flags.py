"""Flags, and with Gmail labels, of as many messages as a mailbox has: read as they arrive, in slices."""

import re
from collections.abc import Container, Iterable, Sequence

from tuimail.net.errors import Garbled
from tuimail.net.imap.arguments import uid_sets
from tuimail.net.imap.exchange import Exchange
from tuimail.net.imap.translate import MAX_NUMBERS, Node, Response, attributes, is_number, read_flags, read_labels

ALL_UIDS = range(1, 2**32)

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
