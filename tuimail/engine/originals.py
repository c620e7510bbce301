"""Messages as they were sent, handed out: exported, piped into a command, shown as a page in the browser."""

import threading
from pathlib import Path

from tuimail.api.events import FileSaved
from tuimail.api.reading import CommandRan, ExportMessages, OpenInBrowser, PipeMessage
from tuimail.domain.clean import clean_line
from tuimail.domain.errors import ErrorKind, Remedy, StoreError
from tuimail.domain.message import RawMessage
from tuimail.engine.files import write_new
from tuimail.engine.job import Job
from tuimail.engine.messages import MessageDesk
from tuimail.engine.outside import Outside
from tuimail.engine.pipe import run_command
from tuimail.mime.filenames import safe_file_name
from tuimail.mime.headers import read_text
from tuimail.mime.preview import preview
from tuimail.mime.structure import read_structure

MAX_PICTURES = 4_000_000
"""Of a message whose parts were left on the server the rest is fetched for a page, if it is no more than this."""


MAX_NAME = 80
"""Characters of the subject that name an exported file."""


class OriginalDesk:
    """The original bytes of one account's messages."""

    def __init__(self, messages: MessageDesk, *, outside: Outside) -> None:
        self._messages = messages
        self._outside = outside

    def export(self, job: Job) -> None:
        """Route of ``ExportMessages``."""
        self._export(job, 0)

    def pipe(self, job: Job) -> None:
        """Route of ``PipeMessage``."""
        command = job.command
        assert isinstance(command, PipeMessage)  # noqa: S101 (the route's own type, for the checker)
        self._messages.with_whole(job, command.row, self._begin)

    def browse(self, job: Job) -> None:
        """Route of ``OpenInBrowser``."""
        command = job.command
        assert isinstance(command, OpenInBrowser)  # noqa: S101 (the route's own type, for the checker)
        row = command.row

        def look(job: Job, found: RawMessage) -> None:
            if found.missing and sum(found.missing.values()) <= MAX_PICTURES:
                self._messages.with_whole(job, row, self._browse)
            else:
                self._browse(job, found.raw)

        self._messages.with_texts(job, row, look)

    def _export(self, job: Job, done: int) -> None:
        """One after the other: together they may be more than memory holds."""
        command = job.command
        assert isinstance(command, ExportMessages)  # noqa: S101 (the route's own type, for the checker)
        if done == len(command.rows):
            job.finish(f"Exported {done} messages to {command.folder}" if done > 1 else "")
            return
        if len(command.rows) > 1:
            job.progress("exporting", done, len(command.rows))

        def write(job: Job, raw: bytes) -> None:
            path = write_new(Path(command.folder), message_name(raw), raw)
            job.emit(FileSaved(path=str(path)))
            if len(command.rows) == 1:
                job.finish(f"Exported as {path}")
            else:
                self._export(job, done + 1)

        self._messages.with_whole(job, command.rows[done], write)

    def _begin(self, job: Job, raw: bytes) -> None:
        # On a thread of its own: a command may take as long as it likes, and the next mail is to be read meanwhile.
        threading.Thread(target=lambda: job.run(lambda job: self._pipe(job, raw)), name="command", daemon=True).start()

    def _pipe(self, job: Job, raw: bytes) -> None:
        command = job.command
        assert isinstance(command, PipeMessage)  # noqa: S101 (the route's own type, for the checker)
        job.progress("running the command")
        ran = run_command(command.command_line, raw, on_started=job.on_cancel)
        job.check()
        shown = preview(ran.output, name="output.txt", content_type="text/plain")
        text = shown.text if shown is not None else f"[{len(ran.output):,} bytes that are no text]"
        words = [f"{clean_line(command.command_line)}: {ran.words}", *(shown.notes if shown is not None else ())]
        job.emit(CommandRan(words="\n".join(words), text=text))
        job.finish()

    def _browse(self, job: Job, raw: bytes) -> None:
        from tuimail.mime.html_page import sanitised_html  # noqa: PLC0415 (nh3, which a start does without)

        page = sanitised_html(raw)
        path = self._outside.files.write("message.html", page.encode("utf-8", "replace"))
        if not self._outside.open_page(path):
            words = "No browser could be opened here."
            raise StoreError(ErrorKind.DISK, words, remedy=Remedy.TELL)
        job.finish("Opened in the browser: a cleaned copy that loads nothing from the network")


def message_name(raw: bytes) -> str:
    """A file name from the subject."""
    subject = read_text(read_structure(raw).root.value("subject"))[:MAX_NAME]
    return safe_file_name(f"{subject.replace('/', '-').replace(chr(92), '-').strip() or 'message'}.eml")
