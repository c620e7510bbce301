"""A checked draft to the bytes that go on the wire, with the header block checked by reading it back.

Written by hand where ``email`` is not dependable: before 3.11.10 it writes two header lines for some subjects, and
its header classes fold and encode message identifiers (python/cpython pull request 128603).
"""

import base64
import binascii
import hashlib
import re
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote

from tuimail.domain.address import Address
from tuimail.domain.clean import clean_line
from tuimail.domain.discreet import Discreet
from tuimail.domain.draft import DraftAttachment, OutgoingMail
from tuimail.domain.errors import ErrorKind, Remedy, SendError
from tuimail.domain.hostnames import ascii_host
from tuimail.mime.filenames import safe_file_name
from tuimail.mime.flowed import to_flowed
from tuimail.mime.markdown import as_html
from tuimail.mime.words import encode_words

MAX_LINE = 998
"""Octets in a line without its end (RFC 5322 section 2.1.1)."""

CALENDAR_REPLY = "text/calendar; method=REPLY"
"""The type of the attachment that is an answer to an invitation and goes out beside the text, not as a file."""

_FOLD_AT = 76
_FIXED = "text/plain; charset=utf-8"
_FLOWED = f"{_FIXED}; format=flowed"
_MAX_REFERENCES = 40
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_CONTENT_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,80}/[A-Za-z0-9!#$&^_.+-]{1,80}")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]+>")
_FIELD = re.compile(rb"([A-Za-z-]+): ")
_NOT_ON_THE_WIRE = re.compile(rb"\0|\r(?!\n)|(?<!\r)\n")
_PERCENT_UNIT = re.compile(r"%[0-9A-F]{2}|[^%]")
_ONLY_PRINTABLE = re.compile(r"[\t\n -~]*")


class BuiltMail(Discreet, frozen=True, kw_only=True):
    """What the send worker hands to the server."""

    data: bytes
    """Header and body, CRLF throughout; without Bcc."""
    envelope_sender: str
    recipients: tuple[str, ...]

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return [("size_bytes", len(self.data)), ("recipients", len(self.recipients))]


def new_message_id(domain: str, random: str) -> str:
    """An identifier on the sender's domain; ``random`` makes it unique and says nothing of the machine."""
    return f"<{random}@{_ascii_domain(domain)}>"


def build(
    mail: OutgoingMail,
    *,
    date: datetime,
    message_id: str,
    flowed: bool = False,
    markdown: bool = False,
    keeps_bcc: bool = False,
) -> BuiltMail:
    """The mail as it goes out. ``date`` is aware; its zone is written. ``flowed``: paragraphs may be wrapped anew.
    ``markdown``: its marks, where there are any, are also sent as HTML.
    ``keeps_bcc``: for a draft alone, which is nobody's mail yet.

    An address with a name beyond ASCII makes it a mail for SMTPUTF8 alone. Raises ``SendError`` for what no header
    can carry.
    """
    parts = [_text_part(to_flowed(mail.text), _FLOWED) if flowed else _text_part(mail.text)]
    parts += [_html_part(page)] if markdown and (page := as_html(mail.text)) else []
    answers = [attachment for attachment in mail.attachments if attachment.content_type == CALENDAR_REPLY]
    if answers:
        # To the organiser's program the calendar is the mail, to people the text (RFC 6047 section 2.4).
        parts.append(_calendar_part(answers[0]))
    if len(parts) > 1:
        parts = [_multipart("alternative", parts, seed=f"{message_id} answer")]
    parts += [_attachment_part(attachment) for attachment in mail.attachments if attachment not in answers]
    content, body = parts[0] if len(parts) == 1 else _multipart("mixed", parts, seed=message_id)
    blind = [("Bcc", _mailboxes(mail.bcc))] if keeps_bcc and mail.bcc else []
    fields = _fields(mail, date=date, message_id=message_id) + blind + content
    is_utf8 = not all(_wire_spec(address).isascii() for address in (mail.sender, *mail.to, *mail.cc))
    header = "\r\n".join(f"{name}: {value}" for name, value in fields).encode(
        "utf-8" if is_utf8 else "ascii", "replace"
    )
    _check(header, [name for name, _ in fields], is_utf8=is_utf8)
    return BuiltMail(
        data=header + b"\r\n\r\n" + body,
        envelope_sender=_wire_spec(mail.sender),
        recipients=tuple(_wire_spec(address) for address in mail.recipients),
    )


def _fields(mail: OutgoingMail, *, date: datetime, message_id: str) -> list[tuple[str, str]]:
    references = [known for known in mail.references if _fits(known)]
    if len(references) > _MAX_REFERENCES:
        # The first names the thread, the last ones the place in it (RFC 5322 section 3.6.4).
        references = [references[0], *references[1 - _MAX_REFERENCES :]]
    fields = [
        ("Date", format_datetime(date)),
        ("From", _mailboxes((mail.sender,))),
        ("To", _mailboxes(mail.to)),
        ("Cc", _mailboxes(mail.cc)),
        ("Subject", _unstructured("Subject", mail.subject)),
        ("Message-ID", message_id),
        ("In-Reply-To", mail.in_reply_to if _fits(mail.in_reply_to) else ""),
        ("References", "\r\n ".join(references)),
    ]
    return [*((name, value) for name, value in fields if value), ("MIME-Version", "1.0")]


def _fits(identifier: str) -> bool:
    return bool(_MESSAGE_ID.fullmatch(identifier)) and len(identifier) <= MAX_LINE - len("In-Reply-To: ")


def _mailboxes(addresses: tuple[Address, ...]) -> str:
    return ",\r\n ".join(_mailbox(address) for address in addresses)


def _mailbox(address: Address) -> str:
    spec = _wire_spec(address)
    name = clean_line(address.name)
    if not name:
        return spec
    phrase = _phrase(name)
    last_line = phrase.rpartition("\r\n")[2]
    fold = "\r\n" if len("From: ") + len(last_line) + len(spec) + len(" <>") > _FOLD_AT else ""
    return f"{phrase}{fold} <{spec}>"


def _phrase(name: str) -> str:
    if not name.isascii() or "=?" in name or len(name) > _FOLD_AT:
        return "\r\n ".join(encode_words(name))
    if _ATOMS.fullmatch(name):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _wire_spec(address: Address) -> str:
    # A name beyond ASCII stays as it is (RFC 6532 section 3.2); whether the server takes it, it says when it is sent.
    local, _, domain = address.spec.rpartition("@")
    return f"{local}@{_ascii_domain(domain)}"


def _ascii_domain(domain: str) -> str:
    try:
        return ascii_host(domain)
    except ValueError as error:
        words = f"“{clean_line(domain)[:60]}” is not a host name."
        raise SendError(ErrorKind.BAD_DRAFT, words, remedy=Remedy.FIX_INPUT) from error


def _unstructured(name: str, text: str) -> str:
    """A field's text folded at its spaces; as encoded words where it is not plain ASCII (RFC 2047)."""
    text = clean_line(text)
    words = text.split(" ")
    if not text.isascii() or "=?" in text or max(map(len, words)) > _FOLD_AT:
        return "\r\n ".join(encode_words(text))
    lines: list[str] = []
    room = _FOLD_AT - len(name) - 2
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word) <= room:
            lines[-1] += f" {word}"
        else:
            room = _FOLD_AT if lines else room
            lines.append(word)
    return "\r\n ".join(lines)


def _text_part(text: str, content_type: str = _FIXED) -> tuple[list[tuple[str, str]], bytes]:
    lines = _LINE_ENDS.split(text)
    if lines[-1]:
        lines.append("")
    whole = "\n".join(lines)
    # A "From " at the start of a line would be changed by servers that keep mail in one file.
    is_plain = _ONLY_PRINTABLE.fullmatch(whole) and max(map(len, lines)) <= MAX_LINE and "\nFrom " not in f"\n{whole}"
    if is_plain:
        return _content_fields(content_type, "7bit"), "\r\n".join(lines).encode("ascii")
    data = [line.encode("utf-8", "replace") for line in lines]
    wide = sum(len(line) for line in data) - sum(len(line) for line in lines)
    if wide * 3 > len(whole):
        return _content_fields(content_type, "base64"), _base64_lines(b"\r\n".join(data))
    return _content_fields(content_type, "quoted-printable"), b"\r\n".join(map(_quoted_printable, data))


def _html_part(page: str) -> tuple[list[tuple[str, str]], bytes]:
    fields, body = _text_part(page)
    return [(name, value.replace("text/plain", "text/html")) for name, value in fields], body


def _content_fields(content_type: str, encoding: str) -> list[tuple[str, str]]:
    return [("Content-Type", content_type), ("Content-Transfer-Encoding", encoding)]


def _quoted_printable(line: bytes) -> bytes:
    # A line that is broken softly may begin with that word as well as any other.
    return b"\r\n".join(map(_shielded, binascii.b2a_qp(line, istext=False).split(b"\n")))


def _shielded(line: bytes) -> bytes:
    if not line.startswith(b"From "):
        return line
    shielded = b"=46" + line[1:]
    return shielded if len(shielded) <= _FOLD_AT else b"=46=\r\n" + line[1:]


def _base64_lines(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def _attachment_part(attachment: DraftAttachment) -> tuple[list[tuple[str, str]], bytes]:
    kind = attachment.content_type.lower()
    disposition = f"attachment;{_file_name(safe_file_name(attachment.name))}"
    if kind == "message/rfc822" and _can_go_as_it_is(attachment.data):
        encoding = "7bit" if attachment.data.isascii() else "8bit"
        fields = [("Content-Type", kind), ("Content-Transfer-Encoding", encoding), ("Content-Disposition", disposition)]
        # The line end before the boundary is the boundary's: the mail keeps its own.
        return fields, attachment.data + b"\r\n"
    # A message must not be sent in base64 under its own type (RFC 2046 section 5.2.1).
    if not _CONTENT_TYPE.fullmatch(kind) or kind.startswith(("multipart/", "message/")):
        kind = "application/octet-stream"
    fields = [("Content-Type", kind), ("Content-Transfer-Encoding", "base64"), ("Content-Disposition", disposition)]
    return fields, _base64_lines(attachment.data)


def _can_go_as_it_is(mail: bytes) -> bool:
    """Whether no byte of a mail need change on the way: lines that end as they should and are not too long."""
    lines = mail.split(b"\r\n")
    return not _NOT_ON_THE_WIRE.search(mail) and max(map(len, lines)) <= MAX_LINE


def _file_name(name: str) -> str:
    """The file name's parameter (RFC 2231), in pieces where it is long."""
    if name.isascii() and len(name) < _FOLD_AT - len(' filename=""') and '"' not in name and "\\" not in name:
        return f'\r\n filename="{name}"'
    encoded = quote(name, safe="")
    # Cut between the bytes that %XX stands for: readers decode each piece on its own.
    units = _PERCENT_UNIT.findall(encoded)
    pieces = ["".join(units[start : start + 20]) for start in range(0, len(units), 20)]
    if len(pieces) == 1:
        return f"\r\n filename*=utf-8''{encoded}"
    first = f"\r\n filename*0*=utf-8''{pieces[0]}"
    return first + "".join(f";\r\n filename*{number}*={piece}" for number, piece in enumerate(pieces[1:], start=1))


def _calendar_part(answer: DraftAttachment) -> tuple[list[tuple[str, str]], bytes]:
    return _content_fields(f"{CALENDAR_REPLY}; charset=utf-8", "base64"), _base64_lines(answer.data)


def _multipart(
    kind: str, parts: list[tuple[list[tuple[str, str]], bytes]], *, seed: str
) -> tuple[list[tuple[str, str]], bytes]:
    # "=_" never occurs in quoted-printable or base64, and the digest not by accident (RFC 2045 section 6.7).
    boundary = "=_" + hashlib.sha256(seed.encode()).hexdigest()[:32]
    pieces: list[bytes] = []
    for fields, body in parts:
        header = "\r\n".join(f"{name}: {value}" for name, value in fields).encode("ascii", "replace")
        _check(header, [name for name, _ in fields])
        pieces.append(b"--" + boundary.encode() + b"\r\n" + header + b"\r\n\r\n" + body.removesuffix(b"\r\n") + b"\r\n")
    content = [("Content-Type", f'multipart/{kind};\r\n boundary="{boundary}"')]
    if not all(piece.isascii() for piece in pieces):
        content.append(("Content-Transfer-Encoding", "8bit"))  # as its parts (RFC 2045 section 6.4)
    return content, b"".join(pieces) + b"--" + boundary.encode() + b"--\r\n"


def _check(header: bytes, names: list[str], *, is_utf8: bool = False) -> None:
    """Read a header block back: exactly the intended fields, once each, in short lines of ASCII (or for SMTPUTF8)."""
    lines = header.split(b"\r\n")
    found = [match[1].decode("ascii") for line in lines if (match := _FIELD.match(line))]
    is_sound = (
        found == names
        and len(set(names)) == len(names)
        and all(len(line) <= MAX_LINE and line.strip() and (is_utf8 or line.isascii()) for line in lines)
        and all(_FIELD.match(line) or line.startswith(b" ") for line in lines)
        and not any(control in line for line in lines for control in (b"\r", b"\n", b"\0"))
    )
    if not is_sound:
        words = "The header of this mail could not be written safely. Check the subject and the recipients."
        raise SendError(ErrorKind.BAD_DRAFT, words, remedy=Remedy.FIX_INPUT)
