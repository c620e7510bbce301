"""Idle, wake, close, logout, compression."""

import threading
import time
import zlib
from collections.abc import Callable

import pytest

from tests.fakes.certificates import Certificate
from tests.fakes.imap_server import CAPABILITIES, ImapScript, row
from tests.fakes.wire_server import Gone, Peer
from tests.net.conftest import Serve, after
from tests.net.imap.conftest import session_with
from tuimail.domain.errors import ErrorKind, NetworkError
from tuimail.net.imap.news import News
from tuimail.net.imap.session import ImapSession


def _announce(news: bytes, began: threading.Event) -> Callable[[Peer, bytes, bytes], None]:
    def idle(peer: Peer, tag: bytes, _: bytes) -> None:
        peer.send(b"+ idling\r\n" + news)
        began.set()
        peer.line()
        peer.send(tag + b" OK done\r\n")

    return idle


def _first_news(session: ImapSession, *, renew_s: float = 60) -> News:
    heard: list[News] = []

    def hear(news: News) -> None:
        heard.append(news)
        session.wake()

    session.watch(renew_s, hear)
    return heard[0]


def _expect_none(_: News) -> None:
    pytest.fail("there is no news")


@pytest.mark.parametrize("news", [b"* 4 EXISTS\r\n", b"* VANISHED 3\r\n", b"* OK Still here\r\n* 2 EXPUNGE\r\n"])
def test_news_in_the_same_segment_as_the_continuation_is_heard(
    serve: Serve, certificate: Certificate, news: bytes
) -> None:
    server = serve(ImapScript(answers={b"IDLE": _announce(news, threading.Event())}))
    with session_with(server.address, certificate) as session:
        assert _first_news(session).selected_changed


def test_a_wake_ends_idle_at_once_and_the_next_command_works(serve: Serve, certificate: Certificate) -> None:
    began = threading.Event()
    heard: list[News] = []
    server = serve(ImapScript(answers={b"IDLE": _announce(b"", began)}))
    with session_with(server.address, certificate) as session:
        waker = after(began, session.wake)
        session.watch(60, heard.append)
        waker.join()
        session.noop()

    assert heard == []


def test_a_wake_before_idle_is_not_lost(serve: Serve, certificate: Certificate) -> None:
    with session_with(serve(ImapScript()).address, certificate) as session:
        session.wake()
        session.noop()

        session.watch(60, _expect_none)


def test_idle_is_begun_anew_in_time(serve: Serve, certificate: Certificate) -> None:
    rounds: list[int] = []

    def idle(peer: Peer, tag: bytes, _: bytes) -> None:
        rounds.append(1)
        peer.send(b"+ idling\r\n" + (b"* 4 EXISTS\r\n" if len(rounds) == 3 else b""))
        peer.line()
        peer.send(tag + b" OK done\r\n")

    with session_with(serve(ImapScript(answers={b"IDLE": idle})).address, certificate) as session:
        _first_news(session, renew_s=0.05)

    assert len(rounds) == 3


def test_without_idle_the_server_is_asked_now_and_then(serve: Serve, certificate: Certificate) -> None:
    asked: list[int] = []

    def noop(peer: Peer, tag: bytes, _: bytes) -> None:
        asked.append(1)
        peer.send((b"* 4 EXISTS\r\n" if len(asked) == 3 else b"") + tag + b" OK done\r\n")

    script = ImapScript(answers={b"NOOP": noop}, capabilities=b"IMAP4rev1")
    with session_with(serve(script).address, certificate) as session:
        _first_news(session, renew_s=0.05)

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
        session.watch(60, _expect_none)

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
            session.watch(60, _expect_none) if stuck_in == "IDLE" else session.noop()
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
