"""Walks the elements of a page once and writes blocks: text flows, layout tables dissolve, data tables stay."""

from msgspec import Struct, field
from msgspec.structs import replace

from tuimail.domain.body import Block, BlockKind, Span, Style
from tuimail.mime.html_flow import Flow
from tuimail.mime.html_pictures import Pictures, stand_in
from tuimail.mime.html_style import NOTHING, read_color, read_pixels
from tuimail.mime.html_tree import (
    BLOCK_TAGS,
    Element,
    bullet_of,
    cells_of,
    is_data_table,
    is_filled,
    is_short_row,
    rows_of,
)
from tuimail.mime.links import LinkBook

_STYLES = {
    "b": Style.BOLD,
    "strong": Style.BOLD,
    "i": Style.ITALIC,
    "em": Style.ITALIC,
    "cite": Style.ITALIC,
    "dfn": Style.ITALIC,
    "var": Style.ITALIC,
    "u": Style.UNDERLINE,
    "ins": Style.UNDERLINE,
    "s": Style.STRIKE,
    "strike": Style.STRIKE,
    "del": Style.STRIKE,
    "code": Style.CODE,
    "tt": Style.CODE,
    "kbd": Style.CODE,
    "samp": Style.CODE,
}
_INHERITING = frozenset({"a", "font", "pre", *_STYLES})
_WORTHLESS_EMPTY = frozenset({"li", "table", "ul", "ol"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_PARAGRAPHS = frozenset({"p", "blockquote", "ul", "ol", "dl", "pre", "menu", "dir", "figure", *_HEADINGS})
_BULLETS = ("- ", "* ", "+ ")
_MAX_INDENT = 24
_MAX_QUOTE = 50
_MAX_START = 9999
_PIXEL = 4.0
_LONG_CELL = 80


class _OpenLink(Struct):
    href: str
    number: int | None = None
    words: list[str] = field(default_factory=list)
    has_picture: bool = False


class _Context(Struct, frozen=True, kw_only=True):
    """What an element hands down to its children."""

    style: Style = Style.PLAIN
    link: _OpenLink | None = None
    is_pre: bool = False
    is_tiny: bool = False
    is_invisible: bool = False
    color: str | None = None
    background: str | None = None
    kind: BlockKind = BlockKind.TEXT
    quote: int = 0
    indent: int = 0
    numbers: "_Numbers | None" = None
    lists: int = 0

    @property
    def is_hidden(self) -> bool:
        """Whether words here cannot be seen."""
        return self.is_tiny or self.is_invisible or (self.color is not None and self.color == self.background)


class _Numbers(Struct):
    """The next number of an ordered list; None for bullets."""

    following: int | None


class _Leave(Struct):
    element: Element
    context: _Context


class Renderer(Struct):
    """Writes one page, or one cell of it."""

    book: LinkBook
    pictures: Pictures
    flow: Flow = field(default_factory=Flow)
    context: _Context = field(default_factory=_Context)
    _lined_up: set[int] = field(default_factory=set)
    """Cells, by identity, that stand in one line with their neighbours."""

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
                outer = self.context
                children = self._enter(item)
                waiting.append(_Leave(item, outer))
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
        self.context = self._inherited(element)
        if tag == "br":
            self.flow.end_line()
        elif tag == "hr":
            self._rule()
        elif tag == "img":
            self._picture(element)
        elif tag in _WORTHLESS_EMPTY and not is_filled(element):
            return []
        elif tag == "table" and is_data_table(element):
            self._table(element)
            return []
        elif tag == "tr":
            return self._row(element)
        elif tag in {"td", "th"} and id(element) in self._lined_up:
            self.flow.separate()
        elif tag in BLOCK_TAGS or element.css.is_block:
            self._begin_block(element)
        return element.children

    def _inherited(self, element: Element) -> _Context:
        context, css, tag = self.context, element.css, element.tag
        if css is NOTHING and tag not in _INHERITING and not element.attributes:
            return context
        style = context.style | _STYLES.get(tag, Style.PLAIN)
        if css.is_bold is not None:
            style = style | Style.BOLD if css.is_bold else style & ~Style.BOLD
        style |= (Style.ITALIC if css.is_italic else Style.PLAIN) | (Style.STRIKE if css.is_struck else Style.PLAIN)
        if context.kind is BlockKind.HEADING:
            style &= ~Style.BOLD
        link = _OpenLink(element.get("href")) if tag == "a" and element.get("href") else context.link
        background = css.background or read_color(element.get("bgcolor"))
        return replace(
            context,
            style=style,
            link=link,
            is_tiny=context.is_tiny if css.is_tiny is None else css.is_tiny,
            is_invisible=context.is_invisible if css.is_invisible is None else css.is_invisible,
            color=css.color or (read_color(element.get("color")) if tag == "font" else None) or context.color,
            background="picture" if element.get("background") else background or context.background,
            is_pre=context.is_pre or tag == "pre" or (css.keeps_space and tag in BLOCK_TAGS),
        )

    def _begin_block(self, element: Element) -> None:
        tag, context = element.tag, self.context
        self._break(element)
        if tag in _HEADINGS:
            self.context = replace(context, kind=BlockKind.HEADING, style=context.style & ~Style.BOLD)
        elif tag == "pre":
            self.context = replace(context, kind=BlockKind.PRE)
        elif tag == "blockquote":
            self.context = replace(context, quote=min(_MAX_QUOTE, context.quote + 1), indent=0)
        elif tag in {"ul", "ol", "menu", "dir"}:
            start = _number(element.get("start")) if tag == "ol" else None
            self.context = replace(context, numbers=_Numbers(start), lists=context.lists + 1)
        elif tag == "li":
            self._item()
        elif tag == "dd":
            self.context = replace(context, indent=min(_MAX_INDENT, context.indent + 4))
        elif tag == "th":
            self.context = replace(context, style=context.style | Style.BOLD)
        self._apply()

    def _item(self) -> None:
        context = self.context
        numbers = context.numbers
        if numbers is None or numbers.following is None:
            lead = _BULLETS[max(0, context.lists - 1) % len(_BULLETS)]
        else:
            lead = f"{numbers.following}. "
            numbers.following += 1
        self.flow.lead = lead
        indent = min(_MAX_INDENT, context.indent + len(lead))
        self.context = replace(context, kind=BlockKind.ITEM, indent=indent, numbers=None)

    def _leave(self, leave: _Leave) -> None:
        element, tag = leave.element, leave.element.tag
        link = self.context.link
        if tag == "a" and link is not None and link is not leave.context.link:
            self._close_link(link)
        if tag in {"hr", "br", "img"} or id(element) in self._lined_up:
            self.context = leave.context
            return
        if tag in BLOCK_TAGS or element.css.is_block:
            self._break(element)
            if tag == "li":
                self.flow.lead = ""
            self.context = leave.context
            self._apply()
        self.context = leave.context

    def _break(self, element: Element) -> None:
        """End the block before or after this element, with a blank line where the page would show space."""
        tag = element.tag
        # A list within a list item follows its line at once.
        is_inner_list = tag in {"ul", "ol", "menu", "dir"} and self.context.lists > (1 if self.context.numbers else 0)
        is_large = tag in {"table", "tr", "td"} and (element.blocks > 3 or element.text_size > _LONG_CELL)  # noqa: PLR2004 (a few lines)
        if (tag in _PARAGRAPHS and not is_inner_list) or is_large:
            self.flow.end_paragraph()
        else:
            self.flow.end_block()

    def _apply(self) -> None:
        self.flow.kind = self.context.kind
        self.flow.quote = self.context.quote
        self.flow.indent = self.context.indent

    def _rule(self) -> None:
        self.flow.end_paragraph()
        self.flow.put(Block(kind=BlockKind.RULE, quote=self.context.quote))
        self.flow.end_paragraph()

    def _row(self, row: Element) -> list[Element | str]:
        """A row of a layout table: one line where its cells are short, otherwise cell after cell."""
        self._break(row)
        cells = [cell for cell in cells_of(row) if is_filled(cell)]
        if is_short_row(row):
            self._lined_up.update(id(cell) for cell in cells)
        elif bullet := bullet_of(row):
            self.flow.lead = f"{bullet} "
            indent = min(_MAX_INDENT, self.context.indent + len(bullet) + 1)
            self.context = replace(self.context, kind=BlockKind.ITEM, indent=indent)
            self._apply()
            return list(cells[1].children)
        return list(cells)

    def _table(self, table: Element) -> None:
        self.flow.end_paragraph()
        rows = [cells_of(row) for row in rows_of(table)]
        rows = [cells for cells in rows if any(map(is_filled, cells))]
        for child in table.children:
            if isinstance(child, Element) and child.tag == "caption" and child.text_size:
                self.flow.put(Block(spans=self._cell(child), quote=self.context.quote))
        filled = tuple(tuple(self._cell(cell) for cell in cells) for cells in rows)
        has_header = bool(rows) and all(cell.tag == "th" for cell in rows[0])
        columns = max((len(row) for row in filled), default=0)
        padded = tuple(row + ((),) * (columns - len(row)) for row in filled)
        used = [index for index in range(columns) if any(row[index] for row in padded)]
        cells = tuple(tuple(row[index] for index in used) for row in padded)
        block = Block(kind=BlockKind.TABLE, cells=cells, has_header=has_header, quote=self.context.quote)
        self.flow.put(replace(block, indent=self.context.indent))
        self.flow.end_paragraph()

    def _cell(self, cell: Element) -> tuple[Span, ...]:
        inner = Renderer(self.book, self.pictures, context=replace(self.context, kind=BlockKind.TEXT, numbers=None))
        spans: list[Span] = []
        for block in inner.render(cell):
            if block.spans:
                spans += [*([Span(text=" ")] if spans else []), *block.spans]
        return tuple(spans)

    def _picture(self, image: Element) -> None:
        is_remote = image.get("src").strip().lower().startswith(("http:", "https:", "//"))
        self.pictures.remote += is_remote
        width = image.css.width if image.css.width is not None else read_pixels(image.get("width"))
        height = image.css.height if image.css.height is not None else read_pixels(image.get("height"))
        if min(_PIXEL if width is None else width, _PIXEL if height is None else height) < _PIXEL:
            return
        alt = " ".join(image.get("alt").split())
        if alt:
            self._text(f"[{alt[:200]}]")
        elif self.context.link is not None and not self.context.is_hidden:
            self.context.link.has_picture = True

    def _close_link(self, link: _OpenLink) -> None:
        if link.number is None and link.has_picture:
            link.number = self.book.number(link.href)
            if link.number is not None:
                self.flow.add(stand_in(self.book, link.number), self.context.style | Style.LINK, link.number)
        if link.number is not None:
            self.flow.mark_link(link.number)
            self.book.name(link.number, "".join(link.words))


def _number(text: str) -> int:
    return max(0, min(_MAX_START, int(text))) if text.isascii() and text.isdigit() and len(text) < 9 else 1  # noqa: PLR2004 (digits)
