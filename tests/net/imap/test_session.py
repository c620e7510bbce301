import base64
import json
import re
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.certificates import Certificate, make_certificate
from tests.fakes.imap_server import CAPABILITIES, SELECTED, ImapScript, row
from tests.fakes.wire_server import Gone, Peer, WireServer
from tests.net.conftest import Serve, after, trust
from tuimail.domain.account import Server, Tls
from tuimail.domain.errors import ErrorKind, NetworkError, Remedy, ServerError, TuimailError
from tuimail.domain.token import Secret
from tuimail.net.errors import ConnectionEnded, LoginRefused
from tuimail.net.imap.fetch import PIECE
from tuimail.net.imap.session import ImapSession

TOKEN = "ya29.secret-token"  # noqa: S105 (made up)


@contextmanager
def session_with(address: Server, certificate: Certificate, *, timeout_s: float = 5.0) -> Iterator[ImapSession]:
    session = ImapSession.connect(address, trust(certificate), timeout_s=timeout_s)
    try:
        yield session
    finally:
        session.close()


def challenge(**fields: str) -> bytes:
    return base64.b64encode(json.dumps(fields).encode())


# --- connecting and signing in


def test_signing_in_takes_one_round_trip_and_new_capabilities(serve: Serve, certificate: Certificate) -> None:
    script = ImapScript(answers={b"AUTHENTICATE": b"TAG OK [CAPABILITY IMAP4rev1 QRESYNC] welcome\r\n"})
    with session_with(serve(script).address, certificate) as session:
        session.sign_in("me@x.test", Secret(TOKEN))

        assert session.capabilities == {"IMAP4REV1", "QRESYNC"}
    assert len(script.commands) == 1
    sent = base64.b64decode(script.commands[0].split()[2])
    assert sent == b"user=me@x.test\x01auth=Bearer " + TOKEN.encode() + b"\x01\x01"


def test_without_sasl_ir_the_token_waits_for_the_question(serve: Serve, certificate: Certificate) -> None:
    def ask(peer: Peer, tag: bytes, text: bytes) -> None:
        assert text == b"AUTHENTICATE XOAUTH2"
        peer.send(b"+ \r\n")
        assert TOKEN.encode() in base64.b64decode(peer.line())
        peer.send(tag + b" OK welcome\r\n")

    script = ImapScript(answers={b"AUTHENTICATE": ask}, capabilities=b"IMAP4rev1 AUTH=XOAUTH2")
    with session_with(serve(script).address, certificate) as session:
        session.sign_in("me@x.test", Secret(TOKEN))

    assert script.commands == [b"AUTHENTICATE XOAUTH2", b"CAPABILITY"]


@pytest.mark.parametrize(("mechanism", "answer"), [(b"XOAUTH2", b""), (b"OAUTHBEARER", b"AQ==")])
def test_the_error_challenge_is_answered_without_the_token_and_its_reason_kept(
    serve: Serve, certificate: Certificate, mechanism: bytes, answer: bytes
) -> None:
    answers: list[bytes] = []

    def refuse(peer: Peer, tag: bytes, _: bytes) -> None:
        peer.send(b"+ " + challenge(status="401", scope="mail.\x1bread", schemes="bearer") + b"\r\n")
        answers.append(peer.line())
        peer.send(tag + b" NO [AUTHENTICATIONFAILED] Invalid credentials\r\n")

    script = ImapScript(answers={b"AUTHENTICATE": refuse}, capabilities=b"SASL-IR AUTH=" + mechanism)
    with session_with(serve(script).address, certificate) as session, pytest.raises(LoginRefused) as caught:
        session.sign_in("me@x.test", Secret(TOKEN))

    assert answers == [answer]
    assert caught.value.kind is ErrorKind.LOGIN_REFUSED
    assert caught.value.challenge_status == "401"
    assert caught.value.challenge_scope == "mail.\N{REPLACEMENT CHARACTER}read"
    assert "Invalid credentials" in caught.value.detail
    assert TOKEN not in str(caught.value) + caught.value.detail


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"TAG NO AUTHENTICATE failed.\r\n", ErrorKind.LOGIN_REFUSED),
        (b"TAG NO [UNAVAILABLE] Temporary authentication failure.\r\n", ErrorKind.THROTTLED),
        (b"TAG NO [ALERT] Too many simultaneous connections. (Failure)\r\n", ErrorKind.THROTTLED),
        (b"TAG BAD User is authenticated but not connected.\r\n", ErrorKind.SERVER_REFUSED),
        (b"* BYE shutting down\r\n", ErrorKind.CONNECTION_LOST),
        (b"+ !!!not base64\r\n" * 10, ErrorKind.SERVER_UNREADABLE),
    ],
)
def test_each_refused_sign_in_has_its_kind(
    serve: Serve, certificate: Certificate, answer: bytes, kind: ErrorKind
) -> None:
    script = ImapScript(answers={b"AUTHENTICATE": answer})
    with session_with(serve(script).address, certificate) as session, pytest.raises(TuimailError) as caught:
        session.sign_in("me@x.test", Secret(TOKEN))

    assert caught.value.kind is kind


def test_no_mechanism_or_an_odd_login_sends_no_token(serve: Serve, certificate: Certificate) -> None:
    plain = serve(ImapScript(capabilities=b"IMAP4rev1 AUTH=PLAIN"))
    with session_with(plain.address, certificate) as session, pytest.raises(ServerError) as caught:
        session.sign_in("me@x.test", Secret(TOKEN))
    able = serve(ImapScript())
    with session_with(able.address, certificate) as session, pytest.raises(TuimailError):
        session.sign_in("me@x.test\x01auth=Bearer other", Secret(TOKEN))

    assert caught.value.kind is ErrorKind.NO_MECHANISM
    assert b"AUTHENTICATE" not in plain.received + able.received


def _upgrade(extra: bytes = b"") -> Callable[[Peer, bytes, bytes], None]:
    def answer(peer: Peer, tag: bytes, _: bytes) -> None:
        peer.send(tag + b" OK go\r\n" + extra)
        peer.start_tls()

    return answer


def test_starttls_forgets_what_came_before_and_protects_the_token(serve: Serve, certificate: Certificate) -> None:
    script = ImapScript(
        answers={b"STARTTLS": _upgrade()}, greeting=b"* OK [CAPABILITY STARTTLS AUTH=OAUTHBEARER SASL-IR] hi\r\n"
    )
    server = serve(script, tls=Tls.STARTTLS)
    with session_with(server.address, certificate) as session:
        assert "AUTH=XOAUTH2" in session.capabilities
        session.sign_in("me@x.test", Secret(TOKEN))

    assert server.peers[0].before_tls == b"t1 STARTTLS\r\n"


@pytest.mark.parametrize(
    "script",
    [
        ImapScript(greeting=b"* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] hi\r\n"),
        ImapScript(greeting=b"* OK hi\r\n", answers={b"STARTTLS": b"TAG NO no\r\n"}),
        ImapScript(greeting=b"* OK hi\r\n", answers={b"STARTTLS": b"TAG BAD what\r\n"}),
        ImapScript(greeting=b"* OK hi\r\n", answers={b"STARTTLS": b"+ go\r\n"}),
        ImapScript(greeting=b"* PREAUTH hi\r\n"),
        ImapScript(greeting=b"HTTP/1.1 302 Found\r\n"),
        ImapScript(greeting=b"* OK hi\r\n", answers={b"STARTTLS": _upgrade(b"* CAPABILITY AUTH=PLAIN\r\n")}),
    ],
    ids=["not offered", "no", "bad", "continuation", "preauth", "portal", "injected"],
)
def test_stripped_tls_ends_the_connection_with_nothing_said(
    serve: Serve, certificate: Certificate, script: ImapScript
) -> None:
    server = serve(script, tls=Tls.STARTTLS)

    with pytest.raises(NetworkError) as caught, session_with(server.address, certificate):
        pass

    assert caught.value.kind is ErrorKind.TLS_FAILED
    assert server.received in {b"", b"t1 STARTTLS\r\n"}


def test_preauth_and_other_odd_greetings_are_refused_under_tls_too(serve: Serve, certificate: Certificate) -> None:
    for greeting in (b"* PREAUTH hi\r\n", b"+ what\r\n", b"\x00\x01\r\n", b"* LIST\r\n"):
        with pytest.raises(ServerError) as caught:
            ImapSession.connect(serve(ImapScript(greeting=greeting)).address, trust(certificate))
        assert caught.value.kind is ErrorKind.SERVER_UNREADABLE


@pytest.mark.parametrize(
    ("host", "days", "word"), [("other.test", (-1, 30), "another server"), ("localhost", (-30, -1), "expired")]
)
def test_a_wrong_certificate_is_refused(
    tmp_path_factory: pytest.TempPathFactory, host: str, days: tuple[int, int], word: str
) -> None:
    made = make_certificate(tmp_path_factory.mktemp("wrong"), host=host, days=days)
    with (
        WireServer(ImapScript(), made.server_context()) as server,
        pytest.raises(NetworkError, match=word) as caught,
    ):
        ImapSession.connect(server.address, made.client_context())

    assert caught.value.kind is ErrorKind.TLS_FAILED
    assert server.received == b""


def test_a_certificate_of_nobody_known_is_refused(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = make_certificate(tmp_path_factory.mktemp("other"))

    with pytest.raises(NetworkError, match="nobody this computer trusts"):
        ImapSession.connect(serve(ImapScript()).address, other.client_context())


def test_nobody_listening_is_offline(certificate: Certificate) -> None:
    with WireServer(ImapScript(), certificate.server_context()) as server:
        address = server.address

    with pytest.raises(NetworkError) as caught:
        ImapSession.connect(address, trust(certificate))
    assert caught.value.kind is ErrorKind.OFFLINE


def test_an_expired_token_in_a_bye_is_recognised(serve: Serve, certificate: Certificate) -> None:
    bye = b"* BYE Session invalidated - AccessTokenExpired\r\n"
    with (
        session_with(serve(ImapScript(answers={b"NOOP": bye})).address, certificate) as session,
        pytest.raises(ConnectionEnded) as caught,
    ):
        session.noop()

    assert caught.value.kind is ErrorKind.CONNECTION_LOST
    assert caught.value.token_expired


# --- mailboxes


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


# --- messages


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
        flags, vanished = session.changed_since(70)

    assert flags == {7: {"\\Seen"}}
    assert vanished == [3, 4, 5, 9]
    assert script.commands[0] == b"ENABLE QRESYNC"
    assert script.commands[2] == b"UID FETCH 1:* (UID FLAGS) (CHANGEDSINCE 70 VANISHED)"


def test_too_many_vanished_uids_are_not_told_but_cost_no_memory(serve: Serve, certificate: Certificate) -> None:
    answer = b"* VANISHED (EARLIER) 1:4294967295\r\n* 1 FETCH (UID 7 FLAGS ())\r\nTAG OK done\r\n"
    script = ImapScript(answers={b"UID FETCH": answer}, capabilities=CAPABILITIES + b" QRESYNC")
    with session_with(serve(script).address, certificate) as session:
        assert session.changed_since(70) == ({7: frozenset()}, None)


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
        assert session.move([4], b"Archive") == {4: 11}

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


# --- hostile answers


@pytest.mark.parametrize(
    "answer",
    [
        b"* 1 FETCH (UID 1 BODY[] {4294967296}\r\n",
        b"* 1 FETCH (UID 1 BODY[] {99999999999999}\r\nTAG OK\r\n",
        b"* SEARCH 0\r\nTAG OK done\r\n",
        b"* SEARCH 1 x\r\nTAG OK done\r\n",
        b"* ESEARCH UID ALL 1:4294967295\r\nTAG OK done\r\n",
        b"garbage\r\n",
        b"t999 OK what\r\n",
        b"+ surprise\r\n",
        b"* ESEARCH " + b"(" * 5000 + b"\r\nTAG OK done\r\n",
    ],
)
def test_nonsense_closes_the_connection_and_says_so(serve: Serve, certificate: Certificate, answer: bytes) -> None:
    with session_with(serve(ImapScript(answers={b"UID SEARCH": answer})).address, certificate) as session:
        with pytest.raises(ServerError) as caught:
            session.uids()
        with pytest.raises(NetworkError):
            session.noop()

    assert caught.value.kind is ErrorKind.SERVER_UNREADABLE
    assert caught.value.remedy is Remedy.TELL


def test_a_line_without_end_is_given_up(serve: Serve, certificate: Certificate) -> None:
    def flood(peer: Peer, _tag: bytes, _text: bytes) -> None:
        while True:
            peer.send(b"* SEARCH " + b"1 " * 500_000)

    with (
        session_with(serve(ImapScript(answers={b"UID SEARCH": flood})).address, certificate) as session,
        pytest.raises(ServerError) as caught,
    ):
        session.uids()

    assert caught.value.kind is ErrorKind.SERVER_UNREADABLE


def test_a_trickle_is_given_up_though_it_never_stops(serve: Serve, certificate: Certificate) -> None:
    def trickle(peer: Peer, _tag: bytes, _text: bytes) -> None:
        pause = threading.Event()
        while True:
            peer.send(b".")
            pause.wait(0.05)

    server = serve(ImapScript(answers={b"NOOP": trickle}))
    with session_with(server.address, certificate, timeout_s=0.4) as session:
        began = time.monotonic()
        with pytest.raises(NetworkError) as caught:
            session.noop()

    assert caught.value.kind is ErrorKind.TIMED_OUT
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("end", [b"", b"* 1 FET", b"* SEARCH {5}\r\nab", b"t1 O"])
def test_a_cut_answer_is_a_lost_connection(serve: Serve, certificate: Certificate, end: bytes) -> None:
    def cut(peer: Peer, _tag: bytes, _text: bytes) -> None:
        peer.send(end)
        raise Gone

    with (
        session_with(serve(ImapScript(answers={b"UID SEARCH": cut})).address, certificate) as session,
        pytest.raises(NetworkError) as caught,
    ):
        session.uids()

    assert caught.value.kind is ErrorKind.CONNECTION_LOST


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.text(max_size=30) | st.text(alphabet='\r\n\0 "\\{}()*%ab', max_size=30))
def test_no_value_becomes_a_command_of_its_own(one_session: "Calls", value: str) -> None:
    raw = value.encode("utf-8", "surrogatepass")
    session = one_session.session
    for call in (
        lambda: session.select(raw),
        lambda: session.store_flags([1], frozenset({value}), frozenset()),
        lambda: session.move([1], raw),
        lambda: session.append(raw, raw, frozenset()),
        lambda: session.find_message_id(value),
    ):
        before = len(one_session.script.commands)
        try:
            call()
        except ServerError:
            continue
        assert len(one_session.script.commands) == before + 1
    before = len(one_session.script.commands)
    session.noop()
    assert one_session.script.commands[before:] == [b"NOOP"]


class Calls:
    def __init__(self, session: ImapSession, script: ImapScript) -> None:
        self.session = session
        self.script = script


@pytest.fixture
def one_session(serve: Serve, certificate: Certificate) -> Iterator[Calls]:
    script = ImapScript(answers={b"SELECT": SELECTED})
    with session_with(serve(script).address, certificate) as session:
        yield Calls(session, script)


# --- waiting


def _announce(news: bytes, began: threading.Event) -> Callable[[Peer, bytes, bytes], None]:
    def idle(peer: Peer, tag: bytes, _: bytes) -> None:
        peer.send(b"+ idling\r\n" + news)
        began.set()
        peer.line()
        peer.send(tag + b" OK done\r\n")

    return idle


@pytest.mark.parametrize("news", [b"* 4 EXISTS\r\n", b"* VANISHED 3\r\n", b"* OK Still here\r\n* 2 EXPUNGE\r\n"])
def test_news_in_the_same_segment_as_the_continuation_is_heard(
    serve: Serve, certificate: Certificate, news: bytes
) -> None:
    heard: list[bool] = []
    server = serve(ImapScript(answers={b"IDLE": _announce(news, threading.Event())}))
    with session_with(server.address, certificate) as session:
        session.idle(60, lambda: heard.append(True))

    assert heard == [True]


def test_a_wake_ends_idle_at_once_and_the_next_command_works(serve: Serve, certificate: Certificate) -> None:
    began = threading.Event()
    heard: list[bool] = []
    server = serve(ImapScript(answers={b"IDLE": _announce(b"", began)}))
    with session_with(server.address, certificate) as session:
        waker = after(began, session.wake)
        session.idle(60, lambda: heard.append(True))
        waker.join()
        session.noop()

    assert heard == []


def test_a_wake_before_idle_is_not_lost(serve: Serve, certificate: Certificate) -> None:
    with session_with(serve(ImapScript()).address, certificate) as session:
        session.wake()
        session.noop()

        session.idle(60, pytest.fail)


def test_idle_is_begun_anew_in_time(serve: Serve, certificate: Certificate) -> None:
    rounds: list[int] = []

    def idle(peer: Peer, tag: bytes, _: bytes) -> None:
        rounds.append(1)
        peer.send(b"+ idling\r\n" + (b"* 4 EXISTS\r\n" if len(rounds) == 3 else b""))
        peer.line()
        peer.send(tag + b" OK done\r\n")

    with session_with(serve(ImapScript(answers={b"IDLE": idle})).address, certificate) as session:
        session.idle(0.05, lambda: None)

    assert len(rounds) == 3


def test_without_idle_the_server_is_asked_now_and_then(serve: Serve, certificate: Certificate) -> None:
    asked: list[int] = []

    def noop(peer: Peer, tag: bytes, _: bytes) -> None:
        asked.append(1)
        peer.send((b"* 4 EXISTS\r\n" if len(asked) == 3 else b"") + tag + b" OK done\r\n")

    script = ImapScript(answers={b"NOOP": noop}, capabilities=b"IMAP4rev1")
    with session_with(serve(script).address, certificate) as session:
        session.idle(0.05, lambda: None)

    assert len(asked) == 3


@pytest.mark.parametrize("ending", [b"* BYE AccessTokenExpired\r\n", b""])
def test_idle_ends_with_the_connection(serve: Serve, certificate: Certificate, ending: bytes) -> None:
    def idle(peer: Peer, _tag: bytes, _text: bytes) -> None:
        peer.send(b"+ idling\r\n")
        peer.send(ending)
        raise Gone

    with (
        session_with(serve(ImapScript(answers={b"IDLE": idle})).address, certificate) as session,
        pytest.raises(NetworkError) as caught,
    ):
        session.idle(60, pytest.fail)

    assert caught.value.kind is ErrorKind.CONNECTION_LOST


@pytest.mark.parametrize("stuck_in", ["NOOP", "IDLE"])
def test_close_from_another_thread_frees_a_stuck_reader(serve: Serve, certificate: Certificate, stuck_in: str) -> None:
    reached = threading.Event()

    def hang(peer: Peer, _tag: bytes, _text: bytes) -> None:
        peer.send(b"+ idling\r\n" if stuck_in == "IDLE" else b"")
        reached.set()
        peer.wait_for_end()

    server = serve(ImapScript(answers={stuck_in.encode(): hang}))
    with session_with(server.address, certificate, timeout_s=60) as session:
        closer = after(reached, session.close)
        began = time.monotonic()
        with pytest.raises(NetworkError) as caught:
            session.idle(60, pytest.fail) if stuck_in == "IDLE" else session.noop()
        closer.join()

    assert caught.value.kind is ErrorKind.CONNECTION_LOST
    assert time.monotonic() - began < 5


def test_logout_waits_for_no_dead_server(serve: Serve, certificate: Certificate) -> None:
    server = serve(ImapScript(answers={b"LOGOUT": lambda peer, _tag, _text: peer.wait_for_end()}))
    with session_with(server.address, certificate) as session:
        began = time.monotonic()
        session.logout(0.2)
        session.logout(0.2)

    assert time.monotonic() - began < 3


def test_compression_goes_both_ways(serve: Serve, certificate: Certificate) -> None:
    def compress(peer: Peer, tag: bytes, _: bytes) -> None:
        peer.send(tag + b" OK go\r\n")
        unpack, pack = zlib.decompressobj(-15), zlib.compressobj(wbits=-15)
        plain_send, plain_fill = peer.send, peer._fill

        def fill() -> None:
            before = len(peer._buffer)
            plain_fill()
            packed = bytes(peer._buffer[before:])
            del peer._buffer[before:]
            peer._buffer += unpack.decompress(packed)

        peer.send = lambda data: plain_send(pack.compress(data) + pack.flush(zlib.Z_SYNC_FLUSH))  # type: ignore[method-assign]  # the server's other half
        peer._fill = fill  # type: ignore[method-assign]  # as above

    script = ImapScript(
        answers={b"COMPRESS": compress, b"UID FETCH": row(1, header=b"x" * 100_000) + b"TAG OK done\r\n"},
        capabilities=CAPABILITIES + b" COMPRESS=DEFLATE",
    )
    with session_with(serve(script).address, certificate) as session:
        assert session.compress()
        before = session.received_bytes
        (fetched,) = session.rows([1])
        session.noop()

        assert session.received_bytes - before < 2_000
    assert len(fetched.header) == 100_000
