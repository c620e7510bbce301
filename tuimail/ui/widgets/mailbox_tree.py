"""The folder list: roles first, levels indented, unread counts at the right edge; of several accounts under names."""

from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.message import Message as UIMessage
from textual.strip import Strip

from tuimail.domain.ids import AccountId, MailboxId
from tuimail.ui.fit import fit, truncate
from tuimail.ui.folder_lines import FolderLine
from tuimail.ui.widgets.line_list import LineList

BAR = "▌"
CURSOR = "▸"
"""Beside the folder at the cursor, which is not told by its background alone."""

Open = tuple[AccountId, MailboxId | None]
"""The mailbox on the screen."""


class MailboxTree(LineList):
    """Shows the lines it is given; the open folder is marked by a sign and weight."""

    DEFAULT_CSS = """
    MailboxTree {
        background: $surface; scrollbar-background: $surface;
        & > .folder--cursor { background: $selection; }
        & > .folder--bar { color: $accent; text-style: bold; }
        & > .folder--muted { color: $muted; }
        & > .folder--count { color: $accent; text-style: bold; }
        & > .folder--open { color: $primary; text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "folder--cursor",
        "folder--bar",
        "folder--muted",
        "folder--count",
        "folder--open",
    }

    class Opened(UIMessage):
        """A line was double-clicked."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's word)
        super().__init__(id=id)
        self._lines: tuple[FolderLine, ...] = ()
        self._open: Open | None = None

    def show(self, lines: tuple[FolderLine, ...], opened: Open) -> None:
        """Other folders or counts; the cursor stays on its folder, or goes to one just opened."""
        if lines == self._lines and opened == self._open:
            return
        current = self.current
        wanted = opened if opened != self._open or current is None else (current.account, current.mailbox)
        self._lines, self._open = lines, opened
        self.resize_rows(len(lines))
        places = [(line.account, line.mailbox) for line in lines]
        if wanted in places:
            self.cursor = places.index(wanted)
        self.refresh()

    def aim(self, account: AccountId) -> None:
        """Put the cursor on an account's own line."""
        places = [(line.account, line.mailbox) for line in self._lines]
        if (account, None) in places:
            self.cursor = places.index((account, None))

    @property
    def current(self) -> FolderLine | None:
        """The line under the cursor."""
        return self._lines[self.cursor] if 0 <= self.cursor < len(self._lines) else None

    def draw(self, row: int, line: int, width: int) -> Strip:  # noqa: ARG002 (rows are one line high)
        """Bar, name, unread count or what is unusual."""
        folder = self._lines[row]
        base = self.style_of("")
        at_cursor = row == self.cursor and self.has_focus
        if at_cursor:
            base += Style(bgcolor=self.style_of("folder--cursor").bgcolor)
        is_open = folder.mailbox is not None and (folder.account, folder.mailbox) == self._open
        count = f"{folder.unread:,} " if folder.unread else " "
        if folder.words:
            room = width - len("▌▸") - cell_len(folder.title) - cell_len(count) - 1
            count = f"{truncate(folder.words, max(1, room))} {count.lstrip()}"
        name_width = max(0, width - 2 - cell_len(count) - 1)
        name_style = base
        if not folder.selectable:
            name_style = base + Style(color=self.style_of("folder--muted").color)
        elif is_open:
            name_style = base + Style(color=self.style_of("folder--open").color, bold=True)
        elif folder.unread or folder.mailbox is None:
            name_style = base + Style(bold=True)
        return Strip(
            [
                Segment(BAR if is_open else " ", base + Style(color=self.style_of("folder--bar").color)),
                Segment(CURSOR if at_cursor else " ", base),
                Segment(fit(folder.title, name_width), name_style),
                Segment(" ", base),
                Segment(count, base + Style(color=self.style_of("folder--count").color, bold=is_open)),
            ]
        ).adjust_cell_length(width, base)

    def opened(self) -> None:
        """Tell the screen that the line at the cursor was double-clicked."""
        self.post_message(self.Opened())
