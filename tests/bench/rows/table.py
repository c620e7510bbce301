"""Which rows there are, in the order in which they are measured."""

from collections.abc import Callable, Mapping

from tests.bench.bench import Bench
from tests.bench.rows import (
    changed,
    drafting,
    faults,
    fill,
    keys,
    news,
    opening,
    pages,
    reading,
    searching,
    sending,
    start,
    weight,
    wire,
)

Measure = Callable[[Bench], None]

ROWS: Mapping[str, Measure] = {
    "fill": fill.headers,
    "start": start.warm,
    "unreachable": start.unreachable,
    "cold": start.cold,
    "trips": start.trips,
    "bytes": wire.until_useful,
    "keys": keys.moves,
    "open": opening.letters,
    "big": opening.big,
    "reader": reading.reader,
    "pages": pages.to_lines,
    "search": searching.subject,
    "body": searching.body,
    "letters": sending.letters,
    "drafting": drafting.in_draft,
    "news": news.arrive,
    "changed": changed.flags,
    "memory": weight.memory,
    "rest": weight.rest,
    "stalled": faults.stalled,
    "cut": faults.cut,
}
"""By the names that the command line takes. The first leaves the filled home that the others start from."""
