"""Rows of a short lead and words beside it, wrapped with a hanging indent: facts, permissions, steps."""

from collections.abc import Sequence

from msgspec import Struct
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

MIN_WORDS = 20
"""Cells that the words keep, however narrow the window."""


class Fact(Struct, frozen=True, kw_only=True):
    """One row. Both parts are shown as they are, never read as markup."""

    lead: str
    words: Content
    lead_style: str


def fact(lead: str, words: str | Content, *, lead_style: str = "$muted") -> Fact:
    """A row from plain text or styled content."""
    content = words if isinstance(words, Content) else Content(words)
    return Fact(lead=lead, words=content, lead_style=lead_style)


class Facts(Widget):
    """Shows rows; the leads share a column of ``lead_width`` cells."""

    DEFAULT_CSS = "Facts { height: auto; width: 1fr; }"
    can_focus = False

    def __init__(self, rows: Sequence[Fact] = (), *, lead_width: int, id: str | None = None) -> None:  # noqa: A002 (Textual's word)
        super().__init__(id=id)
        self._rows = tuple(rows)
        self.lead_width = lead_width

    @property
    def plain(self) -> str:
        """Everything shown, as text, one row a line."""
        return "\n".join(f"{row.lead} {row.words.plain}".strip() for row in self._rows)

    def show(self, rows: Sequence[Fact]) -> None:
        """Replace the rows."""
        if tuple(rows) != self._rows:
            self._rows = tuple(rows)
            self.refresh(layout=True)

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002 (Textual's signature)
        """All there is."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 (Textual's signature)
        """The wrapped rows, counted."""
        return len(self._lines(width))

    def render(self) -> Content:
        """The wrapped rows."""
        return Content("\n").join(self._lines(self.content_size.width))

    def _lines(self, width: int) -> list[Content]:
        room = max(MIN_WORDS, width - self.lead_width)
        lines: list[Content] = []
        for row in self._rows:
            for index, line in enumerate(row.words.wrap(room)):
                lead = row.lead if index == 0 else ""
                shown = Content.assemble((lead, row.lead_style)).truncate(self.lead_width, pad=True)
                lines.append(Content.assemble(shown, line.rstrip()))
        return lines
