"""The system's clipboard through the programs that own it. OSC 52 is Textual's part, see ``App.copy_to_clipboard``."""

import shutil
import subprocess
from collections.abc import Callable, Sequence

PROGRAMS: tuple[tuple[str, ...], ...] = (
    ("pbcopy",),
    ("wl-copy",),
    ("xclip", "-selection", "clipboard"),
    ("clip.exe",),
)
TIME_LIMIT_S = 2.0


def program(which: Callable[[str], str | None] = shutil.which) -> tuple[str, ...] | None:
    """The first of the known programs that is installed, with its arguments."""
    return next((args for args in PROGRAMS if which(args[0]) is not None), None)


def copy(text: str, args: Sequence[str]) -> bool:
    """Hand the text to a program's standard input; False if it would not take it in time."""
    try:
        # Pipes for output would stay open in xclip's background child and block; nothing it says is wanted.
        done = subprocess.run(  # noqa: S603 (a fixed argument list from this module, no shell)
            list(args),
            # Windows' own program takes what is not ASCII as UTF-16 alone.
            input=text.encode("utf-16-le" if args[0] == "clip.exe" else "utf-8"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TIME_LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
