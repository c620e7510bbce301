"""Who may be meant by what was typed: people written to before people seen, often and lately before once and long ago.

Over 50,000 people a look takes 1 to 3 ms; the index is made once, off the UI's thread.
"""

import math
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import accumulate, islice

from msgspec import Struct

from tuimail.domain.address import Address

LIMIT = 8
_SEPARATORS = re.compile(r"[\s@._+\-,;:'\"()<>]+")
_HALF_LIFE_DAYS = 120.0
"""After so long, having written to somebody counts half."""
_DAY_S = 86_400.0
_WRITTEN, _SEEN, _LISTED = 8.0, 1.0, 4.0
"""What a mail to somebody counts beside one from them, and a place among the contacts."""
_LEAST_FUZZY = 3
"""Fewer letters in order say nothing."""
_MOST_FUZZY = 2_000
"""People among whom letters in order are looked for: those who are likeliest to be meant."""


class Person(Struct, frozen=True, kw_only=True):
    """Somebody who was written to, wrote, or is among the contacts. Cleaned."""

    address: Address
    written: int = 0
    seen: int = 0
    last: datetime | None = None
    """When it was last, either way."""
    is_contact: bool = False


class Group(Struct, frozen=True, kw_only=True):
    """Several people under one name."""

    name: str
    members: tuple[Address, ...]


class Contacts(Struct, frozen=True, kw_only=True):
    """What the user keeps himself."""

    people: tuple[Person, ...] = ()
    groups: tuple[Group, ...] = ()
    problems: tuple[str, ...] = ()
    """What of it could not be read, a sentence each."""


class AddressBook:
    """An index over people and groups. Never changed; making it takes some 0.2 s for 50,000."""

    def __init__(self, people: Iterable[Person], groups: Sequence[Group] = (), *, now: datetime) -> None:
        merged: dict[str, Person] = {}
        for person in people:
            spec = person.address.spec.lower()
            merged[spec] = _together(merged[spec], person) if spec in merged else person
        ranked = sorted(merged.values(), key=lambda person: _weight(person, now), reverse=True)
        self._groups = tuple(groups)
        self._people = ranked
        self._keys = [_key(f"{person.address.name} {person.address.spec}") for person in ranked]
        self._text = "\n".join(self._keys)
        self._starts = list(accumulate((len(key) + 1 for key in self._keys[:-1]), initial=0)) if ranked else []

    def find(self, typed: str, *, besides: frozenset[str] = frozenset(), limit: int = LIMIT) -> list[Person | Group]:
        """The best matches for a piece of a field, best first. ``besides``: addresses already there, lower case.

        Each word must begin a word of the name or address; then be within it; then its letters must follow in order.
        """
        words = _key(typed).split()
        if not words:
            return []
        groups = (group for group in self._groups if all(f" {word}" in _key(group.name) for word in words))
        found: list[Person | Group] = list(islice(groups, limit))
        seen: set[int] = set()
        beginning, within = self._having([f" {word}" for word in words]), self._having(words)
        for places in (beginning, within, self._in_order(words)):
            for place in places:
                if len(found) >= limit:
                    return found
                person = self._people[place]
                if place not in seen and person.address.spec.lower() not in besides:
                    seen.add(place)
                    found.append(person)
        return found

    def _having(self, pieces: Sequence[str]) -> Iterator[int]:
        """Places whose keys hold all of these, in order. All keys are one text, which is searched at once."""
        # The longest is the rarest.
        first, *rest = sorted(pieces, key=len, reverse=True)
        at = self._text.find(first)
        while at >= 0:
            place = bisect_right(self._starts, at) - 1
            if all(piece in self._keys[place] for piece in rest):
                yield place
            if place + 1 == len(self._starts):
                break
            at = self._text.find(first, self._starts[place + 1])

    def _in_order(self, words: Sequence[str]) -> Iterator[int]:
        letters = "".join(words)
        if len(letters) >= _LEAST_FUZZY:
            pattern = re.compile("".join(f"[^{re.escape(each)}]*+{re.escape(each)}" for each in letters))
            yield from (place for place, key in enumerate(self._keys[:_MOST_FUZZY]) if pattern.match(key))


def _key(text: str) -> str:
    """Lower case without diacritics, each word behind a space."""
    plain = text if text.isascii() else _without_marks(text)
    return " " + " ".join(_SEPARATORS.split(plain.lower())).strip()


def _without_marks(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each))


def _together(one: Person, other: Person) -> Person:
    last = max((each.last for each in (one, other) if each.last is not None), default=None)
    # A name that the user gave is better than what the sender calls himself.
    named = next((each for each in (one, other) if each.is_contact and each.address.name), None)
    return Person(
        address=(named or (one if one.address.name else other)).address,
        written=one.written + other.written,
        seen=one.seen + other.seen,
        last=last,
        is_contact=one.is_contact or other.is_contact,
    )


def _weight(person: Person, now: datetime) -> float:
    use = _WRITTEN * math.log1p(person.written) + _SEEN * math.log1p(person.seen) + _LISTED * person.is_contact
    if person.last is None:
        return use / 2
    days = max(0.0, (now - person.last).total_seconds() / _DAY_S)
    return use * (0.5 + 0.5 * math.exp2(-days / _HALF_LIFE_DAYS))
