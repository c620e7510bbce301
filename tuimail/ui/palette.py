"""What the command palette offers."""

from collections.abc import Callable, Iterable
from functools import partial

from tuimail.ui.actions import ACTIONS
from tuimail.ui.keymap import Keymap
from tuimail.ui.screens.mail import MailScreen

Entry = tuple[str, Callable[[], None], str]
"""A title, what it does, and its key or a word of help."""


def actions_of(mail: MailScreen, keys: Keymap) -> list[Entry]:
    """Every action of the main screen."""
    return [
        (action.title, partial(mail.do, action.name), keys.shown(action.name) or action.help)
        for action in ACTIONS
        if action.name in mail.deed_names and not action.name.startswith("link_")
    ]


def themes(names: Iterable[str], choose: Callable[[str], None]) -> list[Entry]:
    """The themes, each for this run."""
    return [
        (f"Theme: {name}", partial(choose, name), "for this run; the profile's ui.theme keeps it") for name in names
    ]
