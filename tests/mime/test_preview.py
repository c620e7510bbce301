"""Parts as text to look at: whatever the bytes, cleaned, bounded, and never an exception."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.domain.clean import clean_block
from tuimail.mime.preview import MAX_BYTES, MAX_LINE, MAX_LINES, looks_like_text, preview

KINDS = ("text/plain", "text/csv", "application/json", "text/html", "application/octet-stream", "")


@settings(max_examples=150)
@given(
    data=st.one_of(st.binary(max_size=3_000), st.text(max_size=1_500).map(str.encode)),
    name=st.sampled_from(("a.txt", "a.csv", "a.json", "a.html", "a", "a.bin", "")),
    kind=st.sampled_from(KINDS),
)
def test_any_bytes_are_shown_clean_or_not_at_all(data: bytes, name: str, kind: str) -> None:
    shown = preview(data, name=name, content_type=kind)

    assert shown is None or clean_block(shown.text) == shown.text


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"[" * 500_000, "a.json"),
        (b'{"a":' * 100_000, "a.json"),
        (b"9" * 250_000, "a.json"),
        (b'"' * 900_000, "a.csv"),
        (b"," * 900_000, "a.csv"),
        (b"a,b\n" * 250_000, "a.csv"),
        (b"x" * 5_000_000, "a.log"),
        (b"\n" * 5_000_000, "a.log"),
        (b"<a " * 300_000, "a.html"),
        ("e\u0301\u0301".encode() * 200_000, "a.txt"),
    ],
    ids=["brackets", "objects", "digits", "quotes", "commas", "rows", "one line", "lines", "tags", "marks"],
)
def test_hostile_input_ends_soon_and_small(data: bytes, name: str) -> None:
    begun_s = time.perf_counter()

    shown = preview(data, name=name, content_type="")

    assert time.perf_counter() - begun_s < 5
    assert shown is not None
    assert shown.text.count("\n") < MAX_LINES + 1
    assert max(map(len, shown.text.split("\n"))) <= MAX_LINE + 1


def test_what_is_left_out_is_said() -> None:
    shown = preview(b"x\n" * MAX_BYTES, name="a.log", content_type="text/plain")

    assert shown is not None
    assert "1,000 of 2,000 KB" in shown.notes[0]
    assert any("lines" in note for note in shown.notes)


def test_json_is_laid_out_and_broken_json_left_as_it_is() -> None:
    laid_out = preview('{"a":[1,"ä"]}'.encode(), name="a.json", content_type="application/json")
    broken = preview(b'{"a":', name="a.json", content_type="application/json")

    assert laid_out is not None
    assert broken is not None
    assert json.loads(laid_out.text) == {"a": [1, "ä"]}
    assert "\n" in laid_out.text
    assert broken.text == '{"a":'


def test_tables_are_aligned_by_cells() -> None:
    shown = preview("名前;x\na;y\n".encode(), name="t.csv", content_type="text/csv")

    assert shown is not None
    assert shown.text.split("\n") == ["名前  x", "a     y"]


def test_utf_16_is_text_and_pictures_are_not() -> None:
    shown = preview("höhe".encode("utf-16"), name="a.txt", content_type="text/plain")

    assert shown is not None
    assert shown.text == "höhe"
    assert preview(b"\x89PNG\r\n\x1a\n\0\0", name="a.png", content_type="image/png") is None


@pytest.mark.parametrize(
    ("name", "kind", "is_text"),
    [("a.PY", "", True), ("a", "text/x-anything", True), ("a", "application/x+json", True), ("a.pdf", "x/y", False)],
)
def test_what_is_text_is_known_before_it_is_fetched(name: str, kind: str, is_text: bool) -> None:
    assert looks_like_text(name, kind) is is_text
