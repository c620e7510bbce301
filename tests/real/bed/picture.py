"""Draws a captured terminal screen as a PNG, so that a failure can be looked at."""

from pathlib import Path

import pyte
from PIL import Image, ImageDraw, ImageFont
from wcwidth import wcswidth

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

_DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf")
_UNIFONT = Path("/usr/share/fonts/opentype/unifont/unifont.otf")
_UNIFONT_UPPER = Path("/usr/share/fonts/opentype/unifont/unifont_upper.otf")
_SIZE = 16
_CELL = (10, 20)
_NAMED = {
    "black": "000000",
    "red": "cd3131",
    "green": "0dbc79",
    "brown": "e5e510",
    "blue": "2472c8",
    "magenta": "bc3fbc",
    "cyan": "11a8cd",
    "white": "e5e5e5",
}
_BACKGROUND, _FOREGROUND = "101010", "e0e0e0"


def draw(capture: str, path: Path, *, columns: int, rows: int) -> None:
    """Write what `tmux capture-pane -e -N` gave as a picture."""
    screen = pyte.Screen(columns, rows)
    pyte.Stream(screen).feed("\r\n".join(capture.rstrip("\n").split("\n")))
    image = Image.new("RGB", (columns * _CELL[0], rows * _CELL[1]), f"#{_BACKGROUND}")
    canvas = ImageDraw.Draw(image)
    fonts = Fonts()
    for row in range(rows):
        for column in range(columns):
            _draw_cell(canvas, fonts, screen.buffer[row][column], at=(column * _CELL[0], row * _CELL[1]))
    image.save(path)


class Fonts:
    """DejaVu for what it has; Unifont, where it is installed, for the East Asian characters and symbols it lacks."""

    def __init__(self) -> None:
        self._plain = _font(_DEJAVU)
        self._wide = _font(_UNIFONT)
        self._upper = _font(_UNIFONT_UPPER)

    def fitting(self, text: str) -> Font:
        """The font that has this character."""
        code = ord(text[0])
        if code >= 0x10000:
            return self._upper
        return self._wide if code >= 0x2E80 else self._plain


def _font(path: Path) -> Font:
    return ImageFont.truetype(str(path), _SIZE) if path.exists() else ImageFont.load_default()


def _draw_cell(canvas: ImageDraw.ImageDraw, fonts: Fonts, char: pyte.screens.Char, *, at: tuple[int, int]) -> None:
    left, top = at
    ink, paper = _colour(char.fg, _FOREGROUND), _colour(char.bg, _BACKGROUND)
    if char.reverse:
        ink, paper = paper, ink
    if char.data:
        width = max(1, wcswidth(char.data)) * _CELL[0]
        canvas.rectangle((left, top, left + width - 1, top + _CELL[1] - 1), fill=paper)
    if char.data.strip():
        canvas.text((left, top), char.data, font=fonts.fitting(char.data), fill=ink)


def _colour(name: str, default: str) -> str:
    if name == "default":
        return f"#{default}"
    return f"#{_NAMED.get(name.removeprefix('bright'), name)}"
