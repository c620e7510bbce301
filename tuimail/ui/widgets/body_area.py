"""The text of a mail: wrapped softly, no line numbers, and whatever comes in passes the gate."""

from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult

from tuimail.domain.clean import clean_block
from tuimail.ui.widgets.path_prompt import dropped_file

BURST_S = 0.01
"""Keys that follow each other faster come from a paste without brackets, not from fingers."""

MAX_LINE = 50_000
"""Longer lines are not pasted: every key wraps its whole line again, a second and more for 1 MB."""


class BodyArea(TextArea):
    """Textual's editor with mail's manners."""

    DEFAULT_CSS = """
    BodyArea {
        border: none; border-top: solid $line; padding: 0 1; background: $background; scrollbar-size-vertical: 1;
        &:focus { border: none; border-top: solid $accent; }
    }
    """

    def __init__(self, text: str, *, id: str | None = None) -> None:  # noqa: A002 (Textual's word)
        super().__init__(clean_block(text), id=id, soft_wrap=True, show_line_numbers=False, tab_behavior="focus")
        self.highlight_cursor_line = False
        self._last_key_at = 0.0

    @dataclass
    class FileDropped(Message):
        """What was pasted is the path of a file: terminals paste it for a file that is dropped on them."""

        path: str
        text: str

    @property
    def typed(self) -> str:
        """The text, cleaned once more as a whole."""
        return clean_block(self.text)

    def edit(self, edit: Edit) -> EditResult:
        """Every way in (keys, paste, clipboard) comes through here."""
        edit.text = clean_block(edit.text)
        return super().edit(edit)

    async def _on_paste(self, event: events.Paste) -> None:
        if path := dropped_file(event.text):
            event.stop()
            event.prevent_default()
            self.post_message(self.FileDropped(path, event.text))
        elif max(map(len, event.text.splitlines()), default=0) > MAX_LINE:
            event.stop()
            event.prevent_default()
            self.notify("Not pasted: a line of it is too long to edit. A file can be attached.", markup=False)
        # Everything else is TextArea's own: Textual calls its handler after this one.

    async def _on_key(self, event: events.Key) -> None:
        since_s = event.time - self._last_key_at
        self._last_key_at = event.time
        # A line feed is ctrl+j here, and a pasted line end in some terminals. It is no binding: those run after
        # the keys that follow in a burst, which would move the line end behind them.
        text = {"ctrl+j": "\n", "tab": "\t" if since_s < BURST_S else ""}.get(event.key)
        if not text:
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()
        self.replace(text, *self.selection)
