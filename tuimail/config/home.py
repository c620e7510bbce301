"""The ``~`` in paths that people type."""

from pathlib import Path


def from_home(typed: str) -> Path:
    """The path with its ``~`` made a home folder; one of nobody on this machine stays a name like any other."""
    try:
        return Path(typed).expanduser()
    except RuntimeError:
        return Path(typed)
