"""The attachments of a message: names, types and sizes, and where to save them."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct
from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input
from textual.widgets.option_list import Option

from tuimail.domain.message import Attachment
from tuimail.ui.fit import fit, plural, size
from tuimail.ui.widgets.dialog import Dialog, Words, title
from tuimail.ui.widgets.hint_line import HintLine
from tuimail.ui.widgets.plain_list import PlainList

NAME_WIDTH = 40


class SaveWish(Struct, frozen=True, kw_only=True):
    """What to save, and into which folder."""

    attachments: tuple[Attachment, ...]
    folder: str


class AttachmentsScreen(ModalScreen[SaveWish | None]):
    """Saving is all that a key does here; nothing is opened."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "save", "Save", id="attachments.save"),
        Binding("S", "save_all", "Save all", id="attachments.save_all"),
        Binding("q,escape", "cancel", "Cancel", id="attachments.cancel"),
    ]
    DEFAULT_CSS = """
    AttachmentsScreen { align: center middle; background: $background 70%; }
    AttachmentsScreen PlainList { height: auto; max-height: 12; background: $surface; margin-bottom: 1; }
    AttachmentsScreen Input { border: none; height: 1; padding: 0; background: $panel; margin-bottom: 1; }
    """

    def __init__(self, attachments: Sequence[Attachment], folder: str) -> None:
        super().__init__()
        self._attachments = tuple(attachments)
        self._folder = folder

    def compose(self) -> ComposeResult:
        """List, then the folder's field."""
        with Dialog():
            yield title(plural(len(self._attachments), "attachment"))
            yield PlainList()
            yield Words(Content.styled("Save into this folder:", "$muted"))
            yield Input(self._folder, compact=True)
        yield HintLine((("enter", "save"), ("s", "save"), ("S", "save all"), ("tab", "folder"), ("escape", "cancel")))

    def on_mount(self) -> None:
        """The list has the keys."""
        options = self.query_one(PlainList)
        options.add_options([Option(attachment_words(each)) for each in self._attachments])
        options.highlighted = 0
        options.focus()

    def on_option_list_option_selected(self) -> None:
        """Enter, or a click."""
        self.action_save()

    def on_input_submitted(self) -> None:
        """Enter in the folder's field: back to the list."""
        self.query_one(PlainList).focus()

    def action_save(self) -> None:
        """Save the highlighted one."""
        at = self.query_one(PlainList).highlighted or 0
        self._wish((self._attachments[at],))

    def action_save_all(self) -> None:
        """Save them all."""
        self._wish(self._attachments)

    def action_cancel(self) -> None:
        """Save nothing."""
        self.dismiss(None)

    def _wish(self, attachments: tuple[Attachment, ...]) -> None:
        folder = self.query_one(Input).value.strip() or self._folder
        self.dismiss(SaveWish(attachments=attachments, folder=folder))


def attachment_words(attachment: Attachment) -> Content:
    """Name, size and type; of a long name the end stays, which says what it is."""
    name = attachment.name
    if cell_len(name) > NAME_WIDTH:
        name = f"{name[: NAME_WIDTH - 14]}…{name[-12:]}"
    return Content.assemble(
        fit(name, NAME_WIDTH), (f"  {size(attachment.size_bytes):>8}  {attachment.content_type}", "$muted")
    )
