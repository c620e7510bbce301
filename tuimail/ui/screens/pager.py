"""A text over everything else, to be read and scrolled."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from tuimail.ui.layout import EMPTY, Line, Run, Tone
from tuimail.ui.page import Page, Section, source_page
from tuimail.ui.widgets.hint_line import HintLine
from tuimail.ui.widgets.message_view import MakePage, MessageView
from tuimail.ui.widgets.pane_title import PaneTitle


class PagerScreen(Screen[None]):
    """Read only: what it shows was cleaned, and nothing in it acts."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll(1)", "Scroll down", id="pager.down"),
        Binding("k,up", "scroll(-1)", "Scroll up", id="pager.up"),
        Binding("space,pagedown,ctrl+f", "page(1)", "Page down", id="pager.page_down"),
        Binding("b,shift+space,pageup,ctrl+b", "page(-1)", "Page up", id="pager.page_up"),
        Binding("g,home", "ends(False)", "To the top", id="pager.top"),
        Binding("G,end", "ends(True)", "To the end", id="pager.bottom"),
        Binding("y", "copy", "Copy what is selected, or all of it", id="pager.copy"),
        Binding("q,escape", "leave", "Back", id="pager.leave"),
    ]
    hints: ClassVar[tuple[tuple[str, str], ...]] = (
        ("j k", "scroll"),
        ("space b", "page"),
        ("g G", "ends"),
        ("y", "copy"),
        ("q", "back"),
    )

    def __init__(self, name: str, make: MakePage) -> None:
        """``name`` stands above; ``make`` gives the page for a width."""
        super().__init__()
        self._title = PaneTitle()
        self._named = name
        self._make = make
        self._copied: Callable[[str], None] = lambda _: None

    def compose(self) -> ComposeResult:
        """Title, text, keys."""
        yield self._title
        yield MessageView(id="text")
        yield HintLine(self.hints)

    def on_mount(self) -> None:
        """Show it from its top."""
        self._title.show(self._named, focused=True)
        self.view.show(self._make)
        self.view.focus()

    @property
    def view(self) -> MessageView:
        """What scrolls."""
        return self.query_one(MessageView)

    def action_scroll(self, lines: int) -> None:
        """Scroll at once."""
        self.view.scroll_lines(lines)

    def action_page(self, pages: int) -> None:
        """Scroll by pages."""
        self.view.scroll_lines(pages * self.view.page_lines)

    def action_ends(self, to_end: bool) -> None:
        """To the top or the end."""
        if to_end:
            self.view.scroll_to_end()
        else:
            self.view.scroll_lines(-self.view.virtual_size.height)

    def action_copy(self) -> None:
        """Hand the text to the clipboard."""
        self._copied(self.get_selected_text() or "\n".join(line.text for line in self.view.page.lines))

    def on_copy(self, copied: Callable[[str], None]) -> "PagerScreen":
        """Who takes what is copied."""
        self._copied = copied
        return self

    def action_leave(self) -> None:
        """Back to where it was opened."""
        self.dismiss(None)


def text_page(text: str, notes: Sequence[str]) -> MakePage:
    """Pages of a plain text; notes about it stand above."""

    def make(width: int) -> Page:
        head = [Line((Run(note, Tone.MUTED),)) for note in notes]
        if head:
            head.append(EMPTY)
        return Page(Section((*head, *source_page(text, width=width).lines)))

    return make
