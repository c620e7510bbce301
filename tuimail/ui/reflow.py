"""Paragraphs that their author's program broke at some 72 columns, made whole for a narrower pane. Pure.

A plain text body has a block a line. What somebody broke on purpose (verse, addresses, lists, tables, code) must stay,
so a paragraph is joined only where every one of its line ends is one that wrapping would have made.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise

from msgspec.structs import replace
from rich.cells import cell_len

from tuimail.domain.body import Block, BlockKind, Span, Style

MIN_WRAPPED = 50
"""No program wraps mail at fewer columns; shorter lines were ended by a person."""
_SPACE = Span(text=" ")
_LIST_SIGN = re.compile(r"(?:[-*+•·\u2013\u2014o#|>=_]|\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,4})[.):])\s")
# Two spaces after the end of a sentence are a typist's habit; anywhere else spaces make columns.
_COLUMNS = re.compile(r"\t|\s\|\s|(?<![.!?:])\s{2}|\s{3}")


def reflow(blocks: Iterable[Block], width: int, *, bar_width: int) -> tuple[Block, ...]:
    """The blocks of a plain text body with wrapped paragraphs joined where they are wider than their room.

    ``bar_width`` cells are lost for each depth of quotation.
    """
    joined: list[Block] = []
    for depth, paragraph in _paragraphs(blocks):
        room = width - bar_width * depth
        joined += [_whole(paragraph)] if _was_wrapped(paragraph, room) else paragraph
    return tuple(joined)


def _paragraphs(blocks: Iterable[Block]) -> Iterator[tuple[int, list[Block]]]:
    """Runs of prose at one depth of quotation; what is no prose comes alone."""
    for (is_prose, depth), group in groupby(blocks, key=lambda block: (_is_prose(block), block.quote)):
        if is_prose:
            yield depth, list(group)
        else:
            yield from ((depth, [block]) for block in group)


def _is_prose(block: Block) -> bool:
    if block.kind is not BlockKind.TEXT or block.indent or block.lead:
        return False
    text = block.text
    return _LIST_SIGN.match(text) is None and _COLUMNS.search(text) is None


def _was_wrapped(paragraph: list[Block], room: int) -> bool:
    lines = [_own_words(block) for block in paragraph]
    longest = max(len(line) for line in lines)
    if len(lines) < 2 or longest < MIN_WRAPPED or longest <= room:  # noqa: PLR2004 (one line has no end to judge)
        return False
    # Chinese and Japanese break anywhere and are joined without a space: no first word tells how they were broken.
    if any(cell_len(line) > len(line) for line in lines):
        return False
    return all(len(line) + 1 + len(after.split(" ", 1)[0]) > longest for line, after in pairwise(lines))


def _own_words(block: Block) -> str:
    """The line as its author saw it, without the numbers that we put behind links."""
    return "".join(span.text for span in block.spans if span.link is None or span.style != Style.DIM)


def _whole(paragraph: list[Block]) -> Block:
    spans: list[Span] = []
    for block in paragraph:
        spans += [_SPACE, *block.spans] if spans else block.spans
    return replace(paragraph[0], spans=tuple(_merged(spans)))


def _merged(spans: list[Span]) -> Iterator[Span]:
    """Neighbours of one look as one span, so that plain paragraphs take the quick way through the layout."""
    for (style, link), group in groupby(spans, key=lambda span: (span.style, span.link)):
        yield Span(text="".join(span.text for span in group), style=style, link=link)
