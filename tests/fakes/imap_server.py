"""An IMAP server that answers from a table: what a command begins with, and the bytes that answer it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.wire_server import Peer

Reply = bytes | Callable[[Peer, bytes, bytes], None]
"""Bytes with TAG where the command's tag belongs, or a function of peer, tag and the command's text."""

CAPABILITIES = b"IMAP4rev1 SASL-IR AUTH=XOAUTH2 LITERAL+ IDLE UIDPLUS MOVE ESEARCH CONDSTORE LIST-STATUS SPECIAL-USE"
_LITERAL = re.compile(rb"\{(\d+)(\+?)\}$")


@dataclass
class ImapScript:
    """Answers by the command's beginning, tried in order; what matches nothing gets OK."""

    answers: dict[bytes, Reply] = field(default_factory=dict)
    capabilities: bytes = CAPABILITIES
    greeting: bytes = b""
    commands: list[bytes] = field(default_factory=list)
    """Every command as received, tag taken off, literals in place."""

    def __call__(self, peer: Peer) -> None:
        """Serve one connection."""
        peer.send(self.greeting or b"* OK [CAPABILITY %s] ready\r\n" % self.capabilities)
        while True:
            tag, _, text = self._read_command(peer).partition(b" ")
            self.commands.append(text)
            reply = next((self.answers[key] for key in self.answers if text.startswith(key)), None)
            if callable(reply):
                reply(peer, tag, text)
            elif reply is not None:
                peer.send(reply.replace(b"TAG", tag))
            elif text.startswith(b"IDLE"):
                peer.send(b"+ idling\r\n")
                peer.line()
                peer.send(tag + b" OK done\r\n")
            elif text == b"CAPABILITY":
                peer.send(b"* CAPABILITY %s\r\n%s OK done\r\n" % (self.capabilities, tag))
            elif text == b"LOGOUT":
                peer.send(b"* BYE bye\r\n%s OK done\r\n" % tag)
                return
            else:
                peer.send(tag + b" OK done\r\n")

    def _read_command(self, peer: Peer) -> bytes:
        text = peer.line()
        while match := _LITERAL.search(text):
            if not match[2]:
                peer.send(b"+ go on\r\n")
            text = text[: match.start()] + peer.block(int(match[1])) + peer.line()
        return text


SELECTED = (
    b"* FLAGS (\\Seen)\r\n* 3 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 44] ok\r\n"
    b"* OK [HIGHESTMODSEQ 90] ok\r\nTAG OK [READ-WRITE] done\r\n"
)


def row(uid: int, *, seq: int = 1, flags: bytes = b"\\Seen", header: bytes = b"Subject: x\r\n\r\n") -> bytes:
    """One FETCH response as a list row needs it."""
    return (
        b'* %d FETCH (UID %d FLAGS (%s) INTERNALDATE "17-Jul-1996 02:44:25 -0700" RFC822.SIZE 4286 MODSEQ (12) '
        b"BODY[HEADER.FIELDS (FROM TO)] {%d}\r\n%s)\r\n" % (seq, uid, flags, len(header), header)
    )
