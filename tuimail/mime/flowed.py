"""format=flowed (RFC 3676), both ways: paragraphs that any reader may wrap anew, quotes by depth."""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

SIGNATURE = "-- "
"""The line above a signature (section 4.3)."""
MAX_QUOTE = 50
WIDTH = 72
"""Characters of a line before its end, so that readers that know nothing of it show whole lines (RFC 3676 4.2)."""

_QUOTE = re.compile(r"^(?:> ?)+")
_WORD = re.compile(r"[^ ]* *")
_LEAST = 20
"""Room for words, however deep the quotation."""


class FlowedLine(Struct):
    """A paragraph, or a line that was ended on purpose."""

    text: str
    quote: int
    is_flowed: bool = False


def to_flowed(text: str) -> str:
    """The text's lines, each one a paragraph, broken at spaces that stay at the line's end; ``-- `` stays itself.

    What a person typed with spaces at its end loses them, since they would join it to the next line. A quoted line
    keeps one before another of its depth: it was cut there when it was quoted.
    """
    lines = text.split("\n")
    return "\n".join(
        flowed for line, below in zip(lines, [*lines[1:], ""], strict=True) for flowed in _flowed(line, below)
    )


def unflow(raw_lines: Sequence[str], *, del_sp: bool) -> list[FlowedLine]:
    """Join flowed lines to paragraphs (RFC 3676 section 4.2 and 4.5): same depth, trailing space, no signature."""
    lines: list[FlowedLine] = []
    pieces: list[str] = []
    for raw in raw_lines:
        content = raw.lstrip(">")
        depth = min(len(raw) - len(content), MAX_QUOTE)
        content = content[1:] if content.startswith(" ") else content
        is_flowed = content.endswith(" ") and content != SIGNATURE
        last = lines[-1] if lines else None
        if last is not None and last.is_flowed and last.quote == depth and content != SIGNATURE:
            pieces.append(content[:-1] if is_flowed and del_sp else content)
            last.is_flowed = is_flowed
        else:
            if lines:
                lines[-1].text = "".join(pieces)
            lines.append(FlowedLine(content, depth, is_flowed))
            pieces = [content[:-1] if is_flowed and del_sp else content]
    if lines:
        lines[-1].text = "".join(pieces)
    return lines


def from_flowed(text: str, *, del_sp: bool = False) -> str:
    """The inverse of ``to_flowed``: a paragraph a line, quoted ones behind their marks."""
    lines = unflow(text.split("\n"), del_sp=del_sp)
    return "\n".join(f"{'>' * line.quote} {line.text}".rstrip(" ") if line.quote else line.text for line in lines)


def _flowed(line: str, below: str) -> Iterator[str]:
    depth, content = _split(line)
    marks = ">" * depth
    if content == SIGNATURE:
        yield f"{marks} {SIGNATURE}" if marks else SIGNATURE
        return
    end = " " if depth and content.endswith(" ") and _goes_on(content, depth, below) else ""
    *first, last = _pieces(content.rstrip(" "), max(_LEAST, WIDTH - depth))
    for piece in (*first, last + end):
        yield f"{marks} {piece}".rstrip() if marks and not piece else f"{marks}{_stuffing(piece, depth)}{piece}"


def _split(line: str) -> tuple[int, str]:
    quote = _QUOTE.match(line)
    return (quote[0].count(">"), line[quote.end() :]) if quote else (0, line)


def _goes_on(content: str, depth: int, below: str) -> bool:
    """Whether a quoted line is one paragraph with the next."""
    its_depth, its_content = _split(below)
    return its_depth == depth and bool(its_content.strip()) and SIGNATURE not in {its_content, content.strip(" ") + " "}


def _stuffing(piece: str, depth: int) -> str:
    # Below a quotation always, so that a mark of the text is none of ours (RFC 3676 section 4.4).
    return " " if depth or piece.startswith((" ", ">", "From ")) else ""


def _pieces(content: str, width: int) -> Iterator[str]:
    """The content cut after spaces. No piece but the last lacks them, and none looks like a signature's line."""
    piece = ""
    for word in _WORD.findall(content):
        if piece and piece != SIGNATURE and piece.endswith(" ") and len(piece) + len(word.rstrip(" ")) > width:
            yield piece
            piece = ""
        piece += word
    yield piece
