"""Signing in with a code on another device: the code large, the address as text and as a picture, the time left."""

import sys
from collections.abc import Callable, Mapping
from time import monotonic
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tuimail.api.events import CodeNeeded
from tuimail.domain.clean import clean_line
from tuimail.ui.letters import ascii_cells, broken, can_draw, half_blocks, large
from tuimail.ui.qr import qr_picture
from tuimail.ui.screens.awaiting import AwaitingScreen
from tuimail.ui.widgets.countdown import Countdown
from tuimail.ui.widgets.dialog import Words
from tuimail.ui.widgets.hint_line import HintLine
from tuimail.ui.widgets.url_text import UrlText

BROWSER = "browser"
"""The result where the person wants the browser on this machine after all."""

_HINTS = (("y", "copy"), ("p", "print the address alone"), ("b", "browser here"), ("escape", "cancel"))
_LEAST_LEFT = 34
"""Cells for words and letters: five large letters and a little."""
_ABOVE_AND_BELOW = 3
_MOST_LINES = 2
"""Of large letters; a longer code is shown in plain ones alone."""


class DeviceCodeScreen(AwaitingScreen):
    """Shows where to go and what to type; returns None for Esc, ``BROWSER``, or ``FINISHED`` after ``finish``."""

    AUTO_FOCUS = ""
    LETTERS: ClassVar[Mapping[str, str]] = {"p": "print_url", "y": "copy_url", "b": "browser"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p,f2", "print_url", "Print the address alone", id="login.print"),
        Binding("y", "copy_url", "Copy the address", id="login.copy"),
        Binding("b", "browser", "Use the browser here", id="device_code.browser"),
        Binding("escape", "cancel", "Cancel", id="login.cancel"),
    ]
    DEFAULT_CSS = """
    DeviceCodeScreen { background: $background; }
    DeviceCodeScreen #head { height: 1; padding: 0 2; }
    DeviceCodeScreen #head Words { width: 1fr; }
    DeviceCodeScreen #body { height: 1fr; }
    DeviceCodeScreen #left { width: 1fr; padding: 1 0 0 0; scrollbar-size-vertical: 1; }
    DeviceCodeScreen #left > Words { padding: 0 2; height: auto; margin-bottom: 1; }
    DeviceCodeScreen UrlText { color: $accent; }
    DeviceCodeScreen #large { width: auto; height: auto; margin: 0 2 1 2; color: $foreground; text-style: bold; }
    DeviceCodeScreen #picture { width: auto; height: auto; margin: 0 1; color: #ffffff; background: #000000; }
    DeviceCodeScreen #words { color: $warning; display: none; }
    DeviceCodeScreen #progress { color: $muted; }
    """

    def __init__(self, event: CodeNeeded, *, clock: Callable[[], float] = monotonic, every_s: float = 1.0) -> None:
        super().__init__()
        self._code = clean_line(event.user_code)
        self._url = clean_line(event.verification_uri)
        self._complete = clean_line(event.verification_uri_complete or event.verification_uri)
        self._has_code_inside = event.verification_uri_complete is not None
        self._limit_s = event.time_limit_s
        self._clock = clock
        self._every_s = every_s
        self._is_ascii = not _writes_blocks()

    def compose(self) -> ComposeResult:
        """The address on lines of its own, words and letters below it, the picture beside them where there is room."""
        with Horizontal(id="head"):
            yield Words(Content.assemble(("Continue on another device", "bold $primary")))
            yield Countdown(self._limit_s, clock=self._clock, every_s=self._every_s)
        yield UrlText(self._url)
        with Horizontal(id="body"):
            with VerticalScroll(id="left", can_focus=False):
                yield Words(
                    Content.assemble("Open this address on a phone or any computer and type ", (self._code, "bold"))
                )
                yield Static(id="large", markup=False)
                yield Words(id="scan")
                yield Words(id="words")
                yield Words("Waiting for you there.", id="progress")
            with Vertical(id="right"):
                yield Static(id="picture", markup=False)
        yield HintLine(_HINTS)

    def on_resize(self, event: events.Resize) -> None:
        """Draw what fits: a picture with a part missing is none."""
        width, height = event.size
        room = width - _LEAST_LEFT - 2
        picture = qr_picture(self._complete, width=room, height=height - _ABOVE_AND_BELOW, is_ascii=self._is_ascii)
        right = self.query_one("#right")
        right.display = bool(picture)
        across = picture.find("\n") + 2 if picture else 0
        right.styles.width = across
        self.query_one("#picture", Static).update(Content(picture))
        self.query_one("#scan", Words).show(self._scan_words() if picture else "")
        self.query_one("#large", Static).update(Content(self._letters(width - across - 4)))

    def action_browser(self) -> None:
        """Go the other way."""
        self.dismiss(BROWSER)

    @property
    def address(self) -> str:
        """Where the code is typed in."""
        return self._url

    @property
    def printed(self) -> str:
        """The code, too: it is no longer to be seen there."""
        return f"{self._url}\n{self._code}"

    def _scan_words(self) -> str:
        if self._has_code_inside:
            return "Or point the camera of a phone at the picture: the code is in it."
        return "Or point the camera of a phone at the picture, then type the code."

    def _letters(self, width: int) -> str:
        lines = broken(self._code, width)
        if not can_draw(self._code) or len(lines) > _MOST_LINES:
            return ""
        if self._is_ascii:
            return "\n\n".join(ascii_cells(large(line), width=1) for line in lines)
        return "\n".join(half_blocks(large(line)) for line in lines)


def _writes_blocks() -> bool:
    """Whether the terminal's encoding has half blocks."""
    encoding = sys.__stderr__.encoding if sys.__stderr__ else None
    try:
        "█▀▄".encode(encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
