"""How one comes to a client id, step by step, and the field for it."""

from dataclasses import dataclass
from textwrap import wrap
from typing import ClassVar

from rich.cells import chop_cells
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input
from textual.widgets.option_list import Option

from tuimail.config.guides import Guide, GuideStep
from tuimail.ui.widgets.dialog import Words, title
from tuimail.ui.widgets.hint_line import HintLine
from tuimail.ui.widgets.plain_list import PlainList

_HINTS = (
    ("o", "open the page"),
    ("y", "copy its address"),
    ("enter", "next"),
    ("tab", "fields"),
    ("escape", "back"),
)
_FIELD_HINTS = (("enter", "go on"), ("f2", "open the step's page"), ("shift+tab", "steps"), ("escape", "back"))


_NUMBER = 3
"""Cells before the words of a step."""
_AROUND = _NUMBER + 6
"""And on both sides of the list, its scrollbar included."""
WHY_A_CLIENT_ID = (
    "A provider lets in only programs that are registered with it. You register tuimail once, under your own name;"
    " what you get is a client id. It is no secret."
)


class ClientField(Input):
    """Takes a client id, a path, or the pasted JSON of Google's console, whatever its line breaks.

    What begins as a JSON is not shown: there is a secret in it.
    """

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.replace("".join(line.strip() for line in event.text.splitlines()), *self.selection)

    def validate_value(self, value: str) -> str:
        """Hide it before it is drawn, also where a terminal pastes by typing."""
        self.password = value.lstrip().startswith("{")
        return value


class GuideScreen(Screen[None]):
    """Posts ``Given`` with what was typed; the flow checks it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", id="guide.back"),
        Binding("o,f2", "open", "Open the page", id="guide.open"),
        Binding("y", "copy", "Copy the address", id="guide.copy"),
    ]
    DEFAULT_CSS = """
    GuideScreen { background: $background; }
    GuideScreen VerticalScroll { height: 1fr; padding: 0; scrollbar-size-vertical: 1; }
    GuideScreen Words { padding: 0 2; height: auto; margin-bottom: 1; }
    GuideScreen PlainList { height: auto; margin-bottom: 1; }
    GuideScreen Input { margin: 0 2; width: 1fr; background: $panel; }
    GuideScreen .label { color: $muted; margin-bottom: 0; }
    GuideScreen #problem { color: $warning; display: none; margin-top: 1; }
    """

    @dataclass
    class Given(Message):
        """What stands in the fields; both may hold a secret, so nothing may print them."""

        client: str
        secret: str
        login: str

        def __repr__(self) -> str:
            return "Given(…)"

    @dataclass
    class PageWanted(Message):
        """Show a page in the browser."""

        url: str

    class Left(Message):
        """Esc."""

    def __init__(self, guide: Guide, *, asks_client: bool, login: str = "") -> None:
        super().__init__()
        self._guide = guide
        self._asks_client = asks_client
        self._login = login

    def compose(self) -> ComposeResult:
        """What to know, the steps, what will happen, the fields."""
        guide = self._guide
        with VerticalScroll(can_focus=False):
            yield title(_heading(guide, asks_client=self._asks_client))
            if self._asks_client:
                yield Words(WHY_A_CLIENT_ID)
            for words in guide.before:
                yield Words(words)
            yield PlainList(id="steps")
            for words in guide.after:
                yield Words(words)
            if self._asks_client:
                yield Words(_asked(guide), classes="label")
                yield ClientField(id="client", placeholder=guide.example, compact=True)
                if guide.secret == "optional":  # noqa: S105 (a word of the guide)
                    yield Words("Client secret, if one was issued (kept in the keychain)", classes="label")
                    yield Input(id="secret", password=True, compact=True)
            if guide.asks_login:
                yield Words("Sign-in name, only where it is not your address (an alias)", classes="label")
                yield Input(self._login, id="login", placeholder="you@example.onmicrosoft.com", compact=True)
            yield Words(id="problem")
        yield HintLine(_HINTS)

    def on_mount(self) -> None:
        """The steps take the keys."""
        steps = self.query_one(PlainList)
        room = self.size.width - _AROUND
        steps.add_options(Option(_step(place, step, room)) for place, step in enumerate(self._guide.steps, 1))
        steps.highlighted = 0
        # What has to be known first stands above them.
        steps.focus(scroll_visible=False)
        self.call_after_refresh(self.query_one(VerticalScroll).scroll_home, animate=False)

    def show_problem(self, words: str) -> None:
        """Why what was typed cannot be."""
        problem = self.query_one("#problem", Words)
        problem.show(f"! {words}" if words else "")
        if words:
            self.call_after_refresh(problem.scroll_visible, animate=False)

    def action_open(self) -> None:
        """Show the step's page in the browser."""
        if url := self._url():
            self.post_message(self.PageWanted(url))
        else:
            self.show_problem("This step has no page of its own.")

    def action_copy(self) -> None:
        """Copy the step's address through the terminal (OSC 52), which may refuse without a word."""
        if url := self._url():
            self.app.copy_to_clipboard(url)
            self.app.notify("Copied, if your terminal allows programs to copy.", markup=False)

    def action_leave(self) -> None:
        """Back to the proposal."""
        self.post_message(self.Left())

    @on(PlainList.OptionSelected)
    def _next(self, event: PlainList.OptionSelected) -> None:
        event.stop()
        steps = event.option_list
        # As it is now: of a burst of keys each was pressed before the one before it had moved the cursor.
        following = (steps.highlighted or 0) + 1
        if following < len(self._guide.steps):
            steps.highlighted = following
        elif self.query("#client, #login"):
            self.query("#client, #login").first(Input).focus()
        else:
            self._give()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._give()

    def on_descendant_focus(self) -> None:
        """In a field the letters are the field's."""
        self.query_one(HintLine).show(_HINTS if self.query_one(PlainList).has_focus else _FIELD_HINTS)

    def _give(self) -> None:
        self.show_problem("")
        self.post_message(self.Given(self._value("client"), self._value("secret"), self._value("login")))

    def _value(self, name: str) -> str:
        fields = self.query(f"#{name}")
        return fields.first(Input).value.strip() if fields else ""

    def _url(self) -> str:
        place = self.query_one(PlainList).highlighted
        return self._guide.steps[place].url if place is not None else ""

    def on_resize(self, event: events.Resize) -> None:
        """Fold the steps anew, where their lines begin."""
        steps = self.query_one(PlainList)
        for place, step in enumerate(self._guide.steps[: steps.option_count], 1):
            steps.replace_option_prompt_at_index(place - 1, _step(place, step, event.size.width - _AROUND))


def _heading(guide: Guide, *, asks_client: bool) -> str:
    if asks_client:
        return f"A client id from {guide.title}"
    return "An app password" if guide.title == "App password" else f"An app password from {guide.title}"


def _step(place: int, step: GuideStep, room: int) -> Content:
    indent = "\n" + " " * _NUMBER
    parts: list[str | tuple[str, str]] = [(f"{place}. ", "bold $accent"), indent.join(wrap(step.words, room))]
    if step.url:
        parts.append((indent + indent.join(chop_cells(step.url, room)), "$muted"))
    return Content.assemble(*parts)


def _asked(guide: Guide) -> str:
    return "The JSON, its path, or the client id" if guide.takes_google_json else "Client id"
