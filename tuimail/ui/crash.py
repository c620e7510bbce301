"""What is left of an app that fails: an exit status and a line in the log, and nothing on the terminal."""

import logging
from typing import TypeVar

from rich.console import RenderableType
from textual.app import App
from textual.worker import WorkerFailed

from tuimail.config.logs import fault_of

log = logging.getLogger(__name__)

R = TypeVar("R")


class QuietApp(App[R]):
    """An app that ends silently at a fault of its own.

    Textual prints a traceback with the local variables of every frame, among them mail, drafts and passphrases,
    and terminals and multiplexers keep what was printed. It has no public switch for that (8.2).
    """

    fault: str = ""
    """What ended the app, without its message; empty where nothing did."""

    def panic(self, *_renderables: RenderableType) -> None:
        """End; what would be printed may quote mail."""
        self._close_messages_no_wait()

    def _handle_exception(self, error: Exception) -> None:
        cause = error.error if isinstance(error, WorkerFailed) else error
        self.fault = self.fault or fault_of(cause)
        log.error("the interface: %s", fault_of(cause))
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        self.panic()
