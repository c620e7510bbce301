"""A problem that cannot be passed over: its sentence, the technical text, and a key to copy that."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen

from tuimail.domain.errors import Problem
from tuimail.ui.problems import closing_words, heading, side_words
from tuimail.ui.widgets.dialog import Dialog, Words, title
from tuimail.ui.widgets.hint_line import HintLine


class ProblemScreen(ModalScreen[None]):
    """Tells, and goes away by Enter or Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "back", "Close", id="problem.close"),
        Binding("y", "copy", "Copy the details", id="problem.copy"),
    ]
    DEFAULT_CSS = "ProblemScreen { align: center middle; background: $background 70%; }"

    def __init__(self, problem: Problem, *, link: str = "", of: str = "") -> None:
        """``link``: the address that no browser could open; it is what is copied. ``of``: which problem this is."""
        super().__init__()
        self._of = of
        self._problem = problem
        self._link = link

    def compose(self) -> ComposeResult:
        """Sentence, details, what to do."""
        with Dialog(scrolls_by_key=True):
            yield title("No browser" if self._link else heading(self._problem), tail=self._of)
            yield Words(self._problem.summary)
            if self._link:
                yield Words(self._link)
            if side := side_words(self._problem):
                yield Words(side)
            if self._problem.detail:
                yield Words(Content.styled("What was said, word for word:", "$muted"))
                yield Words(self._problem.detail, id="detail")
            closing = closing_words(self._problem)
            if closing:
                yield Words(closing)
        yield HintLine((("y", "copy the address" if self._link else "copy the details"), ("enter escape", "close")))

    def on_mount(self) -> None:
        """The arrows scroll."""
        self.query_one(Dialog).focus()

    def action_back(self) -> None:
        """Close."""
        self.dismiss(None)

    def action_copy(self) -> None:
        """Hand the address, or else the texts, to the terminal's clipboard."""
        details = f"{self._problem.kind.value}: {self._problem.summary}\n{self._problem.detail}"
        self.app.copy_to_clipboard(self._link or details)
        self.query_one(HintLine).show((("y", "handed to the terminal's clipboard"), ("enter escape", "close")))
