"""Presets as data, and keys looked up in them. A key that means two things in one pane is an error."""

from collections.abc import Mapping

from msgspec import Struct

from tuimail.domain.errors import ConfigError, ErrorKind, Remedy
from tuimail.ui.actions import ACTIONS, BY_NAME, CONTEXTS, Action, Pane
from tuimail.ui.key_names import pretty

Keys = tuple[str, ...]
"""A key, or the keys of a sequence."""

PRESETS: Mapping[str, Mapping[str, str]] = {
    "default": {},
    "mutt": {
        "compose": "m",
        "reply_all": "g",
        "go_folder": "c",
        "list_first": "= | home",
        "list_last": "* | end",
        "mark": "t",
        "mark_all": "T",
        "move": "s",
        "star": "F",
        "forward_whole": "W",
        "copy_to": "C",
        "label": "Y",
        "toggle_read": "N",
        "undo": "u",
        "refresh": "$ | ctrl+r",
        "next_unread": "n",
        "next_message": "right | J",
        "previous_message": "left | K",
        "scroll_page_up": "- | b | pageup",
        "scroll_line_down": "enter | j | down",
        "source": "e",
        "quotes": "T",
        "attachments": "v",
        "mark_range": "",
        "previous_hit": "",
        "narrow": "l",
        "sort_date": "o d",
        "sort_sender": "o f",
        "sort_subject": "o s",
        "sort_size": "o z",
        "reverse": "o o",
        "threads": "o t",
    },
    "aerc": {
        "compose": "C | m",
        "reply": "R r | R q",
        "reply_all": "r r | r q",
        "go_folder": "c",
        "list_first": "g | home",
        "scroll_top": "g | home",
        "folder_first": "g | home",
        "archive": "a",
        "delete": "d",
        "move": "M",
        "copy_to": "Y",
        "headers": "H",
        "source": "",
        "links": "ctrl+l | o",
        "mark": "space",
        "mark_range": "V | v",
        "undo": "z z",
        "unfold": "z o | right",
        "fold": "z c | left",
        "unfold_all": "z R | +",
        "fold_all": "z M | -",
    },
    "gmail": {
        "open": "o | enter",
        "reader_back": "u | q | escape",
        "reply_all": "a",
        "archive": "e",
        "delete": "#",
        "move": "v",
        "mark": "x",
        "mark_range": "",
        "mark_all": "* a | * n",
        "toggle_read": "I | U",
        "unsubscribe": "W",
        "next_message": "n | J",
        "previous_message": "p | K",
        "unfold_all": "; | +",
        "fold_all": ": | -",
    },
}


class Prefix(Struct, frozen=True):
    """The keys so far begin a sequence; ``choices`` are its next keys and what they do."""

    choices: tuple[tuple[str, Action], ...]


class Keymap(Struct, frozen=True, kw_only=True):
    """What each key does in each pane."""

    name: str
    panes: Mapping[Pane, Mapping[Keys, Action]]
    keys: Mapping[str, tuple[Keys, ...]]
    """Keys by action name, the first being the one to show."""

    def find(self, pane: Pane, pressed: Keys) -> Action | Prefix | None:
        """What the keys pressed so far mean in this pane."""
        table = self.panes[pane]
        if pressed in table:
            return table[pressed]
        begun = len(pressed)
        choices = tuple(
            (keys[begun], action) for keys, action in table.items() if len(keys) > begun and keys[:begun] == pressed
        )
        return Prefix(choices) if choices else None

    def shown(self, action: str) -> str:
        """The key to show for an action, empty if it has none."""
        keys = self.keys.get(action, ())
        return pretty(keys[0]) if keys else ""


def key_of(key: str, character: str | None) -> str:
    """The name by which keymaps know a pressed key: a printable character is its own name."""
    if character == " ":
        return "shift+space" if key.startswith("shift+") else "space"
    if character is not None and character.isprintable() and "+" not in key.removesuffix("+"):
        return character
    return key


def keymap(preset: str) -> Keymap:
    """The keymap of a preset. Default keys that a preset uses for something else in the same pane give way."""
    if preset not in PRESETS:
        raise _bad(f"There is no keymap “{preset}”; there are {', '.join(PRESETS)}.")
    return build(preset, PRESETS[preset])


def build(name: str, overrides: Mapping[str, str]) -> Keymap:
    """A keymap from the registry's keys and what replaces them; raises ``ConfigError`` on a conflict."""
    unknown = [action for action in overrides if action not in BY_NAME]
    if unknown:
        raise _bad(f"The keymap “{name}” names no known action: {unknown[0]}.")
    wanted = {action: _sequences(keys.split(" | ")) for action, keys in overrides.items()}
    panes: dict[Pane, dict[Keys, Action]] = {pane: {} for pane in Pane}
    for action in ACTIONS:
        for keys in wanted.get(action.name, ()):
            _claim(name, panes, action=action, keys=keys)
    for action in ACTIONS:
        if action.name not in wanted:
            for keys in _sequences(action.keys):
                if not _is_taken(panes, action, keys, by=wanted):
                    _claim(name, panes, action=action, keys=keys)
    found: dict[str, list[Keys]] = {}
    for table in panes.values():
        for keys, action in table.items():
            known = found.setdefault(action.name, [])
            if keys not in known:
                known.append(keys)
    return Keymap(name=name, panes=panes, keys={action: tuple(keys) for action, keys in found.items()})


def _sequences(keys: list[str] | tuple[str, ...]) -> tuple[Keys, ...]:
    return tuple(tuple(key.split()) for key in keys if key.strip())


def _panes_of(action: Action) -> list[Pane]:
    return [pane for pane, contexts in CONTEXTS.items() if action.context in contexts]


def _overlap(one: Keys, other: Keys) -> bool:
    # Asked some five thousand times at each start; nearly always the first keys differ.
    if one[0] != other[0]:
        return False
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _is_taken(
    panes: Mapping[Pane, Mapping[Keys, Action]], action: Action, keys: Keys, *, by: Mapping[str, tuple[Keys, ...]]
) -> bool:
    return any(
        _overlap(keys, other)
        for pane in (_panes_of(action) if by else ())
        for other, holder in panes[pane].items()
        if holder.name in by
    )


def _claim(name: str, panes: dict[Pane, dict[Keys, Action]], *, action: Action, keys: Keys) -> None:
    for pane in _panes_of(action):
        for other, holder in panes[pane].items():
            if _overlap(keys, other):
                raise _bad(
                    f"In the keymap “{name}” the key {pretty(keys)} of “{action.name}” "
                    f"is also {pretty(other)} of “{holder.name}”."
                )
        panes[pane][keys] = action


def _bad(summary: str) -> ConfigError:
    return ConfigError(ErrorKind.BAD_PROFILE, summary, remedy=Remedy.FIX_CONFIG)
