"""The least that Textual can do: the floor under every figure of the start."""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.widgets import Static


class EmptyApp(App[None]):
    """One word."""

    BINDINGS: ClassVar[list[BindingType]] = [("ctrl+q", "quit", "Quit")]

    def compose(self) -> ComposeResult:
        yield Static("painted")


if __name__ == "__main__":
    EmptyApp().run()
