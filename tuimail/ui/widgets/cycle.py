"""A value out of a few, on one line: left, right and space go through them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget


class Cycle(Widget):
    """Pairs of value and words; ``value`` is the one that is shown."""

    can_focus = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "move(1)", "Next value", show=False, id="cycle.next"),
        Binding("left", "move(-1)", "Previous value", show=False, id="cycle.previous"),
    ]
    DEFAULT_CSS = """
    Cycle { height: 1; width: 1fr; }
    Cycle:focus { background: $selection 60%; }
    """

    @dataclass
    class Changed(Message):
        """Another value is shown."""

        cycle: "Cycle"

    def __init__(self, values: Sequence[tuple[str, str]], value: str, *, id: str) -> None:  # noqa: A002 (Textual's word)
        super().__init__(id=id)
        self._values = tuple(values)
        self._place = next((place for place, (each, _) in enumerate(values) if each == value), 0)

    @property
    def value(self) -> str:
        """The value that is shown."""
        return self._values[self._place][0]

    def show(self, value: str) -> None:
        """Show this value, without a message; an unknown one is left alone."""
        places = [place for place, (each, _) in enumerate(self._values) if each == value]
        if places:
            self._place = places[0]
            self.refresh()

    def action_move(self, step: int) -> None:
        """Show the next value or the one before."""
        self._place = (self._place + step) % len(self._values)
        self.refresh()
        self.post_message(self.Changed(self))

    def render(self) -> Content:
        """The words between two arrows."""
        return Content.assemble(("◂ ", "$muted"), (self._values[self._place][1], ""), (" ▸", "$muted"))
