"""Typing in the middle of a draft of 100 KB: from the key to the last byte of the repaint."""

import os
import sys
from pathlib import Path

from tests.bench import reader_app
from tests.bench.bench import Bench
from tests.bench.terminal import Terminal

FIGURE = "typing in 100 KB"
_ROOT = Path(__file__).parents[3]
_FIELDS_BEFORE_TEXT = 4
_PAGES = 20


def in_draft(bench: Bench) -> None:
    """Letters, one after the other; the engine behind takes what is saved at once."""
    for _ in range(bench.rounds):
        environ = {**os.environ, "PYTHONPATH": str(_ROOT)}
        with Terminal([sys.executable, "-m", "tests.bench.reader_app"], environ, _ROOT) as terminal:
            terminal.when_shown(reader_app.CONVERSATION)
            terminal.settle()
            terminal.press("c")
            terminal.when_shown(reader_app.DRAFT_BEGINS)
            terminal.settle()
            for key in ("\t",) * _FIELDS_BEFORE_TEXT + ("\x1b[6~",) * _PAGES:
                terminal.press(key)
                terminal.settle(0.05)
            for letter in "and so it goes on":
                began = terminal.press(letter)
                bench.ledger.note(FIGURE, "tuimail", 0, terminal.when_quiet() - began)
                terminal.settle(0.1)
