"""The attachments of a message: names, types and sizes; to look at, save, or open with another program."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input
from textual.widgets.option_list import Option

from tuimail.domain.message import Attachment
from tuimail.ui.fit import fit, plural, size, truncate, truncate_middle
from tuimail.ui.widgets.dialog import Dialog, Words, title
from tuimail.ui.widgets.hint_line import HintLine
from tuimail.ui.widgets.plain_list import PlainList

NAME_WIDTH = 30
KIND_WIDTH = 26


class AttachmentsScreen(ModalScreen[None]):
    """Opens nothing by itself: it posts what is wanted, and shows what came of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "save", "Save", id="attachments.save"),
        Binding("S", "save_all", "Save all", id="attachments.save_all"),
        Binding("o", "open", "Open with another program", id="attachments.open"),
        Binding("q,escape", "leave", "Close", id="attachments.cancel"),
    ]
    DEFAULT_CSS = """
    AttachmentsScreen { align: center middle; background: $background 70%; }
    AttachmentsScreen PlainList { height: auto; max-height: 12; background: $surface; margin-bottom: 1; }
    AttachmentsScreen Input { border: none; height: 1; padding: 0; background: $panel; margin-bottom: 1; }
    """

    class PreviewWanted(Message):
        """Show the text of a part, or the mail that it is."""

        def __init__(self, screen: "AttachmentsScreen", attachment: Attachment) -> None:
            super().__init__()
            self.screen = screen
            self.attachment = attachment

    class SaveWanted(PreviewWanted):
        """Save a part into the folder of the field."""

    class OpenWanted(PreviewWanted):
        """Hand a part to another program, after a question."""

    class GiveUpWanted(Message):
        """End what is under way for this screen."""

        def __init__(self, screen: "AttachmentsScreen") -> None:
            super().__init__()
            self.screen = screen

    def __init__(self, attachments: Sequence[Attachment], folder: str) -> None:
        super().__init__()
        self._attachments = tuple(attachments)
        self._folder = folder
        self._is_busy = False
        self._said = Words()

    def compose(self) -> ComposeResult:
        """List, then the folder's field."""
        with Dialog():
            yield title(plural(len(self._attachments), "attachment"))
            yield PlainList()
            yield Words(Content.styled("Save into this folder:", "$muted"))
            yield Input(self._folder, compact=True)
            self._said.display = False
            yield self._said
        yield HintLine(_HINTS)

    def on_mount(self) -> None:
        """The list has the keys."""
        options = self.query_one(PlainList)
        options.add_options([Option(attachment_words(each)) for each in self._attachments])
        options.highlighted = 0
        options.focus()

    @property
    def folder(self) -> str:
        """Where to save."""
        return self.query_one(Input).value.strip() or self._folder

    def say(self, words: str) -> None:
        """What came of it; nothing is under way."""
        self._is_busy = False
        self._said.show(words)
        self.query_one(HintLine).show(_HINTS)

    def say_under_way(self, words: str) -> None:
        """What is being done; Esc ends it."""
        if not self._is_busy:
            self.query_one(HintLine).show((("escape", "give up"),))
        self._is_busy = True
        self._said.show(words)

    def on_option_list_option_selected(self) -> None:
        """Enter, or a click."""
        self.post_message(self.PreviewWanted(self, self._marked))

    def on_input_submitted(self) -> None:
        """Enter in the folder's field: back to the list."""
        self.query_one(PlainList).focus()

    def action_save(self) -> None:
        """Save the highlighted one."""
        self.post_message(self.SaveWanted(self, self._marked))

    def action_save_all(self) -> None:
        """Save them all."""
        for attachment in self._attachments:
            self.post_message(self.SaveWanted(self, attachment))

    def action_open(self) -> None:
        """Ask whether to open the highlighted one."""
        self.post_message(self.OpenWanted(self, self._marked))

    def action_leave(self) -> None:
        """End what is under way, else close."""
        if self._is_busy:
            self.post_message(self.GiveUpWanted(self))
        else:
            self.dismiss(None)

    @property
    def _marked(self) -> Attachment:
        return self._attachments[self.query_one(PlainList).highlighted or 0]


_HINTS = (
    ("enter", "look"),
    ("s", "save"),
    ("S", "save all"),
    ("o", "open…"),
    ("tab", "folder"),
    ("escape", "close"),
)


def attachment_words(attachment: Attachment) -> Content:
    """Name, size and type; of a long name the end stays, which says what it is."""
    name = truncate_middle(attachment.name, NAME_WIDTH)
    real = attachment.real_type
    kind = (f"! {truncate(real, KIND_WIDTH - 2)}", "bold $warning") if real else _kind(attachment)
    return Content.assemble(fit(name, NAME_WIDTH), (f"  {size(attachment.size_bytes):>8}  ", "$muted"), kind)


def _kind(attachment: Attachment) -> tuple[str, str]:
    return (truncate(attachment.content_type, KIND_WIDTH), "$muted")


def kind_words(attachment: Attachment) -> str:
    """What it is; where that is another thing, also what the sender calls it."""
    if attachment.real_type:
        return f"! {attachment.real_type}, called {attachment.content_type}"
    return attachment.content_type
