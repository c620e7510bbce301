"""Which rows are marked. A plain set: at 100,000 rows marking all takes 11 ms and asking for them in order 11 ms."""

from array import array
from collections.abc import Iterator
from typing import cast

from tuimail.domain.ids import RowId
from tuimail.ui.conversations import Places

FEW = 16
"""So many marks are looked for one by one, which is quicker than going through the whole list."""


class Marks:
    """Marked rows, and the range that is being marked."""

    def __init__(self) -> None:
        self._rows: set[int] = set()
        self._range_from: int | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[int]:
        return iter(self._rows)

    def __contains__(self, row: int) -> bool:
        return row in self._rows

    @property
    def is_ranging(self) -> bool:
        """Whether what the cursor passes is marked."""
        return self._range_from is not None

    def toggle(self, row: int) -> None:
        """Mark a row, or take its mark away."""
        self._rows ^= {row}

    def toggle_all(self, rows: "array[int]") -> None:
        """Mark all of these, or none if any is marked."""
        had = bool(self._rows)
        self.clear()
        if not had:
            self._rows = set(rows)

    def toggle_range(self, place: int, rows: "array[int]") -> bool:
        """Begin a range at a place, or end it; True while it goes on."""
        if self._range_from is not None:
            self._range_from = None
            return False
        self._range_from = place
        self.passed(place, place, rows)
        return True

    def passed(self, before: int, after: int, rows: "array[int]") -> range:
        """The cursor went from one place to another: what lies between is marked; the places concerned."""
        places = range(min(before, after), max(before, after) + 1)
        self._rows.update(rows[places.start : places.stop])
        return places

    def clear(self) -> bool:
        """Take all marks away; False if there was none."""
        had = bool(self._rows) or self.is_ranging
        self._rows, self._range_from = set(), None
        return had

    def keep(self, rows: "array[int]") -> None:
        """Forget what is no longer in the list."""
        if len(self._rows) > FEW:
            self._rows.intersection_update(rows)
        elif self._rows:
            places = Places(rows)
            self._rows = {row for row in self._rows if places.of(row) is not None}

    def in_order(self, rows: "array[int]") -> tuple[RowId, ...]:
        """The marked rows as they stand in the list."""
        # A cast, since a call of RowId for each would triple the time.
        return cast("tuple[RowId, ...]", tuple(filter(self._rows.__contains__, rows)))
