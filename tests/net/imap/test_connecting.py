"""From the first byte to the sign-in."""

import base64
import json
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.fakes.certificates import Certificate, make_certificate
from tests.fakes.imap_server import ImapScript
from tests.fakes.wire_server import Peer, WireServer
from tests.net.conftest import Serve, trust
from tests.net.imap.conftest import session_with
from tuimail.domain.account import Tls
from tuimail.domain.errors import ErrorKind, NetworkError, ServerError, TuimailError
from tuimail.domain.token import Secret
from tuimail.net.errors import ConnectionEnded, LoginRefused
from tuimail.net.imap.session import ImapSession

TOKEN = "ya29.secret-token"  # noqa: S105 (made up)


def challenge(**fields: str) -> bytes:
    return base64.b64encode(json.dumps(fields).encode())


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
    assert "401" in caught.value.detail
    assert caught.value.challenge_scope == "mail.\N{REPLACEMENT CHARACTER}read"
    assert "Invalid credentials" in caught.value.detail
    assert TOKEN not in str(caught.value) + caught.value.detail


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"TAG NO AUTHENTICATE failed.\r\n", ErrorKind.LOGIN_REFUSED),
        (b"TAG NO [UNAVAILABLE] Temporary authentication failure.\r\n", ErrorKind.THROTTLED),
        (b"TAG NO [ALERT] Too many simultaneous connections. (Failure)\r\n", ErrorKind.THROTTLED),
        (b"TAG NO [WEBALERT https://x.test/page] Web login required.\r\n", ErrorKind.LOGIN_REFUSED),
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
    assert "AccessTokenExpired" in caught.value.detail


def test_a_page_where_mail_should_be_is_named_as_such(serve: Serve, certificate: Certificate) -> None:
    portal = serve(lambda peer: peer.send(b"HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n"), tls=None)

    with pytest.raises(NetworkError, match="network want you to sign in") as caught:
        ImapSession.connect(replace(portal.address, tls=Tls.IMPLICIT), trust(certificate))

    assert caught.value.kind is ErrorKind.TLS_FAILED


def test_the_page_to_open_is_told(serve: Serve, certificate: Certificate) -> None:
    alert = b"TAG NO [WEBALERT https://x.test/page] Web login required.\r\n"
    with (
        session_with(serve(ImapScript(answers={b"AUTHENTICATE": alert})).address, certificate) as session,
        pytest.raises(LoginRefused) as caught,
    ):
        session.sign_in("me@x.test", Secret(TOKEN))

    assert caught.value.detail == "Web login required. https://x.test/page"
