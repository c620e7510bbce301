"""A short list of answers: each has its letter, its words and what follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer; ``action`` is the action of the screen that its letter is bound to."""

    key: str
    action: str
    words: str
    then: str = ""
    """What follows from it, on a line of its own."""


class Choices(OptionList):
    """Answers by arrow and Enter or by mouse; their letters are bindings of the screen that shows them."""

    DEFAULT_CSS = """
    Choices {
        border: none; padding: 0; background: transparent; height: auto; margin-bottom: 1;
        &:focus { border: none; background-tint: transparent; }
        & > .option-list--option { padding: 0 1; }
    }
    """

    def __init__(self, choices: Sequence[Choice], *, preselected: int = 0, id: str | None = None) -> None:  # noqa: A002 (Textual's word)
        width = max(len(choice.key) for choice in choices)
        super().__init__(*(Option(_prompt(choice, width), id=choice.action) for choice in choices), id=id, markup=False)
        self.highlighted = preselected

    @on(OptionList.OptionSelected)
    async def _run(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        await self.screen.run_action(event.option_id or "")


def _prompt(choice: Choice, width: int) -> Content:
    parts: list[str | tuple[str, str]] = [(choice.key.ljust(width), "bold $accent"), ("  " + choice.words, "bold")]
    if choice.then:
        parts.append(("\n" + " " * (width + 2) + choice.then, "$muted"))
    return Content.assemble(*parts)
