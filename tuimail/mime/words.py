"""Encoded words in header fields (RFC 2047), read leniently and written strictly."""

import base64
import binascii
import re
from collections.abc import Iterator
from itertools import groupby

from msgspec import Struct

from tuimail.mime.charset import codec_for, decode_bytes

MAX_WORDS = 1000
"""Encoded words read in one field; later ones stay as they are."""

# Some write a question mark within a word; one behind an equals sign begins the next word.
_WORD = re.compile(r"=\?([^?\s=]{1,60})\?([bBqQ])\?((?:[^?]|\?(?!=)(?<!=\?)){0,8000}+)\?=")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]+")
_MAX_WORD_BYTES = 39
"""Bytes in one encoded word we write: with its frame and ``Subject: `` the line stays below the 76 characters of
RFC 2047 section 2."""


def decode_words(value: str) -> str:
    """The field's text with its encoded words read; what cannot be read stays raw. Not yet cleaned."""
    if "=?" not in value:
        return value
    pieces: list[str] = []
    run: list[_Word] = []
    end = 0
    for count, match in enumerate(_WORD.finditer(value)):
        if count >= MAX_WORDS:
            break
        between = value[end : match.start()]
        # White space between two encoded words is not text (RFC 2047 section 6.2).
        if not run or between.strip():
            pieces += [_run_text(run), between]
            run = []
        run.append(_Word(charset=match[1].lower(), kind=match[2].lower(), text=match[3], raw=match[0]))
        end = match.end()
    pieces += [_run_text(run), value[end:]]
    return "".join(pieces)


class _Word(Struct, frozen=True, kw_only=True):
    charset: str
    kind: str
    text: str
    raw: str


def _run_text(run: list[_Word]) -> str:
    """Neighbouring words: bytes of one charset are joined first, because senders cut characters in two."""
    texts: list[str] = []
    for charset, group in groupby(run, key=lambda word: word.charset):
        same = list(group)
        joined = b"".join(_bytes_of(same))
        readable = codec_for(charset) is not None or _is_utf8(joined)
        texts.append(decode_bytes(joined, charset).text if readable else "".join(word.raw for word in same))
    return "".join(texts)


def _bytes_of(words: list[_Word]) -> Iterator[bytes]:
    digits = ""
    for word in words:
        if word.kind == "q":
            yield _from_base64(digits)
            yield binascii.a2b_qp(word.text.encode("utf-8", "replace"), header=True)
            digits = ""
            continue
        if len(word.text) % 4 == 0:
            yield _from_base64(digits)
            digits = ""
        # Four digits are three bytes: senders that cut anywhere go on with them in the next word.
        digits += _NOT_BASE64.sub("", word.text)
        if len(digits) % 4 == 0 or "=" in word.text:
            yield _from_base64(digits)
            digits = ""
    yield _from_base64(digits)


def _from_base64(digits: str) -> bytes:
    kept = digits[:-1] if len(digits) % 4 == 1 else digits
    return binascii.a2b_base64(kept + "=" * (-len(kept) % 4))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def encode_words(text: str) -> list[str]:
    """Base64 words in UTF-8 that together mean ``text``, cut between characters; each is at most 64 characters."""
    words: list[str] = []
    piece = b""
    for char in text:
        encoded = char.encode("utf-8", "replace")
        if len(piece) + len(encoded) > _MAX_WORD_BYTES:
            words.append(_as_word(piece))
            piece = b""
        piece += encoded
    if piece:
        words.append(_as_word(piece))
    return words


def _as_word(data: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(data).decode('ascii')}?="
