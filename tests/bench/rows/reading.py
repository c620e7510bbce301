"""The reader alone: from the key to the first painting of large mails and long conversations, scrolling, resizing.

The engine of ``tests.bench.reader_app`` answers at once; reading the mail's bytes is part of each figure.
"""

import os
import sys
from pathlib import Path

from tests.bench import reader_app
from tests.bench.bench import Bench
from tests.bench.terminal import COLUMNS, ROWS, Terminal

_ROOT = Path(__file__).parents[3]
_NAME, _SIZE = "tuimail", 0
_PRESSES = 12


def reader(bench: Bench) -> None:
    """A newsletter of 100 KB, a mail of 1 MB, a thread of 500."""
    for _ in range(bench.rounds):
        environ = {**os.environ, "PYTHONPATH": str(_ROOT)}
        with Terminal([sys.executable, "-m", "tests.bench.reader_app"], environ, _ROOT) as terminal:
            terminal.when_shown(reader_app.CONVERSATION)
            terminal.settle()
            _opened(bench, terminal, "newsletter", reader_app.BEGINS)
            _scrolled(bench, terminal)
            _resized(bench, terminal)
            _next(terminal)
            _opened(bench, terminal, "1 MB mail", reader_app.BEGINS)
            _next(terminal)
            _opened(bench, terminal, "thread of 500", reader_app.ANSWERS)
            terminal.settle()
            for _ in range(_PRESSES):
                _note(bench, "next in thread of 500", terminal.press("J"), terminal.when_quiet())
                terminal.settle(0.2)


def _next(terminal: Terminal) -> None:
    terminal.press("q")
    terminal.settle()
    terminal.press("j")
    terminal.settle()


def _opened(bench: Bench, terminal: Terminal, figure: str, word: str) -> None:
    _note(bench, figure, terminal.press("\r"), terminal.when_shown(word))
    terminal.settle()


def _scrolled(bench: Bench, terminal: Terminal) -> None:
    for key, figure in (("j", "scroll a line"), (" ", "scroll a page")):
        for _ in range(_PRESSES):
            _note(bench, figure, terminal.press(key), terminal.when_quiet())
            terminal.settle(0.1)


def _resized(bench: Bench, terminal: Terminal) -> None:
    for columns in (COLUMNS - 10, COLUMNS):
        _note(bench, "newsletter resized", terminal.resize(columns, ROWS), terminal.when_quiet())
        terminal.settle()


def _note(bench: Bench, figure: str, began: float, ended: float) -> None:
    bench.ledger.note(figure, _NAME, _SIZE, ended - began)
