import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.fakes.certificates import Certificate
from tests.fakes.smtp_server import EHLO, SmtpScript
from tests.fakes.wire_server import Gone, Peer
from tests.net.conftest import Serve, after, trust
from tuimail.domain.account import Server, Tls
from tuimail.domain.errors import ErrorKind, NetworkError, Remedy, SendError, ServerError
from tuimail.domain.token import Secret
from tuimail.net.errors import LoginRefused
from tuimail.net.smtp import Delivery, Phase, SmtpSession, SmtpTimeouts

TOKEN = "ya29.secret-token"  # noqa: S105 (made up)
MAIL = b"Subject: x\r\n\r\nhello\r\n"
QUICK = SmtpTimeouts(connect_s=5, reply_s=5, piece_s=5, verdict_s=5, quit_s=0.5)


@contextmanager
def session_with(address: Server, certificate: Certificate) -> Iterator[SmtpSession]:
    session = SmtpSession.connect(address, trust(certificate), timeouts=QUICK)
    try:
        yield session
    finally:
        session.close()


def send(session: SmtpSession, *recipients: str, mail: bytes = MAIL) -> Delivery:
    return session.send("me@example.test", recipients or ("you@example.test",), mail, on_phase=lambda _: None)


def test_a_mail_arrives_as_it_was_given(serve: Serve, certificate: Certificate) -> None:
    script = SmtpScript()
    with session_with(serve(script).address, certificate) as session:
        session.sign_in("me@example.test", Secret(TOKEN))

        delivery = send(session)

    assert delivery == Delivery(accepted=("you@example.test",))
    assert script.mails == [MAIL]
    assert script.commands[0] == b"EHLO [127.0.0.1]"


def test_phases_are_told_before_their_step(serve: Serve, certificate: Certificate) -> None:
    script = SmtpScript()
    told: list[tuple[Phase, int]] = []
    with session_with(serve(script).address, certificate) as session:
        session.send(
            "me@example.test", ["a@x.test", "b@x.test"], MAIL, on_phase=lambda p: told.append((p, len(script.mails)))
        )

    assert [phase for phase, _ in told] == [
        Phase.MAIL, Phase.RCPT, Phase.RCPT, Phase.DATA, Phase.BODY, Phase.AFTER_DOT, Phase.ANSWERED,
    ]  # fmt: skip
    assert told[-2] == (Phase.AFTER_DOT, 0)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (b"a\nb", b"a\r\nb\r\n"),
        (b"a\rb\r\n", b"a\r\nb\r\n"),
        (b"a\n.\nMAIL FROM:<evil@x>\n", b"a\r\n..\r\nMAIL FROM:<evil@x>\r\n"),
        (b"a\r.\r\n", b"a\r\n..\r\n"),
        (b".", b"..\r\n"),
        (b"a\r\n\r\r\n.\n", b"a\r\n\r\n\r\n..\r\n"),
    ],
)
def test_no_line_end_or_dot_of_a_mail_ends_it_early(
    serve: Serve, certificate: Certificate, given: bytes, sent: bytes
) -> None:
    script = SmtpScript()
    with session_with(serve(script).address, certificate) as session:
        send(session, mail=given)

    assert script.mails == [sent]
    assert not any(b"evil" in command for command in script.commands)


def test_some_refused_recipients_do_not_stop_the_others(serve: Serve, certificate: Certificate) -> None:
    script = SmtpScript(answers={b"RCPT TO:<NO@": b"550 5.1.1 no such\x1b[31m user\r\n"})
    with session_with(serve(script).address, certificate) as session:
        delivery = send(session, "no@x.test", "yes@x.test")

    assert delivery.accepted == ("yes@x.test",)
    assert [who for who, _ in delivery.refused] == ["no@x.test"]
    assert delivery.refused[0][1].startswith("550 5.1.1 no such")
    assert "\x1b" not in delivery.refused[0][1]
    assert len(script.mails) == 1


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({b"MAIL": b"451 4.3.0 later\r\n"}, ErrorKind.SEND_TEMPORARY),
        ({b"MAIL": b"552 5.3.4 too big\r\n"}, ErrorKind.SEND_REFUSED),
        ({b"MAIL": b"530 5.7.0 sign in first\r\n"}, ErrorKind.SEND_TEMPORARY),
        ({b"RCPT": b"553 5.7.1 not yours\r\n"}, ErrorKind.SEND_REFUSED),
        ({b"RCPT": b"450 4.2.0 greylisted\r\n"}, ErrorKind.SEND_TEMPORARY),
        ({b"RCPT TO:<A": b"450 4.2.0 x\r\n", b"RCPT": b"550 5.1.1 x\r\n"}, ErrorKind.SEND_REFUSED),
        ({b"DATA": b"554 5.7.1 no\r\n"}, ErrorKind.SEND_REFUSED),
        ({b"RCPT": b"421 4.3.2 bye\r\n"}, ErrorKind.SEND_TEMPORARY),
        ({b"DATA": b"250 what\r\n"}, ErrorKind.CONNECTION_LOST),
        ({b"MAIL": b"hello\r\n"}, ErrorKind.CONNECTION_LOST),
    ],
)
def test_each_refusal_has_its_kind_and_no_mail_is_taken(
    serve: Serve, certificate: Certificate, answers: dict[bytes, bytes], kind: ErrorKind
) -> None:
    script = SmtpScript(answers=dict(answers))
    with session_with(serve(script).address, certificate) as session, pytest.raises(SendError) as caught:
        send(session, "a@x.test", "b@x.test")

    assert caught.value.kind is kind
    assert script.mails == []


@pytest.mark.parametrize(
    ("verdict", "kind"),
    [
        (b"", ErrorKind.SEND_UNKNOWN),
        (b"25", ErrorKind.SEND_UNKNOWN),
        (b"what?\r\n", ErrorKind.SEND_UNKNOWN),
        (b"354 more\r\n", ErrorKind.SEND_UNKNOWN),
        (b"451 4.3.0 later\r\n", ErrorKind.SEND_TEMPORARY),
        (b"421 4.3.2 bye\r\n", ErrorKind.SEND_TEMPORARY),
        (b"554 5.7.1 spam\r\n", ErrorKind.SEND_REFUSED),
    ],
)
def test_the_verdict_after_the_dot_decides(
    serve: Serve, certificate: Certificate, verdict: bytes, kind: ErrorKind
) -> None:
    def take(peer: Peer, _: bytes) -> None:
        peer.send(b"354 go on\r\n")
        while peer.line() != b".":
            pass
        peer.send(verdict)
        raise Gone

    server = serve(SmtpScript(answers={b"DATA": take}))
    with session_with(server.address, certificate) as session, pytest.raises(SendError) as caught:
        send(session)

    assert caught.value.kind is kind
    assert (caught.value.remedy is Remedy.WAIT) == (kind is ErrorKind.SEND_TEMPORARY)


def test_a_lost_answer_to_quit_changes_nothing(serve: Serve, certificate: Certificate) -> None:
    script = SmtpScript(answers={b"QUIT": lambda peer, _: peer.reset()})
    with SmtpSession.connect(serve(script).address, trust(certificate), timeouts=QUICK) as session:
        delivery = send(session)

    assert delivery.accepted


def _copies_and_outcome(serve: Serve, certificate: Certificate, cut_at: int) -> tuple[int, str, bool]:
    """Run one send against a server that is gone after ``cut_at`` bytes of its own words."""
    fine = b"250 k\r\n"
    answers = {b"EHLO": b"250-k\r\n250 AUTH XOAUTH2\r\n", b"AUTH": b"235 k\r\n", b"MAIL": fine, b"RCPT": fine}
    script = SmtpScript(answers=dict(answers), greeting=b"220 k\r\n", verdict=fine)
    left = cut_at

    def play(peer: Peer) -> None:
        whole = peer.send

        def part(data: bytes) -> None:
            nonlocal left
            whole(data[:left])
            left -= len(data)
            if left < 0:
                raise Gone

        peer.send = part  # type: ignore[method-assign]  # this one connection speaks only so much
        script(peer)

    try:
        with SmtpSession.connect(serve(play).address, trust(certificate), timeouts=QUICK) as session:
            session.sign_in("me@example.test", Secret(TOKEN))
            send(session)
        outcome = "sent"
    except SendError as error:
        outcome = error.kind.value
    except (NetworkError, ServerError):
        outcome = "before the mail"
    return len(script.mails), outcome, left >= 0


def test_cut_after_any_byte_of_the_server_never_lies(serve: Serve, certificate: Certificate) -> None:
    outcomes: list[tuple[int, str]] = []
    for cut_at in range(1000):
        copies, outcome, is_whole = _copies_and_outcome(serve, certificate, cut_at)
        outcomes.append((copies, outcome))
        if is_whole:
            break

    assert outcomes[-1] == (1, "sent")
    assert set(outcomes) == {
        (0, "before the mail"),
        (0, ErrorKind.CONNECTION_LOST.value),
        (1, ErrorKind.SEND_UNKNOWN.value),
        (1, "sent"),
    }


def test_cut_while_the_client_speaks_never_lies(serve: Serve, certificate: Certificate) -> None:
    body = b"Subject: x\r\n\r\n" + b"0123456789abcdef\r\n" * 10

    for lines_read in range(14):
        taken: list[bytes] = []

        def play(peer: Peer, limit: int = lines_read, taken: list[bytes] = taken) -> None:
            script = SmtpScript(answers={b"DATA": lambda peer, _: read_some(peer)})

            def read_some(peer: Peer) -> None:
                peer.send(b"354 go on\r\n")
                for _ in range(limit):
                    taken.append(peer.line())
                peer.reset()

            script(peer)

        with session_with(serve(play).address, certificate) as session, pytest.raises(SendError) as caught:
            send(session, mail=body)
        # A mail whose final dot was read may have been taken; no other error than "unknown" would be true then.
        assert b"." not in taken or caught.value.kind is ErrorKind.SEND_UNKNOWN
        assert caught.value.kind in {ErrorKind.SEND_UNKNOWN, ErrorKind.CONNECTION_LOST}


def test_a_verdict_before_the_dot_is_heeded_and_the_dot_kept_back(serve: Serve, certificate: Certificate) -> None:
    def refuse(peer: Peer, _: bytes) -> None:
        peer.send(b"354 go on\r\n")
        peer.line()
        peer.send(b"552 5.3.4 enough\r\n")
        peer.wait_for_end()

    server = serve(SmtpScript(answers={b"DATA": refuse, b"EHLO": b"250 x\r\n"}))
    # More than the buffers between the two hold: the refusal is there before the last byte has left.
    mail = b"Subject: x\r\n\r\n" + (b"x" * 70 + b"\r\n") * 230_000
    with session_with(server.address, certificate) as session, pytest.raises(SendError) as caught:
        send(session, mail=mail)

    assert caught.value.kind is ErrorKind.SEND_REFUSED
    assert not server.received.endswith(b"\r\n.\r\n")


def test_giving_up_before_the_dot_sends_nothing(serve: Serve, certificate: Certificate) -> None:
    class GivenUpError(Exception):
        pass

    def stop(phase: Phase) -> None:
        if phase is Phase.BODY:
            raise GivenUpError

    script = SmtpScript()
    with session_with(serve(script).address, certificate) as session, pytest.raises(GivenUpError):
        session.send("me@x.test", ["you@x.test"], MAIL, on_phase=stop)

    assert script.mails == []


def test_progress_is_told_and_giving_up_between_two_pieces_sends_nothing(
    serve: Serve, certificate: Certificate
) -> None:
    class GivenUpError(Exception):
        pass

    told: list[int] = []

    def stop(sent: int) -> None:
        told.append(sent)
        if sent > 100_000:
            raise GivenUpError

    script = SmtpScript()
    mail = b"Subject: x\r\n\r\n" + (b"x" * 70 + b"\r\n") * 5_000
    with session_with(serve(script).address, certificate) as session, pytest.raises(GivenUpError):
        session.send("me@x.test", ["you@x.test"], mail, on_phase=lambda _: None, on_piece=stop)

    assert told == [0, 65_536, 131_072]
    assert script.mails == []


@pytest.mark.parametrize(
    "address", ["a@x.test\r\nDATA", "a@x.test> SIZE=1", "<a@x.test", "a", "", "a b@x.test", "a\0@x.test"]
)
def test_no_address_becomes_a_command(serve: Serve, certificate: Certificate, address: str) -> None:
    script = SmtpScript()
    with session_with(serve(script).address, certificate) as session:
        with pytest.raises(SendError):
            send(session, address)
        with pytest.raises(SendError):
            session.send(address, ["you@x.test"], MAIL, on_phase=lambda _: None)

    assert [command.split()[0] for command in script.commands] == [b"EHLO"]


def test_extensions_are_used_only_where_offered_and_needed(serve: Serve, certificate: Certificate) -> None:
    eight_bit = "Subject: ü\r\n\r\n".encode()
    plain = SmtpScript(answers={b"EHLO": b"250-x\r\n250 AUTH XOAUTH2\r\n"})
    able = SmtpScript(answers={b"EHLO": EHLO.replace(b"250 ENH", b"250-SMTPUTF8\r\n250 ENH")})
    with session_with(serve(plain).address, certificate) as session:
        send(session, "you@bücher.test", mail=eight_bit)
        with pytest.raises(SendError, match="SMTPUTF8"):
            send(session, "jürgen@x.test")
    with session_with(serve(able).address, certificate) as session:
        send(session, "jürgen@x.test", mail=eight_bit)

    assert plain.commands[1:3] == [b"MAIL FROM:<me@example.test>", b"RCPT TO:<you@xn--bcher-kva.test>"]
    assert able.commands[1] == b"MAIL FROM:<me@example.test> SIZE=15 BODY=8BITMIME SMTPUTF8"
    assert able.commands[2] == "RCPT TO:<jürgen@x.test>".encode()


def test_a_mail_too_large_is_refused_before_it_is_sent(serve: Serve, certificate: Certificate) -> None:
    script = SmtpScript(answers={b"EHLO": b"250-x\r\n250 SIZE 10\r\n"})
    with session_with(serve(script).address, certificate) as session:
        assert session.size_limit == 10
        with pytest.raises(SendError) as caught:
            send(session)

    assert caught.value.remedy is Remedy.FIX_INPUT
    assert len(script.commands) == 1


def challenge(**fields: str) -> bytes:
    return base64.b64encode(json.dumps(fields).encode())


def test_a_refused_token_keeps_the_servers_reason(serve: Serve, certificate: Certificate) -> None:
    asked: list[bytes] = []

    def refuse(peer: Peer, _: bytes) -> None:
        peer.send(b"334 " + challenge(status="401", scope="mail.send") + b"\r\n")
        asked.append(peer.line())
        peer.send(b"535 5.7.8 authentication failed\r\n")

    with (
        session_with(serve(SmtpScript(answers={b"AUTH": refuse})).address, certificate) as session,
        pytest.raises(LoginRefused) as caught,
    ):
        session.sign_in("me@example.test", Secret(TOKEN))

    assert asked == [b""]
    assert caught.value.challenge_scope == "mail.send"
    assert "status 401, scope mail.send" in caught.value.detail
    assert TOKEN not in repr(caught.value.as_problem())


@pytest.mark.parametrize(
    ("reply", "kind", "word"),
    [
        (b"535 5.7.139 SmtpClientAuthentication is disabled\r\n", ErrorKind.SERVER_REFUSED, "switched off"),
        (b"535 5.7.3 Authentication unsuccessful\r\n", ErrorKind.LOGIN_REFUSED, "permission to send"),
        (b"454 4.7.0 Temporary authentication failure\r\n", ErrorKind.THROTTLED, "now"),
        (b"535 5.7.8 no\r\n", ErrorKind.LOGIN_REFUSED, "did not accept"),
    ],
)
def test_each_refused_sign_in_has_its_words(
    serve: Serve, certificate: Certificate, reply: bytes, kind: ErrorKind, word: str
) -> None:
    with (
        session_with(serve(SmtpScript(answers={b"AUTH": reply})).address, certificate) as session,
        pytest.raises(ServerError, match=word) as caught,
    ):
        session.sign_in("me@example.test", Secret(TOKEN))

    assert caught.value.kind is kind


def test_oauthbearer_is_the_second_choice(serve: Serve, certificate: Certificate) -> None:
    script = SmtpScript(answers={b"EHLO": b"250-x\r\n250 AUTH PLAIN OAUTHBEARER\r\n"})
    with session_with(serve(script).address, certificate) as session:
        session.sign_in("a,b=c@x.test", Secret(TOKEN))

    sent = base64.b64decode(script.commands[1].split()[2])
    assert sent.startswith(b"n,a=a=2Cb=3Dc@x.test,\x01host=localhost\x01port=")


def test_no_mechanism_sends_no_token(serve: Serve, certificate: Certificate) -> None:
    server = serve(SmtpScript(answers={b"EHLO": b"250-x\r\n250 AUTH PLAIN LOGIN\r\n"}))
    with session_with(server.address, certificate) as session, pytest.raises(ServerError) as caught:
        session.sign_in("me@example.test", Secret(TOKEN))

    assert caught.value.kind is ErrorKind.NO_MECHANISM
    assert b"AUTH" not in server.received


def starttls_script(reply: bytes, *, offered: bool = True, ehlo: bytes = b"") -> SmtpScript:
    def answer(peer: Peer, _: bytes) -> None:
        peer.send(reply)
        if reply.startswith(b"220"):
            peer.start_tls()

    lines = ehlo or (b"250-x\r\n250 STARTTLS\r\n" if offered else b"250 x\r\n")
    seen: list[bytes] = []

    def greet(peer: Peer, line: bytes) -> None:
        peer.send(EHLO if seen else lines)
        seen.append(line)

    return SmtpScript(answers={b"STARTTLS": answer, b"EHLO": greet})


def test_starttls_protects_before_anything_secret(serve: Serve, certificate: Certificate) -> None:
    server = serve(starttls_script(b"220 go\r\n"), tls=Tls.STARTTLS)
    with session_with(server.address, certificate) as session:
        session.sign_in("me@example.test", Secret(TOKEN))
        send(session)

    assert server.peers[0].before_tls == b"EHLO [127.0.0.1]\r\nSTARTTLS\r\n"


@pytest.mark.parametrize(
    "script",
    [
        starttls_script(b"220 go\r\n", offered=False),
        starttls_script(b"454 not now\r\n"),
        starttls_script(b"220 go\r\n250 injected\r\n"),
        SmtpScript(greeting=b"HTTP/1.1 302 Found\r\n"),
        starttls_script(b"220 go\r\n", ehlo=b"250-a\r\n" * 1000 + b"250 STARTTLS\r\n"),
    ],
    ids=["not offered", "refused", "injected", "portal", "endless"],
)
def test_stripped_tls_ends_the_connection_with_nothing_said(
    serve: Serve, certificate: Certificate, script: SmtpScript
) -> None:
    server = serve(script, tls=Tls.STARTTLS)

    with pytest.raises(NetworkError) as caught, session_with(server.address, certificate):
        pass

    assert caught.value.kind in {ErrorKind.TLS_FAILED, ErrorKind.CONNECTION_LOST}
    assert set(server.received.split(b"\r\n")) <= {b"", b"EHLO [127.0.0.1]", b"STARTTLS"}


def test_an_unwilling_greeting_says_so(serve: Serve, certificate: Certificate) -> None:
    for greeting, kind in ((b"421 busy\r\n", ErrorKind.THROTTLED), (b"554 go away\r\n", ErrorKind.SERVER_REFUSED)):
        with pytest.raises(ServerError) as caught:
            SmtpSession.connect(serve(SmtpScript(greeting=greeting)).address, trust(certificate))
        assert caught.value.kind is kind


def test_silence_ends_in_time(serve: Serve, certificate: Certificate) -> None:
    server = serve(lambda peer: peer.wait_for_end())
    quick = SmtpTimeouts(reply_s=0.2)

    with pytest.raises(NetworkError) as caught:
        SmtpSession.connect(server.address, trust(certificate), timeouts=quick)

    assert caught.value.kind is ErrorKind.TIMED_OUT


def test_close_from_another_thread_ends_the_wait_after_the_dot(serve: Serve, certificate: Certificate) -> None:
    dotted = threading.Event()

    def take(peer: Peer, _: bytes) -> None:
        peer.send(b"354 go on\r\n")
        while peer.line() != b".":
            pass
        dotted.set()
        peer.wait_for_end()

    with session_with(serve(SmtpScript(answers={b"DATA": take})).address, certificate) as session:
        closer = after(dotted, session.close)
        with pytest.raises(SendError) as caught:
            send(session)
        closer.join()

    assert caught.value.kind is ErrorKind.SEND_UNKNOWN
