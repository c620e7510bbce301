"""Files for drafts: read once, when they are attached, so that the mail is what the person saw."""

import mimetypes
import stat
import time
from collections.abc import Callable
from pathlib import Path

from tuimail.api.commands import AttachFile
from tuimail.api.events import FileAttached
from tuimail.config.home import from_home
from tuimail.domain.clean import clean_line
from tuimail.domain.draft import DraftAttachment
from tuimail.domain.errors import ErrorKind, Remedy, StoreError
from tuimail.engine.job import Job
from tuimail.engine.worker import Worker, log_crash
from tuimail.mime.filenames import safe_file_name

MAX_ATTACHMENT = 50 * 1024 * 1024
"""Read into memory and kept in the store, so bounded; providers take 20 to 35 MB."""
_PIECE = 1024 * 1024
_TELL_EVERY_S = 0.2


class AttachDesk:
    """Reads on a thread of its own: a disk or a network that is slow, or gone, holds up nothing else."""

    def __init__(self) -> None:
        self._worker: Worker | None = None

    def attach(self, job: Job) -> None:
        """Route of ``AttachFile``."""
        # Made at the first file; most runs attach none.
        self._worker = self._worker or Worker("files", on_crash=log_crash)
        job.hand_to(self._worker, _attach)

    def close(self) -> None:
        """Read no more; a file that is being read is left behind."""
        if self._worker is not None:
            self._worker.close()


def _attach(job: Job) -> None:
    command = job.command
    assert isinstance(command, AttachFile)  # noqa: S101 (the route's own type, for the checker)
    path, told_s = from_home(command.path), time.monotonic()

    def look(done: int, total: int) -> None:
        nonlocal told_s
        job.check()
        if time.monotonic() - told_s >= _TELL_EVERY_S:
            told_s = time.monotonic()
            job.progress(f"reading {clean_line(path.name)}", done, total)

    job.emit(FileAttached(draft=command.draft, attachment=read_attachment(path, look=look)))
    job.finish()


def read_attachment(path: Path, *, look: Callable[[int, int], None] = lambda _done, _total: None) -> DraftAttachment:
    """Read a file to attach; ``look`` hears how far that is. Raises StoreError in words for what cannot be one."""
    shown = clean_line(str(path))
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise _refused(f"{shown} is a folder. Attach the files in it, or an archive of it.")
        if not stat.S_ISREG(status.st_mode):
            raise _refused(f"{shown} is no file that could be sent.")
        if status.st_size > MAX_ATTACHMENT:
            raise _refused(f"{clean_line(path.name)} is larger than 50 MB, more than any provider takes.")
        data = _read(path, status.st_size, look)
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        # ValueError: a NUL in the path.
        raise _refused(f"There is no file at {shown}.") from error
    except OSError as error:
        raise _refused(f"{shown} cannot be read: {error.strerror or 'an unknown reason'}.") from error
    guessed, encoding = mimetypes.guess_type(path.name)
    content_type = guessed if guessed and not encoding else "application/octet-stream"
    return DraftAttachment(name=safe_file_name(path.name), content_type=content_type, data=data)


def _read(path: Path, size: int, look: Callable[[int, int], None]) -> bytes:
    pieces: list[bytes] = []
    done = 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            pieces.append(piece)
            done += len(piece)
            if done > MAX_ATTACHMENT:
                raise _refused(f"{clean_line(path.name)} grew beyond 50 MB while it was read.")
            look(done, max(size, done))
    return b"".join(pieces)


def _refused(words: str) -> StoreError:
    return StoreError(ErrorKind.DISK, words, remedy=Remedy.FIX_INPUT)
