"""A plain question: Enter is yes and Esc is no; where a yes destroys, Enter stays no and ``y`` is asked for."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tuimail.ui.widgets.choices import Choice, Choices
from tuimail.ui.widgets.dialog import Dialog, Words, title
from tuimail.ui.widgets.hint_line import HintLine


class Question(ModalScreen[bool]):
    """Asks in ``words`` (paragraphs, shown as they are); ``yes`` and ``no`` say what each answer does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "Yes", id="question.yes"),
        Binding("n,escape", "no", "No", id="question.no"),
    ]
    DEFAULT_CSS = "Question { align: center middle; background: $background 70%; }"

    def __init__(self, title: str, words: str | Sequence[str], *, yes: str, no: str, destructive: bool = False) -> None:
        super().__init__()
        self._title = title
        self._words = (words,) if isinstance(words, str) else tuple(words)
        self._yes = yes
        self._no = no
        self._destructive = destructive

    def compose(self) -> ComposeResult:
        """Words, choices, keys."""
        with Dialog():
            yield title(self._title)
            for words in self._words:
                yield Words(words)
            yield Choices(self._choices())
        yield HintLine(tuple((choice.key, choice.words) for choice in self._choices()))

    def action_yes(self) -> None:
        """Answer yes."""
        self.dismiss(True)

    def action_no(self) -> None:
        """Answer no."""
        self.dismiss(False)

    def _choices(self) -> tuple[Choice, ...]:
        yes = Choice(key="y" if self._destructive else "enter", action="yes", words=self._yes)
        no = Choice(key="escape", action="no", words=self._no)
        return (no, yes) if self._destructive else (yes, no)
