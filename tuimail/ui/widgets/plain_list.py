"""A list for at most some hundred entries: no frame, j and k as well as the arrows, no markup."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import OptionList


class PlainList(OptionList):
    """Textual's option list as our screens want it; a mailbox has a widget of its own."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Next", show=False, id="list.down"),
        Binding("k", "cursor_up", "Previous", show=False, id="list.up"),
    ]
    DEFAULT_CSS = """
    PlainList {
        height: 1fr; border: none; padding: 0; background: $background; scrollbar-size-vertical: 1;
        &:focus { border: none; background-tint: transparent; }
        & > .option-list--option { padding: 0 2; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's word)
        super().__init__(id=id, markup=False)
