"""Walks the elements of a page once and writes blocks: text flows, layout tables dissolve, data tables stay."""

from msgspec import Struct, field
from msgspec.structs import replace

from tuimail.domain.body import Block, BlockKind, Span, Style
from tuimail.domain.clean import clean_line
from tuimail.mime.html_context import Context, Numbers, OpenLink, inherited
from tuimail.mime.html_flow import Flow
from tuimail.mime.html_habits import begins_answered_mail, is_quotation, is_signature, word_list_mark
from tuimail.mime.html_pictures import stand_in
from tuimail.mime.html_style import NOTHING
from tuimail.mime.html_tables import (
    are_cards,
    bullet_of,
    ends_in_amount,
    grid_of,
    is_data_table,
    is_short_row,
    may_be_cards,
    side_by_side,
    table_block,
)
from tuimail.mime.html_tree import (
    BLOCK_TAGS,
    Element,
    cells_of,
    height_of,
    is_filled,
    is_pixel,
    picture_words,
    tick_box,
)
from tuimail.mime.links import LinkBook

_WORTHLESS_EMPTY = frozenset({"li", "table", "ul", "ol"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_PARAGRAPHS = frozenset({"p", "blockquote", "dl", "pre", "figure", *_LISTS, *_HEADINGS})
_TABLE_PARTS = frozenset({"table", "tr", "td"})
_SINGLE = frozenset({"hr", "br", "img", "input"})
_BULLETS = ("-", "*", "+")
_MAX_INDENT = 24
_INDENT = 4
_MAX_QUOTE = 50
_MAX_START = 9999
_MAX_LEVEL = 6
_LONG_CELL = 80
_FEW_LINES = 3
_TABLE_BLOCKS = 4
_SPACE_PX = 8.0


class _Leave(Struct, gc=False):
    """Stands among what is still to be read for the end of an element."""

    element: Element
    context: Context
    answered: int


class Renderer(Struct):
    """Writes one page, or one cell of it."""

    book: LinkBook
    flow: Flow = field(default_factory=Flow)
    context: Context = field(default_factory=Context)
    answered: int = 0
    """Headers of answered mails so far; what stands below each is quoted once more."""

    def render(self, root: Element) -> list[Block]:
        """The blocks of an element and all in it."""
        waiting: list[Element | str | _Leave] = [root]
        while waiting and not self.flow.left_out:
            item = waiting.pop()
            if isinstance(item, str):
                self._text(item)
            elif isinstance(item, _Leave):
                self._leave(item)
            else:
                outer, answered = self.context, self.answered
                children = self._enter(item)
                # Most elements end without leaving a trace.
                if self.context is not outer or item.css is not NOTHING or item.tag in BLOCK_TAGS:
                    waiting.append(_Leave(item, outer, answered))
                if children:
                    waiting += reversed(children)
        self.flow.end_block()
        return self.flow.blocks

    def _text(self, text: str) -> None:
        context = self.context
        if context.is_hidden:
            return
        link = context.link
        if link is not None and link.number is None and text.strip():
            link.number = self.book.number(link.href)
        number = link.number if link else None
        style = context.style | Style.LINK if number else context.style
        add = self.flow.add_lines if context.is_pre else self.flow.add
        if add(text, style, number) and link is not None:
            link.words.append(text)

    def _enter(self, element: Element) -> list[Element | str]:
        """Open an element; gives the children to go on with."""
        tag = element.tag
        self.context = inherited(self.context, element)
        if tag in _SINGLE:
            self._single(element)
        elif tag in _WORTHLESS_EMPTY and not is_filled(element):
            self._space(element)
            return []
        elif tag == "table" and is_data_table(element):
            self._table(element)
            return []
        elif tag == "tr":
            return self._row(element)
        elif tag in {"td", "th"} and self.context.lines_up:
            self.flow.separate()
        elif element.css.is_list_mark:
            # It stands before the item already.
            return []
        elif (tag in BLOCK_TAGS or element.css.is_block) and not self.context.lines_up:
            self._begin_block(element)
        elif element.css.is_apart:
            self.flow.part()
        return _parted(element.children) if element.css.is_block and element.css.is_apart else element.children

    def _single(self, element: Element) -> None:
        """An element that never has children."""
        if element.tag == "br":
            self.flow.end_line()
        elif element.tag == "hr":
            self.flow.end_paragraph()
            self.flow.put(Block(kind=BlockKind.RULE, quote=self._quote))
            self.flow.end_paragraph()
        elif element.tag == "input":
            self._text(tick_box(element))
        else:
            self._picture(element)

    def _begin_block(self, element: Element) -> None:
        tag, context = element.tag, self.context
        self._break(element)
        self._space(element)
        if begins_answered_mail(element) and not (context.quote and len(self.flow.blocks) == context.quoted_from):
            self.answered += 1
        if tag in _HEADINGS:
            self.context = replace(context, kind=BlockKind.HEADING, style=context.style & ~Style.BOLD)
        elif tag == "pre":
            self.context = replace(context, kind=BlockKind.PRE)
        elif is_quotation(element):
            quote = min(_MAX_QUOTE, context.quote + 1)
            self.context = replace(context, quote=quote, indent=0, quoted_from=len(self.flow.blocks))
        elif tag in {"blockquote", "dd"}:
            self.context = replace(context, indent=min(_MAX_INDENT, context.indent + _INDENT))
        elif tag in _LISTS:
            start = _number(element.get("start")) if tag == "ol" else None
            self.context = replace(context, numbers=Numbers(start), lists=context.lists + 1)
        elif tag == "li":
            self._item()
        elif tag == "th":
            self.context = replace(context, style=context.style | Style.BOLD)
        elif is_signature(element) and not self._quote and context.kind is BlockKind.TEXT:
            self.context = replace(context, kind=BlockKind.SIGNATURE)
        elif element.css.list_level and (mark := word_list_mark(element)):
            level = min(_MAX_LEVEL, element.css.list_level) - 1
            self._hang(mark, context.indent + 2 * level)
        self._apply()

    def _item(self) -> None:
        context = self.context
        numbers = context.numbers
        if numbers is None or numbers.following is None:
            lead = _BULLETS[max(0, context.lists - 1) % len(_BULLETS)]
        else:
            lead = f"{numbers.following}."
            numbers.following += 1
        self._hang(lead, context.indent)

    def _hang(self, sign: str, indent: int) -> None:
        """What follows is a list item: its sign waits for the first words."""
        lead = f"{clean_line(sign)} "
        self.flow.lead = lead
        indent = min(_MAX_INDENT, indent + len(lead))
        self.context = replace(self.context, kind=BlockKind.ITEM, indent=indent, numbers=None)

    def _leave(self, leave: _Leave) -> None:
        element, tag = leave.element, leave.element.tag
        link = self.context.link
        if tag == "a" and link is not None and link is not leave.context.link:
            self._close_link(link)
        if self.answered != leave.answered and is_quotation(element):
            self.answered = leave.answered
        is_block = tag in BLOCK_TAGS or element.css.is_block
        if element.css.is_apart:
            self.flow.part()
        if not is_block or tag in _SINGLE or leave.context.lines_up:
            self.context = leave.context
            return
        self._break(element)
        if tag == "li" or element.css.list_level:
            self.flow.lead = ""
        self.context = leave.context
        self._apply()

    def _break(self, element: Element) -> None:
        """End the block before or after this element, with a blank line where the page would show space."""
        if self._is_set_off(element) or (element.css.is_padded and is_filled(element)):
            self.flow.end_paragraph()
        else:
            self.flow.end_block()

    def _is_set_off(self, element: Element) -> bool:
        tag = element.tag
        if tag in _PARAGRAPHS:
            # A list within a list item follows its line at once.
            is_inner_list = tag in _LISTS and self.context.lists > (1 if self.context.numbers else 0)
            is_tight = tag != "blockquote" and (element.css.is_tight or element.css.list_level > 0)
            return not is_inner_list and not is_tight
        if tag not in _TABLE_PARTS:
            return False
        # A table of one cell is four elements, and as high as its words.
        blocks = element.blocks - _TABLE_BLOCKS * (element.tables + (tag == "table"))
        return blocks > _FEW_LINES or element.text_size > _LONG_CELL

    def _space(self, element: Element) -> None:
        """Leave the room that an empty element is there for."""
        if not is_filled(element) and height_of(element) >= _SPACE_PX:
            self.flow.leave_space()

    @property
    def _quote(self) -> int:
        return min(_MAX_QUOTE, self.context.quote + max(0, self.answered))

    def _apply(self) -> None:
        self.flow.kind = self.context.kind
        self.flow.quote = self._quote
        self.flow.indent = self.context.indent

    def _row(self, row: Element) -> list[Element | str]:
        """A row of a layout table: one line where its cells are short, otherwise cell after cell."""
        cells = [cell for cell in cells_of(row) if is_filled(cell)]
        if self.context.lines_up:
            return list(cells)
        self._break(row)
        if not cells:
            for cell in cells_of(row)[:1]:
                self._space(cell)
            return []
        may_align = self.flow.may_align()
        if may_align and is_short_row(row) and ends_in_amount(cells):
            return self._amount(cells)
        if is_short_row(row):
            self.context = replace(self.context, lines_up=True)
        elif bullet := bullet_of(row):
            self._hang(bullet, self.context.indent)
            self._apply()
            return list(cells[1].children)
        elif may_align and may_be_cards(row):
            self._cards(cells)
            return []
        return list(cells)

    def _amount(self, cells: list[Element]) -> list[Element | str]:
        """An item and what it costs: under one another where each of them is a table of its own."""
        self.flow.end_block()
        rows = side_by_side([self._lines(cell) for cell in cells])
        block = Block(kind=BlockKind.TABLE, cells=tuple(rows), goes_on=tuple(range(1, len(rows))))
        if rows:
            self.flow.put_row(replace(block, quote=self._quote, indent=self.context.indent))
        return []

    def _cards(self, cells: list[Element]) -> None:
        """Short cells side by side, or else one after the other."""
        written = [self._inner().render(cell) for cell in cells]
        if are_cards(written):
            rows = side_by_side([[_line(block) for block in blocks if block.spans] for blocks in written])
            table = table_block(rows, tuple(range(1, len(rows))))
            self.flow.put(replace(table, has_header=False, quote=self._quote, indent=self.context.indent))
            self.flow.end_paragraph()
            return
        for blocks in written:
            self.flow.end_paragraph()
            for block in blocks:
                self.flow.put(block)
        self.flow.end_paragraph()

    def _table(self, table: Element) -> None:
        self.flow.end_paragraph()
        for child in table.children:
            if isinstance(child, Element) and child.tag == "caption":
                for line in self._lines(child):
                    self.flow.put(Block(spans=line, quote=self._quote, indent=self.context.indent))
        block, is_whole = grid_of(table, self._lines)
        if block.cells:
            self.flow.put(replace(block, quote=self._quote, indent=self.context.indent))
        self.flow.left_out = self.flow.left_out or not is_whole
        self.flow.end_paragraph()

    def _inner(self) -> "Renderer":
        """For what stands in a cell."""
        return Renderer(self.book, context=replace(self.context, numbers=None), answered=self.answered)

    def _lines(self, cell: Element) -> list[tuple[Span, ...]]:
        inner = Renderer(self.book, context=replace(self.context, kind=BlockKind.TEXT, numbers=None))
        lines: list[tuple[Span, ...]] = []
        for block in inner.render(cell):
            if block.kind is BlockKind.TABLE:
                lines += [_joined(row) for row in block.cells]
            elif block.spans:
                lines.append(_line(block))
        return lines

    def _picture(self, image: Element) -> None:
        if is_pixel(image):
            return
        if words := picture_words(image):
            self._text(words)
        elif self.context.link is not None and not self.context.is_hidden:
            self.context.link.has_picture = True

    def _close_link(self, link: OpenLink) -> None:
        if link.number is None and link.has_picture:
            link.number = self.book.number(link.href)
            if link.number is not None:
                self.flow.add(stand_in(self.book, link.number), self.context.style | Style.LINK, link.number)
        if link.number is not None:
            self.flow.mark_link(link.number)
            self.book.name(link.number, "".join(link.words))


def _parted(children: list[Element | str]) -> list[Element | str]:
    """What stands side by side, with a space between."""
    return [item for child in children for item in (child, " ")]


def _line(block: Block) -> tuple[Span, ...]:
    """The words of a block for a cell, with what would otherwise tell of its kind."""
    spans = block.spans
    if block.kind is BlockKind.HEADING:
        spans = tuple(replace(span, style=span.style | Style.BOLD) if span.link is None else span for span in spans)
    return (Span(text=block.lead), *spans) if block.lead else spans


def _joined(row: tuple[tuple[Span, ...], ...]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for cell in row:
        spans += [Span(text="  "), *cell] if spans and cell else cell
    return tuple(spans)


def _number(text: str) -> int:
    return max(0, min(_MAX_START, int(text))) if text.isascii() and text.isdigit() and len(text) < 9 else 1  # noqa: PLR2004 (digits)
