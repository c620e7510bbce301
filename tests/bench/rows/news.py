"""New mail, and a flag set elsewhere, while the program is at rest; beside what the server waits before it tells."""

import re
import socket
import ssl
import time

from tests.bench import corpus
from tests.bench.bench import Bench
from tests.bench.peers.base import Where

SERVER = "server's own delay"
_NEWEST = re.compile(corpus.NEWEST)
_REST_S = 3.0
"""Programs that work for a while after they are at the list get so long to come to rest."""


def arrive(bench: Bench) -> None:
    """From the end of the delivery, and of the flag's setting, until the screen shows it."""
    _floor(bench)
    for seat in bench.seats():
        with bench.noting("new mail", seat) as note, seat.at_the_list() as terminal:
            terminal.settle(0.5, at_most_s=_REST_S)
            time.sleep(_REST_S)
            for turn in range(min(bench.rounds, 5)):
                word = f"Just-arrived-{turn:04d}"
                terminal.forget()
                seat.mailbox.deliver(letter(word))
                arrived_at = time.perf_counter()
                note(terminal.when_shown(word, 20) - arrived_at)
                terminal.settle(0.5)
        with bench.noting("flag seen", seat) as note, seat.at_the_list() as terminal:
            time.sleep(_REST_S)
            terminal.settle(0.5)
            for turn in range(min(bench.rounds, 5)):
                verb = "add" if turn % 2 == 0 else "remove"
                seat.mailbox.flag("\\Flagged", str(seat.size), verb=verb)
                flagged_at = time.perf_counter()
                note(terminal.when_changed(lambda: terminal.rows_with(_NEWEST), 20) - flagged_at)
                terminal.settle(0.5)


def letter(word: str) -> bytes:
    """A short mail with this subject."""
    return (
        f"From: Ada Lovelace <ada@mail.test>\r\nTo: me@bench.test\r\nSubject: {word}\r\n"
        f"Date: {time.strftime('%a, %d %b %Y %H:%M:%S +0000', time.gmtime())}\r\n"
        f"Message-ID: <{word}.{time.time_ns()}@mail.test>\r\n\r\nA short one.\r\n"
    ).encode()


def _floor(bench: Bench) -> None:
    """The least that a client can do: sit in IDLE and read."""
    mailbox, where = bench.servers.mailboxes[bench.large], bench.servers.where(bench.large)
    with _idling(where) as lines:
        for turn in range(min(bench.rounds, 5)):
            mailbox.deliver(letter(f"Floor-{turn}"))
            bench.ledger.note("new mail", SERVER, bench.large, _until(b"EXISTS", lines))
            mailbox.flag("\\Flagged", str(bench.large), verb="add" if turn % 2 == 0 else "remove")
            bench.ledger.note("flag seen", SERVER, bench.large, _until(b"FETCH", lines))


def _until(word: bytes, lines: ssl.SSLSocket) -> float:
    began_at = time.perf_counter()
    while word not in lines.recv(4096):
        pass
    return time.perf_counter() - began_at


def _idling(where: Where) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(where.ca_file))
    wire = context.wrap_socket(
        socket.create_connection(("127.0.0.1", where.imap_port), timeout=20), server_hostname="localhost"
    )
    for line in (f"a LOGIN {where.address} {where.password}", "b SELECT INBOX", "c IDLE"):
        wire.sendall(line.encode() + b"\r\n")
        tag = line[0].encode()
        data = b""
        while tag + b" OK" not in data and b"+ idling" not in data:
            data += wire.recv(1 << 16)
    return wire
