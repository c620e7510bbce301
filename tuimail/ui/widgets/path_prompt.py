"""Asks for the path of a file to attach."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from tuimail.ui.widgets.address_input import LineInput
from tuimail.ui.widgets.dialog import Words

MAX_PATH = 4096
"""Longer than any path that a system here opens."""


class PathPrompt(Horizontal):
    """One line at the foot of the composer; Enter answers, Esc gives up."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel", show=False, id="path.cancel")]
    DEFAULT_CSS = """
    PathPrompt { height: 2; display: none; padding: 0 1; background: $surface; border-top: heavy $accent; }
    PathPrompt Words { width: 16; color: $muted; }
    PathPrompt Input { width: 1fr; background: transparent; }
    """

    @dataclass
    class Entered(Message):
        """The path as typed, quotes of a dropped file taken off."""

        path: str

    class Cancelled(Message):
        """No file after all."""

    def compose(self) -> ComposeResult:
        """Label and field."""
        yield Words("File to attach")
        yield LineInput("", id="path", placeholder="~/Documents/report.pdf, or drop a file here")

    def open(self) -> None:
        """Show it, empty, with the cursor in it."""
        self.display = True
        field = self.query_one(LineInput)
        field.clear()
        field.focus()

    def close(self) -> None:
        """Hide it."""
        self.display = False

    def action_cancel(self) -> None:
        """Give up."""
        self.close()
        self.post_message(self.Cancelled())

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        path = unquoted(event.value)
        self.close()
        self.post_message(self.Entered(path) if path else self.Cancelled())


def dropped_file(pasted: str) -> str:
    """The path, if what was pasted is nothing but the absolute path of a file that is there; else empty."""
    path = unquoted(pasted)
    if not path.startswith("/") or "\n" in path or "\0" in path or len(path) > MAX_PATH:
        return ""
    try:
        return path if Path(path).is_file() else ""
    except OSError:
        return ""


def unquoted(typed: str) -> str:
    """A path as a terminal drops it: in quotes, or with its spaces escaped."""
    path = typed.strip()
    if len(path) > 1 and path[0] == path[-1] and path[0] in "'\"":
        return path[1:-1]
    return path.replace("\\ ", " ")
