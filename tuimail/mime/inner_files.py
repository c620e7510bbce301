"""Files inside of a part that no MIME header describes: in winmail.dat, uuencoded or yEncoded in the text."""

import re
from collections.abc import Iterator

from msgspec import Struct

from tuimail.mime.charset import decode_header
from tuimail.mime.structure import Part
from tuimail.mime.tnef import read_tnef
from tuimail.mime.transfer import decode_transfer, encoding_name

MARK = "#"
"""Between the path of a part and the number of a file in it."""
MAX_FILES = 50

TNEF_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_UU = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,200})\r?\n((?:[ -`]{1,90}\r?\n){1,200000}+)(?:`?\r?\n)?end\b", re.M)
_YENC = re.compile(
    rb"^=ybegin [^\r\n]{0,100}?size=\d{1,12} name=([^\r\n]{1,200})\r?\n(?:=ypart [^\r\n]{0,100}\r?\n)?"
    rb"((?:(?!=y(?:begin|end) )[^\n]*+\n){1,200000}+)=yend ",
    re.M,
)


class InnerFile(Struct, frozen=True, kw_only=True):
    """A file as its container has it; the name is not yet safe."""

    name: str
    content_type: str = "application/octet-stream"
    data: bytes


def is_tnef(part: Part) -> bool:
    """Whether the part is Outlook's container."""
    return part.content_type in TNEF_TYPES


def inner_files(part: Part) -> tuple[InnerFile, ...]:
    """The files in a part, in their order, by which they are named. Never raises."""
    if is_tnef(part):
        found = read_tnef(_decoded(part))
        files = found.files if found else []
        return tuple(
            InnerFile(name=file.name, content_type=file.content_type or "application/octet-stream", data=file.data)
            for file in files[:MAX_FILES]
        )
    if part.content_type != "text/plain" or part.children:
        return ()
    body = _decoded(part)
    # Both are rare, and looking for these words is quick.
    if b"begin " not in body:
        return ()
    found_in_text = sorted((*_uuencoded(body), *_yencoded(body)), key=lambda pair: pair[0])
    return tuple(file for _, file in found_in_text[:MAX_FILES])


def _decoded(part: Part) -> bytes:
    return decode_transfer(part.body, encoding_name(part.value("content-transfer-encoding")))


def _uuencoded(body: bytes) -> Iterator[tuple[int, InnerFile]]:
    for match in _UU.finditer(body):
        data = decode_transfer(match[2], "uuencode")
        yield match.start(), InnerFile(name=decode_header(match[1]).strip(), data=data)


_UNSHIFTED = bytes((byte - 42) % 256 for byte in range(256))
_ESCAPED = re.compile(rb"=(.)", re.S)


def _yencoded(body: bytes) -> Iterator[tuple[int, InnerFile]]:
    """By the draft that all programs follow (yenc-draft.1.3): 42 added to each byte, some behind an equals sign."""
    for match in _YENC.finditer(body):
        lines = match[2].replace(b"\r", b"").replace(b"\n", b"")
        plain = _ESCAPED.sub(lambda found: bytes([(found[1][0] - 64) % 256]), lines)
        yield match.start(), InnerFile(name=decode_header(match[1]).strip(), data=plain.translate(_UNSHIFTED))
