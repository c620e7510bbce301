"""What the tables of a page are for: data in columns, or the layout of what only flows; and where data cells stand."""

import re
from collections.abc import Callable

from tuimail.domain.body import Block, BlockKind, Span, Style
from tuimail.mime.html_tree import Element, cells_of, is_filled, own_text, rows_of

Lines = list[tuple[Span, ...]]
"""What stands in one cell."""

MAX_COLUMNS = 16
MAX_CELLS = 10_000
"""Cells of one table that are read."""
MAX_SHORT_CELL = 60
_MAX_ROWSPAN = 1000
_MAX_HEADED_CELL = 400
_MAX_LABEL = 30
_MAX_VALUE = 200
_MAX_ITEM = 200
_MAX_AMOUNT = 24
_MAX_ROW_TEXT = 100
_MAX_CARD = 400
_MAX_CARDS = 4
_MAX_CARD_LINES = 8
_MAX_CARD_WIDTH = 34
_MAX_CARDS_WIDTH = 96
_NUMBER = re.compile(r"\d")
_PLAIN = frozenset({BlockKind.TEXT, BlockKind.HEADING})
_PAIR = 2


def is_data_table(table: Element) -> bool:
    """Whether columns mean something: header cells, a border, amounts, or rows of short cells that repeat."""
    rows = [cells for row in rows_of(table) if (cells := [cell for cell in cells_of(row) if is_filled(cell)])]
    wide = [cells for cells in rows if len(cells) > 1]
    if len(wide) < _PAIR or any(len(cells_of(row)) > MAX_COLUMNS for row in rows_of(table)):
        return False
    cells = [cell for row in rows for cell in row]
    if any(cell.tables > 1 or cell.pictures for cell in cells):
        return False
    is_plain = not table.tables
    largest = max(cell.text_size for cell in cells)
    if is_plain and (any(cell.tag == "th" for cell in cells) or _is_framed(table, wide)):
        return largest <= _MAX_HEADED_CELL
    if len(wide) * 2 < len(rows):
        return False
    amounts = sum(ends_in_amount(row) for row in wide)
    if amounts * 5 >= len(wide) * 3 and amounts > 1:
        return all(cell.text_size <= _MAX_ITEM for cell in cells) and all(_has_few_lines(cell, 6) for cell in cells)
    if any(bullet_of(row) for row in rows_of(table)):
        return False
    if all(len(row) == _PAIR and row[0].text_size <= _MAX_LABEL and row[0].blocks <= 1 for row in wide):
        return len(wide) > _PAIR and largest <= _MAX_VALUE and all(_has_few_lines(cell, 6) for cell in cells)
    is_even = len({len(row) for row in wide}) == 1 and len(wide) == len(rows)
    return is_even and largest <= MAX_SHORT_CELL and is_plain and all(_has_few_lines(cell, 1) for cell in cells)


def is_short_row(row: Element) -> bool:
    """Whether the cells of a layout row read as one line, such as a label and its amount, or a few links."""
    cells = [cell for cell in cells_of(row) if is_filled(cell)]
    return (
        len(cells) > 1
        and sum(cell.text_size for cell in cells) <= _MAX_ROW_TEXT
        and all(cell.tables <= 1 and not cell.breaks and cell.blocks <= 1 + 4 * cell.tables for cell in cells)
        and all(cell.text_size <= MAX_SHORT_CELL for cell in cells)
    )


def may_be_cards(row: Element) -> bool:
    """Whether the cells of a layout row may stand side by side, such as three products or two ends of a flight."""
    cells = [cell for cell in cells_of(row) if is_filled(cell)]
    return 1 < len(cells) <= _MAX_CARDS and row.text_size <= _MAX_CARD and row.tables <= 2 * _MAX_CARDS


def are_cards(cells: list[list[Block]]) -> bool:
    """Whether they do, once their lines are known."""
    lines = [[block for block in blocks if block.kind is not BlockKind.BLANK] for blocks in cells]
    widths = [max((len(block.text) for block in blocks), default=0) for blocks in lines]
    return (
        all(block.kind in _PLAIN and not block.quote and not block.lead for blocks in lines for block in blocks)
        and all(len(blocks) <= _MAX_CARD_LINES for blocks in lines)
        and max(map(len, lines)) > 1
        and max(widths) <= _MAX_CARD_WIDTH
        and sum(widths) <= _MAX_CARDS_WIDTH
    )


def bullet_of(row: Element) -> str:
    """The sign in the first cell of a row that is made to look like a list item; empty if it is none."""
    cells = [cell for cell in cells_of(row) if is_filled(cell)]
    if len(cells) != _PAIR or cells[0].text_size > 3 or cells[0].pictures or cells[1].text_size < MAX_SHORT_CELL:  # noqa: PLR2004 ("12.")
        return ""
    return own_text(cells[0])


def grid_of(table: Element, lines_of: Callable[[Element], Lines]) -> tuple[Block, bool]:
    """A data table as a block, and whether all of it: each cell in its column whatever spans come before it, further
    lines of cells in rows that go on with the one above."""
    rows, columns, is_whole = _with_spans(table)
    weights = _weights(rows, columns)
    cells: list[tuple[tuple[Span, ...], ...]] = []
    goes_on: list[int] = []
    for row in rows:
        shown = {place: (cell, span) for place, (cell, span) in row.items() if is_filled(cell)}
        if not shown:
            continue
        if len(shown) == 1 and (only := next(iter(shown.values())))[1] > 1 and only[1] >= columns:
            cells += [(line,) for line in lines_of(only[0])]
            continue
        texts: dict[int, Lines] = {}
        for place, (cell, span) in shown.items():
            column = max(range(place, min(place + span, columns)), key=weights.__getitem__)
            texts.setdefault(column, []).extend(lines_of(cell))
        height = max(map(len, texts.values()), default=0)
        goes_on += range(len(cells) + 1, len(cells) + height)
        cells += side_by_side([texts.get(column, []) for column in range(columns)])
    return table_block(cells, tuple(goes_on)), is_whole


def side_by_side(cells: list[Lines]) -> list[tuple[tuple[Span, ...], ...]]:
    """Cells of several lines as one row for each line."""
    height = max(map(len, cells), default=0)
    return [tuple(lines[number] if number < len(lines) else () for lines in cells) for number in range(height)]


def table_block(rows: list[tuple[tuple[Span, ...], ...]], goes_on: tuple[int, ...]) -> Block:
    """Rows as a block, without columns that are empty everywhere; a bold first row is its header."""
    width = max(map(len, rows), default=0)
    used = [column for column in range(width) if any(len(row) > column and row[column] for row in rows if len(row) > 1)]
    kept = tuple(tuple(row[column] for column in used) if len(row) > 1 else row for row in rows)
    return Block(kind=BlockKind.TABLE, cells=kept, goes_on=goes_on, has_header=_has_header(kept, goes_on))


def _has_header(rows: tuple[tuple[tuple[Span, ...], ...], ...], goes_on: tuple[int, ...]) -> bool:
    if len(rows) < 2 or len(rows[0]) < 2 or 1 in goes_on:  # noqa: PLR2004 (a header, a row and columns)
        return False
    return _is_bold(rows[0]) and not all(map(_is_bold, rows[1:])) and sum(map(bool, rows[0])) > 1


def _is_bold(row: tuple[tuple[Span, ...], ...]) -> bool:
    return all(Style.BOLD in span.style for cell in row for span in cell if span.text.strip() and span.link is None)


_Places = dict[int, tuple[Element, int]]
"""The cells of a row by their first columns, and how many columns each spans."""


def _with_spans(table: Element) -> tuple[list[_Places], int, bool]:
    """The rows, the number of columns, and whether these are all rows."""
    found: list[_Places] = []
    reaching: dict[int, int] = {}
    columns, left = 0, MAX_CELLS
    for row in rows_of(table):
        if left <= 0:
            return found, columns, False
        places = _placed(cells_of(row), reaching)
        left -= max(1, len(places))
        # Columns that cells of rows above reach into, and for how many rows more.
        reaching = {column: rows - 1 for column, rows in reaching.items() if rows > 1}
        for place, (cell, span) in places.items():
            columns = max(columns, place + span)
            further = _count(cell.get("rowspan"), _MAX_ROWSPAN) - 1
            if further > 0:
                reaching.update(dict.fromkeys(range(place, place + span), further))
        found.append(places)
    return found, columns, True


def _placed(cells: list[Element], taken: dict[int, int]) -> _Places:
    """Cells in the columns that are free. Where spans leave too few, those above no longer count."""
    places: _Places = {}
    column = 0
    for cell in cells:
        while column in taken:
            column += 1
        span = min(_count(cell.get("colspan"), MAX_COLUMNS), MAX_COLUMNS - column)
        if span < 1:
            return {number: (each, 1) for number, each in enumerate(cells)}
        places[column] = (cell, span)
        column += span
    return places


def _weights(rows: list[_Places], columns: int) -> list[int]:
    """The widest single cell of each column: among those that a cell spans, its words disturb least there."""
    weights = [0] * columns
    for row in rows:
        for place, (cell, span) in row.items():
            if span == 1 and place < columns:
                weights[place] = max(weights[place], cell.text_size)
    return weights


def _count(text: str, limit: int) -> int:
    text = text.strip()
    return max(1, min(limit, int(text))) if text.isascii() and text.isdigit() and len(text) < 9 else 1  # noqa: PLR2004 (digits)


def _is_framed(table: Element, rows: list[list[Element]]) -> bool:
    has_border = table.get("border") not in {"", "0"} and "presentation" not in table.get("role")
    return has_border or all(cell.css.is_framed for row in rows[:3] for cell in row)


def _has_few_lines(cell: Element, lines: int) -> bool:
    return cell.blocks <= lines + 4 * cell.tables


def ends_in_amount(cells: list[Element]) -> bool:
    """Whether the last cell of a row is a number, with a currency or without."""
    last = cells[-1]
    return last.text_size <= _MAX_AMOUNT and not last.tables and bool(_NUMBER.search(own_text(last)))
