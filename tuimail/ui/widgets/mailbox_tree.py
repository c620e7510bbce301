"""The folder list: roles first, levels indented, unread counts at the right edge."""

from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.message import Message as UIMessage
from textual.strip import Strip

from tuimail.domain.ids import MailboxId
from tuimail.domain.mailbox import Mailbox, MailboxRole
from tuimail.ui.fit import fit
from tuimail.ui.widgets.line_list import LineList

BAR = "▌"
CURSOR = "▸"
"""Beside the folder at the cursor, which is not told by its background alone."""

KEPT = "/ "
"""Before the name of a kept search: the key that searches."""


class MailboxTree(LineList):
    """Shows the mailboxes it is given; the open one is marked by a sign and weight."""

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
        """A folder was double-clicked."""

        def __init__(self, mailbox: MailboxId) -> None:
            super().__init__()
            self.mailbox = mailbox

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's word)
        super().__init__(id=id)
        self._mailboxes: tuple[Mailbox, ...] = ()
        self._open: MailboxId | None = None

    def show(self, mailboxes: tuple[Mailbox, ...], opened: MailboxId | None) -> None:
        """Other folders or counts; the cursor stays on its folder, or goes to one just opened."""
        if mailboxes == self._mailboxes and opened == self._open:
            return
        wanted = opened if opened != self._open else self.current
        self._mailboxes, self._open = mailboxes, opened
        self.resize_rows(len(mailboxes))
        ids = [mailbox.id for mailbox in mailboxes]
        if wanted in ids:
            self.cursor = ids.index(wanted)
        self.refresh()

    @property
    def current(self) -> MailboxId | None:
        """The folder under the cursor."""
        return self._mailboxes[self.cursor].id if 0 <= self.cursor < len(self._mailboxes) else None

    def draw(self, row: int, line: int, width: int) -> Strip:  # noqa: ARG002 (rows are one line high)
        """Bar, name, unread count."""
        mailbox = self._mailboxes[row]
        base = self.style_of("")
        at_cursor = row == self.cursor and self.has_focus
        if at_cursor:
            base += Style(bgcolor=self.style_of("folder--cursor").bgcolor)
        is_open = mailbox.id == self._open
        count = f"{mailbox.unread:,} " if mailbox.unread else " "
        name_width = max(0, width - 2 - cell_len(count) - 1)
        name_style = base
        if not mailbox.selectable:
            name_style = base + Style(color=self.style_of("folder--muted").color)
        elif is_open:
            name_style = base + Style(color=self.style_of("folder--open").color, bold=True)
        elif mailbox.unread:
            name_style = base + Style(bold=True)
        return Strip(
            [
                Segment(BAR if is_open else " ", base + Style(color=self.style_of("folder--bar").color)),
                Segment(CURSOR if at_cursor else " ", base),
                Segment(fit(_name(mailbox), name_width), name_style),
                Segment(" ", base),
                Segment(count, base + Style(color=self.style_of("folder--count").color, bold=is_open)),
            ]
        ).adjust_cell_length(width, base)

    def opened(self) -> None:
        """Tell the screen which folder was double-clicked."""
        current = self.current
        if current is not None:
            self.post_message(self.Opened(current))


def _name(mailbox: Mailbox) -> str:
    sign = KEPT if mailbox.role is MailboxRole.SEARCH else ""
    return f"{'  ' * mailbox.depth}{sign}{mailbox.title}"
