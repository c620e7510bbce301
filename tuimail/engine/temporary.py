"""Files that other programs have to read: private, in a folder of this run, gone at its end."""

import contextlib
import os
import re
import secrets
import shutil
import threading
from pathlib import Path

from tuimail.config.paths import make_private
from tuimail.engine.files import write_new

_OF_A_RUN = re.compile(r"shown-(\d{1,10})-[0-9a-f]+")


class PrivateFiles:
    """Lent to viewers and browsers until the program ends. Any thread."""

    def __init__(self, root: Path) -> None:
        """``root``: a folder that is the user's alone; nothing is made in it before the first file."""
        self._root = root
        self._folder: Path | None = None
        self._guard = threading.Lock()

    def write(self, name: str, data: bytes) -> Path:
        """A new file with mode 0600 in a folder with mode 0700; ``name`` was made safe. Raises StoreError."""
        with self._guard:
            if self._folder is None:
                self.sweep()
                self._folder = self._root / f"shown-{os.getpid()}-{secrets.token_hex(8)}"
                make_private(self._folder)
            return write_new(self._folder, name, data)

    def sweep(self) -> None:
        """Remove what runs left behind that ended without a word, such as by a power cut."""
        for folder in self._root.glob("shown-*"):
            run = _OF_A_RUN.fullmatch(folder.name)
            if run is not None and not folder.is_symlink() and not _is_running(int(run[1])):
                shutil.rmtree(folder, ignore_errors=True)

    def clear(self, _left_s: float = 0.0) -> None:
        """Remove all of this run's files: the program ends."""
        with self._guard:
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None


def _is_running(process: int) -> bool:
    if os.name != "posix":
        return False  # signal 0 would end the process there, and files in use cannot be removed anyway
    with contextlib.suppress(ProcessLookupError, OverflowError):
        try:
            os.kill(process, 0)
        except PermissionError:
            return True
        return True
    return False
