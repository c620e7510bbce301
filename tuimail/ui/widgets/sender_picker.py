"""The From row: one of the person's own addresses, changed by arrows."""

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tuimail.domain.draft import Identity


class SenderPicker(Widget):
    """Shows one identity; up, down and space take another where there is one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,right,space", "turn(1)", "Next address", show=False, id="sender.next"),
        Binding("up,left", "turn(-1)", "Previous address", show=False, id="sender.previous"),
    ]
    DEFAULT_CSS = "SenderPicker { height: 1; width: 1fr; } SenderPicker:focus { background: $selection; }"
    can_focus = True
    chosen = reactive(0)

    @dataclass
    class Changed(Message):
        """Another address was taken."""

        before: Identity
        after: Identity

    def __init__(self, identities: tuple[Identity, ...], sender: Identity, *, id: str | None = None) -> None:  # noqa: A002 (Textual's word)
        """``sender`` may be an address that the account had when the draft was begun."""
        super().__init__(id=id)
        known = [(identity.account, identity.sender) for identity in identities]
        own = (sender.account, sender.sender)
        self._identities = identities if own in known or (identities and not sender.sender) else (sender, *identities)
        self.set_reactive(SenderPicker.chosen, known.index(own) if own in known else 0)

    @property
    def value(self) -> Identity:
        """The identity shown."""
        return self._identities[self.chosen]

    def action_turn(self, step: int) -> None:
        """Take the next or previous one."""
        if len(self._identities) > 1:
            before = self.value
            self.chosen = (self.chosen + step) % len(self._identities)
            self.post_message(self.Changed(before, self.value))

    def render(self) -> Content:
        """The identity, its account where there are several, and that there are others."""
        count = len(self._identities)
        accounts = {identity.account for identity in self._identities}
        account = f"   {self.value.account}" if len(accounts) > 1 else ""
        tail = f"   ↑ ↓ {self.chosen + 1} of {count}" if count > 1 else ""
        return Content.assemble(self.value.sender, (account + tail, "$muted"))
