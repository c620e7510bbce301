"""The From row: one of the person's own addresses, changed by arrows."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class SenderPicker(Widget):
    """Shows one identity; up, down and space take another where there is one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,right,space", "turn(1)", "Next address", show=False, id="sender.next"),
        Binding("up,left", "turn(-1)", "Previous address", show=False, id="sender.previous"),
    ]
    DEFAULT_CSS = "SenderPicker { height: 1; width: 1fr; } SenderPicker:focus { background: $selection; }"
    can_focus = True
    chosen = reactive(0)

    class Changed(Message):
        """Another address was taken."""

    def __init__(self, identities: tuple[str, ...], sender: str, *, id: str | None = None) -> None:  # noqa: A002 (Textual's word)
        super().__init__(id=id)
        self._identities = identities if sender in identities or not sender else (sender, *identities)
        self.set_reactive(SenderPicker.chosen, self._identities.index(sender) if sender else 0)

    @property
    def value(self) -> str:
        """The identity shown."""
        return self._identities[self.chosen] if self._identities else ""

    def action_turn(self, step: int) -> None:
        """Take the next or previous one."""
        if len(self._identities) > 1:
            self.chosen = (self.chosen + step) % len(self._identities)
            self.post_message(self.Changed())

    def render(self) -> Content:
        """The identity, and that there are others."""
        count = len(self._identities)
        tail = f"   ↑ ↓ {self.chosen + 1} of {count}" if count > 1 else ""
        return Content.assemble(self.value, (tail, "$muted"))
