"""A server that falls silent, and a connection that is cut."""

import re
import time

from tests.bench import corpus
from tests.bench.bench import Bench
from tests.bench.rows.news import letter
from tests.bench.terminal import NotShownError, Terminal

_SAID = re.compile(r"offline|no answer|not answer|does not answer|waiting for|reconnect|stalled|timed? ?out", re.I)
_STALL_S = 12.0
_KEY_S = 10.0
"""A key that is not answered for so long counts as this long."""


def stalled(bench: Bench) -> None:
    """The proxy passes nothing on. A flag is set and an old mail opened, which need answers; then keys, for 12 s."""
    for seat in bench.seats():
        with bench.noting("key while stalled", seat) as note, seat.at_the_list() as terminal:
            terminal.press(seat.peer.keys.last)
            terminal.settle(1.0)
            bench.servers.proxy.order(stall=1)
            try:
                before = _said(terminal)
                stalled_at = terminal.press(seat.peer.keys.flag)
                terminal.settle(0.3, at_most_s=1.0)
                note(_answered(terminal, seat.peer.keys.open))
                note(_answered(terminal, seat.peer.keys.back))
                said_at = None
                while time.perf_counter() - stalled_at < _STALL_S:
                    note(_answered(terminal, seat.peer.keys.up))
                    terminal.settle(0.1, at_most_s=0.3)
                    if said_at is None and _said(terminal) - before:
                        said_at = time.perf_counter()
                if said_at is None:
                    words = f"nothing was said within {_STALL_S:g} s"
                    bench.ledger.miss("stall said", seat.peer.name, seat.size, words)
                else:
                    bench.ledger.note("stall said", seat.peer.name, seat.size, said_at - stalled_at)
            finally:
                bench.servers.proxy.order(stall=0)


def cut(bench: Bench) -> None:
    """All connections end at once and a mail arrives; from the cut until it is shown."""
    for seat in bench.seats():
        for _ in range(min(bench.rounds, 2)):
            if ("new mail after a cut", seat.peer.name, seat.size) in bench.ledger.absent:
                break
            with bench.noting("new mail after a cut", seat) as note, seat.at_the_list() as terminal:
                time.sleep(2)
                terminal.settle(0.5)
                word = "Came-after-the-cut"
                terminal.forget()
                cut_at = time.perf_counter()
                bench.servers.proxy.order(cut=1)
                seat.mailbox.deliver(letter(word))
                terminal.settle(0.3, at_most_s=0.5)
                is_kept = corpus.NEWEST in terminal.text()
                bench.ledger.note("list kept after a cut", seat.peer.name, seat.size, float(is_kept))
                note(terminal.when_shown(word, 40) - cut_at)


def _answered(terminal: Terminal, key: str) -> float:
    pressed_at = terminal.press(key)
    try:
        return terminal.when_quiet(_KEY_S) - pressed_at
    except NotShownError:
        return _KEY_S


def _said(terminal: Terminal) -> set[str]:
    return {found.lower() for found in _SAID.findall(terminal.text())}
