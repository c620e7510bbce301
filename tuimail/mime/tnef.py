"""Files and text in winmail.dat, which Outlook makes of a mail (Microsoft's [MS-OXTNEF]). Never raises.

A reader of our own: tnefparse had its last release in 2021, and all that is needed is where the files are.
"""

import struct
from collections.abc import Iterator

from msgspec import Struct

MAX_FILES = 100
MAX_ATTRIBUTES = 2000
MAX_PROPERTIES = 2000
MAX_VALUES = 100

_SIGNATURE = b"\x78\x9f\x3e\x22"
_HEADER = struct.Struct("<BII")
_MESSAGE_PROPERTIES = 0x00069003
_CODEPAGE = 0x00069007
_NEW_FILE = 0x00069002
_FILE_TITLE = 0x00018010
_FILE_DATA = 0x0006800F
_FILE_PROPERTIES = 0x00069005

_BODY, _HTML, _RTF = 0x1000, 0x1013, 0x1009
_LONG_NAME, _SHORT_NAME, _TYPE, _DATA = 0x3707, 0x3704, 0x370E, 0x3701
_STRING8, _UNICODE, _OBJECT, _BINARY = 0x001E, 0x001F, 0x000D, 0x0102
_FIXED = {0x0001: 0, 0x0002: 4, 0x0003: 4, 0x0004: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x000A: 4, 0x000B: 4}
_FIXED |= {0x0014: 8, 0x0040: 8, 0x0048: 16}
_MANY = 0x1000
_FIRST_NAMED = 0x8000
_INTERFACE_ID = 16
"""Bytes before the data of an object."""


class TnefFile(Struct, kw_only=True):
    """A file of the container."""

    name: str = ""
    content_type: str = ""
    data: bytes = b""


class Tnef(Struct, kw_only=True):
    """What the container has, not yet cleaned."""

    files: list[TnefFile]
    text: str = ""
    html: bytes = b""
    has_rtf: bool = False
    """Whether there is a text in Outlook's own form, which is not read."""


def read_tnef(data: bytes) -> Tnef | None:
    """The container's content as far as it holds together; None where it is none."""
    if not data.startswith(_SIGNATURE):
        return None
    found = Tnef(files=[])
    charset = "cp1252"
    for attribute, value in _attributes(data):
        if attribute == _CODEPAGE and len(value) >= 4:  # noqa: PLR2004 (a number of 32 bits)
            charset = f"cp{int.from_bytes(value[:4], 'little')}"
        elif attribute == _NEW_FILE and len(found.files) < MAX_FILES:
            found.files.append(TnefFile())
        elif attribute == _MESSAGE_PROPERTIES:
            _read_body(value, found, charset)
        elif found.files:
            _read_file(attribute, value, file=found.files[-1], charset=charset)
    found.files = [file for file in found.files if file.data]
    return found


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Level, number, length, value and a checksum that nobody looks at, again and again."""
    at = 6
    for _ in range(MAX_ATTRIBUTES):
        if at + _HEADER.size > len(data):
            return
        _, attribute, length = _HEADER.unpack_from(data, at)
        at += _HEADER.size
        yield attribute, data[at : at + length]
        at += length + 2


def _read_file(attribute: int, value: bytes, *, file: TnefFile, charset: str) -> None:
    if attribute == _FILE_DATA:
        file.data = value
    elif attribute == _FILE_TITLE:
        file.name = file.name or _decoded(value, charset)
    elif attribute == _FILE_PROPERTIES:
        for number, kind, content in _properties(value):
            text = _text(kind, content, charset)
            if number == _LONG_NAME and text:
                file.name = text
            elif number == _SHORT_NAME:
                file.name = file.name or text
            elif number == _TYPE:
                file.content_type = text
            elif number == _DATA and not file.data:
                file.data = content[_INTERFACE_ID:] if kind == _OBJECT else content


def _read_body(value: bytes, found: Tnef, charset: str) -> None:
    for number, kind, content in _properties(value):
        if number == _BODY:
            found.text = _text(kind, content, charset)
        elif number == _HTML:
            found.html = content
        elif number == _RTF:
            found.has_rtf = True


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Number, kind and value of each property; of several values the first. Ends at whatever is damaged."""
    try:
        (count,) = struct.unpack_from("<I", data, 0)
        at = 4
        for _ in range(min(count, MAX_PROPERTIES)):
            kind, number = struct.unpack_from("<HH", data, at)
            at += 4
            if number >= _FIRST_NAMED:
                at = _after_name(data, at)
            values, at = _values(data, at, kind)
            if values:
                yield number, kind & ~_MANY, values[0]
    except (struct.error, ValueError):
        return


def _after_name(data: bytes, at: int) -> int:
    """Where the name of a named property ends: by number, or spelt out."""
    (is_spelt,) = struct.unpack_from("<I", data, at + 16)
    if not is_spelt:
        return at + 24
    (length,) = struct.unpack_from("<I", data, at + 20)
    return at + 24 + _padded(length)


def _values(data: bytes, at: int, kind: int) -> tuple[list[bytes], int]:
    is_many, kind = bool(kind & _MANY), kind & ~_MANY
    count = 1
    if is_many or kind in {_STRING8, _UNICODE, _OBJECT, _BINARY}:
        (count,) = struct.unpack_from("<I", data, at)
        at += 4
    if count > MAX_VALUES or at > len(data):
        raise ValueError
    values: list[bytes] = []
    for _ in range(count):
        length = _FIXED.get(kind)
        if length is None:
            if kind not in {_STRING8, _UNICODE, _OBJECT, _BINARY}:
                raise ValueError
            (length,) = struct.unpack_from("<I", data, at)
            at += 4
        values.append(data[at : at + length])
        at += _padded(length)
    return values, at


def _padded(length: int) -> int:
    return (length + 3) & ~3


def _text(kind: int, content: bytes, charset: str) -> str:
    if kind == _UNICODE:
        return content.decode("utf-16-le", "replace").rstrip("\0")
    return _decoded(content, charset)


def _decoded(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset, "replace").rstrip("\0")
    except LookupError:
        return content.decode("cp1252", "replace").rstrip("\0")
