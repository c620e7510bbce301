"""Encoded words in header fields (RFC 2047), read leniently and written strictly."""

import base64
import binascii
import re

from tuimail.mime.charset import codec_for, decode_bytes

MAX_WORDS = 1000
"""Encoded words read in one field; later ones stay as they are."""

_WORD = re.compile(r"=\?([^?\s=]{1,60})\?([bBqQ])\?([^?]{0,8000}+)\?=")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]+")
_MAX_WORD_BYTES = 39
"""Bytes in one encoded word we write: with its frame and ``Subject: `` the line stays below the 76 characters of
RFC 2047 section 2."""


def decode_words(value: str) -> str:
    """The field's text with its encoded words read; what cannot be read stays raw. Not yet cleaned."""
    if "=?" not in value:
        return value
    pieces: list[str] = []
    run: list[tuple[str, bytes, str]] = []
    end = 0
    for count, match in enumerate(_WORD.finditer(value)):
        if count >= MAX_WORDS:
            break
        between = value[end : match.start()]
        # White space between two encoded words is not text (RFC 2047 section 6.2).
        if not run or between.strip():
            pieces += [_run_text(run), between]
            run = []
        run.append((match[1], _word_bytes(match[2], match[3]), match[0]))
        end = match.end()
    pieces += [_run_text(run), value[end:]]
    return "".join(pieces)


def _word_bytes(kind: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if kind in "qQ":
        return binascii.a2b_qp(data, header=True)
    kept = _NOT_BASE64.sub("", text).encode("ascii")
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def _run_text(run: list[tuple[str, bytes, str]]) -> str:
    """Neighbouring words: bytes of one charset are joined first, because senders cut characters in two."""
    texts: list[str] = []
    start = 0
    while start < len(run):
        charset = run[start][0].lower()
        stop = start
        while stop < len(run) and run[stop][0].lower() == charset:
            stop += 1
        same = run[start:stop]
        joined = b"".join(data for _, data, _ in same)
        readable = codec_for(charset) is not None or _is_utf8(joined)
        texts.append(decode_bytes(joined, charset).text if readable else "".join(raw for _, _, raw in same))
        start = stop
    return "".join(texts)


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
