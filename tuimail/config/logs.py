"""The log: a rotating file, readable by its owner alone, in which nothing that looks like a secret survives."""

import logging
import os
import threading
import traceback
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from tuimail.domain.redact import redacted

_MAX_BYTES = 1_000_000
_KEPT_FILES = 3
_FRAMES = 8


def fault_of(error: BaseException) -> str:
    """What was raised and where, without its message: exception texts may quote mail or tokens."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {places}"


class RedactingFormatter(logging.Formatter):
    """Formats a record and redacts the whole of it, tracebacks and arguments included."""

    def format(self, record: logging.LogRecord) -> str:
        """The finished, redacted line."""
        return redacted(super().format(record))


def open_log(path: Path, level: int = logging.INFO) -> logging.Handler:
    """Send the log of the whole process to this file; returns the handler, for closing it."""
    handler = _PrivateFileHandler(path, maxBytes=_MAX_BYTES, backupCount=_KEPT_FILES, encoding="utf-8", delay=True)
    # At the handler and not at a logger: a logger's filter does not see what its children log.
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level)
    threading.excepthook = _log_thread
    # Our own words are enough; what libraries log at INFO may hold requests.
    for library in ("httpx", "httpx2", "httpcore", "authlib", "imapclient", "keyring", "asyncio"):
        logging.getLogger(library).setLevel(logging.WARNING)
    return handler


def close_log(handler: logging.Handler) -> None:
    """Undo ``open_log``."""
    threading.excepthook = threading.__excepthook__
    logging.getLogger().removeHandler(handler)
    handler.close()


def _log_thread(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value is not None:
        logging.getLogger(__name__).error("a thread ended: %s", fault_of(ended.exc_value))


class _PrivateFileHandler(RotatingFileHandler):
    """Creates each file with mode 0600, whatever the umask; a line that cannot be written is lost, silently."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, "a", encoding=self.encoding)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (the base's)
        """Nothing: the base would print the line, unredacted, on the terminal."""
