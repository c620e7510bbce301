"""An account's stored mail as files that other programs read: one mbox (RFC 4155), or a folder of .eml files."""

import os
import re
from contextlib import suppress
from email.utils import parseaddr
from pathlib import Path
from typing import BinaryIO

from tuimail.api.commands import ExportMail
from tuimail.api.events import FileSaved
from tuimail.config.home import from_home
from tuimail.domain.errors import ErrorKind, Remedy, StoreError
from tuimail.engine.job import GivenUpError, Job
from tuimail.engine.storage import Storage
from tuimail.engine.worker import Urgency
from tuimail.store.export import ExportReader, ExportRow

_TOLD_EVERY = 50
_FROM = re.compile(rb"(?m)^(>*From )")
_UNSAFE = re.compile(r"[^\w .@+-]")


def export_mail(job: Job, storage: Storage, command: ExportMail) -> None:
    """Write all that is stored, one mail in memory at a time; what is not stored is listed in a file beside.

    On a thread of its own. A cancel takes back what was written: half an export looks like a whole one.
    """
    rows = storage.run(command.account, lambda store: ExportReader(store.db).rows(), urgency=Urgency.BACKGROUND)
    target = from_home(command.path)
    missing: list[str] = []
    written = 0
    sink = _Mbox(target) if command.as_mbox else _Folder(target)
    try:
        for number, row in enumerate(rows, start=1):
            job.check()
            raw, lacks = _raw(storage, command, row)
            if raw is None:
                missing.append(f"not stored\t{_line(row)}")
            else:
                sink.add(row, raw, number)
                written += 1
                if lacks:
                    missing.append(f"{lacks} part(s) not stored\t{_line(row)}")
            if number % _TOLD_EVERY == 0:
                job.progress("exporting", number, len(rows))
        beside = sink.finish(missing)
    except GivenUpError:
        sink.take_back()
        raise
    except OSError as error:
        sink.take_back()
        words = f"Nothing could be exported to {target}: {error.strerror or 'it cannot be written'}."
        raise StoreError(ErrorKind.DISK, words, remedy=Remedy.TELL) from error
    job.emit(FileSaved(path=str(target)))
    words = f"{written:,} mails exported to {target}"
    job.finish(f"{words}; {len(missing):,} are not stored here as a whole: see {beside.name}" if beside else words)


def _raw(storage: Storage, command: ExportMail, row: ExportRow) -> tuple[bytes | None, int]:
    if not row.has_body:
        return None, 0
    found = storage.run(command.account, lambda store: ExportReader(store.db).raw(row.row), urgency=Urgency.BACKGROUND)
    return found if found is not None else (None, 0)


def _line(row: ExportRow) -> str:
    return f"{row.mailbox}\t{row.received_at:%Y-%m-%d %H:%M}\t{row.subject}"


class _Mbox:
    """mboxrd: what looks like the line between two mails gets another ``>``, which readers take off again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = _new_file(path)

    def add(self, row: ExportRow, raw: bytes, _number: int) -> None:
        sender = parseaddr(row.sender)[1] or "MAILER-DAEMON"
        head = f"From {sender.replace(' ', '-')} {row.received_at:%a %b %d %H:%M:%S %Y}\n"
        body = _FROM.sub(rb">\1", raw.replace(b"\r\n", b"\n"))
        self._file.write(head.encode("ascii", "replace") + body + (b"\n" if body.endswith(b"\n") else b"\n\n"))

    def finish(self, missing: list[str]) -> Path | None:
        self._file.close()
        return _list_missing(self._path.with_name(f"{self._path.name}.not-stored.txt"), missing)

    def take_back(self) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)


class _Folder:
    """A new folder, in it one for each mailbox."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files: list[Path] = []
        _private_folder(path)

    def add(self, row: ExportRow, raw: bytes, number: int) -> None:
        folder = self._path / (_UNSAFE.sub("_", row.mailbox).strip(". ")[:80] or "mailbox")
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / f"{number:06}.eml"
        with _new_file(path) as file:
            self._files.append(path)
            file.write(raw)

    def finish(self, missing: list[str]) -> Path | None:
        return _list_missing(self._path / "not-stored.txt", missing)

    def take_back(self) -> None:
        for path in self._files:
            path.unlink(missing_ok=True)
        with suppress(OSError):  # a folder that somebody else put a file into stays
            for folder in {path.parent for path in self._files}:
                folder.rmdir()
            self._path.rmdir()


def _list_missing(path: Path, missing: list[str]) -> Path | None:
    if not missing:
        return None
    with _new_file(path) as file:
        file.write("".join(f"{line}\n" for line in missing).encode("utf-8", "replace"))
    return path


def _private_folder(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True)
    except OSError as error:
        words = f"The folder {path} cannot be made: {error.strerror}. An export wants a new one."
        raise StoreError(ErrorKind.DISK, words, remedy=Remedy.TELL) from error


def _new_file(path: Path) -> BinaryIO:
    """One that did not exist, readable by the user alone."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as error:
        words = f"{path} cannot be written: {error.strerror}. An export wants a name that is not taken."
        raise StoreError(ErrorKind.DISK, words, remedy=Remedy.TELL) from error
