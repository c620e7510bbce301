"""One line that tells the truth about the account: its link, what waits, what is being done."""

from msgspec import Struct
from rich.cells import cell_len
from textual.content import Content

from tuimail.ui.fit import truncate
from tuimail.ui.widgets.word_line import WordLine


class Status(Struct, frozen=True, kw_only=True):
    """What the bar shows; every part may be empty."""

    sign: str = ""
    """One character for the link, told apart by shape: ● online, ○ offline, ◌ busy, ! trouble."""
    link: str = ""
    """The link in words, such as "offline since 10:42, 3 changes waiting"."""
    middle: str = ""
    """What is being waited for, or what just happened."""
    right: str = ""
    """Counts."""
    tone: str = "$muted"
    """The theme variable that colours the sign."""


class StatusBar(WordLine):
    """Left the link, in the middle what is going on, right the counts; the middle gives way first."""

    DEFAULT_CSS = """
    StatusBar { dock: bottom; height: 1; padding: 0 1; color: $muted; background: $panel; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's word)
        super().__init__(id=id)
        self._status = Status()

    @property
    def status(self) -> Status:
        """What is shown now."""
        return self._status

    def show(self, status: Status) -> None:
        """Replace what the bar says."""
        if status != self._status:
            self._status = status
            self.refresh()

    def render(self) -> Content:
        """The three parts, fitted to the width."""
        status, width = self._status, self.content_size.width
        sign = f"{status.sign} " if status.sign else ""
        link = truncate(status.link, max(0, width - cell_len(sign) - cell_len(status.right) - 2))
        used = cell_len(sign) + cell_len(link) + cell_len(status.right)
        middle = truncate(status.middle, max(0, width - used - 6))
        if middle:
            middle = f"   {middle}"
        gap = " " * max(1, width - used - cell_len(middle))
        return Content.assemble(
            (sign, f"bold {status.tone}"), (link, ""), (middle, "$foreground"), gap, (status.right, "")
        )
