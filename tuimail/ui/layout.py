"""Body blocks laid out as lines of a width. Pure: tones, not colours; the reader gives tones their look.

Measured: 100 KB of text in some 15 ms, so a resize lays the whole mail out again.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from itertools import groupby, islice, pairwise
from typing import NamedTuple
from unicodedata import bidirectional

from rich.cells import cell_len, chop_cells

from tuimail.domain.body import Block, BlockKind, Span, Style
from tuimail.ui.reflow import reflow
from tuimail.ui.tables import table_rows
from tuimail.ui.wrapping import pieces, wrap

__all__ = [
    "BAR",
    "EMPTY",
    "FOLD_FROM",
    "MAX_BARS",
    "MAX_WIDTH",
    "RIGHT_TO_LEFT",
    "Line",
    "Run",
    "Tone",
    "as_read",
    "lay_out",
    "wrap",
]

MAX_WIDTH = 100
"""Longer lines are hard to read."""
MAX_LINES = 25_000
BAR = "▎ "
FOLD_FROM = 5
"""Quotations longer than this fold."""
MAX_BARS = 6
"""Deeper quotations get no further bars, so that the text keeps its room."""


class Tone(StrEnum):
    """What a run of text is; the reader has a component class for each."""

    TEXT = "text"
    HEADING = "heading"
    WARNING = "warning"
    MUTED = "muted"
    CODE = "code"
    LINK = "link"
    RULE = "rule"
    QUOTE_1 = "quote1"
    QUOTE_2 = "quote2"
    QUOTE_3 = "quote3"


class Run(NamedTuple):
    """Text in one look."""

    text: str
    tone: Tone = Tone.TEXT
    style: Style = Style.PLAIN
    link: int | None = None


class Line(NamedTuple):
    """One line of the page."""

    runs: tuple[Run, ...] = ()
    head: int = 0
    """So many runs are no words of the text: bars, the room left of it, the sign of a list item."""
    is_rtl: bool = False
    """Whether the paragraph is read from right to left. Its words stand in the order in which they are read."""

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(run.text for run in self.runs)


EMPTY = Line()
RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]")
"""Letters of the scripts that are read so, with what stands among them."""
_QUOTES = (Tone.QUOTE_1, Tone.QUOTE_2, Tone.QUOTE_3)


def as_read(line: Line) -> Line:
    """The line as it stands: the terminal puts right-to-left text in order."""
    return line


@lru_cache(maxsize=8)
def lay_out(
    blocks: tuple[Block, ...], width: int, *, fold_quotes: bool = False, one_block_a_line: bool = False
) -> tuple[Line, ...]:
    """The blocks as lines of at most ``width`` cells and never more than 100.

    ``one_block_a_line``: they are the lines of a plain text body, whose wrapped paragraphs are joined.
    """
    width = max(1, min(width, MAX_WIDTH))
    shown: Iterable[Block] = reflow(blocks, width, bar_width=len(BAR)) if one_block_a_line else blocks
    lines: list[Line] = []
    for is_quoted, group in groupby(shown, key=lambda block: bool(block.quote)):
        together = tuple(group)
        every = (line for block in together for line in _block(block, width))
        laid_out = list(islice(every, MAX_LINES - len(lines)))
        is_folded = fold_quotes and is_quoted and len(laid_out) > FOLD_FROM
        lines += [_folded(together[0].quote, len(laid_out))] if is_folded else laid_out
        if len(lines) >= MAX_LINES:
            words = f"The text is very long; its first {MAX_LINES:,} lines are shown."
            lines.append(Line((Run(words, Tone.MUTED),)))
            break
    return tuple(lines)


def _folded(quote: int, count: int) -> Line:
    """What stands for a long quotation."""
    return Line((*_quote_bars(quote), Run(f"▸ {count} quoted lines", Tone.MUTED, Style.DIM)))


def _block(block: Block, width: int) -> Iterable[Line]:
    lead = _quote_bars(block.quote)
    room = max(8, width - sum(cell_len(run.text) for run in lead) - block.indent)
    if block.indent:
        lead = (*lead, Run(" " * block.indent))
    match block.kind:
        case BlockKind.BLANK:
            return (Line(_quote_bars(block.quote), block.quote),)
        case BlockKind.RULE:
            return (Line((*lead, Run("─" * room, Tone.RULE)), len(lead)),)
        case BlockKind.TABLE:
            return [Line((*lead, *_cells(row, _tone(block))), len(lead)) for row in table_rows(block, room)]
        case BlockKind.PRE:
            return _pre(block, lead, room)
        case _:
            return _paragraph(block, lead, room)


@lru_cache(maxsize=64)
def _quote_bars(depth: int) -> tuple[Run, ...]:
    return tuple(Run(BAR, _QUOTES[level % len(_QUOTES)]) for level in range(min(depth, MAX_BARS)))


def _tone(block: Block) -> Tone:
    if block.kind is BlockKind.HEADING:
        return Tone.HEADING
    if block.kind is BlockKind.SIGNATURE:
        return Tone.MUTED
    if block.kind is BlockKind.PRE:
        return Tone.CODE
    return _QUOTES[(block.quote - 1) % len(_QUOTES)] if block.quote else Tone.TEXT


def _cells(spans: tuple[Span, ...], tone: Tone) -> list[Run]:
    return [_run(span, span.text, tone) for span in spans]


def _run(span: Span, text: str, tone: Tone) -> Run:
    if span.link is not None:
        tone = Tone.LINK
    elif span.style is not Style.PLAIN:
        tone = _tone_of(span.style) or tone
    return Run(text, tone, span.style, span.link)


@lru_cache(maxsize=128)
def _tone_of(style: Style) -> Tone | None:
    if style & Style.LINK:
        return Tone.LINK
    if style & Style.CODE:
        return Tone.CODE
    return Tone.MUTED if style & Style.DIM else None


def _pre(block: Block, lead: tuple[Run, ...], room: int) -> Iterable[Line]:
    spans, text = _numbered(block.spans)
    cuts = [0]
    for piece in chop_cells(text, room) if text else [""]:
        cuts.append(cuts[-1] + len(piece))
    tone = _tone(block)
    for found in pieces(spans, pairwise(cuts)):
        yield Line((*lead, *(_run(span, text, tone) for span, text in found)), len(lead))


def _paragraph(block: Block, lead: tuple[Run, ...], room: int) -> Iterable[Line]:
    tone = _tone(block)
    first, later = lead, lead
    if block.lead:
        hang = cell_len(block.lead)
        first, later = (*lead, Run(block.lead, Tone.MUTED)), (*lead, Run(" " * hang))
        room = max(8, room - hang)
    spans, text = _numbered(block.spans)
    is_rtl = not text.isascii() and _is_rtl(text)
    if len(spans) == 1:
        only = spans[0]
        for start, end in wrap(text, room):
            yield Line((*first, _run(only, text[start:end], tone)), len(first), is_rtl)
            first = later
        return
    for found in pieces(spans, wrap(text, room)):
        yield Line((*first, *(_run(span, piece, tone) for span, piece in found)), len(first), is_rtl)
        first = later


def _is_rtl(text: str) -> bool:
    """Whether its first letter is read from right to left (UAX #9, rule P2)."""
    if not RIGHT_TO_LEFT.search(text):
        return False
    sides = (bidirectional(char) for char in text)
    return next((side for side in sides if side in {"L", "R", "AL"}), "L") != "L"


def _numbered(spans: tuple[Span, ...]) -> tuple[tuple[Span, ...], str]:
    """The spans with tabs made spaces and ``[n]`` after the last span of each link, and their whole text."""
    if any("\t" in span.text for span in spans):
        spans = tuple(Span(text=span.text.expandtabs(8), style=span.style, link=span.link) for span in spans)
    if any(span.link is not None for span in spans):
        spans = _with_numbers(spans)
    return spans, "".join(span.text for span in spans)


def _with_numbers(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    numbered: list[Span] = []
    for place, span in enumerate(spans):
        numbered.append(span)
        following = spans[place + 1].link if place + 1 < len(spans) else None
        mark = f"[{span.link}]"
        if span.link is not None and span.link != following and not span.text.endswith(mark):
            numbered.append(Span(text=mark, style=Style.DIM))
    return tuple(numbered)
