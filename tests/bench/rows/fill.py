"""The first time: all headers come in the background while somebody works in the list."""

import re
import time

from tests.bench import corpus
from tests.bench.bench import Bench
from tests.bench.seat import FILL_S, Seat
from tests.bench.terminal import NotShownError, Terminal

_SUBJECT = re.compile(r"Nr\.\d+")
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
                seat.wait_at_rest(terminal)
                seat.quit(terminal)
            seat.keep_as_warm()


def _work_meanwhile(seat: Seat, terminal: Terminal) -> list[float]:
    """Seconds from each key to its page; ends when everything is stored.

    Two pages take turns: what is drawn by itself meanwhile shows nothing of the one that is not there.
    """
    keys = seat.peer.keys
    turns = [(keys.first, corpus.NEWEST), (keys.page_down, _only_on_page_two(seat, terminal))]
    taken: list[float] = []
    ends_at, looked_at = time.perf_counter() + FILL_S, 0.0
    while True:
        if time.perf_counter() - looked_at > 0.5:
            looked_at = time.perf_counter()
            if seat.is_complete():
                return taken
        if time.perf_counter() > ends_at or terminal.has_ended:
            raise NotShownError(f"not all stored within {FILL_S:g} s; the screen:\n{terminal.text()}")
        for key, word in turns:
            terminal.settle(_PAUSE_S, at_most_s=_PAUSE_S)
            pressed_at = terminal.press(key)
            taken.append(terminal.when_shown(word) - pressed_at)


def _only_on_page_two(seat: Seat, terminal: Terminal) -> str:
    terminal.settle(0.2, at_most_s=0.5)
    before = set(_SUBJECT.findall(terminal.text()))
    terminal.press(seat.peer.keys.page_down)
    terminal.settle(0.2, at_most_s=0.5)
    subjects: list[str] = _SUBJECT.findall(terminal.text())
    fresh = [subject for subject in subjects if subject not in before]
    if not fresh:
        raise NotShownError(f"no second page; the screen:\n{terminal.text()}")
    return fresh[len(fresh) // 2]
