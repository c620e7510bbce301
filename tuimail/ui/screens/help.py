"""Help: the live bindings of the screen it was asked from, found by typing."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from textwrap import wrap
from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

from tuimail.ui.actions import ACTIONS, CONTEXTS, Context, Pane
from tuimail.ui.key_names import pretty
from tuimail.ui.keymap import Keymap
from tuimail.ui.widgets.dialog import title
from tuimail.ui.widgets.hint_line import HintLine

KEYS_WIDTH = 18
WORDS_WIDTH = 52
"""What a terminal of 80 columns leaves beside the keys."""
_TITLES = {
    Context.LIST: "In the list",
    Context.READER: "In the reader",
    Context.FOLDERS: "In the folder list",
    Context.MESSAGE: "With messages",
    Context.EVERYWHERE: "Everywhere",
}
SIGNS = (
    ("N", "unread"),
    ("r", "answered"),
    ("f", "forwarded"),
    ("D", "draft"),
    ("*", "starred"),
    ("@", "has attachments"),
    (">", "marked"),
    ("…", "waits for the server"),
)


_COMMON_WORDS = {
    "app.focus_next": "Next field or part of the screen",
    "app.focus_previous": "The one before",
    "screen.copy_text": "Copy what the mouse selected",
}
"""Ours for what Textual gives to every screen."""
_UNUSUAL = {"super+c"}


class HelpGroup(Struct, frozen=True, kw_only=True):
    """Keys and what they do, under a heading."""

    title: str
    rows: tuple[tuple[str, str], ...]


class HelpScreen(ModalScreen[None]):
    """Shows groups of keys; typing narrows them, the arrows scroll."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1", "back", "Close", id="help.close"),
        Binding("down", "scroll(1)", "Down", id="help.down"),
        Binding("up", "scroll(-1)", "Up", id="help.up"),
        Binding("pagedown", "scroll(10)", "Page down", id="help.page_down"),
        Binding("pageup", "scroll(-10)", "Page up", id="help.page_up"),
    ]
    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 70%; }
    HelpScreen #box {
        width: 84; max-width: 100%; height: 90%; border: round $line; background: $surface; padding: 0 2;
    }
    HelpScreen #box > Static { margin-bottom: 1; }
    HelpScreen Input { border: none; height: 1; padding: 0; background: $panel; margin-bottom: 1; }
    HelpScreen #keys { height: 1fr; scrollbar-size-vertical: 1; }
    """

    def __init__(self, groups: Sequence[HelpGroup], *, preset: str = "") -> None:
        super().__init__()
        self._groups = tuple(groups)
        self._preset = preset

    def compose(self) -> ComposeResult:
        """Field above the keys."""
        with Vertical(id="box"):
            yield title("Keys", tail=f"keymap: {self._preset}" if self._preset else "")
            yield Input(placeholder="type to search", compact=True)
            with VerticalScroll(id="keys", can_focus=False):
                yield Static(help_text(self._groups, ""), id="text", markup=False)
        yield HintLine((("up down", "scroll"), ("pageup pagedown", "page"), ("escape", "close")))

    def action_back(self) -> None:
        """Close."""
        self.dismiss(None)

    def action_scroll(self, lines: int) -> None:
        """Scroll at once."""
        keys = self.query_one("#keys", VerticalScroll)
        keys.scroll_to(y=keys.scroll_target_y + lines, animate=False)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self.query_one("#text", Static).update(help_text(self._groups, event.value))


def help_text(groups: Sequence[HelpGroup], query: str) -> Content:
    """The groups with what matches; all for an empty query."""
    wanted = query.strip().lower()
    parts: list[Content | str | tuple[str, str]] = []
    for group in groups:
        rows = [row for row in group.rows if wanted in row[1].lower() or (wanted and wanted == row[0].lower())]
        if rows:
            parts += ["\n\n" if parts else "", (group.title, "bold $primary")]
            for keys, words in rows:
                for left, right in zip_longest(wrap(keys, KEYS_WIDTH), wrap(words, WORDS_WIDTH), fillvalue=""):
                    parts += ["\n", (left.rjust(KEYS_WIDTH), "bold"), f"   {right}"]
    return Content.assemble(*parts) if parts else Content("No key does that.")


def pane_groups(keymap: Keymap, pane: Pane) -> list[HelpGroup]:
    """The groups of the main screen, those of the focused pane first."""
    groups: list[HelpGroup] = []
    for context in reversed(CONTEXTS[pane]):
        rows = [
            (
                ", ".join(pretty(keys) for keys in keymap.keys[action.name]),
                f"{action.title}: {action.help}" if action.help else action.title,
            )
            for action in ACTIONS
            if action.context is context and action.name in keymap.keys and not action.name.startswith("link_")
        ]
        if context is Context.READER:
            rows.append(("1 to 9", "Open a link by its number"))
        groups.append(HelpGroup(title=_TITLES[context], rows=tuple(rows)))
    return [*groups, HelpGroup(title="Signs in the list", rows=SIGNS)]


def screen_groups(bindings: Iterable[ActiveBinding], hints: Iterable[tuple[str, str]] = ()) -> list[HelpGroup]:
    """The groups of any other screen: its own live bindings, then what its widgets and every screen have.

    ``hints`` name what a key of a widget does on this screen, such as Enter in a list.
    """
    own: dict[str, list[str]] = {}
    common: dict[str, list[str]] = {}
    told = {key: words for keys, words in hints for key in keys.split()}
    for each in bindings:
        binding = each.binding
        words = _COMMON_WORDS.get(binding.action, binding.description)
        if not words or binding.key in _UNUSUAL:
            continue
        key = pretty((binding.key,))
        if binding.id and isinstance(each.node, Screen):
            own.setdefault(words, []).append(key)
        elif key in told:
            own.setdefault(told[key][:1].upper() + told[key][1:], []).append(key)
        else:
            common.setdefault(words.capitalize(), []).append(key)
    groups = (("On this screen", own), ("Moving about", common))
    return [
        HelpGroup(title=title, rows=tuple((", ".join(dict.fromkeys(keys)), words) for words, keys in rows.items()))
        for title, rows in groups
        if rows
    ]
