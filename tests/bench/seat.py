"""One program at one mailbox: its home as it is before the first start, and as it is with everything stored."""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench import corpus
from tests.bench.mailbox import copy_tree, kept_folder
from tests.bench.peers.base import Peer
from tests.bench.servers import Servers
from tests.bench.terminal import NotShownError, Terminal

FILL_S = 300.0
"""A program may take so long to store all headers."""
_POLL_S = 0.2
_GONE_S = 3.0
_STALE_S = 24 * 3600.0
"""A home filled by another version of the program, not used for so long, goes."""


class Seat:
    """Starts the program in a home in the state that a row asks for."""

    def __init__(self, peer: Peer, servers: Servers, size: int) -> None:
        self.peer = peer
        self.size = size
        self.where = servers.where(size)
        self.mailbox = servers.mailboxes[size]
        self.proxy = servers.proxy
        self._home = servers.folder / f"{peer.name}-{size}"
        kept = peer.kept_under(self.where)
        self._warm = (kept_folder() if kept else servers.folder) / f"warm-{kept or self._home.name}"

    def make_cold(self) -> None:
        """A home that was never used, but needs nothing of its person."""
        self.mailbox.mend()
        self._clear()
        self._home.mkdir()
        self.peer.set_up(self._home, self.where)

    def make_warm(self) -> None:
        """A home in which everything is stored that the program stores by itself."""
        if not self._warm.exists():
            self._fill()
        self.mailbox.mend()
        self._clear()
        copy_tree(self._warm, self._home)
        # For the keychain too, which lives as long as one run of the benchmark.
        self.peer.set_up(self._home, self.where)

    @contextmanager
    def started(self) -> Iterator[Terminal]:
        """The program in its home as it is."""
        with Terminal(self.peer.command(self._home), self.peer.environ(self._home), self._home) as terminal:
            yield terminal

    @contextmanager
    def at_the_list(self) -> Iterator[Terminal]:
        """The program at rest after a warm start, with the newest mail on the screen."""
        self.make_warm()
        with self.started() as terminal:
            terminal.when_shown(corpus.NEWEST)
            terminal.settle()
            terminal.press(self.peer.keys.first)
            terminal.settle()
            yield terminal

    def is_complete(self) -> bool:
        """Whether the running program has stored all that it wants."""
        return self.peer.is_complete(self._home, self.where)

    def wait_complete(self, terminal: Terminal) -> float:
        """The moment at which everything was stored."""
        ends_at = time.perf_counter() + FILL_S
        while not self.is_complete():
            if time.perf_counter() > ends_at or terminal.has_ended:
                raise NotShownError(f"not all stored within {FILL_S:g} s; the screen:\n{terminal.text()}")
            terminal.settle(_POLL_S, at_most_s=_POLL_S)
        return time.perf_counter()

    def wait_at_rest(self, terminal: Terminal) -> None:
        """Wait until the program has fetched all that it fetches by itself."""
        ends_at = time.perf_counter() + FILL_S
        while not self.peer.is_at_rest(self._home, self.where):
            if time.perf_counter() > ends_at or terminal.has_ended:
                raise NotShownError(f"not at rest within {FILL_S:g} s; the screen:\n{terminal.text()}")
            terminal.settle(_POLL_S, at_most_s=_POLL_S)
        # A program may begin where it was left.
        terminal.press(self.peer.keys.first)
        terminal.settle(1.5)

    def keep_as_warm(self) -> None:
        """The home as it is, with all stored, serves the rows that need a warm start."""
        for old in self._warm.parent.glob(f"warm-{self.peer.name}-{self.size}-*"):
            if time.time() - old.stat().st_mtime > _STALE_S:
                shutil.rmtree(old)
        # Another benchmark may copy from it at this moment.
        fresh, aside = (self._warm.with_name(f"{kind}-{os.getpid()}-{self._home.name}") for kind in ("fresh", "aside"))
        copy_tree(self._home, fresh)
        if self._warm.exists():
            self._warm.rename(aside)
        fresh.rename(self._warm)
        shutil.rmtree(aside, ignore_errors=True)

    def quit(self, terminal: Terminal) -> float:
        """Seconds from the key to the end of the process."""
        pressed_at = terminal.press(self.peer.keys.quit)
        return terminal.when_ended() - pressed_at

    def _clear(self) -> None:
        """Remove the home; a program that was ended a moment ago may still be writing into it."""
        ends_at = time.perf_counter() + _GONE_S
        while self._home.exists() and time.perf_counter() < ends_at:
            shutil.rmtree(self._home, ignore_errors=True)

    def _fill(self) -> None:
        sys.stderr.write(f"filling a home of {self.peer.name} with {self.size:,} messages\n")
        self.make_cold()
        with self.started() as terminal:
            terminal.when_shown(corpus.NEWEST, 120)
            self.wait_complete(terminal)
            # What a program does by itself after the first look is part of its warm state.
            self.wait_at_rest(terminal)
            self.quit(terminal)
        self.keep_as_warm()
