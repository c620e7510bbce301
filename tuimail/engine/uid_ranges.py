"""Sets of UIDs as ranges: a mailbox of a million messages has few gaps, and its numbers one by one fill 30 MB. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator

Range = tuple[int, int]
"""First and last, both included."""


class UidRanges:
    """A set that is never changed; its ranges rise and neither touch nor overlap."""

    __slots__ = ("_count", "_firsts", "_ranges")

    def __init__(self, ranges: Iterable[Range] = ()) -> None:
        """Ranges in any order, overlapping or not."""
        merged: list[Range] = []
        for first, last in sorted(ranges):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], last))
            elif first <= last:
                merged.append((first, last))
        self._ranges = merged
        self._firsts = [first for first, _ in merged]
        self._count = sum(last - first + 1 for first, last in merged)

    @classmethod
    def of(cls, uids: Iterable[int]) -> "UidRanges":
        """These UIDs, in any order."""
        if isinstance(uids, range):
            return cls([(uids[0], uids[-1])] if uids else ())
        runs: list[Range] = []
        first = last = 0
        for uid in sorted(uids):
            if first and uid <= last + 1:
                last = uid
                continue
            if first:
                runs.append((first, last))
            first = last = uid
        if first:
            runs.append((first, last))
        return cls(runs)

    @property
    def ranges(self) -> list[Range]:
        """The ranges, rising."""
        return list(self._ranges)

    @property
    def highest(self) -> int:
        """The highest UID; 0 where there is none."""
        return self._ranges[-1][1] if self._ranges else 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, uid: int) -> bool:
        place = bisect_right(self._firsts, uid) - 1
        return place >= 0 and uid <= self._ranges[place][1]

    def __iter__(self) -> Iterator[int]:
        for first, last in self._ranges:
            yield from range(first, last + 1)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UidRanges) and self._ranges == other._ranges

    def __hash__(self) -> int:
        return hash(tuple(self._ranges))

    def __repr__(self) -> str:
        return f"UidRanges({self._ranges})"

    def __or__(self, other: "UidRanges") -> "UidRanges":
        return UidRanges([*self._ranges, *other._ranges])

    def __sub__(self, other: "UidRanges") -> "UidRanges":
        left: list[Range] = []
        doomed = iter(other._ranges)
        gone = next(doomed, None)
        for first, last in self._ranges:
            start = first
            while gone is not None and gone[1] < start:
                gone = next(doomed, None)
            while gone is not None and gone[0] <= last:
                if gone[0] > start:
                    left.append((start, gone[0] - 1))
                start = gone[1] + 1
                if start > last:
                    break
                gone = next(doomed, None)
            if start <= last:
                left.append((start, last))
        return UidRanges(left)

    def newest(self, count: int) -> "UidRanges":
        """The highest ``count`` UIDs."""
        taken: list[Range] = []
        for first, last in reversed(self._ranges):
            if count <= 0:
                break
            start = max(first, last - count + 1)
            taken.append((start, last))
            count -= last - start + 1
        return UidRanges(taken)
