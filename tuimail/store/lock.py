"""One writing process an account: a file lock, which the system frees when the process ends, however it does."""

import os
import sys
from pathlib import Path

from tuimail.store.db import translating

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class AccountLock:
    """The right to synchronise, change and send for one account."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether this object holds it."""
        return self._descriptor is not None

    def acquire(self) -> bool:
        """Take the lock without waiting; False if another process, or another object of this one, has it."""
        if self._descriptor is not None:
            return True
        with translating():
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Not inherited by programs we start: an editor that outlives us must not keep the lock.
            descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            _try_lock(descriptor)
        except OSError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give it back; harmless if it is not held."""
        # The file stays: with it removed, two processes could each lock a file of that name.
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
