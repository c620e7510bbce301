"""The composer: header fields, the text, and an action bar behind Esc. It checks before it asks to send."""

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from string import ascii_lowercase
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import TextArea

from tuimail.api.events import DraftOpened
from tuimail.domain.clean import clean_block
from tuimail.domain.draft import (
    Draft,
    DraftAttachment,
    DraftKind,
    FieldProblem,
    check_draft,
    questions_before_sending,
)
from tuimail.domain.ids import DraftId
from tuimail.ui.external_editor import Edited, EditorTrouble, ExternalEditor, edit_text
from tuimail.ui.fit import clock_time
from tuimail.ui.screens.question import Question
from tuimail.ui.widgets.action_bar import SETTLE_S, Action, ActionBar
from tuimail.ui.widgets.attachment_list import AttachmentList
from tuimail.ui.widgets.body_area import BodyArea
from tuimail.ui.widgets.dialog import Words
from tuimail.ui.widgets.draft_fields import DraftFields
from tuimail.ui.widgets.hint_line import HintLine
from tuimail.ui.widgets.path_prompt import PathPrompt

EDITED_AFTER_S = 0.8
"""From the first unreported key to ``DraftEdited``."""

_TITLES = {
    DraftKind.NEW: "New mail",
    DraftKind.REPLY: "Reply",
    DraftKind.REPLY_ALL: "Reply to all",
    DraftKind.FORWARD: "Forward",
}
_HINTS = (
    ("esc", "send, attach, …"),
    ("ctrl+t", "send"),
    ("tab", "next field"),
    ("shift+tab", "back"),
    ("ctrl+s", "save"),
)
_BAR_HINTS = (("y", "send"), ("enter", "back to the text"), ("esc", "leave, the draft is kept"))
_PATH_HINTS = (("enter", "attach"), ("esc", "no file"))


class ComposeScreen(Screen[None]):
    """Shows a draft and posts what is wanted of it; the app closes it after ``Left``, ``SendWanted`` or a discard."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "open_bar", "Actions", id="compose.actions"),
        # Esc and a quick letter arrive as alt+letter: it opens the bar and does nothing else.
        Binding(",".join(f"alt+{c}" for c in ascii_lowercase), "open_bar", show=False, priority=True),
        Binding("ctrl+t,ctrl+enter", "send", "Send", id="compose.send", priority=True),
        Binding("ctrl+s", "save", "Save the draft", id="compose.save", priority=True),
    ]
    DEFAULT_CSS = """
    ComposeScreen { background: $background; }
    ComposeScreen #head { height: 1; padding: 0 1; margin-bottom: 1; }
    ComposeScreen #head #title { width: 1fr; }
    ComposeScreen #head #saved { width: auto; color: $muted; }
    ComposeScreen .line { padding: 0 1; height: auto; }
    ComposeScreen #notes { color: $muted; }
    ComposeScreen #words { color: $warning; }
    """

    @dataclass
    class DraftEdited(Message):
        """The draft as it stands, to be kept."""

        draft: Draft

    @dataclass
    class SendWanted(Message):
        """Send it: it was checked, and every question was answered with yes."""

        draft: Draft

    @dataclass
    class DiscardWanted(Message):
        """Throw it away; undo brings it back."""

        draft: DraftId

    @dataclass
    class AttachWanted(Message):
        """Read this file; ``attached`` takes the answer."""

        draft: DraftId
        path: str

    @dataclass
    class Left(Message):
        """The person leaves; the draft is kept."""

        draft: Draft

    def __init__(self, event: DraftOpened, *, zone: tzinfo, editor: ExternalEditor | None = None) -> None:
        super().__init__()
        self._opened = event
        self._reported = event.draft
        self._zone = zone
        self._editor = editor
        self._report_timer: Timer | None = None
        self._is_over = False
        self._asked_to_send = False
        self._was_covered = False
        self._fields = DraftFields(event.draft, event.identities)
        self._body = BodyArea(event.draft.text, id="body")
        self._files = AttachmentList(event.draft.attachments)

    def compose(self) -> ComposeResult:
        """Title, fields, notes, text, files; bar and prompt wait at the foot."""
        with Horizontal(id="head"):
            yield Words(Content.assemble((_TITLES[self._opened.draft.kind], "bold $primary")), id="title")
            yield Words(id="saved")
        yield self._fields
        yield Words("\n".join(f"· {note}" for note in self._opened.notes), id="notes", classes="line")
        yield self._body
        yield Words(id="words", classes="line")
        yield self._files
        yield PathPrompt()
        yield ActionBar()
        yield HintLine(_HINTS)

    def on_mount(self) -> None:
        """New mail starts in the first empty field, an answer above the quotation."""
        self.query_one("#notes").display = bool(self._opened.notes)
        self.query_one("#words").display = False
        self._body.cursor_location = (0, 0)
        self._reported = self.draft
        where = first_field(self._opened.draft)
        if where == "text":
            self._body.focus()
        else:
            self._fields.focus_field(where)

    @property
    def draft(self) -> Draft:
        """The draft as it stands; the app may ask for it when it ends."""
        fields = self._fields
        return replace(
            self._opened.draft,
            sender=fields.sender,
            to=fields.typed("to"),
            cc=fields.typed("cc"),
            bcc=fields.typed("bcc"),
            subject=fields.typed("subject"),
            text=self._body.typed,
            attachments=self._files.files,
        )

    @property
    def _is_shown(self) -> bool:
        """Whether the screen's parts are there: answers may come before or after."""
        return bool(self.query("#words"))

    def attached(self, attachment: DraftAttachment) -> None:
        """The file was read."""
        if not self._is_shown:
            return
        self._files.add(attachment)
        self.show_words("")
        self._changed()

    def saved(self, at: datetime) -> None:
        """The draft is on disk."""
        if self._is_shown and self._reported == self.draft:
            self._tell_saved(f"draft saved {clock_time(at, zone=self._zone)}")

    def show_words(self, words: str) -> None:
        """A sentence under the text, such as why a file could not be read; sending may be asked for again."""
        self._asked_to_send = False
        if self._is_shown:
            self.query_one("#words", Words).show(f"! {words}" if words else "")

    def show_problems(self, problems: list[FieldProblem]) -> None:
        """What must be mended, at its field, with the cursor in the first; questions alone are asked."""
        self._asked_to_send = False
        if not self._is_shown:
            return
        to_mend = [problem for problem in problems if not problem.is_question]
        if not to_mend:
            self._ask_and_send(problems)
            return
        self._fields.show_problems(to_mend)
        elsewhere = [problem.words for problem in to_mend if problem.field in ("text", "attachments")]
        self.show_words(" ".join(elsewhere))
        self._focus_problem(to_mend[0])

    def action_open_bar(self) -> None:
        """Open the bar, or leave it as it is."""
        bar = self.query_one(ActionBar)
        if not bar.display:
            self.query_one(PathPrompt).close()
            bar.open()
            self.query_one(HintLine).show(_BAR_HINTS)

    def action_send(self) -> None:
        """Send, unless more text follows at once: then this key was part of a paste without brackets."""
        # Through the queue of the field, so that it comes after the keys before it and before those after it.
        (self.focused or self).call_later(self._send_if_still)

    def action_save(self) -> None:
        """Keep the draft now."""
        self._report(even_unchanged=True)

    def on_screen_suspend(self) -> None:
        """Covered after asking to send: consent may be asked for."""
        self._was_covered = self._asked_to_send

    def on_screen_resume(self) -> None:
        """Uncovered without having been sent: sending can be asked for again."""
        if self._was_covered:
            self._asked_to_send = self._was_covered = False

    @on(ActionBar.Chosen)
    def _act(self, event: ActionBar.Chosen) -> None:
        self._to_text()
        match event.action:
            case Action.SEND:
                self._send()
            case Action.ATTACH:
                self.query_one(PathPrompt).open()
                self.query_one(HintLine).show(_PATH_HINTS)
            case Action.EDITOR:
                self._edit_outside()
            case Action.DISCARD:
                self._end(self.DiscardWanted(self._opened.draft.id))
            case Action.LEAVE:
                self._report()
                self._end(self.Left(self.draft))
            case Action.BACK:
                pass

    @on(ActionBar.Typed)
    def _take_text(self, event: ActionBar.Typed) -> None:
        self._to_text()
        self._body.insert(event.text)

    @on(PathPrompt.Entered)
    def _path_entered(self, event: PathPrompt.Entered) -> None:
        self._to_text()
        self.show_words("")
        self.post_message(self.AttachWanted(self._opened.draft.id, event.path))

    @on(PathPrompt.Cancelled)
    def _to_text(self) -> None:
        self.query_one(ActionBar).close()
        self.query_one(HintLine).show(_HINTS)
        self._body.focus()

    @on(TextArea.Changed)
    @on(DraftFields.Edited)
    @on(AttachmentList.Changed)
    def _changed(self) -> None:
        if self._report_timer is None and not self._is_over and self.draft != self._reported:
            self._asked_to_send = False
            self._tell_saved("not saved yet")
            self._report_timer = self.set_timer(EDITED_AFTER_S, self._report)

    def on_descendant_focus(self) -> None:
        """The hints follow the focus away from bar and prompt."""
        if not self.query_one(ActionBar).display and not self.query_one(PathPrompt).has_focus_within:
            self.query_one(HintLine).show(_HINTS)

    def _report(self, *, even_unchanged: bool = False) -> None:
        if self._report_timer is not None:
            self._report_timer.stop()
            self._report_timer = None
        draft = self.draft
        if not self._is_over and (even_unchanged or draft != self._reported):
            self._reported = draft
            self.post_message(self.DraftEdited(draft))

    def _end(self, message: Message) -> None:
        if not self._is_over:
            self._is_over = True
            self.post_message(message)

    def _tell_saved(self, words: str) -> None:
        self.query_one("#saved", Words).update(Content(words))

    def _send_if_still(self) -> None:
        before = self.draft
        self.set_timer(SETTLE_S, lambda: self._send() if self.draft == before else None)

    def _send(self) -> None:
        checked = check_draft(self.draft)
        if isinstance(checked, list):
            self.show_problems(checked)
        else:
            self._fields.show_problems(())
            self._ask_and_send(questions_before_sending(checked))

    @work(exclusive=True)
    async def _ask_and_send(self, questions: list[FieldProblem]) -> None:
        for question in questions:
            screen = Question("Before it goes", question.words, yes="send it", no="back to the draft")
            if not await self.app.push_screen_wait(screen):
                self._focus_problem(question)
                return
        if not self._asked_to_send:
            self._report()
            self._asked_to_send = True
            self.post_message(self.SendWanted(self.draft))

    def _focus_problem(self, problem: FieldProblem) -> None:
        if problem.field in ("text", "attachments"):
            self._body.focus()
        else:
            self._fields.focus_field(problem.field)

    def _edit_outside(self) -> None:
        if self._editor is None:
            self.show_words("No external editor is set. Set VISUAL or EDITOR and start tuimail again.")
            return
        try:
            with self.app.suspend():
                outcome = edit_text(self._editor, self._body.typed)
        except SuspendNotSupported:
            self.show_words("This terminal cannot be lent to another program.")
            return
        match outcome:
            case Edited(text=text):
                self._body.load_text(clean_block(text).removesuffix("\n"))
                self.show_words("")
                self._changed()
            case EditorTrouble(words=words, kept=kept):
                self.show_words(f"{words} What the editor wrote lies in {kept}" if kept else words)


def first_field(draft: Draft) -> str:
    """Where the cursor starts: the text of an answer, else the first field that is still empty."""
    if draft.kind in (DraftKind.REPLY, DraftKind.REPLY_ALL):
        return "text"
    if not draft.to:
        return "to"
    return "text" if draft.subject else "subject"
