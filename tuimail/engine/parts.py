"""Parts of messages: saved, looked at as text, opened by another program, read as a mail within the mail.

A part is named by its path in the message; in a mail within the mail, by that mail's path, a slash, and its path there.
"""

from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from tuimail.api.commands import OpenMessage
from tuimail.api.events import AttachmentPreviewed, FileSaved, MessageLoaded
from tuimail.api.reading import OpenAttachment, PreviewAttachment, SaveAttachment
from tuimail.domain.danger import danger_of
from tuimail.domain.errors import ErrorKind, Remedy, StoreError
from tuimail.domain.ids import AccountId, RowId
from tuimail.domain.message import Attachment, Message, RawMessage
from tuimail.domain.trust import KnownSender
from tuimail.domain.trust_line import trust_notes
from tuimail.engine.files import write_new
from tuimail.engine.job import Job
from tuimail.engine.messages import MessageDesk
from tuimail.engine.outside import Outside
from tuimail.engine.worker import Worker
from tuimail.mime.contents import MESSAGES
from tuimail.mime.parse import attachment_data, decode_part, parse_message
from tuimail.mime.picture import MAX_BYTES as MAX_PICTURE
from tuimail.mime.picture import shows_pictures, small_picture
from tuimail.mime.preview import looks_like_text, preview
from tuimail.mime.real_type import HEAD_BYTES, other_type

MAX_GUESS = 1_000_000
"""What neither name nor type call text is fetched to be looked at up to this size."""

UsePart = Callable[[Job, Attachment, bytes], None]


class PartDesk:
    """The parts of one account's messages."""

    def __init__(self, account: AccountId, messages: MessageDesk, *, parser: Worker, outside: Outside) -> None:
        self._account = account
        self._messages = messages
        self._parser = parser
        self._outside = outside

    def save(self, job: Job) -> None:
        """Route of ``SaveAttachment``: of a message that is here in part, just this part is fetched."""
        command = job.command
        assert isinstance(command, SaveAttachment)  # noqa: S101 (the route's own type, for the checker)
        self._with_part(job, command.row, command.part, use=self._save)

    def preview(self, job: Job) -> None:
        """Route of ``PreviewAttachment``."""
        command = job.command
        assert isinstance(command, PreviewAttachment)  # noqa: S101 (the route's own type, for the checker)
        self._with_part(job, command.row, command.part, use=self._preview, check=_refuse_binaries)

    def open(self, job: Job) -> None:
        """Route of ``OpenAttachment``."""
        command = job.command
        assert isinstance(command, OpenAttachment)  # noqa: S101 (the route's own type, for the checker)
        self._with_part(job, command.row, command.part, use=self._open)

    def open_message(self, job: Job) -> None:
        """Route of ``OpenMessage``: the message itself, or a mail within it."""
        command = job.command
        assert isinstance(command, OpenMessage)  # noqa: S101 (the route's own type, for the checker)
        if command.part:
            self._with_part(job, command.row, command.part, use=self._show)
        else:
            self._messages.open(job)

    def _save(self, job: Job, attachment: Attachment, data: bytes) -> None:
        command = job.command
        assert isinstance(command, SaveAttachment)  # noqa: S101 (the route's own type, for the checker)
        path = write_new(Path(command.folder), attachment.name, data)
        job.emit(FileSaved(path=str(path)))
        job.finish(f"Saved as {path}")

    def _preview(self, job: Job, attachment: Attachment, data: bytes) -> None:
        command = job.command
        assert isinstance(command, PreviewAttachment)  # noqa: S101 (the route's own type, for the checker)
        picture = small_picture(data) if _is_picture(attachment) else None
        shown = preview(data, name=attachment.name, content_type=attachment.content_type) if picture is None else None
        if picture is None and shown is None:
            raise _no_text()
        job.emit(
            AttachmentPreviewed(
                account=self._account,
                row=command.row,
                part=command.part,
                name=attachment.name,
                text=shown.text if shown else "",
                notes=shown.notes if shown else (),
                picture=picture,
            )
        )
        job.finish()

    def _open(self, job: Job, attachment: Attachment, data: bytes) -> None:
        real = other_type(data[:HEAD_BYTES], claimed=attachment.content_type, name=attachment.name)
        if danger_of("", real) and not danger_of(attachment.name, attachment.content_type, attachment.real_type):
            # Of a part that was not here nobody could tell before, so that nobody was asked about just this.
            words = f"This is not what it is called but {real}, and was not opened. s saves it."
            raise StoreError(ErrorKind.SERVER_UNREADABLE, words, remedy=Remedy.FIX_INPUT)
        path = self._outside.files.write(attachment.name, data)
        if not self._outside.open_file(path):
            words = "No program could be started here to open it. s saves it instead."
            raise StoreError(ErrorKind.DISK, words, remedy=Remedy.FIX_INPUT)
        job.finish(f"Opened {attachment.name}: a copy that goes when tuimail ends")

    def _show(self, job: Job, attachment: Attachment, data: bytes) -> None:
        command = job.command
        assert isinstance(command, OpenMessage)  # noqa: S101 (the route's own type, for the checker)
        if attachment.content_type not in MESSAGES:
            raise StoreError(ErrorKind.MESSAGE_GONE, "This part is no mail.", remedy=Remedy.FIX_INPUT)
        message = _within(parse_message(data, wants_both=command.both_forms), command.part)
        # Whoever passes a mail on says what is in it: nobody checked its sender.
        trust = trust_notes(message, servers=frozenset(), known=KnownSender())
        event = MessageLoaded(account=self._account, row=command.row, part=command.part, message=message, trust=trust)
        job.emit(event)
        job.finish()

    def _with_part(
        self, job: Job, row: RowId, part: str, *, use: UsePart, check: Callable[[Attachment], None] = lambda _: None
    ) -> None:
        """Hand the part to ``use`` on the parser's thread, fetched by itself where it was left on the server.

        ``check`` may refuse it before anything is fetched.
        """
        outermost, _, inner = part.partition("/")

        def found(job: Job, message: RawMessage) -> None:
            attachment = _named(message, outermost)
            if not inner:
                check(attachment)
            if outermost not in message.missing:
                decoded(job, attachment, attachment_data(message.raw, outermost))
                return

            def fetch(job: Job) -> None:
                data = self._messages.part(job, row, outermost, known=message)
                job.hand_to(
                    self._parser, lambda job: decoded(job, attachment, decode_part(message.raw, outermost, data))
                )

            job.hand_to(self._messages.fetcher, fetch)

        def decoded(job: Job, attachment: Attachment, data: bytes) -> None:
            attachment, data = _innermost(attachment, data, inner)
            if inner:
                check(attachment)
            use(job, attachment, data)

        self._messages.with_texts(job, row, found)


def _innermost(attachment: Attachment, data: bytes, path: str) -> tuple[Attachment, bytes]:
    """Follow the path into mails within mails."""
    while path:
        here, _, path = path.partition("/")
        within = RawMessage(raw=data)
        attachment, data = _named(within, here), attachment_data(data, here)
    return attachment, data


def _named(found: RawMessage, part: str) -> Attachment:
    message = parse_message(found.raw, missing=found.missing, wants_both=False)
    attachment = next((each for each in message.attachments if each.part == part), None)
    if attachment is None:
        raise StoreError(ErrorKind.MESSAGE_GONE, "This message has no such part.", remedy=Remedy.TELL)
    return attachment


def _within(message: Message, part: str) -> Message:
    """The message with its parts named as the outer message's are."""
    parts = tuple(replace(each, part=f"{part}/{each.part}") for each in message.attachments)
    # Who was asked there is answered by those who were: whoever passes an invitation on asks nobody.
    shown = replace(message.invitation, can_answer=False) if message.invitation else None
    return replace(message, attachments=parts, invitation=shown)


def _refuse_binaries(attachment: Attachment) -> None:
    if _is_picture(attachment) and attachment.size_bytes <= MAX_PICTURE and shows_pictures():
        return
    if attachment.size_bytes > MAX_GUESS and not looks_like_text(attachment.name, attachment.content_type):
        raise _no_text()


def _is_picture(attachment: Attachment) -> bool:
    is_named = attachment.name.rpartition(".")[2].lower() in {"bmp", "gif", "jpeg", "jpg", "png", "webp"}
    return is_named or attachment.content_type.lower().startswith("image/")


def _no_text() -> StoreError:
    words = "This file is no text. o opens it with another program, s saves it."
    return StoreError(ErrorKind.SERVER_UNREADABLE, words, remedy=Remedy.FIX_INPUT)
