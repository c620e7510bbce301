"""Text as it was typed, to format=flowed (RFC 3676): paragraphs that any reader may wrap anew, quotes by depth."""

import re
from collections.abc import Iterator

WIDTH = 72
"""Characters of a line before its end, so that readers that know nothing of it show whole lines (RFC 3676 4.2)."""

_SIGNATURE = "-- "
_QUOTE = re.compile(r"^(?:> ?)+")
_WORD = re.compile(r"[^ ]* *")
_LEAST = 20
"""Room for words, however deep the quotation."""


def to_flowed(text: str) -> str:
    """The text's lines, each one a paragraph, broken at spaces that stay at the line's end; ``-- `` stays itself.

    What a person typed with spaces at its end loses them, since they would join it to the next line.
    """
    return "\n".join(flowed for line in text.split("\n") for flowed in _flowed(line))


def _flowed(line: str) -> Iterator[str]:
    quote = _QUOTE.match(line)
    depth = quote[0].count(">") if quote else 0
    content = line[quote.end() :] if quote else line
    marks = ">" * depth
    if content == _SIGNATURE:
        yield f"{marks} {_SIGNATURE}" if marks else _SIGNATURE
        return
    for piece in _pieces(content.rstrip(" "), max(_LEAST, WIDTH - depth)):
        yield f"{marks} {piece}".rstrip() if marks and not piece else f"{marks}{_stuffing(piece, depth)}{piece}"


def _stuffing(piece: str, depth: int) -> str:
    # Below a quotation always, so that a mark of the text is none of ours (RFC 3676 section 4.4).
    return " " if depth or piece.startswith((" ", ">", "From ")) else ""


def _pieces(content: str, width: int) -> Iterator[str]:
    """The content cut after spaces. No piece but the last lacks them, and none looks like a signature's line."""
    piece = ""
    for word in _WORD.findall(content):
        if piece and piece != _SIGNATURE and piece.endswith(" ") and len(piece) + len(word.rstrip(" ")) > width:
            yield piece
            piece = ""
        piece += word
    yield piece
