"""The form in which the demo's mails are kept in ``letters/``.

A file holds letters parted by ``%%``, each with head lines, an empty line and the text; ``%html`` and ``%calendar``
start further versions of it, ``%part`` with a type a part beside it. Head lines in lower case are ours, others are
headers of the mail.
"""

import re
from collections.abc import Iterator
from importlib.resources import files

from msgspec import Struct

_MARKER = re.compile(r"^%(html|calendar|part [^\n]+)$", re.MULTILINE)


class Letter(Struct, frozen=True, kw_only=True):
    """One letter of a file."""

    head: dict[str, str]
    headers: tuple[tuple[str, str], ...]
    text: str
    versions: dict[str, str]
    """Its further bodies: ``html``, ``calendar``."""
    parts: tuple[tuple[str, str], ...] = ()
    """What stands beside the text: content types with their texts."""


def read_letters(name: str) -> Iterator[Letter]:
    """The letters of ``letters/NAME.txt``."""
    return parse_letters((files("tuimail.demo") / "letters" / f"{name}.txt").read_text("utf-8"))


def parse_letters(text: str) -> Iterator[Letter]:
    """The letters in a file's text."""
    for block in text.split("\n%%\n"):
        head_text, _, body = block.strip("\n").partition("\n\n")
        pairs = [line.partition(": ")[::2] for line in head_text.splitlines() if not line.startswith("#")]
        first, *rest = _MARKER.split(body)
        further = [(name, version.strip("\n")) for name, version in zip(rest[::2], rest[1::2], strict=True)]
        yield Letter(
            head={name: value for name, value in pairs if name.islower()},
            headers=tuple((name, value) for name, value in pairs if not name.islower()),
            text=first.strip("\n"),
            versions={name: version for name, version in further if not name.startswith("part ")},
            parts=tuple((name.removeprefix("part "), part) for name, part in further if name.startswith("part ")),
        )
