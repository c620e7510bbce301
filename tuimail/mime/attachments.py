"""Parts that can be saved: their names, sizes and bytes."""

from tuimail.domain.clean import clean_line
from tuimail.domain.draft import DraftAttachment
from tuimail.domain.errors import ErrorKind, Remedy, ServerError
from tuimail.domain.message import Attachment
from tuimail.mime.filenames import generic_name, safe_file_name
from tuimail.mime.headers import read_text
from tuimail.mime.structure import Part, read_structure, walk
from tuimail.mime.transfer import decode_transfer, decoded_size, encoding_name, estimated_size

_MAX_SUBJECT_NAME = 60


def describe(part: Part, left_bytes: int | None = None) -> Attachment:
    """A part as an attachment, with a name that is safe to show and to save. ``left_bytes``: its size in its transfer
    encoding where it was left on the server."""
    return Attachment(
        part=part.path,
        name=name_of(part),
        content_type=clean_line(part.content_type),
        size_bytes=decoded_size(part.body, transfer_of(part))
        if left_bytes is None
        else estimated_size(left_bytes, transfer_of(part)),
        is_inline=part.disposition.value == "inline" or bool(part.value("content-id") and not is_attached(part)),
    )


def given_name(part: Part) -> str:
    """The name that the sender gave, as it came; empty if none."""
    return part.disposition.params.get("filename") or part.type.params.get("name") or ""


def name_of(part: Part) -> str:
    """A safe name: the given one, the subject of a message within, or a generic one."""
    name = given_name(part)
    if not name.strip() and part.content_type == "message/rfc822" and part.children:
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
    found = _find(raw, part)
    return decode_transfer(found.body, transfer_of(found))


def encoded_part(raw: bytes, part: str) -> bytes:
    """The same, still in its transfer encoding."""
    return _find(raw, part).body


def decode_part(raw: bytes, part: str, data: bytes) -> bytes:
    """What a part means that was fetched by itself; ``raw`` has its header, ``data`` is still encoded."""
    return decode_transfer(data, transfer_of(_find(raw, part)))


def _find(raw: bytes, part: str) -> Part:
    found = next((candidate for candidate in walk(read_structure(raw).root) if candidate.path == part), None)
    if found is None:
        raise ServerError(ErrorKind.MESSAGE_GONE, "The message no longer has this attachment.", remedy=Remedy.TELL)
    # A multipart directly below an attached message shares the path; the attachment is the outer one.
    return found


def draft_attachment(part: Part) -> DraftAttachment:
    """A copy of the part for a forwarded mail."""
    return DraftAttachment(
        name=name_of(part), content_type=part.content_type, data=decode_transfer(part.body, transfer_of(part))
    )
