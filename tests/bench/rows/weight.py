"""What a session weighs: memory at its highest, processor time at rest."""

import time

from tests.bench.bench import Bench

REST_S = 15.0


def memory(bench: Bench) -> None:
    """A session with scrolling, opening and a search; the highest sum over the program and its children."""
    for size in sorted({bench.small, bench.large}):
        for seat in bench.warm("peak memory", bench.seats(size)):
            keys = seat.peer.keys
            with bench.noting("peak memory", seat) as note, seat.started() as terminal:
                for _ in range(40):
                    terminal.tree.look()
                    terminal.settle(0.05, at_most_s=0.05)
                typed = [keys.first, *[keys.page_down] * 10, keys.last, keys.open, keys.back]
                for each in [*typed, keys.find, f"zwetschgen{keys.found}", keys.clear, keys.first]:
                    terminal.press(each)
                    terminal.settle(0.3)
                    terminal.tree.look()
                note(terminal.tree.peak_bytes)


def rest(bench: Bench) -> None:
    """Processor time over 15 s in which nobody does anything, once the start is over."""
    for seat in bench.seats():
        with bench.noting("processor at rest", seat) as note, seat.at_the_list() as terminal:
            terminal.settle(1.0)
            time.sleep(3)
            used = terminal.tree.processor_s()
            time.sleep(REST_S)
            note((terminal.tree.processor_s() - used) / REST_S)
