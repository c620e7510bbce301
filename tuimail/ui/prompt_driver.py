"""Textual's driver for POSIX terminals, with the keys read by the event loop.

Textual's own reads on a thread that wakes ten times a second to see whether it should end, and takes two of those
rounds to do so: 0.2 s of every quit. It also goes on reading, without a pause, a terminal that is gone.
"""

import os
import signal
from asyncio import TimerHandle
from codecs import getincrementaldecoder

from textual import constants
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from tuimail.ui.paste_guard import PasteGuard

_CHUNK = 4096
_ESCAPE_S = constants.ESCAPE_DELAY + 0.001
"""A lone escape is told from the beginning of a key's sequence by what follows; a little later it is certain."""


class PromptDriver(LinuxDriver):
    """Ends its input at once when asked to, and the program when its terminal is gone."""

    _parser: XTermParser
    _is_reading = False
    _settling: TimerHandle | None = None

    def run_input_thread(self) -> None:
        """Let the loop read from now on; the thread that Textual starts for it has nothing more to do."""
        self._parser = XTermParser(self._debug)
        self._guard = PasteGuard()
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._is_reading = True
        self._loop.call_soon_threadsafe(self._begin)

    def disable_input(self) -> None:
        """Read no more."""
        super().disable_input()
        self._is_reading = False
        self._loop.remove_reader(self.fileno)
        if self._settling is not None:
            self._settling.cancel()

    def _begin(self) -> None:
        if self._is_reading:
            self._loop.add_reader(self.fileno, self._take)

    def _take(self) -> None:
        data = _read(self.fileno)
        if not data:
            self._loop.remove_reader(self.fileno)
            # As the system says it to the process that controls the terminal.
            os.kill(os.getpid(), signal.SIGHUP)
            return
        for event in self._parser.feed(self._guard.feed(self._decode(data))):
            self.process_message(event)
        if self._settling is not None:
            self._settling.cancel()
        self._settling = self._loop.call_later(_ESCAPE_S, self._settle)

    def _settle(self) -> None:
        for event in self._parser.tick():
            self.process_message(event)


def _read(fileno: int) -> bytes:
    try:
        return os.read(fileno, _CHUNK)
    except OSError:
        # Linux answers so where the other end of a pseudo-terminal was closed.
        return b""
