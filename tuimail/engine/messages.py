"""Opening messages, showing their source, saving their attachments."""

from collections.abc import Callable
from pathlib import Path

from tuimail.api.commands import OpenMessage
from tuimail.api.events import FileSaved, MessageLoaded, SourceLoaded
from tuimail.api.reading import SaveAttachment, ShowSource
from tuimail.domain.errors import ErrorKind, Remedy, StoreError
from tuimail.domain.ids import AccountId, RowId
from tuimail.domain.message import Message, RawMessage
from tuimail.engine.bodies import Bodies, Place
from tuimail.engine.connection import Connection
from tuimail.engine.files import write_new
from tuimail.engine.job import Job
from tuimail.engine.recent import Recent
from tuimail.engine.storage import Storage
from tuimail.engine.worker import Urgency, Worker
from tuimail.mime.parse import attachment_data, clean_source, decode_part, parse_message

Use = Callable[[Job, RawMessage], None]


class MessageDesk:
    """The messages of one account, to be read."""

    def __init__(
        self,
        connection: Connection,
        storage: Storage,
        *,
        bodies: Bodies,
        recent: Recent,
        parser: Worker,
        on_read: Callable[[RowId, Message], None],
    ) -> None:
        """``parser`` takes what is slow and waits for nobody: parsing, reading and writing the user's files;
        ``on_read`` hears of each message that was read for the first time in this run."""
        self._account: AccountId = connection.account.id
        self._connection = connection
        self._storage = storage
        self._bodies = bodies
        self._parser = parser
        self._on_read = on_read
        self._recent = recent

    def open(self, job: Job) -> None:
        """Route of ``OpenMessage``."""
        command = job.command
        assert isinstance(command, OpenMessage)  # noqa: S101 (the route's own type, for the checker)
        known = self._recent.get(command.row)
        if known is not None and (not command.both_forms or known.other_blocks or not known.has_other_form):
            # Not at once: who submitted does not know the command's number yet.
            job.hand_to(self._parser, lambda job: self._tell(job, command.row, known))
        else:
            self._with_texts(job, command.row, self._show)

    def source(self, job: Job) -> None:
        """Route of ``ShowSource``."""
        command = job.command
        assert isinstance(command, ShowSource)  # noqa: S101 (the route's own type, for the checker)
        row = command.row

        def look(job: Job) -> None:
            found = self._bodies.look(row)
            if isinstance(found, RawMessage) and found.is_whole:
                job.hand_to(self._parser, lambda job: self._show_source(job, found.raw))
            else:
                job.hand_to(self._connection.worker, fetch)

        def fetch(job: Job) -> None:
            raw = self.whole(job, row)
            job.hand_to(self._parser, lambda job: self._show_source(job, raw))

        job.hand_to(self._storage.worker, look)

    def save_attachment(self, job: Job) -> None:
        """Route of ``SaveAttachment``: of a message that is here in part, just this part is fetched."""
        command = job.command
        assert isinstance(command, SaveAttachment)  # noqa: S101 (the route's own type, for the checker)
        self._with_texts(job, command.row, self._save)

    def stored(self, row: RowId) -> RawMessage | None:
        """What is stored of the message. On the store worker."""
        found = self._bodies.look(row)
        return found if isinstance(found, RawMessage) else None

    def readable(self, job: Job, row: RowId) -> RawMessage:
        """The message with all its texts, fetched where it is not stored. On the ``imap`` worker."""
        return self._bodies.readable(row, job)

    def whole(self, job: Job, row: RowId) -> bytes:
        """The message as it was sent, fetched where it is not stored. On the ``imap`` worker."""
        raw = self._bodies.whole(row, job)
        self._recent.drop(row)
        return raw

    def _with_texts(self, job: Job, row: RowId, use: Use) -> None:
        """Hand the message to ``use``: from the store worker, or after a fetch on the ``imap`` worker."""

        def look(job: Job) -> None:
            found = self._bodies.look(row)
            if isinstance(found, Place):
                job.hand_to(self._connection.worker, lambda job: fetch(job, found))
            else:
                # Parsing a big mail takes a while, and the next list must not wait for it.
                job.hand_to(self._parser, lambda job: use(job, found))

        def fetch(job: Job, place: Place) -> None:
            message = self._bodies.fetch(row, place, job)
            job.hand_to(self._parser, lambda job: use(job, message))

        job.hand_to(self._storage.worker, look, urgency=Urgency.SCREEN)

    def _show(self, job: Job, found: RawMessage) -> None:
        command = job.command
        assert isinstance(command, OpenMessage)  # noqa: S101 (the route's own type, for the checker)
        message = parse_message(found.raw, missing=found.missing, wants_both=command.both_forms)
        self._tell(job, command.row, message)
        if self._recent.put(command.row, message):
            self._on_read(command.row, message)

    def _tell(self, job: Job, row: RowId, message: Message) -> None:
        job.emit(MessageLoaded(account=self._account, row=row, message=message))
        job.finish()

    def _show_source(self, job: Job, raw: bytes) -> None:
        command = job.command
        assert isinstance(command, ShowSource)  # noqa: S101 (the route's own type, for the checker)
        job.emit(SourceLoaded(account=self._account, row=command.row, text=clean_source(raw)))
        job.finish()

    def _save(self, job: Job, found: RawMessage) -> None:
        command = job.command
        assert isinstance(command, SaveAttachment)  # noqa: S101 (the route's own type, for the checker)
        message = parse_message(found.raw, missing=found.missing, wants_both=False)
        name = next((each.name for each in message.attachments if each.part == command.part), None)
        if name is None:
            raise StoreError(ErrorKind.MESSAGE_GONE, "This message has no such part.", remedy=Remedy.TELL)

        def write(job: Job, data: bytes) -> None:
            path = write_new(Path(command.folder), name, data)
            job.emit(FileSaved(path=str(path)))
            job.finish(f"Saved as {path}")

        def fetch(job: Job) -> None:
            data = self._bodies.part(command.row, command.part, known=found, asker=job)
            job.hand_to(self._parser, lambda job: write(job, decode_part(found.raw, command.part, data)))

        if command.part in found.missing:
            job.hand_to(self._connection.worker, fetch)
        else:
            write(job, attachment_data(found.raw, command.part))
