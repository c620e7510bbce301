"""The redirect listener against browsers, strangers and slow clients."""

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest

from tuimail.oauth.loopback import Listener, Page

DEADLINE_S = 5.0
GOOD = "code=abc&state=right"


def judge(query: str) -> Page:
    if "state=right" not in query:
        return Page.NOT_OURS
    return Page.RETURN if "code=" in query else Page.REFUSED


@pytest.fixture
def listen() -> Iterator[Callable[..., Listener]]:
    opened: list[Listener] = []

    def start(host: str = "127.0.0.1", path: str = "/callback", **more: float) -> Listener:
        opened.append(Listener(host, path, judge, **more))
        return opened[-1]

    yield start
    for listener in opened:
        listener.close()


def port_of(listener: Listener) -> int:
    return int(listener.address.rpartition(":")[2])


def get(listener: Listener, query: str = GOOD) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port_of(listener), timeout=DEADLINE_S)
    target = urlsplit(listener.redirect_uri)
    connection.request("GET", f"{target.path}?{query}", headers={"Host": target.netloc})
    response = connection.getresponse()
    response.body = response.read()  # type: ignore[attr-defined] # kept beside the response for the assertions
    connection.close()
    return response


def send_raw(listener: Listener, raw: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port_of(listener)), DEADLINE_S) as client:
        client.sendall(raw)
        received = b""
        while piece := client.recv(4096):
            received += piece
        return received


def has_ipv6_loopback() -> bool:
    """Whether this machine has ::1, which many containers lack."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def is_closed(listener: Listener) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port_of(listener)), 1).close()
    except ConnectionRefusedError:
        return True
    return False


def test_listens_on_the_loopback_literal_with_a_port_of_its_own(listen: Callable[..., Listener]) -> None:
    first, second = listen(), listen()

    assert first.address != second.address
    assert first.redirect_uri == f"http://{first.address}/callback"
    assert first.redirect_uri.startswith("http://127.0.0.1:")
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", port_of(first)), 1)


def test_localhost_listens_on_both_loopback_addresses(listen: Callable[..., Listener]) -> None:
    listener = listen("localhost")

    assert listener.redirect_uri.startswith("http://localhost:")
    for address in ("127.0.0.1", "::1") if has_ipv6_loopback() else ("127.0.0.1",):
        socket.create_connection((address, port_of(listener)), 1).close()


def test_good_answer_gets_the_page_and_closes_the_port(listen: Callable[..., Listener]) -> None:
    listener = listen()

    response = get(listener)

    assert response.status == 200
    assert b"You can return to the terminal" in response.body  # type: ignore[attr-defined]
    assert listener.wait(DEADLINE_S) is Page.RETURN
    assert is_closed(listener)


def test_page_is_constant_private_and_loads_nothing(listen: Callable[..., Listener]) -> None:
    response = get(listen(), GOOD + "&x=<script>alert(1)</script>&name=reflected")

    assert "default-src 'none'" in str(response.headers["Content-Security-Policy"])
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "Location" not in response.headers
    body = response.body  # type: ignore[attr-defined]
    assert b"reflected" not in body
    assert b"script" not in body
    assert b"http" not in body


def test_refusal_shows_its_own_page_and_ends_the_wait(listen: Callable[..., Listener]) -> None:
    listener = listen()

    response = get(listener, "error=access_denied&state=right")

    assert b"Not signed in" in response.body  # type: ignore[attr-defined]
    assert listener.wait(DEADLINE_S) is Page.REFUSED
    assert is_closed(listener)


def test_strangers_get_404_and_the_browser_still_gets_through(listen: Callable[..., Listener]) -> None:
    listener = listen()
    host = listener.address.encode()
    strange = [
        b"GET /favicon.ico HTTP/1.1\r\nHost: %b\r\n\r\n" % host,
        b"GET / HTTP/1.1\r\nHost: %b\r\n\r\n" % host,
        b"GET /callback HTTP/1.1\r\nHost: %b\r\n\r\n" % host,
        b"GET /callback/?code=abc&state=right HTTP/1.1\r\nHost: %b\r\n\r\n" % host,
        b"POST /callback?code=abc&state=right HTTP/1.1\r\nHost: %b\r\nContent-Length: 0\r\n\r\n" % host,
        b"HEAD /callback?code=abc&state=right HTTP/1.1\r\nHost: %b\r\n\r\n" % host,
        b"GET /callback?code=abc&state=right HTTP/1.1\r\nHost: evil.example.test\r\n\r\n",
        b"GET /callback?code=abc&state=right HTTP/1.1\r\nHost: localhost:%d\r\n\r\n" % port_of(listener),
        b"GET /callback?code=abc&state=right HTTP/1.1\r\n\r\n",
        b"GET /callback?code=abc&state=right HTTP/1.1\r\nHost: %b\r\nHost: %b\r\n\r\n" % (host, host),
        b"GET http://%b/callback?code=abc&state=right HTTP/1.1\r\nHost: %b\r\n\r\n" % (host, host),
        b"GET //callback?code=abc&state=right HTTP/1.1\r\nHost: %b\r\n\r\n" % host,
        b"GET /callback?code=abc&state=wrong HTTP/1.1\r\nHost: %b\r\n\r\n" % host,
        b"GET /callback?error=access_denied&state=wrong HTTP/1.1\r\nHost: %b\r\n\r\n" % host,
        b"GET /callback?error=access_denied HTTP/1.1\r\nHost: %b\r\n\r\n" % host,
        b"GET /callback?code=abc&state=right HTTP/2.0\r\nHost: %b\r\n\r\n" % host,
        b"GET /callback?code=\xff&state=right HTTP/1.1\r\nHost: %b\r\n\r\n" % host,
        b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
        b"GET /callback?code=abc&state=right&x=" + b"x" * 16_384 + b" HTTP/1.1\r\nHost: %b\r\n\r\n" % host,
    ]

    answers = [send_raw(listener, raw) for raw in strange]

    assert all(answer.startswith(b"HTTP/1.1 404 ") for answer in answers)
    assert listener.wait(0) is None
    assert get(listener).status == 200
    assert listener.wait(DEADLINE_S) is Page.RETURN


def test_silent_and_slow_clients_keep_nobody_waiting(listen: Callable[..., Listener]) -> None:
    listener = listen()
    silent = [socket.create_connection(("127.0.0.1", port_of(listener))) for _ in range(100)]
    slow = socket.create_connection(("127.0.0.1", port_of(listener)))
    slow.sendall(b"GET /callback?code=")

    started = time.monotonic()
    assert get(listener).status == 200

    assert time.monotonic() - started < 2
    assert listener.wait(DEADLINE_S) is Page.RETURN
    for client in (*silent, slow):
        client.close()


def test_client_that_never_reads_its_page_does_not_hold_the_thread(listen: Callable[..., Listener]) -> None:
    listener = listen()
    client = socket.create_connection(("127.0.0.1", port_of(listener)))
    client.sendall(b"GET /callback?%b HTTP/1.1\r\nHost: %b\r\n\r\n" % (GOOD.encode(), listener.address.encode()))

    assert listener.wait(DEADLINE_S) is Page.RETURN
    assert is_closed(listener)
    client.close()


def test_request_in_single_bytes_is_understood(listen: Callable[..., Listener]) -> None:
    listener = listen()
    with socket.create_connection(("127.0.0.1", port_of(listener)), DEADLINE_S) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b"GET /callback?%b HTTP/1.1\r\nHost: %b\r\n\r\n" % (GOOD.encode(), listener.address.encode()):
            client.sendall(bytes([byte]))
        assert client.recv(12) == b"HTTP/1.1 200"


def test_second_answer_finds_the_port_closed(listen: Callable[..., Listener]) -> None:
    listener = listen()
    get(listener)
    listener.wait(DEADLINE_S)

    with pytest.raises(ConnectionRefusedError):
        get(listener)


def test_cancel_closes_the_port_and_ends_the_wait(listen: Callable[..., Listener]) -> None:
    listener = listen()
    ended: list[Page | None] = []
    waiter = threading.Thread(target=lambda: ended.append(listener.wait(DEADLINE_S)))
    waiter.start()

    started = time.monotonic()
    listener.close()

    assert is_closed(listener)
    assert time.monotonic() - started < 1
    waiter.join(DEADLINE_S)
    assert ended == [None]


def test_listener_closes_by_itself_when_its_time_is_over(listen: Callable[..., Listener]) -> None:
    listener = listen(time_limit_s=0.05)

    assert listener.wait(DEADLINE_S) is None
    assert is_closed(listener)


def test_close_may_be_called_twice_and_after_the_end(listen: Callable[..., Listener]) -> None:
    listener = listen()
    get(listener)
    listener.wait(DEADLINE_S)

    listener.close()
    listener.close()

    assert is_closed(listener)
