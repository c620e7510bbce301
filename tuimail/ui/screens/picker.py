"""One out of a list, found by typing a few of its letters."""

from collections.abc import Iterable, Sequence
from typing import ClassVar, Generic, TypeVar

from msgspec import Struct
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.fuzzy import Matcher
from textual.screen import ModalScreen
from textual.widgets import Input
from textual.widgets.option_list import Option

from tuimail.ui.widgets.dialog import Dialog, title
from tuimail.ui.widgets.hint_line import HintLine
from tuimail.ui.widgets.plain_list import PlainList

T = TypeVar("T")
MAX_SHOWN = 200
"""Entries built at once; typing brings the others."""


class Choice(Struct, Generic[T], frozen=True, kw_only=True):
    """One entry: what it stands for, its words, and a second text in muted tone."""

    value: T
    title: str
    detail: str = ""


class Picker(ModalScreen[T | None], Generic[T]):
    """Returns the value chosen with Enter, or None for Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", id="picker.cancel"),
        Binding("down,ctrl+n", "move(1)", "Next", id="picker.down"),
        Binding("up,ctrl+p", "move(-1)", "Previous", id="picker.up"),
    ]
    DEFAULT_CSS = """
    Picker { align: center middle; background: $background 70%; }
    Picker Dialog { height: auto; max-height: 80%; }
    Picker Input { border: none; height: 1; padding: 0; background: $panel; margin-bottom: 1; }
    Picker PlainList { height: auto; max-height: 14; background: $surface; }
    """
    field_type: ClassVar[type[Input]] = Input
    hints: ClassVar[tuple[tuple[str, str], ...]] = (("enter", "choose"), ("up down", "move"), ("escape", "cancel"))

    def __init__(self, title: str, choices: Sequence[Choice[T]]) -> None:
        super().__init__()
        self._title = title
        self._choices = tuple(choices)
        self.marked_first = 0
        """The entry that is marked while all are shown."""
        self._shown: tuple[Choice[T], ...] = ()

    def compose(self) -> ComposeResult:
        """Field above list; the keys go to the field."""
        with Dialog():
            yield title(self._title)
            yield self.field_type(placeholder="type to narrow", compact=True)
            options = PlainList()
            options.can_focus = False
            yield options
        yield HintLine(self.hints)

    def on_mount(self) -> None:
        """Show all."""
        self._fill("", marked=self.marked_first)

    def action_cancel(self) -> None:
        """Choose nothing."""
        self.dismiss(None)

    def action_move(self, by: int) -> None:
        """Move the highlight."""
        options = self.query_one(PlainList)
        if options.option_count:
            options.highlighted = ((options.highlighted or 0) + by) % options.option_count

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._fill(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.choose_marked()

    @property
    def is_filled(self) -> bool:
        """Whether the entries stand."""
        return bool(self._shown)

    def choose_marked(self) -> None:
        """Choose what is marked."""
        at = self.query_one(PlainList).highlighted
        if at is not None and at < len(self._shown):
            self.dismiss(self._shown[at].value)

    @on(PlainList.OptionSelected)
    def _clicked(self, event: PlainList.OptionSelected) -> None:
        self.dismiss(self._shown[event.option_index].value)

    def _fill(self, query: str, *, marked: int = 0) -> None:
        self._shown = tuple(matching(self._choices, query))[:MAX_SHOWN]
        options = self.query_one(PlainList)
        options.clear_options()
        options.add_options(
            [Option(_words(choice)) for choice in self._shown] or [Option("Nothing matches.", disabled=True)]
        )
        if self._shown:
            options.highlighted = marked

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()


def matching(choices: Iterable[Choice[T]], query: str) -> list[Choice[T]]:
    """Those whose words hold the letters of ``query`` in order, the best first."""
    if not query.strip():
        return list(choices)
    matcher = Matcher(query.strip())
    scored = [(matcher.match(f"{choice.title} {choice.detail}"), choice) for choice in choices]
    return [choice for score, choice in sorted(scored, key=lambda pair: -pair[0]) if score > 0]


def _words(choice: Choice[T]) -> Content:
    if not choice.detail:
        return Content(choice.title)
    return Content.assemble(choice.title, (f"  {choice.detail}", "$muted"))
