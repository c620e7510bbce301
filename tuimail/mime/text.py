"""Plain text to blocks: quotes by depth, the signature, links, and format=flowed (RFC 3676)."""

import re

from msgspec import Struct

from tuimail.domain.body import Block, BlockKind, Span, Style
from tuimail.domain.clean import clean_block
from tuimail.mime.armor import without_armor
from tuimail.mime.flowed import MAX_QUOTE, SIGNATURE, FlowedLine, unflow
from tuimail.mime.links import LinkBook, find_urls

MAX_LINES = 20_000
MAX_CHARS = 2_000_000

_QUOTE = re.compile(r"^(?:> ?)+")
_UU_BLOCK = re.compile(r"^begin [0-7]{3,4} ([^\n]{1,200})\n(?:[ -`]{1,90}\n){1,100000}+(?:`?\n)?end\n?", re.M)
_YENC_BLOCK = re.compile(
    r"^=ybegin [^\n]{0,100}?size=(\d{1,12}) name=([^\n]{1,200})\n"
    r"(?:(?!=y(?:begin|end) )[^\n]*+\n){1,200000}+=yend [^\n]*\n?",
    re.M,
)
_MAX_SIGNATURE_LINES = 40


class PlainText(Struct, frozen=True, kw_only=True):
    """A text body as blocks."""

    blocks: tuple[Block, ...]
    notes: tuple[str, ...] = ()


def read_text_body(text: str, book: LinkBook, *, flowed: bool = False, del_sp: bool = False) -> PlainText:
    """Blocks of a text body, one a line (or a paragraph of flowed text). Links are numbered in ``book``."""
    notes: list[str] = []
    if len(text) > MAX_CHARS:
        text = text[:MAX_CHARS]
        notes.append(f"Only the first {MAX_CHARS:,} characters of the text are shown.")
    text, armor_notes = without_armor(_without_files(clean_block(text)))
    notes += armor_notes
    raw_lines = text.rstrip().split("\n")
    if len(raw_lines) > MAX_LINES:
        notes.append(f"Showing {MAX_LINES:,} of {len(raw_lines):,} lines.")
        raw_lines = raw_lines[:MAX_LINES]
    lines = unflow(raw_lines, del_sp=del_sp) if flowed else [_split_quote(line) for line in raw_lines]
    signature = _signature_start(lines)
    blocks = [_block(line, book, is_signature=number >= signature) for number, line in enumerate(lines)]
    return PlainText(blocks=tuple(_single_blanks(blocks)), notes=tuple(notes))


def _without_files(text: str) -> str:
    """Files in the text, which are among the attachments, as a line each."""
    if "begin " not in text:
        return text
    named = _UU_BLOCK.sub(lambda found: _file_line(found[1], len(found[0]) * 3 // 4), text)
    return _YENC_BLOCK.sub(lambda found: _file_line(found[2], int(found[1])), named)


def _file_line(name: str, size: int) -> str:
    return f"[File in the text: {name.strip()}, about {size:,} bytes; it is among the attachments]\n"


def _split_quote(line: str) -> FlowedLine:
    match = _QUOTE.match(line)
    if not match:
        return FlowedLine(line, 0)
    depth = match[0].count(">")
    # The last mark keeps at most one space for itself; more belong to the text.
    return FlowedLine(line[match.end() :], min(depth, MAX_QUOTE))


def _signature_start(lines: list[FlowedLine]) -> int:
    """The line from which on the author's signature stands; beyond the end if there is none."""
    for number in range(len(lines) - 1, max(-1, len(lines) - 1 - _MAX_SIGNATURE_LINES), -1):
        if lines[number].text == SIGNATURE and lines[number].quote == 0:
            return number
        if lines[number].quote:
            break
    return len(lines)


def _block(line: FlowedLine, book: LinkBook, *, is_signature: bool) -> Block:
    text = line.text.rstrip() if line.text != SIGNATURE else line.text
    if not text.strip():
        return Block(kind=BlockKind.BLANK, quote=line.quote)
    text = text.expandtabs(8)
    bare = text.lstrip(" ")
    kind = BlockKind.SIGNATURE if is_signature else BlockKind.TEXT
    return Block(kind=kind, spans=_spans(bare, book), quote=line.quote, indent=len(text) - len(bare))


def _spans(text: str, book: LinkBook) -> tuple[Span, ...]:
    places = find_urls(text)
    if not places:
        return (Span(text=text),)
    spans: list[Span] = []
    position = 0
    for start, end in places:
        number = book.number(text[start:end])
        if number is None:
            continue
        # The mark stands behind a closing bracket, so that <address> stays in one piece.
        after = (
            end + 1 if text[end : end + 1] in {">", ")", "]"} and text[start - 1 : start] in {"<", "(", "["} else end
        )
        spans += [Span(text=text[position:start]), Span(text=text[start:end], style=Style.LINK, link=number)]
        spans += [Span(text=text[end:after]), link_mark(number)]
        position = after
    spans.append(Span(text=text[position:]))
    return tuple(span for span in spans if span.text)


def link_mark(number: int) -> Span:
    """The visible number behind a link's words."""
    return Span(text=f" [{number}]", style=Style.DIM, link=number)


def is_link_mark(span: Span) -> bool:
    """Whether a span is a number that we put there, no word of the author."""
    return span.link is not None and span.style == Style.DIM


def _single_blanks(blocks: list[Block]) -> list[Block]:
    """At most one blank line in a row, none at the start."""
    kept: list[Block] = []
    for block in blocks:
        if block.kind is BlockKind.BLANK:
            if not kept:
                continue
            if kept[-1].kind is BlockKind.BLANK:
                if block.quote < kept[-1].quote:
                    kept[-1] = block
                continue
        kept.append(block)
    return kept
