"""A picture made small enough for the cells of a terminal."""

from typing import ClassVar

from tuimail.domain.discreet import Discreet


class Picture(Discreet, frozen=True, kw_only=True):
    """Rows of pixels from the top, three bytes each: red, green, blue."""

    hidden: ClassVar[tuple[str, ...]] = ("pixels",)

    width: int
    height: int
    pixels: bytes
    words: str = ""
    """Such as ``PNG, 640 by 480``: what it was before."""

    def at(self, column: int, row: int) -> tuple[int, int, int]:
        """The colour of one pixel."""
        start = 3 * (row * self.width + column)
        red, green, blue = self.pixels[start : start + 3]
        return red, green, blue
