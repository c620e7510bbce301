"""Sign-in health: what is known of an account's sign-in, what is weak about it, and a test made now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen

from tuimail.domain.health import Grade, HealthLine, is_weak
from tuimail.domain.ids import AccountId
from tuimail.ui.teaching import TOKENS
from tuimail.ui.widgets.dialog import Words, title
from tuimail.ui.widgets.facts import Fact, Facts, fact
from tuimail.ui.widgets.hint_line import HintLine

_SIGNS = {Grade.GOOD: ("✓", "bold $success"), Grade.FACT: (" ", "$muted"), Grade.WEAK: ("!", "bold $warning")}
LEAD_WIDTH = 19


class HealthScreen(Screen[None]):
    """Shows what it is given; posts what is wanted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "test", "Test now", id="health.test"),
        Binding("q,escape", "back", "Back", id="health.back"),
    ]
    DEFAULT_CSS = """
    HealthScreen { background: $background; }
    HealthScreen VerticalScroll { padding: 0 2; scrollbar-size-vertical: 1; }
    HealthScreen VerticalScroll > * { height: auto; margin-bottom: 1; }
    """

    @dataclass
    class TestWanted(Message):
        """Try every link of the account now."""

        account: AccountId

    class Closed(Message):
        """Go back."""

    def __init__(self, account: AccountId, address: str) -> None:
        super().__init__()
        self.account = account
        self._address = address
        self._tested: list[HealthLine] = []
        self._is_testing = False

    def compose(self) -> ComposeResult:
        """The verdict, the lines, the test."""
        with VerticalScroll():
            yield title("Sign-in health", tail=self._address)
            yield Words("Looking…", id="verdict")
            yield Facts(lead_width=LEAD_WIDTH, id="lines")
            yield Words("", id="testing")
            yield Facts(lead_width=2, id="tested")
            yield Words(Content.styled(TOKENS, "$muted"))
        yield HintLine((("t", "test now"), ("j k", "scroll"), ("escape", "back")))

    def on_mount(self) -> None:
        """The arrows scroll."""
        self.query_one(VerticalScroll).focus()

    def show_lines(self, lines: Sequence[HealthLine]) -> None:
        """What is known."""
        weak = sum(line.grade is Grade.WEAK for line in lines)
        if is_weak(lines):
            words = Content.assemble(("! ", "bold $warning"), f"{_lines(weak)} below could be safer, or will need you.")
        else:
            words = Content.assemble(("✓ ", "bold $success"), "Nothing here wants a look.")
        self.query_one("#verdict", Words).show(words)
        self.query_one("#lines", Facts).show([line_row(line) for line in lines])
        if self._is_testing:
            self._is_testing = False
            self.query_one("#testing", Words).show(Content.styled("Tested just now:", "bold"))

    def show_tested(self, line: HealthLine) -> None:
        """One more link was tried."""
        self._tested.append(line)
        self.query_one("#tested", Facts).show([tested_row(each) for each in self._tested])

    def action_test(self) -> None:
        """Test, once at a time."""
        if not self._is_testing:
            self._is_testing = True
            self._tested.clear()
            self.query_one("#tested", Facts).show([])
            self.query_one("#testing", Words).show("Testing: keychain, provider, IMAP, SMTP…")
            self.post_message(self.TestWanted(self.account))

    def action_back(self) -> None:
        """Go back."""
        self.post_message(self.Closed())


def _lines(count: int) -> str:
    return "One line" if count == 1 else f"{count} lines"


def tested_row(line: HealthLine) -> Fact:
    """A link that was tried; its title names a server and is as long as that."""
    sign, style = _SIGNS[line.grade]
    return fact(sign, f"{line.title}: {line.words}", lead_style=style)


def line_row(line: HealthLine) -> Fact:
    """A line as a row: its sign, what it is about, the words."""
    sign, style = _SIGNS[line.grade]
    return fact(f"{sign} {line.title}", line.words, lead_style=style)
