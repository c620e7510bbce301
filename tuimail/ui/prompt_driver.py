"""Textual's driver for POSIX terminals, waiting for keys without looking up meanwhile.

Textual's own wakes ten times a second to see whether it should end, and takes two of those rounds to do so: 0.2 s of
every quit. It also reads the end of a terminal that is gone for ever.
"""

import os
import selectors
import signal
import threading
from codecs import getincrementaldecoder

from textual import constants
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

_CHUNK = 4096
_ESCAPE_S = constants.ESCAPE_DELAY + 0.001
"""A lone escape is told from the beginning of a key's sequence by what follows; a little later it is certain."""


class PromptDriver(LinuxDriver):
    """Ends its input at once when asked to, and the program when its terminal is gone."""

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._bell = _Bell()
        self.exit_event = self._bell

    def run_input_thread(self) -> None:
        """Hand on what is typed until the driver is stopped."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        # Not the default one: kqueue knows no terminals.
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            selector.register(self._bell.fileno, selectors.EVENT_READ)
            patience_s: float | None = None
            while not self._bell.is_set():
                is_typed = any(key.fd == self.fileno for key, _ in selector.select(patience_s))
                patience_s = _ESCAPE_S if is_typed else None
                if is_typed:
                    data = _read(self.fileno)
                    if not data:
                        # As the system says it to the process that controls the terminal.
                        os.kill(os.getpid(), signal.SIGHUP)
                        return
                    for event in parser.feed(decode(data)):
                        self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)


class _Bell(threading.Event):
    """An event that can be waited for together with files."""

    def __init__(self) -> None:
        super().__init__()
        self.fileno, self._button = os.pipe()

    def set(self) -> None:
        if not self.is_set():
            super().set()
            os.write(self._button, b"!")

    def clear(self) -> None:
        if self.is_set():
            os.read(self.fileno, 1)
            super().clear()


def _read(fileno: int) -> bytes:
    try:
        return os.read(fileno, _CHUNK)
    except OSError:
        # Linux answers so where the other end of a pseudo-terminal was closed.
        return b""
