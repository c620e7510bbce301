"""Commands on mailboxes and messages."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.fakes.certificates import Certificate
from tests.fakes.imap_server import CAPABILITIES, SELECTED, ImapScript, row
from tests.fakes.wire_server import Peer
from tests.net.conftest import Serve
from tests.net.imap.conftest import session_with
from tuimail.domain.errors import ErrorKind, ServerError
from tuimail.net.imap.changes import Known
from tuimail.net.imap.fetch import PIECE

KNOWN = Known(uidvalidity=7, modseq=70)


def test_mailboxes_come_in_one_round_trip_with_counts_and_roles(serve: Serve, certificate: Certificate) -> None:
    listing = (
        b'* LIST (\\HasNoChildren) "/" INBOX\r\n'
        b"* STATUS INBOX (MESSAGES 3 UNSEEN 1 UIDNEXT 9 UIDVALIDITY 7 HIGHESTMODSEQ 12)\r\n"
        b'* LIST (\\Noselect) NIL "Shared"\r\n'
        b'* LIST (\\Sent) "/" "Entw&APw-rfe"\r\n'
        b'* LIST () "/" {4}\r\na"\\b\r\n'
        b'* LIST () "/" "bad&!-\x1b[31m"\r\n'
        b"* LIST nonsense\r\n"
        b'* LIST () "/" ""\r\n'
        b"TAG OK done\r\n"
    )
    script = ImapScript(answers={b"LIST": listing})
    with session_with(serve(script).address, certificate) as session:
        inbox, shared, sent, odd, bad, *rest = session.list_mailboxes()

    assert (inbox.name, inbox.total, inbox.unread, inbox.uidnext, inbox.highestmodseq) == ("INBOX", 3, 1, 9, 12)
    assert (shared.selectable, shared.delimiter) == (False, "")
    assert (sent.name, sent.raw, sent.attributes) == ("Entwürfe", b"Entw&APw-rfe", ("\\Sent",))
    assert odd.raw == b'a"\\b'
    assert bad.raw == b"bad&!-\x1b[31m"
    assert "\x1b" not in bad.name
    assert len(script.commands) == 1
    assert len(rest) == 1


def test_without_list_status_counts_are_asked_one_by_one(serve: Serve, certificate: Certificate) -> None:
    script = ImapScript(
        answers={
            b"LIST": b'* LIST () "." a\r\n* LIST (\\Noselect) "." b\r\n* LIST () "." c\r\nTAG OK done\r\n',
            b'STATUS "a"': b"* STATUS a (MESSAGES 5 UNSEEN 2)\r\nTAG OK done\r\n",
            b'STATUS "c"': b"TAG NO not now\r\n",
        },
        capabilities=b"IMAP4rev1",
    )
    with session_with(serve(script).address, certificate) as session:
        listed = session.list_mailboxes()

    assert [(mailbox.name, mailbox.total) for mailbox in listed] == [("a", 5), ("b", 0), ("c", 0)]
    assert len(script.commands) == 3


def test_select_tells_what_synchronising_needs(serve: Serve, certificate: Certificate) -> None:
    script = ImapScript(answers={b"SELECT": SELECTED, b"EXAMINE": SELECTED})
    with session_with(serve(script).address, certificate) as session:
        selected = session.select(b'odd "name"')
        session.select(b"INBOX", readonly=True)

    assert (selected.uidvalidity, selected.uidnext, selected.exists, selected.highestmodseq) == (7, 44, 3, 90)
    assert script.commands == [b'SELECT "odd \\"name\\"" (CONDSTORE)', b'EXAMINE "INBOX" (CONDSTORE)']


def test_a_missing_mailbox_is_a_refusal_that_leaves_the_connection_good(serve: Serve, certificate: Certificate) -> None:
    script = ImapScript(answers={b"SELECT": b"TAG NO [NONEXISTENT] Unknown \x1b[2Jmailbox\r\n"})
    with session_with(serve(script).address, certificate) as session:
        with pytest.raises(ServerError) as caught:
            session.select(b"gone")
        session.noop()

    assert caught.value.kind is ErrorKind.SERVER_REFUSED
    assert "\x1b" not in caught.value.detail


def test_rows_are_read_whatever_else_is_said(serve: Serve, certificate: Certificate) -> None:
    answer = (
        row(5, flags=b"\\Seen \\Recent $junk", header=b"Subject: UID 99 {3}\r\n\r\n")
        + b"* 9 EXISTS\r\n"
        + b"* 7 FETCH (FLAGS (\\Deleted))\r\n"
        + row(99)
        + b'* 3 FETCH (BODY[HEADER.FIELDS (FROM)] "x" RFC822.SIZE 12 FLAGS () INTERNALDATE "nonsense" UID 6)\r\n'
        + b"* 4 FETCH (UID 8 FLAGS BROKEN\r\n"
        + b"* 1 FETCH (UID 5 FLAGS (\\Flagged))\r\n"
        + b"TAG OK done\r\n"
    )
    script = ImapScript(answers={b"UID FETCH": answer})
    with session_with(serve(script).address, certificate) as session:
        five, six, eight = session.rows([5, 6, 8, 10])

    assert five.uid == 5
    assert five.flags == {"\\Flagged"}
    assert five.header == b"Subject: UID 99 {3}\r\n\r\n"
    assert five.internal_date == datetime(1996, 7, 17, 9, 44, 25, tzinfo=UTC)
    assert (five.size_bytes, five.modseq, five.is_readable) == (4286, 12, True)
    assert (six.uid, six.header, six.size_bytes, six.internal_date.year) == (6, b"x", 12, 1970)
    assert (eight.uid, eight.is_readable) == (8, False)
    assert script.commands[0].startswith(b"UID FETCH 5:6,8,10 (UID FLAGS INTERNALDATE RFC822.SIZE MODSEQ BODY.PEEK[")


def test_the_newest_rows_need_no_uid(serve: Serve, certificate: Certificate) -> None:
    answer = row(8, seq=3) + row(5, seq=2) + row(77, seq=40) + b"TAG OK done\r\n"
    script = ImapScript(answers={b"FETCH 2:3": answer})
    with session_with(serve(script).address, certificate) as session:
        rows = session.newest_rows(2, 3)

    assert [each.uid for each in rows] == [5, 8]


def test_no_more_rows_are_taken_than_there_are_numbers(serve: Serve, certificate: Certificate) -> None:
    answer = b"".join(row(uid, seq=2) for uid in range(1, 500)) + b"TAG OK done\r\n"
    with session_with(serve(ImapScript(answers={b"FETCH 2:3": answer})).address, certificate) as session:
        assert len(session.newest_rows(2, 3)) == 2


def test_uids_come_short_or_long_and_only_from_where_asked(serve: Serve, certificate: Certificate) -> None:
    short = ImapScript(answers={b"UID SEARCH": b'* ESEARCH (TAG "t1") UID ALL 12:14,20\r\nTAG OK done\r\n'})
    long = ImapScript(answers={b"UID SEARCH": b"* SEARCH 20 12 3\r\nTAG OK done\r\n"}, capabilities=b"IMAP4rev1")
    with session_with(serve(short).address, certificate) as session:
        assert session.uids(13) == [13, 14, 20]
    with session_with(serve(long).address, certificate) as session:
        assert session.uids(12) == [12, 20]

    assert short.commands == [b"UID SEARCH RETURN (ALL) UID 13:*"]
    assert long.commands == [b"UID SEARCH UID 12:*"]


def test_changes_come_with_what_vanished(serve: Serve, certificate: Certificate) -> None:
    answer = b"* VANISHED (EARLIER) 3:5,9\r\n* 1 FETCH (UID 7 FLAGS (\\Seen) MODSEQ (80))\r\nTAG OK done\r\n"
    script = ImapScript(answers={b"UID FETCH": answer, b"SELECT": SELECTED}, capabilities=CAPABILITIES + b" QRESYNC")
    with session_with(serve(script).address, certificate) as session:
        session.select(b"INBOX")
        changes = session.changes_since(KNOWN)

    assert changes.flags == {7: {"\\Seen"}}
    assert changes.vanished == [3, 4, 5, 9]
    assert script.commands[0] == b"ENABLE QRESYNC"
    assert script.commands[2] == b"UID FETCH 1:* (UID FLAGS) (CHANGEDSINCE 70 VANISHED)"


def test_too_many_vanished_uids_are_not_told_but_cost_no_memory(serve: Serve, certificate: Certificate) -> None:
    answer = b"* VANISHED (EARLIER) 1:4294967295\r\n* 1 FETCH (UID 7 FLAGS ())\r\nTAG OK done\r\n"
    script = ImapScript(answers={b"UID FETCH": answer}, capabilities=CAPABILITIES + b" QRESYNC")
    with session_with(serve(script).address, certificate) as session:
        changes = session.changes_since(KNOWN)

    assert changes.flags == {7: frozenset()}
    assert changes.vanished is None


def test_flags_of_a_range_are_one_command(serve: Serve, certificate: Certificate) -> None:
    script = ImapScript(answers={b"UID FETCH 3:900": b"* 1 FETCH (UID 7 FLAGS (\\Seen))\r\nTAG OK done\r\n"})
    with session_with(serve(script).address, certificate) as session:
        assert session.flags(range(3, 901)) == {7: {"\\Seen"}}


def _serve_pieces(mail: bytes) -> Callable[[Peer, bytes, bytes], None]:
    def answer(peer: Peer, tag: bytes, text: bytes) -> None:
        match = re.search(rb"<(\d+)\.(\d+)>", text)
        assert match
        start, count = int(match[1]), int(match[2])
        piece = mail[start : start + count]
        peer.send(b"* 1 FETCH (UID 4 RFC822.SIZE %d BODY[]<%d> {%d}\r\n" % (len(mail), start, len(piece)))
        peer.send(piece + b")\r\n" + tag + b" OK done\r\n")

    return answer


def test_a_body_comes_in_pieces_and_can_be_given_up_between_them(serve: Serve, certificate: Certificate) -> None:
    mail = bytes(range(256)) * (PIECE // 256 * 2) + b"end"
    told: list[tuple[int, int]] = []

    class GivenUpError(Exception):
        pass

    def give_up() -> None:
        if told:
            raise GivenUpError

    server = serve(ImapScript(answers={b"UID FETCH": _serve_pieces(mail)}))
    with session_with(server.address, certificate) as session:
        body = session.body(4, on_bytes=lambda done, total: told.append((done, total)), check=lambda: None)
        with pytest.raises(GivenUpError):
            session.body(4, check=give_up)
        session.noop()

    assert body == mail
    assert told == [(PIECE, len(mail)), (2 * PIECE, len(mail)), (len(mail), len(mail))]


def test_a_message_that_is_gone_says_so(serve: Serve, certificate: Certificate) -> None:
    other = b"* 1 FETCH (UID 5 BODY[]<0> {1}\r\nx)\r\nTAG OK done\r\n"
    with (
        session_with(serve(ImapScript(answers={b"UID FETCH": other})).address, certificate) as session,
        pytest.raises(ServerError) as caught,
    ):
        session.body(4, check=lambda: None)

    assert caught.value.kind is ErrorKind.MESSAGE_GONE


def test_flags_are_added_and_removed_never_replaced(serve: Serve, certificate: Certificate) -> None:
    script = ImapScript()
    with session_with(serve(script).address, certificate) as session:
        session.store_flags([3, 1, 2], frozenset({"\\Seen", "$Forwarded"}), frozenset({"\\Flagged"}))

    assert script.commands == [
        b"UID STORE 1:3 +FLAGS.SILENT ($Forwarded \\Seen)",
        b"UID STORE 1:3 -FLAGS.SILENT (\\Flagged)",
    ]


@pytest.mark.parametrize(
    ("answer", "moved"),
    [
        (b"* OK [COPYUID 7 4:5 11:12] moved\r\n* 1 EXPUNGE\r\nTAG OK done\r\n", {4: 11, 5: 12}),
        (b"TAG OK [COPYUID 7 4,5 12:11] done\r\n", {4: 12, 5: 11}),
        (b"TAG OK [COPYUID 7 4:5 11] done\r\n", {}),
        (b"TAG OK [COPYUID 7] done\r\n", {}),
        (b"TAG OK [COPYUID x 1:4294967295 1:4294967295] done\r\n", {}),
        (b"TAG OK done\r\n", {}),
    ],
)
def test_a_move_succeeds_whatever_its_receipt(
    serve: Serve, certificate: Certificate, answer: bytes, moved: dict[int, int]
) -> None:
    with session_with(serve(ImapScript(answers={b"UID MOVE": answer})).address, certificate) as session:
        assert session.move([4, 5], b"Archive") == moved


@pytest.mark.parametrize("capabilities", [b"IMAP4rev1 UIDPLUS", b"IMAP4rev1"])
def test_without_move_nobody_elses_mail_is_expunged(
    serve: Serve, certificate: Certificate, capabilities: bytes
) -> None:
    script = ImapScript(answers={b"UID COPY": b"TAG OK [COPYUID 7 4 11] done\r\n"}, capabilities=capabilities)
    with session_with(serve(script).address, certificate) as session:
        assert not session.can_move
        assert session.copy([4], b"Archive") == {4: 11}
        session.remove([4])

    expected = [b'UID COPY 4 "Archive"', b"UID STORE 4 +FLAGS.SILENT (\\Deleted)"]
    assert script.commands == expected + ([b"UID EXPUNGE 4"] if b"UIDPLUS" in capabilities else [])


@pytest.mark.parametrize("capabilities", [CAPABILITIES, b"IMAP4rev1"])
def test_an_appended_mail_has_proper_line_ends(serve: Serve, certificate: Certificate, capabilities: bytes) -> None:
    script = ImapScript(answers={b"APPEND": b"TAG OK [APPENDUID 7 12] done\r\n"}, capabilities=capabilities)
    when = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    with session_with(serve(script).address, certificate) as session:
        uid = session.append(b"Sent", b"a\nb\r\n\xff", frozenset({"\\Seen"}), date=when)

    assert uid == 12
    assert script.commands == [b'APPEND "Sent" (\\Seen) "03-Feb-2026 04:05:06 +0000" a\r\nb\r\n\xff']


def test_an_append_that_is_refused_before_the_mail_leaves_the_connection_good(
    serve: Serve, certificate: Certificate
) -> None:
    def refuse(peer: Peer) -> None:
        peer.send(b"* OK [CAPABILITY IMAP4rev1] hi\r\n")
        tag = peer.line().split()[0]
        peer.send(tag + b" NO [OVERQUOTA] full\r\n")
        peer.send(peer.line().split()[0] + b" OK fine\r\n")

    with session_with(serve(refuse).address, certificate) as session:
        with pytest.raises(ServerError, match="said no"):
            session.append(b"Sent", b"x", frozenset())
        session.noop()
