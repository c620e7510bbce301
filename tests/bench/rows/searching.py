"""Searches: a word of one subject, and a word of one body."""

from tests.bench import corpus
from tests.bench.bench import Bench, NotThereError
from tests.bench.seat import Seat
from tests.bench.terminal import NotShownError, Terminal

_BODY_S = 8.0
"""A program that finds nothing for so long does not look into bodies."""


def subject(bench: Bench) -> None:
    """From the word, typed in one piece, to the one mail that has it."""
    for seat in bench.seats():
        with bench.noting("search subject", seat) as note, seat.at_the_list() as terminal:
            for _ in range(min(bench.rounds, 5)):
                note(_found(seat, terminal, corpus.RARE, corpus.RARE_SHOWN))
                _clear(seat, terminal)


def body(bench: Bench) -> None:
    """tuimail alone, in a mail of the last weeks, whose text it has fetched and indexed by itself."""
    for seat in bench.seats(only=["tuimail"]):
        with bench.noting("search body", seat) as note, seat.at_the_list() as terminal:
            for _ in range(min(bench.rounds, 5)):
                try:
                    note(_found(seat, terminal, corpus.HIDDEN, corpus.HIDDEN_SHOWN, _BODY_S))
                except NotShownError:
                    raise NotThereError("the words of bodies are not found") from None
                _clear(seat, terminal)


def _found(seat: Seat, terminal: Terminal, word: str, shown: str, patience_s: float = 30) -> float:
    terminal.press(seat.peer.keys.find)
    terminal.settle(0.2)
    pressed_at = terminal.press(f"{word}{seat.peer.keys.found}")
    return terminal.when_shown(shown, patience_s) - pressed_at


def _clear(seat: Seat, terminal: Terminal) -> None:
    terminal.settle()
    terminal.press(seat.peer.keys.clear)
    terminal.settle()
    terminal.press(seat.peer.keys.first)
    terminal.settle()
