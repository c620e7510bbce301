"""The composer: a draft as a form, and an action bar behind Esc. It checks before it asks to send."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from string import ascii_lowercase
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen

from tuimail.api.events import DraftOpened
from tuimail.domain.address import parse_typed
from tuimail.domain.address_book import Group, Person
from tuimail.domain.before_sending import questions_before_sending
from tuimail.domain.draft import (
    Draft,
    DraftAttachment,
    DraftVersion,
    FieldProblem,
    check_draft,
)
from tuimail.domain.ids import DraftId
from tuimail.ui.external_editor import ExternalEditor
from tuimail.ui.screens.question import Question
from tuimail.ui.screens.versions import VersionsScreen, other_states
from tuimail.ui.widgets.action_bar import SETTLE_S, Action, ActionBar
from tuimail.ui.widgets.compose_foot import ComposeFoot
from tuimail.ui.widgets.draft_fields import DraftFields
from tuimail.ui.widgets.draft_form import DraftForm
from tuimail.ui.widgets.find_prompt import FindPrompt
from tuimail.ui.widgets.path_prompt import PathPrompt


class ComposeScreen(Screen[None]):
    """Shows a draft and posts what is wanted of it; the app closes it after ``Left``, ``SendWanted`` or a discard."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "open_bar", "Actions", id="compose.actions"),
        # Esc and a quick letter arrive as alt+letter: it opens the bar and does nothing else.
        Binding(",".join(f"alt+{c}" for c in ascii_lowercase), "open_bar", show=False, priority=True),
        Binding("ctrl+t,ctrl+enter", "send", "Send", id="compose.send", priority=True),
        Binding("f3", "find_next(False)", "Next place of what was looked for", show=False, id="compose.find_next"),
        Binding("shift+f3", "find_next(True)", "Place before", show=False, id="compose.find_before"),
        Binding("ctrl+s", "save", "Save the draft", id="compose.save", priority=True),
    ]
    DEFAULT_CSS = "ComposeScreen { background: $background; }"

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

        draft: Draft
        path: str

    @dataclass
    class CompletionWanted(Message):
        """Who may be meant? ``offer`` takes the answer."""

        draft: Draft
        typed: str
        besides: frozenset[str]

    @dataclass
    class PreviewWanted(Message):
        """What will the recipients see?"""

        draft: Draft

    @dataclass
    class VersionsWanted(Message):
        """Which states had it? ``choose_version`` takes the answer."""

        draft: Draft

    @dataclass
    class PutBack(Message):
        """An earlier state is the draft now; what was there stays a version."""

        draft: Draft

    @dataclass
    class Left(Message):
        """The person leaves; the draft is kept."""

        draft: Draft

    def __init__(
        self, event: DraftOpened, *, zone: tzinfo, editor: ExternalEditor | None = None, trouble: str = ""
    ) -> None:
        super().__init__()
        self._trouble = trouble
        self._opened = event
        self._zone = zone
        self._editor = editor
        self._is_over = False
        self._sought = ""
        self._asked_for: Draft | None = None
        self._agreed: set[str] = set()
        """Questions that were answered with yes, and are not asked again."""
        self._form: DraftForm | None = None

    def compose(self) -> ComposeResult:
        """The form and its foot."""
        self._form = DraftForm(self._opened)
        yield self._form
        yield ComposeFoot()

    class Ready(Message):
        """The cursor stands where writing begins."""

    def on_mount(self) -> None:
        """Say why it was opened again, if it was."""
        self.call_after_refresh(self.post_message, self.Ready())
        if self._trouble:
            self.call_after_refresh(self.show_words, self._trouble)
        elif self._editor is not None and self._editor.is_first and self._form is not None:
            self.call_after_refresh(self._edit_outside, self._form)

    @property
    def draft(self) -> Draft:
        """The draft as it stands; the app may ask for it when it ends."""
        return self._form.draft if self._form else self._opened.draft

    def attached(self, attachment: DraftAttachment) -> None:
        """The file was read."""
        if self._form and self._form.is_attached:
            self._form.add_file(attachment)
            if self.query_one(ComposeFoot).is_reading_file:
                self._to_text()

    def show_progress(self, words: str) -> None:
        """How far a file is that is being read."""
        if self._form and self._form.is_attached:
            self._form.tell_progress(words)

    def offer(self, typed: str, found: Sequence[Person | Group]) -> None:
        """People who may be meant."""
        if self._form and self._form.is_attached:
            self._form.offer(typed, found)

    def choose_version(self, versions: Sequence[DraftVersion], now: Callable[[], datetime]) -> None:
        """Show the states that it had, and put one back if that is wanted."""
        if self._form is None or not self._form.is_attached or not self.is_current:
            return
        others = other_states(versions, self.draft)
        if others:
            self.app.push_screen(VersionsScreen(others, self.draft, zone=self._zone, now=now), self._put_back)
        else:
            self.notify("There is no earlier version yet. One is kept for each minute of writing.", markup=False)

    def _put_back(self, earlier: Draft | None) -> None:
        if earlier is not None and self._form is not None:
            self._report()
            self._form.put_back(earlier)
            self._form.take_unreported()
            self.post_message(self.PutBack(self.draft))

    def saved(self, at: datetime) -> None:
        """The draft is on disk."""
        if self._form and self._form.is_attached:
            self._form.tell_saved(at, zone=self._zone)

    def show_words(self, words: str) -> None:
        """A sentence under the text, such as why a file could not be read; sending may be asked for again."""
        self._asked_for = None
        if self._form and self._form.is_attached:
            self._form.show_words(words)
            self.query_one(ComposeFoot).ask_again()

    def show_problems(self, problems: list[FieldProblem]) -> None:
        """What must be mended, at its field, with the cursor in the first; questions alone are asked."""
        self._asked_for = None
        if not self._form or not self._form.is_attached:
            return
        to_mend = [problem for problem in problems if not problem.is_question]
        self._form.show_problems(to_mend)
        if not to_mend:
            self._ask_and_send(self._form, problems)

    def action_open_bar(self) -> None:
        """Open the bar, or leave it as it is."""
        self.query_one(ComposeFoot).open_bar()

    def action_send(self) -> None:
        """Send, unless more text follows at once: then this key was part of a paste without brackets."""

        field = self.focused or self

        def wait() -> None:
            before = self.draft
            # Through the app's queue and the field's: on a busy machine the rest of a burst may still stand there.
            self.set_timer(SETTLE_S, lambda: self.app.call_later(field.call_later, send_if, before))

        def send_if(before: Draft) -> None:
            if self.draft == before:
                self._send()

        # Through the field's queue, so that it comes after the keys before it and before those after it.
        field.call_later(wait)

    def action_save(self) -> None:
        """Keep the draft now."""
        self._report()
        self.post_message(self.DraftEdited(self.draft))

    def on_screen_resume(self) -> None:
        """Uncovered, and so not sent: sending can be asked for again."""
        self._asked_for = None

    @on(ActionBar.Chosen)
    def _act(self, event: ActionBar.Chosen) -> None:
        if self._is_over:
            return
        form = self._to_text()
        match event.action:
            case Action.SEND:
                self._send()
            case Action.ATTACH:
                self.query_one(ComposeFoot).ask_for_path()
            case Action.EDITOR:
                self._edit_outside(form)
            case Action.PREVIEW:
                self.post_message(self.PreviewWanted(form.draft))
            case Action.VERSIONS:
                self._report()
                self.post_message(self.VersionsWanted(form.draft))
            case Action.FIND:
                self.query_one(ComposeFoot).ask_for_words()
            case Action.DISCARD:
                self._is_over = True
                self.post_message(self.DiscardWanted(self._opened.draft.id))
            case Action.LEAVE:
                self._report()
                self._is_over = True
                self.post_message(self.Left(form.draft))
            case Action.BACK:
                pass

    @on(ActionBar.Typed)
    def _take_text(self, event: ActionBar.Typed) -> None:
        self._to_text().insert(event.text)

    @on(DraftFields.CompletionWanted)
    def _completion_wanted(self, event: DraftFields.CompletionWanted) -> None:
        self.post_message(self.CompletionWanted(self.draft, event.typed, event.besides))

    @on(PathPrompt.Entered)
    def _paths_entered(self, event: PathPrompt.Entered) -> None:
        self._want_files(event.paths)

    @on(DraftForm.FilesDropped)
    @work
    async def _ask_about_files(self, event: DraftForm.FilesDropped) -> None:
        count = len(event.paths)
        title, yes, no = "Attach this file?", "attach it", "paste its path as text"
        if count > 1:
            title, yes, no = f"Attach these {count} files?", "attach them", "paste their paths as text"
        if await self.app.push_screen_wait(Question(title, event.paths, yes=yes, no=no)):
            self._want_files(event.paths)
        else:
            self._to_text().insert(event.text)

    def _edit_outside(self, form: DraftForm) -> None:
        """Behind the report in every queue: nothing is saved while the editor has the terminal."""
        self._report()
        self.call_later(self.app.call_later, self._run_editor, form)

    def _run_editor(self, form: DraftForm) -> None:
        form.edit_outside(self._editor)
        if self._editor is not None and self._editor.is_first:
            # Written where the person writes; what is left is to send it.
            self.action_open_bar()

    def _want_files(self, paths: Sequence[str]) -> None:
        self.query_one(DraftForm).show_words("")
        for path in paths:
            self.post_message(self.AttachWanted(self.draft, path))

    @on(FindPrompt.Wanted)
    def _find(self, event: FindPrompt.Wanted) -> None:
        self._sought = event.words
        found = self.query_one(DraftForm).find(event.words, is_next=event.is_next, is_backwards=event.is_backwards)
        self.query_one(ComposeFoot).tell_places(*found)

    def action_find_next(self, is_backwards: bool) -> None:
        """The next place of what was looked for last; asks for words if there are none."""
        if self._sought:
            self._find(FindPrompt.Wanted(self._sought, is_next=True, is_backwards=is_backwards))
        else:
            self.query_one(ComposeFoot).ask_for_words()

    @on(FindPrompt.Left)
    @on(PathPrompt.Cancelled)
    def _to_text(self) -> DraftForm:
        self.query_one(ComposeFoot).close()
        form = self.query_one(DraftForm)
        form.focus_field("text")
        return form

    @on(DraftForm.Unreported)
    def _report(self) -> None:
        if not self._is_over and (draft := self.query_one(DraftForm).take_unreported()):
            self.post_message(self.DraftEdited(draft))

    def _send(self) -> None:
        if self._asked_for == self.draft:
            return
        checked = check_draft(self.draft)
        own = [one.spec for identity in self._opened.identities for one in parse_typed(identity.sender).addresses]
        problems = checked if isinstance(checked, list) else questions_before_sending(checked, own=own)
        large = self._form.too_large if self._form else None
        self.show_problems([*problems, large] if large else problems)

    @work(exclusive=True)
    async def _ask_and_send(self, form: DraftForm, questions: list[FieldProblem]) -> None:
        for question in questions:
            if question.words in self._agreed:
                continue
            screen = Question("Before it goes", question.words, yes="send it", no="back to the draft")
            if not await self.app.push_screen_wait(screen):
                form.focus_field(question.field)
                return
            self._agreed.add(question.words)
        # Behind the news that a question is gone, which allows to ask again.
        self.call_later(self._want_sending)

    def _want_sending(self) -> None:
        draft = self.draft
        if not self._is_over and draft != self._asked_for:
            self._report()
            self._asked_for = draft
            self.post_message(self.SendWanted(draft))
