"""What an element hands down to its children, and how an element changes it."""

from msgspec import Struct, field
from msgspec.structs import replace

from tuimail.domain.body import BlockKind, Style
from tuimail.mime.html_color import PICTURE, are_alike, background_color, text_color
from tuimail.mime.html_style import NOTHING
from tuimail.mime.html_tree import BLOCK_TAGS, Element

STYLES = {
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
_INHERITING = frozenset({"a", "font", "pre", *STYLES})


class OpenLink(Struct):
    """A link that is being read."""

    href: str
    number: int | None = None
    words: list[str] = field(default_factory=list)
    has_picture: bool = False


class Numbers(Struct):
    """The next number of an ordered list; None for bullets."""

    following: int | None


class Context(Struct, frozen=True, kw_only=True, gc=False):
    """What an element hands down to its children."""

    style: Style = Style.PLAIN
    link: OpenLink | None = None
    is_pre: bool = False
    is_tiny: bool = False
    is_invisible: bool = False
    color: str | None = None
    background: str | None = None
    kind: BlockKind = BlockKind.TEXT
    quote: int = 0
    quoted_from: int = 0
    """Blocks that were written before the quotation began."""
    indent: int = 0
    numbers: Numbers | None = None
    lists: int = 0
    lines_up: bool = False
    """Whether this is a cell in one line with its neighbours: no block within ends that line."""

    @property
    def is_hidden(self) -> bool:
        """Whether words here cannot be seen."""
        return self.is_tiny or self.is_invisible or are_alike(self.color, self.background)


def inherited(context: Context, element: Element) -> Context:
    """The context within an element, apart from what its place in the page decides."""
    css, tag = element.css, element.tag
    if css is NOTHING and tag not in _INHERITING and not element.attributes and not element.is_painted:
        return context
    return replace(
        context,
        style=_style(context, element),
        link=OpenLink(element.get("href")) if tag == "a" and element.get("href") else context.link,
        is_tiny=context.is_tiny if css.is_tiny is None else css.is_tiny,
        is_invisible=context.is_invisible if css.is_invisible is None else css.is_invisible,
        color=css.color or (text_color(element.get("color")) if tag == "font" else None) or context.color,
        background=_behind(element) or context.background,
        is_pre=context.is_pre or tag == "pre" or (css.keeps_space and tag in BLOCK_TAGS),
    )


def _style(context: Context, element: Element) -> Style:
    style, css = context.style, element.css
    # Each step of a Flag costs as much as all else here.
    if element.tag in STYLES:
        style |= STYLES[element.tag]
    if css.is_bold is not None:
        style = style | Style.BOLD if css.is_bold else style & ~Style.BOLD
    if css.is_italic:
        style |= Style.ITALIC
    if css.is_struck:
        style |= Style.STRIKE
    return style & ~Style.BOLD if context.kind is BlockKind.HEADING and style else style


def _behind(element: Element) -> str | None:
    if element.get("background"):
        return PICTURE
    return element.css.background or (PICTURE if element.is_painted else background_color(element.get("bgcolor")))
