"""Answers that no honest server gives."""

import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.certificates import Certificate
from tests.fakes.imap_server import SELECTED, ImapScript
from tests.fakes.wire_server import Gone, Peer
from tests.net.conftest import Serve
from tests.net.imap.conftest import session_with
from tuimail.domain.errors import ErrorKind, NetworkError, Remedy, ServerError
from tuimail.net.imap.session import ImapSession


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
