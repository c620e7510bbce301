"""A small app around one screen: it records answers and messages, and lends its terminal without a terminal."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from typing import Any, TypeVar

from textual.app import App
from textual.message import Message
from textual.pilot import Pilot
from textual.screen import Screen

from tuimail.config.themes import bundled_dir, load_themes
from tuimail.ui.themes import as_textual

SMALL = (80, 24)
LARGE = (120, 40)
SIZES = (SMALL, LARGE)
NOW = datetime(2026, 3, 4, 14, 30, tzinfo=UTC)
HOSTILE = "[/b] [@click=app.quit]x[/] [bold red]é \\[ [[ $error {x}"
"""Brackets that Textual's markup would choke on, or act on."""

Kind = TypeVar("Kind", bound=Message)


class Host(App[None]):
    """Shows the screen it is given."""

    TITLE = "tuimail"

    def __init__(self, make: Callable[[], Screen[Any]]) -> None:  # any answer type: the host only records it
        super().__init__()
        self._make = make
        self.shown: Screen[Any]  # as above
        self.answers: list[object] = []
        self.posted: list[Message] = []
        self.suspended = 0
        self.plain = StringIO()
        self.animation_level = "none"
        for spec in load_themes([bundled_dir()]):
            self.register_theme(as_textual(spec))
        self.theme = "tuimail-dark"

    def on_mount(self) -> None:
        self.shown = self._make()
        self.push_screen(self.shown, self.answers.append)

    @contextmanager
    def suspend(self) -> Iterator[None]:
        """A plain terminal at which somebody presses Enter."""
        self.suspended += 1
        stdin, sys.stdin = sys.stdin, StringIO("\n")
        try:
            with redirect_stdout(self.plain):
                yield
        finally:
            sys.stdin = stdin

    async def _dispatch_message(self, message: Message) -> None:
        if type(message).__module__.startswith("tuimail."):
            self.posted.append(message)
        await super()._dispatch_message(message)

    def posted_of(self, kind: type[Kind]) -> list[Kind]:
        return [message for message in self.posted if isinstance(message, kind)]

    def text(self) -> str:
        """What is on the screen, line by line."""
        width, height = self.size
        return (
            "\n".join(
                "".join(segment.text for segment in strip).rstrip()
                for strip in self.screen._compositor.render_strips()[:height]
            )
            if width
            else ""
        )


async def until(pilot: Pilot[None], met: Callable[[], bool], *, deadline_s: float = 5.0) -> None:
    """Let the app run until something holds."""
    async with asyncio.timeout(deadline_s):
        while not met():
            await pilot.pause(0.005)
    # What holds in the app's values is drawn now.
    await pilot.pause()


def flat(text: str) -> str:
    """Words of a screen without its line breaks and frames."""
    return " ".join(text.replace("│", " ").split())
