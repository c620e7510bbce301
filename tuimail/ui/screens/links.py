"""The links of a message: a line for each, and the whole target of the one under the cursor."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import chop_cells
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets.option_list import Option

from tuimail.domain.body import LinkTarget
from tuimail.ui.fit import fit, plural, truncate, truncate_left
from tuimail.ui.widgets.dialog import Dialog, Words, title
from tuimail.ui.widgets.hint_line import HintLine
from tuimail.ui.widgets.plain_list import PlainList

MAX_LINKS = 1_000
HOST_WIDTH = 34
TARGET_WIDTH = 70


class LinksScreen(ModalScreen[LinkTarget | None]):
    """Returns the link to open; copying leaves it where it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy the address", id="links.copy"),
        Binding("space", "scroll_target(4)", "Further down in a long address", id="links.down"),
        Binding("b", "scroll_target(-4)", "Further up in a long address", id="links.up"),
        Binding("q,escape", "leave", "Close", id="links.leave"),
    ]
    DEFAULT_CSS = """
    LinksScreen { align: center middle; background: $background 70%; }
    LinksScreen PlainList { height: auto; max-height: 9; background: $surface; margin-bottom: 1; }
    LinksScreen #target { height: auto; max-height: 7; scrollbar-size-vertical: 1; }
    LinksScreen #target Words { height: auto; }
    """

    def __init__(self, links: Sequence[LinkTarget], *, copied: Callable[[str], None]) -> None:
        """``copied`` takes an address for the clipboard."""
        super().__init__()
        self._links = tuple(links[:MAX_LINKS])
        self._left_out = len(links) - len(self._links)
        self._copied = copied
        self._target, self._doubt = Words(), Words()

    def compose(self) -> ComposeResult:
        """List above target."""
        with Dialog():
            more = f"the first {MAX_LINKS:,} of {len(self._links) + self._left_out:,}" if self._left_out else ""
            yield title(plural(len(self._links), "link"), tail=more)
            yield PlainList()
            with VerticalScroll(id="target", can_focus=False):
                yield self._target
            yield self._doubt
        yield HintLine((("enter", "open"), ("y", "copy"), ("space b", "long address"), ("escape", "close")))

    def on_mount(self) -> None:
        """The first link."""
        options = self.query_one(PlainList)
        options.add_options([Option(link_words(link)) for link in self._links])
        options.highlighted = 0
        options.focus()

    def on_option_list_option_highlighted(self) -> None:
        """Show all of its target."""
        link = self._marked
        self._target.show("\n".join(chop_cells(link.url, TARGET_WIDTH)))
        self._doubt.show(Content.styled(f"! {link.suspicious}", "bold $warning") if link.suspicious else "")
        self.query_one("#target").scroll_home(animate=False)

    def on_option_list_option_selected(self) -> None:
        """Enter, or a click."""
        self.dismiss(self._marked)

    def action_copy(self) -> None:
        """Hand the whole address to the clipboard."""
        self._copied(self._marked.url)

    def action_scroll_target(self, lines: int) -> None:
        """Scroll the address."""
        target = self.query_one("#target", VerticalScroll)
        target.scroll_to(y=target.scroll_target_y + lines, animate=False)

    def action_leave(self) -> None:
        """Open nothing."""
        self.dismiss(None)

    @property
    def _marked(self) -> LinkTarget:
        return self._links[self.query_one(PlainList).highlighted or 0]


def link_words(link: LinkTarget) -> Content:
    """Number, host and what the mail calls it; a doubtful one is marked."""
    sign = "!" if link.suspicious else " "
    scheme = link.url.partition(":")[0].lower()
    host = link.host or scheme
    told = host if scheme in {"http", "https"} else f"{scheme}: {host}"
    return Content.assemble(
        (f"{link.number:>3} ", "$muted"),
        (sign + " ", "bold $warning"),
        fit(truncate_left(told, HOST_WIDTH), HOST_WIDTH),
        (f" {truncate(link.text, TARGET_WIDTH - HOST_WIDTH - 7)}", "$muted"),
    )
