"""Rows and flags of mailboxes that are too large for one answer."""

import re
from collections.abc import Callable

import pytest

from tests.fakes.certificates import Certificate
from tests.fakes.imap_server import ImapScript, row
from tests.fakes.wire_server import Peer
from tests.net.conftest import Serve
from tests.net.imap.conftest import session_with
from tuimail.domain.errors import ErrorKind, ServerError
from tuimail.net.imap.changes import Known
from tuimail.net.imap.rows import FetchedRow
from tuimail.net.imap.translate import read_numbers


class StopError(Exception):
    pass


class Slices(list[list[int]]):
    """UIDs of what was handed on."""

    def take(self, rows: list[FetchedRow]) -> bool:
        self.append([each.uid for each in rows])
        return True


def _asked(command: bytes) -> list[int]:
    match = re.match(rb"UID FETCH ([\d:,]+)", command)
    assert match
    return read_numbers(match[1])


def _serve_rows(peer: Peer, tag: bytes, text: bytes) -> None:
    peer.send(b"".join(row(uid, seq=uid) for uid in _asked(text)) + tag + b" OK done\r\n")


def test_rows_come_newest_first_with_the_next_slice_already_asked_for(serve: Serve, certificate: Certificate) -> None:
    slices = Slices()
    asked: list[int] = []
    script = ImapScript(answers={b"UID FETCH": _serve_rows})

    def take(rows: list[FetchedRow]) -> bool:
        asked.append(len(script.commands))
        return slices.take(rows)

    with session_with(serve(script).address, certificate) as session:
        assert session.rows_in([1, 2, 3, 5, 8, 13, 21], take, size=3)

    assert slices == [[21, 13, 8], [5, 3, 2], [1]]
    assert asked[-1] == 3
    assert [_asked(command) for command in script.commands] == [[8, 13, 21], [2, 3, 5], [1]]


def test_a_slice_of_uids_far_apart_is_one_command(serve: Serve, certificate: Certificate) -> None:
    uids = range(4_000_000_001, 4_000_002_001, 2)
    slices = Slices()
    script = ImapScript(answers={b"UID FETCH": _serve_rows})
    with session_with(serve(script).address, certificate) as session:
        session.rows_in(list(uids), slices.take, size=5_000)

    assert [uid for each in slices for uid in each] == list(uids)[::-1]
    assert len(script.commands) == 2


def test_slices_answered_side_by_side_are_kept_apart(serve: Serve, certificate: Certificate) -> None:
    slices = Slices()

    def mix(peer: Peer) -> None:
        peer.send(b"* OK [CAPABILITY IMAP4rev1] hi\r\n")
        one, other = (peer.line().split()[0] for _ in range(2))
        peer.send(row(1) + row(4) + row(2) + other + b" OK done\r\n" + row(3) + one + b" OK done\r\n")

    with session_with(serve(mix).address, certificate) as session:
        session.rows_in(range(1, 5), slices.take, size=2)

    assert slices == [[4, 3], [2, 1]]


def _stop(_: list[FetchedRow]) -> bool:
    return False


def _raise(_: list[FetchedRow]) -> bool:
    raise StopError


@pytest.mark.parametrize("take", [_stop, _raise])
def test_giving_up_between_slices_leaves_the_connection_good(
    serve: Serve, certificate: Certificate, take: Callable[[list[FetchedRow]], bool]
) -> None:
    script = ImapScript(answers={b"UID FETCH": _serve_rows})
    with session_with(serve(script).address, certificate) as session:
        if take is _stop:
            assert not session.rows_in(range(1, 101), take, size=10)
        else:
            with pytest.raises(StopError):
                session.rows_in(range(1, 101), take, size=10)
        (again,) = session.rows([50])

    assert again.uid == 50
    assert len(script.commands) == 3


def test_a_refused_slice_is_told_and_the_connection_stays_good(serve: Serve, certificate: Certificate) -> None:
    script = ImapScript(answers={b"UID FETCH": b"TAG NO [UNAVAILABLE] later\r\n"})
    with session_with(serve(script).address, certificate) as session:
        with pytest.raises(ServerError) as caught:
            session.rows_in(range(1, 101), _stop, size=10)
        session.noop()

    assert caught.value.kind is ErrorKind.THROTTLED


def test_rows_that_nobody_asked_for_are_dropped_however_many(serve: Serve, certificate: Certificate) -> None:
    def flood(peer: Peer, tag: bytes, _: bytes) -> None:
        peer.send(b"".join(row(uid) for uid in range(1_000, 5_000)) + row(3) * 500 + tag + b" OK done\r\n")

    slices = Slices()
    with session_with(serve(ImapScript(answers={b"UID FETCH": flood})).address, certificate) as session:
        session.rows_in([3, 4], slices.take)

    assert slices == [[3]]


@pytest.mark.parametrize(
    "answer",
    [
        row(5).replace(b")\r\n", b" FLAGS (\\Answered))\r\n"),
        b'* 1 FETCH (FLAGS (\\Seen) BODY[HEADER.FIELDS ("FROM")] {14}\r\nSubject: x\r\n\r\n UID 5)\r\n',
        b'* 1 FETCH (UID 5 BODY[HEADER.FIELDS (FROM)] "Subject: x" FLAGS (\\Seen))\r\n',
        b'* 1 fetch (uid 5 flags (\\seen) BODY[HEADER.FIELDS (FROM)] "Subject: x")\r\n',
        b"* 1 FETCH (X-ODD NIL UID 5 FLAGS (\\Seen) BODY[HEADER.FIELDS (FROM)] {14}\r\nSubject: x\r\n\r\n)\r\n",
    ],
    ids=["flags twice", "uid last", "quoted", "lower case", "unknown item"],
)
def test_rows_of_an_unusual_shape_are_read_the_long_way(serve: Serve, certificate: Certificate, answer: bytes) -> None:
    script = ImapScript(answers={b"UID FETCH": answer + row(6) + b"TAG OK done\r\n"})
    with session_with(serve(script).address, certificate) as session:
        five, six = session.rows([5, 6])

    assert (five.uid, five.header[:10], five.is_readable) == (5, b"Subject: x", True)
    assert (six.uid, six.modseq) == (6, 12)


KNOWN = Known(uidvalidity=7, modseq=70)
GMAIL = b"IMAP4rev1 CONDSTORE X-GM-EXT-1"


@pytest.mark.parametrize(
    "labels", [b'"\\\\Inbox" "a (b) UID 9" Caf&AOk- "\x1b[2J"', b"\\Inbox {11}\r\na (b) UID 9 Caf&AOk- {4}\r\n\x1b[2J"]
)
def test_gmails_numbers_and_labels_come_with_the_row(serve: Serve, certificate: Certificate, labels: bytes) -> None:
    answer = row(5).replace(
        b"FLAGS", b"X-GM-THRID 1278455344230334865 X-GM-MSGID 18446744073709551615 X-GM-LABELS (%s) FLAGS" % labels
    )
    script = ImapScript(answers={b"UID FETCH": answer + row(6) + b"TAG OK done\r\n"}, capabilities=GMAIL)
    with session_with(serve(script).address, certificate) as session:
        five, six = session.rows([5, 6])

    assert (five.gmail_id, five.gmail_thread) == (-1, 1278455344230334865)
    assert five.labels == ("\\Inbox", "a (b) UID 9", "Café", "\N{REPLACEMENT CHARACTER}[2J")
    assert five.flags == {"\\Seen"}
    assert (six.gmail_id, six.labels) == (None, ())
    assert b"MODSEQ X-GM-MSGID X-GM-THRID X-GM-LABELS BODY.PEEK" in script.commands[0]


@pytest.mark.parametrize("number", [b"18446744073709551616", b"0", b"x", b"-1", b"NIL", b"99999999999999999999999"])
def test_a_gmail_number_beyond_64_bits_is_none(serve: Serve, certificate: Certificate, number: bytes) -> None:
    answer = row(5).replace(b"FLAGS", b"X-GM-MSGID %s FLAGS" % number)
    script = ImapScript(answers={b"UID FETCH": answer + b"TAG OK done\r\n"}, capabilities=GMAIL)
    with session_with(serve(script).address, certificate) as session:
        (five,) = session.rows([5])

    assert five.gmail_id is None
    assert five.flags == {"\\Seen"}


def test_changes_bring_gmails_labels(serve: Serve, certificate: Certificate) -> None:
    answer = (
        b'* 1 FETCH (UID 7 MODSEQ (80) X-GM-LABELS ("\\\\Starred" "UID 9 FLAGS (x)") FLAGS (\\Seen))\r\n'
        b"* 2 FETCH (UID 8 FLAGS () MODSEQ (81))\r\nTAG OK done\r\n"
    )
    script = ImapScript(answers={b"UID FETCH": answer}, capabilities=GMAIL)
    with session_with(serve(script).address, certificate) as session:
        changes = session.changes_since(KNOWN)

    assert changes.flags == {7: {"\\Seen"}, 8: frozenset()}
    assert changes.labels == {7: ("\\Starred", "UID 9 FLAGS (x)")}
    assert script.commands[0] == b"UID FETCH 1:* (UID FLAGS X-GM-LABELS) (CHANGEDSINCE 70)"
