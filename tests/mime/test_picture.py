"""Pictures made small."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tuimail.mime.picture import MAX_PIXELS, MOST_ACROSS, small_picture

RED, WHITE = (255, 0, 0), (255, 255, 255)


def file(image: Image.Image, kind: str = "PNG") -> bytes:
    written = BytesIO()
    image.save(written, kind)
    return written.getvalue()


PNG = file(Image.new("RGB", (40, 20), RED))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP"])
def test_a_picture_is_shrunk_in_its_proportions(kind: str) -> None:
    picture = small_picture(file(Image.new("RGB", (960, 480), RED), kind))

    assert picture is not None
    assert (picture.width, picture.height) == (MOST_ACROSS, MOST_ACROSS // 2)
    assert len(picture.pixels) == 3 * picture.width * picture.height
    assert picture.at(7, 7)[0] > 250
    assert picture.words == f"{kind}, 960 by 480"


def test_what_is_transparent_is_white() -> None:
    picture = small_picture(file(Image.new("RGBA", (4, 4), (0, 0, 0, 0))))

    assert picture is not None
    assert picture.at(3, 3) == WHITE


def test_a_picture_of_too_many_pixels_is_not_decoded() -> None:
    side = int(MAX_PIXELS**0.5) + 1

    assert small_picture(file(Image.new("1", (side, side)))) is None


@pytest.mark.parametrize("data", [b"", b"text", b"%!PS-Adobe-3.0 EPSF-3.0", b"II*\0" + bytes(200), b"<svg/>"])
def test_what_is_no_picture_or_of_another_format_is_none(data: bytes) -> None:
    assert small_picture(data) is None


@given(st.integers(0, len(PNG) - 1), st.binary(max_size=8), st.booleans())
def test_damage_never_raises(place: int, other: bytes, is_cut: bool) -> None:
    small_picture(PNG[:place] + other + (b"" if is_cut else PNG[place + len(other) :]))
