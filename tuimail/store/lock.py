"""One process an account that writes, and one that uses its refresh token: file locks, which the system frees when a
process ends, however it does."""

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


class Turn(AccountLock):
    """The right to use an account's refresh token. The length of its file tells others whether anybody did.

    It is odd from ``begin`` to ``end``, and stays so where a process ends in between.
    """

    def __init__(self, lock: Path) -> None:
        """``lock``: that of the process that writes for the account."""
        super().__init__(lock.with_suffix(".turn"))

    def begin(self) -> int:
        """The lock is held and will be used; returns the length before."""
        before = self._length()
        self._stretch(before + 1 + before % 2)
        return before

    def end(self) -> None:
        """It was used, and what came of it is kept."""
        self._stretch(self._length() + 1)

    def last_end(self) -> int | None:
        """What ``begin`` returns if nobody uses the lock from now on; None where somebody may be at it."""
        length = self._length()
        return None if length % 2 else length

    def _length(self) -> int:
        try:
            return self._path.stat().st_size
        except OSError:
            return 0

    def _stretch(self, length: int) -> None:
        with translating():
            os.truncate(self._path, length)
