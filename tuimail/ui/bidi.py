"""Lines with right-to-left text in the order in which they are seen (UAX #9), for terminals that do not reorder by
themselves. Loaded only where the profile asks for it; text everywhere else is in the order in which it is read."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from bidi import algorithm
from msgspec import Struct

from tuimail.ui.layout import RIGHT_TO_LEFT, Line, Run

_JOINER = "\u200d"
_NEUTRAL = "\u2022"
_BRACKETS = {"(": ")", "[": "]", "{": "}", "\u2329": "\u232a", "\u3008": "\u3009", "\u300c": "\u300d"}
_CLOSING = frozenset(_BRACKETS.values())
_STRONG = {"L": "L", "R": "R", "AL": "R", "EN": "R", "AN": "R"}
_MAX_OPEN = 63
_Chars = list[dict[str, Any]]  # Any: the library's own records of a character
_COLUMNS = re.compile(r"\s{2,}")


class _Cluster(Struct, frozen=True):
    """A character with the marks upon it, which stay behind it whatever the order."""

    text: str
    run: int


def visual(line: Line) -> Line:
    """The line as it is to be drawn from left to right. Bars and signs at its head stay, and columns stay apart."""
    if not RIGHT_TO_LEFT.search(line.text):
        return line
    runs = list(line.runs[: line.head])
    for is_gap, group in groupby(line.runs[line.head :], key=lambda run: bool(_COLUMNS.fullmatch(run.text))):
        together = tuple(group)
        runs += together if is_gap else _reordered(together, base=int(line.is_rtl))
    return line._replace(runs=tuple(runs))


def _reordered(runs: tuple[Run, ...], *, base: int) -> Iterator[Run]:
    clusters = [*_clusters(runs)]
    # The space at which a line was broken would indent one that begins at the right.
    while base and clusters and clusters[-1].text.isspace():
        clusters.pop()
    shown = _in_visual_order(clusters, base)
    for number, group in groupby(shown, key=lambda cluster: cluster.run):
        yield runs[number]._replace(text="".join(cluster.text for cluster in group))


def _clusters(runs: Iterable[Run]) -> Iterator[_Cluster]:
    for number, run in enumerate(runs):
        text = ""
        for char in run.text:
            if text and (text[-1] == _JOINER or char == _JOINER or unicodedata.category(char).startswith("M")):
                text += char
                continue
            if text:
                yield _Cluster(text, number)
            text = char
        if text:
            yield _Cluster(text, number)


def _in_visual_order(clusters: list[_Cluster], base: int) -> Iterator[_Cluster]:
    # The steps of ``algorithm.get_display``, with the place of each character kept beside it.
    storage = algorithm.get_empty_storage()
    storage["base_level"], storage["base_dir"] = base, "LR"[base]
    # What joins other characters takes no part; alone it would be dropped.
    leads = [
        _NEUTRAL if unicodedata.bidirectional(cluster.text[0]) == "BN" else cluster.text[0] for cluster in clusters
    ]
    algorithm.get_embedding_levels("".join(leads), storage)
    for place, char in enumerate(storage["chars"]):
        char["place"] = place
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage, debug=False)
    _pair_brackets(storage["chars"], "LR"[base])
    algorithm.resolve_neutral_types(storage, debug=False)
    algorithm.resolve_implicit_levels(storage, debug=False)
    algorithm.reorder_resolved_levels(storage, debug=False)
    algorithm.apply_mirroring(storage, debug=False)
    for char in storage["chars"]:
        cluster, is_mirrored = clusters[char["place"]], char["ch"] != leads[char["place"]]
        yield _Cluster(char["ch"] + cluster.text[1:], cluster.run) if is_mirrored else cluster


def _pair_brackets(chars: _Chars, base: str) -> None:
    """Give both brackets of a pair the direction of what they hold (UAX #9, rule N0), which the library does not."""
    opened: list[int] = []
    for place, char in enumerate(chars):
        if char["type"] != "ON":
            continue
        if char["ch"] in _BRACKETS and len(opened) < _MAX_OPEN:
            opened.append(place)
        elif char["ch"] in _CLOSING:
            start = next((each for each in reversed(opened) if _BRACKETS[chars[each]["ch"]] == char["ch"]), None)
            if start is not None:
                del opened[opened.index(start) :]
                if side := _side(chars, start, place, base=base):
                    chars[start]["type"] = char["type"] = side


def _side(chars: _Chars, start: int, end: int, *, base: str) -> str:
    within = {_STRONG[char["type"]] for char in chars[start + 1 : end] if char["type"] in _STRONG}
    if base in within or not within:
        return base if within else ""
    before = (_STRONG[char["type"]] for char in reversed(chars[:start]) if char["type"] in _STRONG)
    return next(before, base)
