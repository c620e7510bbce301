"""B9: mail goes over TLS 1.2 or newer alone, and nothing secret is said before it stands."""

import ssl

import pytest

from tests.fakes.certificates import Certificate
from tests.fakes.smtp_server import SmtpScript
from tests.fakes.wire_server import Peer, WireServer
from tuimail.domain.account import Tls
from tuimail.domain.errors import ErrorKind, NetworkError
from tuimail.net.smtp import SmtpSession
from tuimail.net.tls import make_context

STRIPPED = b"250-there\r\n250 AUTH XOAUTH2\r\n"


def test_b09_a_server_whose_starttls_was_stripped_gets_no_token(certificate: Certificate) -> None:
    script = SmtpScript(answers={b"EHLO": STRIPPED})
    with (
        WireServer(script, certificate.server_context(), tls=Tls.STARTTLS) as server,
        pytest.raises(NetworkError) as caught,
    ):
        SmtpSession.connect(server.address, make_context(str(certificate.cert_file)))

    assert caught.value.kind is ErrorKind.TLS_FAILED
    assert not any(b"AUTH" in command for command in script.commands)


def test_b09_what_was_put_in_front_of_the_protection_is_not_believed(certificate: Certificate) -> None:
    def inject(peer: Peer, _: bytes) -> None:
        peer.send(b"220 go on\r\n250-evil\r\n250 AUTH PLAIN\r\n")

    script = SmtpScript(answers={b"STARTTLS": inject})
    with (
        WireServer(script, certificate.server_context(), tls=Tls.STARTTLS) as server,
        pytest.raises(NetworkError),
    ):
        SmtpSession.connect(server.address, make_context(str(certificate.cert_file)))

    assert not any(b"AUTH" in command for command in script.commands)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_b09_a_server_that_knows_no_newer_tls_than_1_1_is_refused(certificate: Certificate) -> None:
    old = certificate.server_context()
    old.set_ciphers("DEFAULT:@SECLEVEL=0")
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    with WireServer(SmtpScript(), old) as server, pytest.raises(NetworkError):
        SmtpSession.connect(server.address, make_context(str(certificate.cert_file)))

    assert make_context(None).minimum_version is ssl.TLSVersion.TLSv1_2


def test_b09_tls_1_3_is_taken_where_the_server_has_it(certificate: Certificate) -> None:
    agreed: list[str | None] = []

    def note(peer: Peer, _: bytes) -> None:
        agreed.append(peer.sock.version() if isinstance(peer.sock, ssl.SSLSocket) else None)
        peer.send(b"250 fine\r\n")

    with WireServer(SmtpScript(answers={b"NOOP": note, b"QUIT": note}), certificate.server_context()) as server:
        SmtpSession.connect(server.address, make_context(str(certificate.cert_file))).quit()

    assert agreed == ["TLSv1.3"]
