"""Puts words and breaks together to blocks, with white space as a browser would treat it."""

import re

from msgspec import Struct, field
from msgspec.structs import replace

from tuimail.domain.body import Block, BlockKind, Span, Style
from tuimail.domain.clean import clean_block
from tuimail.mime.text import is_link_mark, link_mark

MAX_BLOCKS = 20_000
_MAX_ALIGNED = 2000
_MAX_GROWN = 200
"""Rows up to which a table grows row by row."""

_SPACE = re.compile(r"[ \t\r\n\f\v\xa0\u2000-\u200a\u202f\u205f\u3000]+")
# What preheaders are padded with: invisible characters, beside spaces or several in a row.
_INVISIBLE = "\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2064\u2800\u3164\ufeff\uffa0\xad"
_PADDING = re.compile(rf"(?:^|(?<=\s))[{_INVISIBLE}]+|[{_INVISIBLE}]+(?=\s|$)|[{_INVISIBLE}]{{2,}}")


class Flow(Struct):
    """The page so far."""

    blocks: list[Block] = field(default_factory=list)
    kind: BlockKind = BlockKind.TEXT
    quote: int = 0
    indent: int = 0
    lead: str = ""
    """Waits for the first words of a list item."""
    left_out: bool = False
    _lines: int = 0
    _spans: list[Span] = field(default_factory=list)
    _gap: bool = False
    _has_spacer: bool = False
    _aligned: int = 0

    def add(self, text: str, style: Style = Style.PLAIN, link: int | None = None) -> bool:
        """Add words of a line; says whether anything visible came of them."""
        self._has_spacer = self._has_spacer or "\xa0" in text
        text = _SPACE.sub(" ", clean_block(_PADDING.sub("", text)))
        if not self._spans or self._spans[-1].text.endswith(" "):
            text = text.lstrip(" ")
        if text:
            self._spans.append(Span(text=text, style=style, link=link))
        return bool(text.strip())

    def add_lines(self, text: str, style: Style, link: int | None) -> bool:
        """Add preformatted text, whose line ends and spaces count."""
        for number, line in enumerate(clean_block(text).split("\n")):
            if number:
                self.end_line()
            if line:
                self._spans.append(Span(text=line.expandtabs(8), style=style, link=link))
        return bool(text.strip())

    def separate(self) -> None:
        """Set off the next words of the same line, as between cells."""
        if self._spans:
            self._trim_end()
            self._spans.append(Span(text="  "))

    def part(self) -> None:
        """Keep the next words of the line from the last ones."""
        if self._spans and not self._spans[-1].text.endswith(" "):
            self._spans.append(Span(text=" "))

    def mark_link(self, number: int) -> None:
        """Put a link's number behind its last words, even where a block ended within the link."""
        if self._spans:
            had_space = self._spans[-1].text.endswith(" ")
            self._trim_end()
            self._spans.append(link_mark(number))
            if had_space:
                self._spans.append(Span(text=" "))
        elif self.blocks and self.blocks[-1].kind not in {BlockKind.BLANK, BlockKind.RULE, BlockKind.TABLE}:
            last = self.blocks[-1]
            self.blocks[-1] = replace(last, spans=(*last.spans, link_mark(number)))

    def end_line(self) -> None:
        """End the line; a second end in a row leaves a blank one."""
        if not self.end_block():
            self._gap = True

    def end_paragraph(self) -> None:
        """End the block and leave a blank line before the next one."""
        self.end_block()
        self._gap = True

    def leave_space(self) -> None:
        """Leave a blank line before the next block."""
        self._gap = True

    def end_block(self) -> bool:
        """End the block if there is one; says whether there was."""
        if self._spans:
            self._trim_end()
        has_spacer, self._has_spacer = self._has_spacer, False
        if not self._spans:
            # A block that holds nothing but such a space is as high as a line.
            self._gap = self._gap or has_spacer
            return False
        spans, self._spans = self._spans, []
        lead, kind = self.lead, self.kind
        if lead:
            self.lead = ""
        elif kind is BlockKind.ITEM:
            kind = BlockKind.TEXT
        indent = self.indent - len(lead) if lead else self.indent
        self.put(Block(kind=kind, spans=_merged(spans), quote=self.quote, indent=max(0, indent), lead=lead))
        return True

    def put(self, block: Block) -> None:
        """Add a finished block, after the blank line that is due."""
        room = MAX_BLOCKS - self._lines
        if room <= 0:
            self.left_out = True
            return
        if len(block.cells) > room:
            self.left_out = True
            block = replace(block, cells=block.cells[:room])
        self._lines += max(1, len(block.cells))
        if self._gap and self.blocks and self.blocks[-1].kind is not BlockKind.BLANK:
            self.blocks.append(Block(kind=BlockKind.BLANK, quote=min(self.blocks[-1].quote, block.quote)))
        self._gap = False
        self.blocks.append(block)

    def may_align(self) -> bool:
        """Whether a further row of a layout may be tried in columns, which costs more than letting it flow."""
        self._aligned += 1
        return self._aligned <= _MAX_ALIGNED

    def put_row(self, row: Block) -> None:
        """Add a row of a table, to the one above where they look alike."""
        last = self.blocks[-1] if self.blocks and not self._gap else None
        if last is None or not _continues(last, row) or self._lines + len(row.cells) > MAX_BLOCKS:
            self.put(row)
            return
        start = len(last.cells)
        goes_on = (*last.goes_on, *(start + number for number in row.goes_on))
        self.blocks[-1] = replace(last, cells=(*last.cells, *row.cells), goes_on=goes_on)
        self._lines += len(row.cells)

    def _trim_end(self) -> None:
        if self.kind is BlockKind.PRE:
            return
        while self._spans and not (stripped := self._spans[-1].text.rstrip(" ")):
            self._spans.pop()
        if self._spans and stripped != self._spans[-1].text:
            last = self._spans[-1]
            self._spans[-1] = Span(text=stripped, style=last.style, link=last.link)


def _continues(table: Block, row: Block) -> bool:
    if table.kind is not BlockKind.TABLE or table.has_header or len(table.cells) > _MAX_GROWN:
        return False
    return len(table.cells[-1]) == len(row.cells[0]) and (table.quote, table.indent) == (row.quote, row.indent)


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    """Neighbours of one style as one span."""
    merged: list[Span] = []
    for span in spans:
        last = merged[-1] if merged else None
        if last and last.style == span.style and last.link == span.link and not is_link_mark(span):
            merged[-1] = Span(text=last.text + span.text, style=span.style, link=span.link)
        else:
            merged.append(span)
    return tuple(merged)
