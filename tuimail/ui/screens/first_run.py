"""The first screen of somebody without a profile: try it, or learn how to add an account."""

from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen

from tuimail.ui.widgets.choices import Choice, Choices
from tuimail.ui.widgets.dialog import Dialog, Words
from tuimail.ui.widgets.hint_line import HintLine

EXAMPLE = """\
[accounts.work]
address = "you@example.org"

[accounts.work.oauth]
issuer    = "https://login.example.org"
client_id = "the id your provider gave you"

[accounts.work.oauth.scopes]
identity = ["openid", "email"]
read = ["mail.read"]
send = ["mail.send"]

[accounts.work.imap]
host = "imap.example.org"

[accounts.work.smtp]
host = "smtp.example.org"
"""

_HINTS = (("enter", "try the demo"), ("a", "add an account"), ("q", "quit"))
_ACCOUNT_HINTS = (("esc", "back"), ("↑ ↓", "scroll"), ("d", "try the demo"), ("q", "quit"))


class FirstRunScreen(Screen[Literal["demo", "quit"]]):
    """Returns "demo" or "quit"; an account is added in the profile, whose place it shows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "demo", "Try the demo", id="first.demo"),
        Binding("a", "account", "Add an account", id="first.account"),
        Binding("escape", "back", "Back", id="first.back"),
        Binding("q", "leave", "Quit", id="first.quit"),
    ]
    DEFAULT_CSS = """
    FirstRunScreen { align: center middle; background: $background; }
    FirstRunScreen #account { height: auto; display: none; }
    FirstRunScreen #example { background: $panel; padding: 0 1; }
    FirstRunScreen #path { color: $accent; }
    """

    def __init__(self, profile_path: str, *, example: str = EXAMPLE) -> None:
        super().__init__()
        self._profile_path = profile_path
        self._example = example.strip()

    def compose(self) -> ComposeResult:
        """Words, choices, keys."""
        with Dialog(wide=True, scrolls_by_key=True):
            yield Words(_welcome())
            yield Choices(_CHOICES)
            with Vertical(id="account"):
                yield Words("An account is a few lines in this file (no assistant yet):")
                yield Words(self._profile_path, id="path")
                yield Words(self._example, id="example")
                yield Words("Write it, then start tuimail again. `tuimail check` tells what is missing.")
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
        """Show how to add an account."""
        self._show_account(True)

    def action_back(self) -> None:
        """Back to the choices."""
        self._show_account(False)

    def _show_account(self, shown: bool) -> None:
        self.query_one("#account").display = shown
        self.query_one(Choices).display = not shown
        self.query_one(HintLine).show(_ACCOUNT_HINTS if shown else _HINTS)
        (self.query_one(Dialog) if shown else self.query_one(Choices)).focus()


_CHOICES = (
    Choice(
        key="d",
        action="demo",
        words="Try it without an account",
        then="A made-up mailbox on this machine, gone when you quit.",
    ),
    Choice(key="a", action="account", words="Add your account", then="Shows the file to write and an example."),
    Choice(key="q", action="leave", words="Quit"),
)


def _welcome() -> Content:
    return Content.assemble(
        ("tuimail", "bold $primary"),
        ("\nMail in your terminal: you sign in through your browser, and everything kept here is encrypted.", ""),
        ("\nNo account is set up on this machine yet.", "$muted"),
    )
