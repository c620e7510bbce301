"""Opening messages: from the store, else from the server; their source and their attachments."""

import logging
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tuimail.api.commands import OpenMessage, SaveAttachment, ShowSource
from tuimail.api.events import FileSaved, MessageLoaded, Noticed, SourceLoaded
from tuimail.domain.errors import ErrorKind, NetworkError, Remedy, ServerError, StoreError
from tuimail.domain.ids import AccountId, MailboxId, RowId
from tuimail.engine.connection import Connection
from tuimail.engine.job import Job
from tuimail.engine.storage import Storage
from tuimail.engine.worker import Urgency, Worker
from tuimail.mime.parse import attachment_data, clean_source, parse_message
from tuimail.net.imap.session import ImapSession

log = logging.getLogger(__name__)

_NAME_TRIES = 200


class MessageDesk:
    """The messages of one account, whole."""

    def __init__(
        self,
        connection: Connection,
        storage: Storage,
        *,
        parser: Worker,
        on_gone: Callable[[MailboxId], None],
    ) -> None:
        """``parser`` takes what is slow and waits for nobody: parsing, reading and writing the user's files;
        ``on_gone`` brings a mailbox up to date whose list names a message that is not there."""
        self._on_gone = on_gone
        self._parser = parser
        self._connection = connection
        self._account: AccountId = connection.account.id
        self._storage = storage

    def open(self, job: Job) -> None:
        """Route of ``OpenMessage``."""
        command = job.command
        assert isinstance(command, OpenMessage)  # noqa: S101 (the route's own type, for the checker)
        self._with_raw(job, command.row, self._show)

    def source(self, job: Job) -> None:
        """Route of ``ShowSource``."""
        command = job.command
        assert isinstance(command, ShowSource)  # noqa: S101 (the route's own type, for the checker)
        self._with_raw(job, command.row, self._show_source)

    def save_attachment(self, job: Job) -> None:
        """Route of ``SaveAttachment``."""
        command = job.command
        assert isinstance(command, SaveAttachment)  # noqa: S101 (the route's own type, for the checker)
        self._with_raw(job, command.row, self._save)

    def raw(self, job: Job, row: RowId) -> bytes:
        """The message as it was sent, fetched where it is not stored. On the ``imap`` worker."""
        stored = self._storage.run(self._account, lambda store: store.bodies.load(row, now=self._now()))
        return stored if stored is not None else self._fetch(job, row)

    def _with_raw(self, job: Job, row: RowId, use: Callable[[Job, bytes], None]) -> None:
        """Hand the raw message to ``use``: from the store worker, or after a fetch on the ``imap`` worker."""

        def look(job: Job) -> None:
            raw = self._storage.store(self._account).bodies.load(row, now=self._now())
            if raw is not None:
                # Parsing a big mail takes a while, and the next list must not wait for it.
                job.hand_to(self._parser, lambda job: use(job, raw))
            else:
                job.hand_to(self._connection.worker, fetch)

        def fetch(job: Job) -> None:
            raw = self.raw(job, row)
            job.hand_to(self._parser, lambda job: use(job, raw))

        job.hand_to(self._storage.worker, look, urgency=Urgency.SCREEN)

    def _fetch(self, job: Job, row: RowId) -> bytes:
        place = self._storage.run(self._account, lambda store: store.messages.locate(row))
        if place is None or place.uid is None:
            if place is not None:
                self._on_gone(place.mailbox)
            words = "This message is no longer where it was. The list is being brought up to date."
            raise StoreError(ErrorKind.MESSAGE_GONE, words, remedy=Remedy.TELL)
        raw_name = self._storage.run(self._account, lambda store: store.mailboxes.raw_name(place.mailbox))
        known = self._storage.run(self._account, lambda store: store.mailboxes.sync_state(place.mailbox).uidvalidity)
        if raw_name is None:
            raise StoreError(ErrorKind.MESSAGE_GONE, "The folder of this message is gone.", remedy=Remedy.TELL)
        uid = place.uid

        def fetch(session: ImapSession) -> bytes:
            if session.select(raw_name).uidvalidity != known:
                words = "The server renumbered this folder; it is being read anew."
                raise ServerError(ErrorKind.MESSAGE_GONE, words, remedy=Remedy.TELL)
            return session.body(
                uid,
                on_bytes=lambda done, total: job.progress("loading the message", done, total),
                check=job.check,
            )

        try:
            raw = self._connection.run(fetch)
        except NetworkError as error:
            words = "This message is not stored on this machine, and the server cannot be reached now."
            raise NetworkError(error.kind, words, remedy=Remedy.TELL, detail=error.summary) from error
        except ServerError as error:
            if error.kind is ErrorKind.MESSAGE_GONE:
                self._on_gone(place.mailbox)
            raise
        try:
            self._storage.run(self._account, lambda store: store.bodies.save(row, raw, now=self._now()))
        except StoreError as error:
            # Shown all the same: a full disk must not keep anybody from reading.
            words = f"This message is shown but not kept: {error.summary}"
            self._connection.auth.around.emit(Noticed(account=self._account, words=words))
        return raw

    def _show(self, job: Job, raw: bytes) -> None:
        command = job.command
        assert isinstance(command, OpenMessage)  # noqa: S101 (the route's own type, for the checker)
        job.emit(MessageLoaded(account=self._account, row=command.row, message=parse_message(raw)))
        job.finish()

    def _show_source(self, job: Job, raw: bytes) -> None:
        command = job.command
        assert isinstance(command, ShowSource)  # noqa: S101 (the route's own type, for the checker)
        job.emit(SourceLoaded(account=self._account, row=command.row, text=clean_source(raw)))
        job.finish()

    def _save(self, job: Job, raw: bytes) -> None:
        command = job.command
        assert isinstance(command, SaveAttachment)  # noqa: S101 (the route's own type, for the checker)
        named = {each.part: each.name for each in parse_message(raw).attachments}
        if command.part not in named:
            raise StoreError(ErrorKind.MESSAGE_GONE, "This message has no such part.", remedy=Remedy.TELL)
        path = write_new(Path(command.folder), named[command.part], attachment_data(raw, command.part))
        job.emit(FileSaved(path=str(path)))
        job.finish(f"Saved as {path}")

    def _now(self) -> datetime:
        return self._connection.auth.around.now()


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
