"""The little of CSS that decides whether mail can be seen: hidden elements, colours, sizes, weight."""

import re
from functools import lru_cache

from msgspec import Struct

_DECLARATION = re.compile(r"([a-z-]{1,40})\s*:\s*([^;]{0,200})")
_RULE = re.compile(r"([^{}]{1,300})\{([^{}]{0,4000})\}")
_AT_RULE = re.compile(r"@[a-z-]+[^{};]{0,300}[{;]")
_CLASS = re.compile(r"\.([A-Za-z_][\w-]{0,60})")
_SIZE = re.compile(r"^(\d{0,6}(?:\.\d{1,6})?)(px|pt|em|rem|%|)")
_RGB = re.compile(r"^rgba?\((\d{1,3}),(\d{1,3}),(\d{1,3})")
_SHORT_HEX = re.compile(r"^#([0-9a-f])([0-9a-f])([0-9a-f])$")
_LONG_HEX = re.compile(r"^#[0-9a-f]{6}$")
_NAMES = {"white": "#ffffff", "black": "#000000"}
PICTURE = "picture"
"""Stands for a background whose colour nobody knows."""

_MAX_CLASSES = 500
_SMALLEST_SEEN_PX = 2.0


class Css(Struct, frozen=True, kw_only=True):
    """What one element's style says; None where it says nothing."""

    is_gone: bool = False
    """The element and all in it takes no room: display none, no height, no opacity."""
    is_invisible: bool | None = None
    """Visibility, which children may set back."""
    is_tiny: bool | None = None
    """Letters too small to see, which children may set back."""
    color: str | None = None
    background: str | None = None
    is_bold: bool | None = None
    is_italic: bool = False
    is_struck: bool = False
    is_block: bool = False
    keeps_space: bool = False
    width: float | None = None
    height: float | None = None


NOTHING = Css()


@lru_cache(maxsize=4096)
def read_style(style: str) -> Css:
    """Read a style attribute."""
    says = {name: value.strip() for name, value in _DECLARATION.findall(style.lower()[:8000])}
    display = says.get("display", "")
    weight = says.get("font-weight", "")
    visibility = says.get("visibility", "")
    font_size = _length(says.get("font-size", ""))
    background = read_color(says.get("background-color") or says.get("background", "").partition(" ")[0])
    if "url(" in says.get("background", "") + says.get("background-image", ""):
        background = PICTURE
    return Css(
        is_gone=(
            display.startswith("none")
            or "mso-hide" in says
            or _is_zero(says.get("max-height"))
            or _is_zero(says.get("opacity"))
            or (_is_zero(says.get("height")) and says.get("overflow", "").startswith("hidden"))
        ),
        is_invisible=None if not visibility else visibility.startswith(("hidden", "collapse")),
        is_tiny=None if font_size is None else font_size < _SMALLEST_SEEN_PX,
        color=read_color(says.get("color", "")),
        background=background,
        is_bold=None if not weight else weight.startswith(("bold", "6", "7", "8", "9")),
        is_italic=says.get("font-style", "").startswith(("italic", "oblique")),
        is_struck="line-through" in says.get("text-decoration", "") + says.get("text-decoration-line", ""),
        is_block=display.startswith(("block", "table", "flex", "grid", "list-item")),
        keeps_space=says.get("white-space", "").startswith("pre"),
        width=_length(says.get("width", "")),
        height=_length(says.get("height", "")),
    )


def hidden_classes(styles: str) -> frozenset[str]:
    """Names of classes that a style sheet hides without a condition such as a screen width."""
    hidden: set[str] = set()
    for selectors, declarations in _RULE.findall(_without_conditions(styles)):
        if "none" not in declarations and "hid" not in declarations and "0" not in declarations:
            continue
        if not _hides(declarations):
            continue
        for selector in selectors.split(",")[:50]:
            match = _CLASS.fullmatch(selector.strip())
            if match and len(hidden) < _MAX_CLASSES:
                hidden.add(match[1])
    return frozenset(hidden)


def read_color(value: str) -> str | None:
    """A colour as ``#rrggbb``, or None where it is none that we know."""
    value = value.strip().lower().replace(" ", "").removesuffix("!important")
    if match := _SHORT_HEX.match(value):
        return "#" + "".join(digit * 2 for digit in match.groups())
    if match := _RGB.match(value):
        return "#" + "".join(f"{min(255, int(part)):02x}" for part in match.groups())
    return value if _LONG_HEX.match(value) else _NAMES.get(value)


def read_pixels(value: str | None) -> float | None:
    """A width or height attribute in pixels; None for shares of the page and nonsense."""
    return None if not value or "%" in value else _length(value.strip().lower())


def _hides(declarations: str) -> bool:
    css = read_style(declarations)
    return css.is_gone or bool(css.is_invisible)


def _is_zero(value: str | None) -> bool:
    return value is not None and _length(value) == 0


def _length(value: str) -> float | None:
    match = _SIZE.match(value)
    if not match or not match[1] or match[1] == ".":
        return None
    number = float(match[1])
    factor = {"px": 1.0, "": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0, "%": 0.16}[match[2]]
    return number * factor


def _without_conditions(styles: str) -> str:
    """The style sheet without its @media and other at-blocks."""
    kept: list[str] = []
    position = 0
    while match := _AT_RULE.search(styles, position):
        kept.append(styles[position : match.start()])
        position = match.end() if match[0].endswith(";") else _block_end(styles, match.end())
    kept.append(styles[position:])
    return "".join(kept)


def _block_end(styles: str, position: int) -> int:
    depth = 1
    for match in re.compile(r"[{}]").finditer(styles, position):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.end()
    return len(styles)
