"""The body of a message as styled lines of our own type, so that neither ``mime`` nor ``ui`` needs the other."""

from enum import Flag, StrEnum, auto

from msgspec import Struct

# Without ``gc=False`` the collector walks the tens of thousands of spans of a long mail again and again while it is
# laid out, which doubles the time. None of them can be part of a cycle.


class Style(Flag):
    """How a span of text stands out. Colours belong to the theme."""

    PLAIN = 0
    BOLD = auto()
    ITALIC = auto()
    UNDERLINE = auto()
    STRIKE = auto()
    CODE = auto()
    DIM = auto()
    LINK = auto()


class BlockKind(StrEnum):
    """What a block is; the UI gives each kind its look."""

    TEXT = "text"
    HEADING = "heading"
    PRE = "pre"
    ITEM = "item"
    RULE = "rule"
    TABLE = "table"
    SIGNATURE = "signature"
    BLANK = "blank"


class Span(Struct, frozen=True, kw_only=True, gc=False):
    """A run of text in one style. Cleaned; holds no newline."""

    text: str
    style: Style = Style.PLAIN
    link: int | None = None
    """Number of the link it belongs to, counted from 1."""


class Block(Struct, frozen=True, kw_only=True, gc=False):
    """A paragraph, heading, list item, line of preformatted text or the like; the UI wraps it to its width."""

    kind: BlockKind = BlockKind.TEXT
    spans: tuple[Span, ...] = ()
    quote: int = 0
    """Depth of quotation, 0 for the author's own words."""
    indent: int = 0
    """Cells to the left of the text, quote bars not counted."""
    lead: str = ""
    """What stands before the first line, such as "- " or "3. "; later lines are indented by its width."""
    cells: tuple[tuple[tuple[Span, ...], ...], ...] = ()
    """TABLE only: rows of cells of spans, the first row being the header where ``has_header``. A row of one cell in a
    table of several columns stands across all of them."""
    goes_on: tuple[int, ...] = ()
    """TABLE only: the rows, counted from 0, that are further lines of the row above."""
    has_header: bool = False
    is_told: bool = False
    """Words of this program in place of a text, which nobody wrote and no answer quotes."""

    @property
    def text(self) -> str:
        """The words alone."""
        if self.kind is BlockKind.TABLE:
            return "\n".join("\t".join("".join(s.text for s in cell) for cell in row) for row in self.cells)
        return "".join(span.text for span in self.spans)


class LinkTarget(Struct, frozen=True, kw_only=True):
    """A link of a message, shown with its whole target before anything opens."""

    number: int
    url: str
    host: str
    text: str = ""
    suspicious: str = ""
    """Why it should not be trusted, in words; empty if nothing stands out."""
