import select
from pathlib import Path

import pytest

from tests.fakes.certificates import Certificate, make_certificate
from tests.fakes.wire_server import Peer, WireServer
from tests.net.conftest import Serve
from tuimail.domain.errors import ErrorKind, NetworkError, ServerError
from tuimail.net.web import Web


def answer(*lines: str, body: bytes = b"") -> bytes:
    return "\r\n".join([*lines, "connection: close", "", ""]).encode() + body


def once(reply: bytes) -> object:
    def script(peer: Peer) -> None:
        while peer.line():
            pass
        peer.send(reply)

    return script


def url(server: WireServer, path: str = "/x") -> str:
    return f"https://localhost:{server.address.port}{path}"


@pytest.fixture
def web(certificate: Certificate) -> Web:
    return Web(certificate.client_context(), read_s=2)


def test_a_document_comes_whole(serve: Serve, web: Web) -> None:
    server = serve(once(answer("HTTP/1.1 200 OK", "content-length: 5", body=b"hello")))

    document = web.get(url(server), most_bytes=100)

    assert document is not None
    assert document.body == b"hello"
    assert b"accept-encoding: identity" in server.received.lower()
    assert b"cookie" not in server.received.lower()


@pytest.mark.parametrize("status", [404, 410])
def test_no_document_is_no_error(serve: Serve, web: Web, status: int) -> None:
    server = serve(once(answer(f"HTTP/1.1 {status} No")))

    assert web.get(url(server), most_bytes=100) is None


@pytest.mark.parametrize(
    "location",
    ["https://evil.test/x", "http://localhost/x", "//evil.test/x", "https://localhost:1/x", "file:///etc/passwd", "http://["],
)  # fmt: skip
def test_a_redirect_to_elsewhere_is_not_followed(serve: Serve, web: Web, location: str) -> None:
    server = serve(once(answer("HTTP/1.1 302 Found", f"location: {location}")))

    with pytest.raises(ServerError, match=r"not followed|no address"):
        web.get(url(server), most_bytes=100)

    assert len(server.peers) == 1


def test_a_redirect_within_the_host_is_followed(serve: Serve, web: Web) -> None:
    def script(peer: Peer) -> None:
        first = peer.line()
        while peer.line():
            pass
        moved = answer("HTTP/1.1 301 Moved", "location: /there", "content-length: 0")
        found = answer("HTTP/1.1 200 OK", "content-length: 2", body=b"ok")
        peer.send(found if b"/there" in first else moved)

    document = web.get(url(serve(script)), most_bytes=100)

    assert document is not None
    assert document.url.endswith("/there")


def test_redirects_in_a_circle_end(serve: Serve, web: Web) -> None:
    server = serve(once(answer("HTTP/1.1 302 Found", "location: /x", "content-length: 0")))

    with pytest.raises(ServerError, match="circle"):
        web.get(url(server), most_bytes=100)

    assert len(server.peers) <= 5


def test_a_body_ends_at_its_limit(serve: Serve, web: Web) -> None:
    server = serve(once(answer("HTTP/1.1 200 OK", body=b"x" * 100_000)))

    with pytest.raises(ServerError, match="longer than 50 KB"):
        web.get(url(server), most_bytes=50_000)


def test_a_body_that_drips_ends_with_the_clock(serve: Serve, certificate: Certificate) -> None:
    def script(peer: Peer) -> None:
        while peer.line():
            pass
        peer.send(answer("HTTP/1.1 200 OK"))
        # A drip until the client hangs up.
        while not select.select([peer.sock], [], [], 0.05)[0]:
            peer.send(b"x")

    with pytest.raises(ServerError, match="did not end in time"):
        Web(certificate.client_context(), read_s=0.3).get(url(serve(script)), most_bytes=50_000)


def test_a_compressed_body_is_not_unpacked(serve: Serve, web: Web) -> None:
    server = serve(once(answer("HTTP/1.1 200 OK", "content-encoding: gzip", body=b"\x1f\x8b")))

    with pytest.raises(ServerError, match="compressed"):
        web.get(url(server), most_bytes=100)


def test_a_foreign_certificate_is_told_in_words(serve: Serve, tmp_path: Path) -> None:
    server = serve(once(answer("HTTP/1.1 200 OK")))
    other = make_certificate(tmp_path)

    with pytest.raises(NetworkError, match="certificate of localhost cannot be trusted") as caught:
        Web(other.client_context()).get(url(server), most_bytes=100)

    assert caught.value.kind is ErrorKind.TLS_FAILED


def test_http_is_not_asked(web: Web) -> None:
    with pytest.raises(ServerError, match="not https"):
        web.get("http://localhost/x", most_bytes=100)
