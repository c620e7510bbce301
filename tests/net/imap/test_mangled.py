"""Answers with pieces cut, doubled, swapped and flipped: whatever comes, the error is ours and the end is near."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.imap_server import SELECTED, row
from tuimail.domain.account import Server, Tls
from tuimail.domain.clean import is_clean_line
from tuimail.domain.errors import TuimailError
from tuimail.net.imap.changes import Known
from tuimail.net.imap.exchange import Exchange
from tuimail.net.imap.flags import FlagReader
from tuimail.net.imap.link import Link
from tuimail.net.imap.news import read_news
from tuimail.net.imap.rows import RowReader
from tuimail.net.imap.session import ImapSession
from tuimail.net.imap.translate import Response

SERVER = Server(host="localhost", port=1, tls=Tls.IMPLICIT)
CAPABILITIES = frozenset(
    {"IMAP4REV1", "IDLE", "NOTIFY", "QRESYNC", "CONDSTORE", "ESEARCH", "LIST-STATUS", "X-GM-EXT-1", "ID", "LITERAL+"}
)
KNOWN = Known(uidvalidity=7, modseq=80, uids=range(1, 50))
PIECES = (
    row(5),
    row(6).replace(b"FLAGS", b'X-GM-MSGID 99 X-GM-THRID 9 X-GM-LABELS ("\\\\Inbox" x) FLAGS'),
    b"* 1 FETCH (UID 5 FLAGS (\\Seen) MODSEQ (9))\r\n",
    b"* 2 FETCH (FLAGS (\\Seen) UID 4294967295)\r\n",
    b"* VANISHED (EARLIER) 1:4,4294967295\r\n",
    b"* VANISHED 4:1,3\r\n",
    b"* STATUS INBOX (MESSAGES 3 UNSEEN 99999999999999999999999)\r\n",
    b'* LIST (\\Sent) "/" "Entw&APw-rfe"\r\n',
    b"* LIST () NIL {3}\r\na\x1bb\r\n",
    b"* ENABLED QRESYNC\r\n",
    b"* OK [CLOSED] x\r\n",
    b"* OK [NOTIFICATIONOVERFLOW] x\r\n",
    b"* ESEARCH UID ALL 1:4,9\r\n",
    b"* SEARCH 1 2 3\r\n",
    b'* 9 FETCH (UID 5 RFC822.SIZE 60 BODYSTRUCTURE (("a" "b" ("c" "d") NIL NIL "e" 4 5) "f") '
    b"BODY[HEADER]<0> {4}\r\na:b\r BODY[1]<0> {2}\r\nhi BODY[1.MIME]<0> NIL BODY[]<0> {2}\r\nno)\r\n",
    b"* 3 EXISTS\r\n* 2 EXPUNGE\r\n",
    b"+ go\r\n",
    b"* BYE\r\n",
    SELECTED.replace(b"TAG", b"t3"),
    *(b"t%d OK done\r\n" % number for number in (1, 1, 2, 3, 4)),
    b"t1 NO [UNAVAILABLE] x\r\n",
    b"t2 BAD x\r\n",
)


def _go_on(_: object) -> bool:
    return True


CALLS: dict[str, Callable[[ImapSession], object]] = {
    "begin": lambda session: session.begin(b"INBOX", KNOWN),
    "changes": lambda session: session.changes_since(KNOWN),
    "rows": lambda session: session.rows([5, 6, 9]),
    "newest": lambda session: session.newest_rows(1, 3),
    "rows in slices": lambda session: session.rows_in(range(1, 10), _go_on, size=3),
    "flags": lambda session: session.flags(range(1, 10)),
    "structure": lambda session: session.structure(5),
    "sections": lambda session: session.sections(5, {"1": 10, "1.MIME": 10}),
    "part": lambda session: session.part(5, "1", check=lambda: None),
    "body": lambda session: session.body(5, check=lambda: None),
    "notify": lambda session: session.notify(),
    "watch": lambda session: session.watch(60, lambda _: session.wake()),
    "uids": lambda session: session.uids(),
    "uid ranges": lambda session: session.uid_ranges(exists=3),
}


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    """Pieces of answers in any order, some of them damaged."""
    whole = b"".join(draw(st.lists(st.sampled_from(PIECES), max_size=8)))
    for _ in range(draw(st.integers(min_value=0, max_value=3))):
        place = draw(st.integers(min_value=0, max_value=len(whole)))
        end = place + draw(st.integers(min_value=0, max_value=12))
        put = draw(st.sampled_from([b"", b"(", b")", b'"', b"\\", b"\x00", b"{9}", b"\r\n", b"\xff", b"9" * 30]))
        whole = whole[:place] + put + whole[end:]
    return whole


@contextmanager
def exchange_fed_with(answer: bytes) -> Iterator[Exchange]:
    """A connection whose server has said all that it ever will."""
    near, far = socket.socketpair()
    with far:
        far.sendall(answer)
        far.shutdown(socket.SHUT_WR)
        exchange = Exchange(Link(near, timeout_s=2), SERVER)
        exchange.capabilities = CAPABILITIES
        try:
            yield exchange
        finally:
            exchange.link.close()


@pytest.mark.parametrize("call", CALLS)
@settings(max_examples=50, deadline=None)
@given(answer=answers())
def test_no_answer_breaks_more_than_the_connection(call: str, answer: bytes) -> None:
    began_s = time.monotonic()
    with exchange_fed_with(answer) as exchange, contextlib.suppress(TuimailError):
        CALLS[call](ImapSession(exchange))

    assert time.monotonic() - began_s < 1


@settings(max_examples=100, deadline=None)
@given(answer=answers())
def test_what_a_mangled_start_tells_is_clean(answer: bytes) -> None:
    ends = b"".join(b"t%d OK x\r\n" % number for number in range(1, 5))
    with exchange_fed_with(answer + ends) as exchange:
        try:
            begun = ImapSession(exchange).begin(b"INBOX", KNOWN)
        except TuimailError:
            return

    for mailbox in begun.mailboxes or ():
        assert is_clean_line(mailbox.name)
    if begun.selected is not None and begun.selected.changes is not None:
        assert all(is_clean_line(flag) for flags in begun.selected.changes.flags.values() for flag in flags)
        assert len(begun.selected.changes.vanished or ()) < 500


@pytest.mark.parametrize(
    "piece", [b'"', b"\\", b'\\"', b"(", b")", b"a ", b"\\a", b"UID 1 ", b"MODSEQ (1) ", b"FLAGS () "]
)
def test_a_line_of_half_a_megabyte_is_read_at_once(piece: bytes) -> None:
    for start in (b"* 1 FETCH (", b"* 1 FETCH (X-GM-LABELS (", b"* 1 FETCH (UID 1 FLAGS (", b"* STATUS "):
        line = start + piece * (500_000 // len(piece))
        began_s = time.process_time()
        with exchange_fed_with(b"") as exchange:
            RowReader(exchange, range(10)).take(line)
        flags = FlagReader()
        flags.take(line)
        flags.read([Response(line[2:])])
        read_news([Response(line[2:])])

        assert time.process_time() - began_s < 1
