"""A plain question: Enter is yes and Esc is no; where a yes destroys, Enter stays no and ``y`` is asked for."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from tuimail.ui.widgets.choices import Choice, Choices
from tuimail.ui.widgets.dialog import Dialog, Words, title
from tuimail.ui.widgets.hint_line import HintLine

_FRAME = 6
"""Lines of the dialog that are neither words nor answers, and the hint line."""


class Question(ModalScreen[bool]):
    """Asks in ``words`` (paragraphs, shown as they are); ``yes`` and ``no`` say what each answer does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "Yes", id="question.yes"),
        Binding("n,escape", "no", "No", id="question.no"),
    ]
    DEFAULT_CSS = """
    Question { align: center middle; background: $background 70%; }
    Question #said { height: auto; scrollbar-size-vertical: 1; }
    Question #said > Words { width: 1fr; height: auto; margin-bottom: 1; }
    """

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
            with VerticalScroll(id="said"):
                for words in self._words:
                    yield Words(words)
            yield Choices(self._choices())
        yield HintLine(tuple((choice.key, choice.words) for choice in self._choices()))

    def on_mount(self) -> None:
        """The answers have the keys."""
        self.query_one(Choices).focus()

    def on_resize(self, event: events.Resize) -> None:
        """The answers stay in sight, whatever there is to say; Tab and the arrows scroll what does not fit."""
        around = _FRAME + self.query_one(Choices).option_count
        self.query_one("#said").styles.max_height = max(1, event.size.height - around)

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
