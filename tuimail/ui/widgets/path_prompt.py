"""Asks for the paths of files to attach."""

import asyncio
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from os.path import commonprefix
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from tuimail.config.home import from_home
from tuimail.ui.widgets.address_input import LineInput
from tuimail.ui.widgets.dialog import Words

MAX_PATH = 4096
"""Longer than any path that a system here opens."""
MAX_PATHS = 32_768
"""Longer than what anybody drops."""


class PathPrompt(Horizontal):
    """One line at the foot of the composer; Enter answers, Esc gives up. Stays open until the file was read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", show=False, id="path.cancel"),
        Binding("tab,shift+tab", "complete", "Complete", show=False, id="path.complete"),
    ]
    DEFAULT_CSS = """
    PathPrompt { height: 2; display: none; padding: 0 1; background: $surface; border-top: heavy $accent; }
    PathPrompt Words { width: 16; color: $muted; }
    PathPrompt Input { width: 1fr; background: transparent; }
    """

    @dataclass
    class Entered(Message):
        """The paths as typed, quotes of dropped files taken off."""

        paths: tuple[str, ...]

    class Cancelled(Message):
        """No file after all."""

    _is_answered = False

    @property
    def is_answered(self) -> bool:
        """Whether a path was entered and its file is being read."""
        return self.display and self._is_answered

    def ask_again(self) -> None:
        """The file was not read: the path can be mended, or entered once more."""
        self._is_answered = False

    def compose(self) -> ComposeResult:
        """Label and field."""
        yield Words("File to attach")
        yield LineInput("", id="path", placeholder="~/Documents/report.pdf, or drop a file here")

    def open(self) -> None:
        """Show it, empty, with the cursor in it."""
        self.display, self._is_answered = True, False
        field = self.query_one(LineInput)
        field.clear()
        field.focus()

    def close(self) -> None:
        """Hide it."""
        self.display = self._is_answered = False

    def action_cancel(self) -> None:
        """Give up."""
        self.close()
        self.post_message(self.Cancelled())

    @work(exclusive=True)
    async def action_complete(self) -> None:
        """Finish the name as far as there is only one way on."""
        field = self.query_one(LineInput)
        typed = field.value
        done = completed(typed, await asyncio.to_thread(entries, typed))
        if field.value == typed:
            field.value = done
            field.cursor_position = len(done)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._is_answered:
            return
        paths = split_paths(event.value, is_there=_is_file)
        self._is_answered = bool(paths)
        self.post_message(self.Entered(paths) if paths else self.Cancelled())


def entries(typed: str) -> list[str]:
    """The names in the folder of a path that is being typed, folders with a slash. Reads the disk."""
    folder, slash, _ = typed.rpartition("/")
    try:
        found = list(from_home(folder + slash).iterdir())
        # A name with a control character cannot be shown, and so cannot be typed.
        return sorted(f"{path.name}/" if path.is_dir() else path.name for path in found if path.name.isprintable())
    except (OSError, ValueError):
        return []


def completed(typed: str, names: Iterable[str]) -> str:
    """The path, its last part continued as far as all names agree that begin with it."""
    folder, slash, begun = typed.rpartition("/")
    hits = [name for name in names if name.startswith(begun) and (begun or not name.startswith("."))]
    # Letter by letter is what is wanted here.
    return folder + slash + commonprefix(hits) if hits else typed  # noqa: RUF071 (see above)


def dropped_files(pasted: str) -> tuple[str, ...]:
    """The paths, if what was pasted is nothing but absolute paths of files that are there; else none."""
    if len(pasted) > MAX_PATHS or not pasted.strip().startswith(("/", "'/", '"/')):
        return ()
    paths = split_paths(pasted, is_there=_is_file)
    return paths if all(path.startswith("/") and _is_file(path) for path in paths) else ()


def split_paths(typed: str, *, is_there: Callable[[str], bool]) -> tuple[str, ...]:
    """One path, or several as terminals drop them: each in quotes or with its spaces escaped, or a line each."""
    whole = unquoted(typed)
    if is_there(whole):
        return (whole,)
    try:
        several = tuple(shlex.split(typed))
    except ValueError:  # a quotation mark that is part of a name
        several = ()
    lines = tuple(unquoted(line) for line in typed.splitlines() if line.strip())
    for paths in (lines, several):
        if len(paths) > 1 and all(map(is_there, paths)):
            return paths
    return (whole,) if whole else ()


def _is_file(path: str) -> bool:
    try:
        return len(path) <= MAX_PATH and "\0" not in path and "\n" not in path and from_home(path).is_file()
    except OSError:
        return False


def unquoted(typed: str) -> str:
    """A path as a terminal drops it: in quotes, or with its spaces escaped."""
    path = typed.strip()
    if len(path) > 1 and path[0] == path[-1] and path[0] in "'\"":
        return path[1:-1]
    return path.replace("\\ ", " ")
