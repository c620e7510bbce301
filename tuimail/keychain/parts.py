"""Long values in a keychain that takes only short ones: Windows' Credential Manager, 2,560 bytes a credential.

A value is cut into parts under names of a new generation; then the head entry is pointed at them, then the old
parts go. A crash between any two steps leaves either the old value or the new one.
"""

import hashlib
import itertools
import json
from collections.abc import Callable, Iterator
from typing import Protocol

from msgspec import Struct

PART_CHARACTERS = 1000
"""Well below 1,280, the number of UTF-16 units in 2,560 bytes."""

_MAX_PARTS = 100


class Vault(Protocol):
    """What a keychain library offers: short texts by name."""

    def get(self, name: str) -> str | None:
        """The text under this name."""

    def put(self, name: str, text: str) -> None:
        """Keep the text under this name."""

    def drop(self, name: str) -> None:
        """Delete the text; nothing there is fine too."""


class _Head(Struct, frozen=True, kw_only=True):
    generation: int
    count: int
    sha256: str

    def names(self, name: str) -> Iterator[str]:
        return (f"{name}.{self.generation}.{index}" for index in range(self.count))


class SplitVault:
    """A vault over another one, for texts of any length."""

    def __init__(self, inner: Vault) -> None:
        self._inner = inner

    def get(self, name: str) -> str | None:
        """The whole text; None if there is none, or if what is there does not add up."""
        return joined(self._inner.get, name)

    def put(self, name: str, text: str) -> None:
        """Parts first, then the head, then the old parts away."""
        old = _head(self._inner.get(name))
        pieces = [text[start : start + PART_CHARACTERS] for start in range(0, len(text), PART_CHARACTERS)]
        head = _Head(generation=old.generation + 1 if old else 0, count=len(pieces), sha256=_digest(text))
        self._clear(name, head.generation)
        for part, piece in zip(head.names(name), pieces, strict=True):
            self._inner.put(part, piece)
        kept = {"generation": head.generation, "count": head.count, "sha256": head.sha256}
        self._inner.put(name, json.dumps(kept))
        if old:
            self._clear(name, old.generation)
            self._clear(name, old.generation - 1)

    def drop(self, name: str) -> None:
        """Parts first: while the head is there, a second try finds what is left."""
        head = _head(self._inner.get(name))
        around = head.generation if head else 0
        # A crash may have left parts of the generation before or after.
        for generation in (around - 1, around, around + 1):
            self._clear(name, generation)
        self._inner.drop(name)

    def _clear(self, name: str, generation: int) -> None:
        """Last part first, so that after a crash what is left can still be found by counting up."""
        names = _Head(generation=generation, count=_MAX_PARTS, sha256="").names(name)
        there = list(itertools.takewhile(lambda part: self._inner.get(part) is not None, names))
        for part in reversed(there):
            self._inner.drop(part)


def joined(get: Callable[[str], str | None], name: str) -> str | None:
    """The whole text under ``name``, for a reader that needs no more than ``get``."""
    head = _head(get(name))
    if head is None:
        return None
    text = "".join(get(part) or "" for part in head.names(name))
    return text if _digest(text) == head.sha256 else None


def _head(text: str | None) -> _Head | None:
    if text is None:
        return None
    try:
        kept = json.loads(text)
        head = _Head(generation=int(kept["generation"]), count=int(kept["count"]), sha256=str(kept["sha256"]))
    except (ValueError, KeyError, TypeError):
        return None
    return head if 0 <= head.count <= _MAX_PARTS else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
