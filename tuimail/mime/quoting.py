"""The text of an answer: attribution, quotation and the header of a forwarded mail, all from what was visible."""

import textwrap
from collections.abc import Callable
from datetime import tzinfo

from tuimail.domain.address import format_addresses
from tuimail.domain.body import Block, BlockKind, Span
from tuimail.domain.message import Message
from tuimail.mime.text import is_link_mark

_WIDTH = 72
_LONG_LINE = 100
"""Lines of the author's own cutting stay as they are up to this length."""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def attribution(message: Message, zone: tzinfo) -> str:
    """The line above a quotation, in English whatever the locale."""
    writer = message.sender[0].short if message.sender else "somebody"
    when = _moment(message, zone)
    return f"On {when}, {writer} wrote:" if when else f"{writer} wrote:"


def quotation(message: Message) -> str:
    """The message quoted; its signature and the numbers of links stay out."""
    kept = [block for block in message.blocks if block.kind is not BlockKind.SIGNATURE]
    lines: list[str] = []
    for block in kept:
        marks = ">" * (block.quote + 1)
        width = _WIDTH - len(marks)
        lines += [f"{marks} {line}" if line else marks for line in _lines(block, width, _words)]
    return "\n".join(_without_edges(lines, ">"))


def forwarded(message: Message, zone: tzinfo) -> str:
    """The message below a header of its own, links written out."""
    targets = {link.number: link.url for link in message.links}

    def words(spans: tuple[Span, ...]) -> str:
        return _words_and_targets(spans, targets)

    lines: list[str] = []
    for block in message.blocks:
        marks = ">" * block.quote + " " if block.quote else ""
        lines += [(marks + line).rstrip() if line != "-- " else line for line in _lines(block, _WIDTH, words)]
    header = [
        ("From", format_addresses(message.sender)),
        ("Date", _moment(message, zone)),
        ("Subject", message.subject),
        ("To", format_addresses(message.to)),
        ("Cc", format_addresses(message.cc)),
    ]
    told = [f"{name}: {value}" for name, value in header if value]
    return "\n".join(["---------- Forwarded message ----------", *told, "", *_without_edges(lines, "")])


def _moment(message: Message, zone: tzinfo) -> str:
    if message.sent_at is None:
        return ""
    local = message.sent_at.astimezone(zone)
    return f"{_DAYS[local.weekday()]}, {local.day} {_MONTHS[local.month - 1]} {local.year} at {local:%H:%M}"


def _lines(block: Block, width: int, words: Callable[[tuple[Span, ...]], str]) -> list[str]:
    if block.kind is BlockKind.BLANK:
        return [""]
    if block.kind is BlockKind.RULE:
        return ["-" * 20]
    if block.kind is BlockKind.TABLE:
        return ["  ".join(words(cell) for cell in row).rstrip() for row in block.cells]
    text = words(block.spans)
    first = " " * block.indent + block.lead
    # Paragraphs of a page have no lines of their own.
    limit = _LONG_LINE if block.kind is BlockKind.TEXT else width
    if block.kind in {BlockKind.PRE, BlockKind.SIGNATURE} or (not block.lead and len(first + text) <= limit):
        return [first + text]
    rest = " " * len(first)
    return textwrap.wrap(
        text,
        max(20, width),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first]


def _words(spans: tuple[Span, ...]) -> str:
    return "".join(span.text for span in spans if not is_link_mark(span))


def _words_and_targets(spans: tuple[Span, ...], targets: dict[int, str]) -> str:
    pieces: list[str] = []
    for span in spans:
        if span.link is None or not is_link_mark(span):
            pieces.append(span.text)
            continue
        url = targets.get(span.link, "")
        # An address that is its own text is not written twice.
        if url and url.rstrip("/") not in "".join(pieces):
            pieces.append(f" <{url}>")
    return "".join(pieces)


def _without_edges(lines: list[str], blank: str) -> list[str]:
    start, end = 0, len(lines)
    while start < end and lines[start] == blank:
        start += 1
    while end > start and lines[end - 1] == blank:
        end -= 1
    return lines[start:end]
