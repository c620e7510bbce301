"""Pictures of a page: counted, because none is loaded, and named by their link where nothing else names them."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from tuimail.domain.body import Block, BlockKind, Span
from tuimail.mime.links import LinkBook


class Pictures(Struct):
    """What was not loaded."""

    remote: int = 0

    def count(self, source: str | None) -> None:
        """Take note of a picture's address."""
        self.remote += (source or "").strip().lower().startswith(("http:", "https:", "//"))


def stand_in(book: LinkBook, number: int) -> str:
    """What is shown for a linked picture without words of its own: where the link leads."""
    return f"[{book.targets[number - 1].host or 'picture'}]"


def without_echoes(blocks: list[Block], book: LinkBook) -> list[Block]:
    """Take out hosts that stand for pictures where the same link has words elsewhere; shops link both."""
    named = {target.number: stand_in(book, target.number) for target in book.targets if target.text}
    kept: list[Block] = []
    for block in blocks:
        bare = _without_stand_ins(block, named)
        if bare is None or (bare.kind is BlockKind.BLANK and (not kept or kept[-1].kind is BlockKind.BLANK)):
            continue
        kept.append(bare)
    return kept


def _without_stand_ins(block: Block, named: dict[int, str]) -> Block | None:
    """The block without them; None where nothing is left of it."""
    if block.cells:
        rows = [tuple(tuple(_other_spans(cell, named)) for cell in row) for row in block.cells]
        if all(map(_has_words, rows)):
            return block if tuple(rows) == block.cells else replace(block, cells=tuple(rows))
        return _without_empty_rows(block, rows)
    spans = tuple(_other_spans(block.spans, named))
    if len(spans) == len(block.spans):
        return block
    return replace(block, spans=spans) if any(span.text.strip() for span in spans) else None


def _without_empty_rows(block: Block, rows: list[tuple[tuple[Span, ...], ...]]) -> Block | None:
    kept: list[tuple[tuple[Span, ...], ...]] = []
    goes_on: list[int] = []
    continues = False
    for number, row in enumerate(rows):
        # The row under one that is gone begins in its place.
        continues = continues and number in block.goes_on
        if _has_words(row):
            if continues:
                goes_on.append(len(kept))
            kept.append(row)
            continues = True
    return replace(block, cells=tuple(kept), goes_on=tuple(goes_on)) if kept else None


def _has_words(row: tuple[tuple[Span, ...], ...]) -> bool:
    return any(span.text.strip() for cell in row for span in cell)


def _other_spans(spans: tuple[Span, ...], named: dict[int, str]) -> Iterator[Span]:
    dropped: int | None = None
    for span in spans:
        if span.link is not None and span.text.strip() == named.get(span.link):
            dropped = span.link
        elif dropped is None or span.link != dropped:
            dropped = None
            yield span
