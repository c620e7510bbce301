"""The system's own opener for a file: which program shows it is the person's setting, not ours."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from tuimail.oauth.browser import has_display

START_S = 3.0
"""An opener that is still there after this time has a viewer in the foreground."""
_OPENERS = {"darwin": "open", "cygwin": "cygstart"}


def open_file(
    path: Path, environ: Mapping[str, str] | None = None, platform: str = sys.platform, *, start_s: float = START_S
) -> bool:
    """Hand the file to the system's opener, as one argument and without a shell; False where there is none.

    Returns within ``start_s`` seconds. ``path`` is absolute, so that no name is taken for an option. Without a
    display nothing is tried: what is opened then takes this terminal. Not for the UI's thread.
    """
    environ = os.environ if environ is None else environ
    if platform == "win32":
        return _start_file(path)
    program = shutil.which(_OPENERS.get(platform, "xdg-open"), path=environ.get("PATH"))
    if program is None or not has_display(environ, platform):
        return False
    try:
        opener = subprocess.Popen(  # noqa: S603 (the system's opener, an absolute path as one argument)
            [program, str(path.absolute())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={name: value for name, value in environ.items() if name != "TERM"},
            start_new_session=True,
        )
    except OSError:
        return False
    try:
        return opener.wait(start_s) == 0
    except subprocess.TimeoutExpired:
        threading.Thread(target=opener.wait, name="opener", daemon=True).start()
        return True


def _start_file(path: Path) -> bool:
    start = getattr(os, "startfile", None)
    if start is None:
        return False
    try:
        start(path.absolute())
    except OSError:
        return False
    return True
