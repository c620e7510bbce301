"""Keys in a list at rest: from the key to the last byte of the repaint."""

from tests.bench import corpus
from tests.bench.bench import Bench

_PRESSES = 12


def moves(bench: Bench) -> None:
    """Row down, page down, and the jump to the oldest mail."""
    for seat in bench.seats():
        keys = seat.peer.keys
        with bench.noting("row down", seat) as note, seat.at_the_list() as terminal:
            for _ in range(_PRESSES):
                pressed_at = terminal.press(keys.down)
                note(terminal.when_quiet() - pressed_at)
            for _ in range(_PRESSES):
                pressed_at = terminal.press(keys.page_down)
                bench.ledger.note("page down", seat.peer.name, seat.size, terminal.when_quiet() - pressed_at)
                terminal.settle(0.2)
            for _ in range(3):
                terminal.press(keys.first)
                terminal.settle()
                pressed_at = terminal.press(keys.last)
                seconds = terminal.when_shown(corpus.OLDEST) - pressed_at
                bench.ledger.note("jump to oldest", seat.peer.name, seat.size, seconds)
                terminal.settle()
