"""A thousand flags that changed elsewhere while the program was closed."""

import re
import time

from tests.bench import corpus
from tests.bench.bench import Bench
from tests.bench.seat import Seat

CHANGES = 1_000
_VISIBLE = 25
_WATCH_S = 4.0
_ROW = re.compile(r"Nr\.\d|" + corpus.NEWEST)


def flags(bench: Bench) -> None:
    """From the first list on the screen until its rows are right and stay so; and the bytes by then."""
    for seat in bench.seats():
        for _ in range(min(bench.rounds, 3)):
            with bench.noting("flags right", seat) as note:
                seat.make_warm()
                seat.mailbox.flag("\\Flagged", _uids(seat))
                bench.servers.proxy.order(reset=1)
                with seat.started() as terminal:
                    useful_at = terminal.when_shown(corpus.NEWEST)
                    note(
                        max(
                            0.0,
                            (terminal.last_change(lambda: terminal.rows_with(_ROW), _WATCH_S) or useful_at) - useful_at,
                        )
                    )
                    passed = bench.servers.proxy.bytes_passed()
                    bench.ledger.note("flags right, bytes", seat.peer.name, seat.size, passed)
                    terminal.settle()
                    time.sleep(0.2)


def _uids(seat: Seat) -> str:
    step = max(1, (seat.size - _VISIBLE) // (CHANGES - _VISIBLE))
    scattered = range(1, seat.size - _VISIBLE, step)[: CHANGES - _VISIBLE]
    return ",".join([*map(str, scattered), f"{seat.size - _VISIBLE + 1}:{seat.size}"])
