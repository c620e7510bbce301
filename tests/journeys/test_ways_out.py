"""A draft that is being typed when the program ends: what is in the store afterwards, for every way to end it."""

import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from tests.attacks.recorder import Recorder
from tests.journeys.conftest import Heard
from tests.journeys.writer import FAULT_KEY, lasting
from tuimail.api.commands import ListDrafts, OpenAccount
from tuimail.api.events import DraftsListed
from tuimail.api.writing import DraftsInterrupted
from tuimail.demo.provider import DemoProvider
from tuimail.program import Program

AT_MOST_LOST_S = 2.0
TYPED_FOR_S = 3.0
BETWEEN_KEYS_S = 0.05

Out = Callable[[Recorder], None]


def _press(keys: str) -> Out:
    return lambda terminal: terminal.type(keys)


def _signal(number: int) -> Out:
    return lambda terminal: os.kill(terminal._process.pid, number)


def _hang_up(terminal: Recorder) -> None:
    """The terminal goes; a copy of its end stays open for the program's last words to nobody."""
    os.close(terminal._reader)
    terminal._reader = os.open(os.devnull, os.O_RDONLY)


WAYS: dict[str, tuple[Out, float, bool]] = {
    # How it ends, seconds of typing that may be lost, whether the next start offers the draft.
    "ctrl+q": (_press("\x11"), 0.0, False),
    "a fault of its own": (_press(FAULT_KEY), AT_MOST_LOST_S, True),
    "SIGTERM": (_signal(signal.SIGTERM), 0.0, True),
    "SIGHUP": (_signal(signal.SIGHUP), 0.0, True),
    "a lost terminal": (_hang_up, AT_MOST_LOST_S, True),
    "kill -9": (_signal(signal.SIGKILL), AT_MOST_LOST_S, True),
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("way", WAYS)
def test_at_most_two_seconds_of_typing_are_lost(way: str, tmp_path: Path) -> None:
    leave, may_be_lost_s, is_offered = WAYS[way]
    command = [sys.executable, "-m", "tests.journeys.writer", str(tmp_path)]
    environ = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    terminal = Recorder(command, {**environ, "LANG": "C.UTF-8", "TZ": "UTC"})
    with terminal:
        terminal.until("agree, the demo signs in")
        terminal.settle()
        terminal.type("\r")
        terminal.until("Signed in as")
        terminal.type("c")
        terminal.until("New mail")
        terminal.type("bob@example.org\t\t\tWays out\t")
        typed = _type_for(terminal, TYPED_FOR_S)
        left_at = time.monotonic()
        leave(terminal)
        terminal._process.wait(timeout=30)

    kept, offered = _what_is_kept(tmp_path, is_offered=is_offered)

    lost_s = max((left_at - at for number, at in typed.items() if f"[{number}]" not in kept), default=0.0)
    assert lost_s <= may_be_lost_s, kept
    assert offered == (["Ways out"] if is_offered else [])


def _type_for(terminal: Recorder, seconds: float) -> dict[int, float]:
    """Numbers, and when each was typed."""
    typed: dict[int, float] = {}
    ends_at = time.monotonic() + seconds
    for number in count():
        if time.monotonic() > ends_at:
            break
        terminal.type(f"[{number}]")
        typed[number] = time.monotonic()
        # The screen is read meanwhile, as a terminal does; a program that cannot write stops.
        while (left_s := typed[number] + BETWEEN_KEYS_S - time.monotonic()) > 0:
            terminal._read(left_s)
    return typed


def _what_is_kept(folder: Path, *, is_offered: bool) -> tuple[str, list[str]]:
    """The text of the draft, and the subjects that the next start offers."""
    with DemoProvider().start(datetime.now(UTC)) as demo:
        program = Program(lasting(demo, folder), demo.account.id)
        heard = Heard(program)
        try:
            program.load_rest()
            heard.do(OpenAccount(account=demo.account.id))
            told = [heard.wait_for(DraftsInterrupted)] if is_offered else heard.events
            offered = [each.subject for event in told if isinstance(event, DraftsInterrupted) for each in event.drafts]
            found = heard.ask(ListDrafts(account=demo.account.id), DraftsListed).drafts
        finally:
            program.close()
    return found[0].text if found else "", offered
