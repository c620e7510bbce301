"""What is remembered between runs, none of it secret: a small file that may be lost at any time."""

import contextlib
import json
import os
import tempfile
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from tuimail.domain.clean import clean_line

_MAX_BYTES = 100_000


class Remembered(Struct, frozen=True, kw_only=True):
    """The values; each has a default that is right for a first start."""

    keychain_backend: str = ""
    """Name of the keychain backend that worked; checked against the allowed ones before it is used."""


def recall(path: Path) -> Remembered:
    """What the file holds; defaults for all that is missing, broken or of a wrong type."""
    try:
        with path.open("rb") as file:
            content = json.loads(file.read(_MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return Remembered()
    if not isinstance(content, dict):
        return Remembered()
    backend = content.get("keychain_backend")
    return Remembered(keychain_backend=clean_line(backend) if isinstance(backend, str) else "")


def remember(path: Path, remembered: Remembered) -> bool:
    """Write the file whole or not at all; False where the disk does not let us, which must not stop anything."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mkstemp makes the file with mode 0600.
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".remembered-")
    except OSError:
        return False
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(remembered), file)
        Path(temporary).replace(path)
    except OSError:
        # The old file stays; what matters is that no half one takes its place.
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        return False
    return True
