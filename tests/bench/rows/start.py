"""Starts: warm, with the server unreachable, cold; beside an empty Textual app and a bare interpreter."""

import subprocess
import sys
import time
from pathlib import Path

from tests.bench import corpus, empty_app
from tests.bench.bench import Bench
from tests.bench.seat import Seat
from tests.bench.terminal import Terminal

_TRIP_S, _TRIP_ROUNDS = 0.05, 3
_SOON_COLD = {"tuimail", "aerc"}
BARE_APP, INTERPRETER = "bare Textual app", "bare interpreter"


def warm(bench: Bench) -> None:
    """All programs and both floors take turns, so that what else the machine does falls on all of them."""
    seats = bench.warm("warm start", [seat for size in bench.sizes for seat in bench.seats(size)])
    for seat in seats:
        _start(bench, seat, "")
    for _ in range(bench.rounds):
        _floors(bench)
        for seat in seats:
            _start(bench, seat, "warm start")


def unreachable(bench: Bench) -> None:
    """Nothing listens where the servers were."""
    seats = bench.warm("start unreachable", bench.seats(only=["tuimail"]))
    for seat in seats:
        _start(bench, seat, "")
    for _ in range(bench.rounds):
        for seat in seats:
            _start(bench, seat, "start beside the unreachable")
            bench.servers.proxy.order(refuse=1)
            try:
                _start(bench, seat, "start unreachable")
            finally:
                bench.servers.proxy.order(refuse=0)


def cold(bench: Bench) -> None:
    """Token or password at hand, nothing stored. Once is enough of those that fetch all headers first."""
    seats = bench.seats()
    for turn in range(2 * bench.rounds):
        for seat in seats:
            if turn == 0 or seat.peer.name in _SOON_COLD:
                seat.make_cold()
                _start(bench, seat, "cold start", patience_s=120)


def trips(bench: Bench) -> None:
    """How much longer each takes when a round trip takes 50 ms; in the small mailbox, where little else takes time."""
    for seat in bench.seats(bench.small):
        for title, make in (("warm", seat.make_warm), ("cold", seat.make_cold)):
            with bench.noting(f"round trips, {title}", seat) as note:
                near: list[float] = []
                far: list[float] = []
                for _ in range(_TRIP_ROUNDS):
                    for taken, delay_s in ((near, 0.0), (far, _TRIP_S)):
                        make()
                        bench.servers.proxy.order(delay_s=delay_s)
                        try:
                            taken.append(_useful(seat))
                        finally:
                            bench.servers.proxy.order(delay_s=0)
                # The best of each: what disturbs a start would be taken for round trips.
                note((min(far) - min(near)) / _TRIP_S)


def _useful(seat: Seat) -> float:
    with seat.started() as terminal:
        return terminal.when_shown(corpus.NEWEST, 120) - terminal.started_at


def _start(bench: Bench, seat: Seat, figure: str, *, patience_s: float = 30) -> None:
    """One start and, once it is at rest, a quit; an empty figure is not noted."""
    with bench.noting(figure or "first start", seat) as note, seat.started() as terminal:
        seconds = terminal.when_shown(corpus.NEWEST, patience_s) - terminal.started_at
        if figure:
            note(seconds)
        terminal.settle()
        ended_s = seat.quit(terminal)
        if figure == "warm start":
            bench.ledger.note("quit", seat.peer.name, seat.size, ended_s)


def _floors(bench: Bench) -> None:
    environ = bench.peers[0].environ(bench.servers.folder)
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], env=environ, check=True)
    bench.ledger.note("warm start", INTERPRETER, 0, time.perf_counter() - began)
    with Terminal([sys.executable, str(Path(empty_app.__file__))], environ) as terminal:
        bench.ledger.note("warm start", BARE_APP, 0, terminal.when_shown("painted") - terminal.started_at)
        terminal.settle()
