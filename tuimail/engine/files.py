"""Files written for the user: attachments, exports."""

import os
from pathlib import Path

from tuimail.domain.errors import ErrorKind, Remedy, StoreError

_NAME_TRIES = 200


def write_new(folder: Path, name: str, data: bytes) -> Path:
    """Write a file that did not exist, readable by the user alone; a taken name gets a number.

    ``name`` was made safe by ``mime``. Raises StoreError where nothing can be written.
    """
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem:
        stem, ending = name, ""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, _NAME_TRIES):
            numbered = f"{stem} ({number}){dot}{ending}" if number > 1 else name
            path = folder / numbered
            if path.parent != folder:
                break
            try:
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
            except FileExistsError:
                continue
            try:
                with open(handle, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            except OSError:
                path.unlink(missing_ok=True)  # half a file looks like a whole one
                raise
            return path
    except OSError as error:
        words = f"Nothing could be saved in {folder}: {error.strerror or 'it cannot be written'}."
        raise StoreError(ErrorKind.DISK, words, remedy=Remedy.TELL) from error
    raise StoreError(ErrorKind.DISK, f"No free name for this file in {folder}.", remedy=Remedy.TELL)
