"""Conversations: what a message says it belongs to, and the order in which one is read.

References, then In-Reply-To, then nothing (RFC 5322 section 3.6.4): subjects join nobody. Two messages belong together
when a chain of such ids leads from one to the other, so the result does not depend on the order of arrival.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

MAX_REFERENCES = 32
"""Ids of one References field that count: the first, which names the conversation, and the last."""

MAX_ID_LENGTH = 998
"""A longer id is none: no line of a mail may be longer (RFC 5322 section 2.1.1)."""


class Links(NamedTuple):
    """The ids that one message names; a tuple, since there is one for each message of a mailbox."""

    own: str
    """Its Message-ID; empty where it has none."""
    parent: str
    """The Message-ID that it answers, empty for none."""
    joined: tuple[str, ...]
    """Every id whose conversation is the message's, without repetition."""


class Member(NamedTuple):
    """A message among those of its conversation; ids as numbers, 0 for none."""

    row: int
    """Grows with the date."""
    own: int
    parent: int


def links(message_id: str, in_reply_to: str, references: Sequence[str]) -> Links:
    """What the message's fields tie it to. A message that names itself ties itself to nothing."""
    named = references if len(references) <= MAX_REFERENCES else (references[0], *references[1 - MAX_REFERENCES :])
    above = [each for each in named if each and each != message_id and len(each) <= MAX_ID_LENGTH]
    if not above and in_reply_to and in_reply_to != message_id and len(in_reply_to) <= MAX_ID_LENGTH:
        above = [in_reply_to]
    own = message_id if len(message_id) <= MAX_ID_LENGTH else ""
    return Links(own, above[-1] if above else "", tuple(dict.fromkeys([own, *above] if own else above)))


def reading_order(members: Sequence[Member]) -> list[tuple[int, int]]:
    """Rows with their depth: each answer below what it answers, those beside each other oldest first.

    Made for any members: who answers nobody here, or in a circle, stands at the left margin. Linear but for a sort.
    """
    ordered = sorted(members)
    by_id: dict[int, int] = {}
    for place, member in enumerate(ordered):
        by_id.setdefault(member[1], place)
    by_id[0] = -1
    parents = [-1 if parent == own else by_id.get(parent, -1) for _, own, parent in ordered]
    if any(parent >= place for place, parent in enumerate(parents)):
        parents = _without_circles(parents)
    answers: dict[int, list[int]] = {}
    for place, parent in enumerate(parents):
        answers.setdefault(parent, []).append(place)
    found: list[tuple[int, int]] = []
    waiting = [(place, 0) for place in reversed(answers[-1])] if ordered else []
    while waiting:
        place, depth = waiting.pop()
        found.append((ordered[place][0], depth))
        if place in answers:
            depth += 1
            waiting += [(each, depth) for each in reversed(answers[place])]
    return found


def _without_circles(parents: list[int]) -> list[int]:
    """The same, where the oldest member of each circle answers nobody."""
    kept = list(parents)
    # Which walk upwards came by first; each place is walked over once.
    walk = [-1] * len(parents)
    for start in range(len(parents)):
        place = start
        while place >= 0 and walk[place] < 0:
            walk[place] = start
            place = kept[place]
        if place >= 0 and walk[place] == start:
            circle = [place]
            while (place := kept[place]) != circle[0]:
                circle.append(place)
            kept[min(circle)] = -1
    return kept


class Partition:
    """Which ids are of one conversation, while more messages tell what they join. Labels name conversations."""

    def __init__(self, known: Mapping[int, int], *, first_label: int) -> None:
        """``known``: ids with the labels of their conversations so far. New labels count from ``first_label``."""
        self._labels = dict(known)
        self._above: dict[int, int] = {}
        self._stored = set(known.values())
        self.fresh: dict[int, int] = {}
        """Ids that were not known, with a label."""
        self.next_label = first_label

    def join(self, ids: Sequence[int]) -> int:
        """Note that these, at least one, are of one conversation; returns a label of it."""
        known = next((self._labels[each] for each in ids if each in self._labels), None)
        if known is None:
            label = self.next_label
            self.next_label += 1
        else:
            label = self.find(known)
        for each in ids:
            if each not in self._labels:
                self._labels[each] = self.fresh[each] = label
                continue
            other = self.find(self._labels[each])
            if other != label:
                self._above[other] = label
        return label

    def find(self, label: int) -> int:
        """The one label that all of its conversation share by now."""
        while (above := self._above.get(label, label)) != label:
            # Each walk halves the way of the next ones.
            self._above[label] = self._above.get(above, above)
            label = above
        return label

    def joined(self) -> dict[int, list[int]]:
        """Conversations known before of which several are one now, by the label that they share."""
        found: dict[int, list[int]] = {}
        for label in self._stored & (self._above.keys() | set(self._above.values())):
            found.setdefault(self.find(label), []).append(label)
        return found
