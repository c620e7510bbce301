"""The folders of demos under the system's temporary folder, and those that killed demos left behind."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tuimail.domain.errors import StoreError
from tuimail.store.lock import AccountLock

_PREFIX = "tuimail-demo-"
_LOCK = "lock"


@contextmanager
def demo_folder() -> Iterator[Path]:
    """A folder that goes with the block. Those of demos that were killed go first."""
    sweep(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as name:
        folder = Path(name)
        lock = AccountLock(folder / _LOCK)
        lock.acquire()
        try:
            yield folder
        finally:
            lock.release()


def sweep(temporary: Path) -> None:
    """Delete the folders of demos whose process is gone; what is not this user's, or has no lock, stays."""
    for folder in temporary.glob(f"{_PREFIX}*"):
        # Gone meanwhile, or closed to us.
        with suppress(OSError, StoreError):
            if _is_own(folder) and (folder / _LOCK).is_file():
                lock = AccountLock(folder / _LOCK)
                if lock.acquire():
                    shutil.rmtree(folder)
                    lock.release()


def _is_own(folder: Path) -> bool:
    told = folder.lstat()
    # Where there are no user numbers, the temporary folder is the user's own.
    is_mine = not hasattr(os, "getuid") or told.st_uid == os.getuid()
    return is_mine and folder.is_dir() and not folder.is_symlink()
