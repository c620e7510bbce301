"""An SMTP server that answers from a table and remembers the mails it took."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.wire_server import Peer

Reply = bytes | Callable[[Peer, bytes], None]
"""The whole reply, or a function of the peer and the command's line."""

EHLO = b"250-there\r\n250-SIZE 10000000\r\n250-8BITMIME\r\n250-AUTH XOAUTH2\r\n250 ENHANCEDSTATUSCODES\r\n"


@dataclass
class SmtpScript:
    """Answers by the command's beginning, in upper case; what is not in the table is answered as a good server does."""

    answers: dict[bytes, Reply] = field(default_factory=dict)
    greeting: bytes = b"220 ready\r\n"
    verdict: bytes = b"250 2.0.0 queued\r\n"
    """After the final dot; empty: the connection is closed instead."""
    mails: list[bytes] = field(default_factory=list)
    """What stood between DATA and the final dot, as sent."""
    commands: list[bytes] = field(default_factory=list)

    def __call__(self, peer: Peer) -> None:
        """Serve one connection."""
        peer.send(self.greeting)
        while True:
            line = peer.line()
            self.commands.append(line)
            reply = next((self.answers[key] for key in self.answers if line.upper().startswith(key)), None)
            if callable(reply):
                reply(peer, line)
            elif reply is not None:
                peer.send(reply)
            elif line.upper() == b"DATA":
                peer.send(b"354 go on\r\n")
                if not self._take_mail(peer):
                    return
            elif line.upper() == b"QUIT":
                peer.send(b"221 bye\r\n")
                return
            else:
                peer.send(_usual(line.upper()))

    def _take_mail(self, peer: Peer) -> bool:
        lines: list[bytes] = []
        while (line := peer.line()) != b".":
            lines.append(line)
        self.mails.append(b"".join(each + b"\r\n" for each in lines))
        if self.verdict:
            peer.send(self.verdict)
        return bool(self.verdict)


def _usual(line: bytes) -> bytes:
    if line.startswith(b"EHLO"):
        return EHLO
    if line.startswith(b"AUTH"):
        return b"235 2.7.0 welcome\r\n"
    return b"250 2.1.0 fine\r\n"
