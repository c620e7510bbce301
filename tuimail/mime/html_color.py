"""Colours of a page, as far as it takes to see that a text has the colour of what is behind it."""

import re
from functools import lru_cache

PICTURE = "picture"
"""Stands for a background whose colour nobody knows: a picture, a gradient, a name that is not listed here."""
UNKNOWN = "unknown"
"""Stands for a text colour that is not known; it is never that of a background."""
TRANSPARENT = "transparent"

_SHORT_HEX = re.compile(r"^#([0-9a-f])([0-9a-f])([0-9a-f])[0-9a-f]?$")
_LONG_HEX = re.compile(r"^(#[0-9a-f]{6})([0-9a-f]{2})?$")
_RGB = re.compile(
    r"^rgba?\((\d{1,3})(?:\.\d+)?[,\s]+(\d{1,3})(?:\.\d+)?[,\s]+(\d{1,3})(?:\.\d+)?(?:[,/\s]+([\d.]{1,8}%?))?"
)
_NAMES = {
    "black": "#000000", "silver": "#c0c0c0", "gray": "#808080", "grey": "#808080", "white": "#ffffff",
    "maroon": "#800000", "red": "#ff0000", "purple": "#800080", "green": "#008000", "lime": "#00ff00",
    "olive": "#808000", "yellow": "#ffff00", "navy": "#000080", "blue": "#0000ff", "teal": "#008080",
    "whitesmoke": "#f5f5f5", "snow": "#fffafa", "ivory": "#fffff0", "lightgray": "#d3d3d3", "lightgrey": "#d3d3d3",
    "ghostwhite": "#f8f8ff", "gainsboro": "#dcdcdc", "windowtext": "#000000", "window": "#ffffff",
}  # fmt: skip
_INHERITED = frozenset({"", "inherit", "initial", "unset", "none", "currentcolor", "revert"})
_SEEN_APART = 10
"""Steps of 256 by which a channel must differ before an eye tells two colours apart on every screen."""


def text_color(value: str) -> str | None:
    """The colour of a text; None where the value says nothing."""
    if not value:
        return None
    value = _bare(value)
    return None if value in _INHERITED else _color(value) or UNKNOWN


def background_color(value: str) -> str | None:
    """The colour of a background, from a colour or the shorthand; None where what is behind shows through."""
    if not value:
        return None
    value = _bare(value)
    if "url(" in value or "gradient(" in value:
        return PICTURE
    if value in _INHERITED or value == TRANSPARENT:
        return None
    whole = _color(value) or next((color for word in value.split()[:8] if (color := _color(word))), PICTURE)
    return None if whole == TRANSPARENT else whole


@lru_cache(maxsize=1024)
def are_alike(color: str | None, background: str | None) -> bool:
    """Whether a text of this colour cannot be seen on this background."""
    if color == TRANSPARENT:
        return True
    if color is None or background is None or color[0] != "#" or background[0] != "#":
        return False
    return all(abs(int(color[at : at + 2], 16) - int(background[at : at + 2], 16)) < _SEEN_APART for at in (1, 3, 5))


def _bare(value: str) -> str:
    return value.strip().lower().replace("!important", "").strip()


def _color(value: str) -> str | None:
    if match := _SHORT_HEX.match(value):
        return "#" + "".join(digit * 2 for digit in match.groups())
    if match := _LONG_HEX.match(value):
        return TRANSPARENT if match[2] == "00" else match[1]
    if match := _RGB.match(value):
        if match[4] and not match[4].strip("0.%"):
            return TRANSPARENT
        return "#" + "".join(f"{min(255, int(part)):02x}" for part in match.groups()[:3])
    return TRANSPARENT if value == TRANSPARENT else _NAMES.get(value)
