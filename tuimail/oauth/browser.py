"""Opening an address in the person's browser, and nothing of it on our terminal.

``webbrowser`` runs in a short-lived helper process: it may wait for a browser in the foreground, whose output would
go to our screen. The helper has no terminal, so that a text browser cannot take ours.
"""

import os
import shlex
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path, PurePath

from tuimail.oauth.urls import is_secure

START_S = 5.0
"""A helper that is still there after this time has a browser in the foreground."""

_TEXT_BROWSERS = frozenset(
    {
        "browsh",
        "chawan",
        "cha",
        "edbrowse",
        "elinks",
        "links",
        "links2",
        "lynx",
        "netrik",
        "retawq",
        "w3m",
        "www-browser",
    }
)
_HELPER = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"


def open_url(
    url: str, environ: Mapping[str, str] | None = None, platform: str = sys.platform, *, start_s: float = START_S
) -> bool:
    """Open the address; False if no browser could be started. ``environ`` None: this process's own.

    Returns within ``start_s`` seconds, and refuses what is not https (or http on loopback). Not for the UI's thread.
    """
    return is_secure(url) and _show(url, os.environ if environ is None else environ, platform, start_s=start_s)


def open_page(
    path: Path, environ: Mapping[str, str] | None = None, platform: str = sys.platform, *, start_s: float = START_S
) -> bool:
    """The same for a page that we wrote into a file of our own."""
    return _show(path.absolute().as_uri(), os.environ if environ is None else environ, platform, start_s=start_s)


def looks_remote(environ: Mapping[str, str]) -> bool:
    """Whether this is an SSH session: a browser here would not be where the person is."""
    return any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"))


def has_display(environ: Mapping[str, str], platform: str) -> bool:
    """Whether a graphical browser could show itself."""
    if platform in {"darwin", "win32", "cygwin"}:
        return True
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def _show(address: str, environ: Mapping[str, str], platform: str, *, start_s: float) -> bool:
    own = _browsers(environ)
    if not sys.executable or not (own or has_display(environ, platform)):
        return False
    try:
        helper = subprocess.Popen(  # noqa: S603 (our interpreter, a constant script, the address as one argument)
            [sys.executable, "-I", "-c", _HELPER, address],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_helper_environ(environ, own),
            start_new_session=True,
        )
    except OSError:
        return False
    try:
        return helper.wait(start_s) == 0
    except subprocess.TimeoutExpired:
        threading.Thread(target=helper.wait, name="browser helper", daemon=True).start()
        return True


def _browsers(environ: Mapping[str, str]) -> list[str]:
    """What BROWSER names, without the browsers that want a terminal."""
    return [command for command in environ.get("BROWSER", "").split(os.pathsep) if command and not _is_text(command)]


def _is_text(command: str) -> bool:
    try:
        words = shlex.split(command)
    except ValueError:
        return True
    return not words or PurePath(words[0]).name.lower() in _TEXT_BROWSERS


def _helper_environ(environ: Mapping[str, str], own: list[str]) -> dict[str, str]:
    # Without TERM, webbrowser does not think of text browsers by itself.
    kept = {name: value for name, value in environ.items() if name not in {"TERM", "BROWSER"}}
    return {**kept, "BROWSER": os.pathsep.join(own)} if own else kept
