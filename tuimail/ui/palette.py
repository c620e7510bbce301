"""What the command palette offers: everything that can be done here, by what it does, each with its key."""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from textual.app import App
from textual.binding import ActiveBinding
from textual.markup import escape
from textual.screen import Screen

from tuimail.ui.actions import ACTIONS
from tuimail.ui.key_names import pretty
from tuimail.ui.keymap import Keymap
from tuimail.ui.screens.mail import MailScreen

Entry = tuple[str, Callable[[], Awaitable[object] | None], str]
"""A title, what it does, and its key with perhaps a word of help."""


def actions_of(mail: MailScreen, keys: Keymap) -> list[Entry]:
    """Every action of the main screen."""
    return [
        (action.title, partial(mail.do, action.name), _under(keys.shown(action.name), action.help))
        for action in ACTIONS
        if action.name in mail.deed_names and not action.name.startswith("link_")
    ]


def actions_on(app: App[object], bindings: Iterable[ActiveBinding]) -> list[Entry]:
    """What the keys of any other screen do."""
    return [
        (each.binding.description, partial(app.run_action, each.binding.action, each.node), _under(each.binding.key))
        for each in bindings
        if isinstance(each.node, Screen) and each.enabled and each.binding.description
    ]


def themes(names: Iterable[str], choose: Callable[[str], None]) -> list[Entry]:
    """The themes, each for this run."""
    return [
        (f"Theme: {name}", partial(choose, name), "for this run; the profile's ui.theme keeps it") for name in names
    ]


def _under(key: str, words: str = "") -> str:
    """The line under a title, which Textual reads as markup."""
    shown = f"Key: {pretty(key.split())}" if key else "No key of its own"
    return escape(f"{shown}. {words}" if words else shown)
