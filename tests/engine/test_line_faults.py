"""A line that is cut, stalls, or belongs to a network that wants a log-in first; a machine that slept."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.engine.conftest import ACCOUNT, Rig, box, online
from tests.fakes.certificates import make_certificate
from tests.fakes.cutter import Cutter
from tests.fakes.mail_house import letter
from tests.fakes.wire_server import Peer, WireServer
from tests.journeys.conftest import Heard
from tests.journeys.steps import open_full
from tuimail.api.commands import OpenAccount, OpenMailbox, Refresh, SetFlags
from tuimail.api.events import LinkChanged, ListChanged, ListLoaded
from tuimail.domain.account import Link, Server, Tls
from tuimail.domain.errors import ErrorKind
from tuimail.engine import clock_watch, silence
from tuimail.engine.clock_watch import ClockWatch
from tuimail.engine.pace import Moment
from tuimail.engine.timers import Timers

_NOBODY = 9
"""The port of RFC 863, where hardly any machine listens."""


@pytest.fixture
def cutter(rig: Rig) -> Iterator[Cutter]:
    """A wire to the rig's mail server that can be cut."""
    with Cutter(rig.imap_server.address.port) as cutter:
        rig.account = rig.make_account(imap=Server(host="localhost", port=cutter.port, tls=Tls.IMPLICIT))
        yield cutter
        for program in rig.programs:
            program.close()


def fill(rig: Rig, count: int) -> list[int]:
    return rig.mail.deliver(*(letter(f"mail {number}", minute=number) for number in range(count)))


def watched(rig: Rig, heard: Heard) -> None:
    """Wait until the second connection listens: it notices mail by itself."""
    open_full(heard, box(heard))
    before = len(rig.mail.inbox.mails)
    rig.mail.deliver(letter("noticed", minute=500))
    heard.wait_for(ListChanged, lambda event: len(event.rows) == before + 1)


def offline(heard: Heard) -> LinkChanged:
    return heard.wait_for(LinkChanged, lambda event: event.state.link is Link.OFFLINE)


@pytest.mark.parametrize("cut_after", [30_000, 101_003, 177_777, 260_001])
def test_a_filling_that_is_cut_anywhere_goes_on_where_it_was(rig: Rig, cutter: Cutter, cut_after: int) -> None:
    fill(rig, 2000)
    heard = rig.signed_in()
    cutter.cut_after(cut_after)
    heard.ask(OpenMailbox(account=ACCOUNT, mailbox=box(heard).id), ListLoaded)
    whole = heard.wait_for(ListChanged, lambda event: len(event.rows) == 2000 and event.is_complete)

    assert len(set(whole.rows)) == 2000
    # Each row once, and again those of the slices that were under way when the line broke.
    assert rig.mail.rows_told <= 2000 + 100 + 3 * 250


def test_a_filling_goes_on_after_a_restart_where_it_was(rig: Rig, cutter: Cutter) -> None:
    fill(rig, 2000)
    first = rig.signed_in()
    cutter.cut_after(200_000)
    first.ask(OpenMailbox(account=ACCOUNT, mailbox=box(first).id), ListLoaded)
    first.wait_for(ListChanged, lambda event: len(event.rows) > 300)
    first.program.close()

    second = rig.reopened()
    second.ask(OpenMailbox(account=ACCOUNT, mailbox=box(second).id), ListLoaded)
    whole = second.wait_for(ListChanged, lambda event: len(event.rows) == 2000 and event.is_complete)

    assert len(set(whole.rows)) == 2000
    assert rig.mail.rows_told <= 2000 + 100 + 4 * 250


def test_a_filling_goes_on_when_a_server_that_was_away_is_back(rig: Rig, cutter: Cutter) -> None:
    fill(rig, 2000)
    heard = rig.signed_in()
    heard.ask(OpenMailbox(account=ACCOUNT, mailbox=box(heard).id), ListLoaded)
    heard.wait_for(ListChanged, lambda event: len(event.rows) >= 100)
    cutter.retarget(_NOBODY)
    cutter.cut()
    offline(heard)

    cutter.retarget(rig.imap_server.address.port)

    heard.wait_for(ListChanged, lambda event: len(event.rows) == 2000 and event.is_complete)


def test_new_mail_comes_soon_after_a_cut(rig: Rig, cutter: Cutter) -> None:
    fill(rig, 3)
    heard = rig.signed_in()
    open_full(heard, box(heard))

    cutter.cut()
    rig.mail.deliver(letter("fresh"))

    shown = heard.wait_for(ListChanged, lambda event: len(event.rows) == 4)
    assert shown.is_complete


def test_a_server_that_goes_silent_is_said_within_seconds(
    rig: Rig, cutter: Cutter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silence, "SILENT_S", 0.3)
    monkeypatch.setattr(silence, "_LOOK_S", 0.1)
    fill(rig, 1)
    heard = rig.signed_in()
    rows = open_full(heard, box(heard))
    cutter.stall()

    heard.submit(Refresh(account=ACCOUNT))
    told = heard.wait_for(LinkChanged, lambda event: event.state.problem is not None)
    # Meanwhile everything goes on.
    heard.submit(SetFlags(account=ACCOUNT, rows=tuple(rows), add=frozenset({"\\Flagged"})))
    waiting = heard.wait_for(LinkChanged, lambda event: event.state.waiting == 1)

    assert told.state.problem is not None
    assert told.state.problem.summary.startswith("the server has not answered for ")
    assert waiting.state.problem == told.state.problem
    cutter.flow()
    cutter.cut()
    online_again = heard.wait_for(LinkChanged, lambda event: event.state.link is Link.ONLINE)
    assert online_again.state.problem is None


def test_a_line_that_died_in_a_sleep_is_made_anew_at_once(
    rig: Rig, cutter: Cutter, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("connection", "watch"):
        monkeypatch.setattr(f"tuimail.engine.{module}.PROBE_S", 0.2)
    fill(rig, 1)
    heard = rig.signed_in()
    watched(rig, heard)
    household = heard.program.household
    assert household is not None
    before = cutter.connections
    cutter.strand()

    household.rooms(ACCOUNT).woke()
    rig.mail.deliver(letter("fresh"))
    heard.wait_for(ListChanged, lambda event: len(event.rows) == 3)

    assert cutter.connections - before <= 4


def test_a_line_that_survived_a_sleep_is_kept(rig: Rig, cutter: Cutter) -> None:
    fill(rig, 1)
    heard = rig.signed_in()
    watched(rig, heard)
    household = heard.program.household
    assert household is not None
    before = cutter.connections

    household.rooms(ACCOUNT).woke()
    heard.do(Refresh(account=ACCOUNT))

    assert cutter.connections == before


def test_a_jump_of_the_clock_is_noticed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_watch, "LOOK_S", 0.01)
    moments = [
        Moment(steady_s=0, wall_s=0),
        Moment(steady_s=0.01, wall_s=8 * 3600),
        *(2 * [Moment(steady_s=0.02, wall_s=8 * 3600 + 0.01)]),
    ]
    looked, jumps = threading.Event(), threading.Semaphore(0)

    def look() -> Moment:
        if len(moments) == 1:
            looked.set()
        return moments.pop(0) if len(moments) > 1 else moments[0]

    timers = Timers()
    watch = ClockWatch(timers, jumps.release, look=look)

    assert jumps.acquire(timeout=5)
    assert looked.wait(5)
    assert not jumps.acquire(blocking=False)
    watch.close()
    timers.close()


def _http(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 302 Found\r\nLocation: http://login.hotel.example/\r\n\r\n")


def _plain_http() -> tuple[int, Callable[[], bytes], Callable[[], None]]:
    """A page where the mail server should be: its port, what it received, and its end."""
    listener = socket.create_server(("127.0.0.1", 0))
    received = bytearray()

    def serve() -> None:
        try:
            while True:
                sock, _ = listener.accept()
                with sock:
                    received.extend(sock.recv(4096))
                    sock.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://login.hotel.example/\r\n\r\n")
        except OSError:
            return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()

    def end() -> None:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)

    return listener.getsockname()[1], lambda: bytes(received), end


def test_a_network_that_wants_a_log_in_first_gets_no_secret_and_is_named(rig: Rig) -> None:
    rig.signed_in().program.close()
    port, received, end = _plain_http()
    rig.account = rig.make_account(imap=Server(host="localhost", port=port, tls=Tls.IMPLICIT))

    heard = rig.start()
    heard.submit(OpenAccount(account=ACCOUNT))
    problem = offline(heard).state.problem
    heard.program.close()
    end()

    assert problem is not None
    assert problem.kind is ErrorKind.TLS_FAILED
    assert "in to it first" in problem.summary
    assert not any(token.encode() in received() for token in rig.mail.tokens)


def test_a_foreign_certificate_gets_no_secret_and_mail_comes_once_it_is_gone(rig: Rig) -> None:
    rig.signed_in().program.close()
    good = rig.account
    with ExitStack() as servers:
        folder = rig.folder / "stranger"
        folder.mkdir()
        portal = servers.enter_context(WireServer(_http, make_certificate(folder).server_context()))
        with Cutter(portal.address.port) as wire:
            rig.account = rig.make_account(imap=Server(host="localhost", port=wire.port, tls=Tls.IMPLICIT))
            heard = rig.start()
            heard.submit(OpenAccount(account=ACCOUNT))
            problem = offline(heard).state.problem
            assert problem is not None
            assert "in to it first" in problem.summary
            assert portal.received == b""

            # Somebody logged in to the network: nothing has to be pressed here.
            wire.retarget(good.imap.port)
            online(heard)
            heard.program.close()
