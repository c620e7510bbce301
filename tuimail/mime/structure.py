"""The tree of parts of a message (RFC 2045, RFC 2046), as offsets into its bytes.

One pass cuts headers and boundaries, with limits from the start and no recursion: ``email`` needs a stack frame
for each level, fails at about 1,000 of them, and copies every body.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from msgspec import Struct

from tuimail.mime.headers import unfold
from tuimail.mime.params import FieldWithParams, read_params

MAX_PARTS = 1000
MAX_DEPTH = 50
MAX_HEADER = 262_144
MAX_FIELD = 65_536
MAX_FIELDS = 1000

_FIELD = re.compile(rb"([!-9;-~]{1,200}+)[ \t]*:([^\n]*+(?:\n[ \t][^\n]*+)*+)(?:\n|\Z)")
_BLANK = re.compile(rb"[ \t]*\r?(?:\n|\Z)")
_NEXT_FIELD = re.compile(rb"[^\n]*\n(?=[A-Za-z][A-Za-z0-9-]{1,60}:[ \t])")
_MBOX_LINE = re.compile(rb">?From [^\n]*\n")
_GUESSED_BOUNDARY = re.compile(rb"^--([^\s-][^\r\n]{3,99}?)[ \t]*\r?$", re.M)
_AFTER_BOUNDARY = re.compile(rb"(--)?[ \t]*(?:\r?\n|\r?\Z)")
_ENDS_HEADER = re.compile(rb"(?:\A|\n)\r?\n\Z")
_DEFAULT = FieldWithParams(value="text/plain", params={})


@dataclass(slots=True, kw_only=True)
class Part:
    """One part; filled while the tree is built and not changed afterwards."""

    path: str
    source: bytes = field(repr=False)
    header_start: int
    start: int
    """Where its body begins in ``source``."""
    end: int
    fields: tuple[tuple[str, bytes], ...] = field(repr=False)
    """Names as written, values raw."""
    type: FieldWithParams
    disposition: FieldWithParams
    depth: int = 0
    children: list["Part"] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        """The bytes between the header and the next boundary, still in their transfer encoding."""
        return self.source[self.start : self.end]

    @property
    def content_type(self) -> str:
        """Lower case, such as ``text/plain``."""
        return self.type.value

    def value(self, name: str) -> bytes:
        """The raw value of the first field of this name, lower case; empty if there is none."""
        return next((value for key, value in self.fields if key.lower() == name), b"")


class Structure(Struct, frozen=True, kw_only=True):
    """The tree, and how much of it was left out."""

    root: Part
    notes: tuple[str, ...] = ()


def read_structure(raw: bytes) -> Structure:
    """Cut a message into its parts. Never raises."""
    # Mail saved by old programs ends its lines with CR alone.
    source = raw if b"\n" in raw or b"\r" not in raw else raw.replace(b"\r", b"\n")
    mbox = _MBOX_LINE.match(source)
    root = _read_part(source, "", start=mbox.end() if mbox else 0, end=len(source))
    total, too_deep = 1, False
    waiting = [root]
    count = 1
    while waiting:
        part = waiting.pop()
        if part.depth >= MAX_DEPTH:
            too_deep = too_deep or _is_container(part)
            continue
        for number, (start, end) in enumerate(_pieces(part), start=1):
            total += 1
            if count < MAX_PARTS:
                count += 1
                part.children.append(_child(part, number, start=start, end=end))
        waiting += reversed(part.children)
    if not root.children:
        root.path = "1"
    notes = [f"This message is damaged or hostile: showing {count:,} of {total:,} parts."] if total > count else []
    if too_deep:
        notes.append(f"Parts nested deeper than {MAX_DEPTH} levels are not shown.")
    return Structure(root=root, notes=tuple(notes))


def walk(root: Part) -> Iterator[Part]:
    """Every part, in the order of the mail."""
    waiting = [root]
    while waiting:
        part = waiting.pop()
        yield part
        waiting += reversed(part.children)


def header_fields(source: bytes, start: int, end: int) -> tuple[tuple[tuple[str, bytes], ...], int]:
    """The fields of a header block and where the body begins; lines that are no field are skipped or end it."""
    fields: list[tuple[str, bytes]] = []
    position = start
    limit = min(end, start + MAX_HEADER)
    while position < limit:
        if match := _FIELD.match(source, position, end):
            if len(fields) < MAX_FIELDS:
                fields.append((match[1].decode("ascii"), match[2][:MAX_FIELD]))
            position = match.end()
        elif blank := _BLANK.match(source, position, end):
            return tuple(fields), blank.end()
        elif fields and (bad_line := _NEXT_FIELD.match(source, position, min(end, position + 2000))):
            position = bad_line.end()
        else:
            break
    return tuple(fields), min(position, end)


def is_header(block: bytes) -> bool:
    """Whether the block is the header of a part, its empty line included, and nothing else."""
    return header_fields(block, 0, len(block))[1] == len(block) and _ENDS_HEADER.search(block) is not None


def boundary_of(header: bytes) -> bytes:
    """The boundary that a multipart's header names; empty if it names none."""
    return _boundary(_read_part(header, "", start=0, end=len(header)))


def _read_part(source: bytes, path: str, *, start: int, end: int) -> Part:
    fields, body = header_fields(source, start, end)
    part = Part(
        path=path,
        source=source,
        header_start=start,
        start=body,
        end=end,
        fields=fields,
        type=_DEFAULT,
        disposition=FieldWithParams(value="", params={}),
    )
    if content_type := part.value("content-type"):
        part.type = _usable_type(read_params(unfold(content_type)[:8000]))
    if disposition := part.value("content-disposition"):
        part.disposition = read_params(unfold(disposition)[:8000])
    return part


def _usable_type(read: FieldWithParams) -> FieldWithParams:
    main, slash, sub = read.value.partition("/")
    if slash and sub:
        return read
    # A bare "text" or "multipart" says enough; anything else is as good as nothing (RFC 2045 section 5.2).
    value = {"text": "text/plain", "html": "text/html", "multipart": "multipart/mixed"}.get(main, "text/plain")
    return FieldWithParams(value=value, params=read.params)


def _child(parent: Part, number: int, *, start: int, end: int) -> Part:
    is_message = parent.content_type.startswith("message/")
    # Numbered as in IMAP (RFC 9051 section 6.4.5.1): a multipart directly below a message takes its number.
    path = f"{parent.path}.{number}" if parent.path else str(number)
    child = _read_part(parent.source, path, start=start, end=end)
    if is_message and child.content_type.startswith("multipart/"):
        child.path = parent.path
    if parent.content_type == "multipart/digest" and not child.value("content-type"):
        child.type = FieldWithParams(value="message/rfc822", params={})
    child.depth = parent.depth + 1
    return child


def _is_container(part: Part) -> bool:
    return part.content_type.startswith("multipart/") or part.content_type in {"message/rfc822", "message/global"}


def _pieces(part: Part) -> Iterator[tuple[int, int]]:
    """Where the parts inside a part begin and end."""
    if part.content_type in {"message/rfc822", "message/global"}:
        encoding = part.value("content-transfer-encoding").lower()
        if part.end > part.start and b"base64" not in encoding and b"quoted" not in encoding:
            yield part.start, part.end
    elif part.content_type.startswith("multipart/"):
        boundary = _boundary(part)
        found = False
        for piece in _cut(part, boundary) if boundary else ():
            found = True
            yield piece
        if not found and (guess := _GUESSED_BOUNDARY.search(part.source, part.start, part.end)):
            yield from _cut(part, guess[1])


def _boundary(part: Part) -> bytes:
    return part.type.params.get("boundary", "").rstrip().encode("utf-8", "replace")


def _cut(part: Part, boundary: bytes) -> Iterator[tuple[int, int]]:
    source, end = part.source, part.end
    delimiter = b"--" + boundary
    begin: int | None = None
    position = part.start
    while (at := source.find(delimiter, position, end)) >= 0:
        position = at + len(delimiter)
        after = _AFTER_BOUNDARY.match(source, position, end)
        if after is None or not (at == part.start or source[at - 1 : at] == b"\n"):
            continue
        if begin is not None:
            yield begin, _without_line_end(source, begin, at)
        begin = None if after[1] else after.end()
        if after[1]:
            break
        position = after.end()
    if begin is not None:
        yield begin, end


def _without_line_end(source: bytes, begin: int, at: int) -> int:
    # The line end before a boundary belongs to the boundary (RFC 2046 section 5.1.1).
    stop = at - 1 if at > begin else at
    return stop - 1 if stop > begin and source[stop - 1 : stop] == b"\r" else stop
