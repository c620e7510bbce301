"""Pictures as few pixels, where the extra ``images`` brought Pillow. The one home of it. Never raises; bounded.

Decoders of pictures are large programs that read what strangers wrote, so this one is there only for who installed
it, reads five formats, and starts only for a picture that somebody asked to see.
"""

import struct
from importlib.util import find_spec
from io import BytesIO

from tuimail.domain.picture import Picture

MAX_BYTES = 20_000_000
MAX_PIXELS = 16_000_000
"""Decoded, a pixel takes up to four bytes; JPEG is decoded at an eighth of its size and may be larger."""
MOST_ACROSS = 240
"""More pixels than a terminal has cells to show them."""
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
_BROKEN = (
    OSError,
    ValueError,
    TypeError,
    SyntaxError,
    EOFError,
    MemoryError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RuntimeError,
    struct.error,
)
"""What Pillow's readers raise over damaged files."""


def shows_pictures() -> bool:
    """Whether Pillow is installed."""
    return find_spec("PIL") is not None


def small_picture(data: bytes) -> Picture | None:
    """The picture in at most ``MOST_ACROSS`` pixels each way, on white where it is transparent; the first of several.

    None where it is none, too large, damaged, or where nothing here can read it.
    """
    if len(data) > MAX_BYTES or not shows_pictures():
        return None
    from PIL import Image, ImageOps  # noqa: PLC0415 (an extra, and for this alone)

    # Its own limit only warns, on the terminal.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as opened:
            words = f"{opened.format}, {opened.width:,} by {opened.height:,}"
            opened.draft("RGB", (MOST_ACROSS, MOST_ACROSS))
            if opened.width * opened.height > MAX_PIXELS:
                return None
            opened.thumbnail((MOST_ACROSS, MOST_ACROSS))
            turned = ImageOps.exif_transpose(opened).convert("RGBA")
        paper = Image.new("RGBA", turned.size, "white")
        drawn = Image.alpha_composite(paper, turned).convert("RGB")
    except _BROKEN:
        return None
    return Picture(width=drawn.width, height=drawn.height, pixels=drawn.tobytes(), words=words)
