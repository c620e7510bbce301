"""Parts that can be saved: their names, sizes and bytes."""

from tuimail.domain.clean import clean_line
from tuimail.domain.draft import DraftAttachment
from tuimail.domain.errors import ErrorKind, Remedy, ServerError
from tuimail.domain.message import Attachment
from tuimail.mime.cms import signed_content
from tuimail.mime.filenames import generic_name, safe_file_name
from tuimail.mime.headers import read_text
from tuimail.mime.inner_files import MARK, inner_files
from tuimail.mime.real_type import HEAD_BYTES, other_type
from tuimail.mime.structure import Part, read_structure, walk
from tuimail.mime.transfer import decode_transfer, decoded_size, encoding_name, estimated_size

OPAQUE_TYPES = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
"""S/MIME in one piece: encrypted, or signed with the mail inside."""
_MAX_SUBJECT_NAME = 60


def describe(part: Part, left_bytes: int | None = None) -> Attachment:
    """A part as an attachment, with a name that is safe to show and to save. ``left_bytes``: its size in its transfer
    encoding where it was left on the server."""
    name, content_type = name_of(part), clean_line(part.content_type)
    return Attachment(
        part=part.path,
        name=name,
        content_type=content_type,
        real_type=other_type(_head(part), claimed=content_type, name=name),
        size_bytes=decoded_size(part.body, transfer_of(part))
        if left_bytes is None
        else estimated_size(left_bytes, transfer_of(part)),
        is_inline=part.disposition.value == "inline" or bool(part.value("content-id") and not is_attached(part)),
    )


def describe_inner(part: Part) -> tuple[Attachment, ...]:
    """The files that are in a part without a header of their own."""
    found: list[Attachment] = []
    for number, file in enumerate(inner_files(part), start=1):
        path, kind = f"{part.path}{MARK}{number}", clean_line(file.content_type)
        name = safe_file_name(file.name) if file.name.strip() else generic_name(f"{part.path}-{number}", kind)
        real = other_type(file.data[:HEAD_BYTES], claimed=kind, name=name)
        size = len(file.data)
        found.append(Attachment(part=path, name=name, content_type=kind, size_bytes=size, real_type=real))
    return tuple(found)


def given_name(part: Part) -> str:
    """The name that the sender gave, as it came; empty if none."""
    return part.disposition.params.get("filename") or part.type.params.get("name") or ""


def name_of(part: Part) -> str:
    """A safe name: the given one, the subject of a message within, or a generic one."""
    name = given_name(part)
    if not name.strip() and part.content_type.startswith("message/") and part.children:
        subject = read_text(part.children[0].value("subject"))[:_MAX_SUBJECT_NAME]
        name = f"{subject}.eml" if subject else ""
        name = name.replace("/", "-").replace("\\", "-")
    return safe_file_name(name) if name.strip() else generic_name(part.path, part.content_type)


def is_attached(part: Part) -> bool:
    """Whether the sender calls it an attachment (RFC 2183); an unknown word counts as that, too."""
    return part.disposition.value not in {"", "inline"}


def transfer_of(part: Part) -> str:
    """The part's transfer encoding."""
    return encoding_name(part.value("content-transfer-encoding"))


def attachment_data(raw: bytes, part: str) -> bytes:
    """The decoded bytes of a part named by ``Attachment.part``. Raises ServerError if the message has no such part."""
    outer, mark, inner = part.partition(MARK)
    found = _find(raw, outer)
    if not mark:
        return decode_transfer(found.body, transfer_of(found))
    signed = signed_mail(found)
    if signed is not None:
        return attachment_data(signed, inner)
    files = inner_files(found)
    if not inner.isdecimal() or not 0 < int(inner) <= len(files):
        raise _gone()
    return files[int(inner) - 1].data


def signed_mail(part: Part) -> bytes | None:
    """The mail that an S/MIME signature is wrapped around; None where the part is something else, or unreadable."""
    if part.content_type not in OPAQUE_TYPES:
        return None
    return signed_content(decode_transfer(part.body, transfer_of(part))) or None


def _head(part: Part) -> bytes:
    """The first bytes of what the part means."""
    return decode_transfer(part.body[: 2 * HEAD_BYTES], transfer_of(part))[:HEAD_BYTES]


def encoded_part(raw: bytes, part: str) -> bytes:
    """The same, still in its transfer encoding."""
    return _find(raw, part).body


def decode_part(raw: bytes, part: str, data: bytes) -> bytes:
    """What a part means that was fetched by itself; ``raw`` has its header, ``data`` is still encoded."""
    return decode_transfer(data, transfer_of(_find(raw, part)))


def _find(raw: bytes, part: str) -> Part:
    found = next((candidate for candidate in walk(read_structure(raw).root) if candidate.path == part), None)
    if found is None:
        raise _gone()
    # A multipart directly below an attached message shares the path; the attachment is the outer one.
    return found


def _gone() -> ServerError:
    return ServerError(ErrorKind.MESSAGE_GONE, "The message no longer has this attachment.", remedy=Remedy.TELL)


def draft_attachment(part: Part) -> DraftAttachment:
    """A copy of the part for a forwarded mail."""
    return DraftAttachment(
        name=name_of(part), content_type=part.content_type, data=decode_transfer(part.body, transfer_of(part))
    )
