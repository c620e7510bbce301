"""What the list knows of rows: envelopes, and how they stand in their conversations. The last few thousand used."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from tuimail.domain.listing import ThreadPlace
from tuimail.domain.message import Envelope

CACHE = 2_000
"""Rows kept; a screen shows at most some hundred."""
NO_PLACES: Mapping[int, ThreadPlace] = MappingProxyType({})


class Known(NamedTuple):
    """All that is known of a row."""

    era: int
    """What was known before a later era may have changed since."""
    version: int
    """Another one whenever something else is known, so that lines drawn before can be told apart."""
    envelope: Envelope | None
    place: ThreadPlace | None


_NOTHING = Known(0, 0, None, None)


class RowCache:
    """Rows by number, those used least recently given up first."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, Known] = OrderedDict()
        self._newest = self._era = 0

    def doubt(self) -> None:
        """All that is here may have changed: it is shown until it was asked for again."""
        self._era += 1

    def put(self, envelopes: Iterable[Envelope], places: Mapping[int, ThreadPlace] = NO_PLACES) -> set[int]:
        """Keep what is new; the rows of which something is."""
        by_row = {int(envelope.row): envelope for envelope in envelopes}
        arrived: set[int] = set()
        for row in by_row.keys() | places.keys():
            before = self._known.get(row, _NOTHING)
            envelope, place = by_row.get(row, before.envelope), places.get(row, before.place)
            if envelope != before.envelope or place != before.place:
                self._newest += 1
                self._known[row] = Known(self._era, self._newest, envelope, place)
                arrived.add(row)
            elif before.era != self._era:
                self._known[row] = before._replace(era=self._era)
            self._known.move_to_end(row)
        while len(self._known) > CACHE:
            self._known.popitem(last=False)
        return arrived

    def __getitem__(self, row: int) -> Known:
        known = self._known.get(row)
        if known is None:
            return _NOTHING
        self._known.move_to_end(row)
        return known

    def touch(self, row: int) -> None:
        """Take it for used."""
        if row in self._known:
            self._known.move_to_end(row)

    def has(self, row: int, *, threaded: bool) -> bool:
        """Whether all is here that drawing the row takes."""
        known = self._known.get(row)
        if known is None or known.envelope is None or known.era != self._era:
            return False
        return not threaded or known.place is not None

    def envelopes(self) -> Iterator[Envelope]:
        """All that are here, in no order."""
        return (known.envelope for known in self._known.values() if known.envelope is not None)
