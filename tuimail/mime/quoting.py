"""The text of an answer: attribution, quotation and the header of a forwarded mail, all from what was visible."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import tzinfo

from tuimail.domain.address import format_addresses
from tuimail.domain.body import Block, BlockKind, Span
from tuimail.domain.message import Message
from tuimail.mime.text import is_link_mark

_WIDTH = 72
"""Cells of a line that is cut here, its marks included."""
_LONG_LINE = 76
"""Lines of the author's own cutting stay as they are up to this width: the composer shows it whole in 80 columns."""
_LEAST = 20
"""Room for words, however deep the quotation."""

# Where text is written without spaces, a line may end behind each character, but no line begins with a closing mark.
_WIDE = (
    "\u2e80-\u2fdf\u3003-\u3007\u3012-\u303f\u3041-\u30ff\u3100-\u318f\u31a0-\ua4cf\uf900-\ufaff"
    "\uff10-\uff5a\U00020000-\U0003ffff"
)
_CLOSING = (
    "\u3001\u3002\u3009\u300b\u300d\u300f\u3011\u3015\u3017\u30fb\u30fc\u2026"
    "\uff01\uff09\uff0c\uff0e\uff1a\uff1b\uff1f\uff3d\uff5d"
)
_OPENING = "\u3008\u300a\u300c\u300e\u3010\u3014\u3016\uff08\uff3b\uff5b"
_QUOTED = re.compile(r"(>+) ?(.*)\Z")
_UNIT = re.compile(rf"[{_OPENING}]*(?:[{_WIDE}]|[^\s{_WIDE}{_OPENING}]+)[{_CLOSING}]*\s*|\S+?\s*")

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def attribution(message: Message, zone: tzinfo) -> str:
    """The line above a quotation, in English whatever the locale."""
    writer = message.sender[0].short if message.sender else "somebody"
    when = _moment(message, zone)
    return f"On {when}, {writer} wrote:" if when else f"{writer} wrote:"


def quotation(message: Message) -> str:
    """The message quoted; its signature, the numbers of links and what this program said in its place stay out.

    A paragraph that is cut keeps the space at the end of its lines, so that it goes out as one (RFC 3676 section 4.2).
    """
    kept = [block for block in message.blocks if block.kind is not BlockKind.SIGNATURE and not block.is_told]
    lines: list[str] = []
    for block in kept:
        marks = ">" * (block.quote + 1)
        lines += [f"{marks} {line}" if line else marks for line in _lines(block, len(marks) + 1, _words)]
    return "\n".join(_without_edges(lines, ">"))


def cut_quotations(text: str) -> str:
    """Long lines of quotations cut as ``quotation`` does it, so that each line has its marks."""
    lines: list[str] = []
    for line in text.split("\n"):
        match = _QUOTED.match(line)
        if match is None or _cells(line) <= _LONG_LINE:
            lines.append(line)
        else:
            room = max(_LEAST, _WIDTH - len(match[1]) - 1)
            lines += [f"{match[1]} {piece}" for piece in _cut(match[2], room)]
    return "\n".join(lines)


def forwarded(message: Message, zone: tzinfo) -> str:
    """The message below a header of its own, links written out."""
    targets = {link.number: link.url for link in message.links}

    def words(spans: tuple[Span, ...]) -> str:
        return _words_and_targets(spans, targets)

    lines: list[str] = []
    for block in message.blocks:
        if block.is_told:
            continue
        marks = ">" * block.quote + " " if block.quote else ""
        cut = _lines(block, len(marks), words)
        lines += [marks + line if line.strip() or not marks else marks.rstrip() for line in cut]
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


def _lines(block: Block, marks: int, words: Callable[[tuple[Span, ...]], str]) -> list[str]:
    """The block's lines beside ``marks`` cells that are taken."""
    if block.kind is BlockKind.BLANK:
        return [""]
    if block.kind is BlockKind.RULE:
        return ["-" * 20]
    if block.kind is BlockKind.TABLE:
        return ["  ".join(words(cell) for cell in row).rstrip() for row in block.cells]
    text = words(block.spans)
    first = " " * block.indent + block.lead
    # Paragraphs of a page have no lines of their own.
    limit = _LONG_LINE if block.kind is BlockKind.TEXT else _WIDTH
    if block.kind in {BlockKind.PRE, BlockKind.SIGNATURE} or (not block.lead and _cells(first + text) <= limit - marks):
        return [first + text]
    room = max(_LEAST, _WIDTH - marks - len(first))
    cut = list(_cut(text, room))
    return [(first if number == 0 else " " * len(first)) + line for number, line in enumerate(cut)] or [first]


def _cut(text: str, room: int) -> Iterator[str]:
    """Lines of so many cells; a word that is longer stays whole, since it may be an address."""
    line = ""
    for unit in _UNIT.findall(text):
        if line and _cells(line) + _cells(unit.rstrip()) > room:
            yield line
            line = ""
        line += unit
    if line.strip():
        yield line.rstrip()


def _cells(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
        for char in text
    )


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
