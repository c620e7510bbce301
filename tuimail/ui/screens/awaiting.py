"""What the two waiting screens of a sign-in share: the mouse, the address to copy or print, words, and the end."""

from collections.abc import Mapping
from typing import ClassVar

from textual import events, on
from textual.screen import ModalScreen
from textual.timer import Timer

from tuimail.ui.terminal import capture_mouse, print_alone, release_mouse
from tuimail.ui.widgets.action_bar import SETTLE_S
from tuimail.ui.widgets.countdown import Countdown
from tuimail.ui.widgets.dialog import Words
from tuimail.ui.widgets.hint_line import HintLine

FINISHED = "finished"
"""The result where the sign-in itself ended; None where the person gave it up."""


class AwaitingScreen(ModalScreen[str | None]):
    """Waits for a person who is elsewhere; has a ``#words`` and a ``#progress`` line and a hint line."""

    COPIED = "Copied, if your terminal allows it."
    LETTERS: ClassVar[Mapping[str, str]] = {}
    """The action of each letter, carried out once it is clear that no text begins with it."""

    _burst = ""
    _settling: Timer | None = None

    @property
    def address(self) -> str:
        """The address to go to."""
        raise NotImplementedError

    @property
    def printed(self) -> str:
        """What stands alone on the plain terminal, to be selected there."""
        return self.address

    def on_mount(self) -> None:
        """The address can be selected with the terminal's own mouse."""
        release_mouse(self.app)

    def on_screen_resume(self) -> None:
        """Back on top: the mouse is the terminal's again."""
        release_mouse(self.app)

    def on_screen_suspend(self) -> None:
        """Covered or closed: the mouse is the app's."""
        capture_mouse(self.app)

    def take_text(self, text: str) -> None:
        """Text came in that no field had the focus for: a paste, or a burst of letters."""

    def on_paste(self, event: events.Paste) -> None:
        """A paste is text, whatever has the focus."""
        event.stop()
        self.take_text(event.text)

    def on_key(self, event: events.Key) -> None:
        """Collect letters until silence: a terminal without bracketed paste types an address, and ``p`` is in it."""
        text = event.character or ""
        begins = text.isascii() and text.isalnum()
        goes_on = bool(self._burst) and (event.is_printable or event.key == "enter")
        if not begins and not goes_on:
            return
        event.stop()
        event.prevent_default()
        self._burst += text
        if self._settling is not None:
            self._settling.stop()
        self._settling = self.set_timer(SETTLE_S, self._decide)

    async def _decide(self) -> None:
        burst, self._burst = self._burst, ""
        if len(burst) > 1:
            self.take_text(burst)
        elif action := self.LETTERS.get(burst):
            await self.run_action(action)

    def show_words(self, text: str) -> None:
        """A sentence that needs attention, such as why a pasted address was not accepted."""
        if self._is_composed:
            self._show_in_sight("#words", f"! {text}" if text else "")

    def show_progress(self, words: str) -> None:
        """What is being done with the answer."""
        if self._is_composed:
            self._show_in_sight("#progress", words)

    def finish(self) -> None:
        """The sign-in is over, one way or the other."""
        if self.is_attached:
            self.pop_until_active()
            self.dismiss(FINISHED)

    def action_cancel(self) -> None:
        """Give the sign-in up."""
        self.dismiss(None)

    def action_copy_url(self) -> None:
        """Copy the address through the terminal (OSC 52), which may refuse without a word."""
        self.app.copy_to_clipboard(self.address)
        self.show_words(self.COPIED)

    def action_print_url(self) -> None:
        """Print the address alone on the plain terminal, for the terminal's own selection."""
        done = print_alone(self.app, self.printed, prompt="Press Enter to go back to tuimail. ")
        release_mouse(self.app)
        if not done:
            self.show_words("This terminal cannot be left for a moment. Select the address above instead.")

    @on(Countdown.Ended)
    def _ended(self) -> None:
        self.show_words("The time is over. Esc, and sign in again.")

    def _show_in_sight(self, line: str, text: str) -> None:
        words = self.query_one(line, Words)
        words.show(text)
        if text:
            # It stands below a long address, which alone can fill a small window.
            self.call_after_refresh(words.scroll_visible, animate=False)

    @property
    def _is_composed(self) -> bool:
        # The hint line comes last.
        return bool(self.query(HintLine))
