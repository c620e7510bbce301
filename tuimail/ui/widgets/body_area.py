"""The text of a mail: wrapped softly, no line numbers, and whatever comes in passes the gate."""

import re
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.document._document import Location, Selection
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult

from tuimail.domain.clean import clean_block
from tuimail.ui.widgets.path_prompt import dropped_files

BURST_S = 0.01
"""Keys that follow each other faster come from a paste without brackets, not from fingers."""

UNDO_STEPS = 1_000
"""Of one composer; a step is a line or a few seconds of typing."""

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
        super().__init__(
            clean_block(text),
            id=id,
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            highlight_cursor_line=False,
            max_checkpoints=UNDO_STEPS,
        )
        self._last_key_at = 0.0
        self._cleaned = ("", "")

    @dataclass
    class FilesDropped(Message):
        """What was pasted are paths of files: terminals paste them for files that are dropped on them."""

        paths: tuple[str, ...]
        text: str

    @property
    def typed(self) -> str:
        """The text, cleaned once more as a whole."""
        text = self.text
        if text != self._cleaned[0]:
            # 2 ms for 100 KB, and asked for several times after each key.
            self._cleaned = (text, clean_block(text))
        return self._cleaned[1]

    def find(self, words: str, *, is_next: bool = False, is_backwards: bool = False) -> tuple[int, int]:
        """Select a place with these words, whatever their case: the one at or behind the cursor, behind the last one
        again the first. Which it is, and of how many; 0 of 0 if there is none."""
        text = self.document.text
        spans = [match.span() for match in re.finditer(re.escape(words), text, re.I)] if words else []
        if not spans:
            return 0, 0
        ends = sorted(self.selection)
        start, end = (self._offset_of(place) for place in ends)
        if is_backwards:
            before = [number for number, span in enumerate(spans) if span[1] <= start]
            chosen = before[-1] if before else len(spans) - 1
        else:
            least = end if is_next and end > start else start
            chosen = next((number for number, span in enumerate(spans) if span[0] >= least), 0)
        self.selection = Selection(*(self._place_at(text, offset) for offset in spans[chosen]))
        return chosen + 1, len(spans)

    def _offset_of(self, place: Location) -> int:
        row, column = place
        return sum(len(line) + 1 for line in self.document.lines[:row]) + column

    @staticmethod
    def _place_at(text: str, offset: int) -> Location:
        return text.count("\n", 0, offset), offset - text.rfind("\n", 0, offset) - 1

    def edit(self, edit: Edit) -> EditResult:
        """Every way in (keys, paste, clipboard) comes through here."""
        edit.text = clean_block(edit.text)
        return super().edit(edit)

    def _refresh_size(self) -> None:
        # Where an undo takes lines away and the scroll bar with them, Textual asks for the place of a cursor that still
        # stands in the lines that are gone (ValueError, Textual 8.2).
        start, end = (self.clamp_visitable(place) for place in self.selection)
        self.set_reactive(TextArea.selection, Selection(start, end))
        super()._refresh_size()

    def find_matching_bracket(self, bracket: str, search_from: Location) -> Location | None:  # noqa: ARG002 (Textual's signature)
        """None: this is no code, and to look for the partner of a ":-)" is to read all of a long text."""
        return None

    def _render_line(self, y: int) -> Strip:
        """As Textual's, which takes a line of the text apart for each line of the screen (measured in 100 KB: 20 ms a
        key, and 0.3 with this); what is selected or has tabs is left to it."""
        top = self.scroll_offset.y + y
        places = self.wrapped_document._offset_to_line_info
        if self.selection.start != self.selection.end or top >= len(places):
            return super()._render_line(y) if top < len(places) else Strip.blank(self.size.width, self._ground)
        row, section = places[top]
        line, breaks = self.document.get_line(row), self.wrapped_document.get_offsets(row)
        start = breaks[section - 1] if section else 0
        piece = line[start : breaks[section] if section < len(breaks) else len(line)]
        if "\t" in piece:
            return super()._render_line(y)
        cursor_row, cursor_column = self.cursor_location
        at = cursor_column - start
        is_last = section == len(breaks)
        if cursor_row != row or not self._draw_cursor or not 0 <= at < len(piece) + is_last:
            strip = Strip([Segment(piece)])
        else:
            cursor = self._theme.cursor_style
            before, under, after = piece[:at], piece[at : at + 1] or " ", piece[at + 1 :]
            strip = Strip([Segment(before), Segment(under, cursor), Segment(after)])
        return strip.extend_cell_length(self.scrollable_content_region.width).apply_style(self._ground)

    @property
    def _ground(self) -> Style:
        base = self._theme.base_style
        return base if base is not None else self.rich_style

    async def _on_paste(self, event: events.Paste) -> None:
        if paths := dropped_files(event.text):
            event.stop()
            event.prevent_default()
            self.post_message(self.FilesDropped(paths, event.text))
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
