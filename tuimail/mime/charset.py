"""Bytes to text whatever the mail claims: the claimed charset, UTF-8, a superset of the family, then windows-1252."""

import codecs
import re
from functools import lru_cache

from msgspec import Struct

from tuimail.mime.guess import guess

# Text codecs only: unicode_escape, idna, rot13, zlib and the like turn mail into something its sender chose.
_TEXT_CODEC = re.compile(
    r"^(?:ascii|utf-(?:7|8|8-sig|16|16-le|16-be|32|32-le|32-be)|iso8859-\d{1,2}|cp\d{3,4}|koi8-[rut]|mac-[a-z]+"
    r"|gb2312|gbk|gb18030|big5|big5hkscs|shift_jis(?:_2004|x0213)?|euc_(?:kr|jp|jis_2004|jisx0213)|iso2022_\w{2,8}"
    r"|johab|hz|tis-620|ptcp154|kz1048|hp-roman8)$"
)
_ALIASES = {
    "windows-874": "cp874",
    "x-gbk": "gbk",
    "gb-2312": "gb2312",
    "chinese": "gb18030",
    "ks-c-5601-1987": "cp949",
    "ks-c-5601": "cp949",
    "x-windows-949": "cp949",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "x-mac-cyrillic": "mac-cyrillic",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "unicode-1-1-utf-7": "utf-7",
    "utf8mb4": "utf-8",
    "x-euc-jp": "euc_jp",
    "x-cp1252": "cp1252",
    "ansi": "cp1252",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
}
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "iso2022_jp": "iso2022_jp_ext",
}
_NOT_A_NAME = re.compile(r"[^a-z0-9.:-]+")
_MAX_NAME = 40


class Decoded(Struct, frozen=True, kw_only=True):
    """Text as it was read, not yet cleaned."""

    text: str
    note: str = ""
    """What was guessed, in words; empty if the claim held."""


@lru_cache(maxsize=512)
def codec_for(claimed: str) -> str | None:
    """Python's name of the codec that a charset label means, or None if it names no text charset."""
    label = claimed.strip().strip("\"'").lower().partition("*")[0]
    label = _NOT_A_NAME.sub("-", label.removeprefix("charset=")).strip("-.:")[:_MAX_NAME]
    try:
        name = codecs.lookup(_ALIASES.get(label, label)).name
    except (LookupError, ValueError):
        return None
    return name if _TEXT_CODEC.match(name) else None


def decode_bytes(data: bytes, claimed: str = "") -> Decoded:
    """The text of a body. Never raises."""
    if data.isascii() and codec_for(claimed) in {None, "ascii", "utf-8", "iso8859-1", "cp1252"}:
        return Decoded(text=data.decode("ascii"))
    codec = codec_for(claimed)
    for candidate in _ladder(codec):
        text = _strictly(data, candidate)
        if text is not None:
            return Decoded(text=text, note=_note(claimed, codec, candidate))
    guessed = guess(data)
    if guessed:
        return Decoded(text=data.decode(guessed, "replace"), note=_note(claimed, codec, guessed) or _unnamed(guessed))
    best = _with_replacements(data, codec)
    if "\N{REPLACEMENT CHARACTER}" in best:
        return Decoded(text=best, note="Some characters could not be read and are shown as \N{REPLACEMENT CHARACTER}.")
    return Decoded(text=best, note=_note(claimed, codec, "cp1252") or _unnamed("cp1252"))


def decode_header(data: bytes) -> str:
    """A header value's bytes as text: UTF-8 where they are (RFC 6532), else by guess. Never raises."""
    if data.isascii():
        return data.decode("ascii")
    return _strictly(data, "utf-8") or data.decode(guess(data) or "cp1252", "replace")


def _ladder(codec: str | None) -> list[str]:
    # A browser reads the label iso-8859-1 as windows-1252, and senders count on it.
    if codec == "iso8859-1":
        return ["cp1252", "iso8859-1"]
    rungs = [codec] if codec else []
    # UTF-8 text is hardly ever valid by accident, while the single-byte charsets accept nearly anything.
    return [*rungs, "utf-8", *([_SUPERSETS[codec]] if codec in _SUPERSETS else [])]


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        return None


def _unnamed(used: str) -> str:
    return f"The text does not name its character set; it was read as {_shown(used)}."


def _shown(codec: str) -> str:
    return "windows-1252" if codec == "cp1252" else codec


def _note(claimed: str, codec: str | None, used: str) -> str:
    if used == codec or (codec == "iso8859-1" and used == "cp1252") or used == _SUPERSETS.get(codec or ""):
        return ""
    if not claimed.strip():
        return ""
    return f"The text is not in the character set it claims; it was read as {_shown(used)}."


def _with_replacements(data: bytes, codec: str | None) -> str:
    as_utf8 = data.decode("utf-8", "replace")
    wide = sum(1 for char in as_utf8 if char > "\x7f")
    broken = as_utf8.count("\N{REPLACEMENT CHARACTER}")
    # One cut character in a long UTF-8 text must not turn all the others into mojibake.
    if broken * 4 < wide:
        return as_utf8
    if codec and not codec.startswith(("utf", "ascii")):
        try:
            return data.decode(_SUPERSETS.get(codec, codec), "replace")
        except (UnicodeError, ValueError):
            return data.decode("cp1252", "replace")
    return data.decode("cp1252", "replace")
