"""Words on their way to the clipboard: through the terminal, and through a program that owns it where one is there."""

import asyncio
from collections.abc import Callable

from textual.app import App

from tuimail.ui import clipboard


class Copying:
    """Says by which way it went, since a terminal that forbids OSC 52 is silent."""

    def __init__(self, app: App[object], tell: Callable[[str], None]) -> None:
        self._app = app
        self._tell = tell

    def put(self, text: str) -> None:
        """Hand it over."""
        self._app.copy_to_clipboard(text)
        self._app.run_worker(self._hand_over(text), exclusive=True, group="clipboard")

    async def _hand_over(self, text: str) -> None:
        args = clipboard.program()
        if args is not None and await asyncio.to_thread(clipboard.copy, text, args):
            self._tell(f"Copied with {args[0]}.")
        else:
            self._tell("Handed to the terminal (OSC 52). If nothing was copied, the terminal forbids it.")
