"""Opening mails: one that is not stored yet, the same again, and one with a large file."""

from tests.bench import corpus
from tests.bench.bench import Bench
from tests.bench.seat import Seat
from tests.bench.terminal import Terminal


def letters(bench: Bench) -> None:
    """10 KB of text, among the oldest mails, which no program has stored by itself."""
    for seat in bench.seats():
        with bench.noting("open", seat) as note, seat.at_the_list() as terminal:
            _to_the_oldest(seat, terminal)
            for _ in range(min(bench.rounds, corpus.LETTERS - 2)):
                note(_opened(seat, terminal, corpus.LETTER))
                _back(seat, terminal)
                bench.ledger.note("open again", seat.peer.name, seat.size, _opened(seat, terminal, corpus.LETTER))
                _back(seat, terminal)
                terminal.press(seat.peer.keys.up)
                terminal.settle(0.1)


def big(bench: Bench) -> None:
    """A mail with an attachment of 5 MB, which no program has fetched ahead: its text, and what passed until then.

    What passes until the program is at rest is told apart: texts of the neighbours, for one.
    """
    for seat in bench.seats():
        for place in range(min(bench.rounds, corpus.BIGS)):
            with bench.noting("open big", seat) as note, seat.at_the_list() as terminal:
                _to_the_oldest(seat, terminal)
                for _ in range(corpus.LETTERS + place):
                    terminal.press(seat.peer.keys.up)
                    terminal.settle(0.1)
                terminal.settle(1.0)
                bench.servers.proxy.order(reset=1)
                note(_opened(seat, terminal, corpus.BIG))
                for figure in ("open big, bytes", "open big, at rest, bytes"):
                    bench.ledger.note(figure, seat.peer.name, seat.size, bench.servers.proxy.bytes_passed())
                    terminal.settle(1.0)


def _to_the_oldest(seat: Seat, terminal: Terminal) -> None:
    terminal.press(seat.peer.keys.last)
    terminal.when_shown(corpus.OLDEST)
    terminal.settle(0.2)


def _opened(seat: Seat, terminal: Terminal, word: str) -> float:
    pressed_at = terminal.press(seat.peer.keys.open)
    return terminal.when_shown(word, 15) - pressed_at


def _back(seat: Seat, terminal: Terminal) -> None:
    terminal.settle(0.2)
    terminal.press(seat.peer.keys.back)
    terminal.settle(0.2)
