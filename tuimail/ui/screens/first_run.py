"""The first screen of somebody without a profile: try it, or add an account."""

from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import Screen

from tuimail.ui.teaching import TOKENS
from tuimail.ui.widgets.choices import Choice, Choices
from tuimail.ui.widgets.dialog import Dialog, Words
from tuimail.ui.widgets.hint_line import HintLine

_HINTS = (("enter", "try the demo"), ("a", "add an account"), ("q", "quit"))


class FirstRunScreen(Screen[Literal["demo", "quit"]]):
    """Returns "demo" or "quit", and posts ``AccountWanted``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "demo", "Try the demo", id="first.demo"),
        Binding("a", "account", "Add an account", id="first.account"),
        Binding("q", "leave", "Quit", id="first.quit"),
    ]
    DEFAULT_CSS = "FirstRunScreen { align: center middle; background: $background; }"

    class AccountWanted(Message):
        """Open the assistant."""

    def compose(self) -> ComposeResult:
        """Words, choices, keys."""
        with Dialog(wide=True):
            yield Words(_welcome())
            yield Choices(_CHOICES)
        yield HintLine(_HINTS)

    def on_mount(self) -> None:
        """The choices take the keys."""
        self.query_one(Choices).focus()

    def action_demo(self) -> None:
        """Open the demo."""
        self.dismiss("demo")

    def action_leave(self) -> None:
        """Quit."""
        self.dismiss("quit")

    def action_account(self) -> None:
        """Open the assistant."""
        self.post_message(self.AccountWanted())


_CHOICES = (
    Choice(
        key="d",
        action="demo",
        words="Try it without an account",
        then="A made-up mailbox on this machine, gone when you quit.",
    ),
    Choice(
        key="a",
        action="account",
        words="Add your account",
        then="Your address is enough to begin with; nothing is written until you have seen all of it.",
    ),
    Choice(key="q", action="leave", words="Quit"),
)


def _welcome() -> Content:
    return Content.assemble(
        ("tuimail", "bold $primary"),
        ("\nMail in your terminal: you sign in through your browser, and everything kept here is encrypted.", ""),
        (f"\n\n{TOKENS}", ""),
        ("\n\nNo account is set up on this machine yet.", "$muted"),
    )
