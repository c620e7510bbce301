"""Big messages without their big parts: what to fetch of one, and bytes that read like the message itself.

The frame is real: the message's own header, its boundaries, each part's own header. Texts that are read are in it,
what else there is stays on the server and leaves an empty part. Whatever does not fit together ends in None, and the
message is fetched whole: a server's idea of a damaged mail need not be ours.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from tuimail.domain.message import RawMessage
from tuimail.domain.parts import Part as Told
from tuimail.mime.attachments import OPAQUE_TYPES
from tuimail.mime.contents import CALENDARS, TELLING, sort_parts
from tuimail.mime.inner_files import TNEF_TYPES
from tuimail.mime.structure import Part, boundary_of, is_header, read_structure

LONG_TEXT = 1_000_000
"""Bytes from which on a text is not fetched at once."""
FIRST_PIECE = 256 * 1024
"""How much of a long text is fetched."""
WORTH_LEAVING = 32 * 1024
"""Bytes to leave on the server below which fetching the whole message is simpler."""
_ROUGH = 1024
_MAX_PARTS = 70
"""With a header and a text each, as many sections as go into one command."""
_HEADER = 64 * 1024
_UNTOLD = 4096
"""Bytes before, between and behind the parts that need no explanation. Some servers give rough sizes: an eighth of
the message, too."""


class Plan(Struct, frozen=True, kw_only=True):
    """What to fetch of a message."""

    sections: Mapping[str, int]
    """By section (RFC 9051 section 6.4.5.1), how many bytes of it at most: headers of parts, and texts."""
    missing: Mapping[str, int]
    """Parts that stay on the server, in whole or, of a long text, but for its first piece, and their bytes there."""


def plan(root: Told, size_bytes: int) -> Plan | None:
    """What to fetch of a message of this size; None: all of it."""
    parts = list(_walk(root))
    if len(parts) > _MAX_PARTS or any(part.is_multipart and not part.children for part in parts):
        return None
    leaves = [part for part in parts if not part.is_multipart]
    # Much that belongs to no part is a mail that the server reads otherwise than its writer meant it.
    if abs(size_bytes - sum(part.size_bytes for part in leaves)) > _UNTOLD + 512 * len(parts) + size_bytes // 8:
        return None
    if any(_is_wrapped(part) and part.size_bytes <= LONG_TEXT for part in leaves):
        return None
    sections = {f"{part.section}.MIME": _HEADER for part in parts if part is not root}
    missing: dict[str, int] = {}
    for part in leaves:
        is_read = _is_read(part, is_root=part is root)
        if is_read:
            sections[part.section] = part.size_bytes + 1 if part.size_bytes <= LONG_TEXT else FIRST_PIECE
        elif part.is_message:
            sections[f"{part.section}.HEADER"] = _HEADER
        if part.size_bytes > (LONG_TEXT if is_read else 0):
            missing[part.section] = part.size_bytes
    return Plan(sections=sections, missing=missing) if sum(missing.values()) >= WORTH_LEAVING else None


def is_as_told(size_bytes: int, told_bytes: int) -> bool:
    """Whether a part has about the length that was told: some servers count its header, or estimate. A longer one
    was cut, where no more was asked for than was told, or is another part."""
    return told_bytes - _ROUGH - told_bytes // 8 <= size_bytes <= told_bytes


def build(root: Told, wanted: Plan, *, header: bytes, fetched: Mapping[str, bytes]) -> RawMessage | None:
    """The message from its header and what was fetched; None where that does not fit together."""
    if any(section not in fetched for section in wanted.sections):
        return None
    frame = _Frame(wanted, fetched)
    if not frame.write(root, header):
        return None
    message = RawMessage(raw=b"".join(frame.pieces), missing=wanted.missing)
    structure = read_structure(message.raw)
    if structure.notes or not frame.fits(structure.root, root):
        return None
    contents = sort_parts(structure.root)
    shown = [part for each in contents.sections for part in (each.plain, each.html)] + contents.calendars
    if any(part is not None and part.path in wanted.missing and not part.body for part in shown):
        return None
    return message


def _walk(root: Told) -> Iterator[Told]:
    """The parts that have a header of their own here; messages within are one part."""
    waiting = [root]
    while waiting:
        part = waiting.pop()
        yield part
        if part.is_multipart:
            waiting += reversed(part.children)


def _is_wrapped(part: Told) -> bool:
    """Whether what is to be read may be inside of this part."""
    return part.content_type in TNEF_TYPES | OPAQUE_TYPES


def _is_read(part: Told, *, is_root: bool) -> bool:
    if part.content_type in CALENDARS:
        return True
    if part.disposition not in {"", "inline"}:
        return False
    return part.content_type in TELLING or (is_root and part.content_type.startswith("text/"))


class _Frame(Struct):
    """A message in the making."""

    wanted: Plan
    fetched: Mapping[str, bytes]
    pieces: list[bytes] = field(default_factory=list)

    def write(self, part: Told, header: bytes) -> bool:
        """Write a part and all within it, as the sender's program did; False where that cannot be."""
        if not is_header(header):
            return False
        self.pieces.append(header)
        if not part.is_multipart:
            self.pieces.append(self._content(part))
            return True
        boundary = boundary_of(header)
        if not boundary:
            return False
        for child in part.children:
            self.pieces.append(b"--" + boundary + b"\r\n")
            if not self.write(child, self.fetched[f"{child.section}.MIME"]):
                return False
            self.pieces.append(b"\r\n")
        self.pieces.append(b"--" + boundary + b"--\r\n")
        return True

    def fits(self, part: Part, told: Told) -> bool:
        """Whether our reading of the frame is what the server told of the message."""
        if part.content_type != told.content_type:
            return False
        if told.is_multipart:
            return len(part.children) == len(told.children) and all(
                self.fits(child, other) for child, other in zip(part.children, told.children, strict=True)
            )
        if part.path != told.section or part.body != self._content(told):
            return False
        is_cut = told.section in self.wanted.missing
        return is_cut or told.section not in self.wanted.sections or is_as_told(len(part.body), told.size_bytes)

    def _content(self, part: Told) -> bytes:
        return self.fetched.get(f"{part.section}.HEADER" if part.is_message else part.section, b"")
