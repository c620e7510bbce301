"""Tables of a mail: columns aligned, words wrapped in the widest of them; label and value lines where that is not
enough. Pure."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import zip_longest

from rich.cells import cell_len

from tuimail.domain.body import Block, Span, Style
from tuimail.ui.wrapping import pieces, wrap

GAP = "  "
MIN_WRAPPED = 14
"""Narrower columns of words are hard to read."""
MAX_WORD = 24
"""Longer words may be broken, as addresses of pages are."""
_MAX_SHARE = 6
"""So many lines of a cell beside short ones are easier to read as label and value."""

Cell = tuple[Span, ...]
Row = tuple[Cell, ...]


def table_rows(block: Block, width: int) -> list[Cell]:
    """The table's lines as spans, none wider than ``width``."""
    columns = max((len(row) for row in block.cells), default=0)
    natural = _column_widths(block.cells, columns)
    widths = _fitted(block.cells, natural, width)
    if widths is None:
        return _listed(block, columns, width)
    return _aligned(block, widths, width)


def _text(cell: Cell) -> str:
    return "".join(span.text for span in cell)


def _is_across(row: Row, columns: int) -> bool:
    return len(row) == 1 and columns > 1


def _column_widths(rows: tuple[Row, ...], columns: int) -> list[int]:
    own = [row for row in rows if not _is_across(row, columns)]
    return [max((cell_len(_text(row[at])) for row in own if at < len(row)), default=0) for at in range(columns)]


def _fitted(rows: tuple[Row, ...], natural: list[int], width: int) -> list[int] | None:
    """The widths of the columns, the widest made narrower; None where too little would be left for reading."""
    room = width - len(GAP) * max(0, len(natural) - 1)
    if sum(natural) <= room:
        return natural
    share = _share(natural, room)
    widths = [min(each, share) for each in natural]
    for at, (cut, whole) in enumerate(zip(widths, natural, strict=True)):
        if cut < whole and cut < max(MIN_WRAPPED, min(MAX_WORD, _longest_word(rows, at))):
            return None
    highest = max((-(-whole // max(1, cut)) for cut, whole in zip(widths, natural, strict=True)), default=1)
    if highest > _MAX_SHARE:
        return None
    # What the division left over goes to the widest column.
    widths[natural.index(max(natural))] += room - sum(widths)
    return widths


def _share(natural: list[int], room: int) -> int:
    """The width at which the widest columns are cut, so that all take the room together."""
    left = sorted(natural)
    for number, each in enumerate(left):
        share = room // (len(left) - number)
        if each > share:
            return max(0, share)
        room -= each
    return max(left, default=0)


def _longest_word(rows: tuple[Row, ...], at: int) -> int:
    words = (word for row in rows if len(row) > 1 and at < len(row) for word in _text(row[at]).split())
    return max(map(cell_len, words), default=0)


def _is_number(text: str) -> bool:
    """Whether this is an amount, a count or the like: mostly digits, or digits with a currency or a unit."""
    digits = sum(char.isdigit() for char in text)
    others = sum(char.isalpha() for char in text)
    return digits > 0 and (digits * 2 >= len(text.replace(" ", "")) or (others <= 3 and digits >= others))  # noqa: PLR2004 (EUR)


def _aligned(block: Block, widths: list[int], width: int) -> list[Cell]:
    columns = len(widths)
    body = [row for row in (block.cells[1:] if block.has_header else block.cells) if not _is_across(row, columns)]
    numeric = [_is_numeric([row[at] for row in body if at < len(row)]) for at in range(columns)]
    lines: list[Cell] = []
    for number, row in enumerate(block.cells):
        is_header = block.has_header and number == 0
        cells = tuple(tuple(_bold(span) for span in cell) for cell in row) if is_header else row
        if _is_across(row, columns):
            lines += _wrapped(cells[0], width)
            continue
        pieces = [_wrapped(cell, widths[at]) for at, cell in enumerate(cells)]
        for parts in zip_longest(*pieces, fillvalue=()):
            lines.append(_line(parts, widths, numeric))
        if is_header:
            lines.append((Span(text=GAP.join("─" * each for each in widths), style=Style.DIM),))
    return lines


def _is_numeric(cells: list[Cell]) -> bool:
    texts = [text for cell in cells if (text := _without_mark(cell).strip())]
    return bool(texts) and all(map(_is_number, texts))


def _without_mark(cell: Cell) -> str:
    """The words of a cell without the number behind a link."""
    return "".join(span.text for span in cell if span.link is None or span.style != Style.DIM)


def _line(parts: tuple[Cell, ...], widths: list[int], numeric: list[bool]) -> Cell:
    spans: list[Span] = []
    for at, cell in enumerate(parts):
        space = " " * (widths[at] - cell_len(_text(cell)))
        is_last = at + 1 == len(parts)
        before = space if numeric[at] else ""
        # Nothing stands to the right of the last column that its end would have to line up with.
        after = "" if numeric[at] or is_last else space
        spans += [*_padding(before), *cell, *_padding(after)]
        if not is_last:
            spans.append(Span(text=GAP))
    while spans and not spans[-1].text.strip():
        spans.pop()
    return tuple(spans)


@lru_cache(maxsize=128)
def _padding(space: str) -> tuple[Span, ...]:
    return (Span(text=space),) if space else ()


def _bold(span: Span) -> Span:
    return Span(text=span.text, style=span.style | Style.BOLD, link=span.link)


def _wrapped(cell: Cell, width: int) -> list[Cell]:
    """A cell in lines of this width."""
    text = _text(cell)
    if cell_len(text) <= width:
        return [cell]
    return [
        tuple(Span(text=piece, style=span.style, link=span.link) for span, piece in found)
        for found in pieces(cell, wrap(text, max(1, width)))
    ]


def _listed(block: Block, columns: int, width: int) -> list[Cell]:
    """Row after row, each cell on a line of its own behind its column's header."""
    has_header = block.has_header and bool(block.cells)
    labels = [_text(cell) for cell in block.cells[0]] if has_header else []
    lines: list[Cell] = []
    for rows in _whole_rows(block, 1 if has_header else 0):
        if lines:
            lines.append(())
        if _is_across(rows[0], columns):
            lines += [line for row in rows for line in _wrapped(row[0], width)]
            continue
        lines += _listed_row(rows, labels, width)
    return lines


def _whole_rows(block: Block, start: int) -> Iterator[list[Row]]:
    """The rows with those that go on with them."""
    going_on = set(block.goes_on)
    whole: list[Row] = []
    for number in range(start, len(block.cells)):
        if whole and number not in going_on:
            yield whole
            whole = []
        whole.append(block.cells[number])
    if whole:
        yield whole


def _listed_row(rows: list[Row], labels: list[str], width: int) -> list[Cell]:
    lines: list[Cell] = []
    for column in range(max(map(len, rows))):
        cells = [row[column] for row in rows if column < len(row) and _text(row[column]).strip()]
        if not cells:
            continue
        label = labels[column] if column < len(labels) else ""
        if not label and lines and len(rows) > 1:
            lines.append(())
        lines += _labelled(label, cells[0], width)
        indent = GAP if label else ""
        lines += [
            (Span(text=indent), *line) if indent else line
            for cell in cells[1:]
            for line in _wrapped(cell, width - len(indent))
        ]
    return lines


def _labelled(label: str, cell: Cell, width: int) -> list[Cell]:
    if not label:
        return _wrapped(cell, width)
    head = Span(text=f"{label}: ", style=Style.DIM)
    if cell_len(head.text) + cell_len(_text(cell)) <= width:
        return [(head, *cell)]
    inner = ((Span(text=GAP), *line) for line in _wrapped(cell, max(1, width - len(GAP))))
    return [*_wrapped((head,), width), *inner]
