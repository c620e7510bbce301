"""Elements of a page as the reader needs them, with the measures that tell a data table from a layout."""

from msgspec import Struct, field

from tuimail.mime.html_style import NOTHING, Css

BLOCK_TAGS = frozenset(
    {"address", "article", "aside", "blockquote", "caption", "center", "dd", "details", "div", "dl", "dt", "figcaption"}
    | {"figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "li", "main", "nav", "ol", "p", "pre"}
    | {"section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "menu", "dir", "hr"}
)
_ROW_GROUPS = frozenset({"tbody", "thead", "tfoot"})

MAX_SHORT_CELL = 60
MAX_HEADED_CELL = 300
MAX_COLUMNS = 12
_MAX_ROW_TEXT = 100
_MIN_ROWS = 3


class Element(Struct, eq=False):
    """A visible element; ``children`` are elements and texts in order."""

    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    css: Css = NOTHING
    children: list["Element | str"] = field(default_factory=list)
    text_size: int = 0
    """Characters of all texts in it."""
    blocks: int = 0
    """Block elements and line breaks in it."""
    tables: int = 0
    images: int = 0

    def get(self, name: str) -> str:
        """An attribute's value, empty if it has none."""
        return self.attributes.get(name) or ""


def measure(elements: list[Element]) -> None:
    """Fill the measures of elements given in document order, so that each child comes after its parent."""
    for element in reversed(elements):
        for child in element.children:
            if isinstance(child, str):
                element.text_size += len(" ".join(child.split()))
                continue
            element.text_size += child.text_size
            element.blocks += child.blocks + (child.tag in BLOCK_TAGS or child.tag == "br")
            element.tables += child.tables + (child.tag == "table")
            element.images += child.images + (child.tag == "img")


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


def is_filled(cell: Element) -> bool:
    """Whether there is anything to see in a cell."""
    return bool(cell.text_size or cell.images)


def is_data_table(table: Element) -> bool:
    """Whether columns mean something: header cells, a border, or rows of short cells that repeat."""
    if table.tables:
        return False
    rows = [cells for row in rows_of(table) if (cells := cells_of(row))]
    widths = [sum(map(is_filled, cells)) for cells in rows]
    if sum(width > 1 for width in widths) < 2 or max(map(len, rows)) > MAX_COLUMNS:  # noqa: PLR2004 (rows make a table)
        return False
    cells = [cell for row in rows for cell in row]
    largest = max(cell.text_size for cell in cells)
    if any(cell.tag == "th" for cell in cells) or table.get("border") not in {"", "0"}:
        return largest <= MAX_HEADED_CELL
    if largest > MAX_SHORT_CELL or table.images or any(cell.blocks > 1 for cell in cells):
        return False
    repeated = sum(width == max(widths) for width in widths)
    return repeated >= _MIN_ROWS or all(_ends_in_number(row) for row in rows)


def is_short_row(row: Element) -> bool:
    """Whether the cells of a layout row read as one line, such as a label and its amount, or a few links."""
    cells = [cell for cell in cells_of(row) if is_filled(cell)]
    return (
        len(cells) > 1
        and sum(cell.text_size for cell in cells) <= _MAX_ROW_TEXT
        and all(not cell.tables and cell.blocks <= 1 and cell.text_size <= MAX_SHORT_CELL for cell in cells)
    )


def bullet_of(row: Element) -> str:
    """The sign in the first cell of a row that is made to look like a list item; empty if it is none."""
    cells = [cell for cell in cells_of(row) if is_filled(cell)]
    if len(cells) != 2 or cells[0].text_size > 3 or cells[0].images or cells[1].text_size < MAX_SHORT_CELL:  # noqa: PLR2004 (two cells, "12.")
        return ""
    return own_text(cells[0])


def own_text(element: Element) -> str:
    """The words of a small element."""
    words: list[str] = []
    waiting: list[Element | str] = [element]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            words.append(item)
        else:
            waiting += reversed(item.children)
    return " ".join("".join(words).split())


def _ends_in_number(cells: list[Element]) -> bool:
    last = next((cell for cell in reversed(cells) if is_filled(cell)), None)
    return last is not None and any(char.isdigit() for char in own_text(last))
