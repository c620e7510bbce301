"""Words found in the lines of a page, also where a phrase is broken over two of them. Pure."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType
from typing import NamedTuple

from tuimail.ui.layout import BAR, Line

MAX_HITS = 1_000
_GAP = rf"(?:\s|{BAR.strip()})+"
"""Between two words there may be the end of a line, and the bars of a quotation."""


class Piece(NamedTuple):
    """Of a hit, what stands on one line."""

    line: int
    start: int
    end: int


Hit = tuple[Piece, ...]
"""Mostly one piece."""


def find(lines: Sequence[Line], words: str) -> tuple[Hit, ...]:
    """Every place where the words stand, whatever their case; at most a thousand."""
    wanted = words.split()
    if not wanted:
        return ()
    texts = [line.text for line in lines]
    whole = "\n".join(texts)
    begins = [0, *accumulate(len(text) + 1 for text in texts)]
    hits: list[Hit] = []
    for match in re.finditer(_GAP.join(map(re.escape, wanted)), whole, re.IGNORECASE):
        hits.append(tuple(_pieces(match.start(), match.end(), begins)))
        if len(hits) == MAX_HITS:
            break
    return tuple(hits)


def _pieces(start: int, end: int, begins: list[int]) -> list[Piece]:
    pieces: list[Piece] = []
    while start < end:
        line = bisect_right(begins, start) - 1
        after = begins[line + 1]
        piece = Piece(line, start - begins[line], min(end, after - 1) - begins[line])
        if piece.end > piece.start:
            pieces.append(piece)
        start = after
    return pieces


class Finding(NamedTuple):
    """What is looked for in a page, every place where it stands, and the one that is shown."""

    words: str = ""
    hits: tuple[Hit, ...] = ()
    current: int = 0
    by_line: Mapping[int, tuple[tuple[Piece, int], ...]] = MappingProxyType({})
    """The pieces on each line, with the numbers of their hits."""

    @classmethod
    def of(cls, lines: Sequence[Line], words: str) -> "Finding":
        """All of it in a page."""
        hits = find(lines, words)
        by_line: dict[int, tuple[tuple[Piece, int], ...]] = {}
        for number, hit in enumerate(hits):
            for piece in hit:
                by_line[piece.line] = (*by_line.get(piece.line, ()), (piece, number))
        return cls(words, hits, 0, by_line)

    def nearest(self, line: int) -> "Finding":
        """The first hit from this line on is the one to show; where there is none, the first of all."""
        after = (number for number, hit in enumerate(self.hits) if hit[0].line >= line)
        return self._replace(current=next(after, 0))

    def moved(self, by: int) -> "Finding":
        """Another hit, round at the ends."""
        return self._replace(current=(self.current + by) % len(self.hits)) if self.hits else self

    def again(self, lines: Sequence[Line]) -> "Finding":
        """The same in a page that was laid out anew."""
        found = Finding.of(lines, self.words)
        return found._replace(current=min(self.current, max(0, len(found.hits) - 1)))

    def on(self, line: int) -> Iterator[tuple[int, int, bool]]:
        """What to mark on a line: from, to, and whether it is of the hit that is shown."""
        for piece, number in self.by_line.get(line, ()):
            yield piece.start, piece.end, number == self.current

    @property
    def line(self) -> int | None:
        """Where the hit that is shown begins."""
        return self.hits[self.current][0].line if self.hits else None

    @property
    def words_of_place(self) -> str:
        """Such as "3 of 7"."""
        more = "+" if len(self.hits) == MAX_HITS else ""
        return f"{self.current + 1:,} of {len(self.hits):,}{more}" if self.hits else ""


NO_FINDING = Finding()
