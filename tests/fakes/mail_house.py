"""An IMAP server with mailboxes behind it: what one connection changes, the next one sees.

Small and obedient: it knows the commands that tuimail sends, and leaves out what ``capabilities`` does not name.
``answers`` puts other replies in front of a command's own, as in ``imap_server``.
"""

import base64
import json
import re
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.fakes.imap_server import CAPABILITIES, Reply
from tests.fakes.mime_server import body_structure, section
from tests.fakes.wire_server import Peer

_LITERAL = re.compile(rb"\{(\d+)(\+?)\}$")
_TOKEN = re.compile(rb"auth=Bearer ([^\x01]*)")
_APPEND = re.compile(rb'APPEND "([^"]*)" \(([^)]*)\)(?: "[^"]*")? (.*)', re.DOTALL)
_PIECE = re.compile(rb"BODY\.PEEK\[([\d.A-Z]*)\]<(\d+)\.(\d+)>")
_IDLE_LOOK_S = 0.02


@dataclass
class Mail:
    """A message as the server has it."""

    raw: bytes
    flags: set[bytes] = field(default_factory=set)
    modseq: int = 1


@dataclass
class Box:
    """A mailbox."""

    attributes: bytes = b""
    uidvalidity: int = 7
    uidnext: int = 1
    mails: dict[int, Mail] = field(default_factory=dict)


def letter(subject: str, *, minute: int = 0) -> bytes:
    """A short mail, written so many minutes after noon of one day in spring."""
    name = f"<{subject.replace(' ', '.')}@example.test>"
    at = format_datetime(datetime(2026, 3, 14, 12, 0, tzinfo=UTC) + timedelta(minutes=minute))
    return (
        f"From: Ada <ada@example.org>\r\nTo: alice@example.test\r\nSubject: {subject}\r\n"
        f"Date: {at}\r\nMessage-ID: {name}\r\n\r\nStill warm.\r\n"
    ).encode()


class MailHouse:
    """Serve it with a ``WireServer``."""

    def __init__(self) -> None:
        self.capabilities = CAPABILITIES
        self.boxes: dict[bytes, Box] = {
            b"INBOX": Box(),
            b"Sent": Box(attributes=b"\\Sent"),
            b"Trash": Box(attributes=b"\\Trash"),
        }
        self.answers: dict[bytes, Reply] = {}
        self.breaks_after = b""
        """The line breaks once, when a command that begins like this was carried out, before its answer."""
        self.commands: list[bytes] = []
        self.tokens: list[str] = []
        """The access tokens that were shown to it, in order."""
        self.accepts: Callable[[str], bool] = lambda _token: True
        self.passwords: list[tuple[str, str]] = []
        """The login and password of each PLAIN, in order."""
        self.takes: Callable[[str], bytes] = lambda _password: b""
        """Judges a password: the words of a no, or nothing for a yes."""
        self.on_token: Callable[[], None] = lambda: None
        """Called when a token is shown, before it is judged."""
        self.guard = threading.RLock()
        self.modseq = 1
        self._peers: list[Peer] = []
        self.news = 0
        """Grows with everything that those who idle are told of."""
        self.bye = b""
        self.most_bytes = 2**32
        """Sent of a section at once, whatever was asked for."""
        self.rows_told = 0
        """How many rows of lists were sent."""

    @property
    def inbox(self) -> Box:
        """The mailbox that most tests are about."""
        return self.boxes[b"INBOX"]

    def deliver(self, *raws: bytes, box: bytes = b"INBOX") -> list[int]:
        """Put mails into a mailbox and tell those who idle; their UIDs."""
        with self.guard:
            uids = [self.add(self.boxes[box], raw, set()) for raw in raws]
            self.news += 1
        return uids

    def remove(self, uid: int, box: bytes = b"INBOX") -> None:
        """Another client deletes a mail for good."""
        with self.guard:
            del self.boxes[box].mails[uid]
            self.modseq += 1
            self.news += 1

    def flag(self, uid: int, flags: set[bytes], box: bytes = b"INBOX") -> None:
        """Another client sets flags."""
        with self.guard:
            self.touch(self.boxes[box].mails[uid]).flags = flags
            self.news += 1

    def renumber(self, box: bytes = b"INBOX") -> None:
        """The mailbox gets another UIDVALIDITY and other UIDs."""
        with self.guard:
            known = self.boxes[box]
            known.uidvalidity += 1
            known.mails = {uid + 1000: self.touch(mail) for uid, mail in known.mails.items()}
            known.uidnext += 1000
            self.news += 1

    def say_bye(self, words: bytes) -> None:
        """End every connection that idles with these words."""
        with self.guard:
            self.bye = words
            self.news += 1

    def hang_up(self) -> None:
        """Cut every connection."""
        for peer in self._peers:
            peer.cut()

    def count(self, start: bytes) -> int:
        """How many commands that begin like this came so far."""
        return sum(1 for command in list(self.commands) if command.startswith(start))

    def __call__(self, peer: Peer) -> None:
        """Serve one connection."""
        self._peers.append(peer)
        _Talk(self, peer).serve()

    def add(self, box: Box, raw: bytes, flags: set[bytes]) -> int:
        """File a mail; its UID. With ``guard`` held."""
        uid = box.uidnext
        box.uidnext += 1
        box.mails[uid] = self.touch(Mail(raw, flags))
        return uid

    def touch(self, mail: Mail) -> Mail:
        """Give the mail the next mod-sequence. With ``guard`` held."""
        self.modseq += 1
        mail.modseq = self.modseq
        return mail


class _Talk:
    """One connection."""

    def __init__(self, house: MailHouse, peer: Peer) -> None:
        self.house = house
        self.peer = peer
        self.box: Box | None = None
        self.seen = house.news
        """What the peer was told of."""

    def serve(self) -> None:
        self.peer.send(b"* OK [CAPABILITY %s] ready\r\n" % self.house.capabilities)
        while True:
            tag, _, text = self._read_command().partition(b" ")
            self.house.commands.append(text)
            reply = next((self.house.answers[key] for key in self.house.answers if text.startswith(key)), None)
            if callable(reply):
                reply(self.peer, tag, text)
            elif reply is not None:
                self.peer.send(reply.replace(b"TAG", tag))
            elif text == b"LOGOUT":
                self.peer.send(b"* BYE bye\r\n%s OK done\r\n" % tag)
                return
            elif text == b"IDLE":
                if not self._idle(tag):
                    return
            elif text.startswith(b"AUTHENTICATE"):
                self._sign_in(tag, text)
            else:
                with self.house.guard:
                    answer = b"".join(line + b"\r\n" for line in self._answer(text))
                if self.house.breaks_after and text.startswith(self.house.breaks_after):
                    self.house.breaks_after = b""
                    self.peer.cut()
                    return
                self.peer.send(answer + tag + b" " + self._end(text))

    def _read_command(self) -> bytes:
        text = self.peer.line()
        while match := _LITERAL.search(text):
            if not match[2]:
                self.peer.send(b"+ go on\r\n")
            text = text[: match.start()] + self.peer.block(int(match[1])) + self.peer.line()
        return text

    def _sign_in(self, tag: bytes, text: bytes) -> None:
        if len(text.split()) == 2:
            self.peer.send(b"+ \r\n")
            text = self.peer.line()
        if text.split()[-2:-1] == [b"PLAIN"]:
            self._sign_in_plain(tag, text)
            return
        shown = _TOKEN.search(base64.b64decode(text.split()[-1]))
        token = shown[1].decode() if shown else ""
        self.house.tokens.append(token)
        self.house.on_token()
        if self.house.accepts(token):
            self.peer.send(tag + b" OK [CAPABILITY %s] welcome\r\n" % self.house.capabilities)
            return
        challenge = json.dumps({"status": "401", "schemes": "Bearer", "scope": "mail.read"}).encode()
        self.peer.send(b"+ " + base64.b64encode(challenge) + b"\r\n")
        self.peer.line()
        self.peer.send(tag + b" NO [AUTHENTICATIONFAILED] Invalid credentials\r\n")

    def _sign_in_plain(self, tag: bytes, text: bytes) -> None:
        _, login, password = base64.b64decode(text.split()[-1]).decode().split("\0")
        self.house.passwords.append((login, password))
        no = self.house.takes(password)
        welcome = b" OK [CAPABILITY %s] welcome" % self.house.capabilities
        self.peer.send(tag + (b" NO " + no if no else welcome) + b"\r\n")

    def _idle(self, tag: bytes) -> bool:
        self.peer.send(b"+ idling\r\n")
        sock = self.peer.sock
        while not self._has_line(sock):
            # What happened since the mailbox was opened is told at the first chance, as real servers do.
            if self.house.news != self.seen:
                self.seen = self.house.news
                if self.house.bye:
                    self.peer.send(b"* BYE " + self.house.bye + b"\r\n")
                    return False
                self.peer.send(b"* %d EXISTS\r\n" % len(self.box.mails if self.box else ()))
        self.peer.line()
        self.peer.send(tag + b" OK done\r\n")
        return True

    def _has_line(self, sock: socket.socket) -> bool:
        if isinstance(sock, ssl.SSLSocket) and sock.pending():
            return True
        return bool(select.select([sock], [], [], _IDLE_LOOK_S)[0])

    def _end(self, text: bytes) -> bytes:
        if self.box is None and text.startswith((b"SELECT", b"EXAMINE")):
            return b"NO [NONEXISTENT] no such mailbox\r\n"
        return b"OK done\r\n"

    def _answer(self, text: bytes) -> Iterator[bytes]:
        verb = text.split(b" ")[0]
        if verb == b"UID":
            yield from self._uid(text[4:])
        elif verb == b"LIST":
            yield from self._list(text)
        elif verb == b"STATUS":
            name = text.split(b'"')[1]
            yield self._status(name, self.house.boxes[name])
        elif verb in {b"SELECT", b"EXAMINE"}:
            self.box = self.house.boxes.get(text.split(b'"')[1])
            if self.box is not None:
                yield from self._selected(self.box)
        elif verb == b"FETCH":
            first, _, last = text.split(b" ")[1].partition(b":")
            yield from self._fetch(self._numbered()[int(first) - 1 : int(last or first)], text)
        elif verb == b"EXPUNGE":
            yield from self._expunge([each for each in self._numbered() if b"\\Deleted" in each[2].flags])
        elif verb == b"APPEND" and (match := _APPEND.match(text)):
            self.house.add(self.house.boxes[match[1]], match[3], set(match[2].split()))
        elif verb == b"CAPABILITY":
            yield b"* CAPABILITY " + self.house.capabilities

    def _list(self, text: bytes) -> Iterator[bytes]:
        for name, box in self.house.boxes.items():
            yield b'* LIST (%s) "/" "%s"' % (box.attributes, name)
            if b"STATUS" in text:
                yield self._status(name, box)

    def _status(self, name: bytes, box: Box) -> bytes:
        unseen = sum(1 for mail in box.mails.values() if b"\\Seen" not in mail.flags)
        modseq = b" HIGHESTMODSEQ %d" % self.house.modseq if b"CONDSTORE" in self.house.capabilities else b""
        counts = (name, len(box.mails), unseen, box.uidnext, box.uidvalidity, modseq)
        return b'* STATUS "%s" (MESSAGES %d UNSEEN %d UIDNEXT %d UIDVALIDITY %d%s)' % counts

    def _selected(self, box: Box) -> Iterator[bytes]:
        self.seen = self.house.news
        yield b"* FLAGS (\\Seen \\Flagged)"
        yield b"* %d EXISTS" % len(box.mails)
        yield b"* OK [UIDVALIDITY %d] ok" % box.uidvalidity
        yield b"* OK [UIDNEXT %d] ok" % box.uidnext
        if b"CONDSTORE" in self.house.capabilities:
            yield b"* OK [HIGHESTMODSEQ %d] ok" % self.house.modseq

    def _numbered(self) -> list[tuple[int, int, Mail]]:
        mails = self.box.mails if self.box else {}
        return [(place, uid, mails[uid]) for place, uid in enumerate(sorted(mails), 1)]

    def _chosen(self, uid_set: bytes) -> list[tuple[int, int, Mail]]:
        ranges = []
        for part in uid_set.split(b","):
            first, _, last = part.partition(b":")
            ranges.append((int(first), 2**32 if last == b"*" else int(last or first)))
        return [each for each in self._numbered() if any(low <= each[1] <= high for low, high in ranges)]

    def _uid(self, text: bytes) -> Iterator[bytes]:
        verb, uid_set, *_ = text.split(b" ")
        if verb == b"SEARCH":
            yield from self._search(text)
            return
        chosen = self._chosen(uid_set)
        if verb == b"FETCH":
            since = re.search(rb"CHANGEDSINCE (\d+)", text)
            yield from self._fetch([each for each in chosen if not since or each[2].modseq > int(since[1])], text)
        elif verb == b"STORE":
            self._store(chosen, text)
        elif verb in {b"MOVE", b"COPY"}:
            yield from self._carry(chosen, text, keep=verb == b"COPY")
        elif verb == b"EXPUNGE":
            yield from self._expunge([each for each in chosen if b"\\Deleted" in each[2].flags])

    def _search(self, text: bytes) -> Iterator[bytes]:
        if wanted := re.search(rb'MESSAGE-ID "([^"]*)"', text):
            uids = [uid for _, uid, mail in self._numbered() if wanted[1] in mail.raw]
        elif text.endswith(b" DELETED"):
            uids = [uid for _, uid, mail in self._numbered() if b"\\Deleted" in mail.flags]
        else:
            uids = [uid for _, uid, _ in self._chosen(text.rpartition(b" ")[2])]
        if b"RETURN" in text:
            yield b"* ESEARCH UID" + (b" ALL " + b",".join(b"%d" % uid for uid in uids) if uids else b"")
        else:
            yield b"* SEARCH" + b"".join(b" %d" % uid for uid in uids)

    def _fetch(self, chosen: list[tuple[int, int, Mail]], text: bytes) -> Iterator[bytes]:
        pieces = _PIECE.findall(text)
        for place, uid, mail in chosen:
            flags = b" ".join(sorted(mail.flags))
            start = b"* %d FETCH (UID %d FLAGS (%s)" % (place, uid, flags)
            if pieces:
                yield start + b" RFC822.SIZE %d%s)" % (
                    len(mail.raw),
                    _sections(mail.raw, text, pieces, self.house.most_bytes),
                )
            elif b"HEADER.FIELDS" in text:
                header = mail.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
                self.house.rows_told += 1
                date = b'INTERNALDATE "14-Mar-2026 09:30:00 +0000"'
                size = (date, len(mail.raw), mail.modseq, len(header), header)
                yield start + b" %s RFC822.SIZE %d MODSEQ (%d) BODY[HEADER.FIELDS (FROM)] {%d}\r\n%s)" % size
            else:
                yield start + b" MODSEQ (%d))" % mail.modseq

    def _store(self, chosen: list[tuple[int, int, Mail]], text: bytes) -> None:
        flags = set(text[text.index(b"(") + 1 : text.rindex(b")")].split())
        for _, _, mail in chosen:
            mail.flags = mail.flags - flags if b"-FLAGS" in text else mail.flags | flags
            self.house.touch(mail)

    def _carry(self, chosen: list[tuple[int, int, Mail]], text: bytes, *, keep: bool) -> Iterator[bytes]:
        target = self.house.boxes[text.split(b'"')[1]]
        new = [self.house.add(target, mail.raw, set(mail.flags)) for _, _, mail in chosen]
        if new and b"UIDPLUS" in self.house.capabilities:
            old = b",".join(b"%d" % uid for _, uid, _ in chosen)
            yield b"* OK [COPYUID %d %s %s] ok" % (target.uidvalidity, old, b",".join(b"%d" % uid for uid in new))
        if not keep:
            yield from self._expunge(chosen)

    def _expunge(self, chosen: list[tuple[int, int, Mail]]) -> Iterator[bytes]:
        assert self.box is not None
        for place, uid, _ in reversed(chosen):
            del self.box.mails[uid]
            self.house.modseq += 1
            yield b"* %d EXPUNGE" % place


def _sections(raw: bytes, asked: bytes, pieces: list[tuple[bytes, bytes, bytes]], most: int) -> bytes:
    """The pieces of a mail that were asked for, and its structure if that was."""
    told = b" BODYSTRUCTURE " + body_structure(raw) if b"BODYSTRUCTURE" in asked else b""
    for name, start, size in pieces:
        piece = section(raw, name.decode())[int(start) : int(start) + min(most, int(size))]
        told += b" BODY[%s]<%s> {%d}\r\n%s" % (name, start, len(piece), piece)
    return told
