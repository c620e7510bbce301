"""The little of CSS that decides whether and how mail can be seen: hidden elements, colours, sizes, weight, space."""

import re
from functools import lru_cache

from msgspec import Struct

from tuimail.mime.html_color import background_color, text_color

_DECLARATION = re.compile(r"([a-z-]{1,40})\s*:\s*([^;]{0,200})")
_SIZE = re.compile(r"^(\d{0,6}(?:\.\d{1,6})?)(px|pt|em|rem|%|)")
_LIST_LEVEL = re.compile(r"\blevel(\d{1,2})\b")
_BARRED = re.compile(r"\bsolid\b")

_SMALLEST_SEEN_PX = 2.0
_SETS_OFF_PX = 10.0


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
    is_apart: bool = False
    """Beside its neighbours with room between: what a page does with columns and buttons."""
    is_shown: bool = False
    """Displayed in so many words."""
    is_tight: bool | None = None
    """No space above and below."""
    is_padded: bool = False
    """So much room within, above or below, that it is set off."""
    is_unframed: bool = False
    """No border in so many words, as on a blockquote that only indents."""
    is_barred: bool = False
    """Outlook's bar at the left of a quotation."""
    is_ruled: bool = False
    """Outlook's line above the header of an answered mail."""
    is_framed: bool = False
    list_level: int = 0
    """Depth of Word's lists, whose items are ordinary paragraphs; 0 for anything else."""
    is_list_mark: bool = False
    """The bullet or number that Word writes into such a paragraph."""
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
    border = says.get("border", "")
    mso_list = says.get("mso-list", "")
    level = _LIST_LEVEL.search(mso_list)
    return Css(
        is_gone=_is_gone(says),
        is_invisible=None if not visibility else visibility.startswith(("hidden", "collapse")),
        is_tiny=None if font_size is None else font_size < _SMALLEST_SEEN_PX,
        color=text_color(says.get("color", "")),
        background=_background(says),
        is_bold=None if not weight else weight.startswith(("bold", "6", "7", "8", "9")),
        is_italic=says.get("font-style", "").startswith(("italic", "oblique")),
        is_struck="line-through" in says.get("text-decoration", "") + says.get("text-decoration-line", ""),
        is_block=display.startswith(("block", "table", "flex", "grid", "list-item")),
        is_apart=display.startswith(("inline-", "flex", "inline flex", "grid")),
        is_shown=bool(display) and not display.startswith("none"),
        is_tight=_is_tight(says),
        is_padded=_is_padded(says),
        is_unframed=border.startswith(("none", "0")),
        is_barred=border.startswith("none") and bool(_BARRED.search(says.get("border-left", ""))),
        is_ruled=border.startswith("none") and bool(_BARRED.search(says.get("border-top", ""))),
        is_framed=bool(_BARRED.search(border)),
        list_level=int(level[1]) if level else 0,
        is_list_mark=mso_list == "ignore",
        keeps_space=says.get("white-space", "").startswith("pre"),
        width=_length(says.get("width", "")),
        height=_length(says.get("height", "")),
    )


def read_pixels(value: str | None) -> float | None:
    """A width or height attribute in pixels; None for shares of the page and nonsense."""
    return None if not value or "%" in value else _length(value.strip().lower())


def _is_gone(says: dict[str, str]) -> bool:
    return (
        says.get("display", "").startswith("none")
        or "mso-hide" in says
        or _is_zero(says.get("max-height"))
        or _is_zero(says.get("opacity"))
        or (_is_zero(says.get("height")) and says.get("overflow", "").startswith("hidden"))
    )


def _background(says: dict[str, str]) -> str | None:
    picture = says.get("background-image", "")
    if picture and not picture.startswith(("none", "initial", "inherit")):
        return background_color("url(")
    return background_color(says.get("background-color") or says.get("background", ""))


def _is_tight(says: dict[str, str]) -> bool | None:
    sides = says.get("margin", "").split()
    above = says.get("margin-top") or (sides[0] if sides else "")
    below = says.get("margin-bottom") or (sides[2] if len(sides) > 2 else sides[0] if sides else "")  # noqa: PLR2004 (top, right, bottom)
    lengths = [_length(side) for side in (above, below) if side]
    return all(length is not None and length < _SMALLEST_SEEN_PX for length in lengths) if len(lengths) > 1 else None


def _is_padded(says: dict[str, str]) -> bool:
    sides = says.get("padding", "").split()
    above = says.get("padding-top") or (sides[0] if sides else "")
    return (_length(above) or 0.0) >= _SETS_OFF_PX


def _is_zero(value: str | None) -> bool:
    return value is not None and _length(value) == 0


def _length(value: str) -> float | None:
    match = _SIZE.match(value)
    if not match or not match[1] or match[1] == ".":
        return None
    number = float(match[1])
    factor = {"px": 1.0, "": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0, "%": 0.16}[match[2]]
    return number * factor
