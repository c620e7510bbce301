"""The world outside the program as deeds on a message reach it: other programs, files for them, the web."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from tuimail.engine.temporary import PrivateFiles


class Outside(Struct, frozen=True, kw_only=True):
    """Handed in by the composition root, so that the demo and tests can play the world."""

    files: PrivateFiles
    open_file: Callable[[Path], bool]
    """Hands a file to the system's opener; False where there is none."""
    open_page: Callable[[Path], bool]
    """Shows a page of ours in the browser; False where there is none."""
