import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.mime.charset import Decoded, decode_bytes, decode_header
from tuimail.mime.guess import guess
from tuimail.mime.parse import parse_message

TOMORROW = (
    "\u0417\u0430\u0432\u0442\u0440\u0430 \u0443\u0442\u0440\u043e\u043c \u0432\u0441\u0442\u0440\u0435\u0447\u0430"
)
TEXTS = {
    "gb18030": "\u4f60\u597d\uff0c\u6211\u4eec\u660e\u5929\u4e0a\u5348\u5728\u516c\u53f8\u5f00\u4f1a",
    "big5": "\u60a8\u597d\uff0c\u6211\u5011\u660e\u5929\u4e0a\u5348\u5728\u516c\u53f8\u958b\u6703",
    "cp932": "\u660e\u65e5\u306e\u4f1a\u8b70\u306f\u5348\u524d\u5341\u6642\u304b\u3089\u3067\u3059",
    "euc_jp": "\u660e\u65e5\u306e\u4f1a\u8b70\u306f\u5348\u524d\u5341\u6642\u304b\u3089\u3067\u3059",
    "cp949": "\uc548\ub155\ud558\uc138\uc694 \ub0b4\uc77c \uc624\uc804\uc5d0 \ud68c\uc758\uac00",
    "cp1251": TOMORROW,
    "koi8-r": TOMORROW,
}


@pytest.mark.parametrize("codec", TEXTS)
def test_text_without_a_charset_is_read_by_its_bytes(codec: str) -> None:
    text = TEXTS[codec]
    read = decode_bytes(f"Hi! {text}".encode(codec))

    assert read.text == f"Hi! {text}"
    assert read.note == f"The text does not name its character set; it was read as {codec}."
    assert decode_header(text.encode(codec)) == text


@pytest.mark.parametrize(
    "text",
    [
        "Gr\u00fc\u00dfe aus M\u00fcnchen, sch\u00f6ne Gr\u00f6\u00dfe f\u00fcr J\u00fcrgen M\u00fcller",
        "\u00c9l\u00e8ve d\u00e9\u00e7u \u00e0 No\u00ebl, \u00e7a m'\u00e9tonne beaucoup",
        "20\u00b0C 21\u00b0C 22\u00b0C 23\u00b0C 24\u00b0C 25\u00b0C",
        "p\u00e5 svenska \u00e4r \u00f6l ocks\u00e5 b\u00e4st",
        "caf\u00e9",
    ],
)
def test_western_text_stays_western(text: str) -> None:
    assert guess(text.encode("cp1252")) == ""
    assert decode_bytes(text.encode("cp1252")).text == text


def test_a_claim_that_holds_is_never_doubted() -> None:
    text = TEXTS["big5"]

    assert decode_bytes(text.encode("utf-8")).text == text
    assert decode_bytes(text.encode("big5"), "big5") == Decoded(text=text)


@given(st.binary(max_size=300))
def test_any_bytes_are_guessed_at(data: bytes) -> None:
    assert decode_bytes(data).text is not None
    data.decode(guess(data) or "ascii", "replace")


def test_words_that_are_said_to_be_base64_are_read_as_words() -> None:
    head = b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n"

    assert parse_message(head + b"these are words\r\n").blocks[0].text == "these are words"
    assert parse_message(head + b"aGVsbG8gYWxs\r\n").blocks[0].text == "hello all"
