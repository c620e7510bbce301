"""Elements of a page as the reader needs them, with the measures by which a table or a row is judged."""

from msgspec import Struct, field

from tuimail.mime.html_style import NOTHING, Css, read_pixels

BLOCK_TAGS = frozenset(
    {"address", "article", "aside", "blockquote", "caption", "center", "dd", "details", "div", "dl", "dt", "figcaption"}
    | {"figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "li", "main", "nav", "ol", "p", "pre"}
    | {"section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "menu", "dir", "hr"}
)
_ROW_GROUPS = frozenset({"tbody", "thead", "tfoot"})
_PIXEL = 4.0
_MAX_ALT = 200
_MAX_LOOKED_AT = 200


class Element(Struct, eq=False, gc=False):
    """A visible element; ``children`` are elements and texts in order."""

    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    css: Css = NOTHING
    children: list["Element | str"] = field(default_factory=list)
    is_painted: bool = False
    """Whether a style sheet gives it a background."""
    text_size: int = 0
    """Characters of all texts in it, and of the words of its pictures."""
    blocks: int = 0
    """Block elements and line breaks in it."""
    breaks: int = 0
    """The line breaks alone."""
    tables: int = 0
    silent: int = 0
    """Pictures without words that no link is about."""
    pictures: int = 0
    """Links that have nothing but such pictures; their host stands for them."""

    def get(self, name: str) -> str:
        """An attribute's value, empty if it has none."""
        return self.attributes.get(name) or ""


def measure(elements: list[Element]) -> None:
    """Fill the measures of elements given in document order, so that each child comes after its parent."""
    for element in reversed(elements):
        _sum_up(element)
        tag = element.tag
        if tag == "img":
            if not is_pixel(element):
                element.text_size = len(picture_words(element))
                element.silent = not element.text_size
        elif tag == "input":
            element.text_size = len(tick_box(element))
        elif tag == "a" and element.silent and not element.text_size and element.get("href"):
            element.pictures, element.silent = 1, 0


def _sum_up(element: Element) -> None:
    for child in element.children:
        if isinstance(child, str):
            element.text_size += len(" ".join(child.split()))
            continue
        element.text_size += child.text_size
        element.blocks += child.blocks + (child.tag in BLOCK_TAGS or child.tag == "br")
        element.breaks += child.breaks + (child.tag == "br")
        element.tables += child.tables + (child.tag == "table")
        element.silent += child.silent
        element.pictures += child.pictures


def rows_of(table: Element) -> list[Element]:
    """The rows of a table, not those of tables within it."""
    rows: list[Element] = []
    for child in table.children:
        if isinstance(child, Element):
            if child.tag == "tr":
                rows.append(child)
            elif child.tag in _ROW_GROUPS:
                rows += [row for row in child.children if isinstance(row, Element) and row.tag == "tr"]
    return rows


def cells_of(row: Element) -> list[Element]:
    """The cells of a row."""
    return [child for child in row.children if isinstance(child, Element) and child.tag in {"td", "th"}]


def is_filled(element: Element) -> bool:
    """Whether there is anything to see in it."""
    return bool(element.text_size or element.pictures)


def height_of(element: Element) -> float:
    """How high it is at least, in pixels, where it says so."""
    return (element.css.height if element.css.height is not None else read_pixels(element.get("height"))) or 0.0


def is_pixel(image: Element) -> bool:
    """Whether a picture is a spacer, or there to be counted."""
    css = image.css
    width = css.width if css.width is not None else read_pixels(image.get("width"))
    height = css.height if css.height is not None else read_pixels(image.get("height"))
    return min(_PIXEL if width is None else width, _PIXEL if height is None else height) < _PIXEL


def picture_words(image: Element) -> str:
    """What is shown for a picture: its alternative text in brackets; empty without one."""
    alt = " ".join(image.get("alt").split())
    return f"[{alt[:_MAX_ALT]}]" if alt else ""


def tick_box(entry: Element) -> str:
    """A box to tick, as lists of tasks have them; empty for other fields of a form."""
    if entry.get("type").lower() not in {"checkbox", "radio"}:
        return ""
    return "[x] " if "checked" in entry.attributes else "[ ] "


def own_text(element: Element) -> str:
    """The words of a small element; of a large one, the first."""
    words: list[str] = []
    waiting: list[Element | str] = [element]
    for _ in range(_MAX_LOOKED_AT):
        if not waiting:
            break
        item = waiting.pop()
        if isinstance(item, str):
            words.append(item)
        else:
            waiting += reversed(item.children)
    return " ".join("".join(words).split())


def first_within(element: Element, *, looks: int = 20) -> list[Element]:
    """The element and the first ones in it, in order."""
    found: list[Element] = []
    waiting = [element]
    while waiting and len(found) < looks:
        item = waiting.pop()
        found.append(item)
        waiting += [child for child in reversed(item.children[:looks]) if isinstance(child, Element)]
    return found
