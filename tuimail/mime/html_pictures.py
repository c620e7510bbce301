"""Pictures of a page: counted, because none is loaded, and named by their link where nothing else names them."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from tuimail.domain.body import Block, BlockKind, Span
from tuimail.mime.links import LinkBook


class Pictures(Struct):
    """What was not loaded."""

    remote: int = 0


def stand_in(book: LinkBook, number: int) -> str:
    """What is shown for a linked picture without words of its own: where the link leads."""
    return f"[{book.targets[number - 1].host or 'picture'}]"


def without_echoes(blocks: list[Block], book: LinkBook) -> list[Block]:
    """Take out hosts that stand for pictures where the same link has words elsewhere; shops link both."""
    named = {target.number: stand_in(book, target.number) for target in book.targets if target.text}
    kept: list[Block] = []
    for block in blocks:
        spans = tuple(_without_stand_ins(block.spans, named))
        if len(spans) < len(block.spans) and not any(span.text.strip() for span in spans):
            continue
        if block.kind is BlockKind.BLANK and (not kept or kept[-1].kind is BlockKind.BLANK):
            continue
        kept.append(replace(block, spans=spans) if len(spans) < len(block.spans) else block)
    return kept


def _without_stand_ins(spans: tuple[Span, ...], named: dict[int, str]) -> Iterator[Span]:
    dropped: int | None = None
    for span in spans:
        if span.link is not None and span.text.strip() == named.get(span.link):
            dropped = span.link
        elif dropped is None or span.link != dropped:
            dropped = None
            yield span
