"""Where lines of text break: at spaces, by cells of the terminal, within a word only where it needs more room."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from rich.cells import cell_len, chop_cells

from tuimail.domain.body import Span

# Text that is certainly one cell a character; everything else is measured.
_SINGLE = re.compile(r"[\x20-\x7e\xa0-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u203a\u20ac]*")
# Chinese, Japanese and Korean text, each letter of which is two cells wide; it runs on without spaces.
_DOUBLE = re.compile(r"[\u3001-\u3029\u3041-\u3096\u30a1-\u30fe\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60]+")
# Marks that no line begins with, and those that none ends with (JIS X 4051).
_CLOSING = frozenset(
    "\u3001\u3002\u3009\u300b\u300d\u300f\u3011\u3015\u30fb\u30fc\uff01\uff09\uff0c\uff0e\uff1a\uff1b\uff1f"
)
_OPENING = frozenset("\u3008\u300a\u300c\u300e\u3010\u3014\uff08")
_MOST_CARRIED = 3
_NUMBER = re.compile(r"\[\d{1,4}\]")
_WORDS = re.compile(r"\s+|[^\s]+")


def pieces(spans: tuple[Span, ...], places: Iterable[tuple[int, int]]) -> Iterator[list[tuple[Span, str]]]:
    """For each place in the text of the spans, in order: which of them it touches, and what it has of each."""
    number = at = 0
    for start, end in places:
        while number < len(spans) and at + len(spans[number].text) <= start:
            at += len(spans[number].text)
            number += 1
        found: list[tuple[Span, str]] = []
        before, following = at, number
        while following < len(spans) and before < end:
            span = spans[following]
            found.append((span, span.text[max(0, start - before) : end - before]))
            before += len(span.text)
            following += 1
        yield found


def wrap(text: str, width: int) -> list[tuple[int, int]]:
    """Where each line begins and ends in ``text``: at spaces where possible, inside a long word otherwise."""
    if not text:
        return [(0, 0)]
    if _SINGLE.fullmatch(text) is None:
        return _wrap_cells(text, width)
    lines: list[tuple[int, int]] = []
    start, length = 0, len(text)
    while length - start > width:
        cut = _before_number(text, text.rfind(" ", start, start + width + 1), start)
        if cut <= start:
            lines.append((start, start + width))
            start += width
            continue
        end = cut
        while end > start and text[end - 1] == " ":
            end -= 1
        lines.append((start, end))
        start = cut + 1
    lines.append((start, length))
    return lines


def _before_number(text: str, cut: int, start: int) -> int:
    """A cut one word earlier where the number of a link would begin the next line."""
    if cut > start and text[cut + 1 : cut + 2] == "[" and _NUMBER.match(text, cut + 1):
        earlier = text.rfind(" ", start, cut)
        return earlier if earlier > start else cut
    return cut


def _chopped(word: str, width: int) -> list[str]:
    if width > 1 and _DOUBLE.fullmatch(word):
        step = width // 2
        cuts = [0]
        while cuts[-1] < len(word):
            cuts.append(_with_marks(word, cuts[-1], min(len(word), cuts[-1] + step)))
        return [word[start:end] for start, end in pairwise(cuts)]
    return chop_cells(word, width)


def _with_marks(word: str, start: int, end: int) -> int:
    """A cut some letters earlier where a mark would otherwise stand apart from what it belongs to."""
    if end == len(word):
        return end
    for cut in range(end, max(start, end - _MOST_CARRIED), -1):
        if word[cut] not in _CLOSING and word[cut - 1] not in _OPENING:
            return cut
    return end


def _wrap_cells(text: str, width: int) -> list[tuple[int, int]]:
    lines: list[tuple[int, int]] = []
    start = at = used = 0
    for match in _WORDS.finditer(text):
        word = match.group()
        cells = cell_len(word)
        if used + cells <= width:
            used += cells
        elif word.isspace():
            lines.append((start, at))
            start, used = match.end(), 0
        else:
            if at > start and text[start:at].strip():
                lines.append((start, at))
                start, used = at, 0
            # A word wider than the page, such as a run of Chinese: it breaks anywhere.
            *full, rest = _chopped(word, width) if used + cells > width else [word]
            for piece in full:
                lines.append((start, start + len(piece)))
                start += len(piece)
            used = cell_len(rest)
        at = match.end()
    if start < len(text) or not lines:
        lines.append((start, len(text)))
    return lines
