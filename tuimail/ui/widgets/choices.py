"""A short list of answers: each has its letter, its words and what follows from it."""

from collections.abc import Sequence
from textwrap import wrap

from msgspec import Struct
from textual import events, on
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tuimail.ui.key_names import pretty

_ROOM = 72
"""Cells of a line before the first layout: those of a dialog in 80 columns."""


class Choice(Struct, frozen=True, kw_only=True):
    """One answer; ``action`` is the action of the screen that its letter is bound to."""

    key: str
    action: str
    words: str
    then: str = ""
    """What follows from it, on a line of its own."""


class Choices(OptionList):
    """Answers by arrow and Enter or by mouse; their letters are bindings of the screen that shows them.

    The one that Enter takes has a sign of its own, so that it is not told by colour alone.
    """

    DEFAULT_CSS = """
    Choices {
        border: none; padding: 0; background: transparent; height: auto; margin-bottom: 1;
        &:focus { border: none; background-tint: transparent; }
        & > .option-list--option { padding: 0; }
    }
    """

    def __init__(self, choices: Sequence[Choice], *, preselected: int = 0, id: str | None = None) -> None:  # noqa: A002 (Textual's word)
        self._choices = tuple(choices)
        self._marked = preselected
        self._room = _ROOM
        options = (Option(self._prompt(index), id=choice.action) for index, choice in enumerate(choices))
        super().__init__(*options, id=id, markup=False)
        self.highlighted = preselected

    def on_resize(self, event: events.Resize) -> None:
        """Fold the words anew, where their lines begin."""
        if event.size.width != self._room:
            self._room = event.size.width
            for index in range(self.option_count):
                self.replace_option_prompt_at_index(index, self._prompt(index))

    @on(OptionList.OptionSelected)
    async def _run(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        await self.screen.run_action(event.option_id or "")

    @on(OptionList.OptionHighlighted)
    def _mark(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        before, self._marked = self._marked, event.option_index
        for index in {before, self._marked}:
            self.replace_option_prompt_at_index(index, self._prompt(index))

    def _prompt(self, index: int) -> Content:
        choice = self._choices[index]
        width = max(len(pretty((other.key,))) for other in self._choices)
        indent = "\n" + " " * (width + 4)
        room = max(1, self._room - width - 4)
        parts: list[str | tuple[str, str]] = [
            ("▸ " if index == self._marked else "  ", "bold"),
            (pretty((choice.key,)).ljust(width), "bold $accent"),
            ("  " + indent.join(wrap(choice.words, room)), "bold"),
        ]
        if choice.then:
            parts.append((indent + indent.join(wrap(choice.then, room)), "$muted"))
        return Content.assemble(*parts)
