"""The contacts that the profile names: vCards in files and folders, read again when one of them changed."""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

from tuimail.domain.address import Address
from tuimail.domain.address_book import Contacts, Group
from tuimail.domain.clean import clean_line

MAX_FILES = 20_000
MAX_DEPTH = 4
"""Folders within a folder that are looked into."""
MAX_BYTES = 50_000_000
"""Of all files together: 20 s on a slow machine, which nobody waits for twice."""
_ENDINGS = (".vcf", ".vcard")

Seen = tuple[tuple[str, int, int], ...]
"""Path, time of change and size of each file."""


class ContactFiles:
    """Called for what is in the files; never raises for what they hold, or for what is not there."""

    def __init__(self, paths: Sequence[Path], groups: Sequence[tuple[str, tuple[Address, ...]]] = ()) -> None:
        """``groups``: those of the profile itself, by name."""
        self._paths = tuple(paths)
        self._groups = tuple(Group(name=name, members=members) for name, members in groups)
        self._seen: Seen | None = None
        self._read = Contacts(groups=self._groups)

    def __call__(self) -> Contacts:
        """What the user keeps. On a worker that nobody waits for: a look at each file, and reading where it changed."""
        if not self._paths:
            return self._read
        problems: list[str] = []
        seen = tuple(each for path in self._paths for each in _files(path, problems))[:MAX_FILES]
        if seen != self._seen:
            self._read = self._fresh(seen)
            self._seen = seen
        return replace(self._read, problems=(*self._read.problems, *problems)) if problems else self._read

    def _fresh(self, seen: Seen) -> Contacts:
        from tuimail.mime.vcards import Card, contacts_of, read_cards  # noqa: PLC0415 (few profiles name contacts)

        cards: list[Card] = []
        problems: list[str] = []
        left = MAX_BYTES
        for path, _, size in seen:
            if size > left:
                problems.append(f"Contacts: {_shown(path)} and what follows is too much; 50 MB are read.")
                break
            try:
                data = Path(path).read_bytes()
            except OSError as error:
                problems.append(f"Contacts: {_shown(path)} cannot be read: {error.strerror or 'an unknown reason'}.")
                continue
            left -= len(data)
            cards += read_cards(data)
        found = contacts_of(cards)
        return Contacts(people=found.people, groups=(*self._groups, *found.groups), problems=tuple(problems))


def _files(path: Path, problems: list[str]) -> Iterator[tuple[str, int, int]]:
    """The files that a path of the profile means, in an order that stays."""
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
        found = list(islice(_within(path, MAX_DEPTH), MAX_FILES)) if is_folder else [path]
    except OSError as error:
        problems.append(f"Contacts: {_shown(path)} cannot be read: {error.strerror or 'an unknown reason'}.")
        return
    for file in found:
        with suppress(OSError):  # gone meanwhile, or a link to nothing
            facts = file.stat()
            # A pipe would be waited for.
            if stat.S_ISREG(facts.st_mode):
                yield str(file), facts.st_mtime_ns, facts.st_size


def _within(folder: Path, depth: int) -> Iterator[Path]:
    """Files of cards, those of inner folders last; links to folders, and what is hidden, are left alone."""
    with os.scandir(folder) as entries:
        known = sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name)
    for entry in known:
        if entry.name.lower().endswith(_ENDINGS) and not entry.is_dir():
            yield Path(entry.path)
    for entry in known:
        if depth and entry.is_dir(follow_symlinks=False):
            yield from _within(Path(entry.path), depth - 1)


def _shown(path: str | Path) -> str:
    return clean_line(str(path))
