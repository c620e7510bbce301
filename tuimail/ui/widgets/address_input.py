"""The header fields of the composer: one line each, whatever is pasted."""

from typing import ClassVar

from textual import events
from textual.widgets import Input

from tuimail.domain.address import parse_typed, piece_around, tidied
from tuimail.domain.clean import clean_line


class LineInput(Input):
    """One line of text; what is pasted is cleaned, its lines joined by ``joiner``."""

    joiner: ClassVar[str] = " "

    def __init__(self, value: str, *, id: str, placeholder: str = "") -> None:  # noqa: A002 (Textual's word)
        super().__init__(value, id=id, placeholder=placeholder, compact=True, select_on_focus=False)

    async def _on_key(self, event: events.Key) -> None:
        if event.key != "ctrl+j":
            await super()._on_key(event)
            return
        # A line feed, as a list that arrives as a burst of keys has it.
        event.stop()
        event.prevent_default()
        self.replace(self.joiner, *self.selection)

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.replace(self.as_line(event.text), *self.selection)

    def as_line(self, text: str) -> str:
        """What is pasted, as it fits into one line."""
        lines = (clean_line(line) for line in text.splitlines())
        return self.joiner.join(line for line in lines if line)


class AddressInput(LineInput):
    """Addresses with commas between them; a pasted column of addresses becomes such a list."""

    joiner: ClassVar[str] = ", "

    def as_line(self, text: str) -> str:
        """A list of whatever kind as one of ours, if all of it can be read."""
        return tidied(text) or super().as_line(text)

    @property
    def piece(self) -> str:
        """The address that the cursor is in, as far as it is typed; what stands behind the cursor counts, too."""
        start, end = piece_around(self.value, self.cursor_position)
        return self.value[start:end].strip()

    @property
    def others(self) -> frozenset[str]:
        """The addresses that stand in the field besides, lower case."""
        start, end = piece_around(self.value, self.cursor_position)
        rest = parse_typed(f"{self.value[:start]},{self.value[end:]}").addresses
        return frozenset(address.spec.lower() for address in rest)

    def take(self, text: str) -> None:
        """Put this in the place of the piece, ready for another one behind it."""
        start, end = piece_around(self.value, self.cursor_position)
        behind = self.value[end:].lstrip(",; ")
        self.value = f"{self.value[:start]}{text}, {behind}"
        self.cursor_position = start + len(text) + 2
