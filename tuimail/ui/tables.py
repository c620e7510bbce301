"""Tables of a mail: columns aligned where they fit, otherwise label and value lines. Pure."""

from rich.cells import cell_len

from tuimail.domain.body import Block, Span, Style
from tuimail.ui.fit import truncate

GAP = "  "
Cell = tuple[Span, ...]


def table_rows(block: Block, width: int) -> list[Cell]:
    """The table's lines as spans, none wider than ``width``."""
    widths = _column_widths(block)
    if sum(widths) + len(GAP) * max(0, len(widths) - 1) <= width:
        return _aligned(block, widths)
    return _listed(block, width)


def _text(cell: Cell) -> str:
    return "".join(span.text for span in cell)


def _column_widths(block: Block) -> list[int]:
    columns = max((len(row) for row in block.cells), default=0)
    return [max(cell_len(_text(row[column])) for row in block.cells if column < len(row)) for column in range(columns)]


def _is_number(text: str) -> bool:
    digits = sum(char.isdigit() for char in text)
    return digits > 0 and digits * 2 >= len(text.replace(" ", ""))


def _aligned(block: Block, widths: list[int]) -> list[Cell]:
    body = block.cells[1:] if block.has_header else block.cells
    numeric = [
        all(_is_number(_text(row[column])) for row in body if column < len(row) and _text(row[column]))
        and any(column < len(row) and _text(row[column]) for row in body)
        for column in range(len(widths))
    ]
    lines: list[Cell] = []
    for number, row in enumerate(block.cells):
        spans: list[Span] = []
        is_header = block.has_header and number == 0
        for column, cell in enumerate(row):
            space = " " * (widths[column] - cell_len(_text(cell)))
            styled = tuple(_bold(span) for span in cell) if is_header else cell
            padding = (Span(text=space),) if space else ()
            spans += [*padding, *styled] if numeric[column] else [*styled, *padding]
            if column + 1 < len(row):
                spans.append(Span(text=GAP))
        lines.append(tuple(spans))
        if is_header:
            lines.append((Span(text=GAP.join("─" * each for each in widths), style=Style.DIM),))
    return lines


def _bold(span: Span) -> Span:
    return Span(text=span.text, style=span.style | Style.BOLD, link=span.link)


def _listed(block: Block, width: int) -> list[Cell]:
    labels = [_text(cell) for cell in block.cells[0]] if block.has_header and block.cells else []
    lines: list[Cell] = []
    for row in block.cells[1:] if labels else block.cells:
        if lines:
            lines.append(())
        for column, cell in enumerate(row):
            text = _text(cell)
            if not text.strip():
                continue
            label = labels[column] if column < len(labels) else ""
            lines += _labelled(label, cell, width)
    return lines


def _labelled(label: str, cell: Cell, width: int) -> list[Cell]:
    head = (Span(text=f"{truncate(label, width // 2)}: ", style=Style.DIM),) if label else ()
    room = width - sum(cell_len(span.text) for span in head)
    if cell_len(_text(cell)) <= room:
        return [(*head, *cell)]
    return [*([head] if head else []), *_folded(cell, max(1, width - len(GAP)))]


def _folded(cell: Cell, width: int) -> list[Cell]:
    """A long cell word by word, each line indented."""
    lines: list[Cell] = []
    line: list[Span] = []
    used = 0
    for span in cell:
        for word in span.text.split():
            cells = min(cell_len(word), width)
            if line and used + 1 + cells > width:
                lines.append((Span(text=GAP), *line))
                line, used = [], 0
            gap = " " if line else ""
            line.append(Span(text=gap + truncate(word, width), style=span.style, link=span.link))
            used += len(gap) + cells
    if line:
        lines.append((Span(text=GAP), *line))
    return lines
