"""Opening messages, showing their source, and handing them to whoever does more with them."""

from collections.abc import Callable

from tuimail.api.commands import OpenMessage
from tuimail.api.events import MessageLoaded, SourceLoaded
from tuimail.api.reading import ShowSource
from tuimail.domain.ids import AccountId, RowId
from tuimail.domain.message import Message, RawMessage
from tuimail.domain.trust import TrustNote
from tuimail.engine.acquaintance import Acquaintance
from tuimail.engine.bodies import Bodies, Place
from tuimail.engine.connection import Connection
from tuimail.engine.job import Job
from tuimail.engine.recent import Recent
from tuimail.engine.storage import Storage
from tuimail.engine.worker import Urgency, Worker
from tuimail.mime.parse import clean_source, parse_message

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
        acquaintance: Acquaintance,
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
        self._acquaintance = acquaintance

    def open(self, job: Job) -> None:
        """Route of ``OpenMessage``."""
        command = job.command
        assert isinstance(command, OpenMessage)  # noqa: S101 (the route's own type, for the checker)
        known = self._recent.get(command.row)
        if known is not None and (not command.both_forms or known.other_blocks or not known.has_other_form):
            self._tell(job, command.row, known)
        else:
            self.with_texts(job, command.row, self._show)

    def source(self, job: Job) -> None:
        """Route of ``ShowSource``."""
        command = job.command
        assert isinstance(command, ShowSource)  # noqa: S101 (the route's own type, for the checker)
        self.with_whole(job, command.row, self._show_source)

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

    @property
    def fetcher(self) -> Worker:
        """The ``imap`` worker, on which ``readable``, ``whole`` and ``part`` run."""
        return self._connection.worker

    def part(self, job: Job, row: RowId, section: str, *, known: RawMessage) -> bytes:
        """A part that was left on the server, still in its transfer encoding. On the ``imap`` worker."""
        return self._bodies.part(row, section, known=known, asker=job)

    def with_whole(self, job: Job, row: RowId, use: Callable[[Job, bytes], None]) -> None:
        """Hand all bytes of the message to ``use`` on the parser's thread, fetched where they are not stored."""

        def look(job: Job) -> None:
            found = self._bodies.look(row)
            if isinstance(found, RawMessage) and found.is_whole:
                job.hand_to(self._parser, lambda job: use(job, found.raw))
            else:
                job.hand_to(self._connection.worker, fetch)

        def fetch(job: Job) -> None:
            raw = self.whole(job, row)
            job.hand_to(self._parser, lambda job: use(job, raw))

        job.hand_to(self._storage.worker, look)

    def with_texts(self, job: Job, row: RowId, use: Use) -> None:
        """Hand the message with its texts to ``use`` on the parser's thread, fetched where it is not stored."""

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
        def tell(job: Job, trust: tuple[TrustNote, ...]) -> None:
            job.emit(MessageLoaded(account=self._account, row=row, message=message, trust=trust))
            job.finish()

        told = self._acquaintance.told(row)
        if told is not None:
            # Not at once: who submitted does not know the command's number yet.
            job.hand_to(self._parser, lambda job: tell(job, told))
        else:
            ask = self._acquaintance.notes
            job.hand_to(self._storage.worker, lambda job: tell(job, ask(row, message)), urgency=Urgency.SCREEN)

    def _show_source(self, job: Job, raw: bytes) -> None:
        command = job.command
        assert isinstance(command, ShowSource)  # noqa: S101 (the route's own type, for the checker)
        job.emit(SourceLoaded(account=self._account, row=command.row, text=clean_source(raw)))
        job.finish()
