"""A mail within a mail, read over everything else; what it holds can be opened from it like from any mail."""

from datetime import tzinfo
from typing import ClassVar

from msgspec.structs import replace
from textual.binding import Binding, BindingType

from tuimail.domain.ids import RowId
from tuimail.domain.message import Message
from tuimail.ui.page import Page, Paper, Wishes, message_section
from tuimail.ui.screens.deeds.wanted import AttachmentsWanted, LinksWanted
from tuimail.ui.screens.pager import PagerScreen


class NestedMailScreen(PagerScreen):
    """``row`` is the message that it is in."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("A", "attachments", "List attachments", id="nested.attachments"),
        Binding("o", "links", "List links with their targets", id="nested.links"),
        Binding("h", "headers", "All headers, or the main ones", id="nested.headers"),
    ]
    hints: ClassVar[tuple[tuple[str, str], ...]] = (
        ("j k", "scroll"),
        ("space b", "page"),
        ("A", "attachments"),
        ("o", "links"),
        ("h", "headers"),
        ("q", "back"),
    )

    def __init__(self, row: RowId, message: Message, *, zone: tzinfo) -> None:
        self._row = row
        self._message = message
        self._wishes = Wishes()
        self._zone = zone
        super().__init__("A mail within the mail", self._page)

    def _page(self, width: int) -> Page:
        return Page(message_section(self._message, self._wishes, Paper(width, self._zone)))

    def action_attachments(self) -> None:
        """What is attached to it."""
        self.post_message(AttachmentsWanted(self._row, self._message))

    def action_links(self) -> None:
        """Where its links lead."""
        self.post_message(LinksWanted(self._message))

    def action_headers(self) -> None:
        """More or less of its header."""
        self._wishes = replace(self._wishes, all_headers=not self._wishes.all_headers)
        self.view.show(self._make, keep_place=True)
