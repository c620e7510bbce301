"""The drafts kept on this machine: Enter resumes, ``d`` discards, undoably."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tuimail.domain.draft import Draft
from tuimail.domain.ids import DraftId
from tuimail.ui.fit import plural
from tuimail.ui.widgets.dialog import Words
from tuimail.ui.widgets.hint_line import HintLine
from tuimail.ui.widgets.plain_list import PlainList

EMPTY = "No draft is kept on this machine. {} writes a mail, and it is kept here on every way out."
PREVIEW = 200
"""Characters of the text that its line shows at most."""


class DraftsScreen(Screen[None]):
    """Shows drafts and posts what is wanted of them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "discard", "Discard", id="drafts.discard"),
        Binding("z", "undo", "Undo", id="drafts.undo"),
        Binding("q,escape", "back", "Back", id="drafts.back"),
    ]
    DEFAULT_CSS = """
    DraftsScreen { background: $background; }
    DraftsScreen > Words { padding: 0 2; margin: 1 0; height: auto; }
    """

    @dataclass
    class ResumeWanted(Message):
        """Open it in the composer."""

        draft: DraftId

    @dataclass
    class DiscardWanted(Message):
        """Throw it away; undo brings it back."""

        draft: DraftId

    class UndoWanted(Message):
        """Take the last discard back."""

    class Closed(Message):
        """Go back."""

    def __init__(self, drafts: Sequence[Draft], *, compose_key: str = "c") -> None:
        super().__init__()
        self._empty_words = EMPTY.format(compose_key)
        self._drafts = tuple(drafts)

    def compose(self) -> ComposeResult:
        """A heading, the drafts, the keys."""
        yield Words(Content.assemble(("Drafts", "bold $primary")))
        yield PlainList()
        yield Words(self._empty_words, id="empty")
        yield HintLine((("enter", "resume"), ("d", "discard"), ("z", "undo"), ("escape", "back")))

    def on_mount(self) -> None:
        """Show what was given."""
        self.show_drafts(self._drafts)

    def show_drafts(self, drafts: Sequence[Draft]) -> None:
        """Replace the list; the cursor stays in its place."""
        self._drafts = tuple(drafts)
        if not self.query(PlainList):
            return
        options = self.query_one(PlainList)
        row = options.highlighted or 0
        options.clear_options()
        options.add_options(Option(draft_words(draft), id=draft.id) for draft in self._drafts)
        options.highlighted = min(row, len(self._drafts) - 1) if self._drafts else None
        options.display = bool(self._drafts)
        self.query_one("#empty").display = not self._drafts
        options.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click resumes."""
        event.stop()
        self.post_message(self.ResumeWanted(self._drafts[event.option_index].id))

    def action_discard(self) -> None:
        """Discard the draft under the cursor."""
        index = self.query_one(PlainList).highlighted
        if index is not None:
            self.post_message(self.DiscardWanted(self._drafts[index].id))

    def action_undo(self) -> None:
        """Bring the last one back."""
        self.post_message(self.UndoWanted())

    def action_back(self) -> None:
        """Go back."""
        self.post_message(self.Closed())


def draft_words(draft: Draft) -> Content:
    """Subject and recipients, then the beginning of the text on one line."""
    parts: list[tuple[str, str]] = [(draft.subject or "(no subject)", "bold")]
    if recipients := ", ".join(field for field in (draft.to, draft.cc, draft.bcc) if field):
        parts.append((f"  to {recipients}", ""))
    if draft.attachments:
        parts.append((f"  @ {plural(len(draft.attachments), 'file')}", "$accent"))
    beginning = " ".join(draft.text.split())[:PREVIEW]
    parts.append((f"\n{beginning or '(no text yet)'}", "$muted"))
    return Content.assemble(*parts)
