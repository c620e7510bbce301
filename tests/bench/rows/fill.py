"""The first time: all headers come in the background while somebody works in the list."""

import re
import time

from tests.bench import corpus
from tests.bench.bench import Bench
from tests.bench.seat import FILL_S, Seat
from tests.bench.terminal import NotShownError, Terminal

_ROW = re.compile(rb"Nr\.\d")
"""In the subject of nearly every row, and nowhere else on the screen."""
_PAUSE_S = 0.05


def headers(bench: Bench) -> None:
    """tuimail alone: the others show nothing before they have all, or never fetch all."""
    for seat in bench.seats(only=["tuimail"]):
        with bench.noting("all headers stored", seat) as note:
            seat.make_cold()
            with seat.started() as terminal:
                terminal.when_shown(corpus.NEWEST, 120)
                keys = _work_meanwhile(seat, terminal)
                note(time.perf_counter() - terminal.started_at)
                bench.ledger.note("key meanwhile", seat.peer.name, seat.size, *keys)
                terminal.settle(1.0)
                seat.quit(terminal)
            seat.keep_as_warm()


def _work_meanwhile(seat: Seat, terminal: Terminal) -> list[float]:
    """Seconds from each key to a row being drawn; ends when everything is stored."""
    keys = seat.peer.keys
    taken: list[float] = []
    ends_at, looked_at, turn = time.perf_counter() + FILL_S, 0.0, 0
    while True:
        if time.perf_counter() - looked_at > 0.5:
            looked_at = time.perf_counter()
            if seat.is_complete():
                return taken
        if time.perf_counter() > ends_at or terminal.has_ended:
            raise NotShownError(f"not all stored within {FILL_S:g} s; the screen:\n{terminal.text()}")
        terminal.settle(_PAUSE_S, at_most_s=_PAUSE_S)
        pressed_at = terminal.press(keys.down if turn % 20 < 10 else keys.up)
        taken.append(terminal.when_matched(_ROW) - pressed_at)
        turn += 1
