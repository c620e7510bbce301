"""What keys are called on the screen: one way of writing them everywhere, here and in the README."""

from collections.abc import Sequence

_NAMES = {
    "enter": "Enter",
    "escape": "Esc",
    "space": "Space",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "home": "Home",
    "end": "End",
    "tab": "Tab",
    "at": "@",
    "colon": ":",
    "question_mark": "?",
}
"""Textual's names of the keys that screens bind, and ours for the eye."""


def pretty(keys: Sequence[str]) -> str:
    """Keys for the eye, such as ``g i`` or ``Ctrl+D``; what is pretty already stays as it is."""
    return " ".join(_pretty_key(key) for key in keys)


def _pretty_key(key: str) -> str:
    *modifiers, last = key.split("+") if len(key) > 1 else [key]
    if last in _NAMES:
        word = _NAMES[last]
    else:
        # "PgDn" is written by somebody who means it; "f5" is Textual's.
        is_name = last.islower() and (modifiers or len(last) > 1)
        word = last.upper() if is_name else last
    return "+".join([*(modifier.capitalize() for modifier in modifiers), word])
