"""A draft as a form: head, fields, text and files. It knows what has not been reported yet, and sends nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import takewhile
from typing import ClassVar

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import TextArea

from tuimail.api.events import DraftOpened
from tuimail.domain.address_book import Group, Person
from tuimail.domain.before_sending import own_words
from tuimail.domain.draft import Draft, DraftAttachment, DraftKind, FieldProblem, signed_anew, written_as
from tuimail.domain.mail_size import mail_size, too_large
from tuimail.ui.external_editor import Edited, EditorTrouble, ExternalEditor, edit_text, read_fields, with_fields
from tuimail.ui.fit import clock_time, plural, size
from tuimail.ui.widgets.attachment_list import AttachmentList
from tuimail.ui.widgets.body_area import BodyArea
from tuimail.ui.widgets.dialog import Words
from tuimail.ui.widgets.draft_fields import DraftFields

REPORT_AFTER_S = 0.8
"""From the first unreported key to ``Unreported``."""

_TITLES = {
    DraftKind.NEW: "New mail",
    DraftKind.REPLY: "Reply",
    DraftKind.REPLY_ALL: "Reply to all",
    DraftKind.FORWARD: "Forward",
}
_NOT_A_FIELD = ("text", "attachments")


class DraftForm(Vertical):
    """Everything of the composer that is part of the mail."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # The text's own undo knows nothing of the fields and files, which an earlier version brings along.
        Binding("ctrl+z", "undo_all", show=False, priority=True, id="form.undo"),
        Binding("ctrl+y", "redo_all", show=False, priority=True, id="form.redo"),
    ]
    DEFAULT_CSS = """
    DraftForm { height: 1fr; }
    DraftForm > #head { height: 1; padding: 0 1; margin-bottom: 1; }
    DraftForm #title { width: 1fr; }
    DraftForm #count { width: auto; color: $muted; margin-right: 3; }
    DraftForm #saved { width: auto; color: $muted; }
    DraftForm > #notes { padding: 0 1; height: auto; color: $muted; }
    DraftForm > #words { padding: 0 1; height: auto; color: $warning; display: none; }
    """

    class Unreported(Message):
        """There is something to keep; ``take_unreported`` gives it."""

    @dataclass
    class FilesDropped(Message):
        """The paths of files were pasted into the text."""

        paths: tuple[str, ...]
        text: str

    def __init__(self, opened: DraftOpened) -> None:
        super().__init__()
        self._opened = opened
        self._reported = opened.draft
        self._report_timer: Timer | None = None
        self._put_back: tuple[Draft, Draft] | None = None
        """The states before and after an earlier version was put back."""
        self._fields = DraftFields(opened.draft, opened.identities)
        self._body = BodyArea(opened.draft.text, id="body")
        self._files = AttachmentList(opened.draft.attachments)

    def compose(self) -> ComposeResult:
        """Head, fields, notes, text, words, files."""
        with Horizontal(id="head"):
            yield Words(Content.assemble((_TITLES[self._opened.draft.kind], "bold $primary")), id="title")
            yield Words(id="count")
            yield Words(id="saved")
        yield self._fields
        if self._opened.notes:
            yield Words("\n".join(f"· {note}" for note in self._opened.notes), id="notes")
        yield self._body
        yield Words(id="words")
        yield self._files

    def on_mount(self) -> None:
        """New mail starts in the first empty field, an answer above the quotation."""
        self._reported = self.draft
        self._body.cursor_location = (0, 0)
        self._count()
        self.focus_field(first_field(self._opened.draft))

    @property
    def draft(self) -> Draft:
        """The draft as it stands."""
        fields = self._fields
        return replace(
            written_as(self._opened.draft, fields.sender),
            to=fields.typed("to"),
            cc=fields.typed("cc"),
            bcc=fields.typed("bcc"),
            subject=fields.typed("subject"),
            text=self._body.typed,
            attachments=self._files.files,
        )

    @property
    def too_large(self) -> FieldProblem | None:
        """Whether the server of the chosen sender takes less."""
        return too_large(self.draft, self._fields.sender.size_limit)

    def take_unreported(self) -> Draft | None:
        """The draft where it differs from the last one taken; from now on it counts as taken."""
        if self._report_timer is not None:
            self._report_timer.stop()
            self._report_timer = None
        draft = self.draft
        self._count()
        if draft == self._reported:
            return None
        self._reported = draft
        return draft

    def add_file(self, attachment: DraftAttachment) -> None:
        """One file more."""
        self._files.add(attachment)
        self._changed()
        if problem := self.too_large:
            self.show_words(problem.words)

    def put_back(self, earlier: Draft) -> Draft:
        """An earlier state in the place of this one, as one step that undo takes back; returns what is shown now."""
        before = self.draft
        self._body.history.checkpoint()
        if earlier.text != before.text:
            self._body.replace(earlier.text, (0, 0), self._body.document.end)
            self._body.cursor_location = (0, 0)
        self._body.history.checkpoint()
        self._fill(earlier)
        self._put_back = (before, self.draft)
        return self.draft

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 (Textual's signature)
        """Undo and redo of all are there where an earlier version came or went last."""
        if action not in {"undo_all", "redo_all"}:
            return True
        return self._put_back is not None and self._put_back[action == "undo_all"] == self.draft

    def action_undo_all(self) -> None:
        """Back to what was there before an earlier version was put back."""
        if self._put_back is not None:
            before, after = self._put_back
            if before.text != after.text:
                self._body.undo()
            self._fill(before)

    def action_redo_all(self) -> None:
        """The earlier version once more."""
        if self._put_back is not None:
            before, after = self._put_back
            if before.text != after.text:
                self._body.redo()
            self._fill(after)

    def _fill(self, draft: Draft) -> None:
        self._fields.fill(draft)
        self._files.show(draft.attachments)
        self._changed()

    def offer(self, typed: str, found: Sequence[Person | Group]) -> None:
        """People for the field that is being typed in."""
        self._fields.offer(typed, found)

    def insert(self, text: str) -> None:
        """Text at the cursor, which is then in the text."""
        self._body.focus()
        self._body.replace(text, *self._body.selection)

    def tell_progress(self, words: str) -> None:
        """How far something is that takes a while."""
        self._tell(words)

    def tell_saved(self, at: datetime, *, zone: tzinfo) -> None:
        """The draft is on disk; said only while that is the draft that is shown."""
        if self._reported == self.draft:
            self._tell(f"draft saved {clock_time(at, zone=zone)}")

    def show_words(self, words: str) -> None:
        """A sentence under the text, or none."""
        self.query_one("#words", Words).show(f"! {words}" if words else "")

    def show_problems(self, problems: list[FieldProblem]) -> None:
        """Each at its field, the cursor in the first; without any, all are cleared."""
        self._fields.show_problems(problems)
        self.show_words(" ".join(problem.words for problem in problems if problem.field in _NOT_A_FIELD))
        if problems:
            self.focus_field(problems[0].field)

    def find(self, words: str, *, is_next: bool, is_backwards: bool) -> tuple[int, int]:
        """Select words of the text; which place it is, and of how many."""
        return self._body.find(words, is_next=is_next, is_backwards=is_backwards)

    def focus_field(self, name: str) -> None:
        """Put the cursor where this is mended."""
        if name in _NOT_A_FIELD:
            self._body.focus()
        else:
            self._fields.focus_field(name)

    def edit_outside(self, editor: ExternalEditor | None) -> None:
        """Lend the terminal to the person's own editor; undo takes its text back."""
        if editor is None:
            self.show_words("No external editor is set. Set VISUAL or EDITOR and start tuimail again.")
            return
        before = self.draft
        try:
            with self.app.suspend():
                outcome = edit_text(editor, with_fields(before) if editor.has_headers else before.text)
        except SuspendNotSupported:
            self.show_words("This terminal cannot be lent to another program.")
            return
        match outcome:
            case Edited(text=text):
                # Editors end the last line, where the person may not have.
                as_before = text if before.text.endswith("\n") else text.removesuffix("\n")
                self._take_edited(before, as_before, has_headers=editor.has_headers)
            case EditorTrouble(words=words, kept=kept):
                self.show_words(f"{words} What the editor wrote lies in {kept}" if kept else words)

    def _take_edited(self, before: Draft, text: str, *, has_headers: bool) -> None:
        edited = read_fields(before, text) if has_headers else replace(before, text=text)
        self.put_back(edited or replace(before, text=text))
        self.show_words("" if edited else "The fields above the text could not be read: all of it is in the text now.")

    @on(TextArea.Changed)
    @on(DraftFields.Edited)
    def _changed(self) -> None:
        if self._report_timer is None and self.draft != self._reported:
            self._tell("not saved yet")
            self._report_timer = self.set_timer(REPORT_AFTER_S, lambda: self.post_message(self.Unreported()))

    @on(AttachmentList.Changed)
    def _file_taken_off(self) -> None:
        problem = self.too_large
        self.show_words(problem.words if problem else "")
        self._count()
        self._changed()

    @on(DraftFields.SenderChanged)
    def _sender_changed(self, event: DraftFields.SenderChanged) -> None:
        event.stop()
        self._sign_anew(event.before.signature, event.after.signature)
        self._changed()
        if event.before.account != event.after.account:
            # At once: it lies with the other account from now on.
            self.post_message(self.Unreported())

    def _sign_anew(self, before: str, after: str) -> None:
        text = self._body.text
        anew = signed_anew(text, before=before, after=after)
        if anew != text:
            kept = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(text, anew, strict=False)))
            line, begin = text.count("\n", 0, kept), text.rfind("\n", 0, kept) + 1
            cursor = self._body.cursor_location
            self._body.replace(anew[kept:], (line, kept - begin), self._body.document.end)
            self._body.cursor_location = min(cursor, self._body.document.end)

    @on(BodyArea.FilesDropped)
    def _files_dropped(self, event: BodyArea.FilesDropped) -> None:
        event.stop()
        self.post_message(self.FilesDropped(event.paths, event.text))

    def _count(self) -> None:
        draft = self.draft
        count = f"{plural(len(own_words(draft.text).split()), 'word')}, {size(mail_size(draft))}"
        self.query_one("#count", Words).update(Content(count))

    def _tell(self, words: str) -> None:
        self.query_one("#saved", Words).update(Content(words))


def first_field(draft: Draft) -> str:
    """Where the cursor starts: the text of an answer, else the first field that is still empty."""
    if draft.kind in (DraftKind.REPLY, DraftKind.REPLY_ALL):
        return "text"
    if not draft.to:
        return "to"
    return "text" if draft.subject else "subject"
