"""Turns letters into raw mails. Written by hand where the standard library costs 1 ms a mail: 200 are made at start."""

import base64
import hashlib
import quopri
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import ClassVar

from msgspec import Struct

from tuimail.demo.people import Contact
from tuimail.domain.discreet import Discreet

_LINE = 76


class File(Discreet, frozen=True, kw_only=True):
    """Something attached."""

    hidden: ClassVar[tuple[str, ...]] = ("content",)

    name: str
    type: str
    content: bytes


class Draft(Struct, frozen=True, kw_only=True):
    """A mail before it is bytes."""

    sender: Contact
    to: Sequence[Contact]
    cc: Sequence[Contact] = ()
    subject: str
    text: str
    html: str = ""
    calendar: str = ""
    charset: str = "utf-8"
    headers: Sequence[tuple[str, str]] = ()
    references: Sequence[str] = ()
    parts: Sequence[tuple[str, str]] = ()
    """Content types with their texts, beside the text; where that is empty, these are all."""
    kind: str = "mixed"
    """Of the multipart that holds the parts, with its parameters."""
    files: Sequence[File] = ()
    seed: str = ""
    """Part of the Message-ID, so that equal letters differ."""


def message_id(draft: Draft, when: datetime) -> str:
    """A Message-ID that is the same in every run."""
    digest = hashlib.sha256(
        f"{draft.sender.key}|{draft.subject}|{draft.seed}|{when.timestamp():.0f}".encode()
    ).hexdigest()[:20]
    return f"<{digest}@{draft.sender.address.rpartition('@')[2]}>"


def write(draft: Draft, *, when: datetime) -> bytes:
    """The mail as RFC 5322 and MIME want it, lines ended by CRLF."""
    head = [
        ("Return-Path", f"<{draft.sender.address}>"),
        ("From", _mailbox(draft.sender)),
        ("To", ", ".join(_mailbox(one) for one in draft.to)),
        *([("Cc", ", ".join(_mailbox(one) for one in draft.cc))] if draft.cc else []),
        ("Subject", _encoded(draft.subject)),
        ("Date", format_datetime(when)),
        ("Message-ID", message_id(draft, when)),
        *_thread_headers(draft.references),
        *draft.headers,
        ("MIME-Version", "1.0"),
    ]
    lines = [f"{name}: {value}" for name, value in head]
    return "\r\n".join(lines).encode() + b"\r\n" + _body(draft)


def _thread_headers(references: Sequence[str]) -> list[tuple[str, str]]:
    if not references:
        return []
    return [("In-Reply-To", references[-1]), ("References", "\r\n ".join(references))]


def _mailbox(contact: Contact) -> str:
    if contact.name.isascii():
        quoted = f'"{contact.name}"' if set(contact.name) & set(".,&@") else contact.name
        return f"{quoted} <{contact.address}>"
    return f"{_encoded(contact.name)} <{contact.address}>"


def _encoded(text: str) -> str:
    """RFC 2047 words of at most 75 characters; 12 characters of text fit in any script."""
    if text.isascii():
        return text
    chunks = [text[start : start + 12] for start in range(0, len(text), 12)]
    return "\r\n ".join(f"=?utf-8?B?{base64.b64encode(chunk.encode()).decode()}?=" for chunk in chunks)


def _body(draft: Draft) -> bytes:
    versions = [_text_part("text/plain", draft.text, draft.charset)]
    if draft.html:
        versions.append(_text_part("text/html", draft.html, draft.charset))
    if draft.calendar:
        versions.append(_text_part("text/calendar; method=REQUEST", draft.calendar, "utf-8"))
    main = versions[0] if len(versions) == 1 else _multipart("alternative", versions)
    parts = [_plain_part(*part) for part in draft.parts]
    files = [_file_part(one) for one in draft.files]
    if not parts and not files:
        return main
    return _multipart(draft.kind, [*([main] if draft.text else []), *parts, *files])


def _plain_part(kind: str, text: str) -> bytes:
    """A part of ASCII lines as they stand."""
    return f"Content-Type: {kind}\r\n\r\n".encode() + text.replace("\n", "\r\n").encode("ascii") + b"\r\n"


def _text_part(kind: str, text: str, charset: str) -> bytes:
    content = text.replace("\n", "\r\n").encode(charset)
    if charset == "utf-8" and max(map(len, content.split(b"\r\n")), default=0) < 900:  # noqa: PLR2004 (RFC 5322: 998)
        encoding = "7bit" if content.isascii() else "8bit"
    elif charset in {"iso-8859-1", "iso-8859-15", "utf-8"}:
        content = quopri.encodestring(content.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
        encoding = "quoted-printable"
    else:
        content, encoding = _base64_lines(content), "base64"
    head = f"Content-Type: {kind}; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + content.rstrip(b"\r\n") + b"\r\n"


def _file_part(file: File) -> bytes:
    head = (
        f'Content-Type: {file.type}; name="{file.name}"\r\n'
        f'Content-Disposition: attachment; filename="{file.name}"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode() + _base64_lines(file.content)


def _base64_lines(content: bytes) -> bytes:
    word = base64.b64encode(content)
    return b"".join(word[start : start + _LINE] + b"\r\n" for start in range(0, len(word), _LINE))


def _multipart(kind: str, parts: Sequence[bytes]) -> bytes:
    boundary = f"=_{kind.partition(';')[0]}_{hashlib.sha256(b''.join(parts)).hexdigest()[:16]}".encode()
    head = b'Content-Type: multipart/%b;\r\n boundary="%b"\r\n\r\n' % (kind.encode(), boundary)
    inner = b"".join(b"--%b\r\n%b\r\n" % (boundary, part.rstrip(b"\r\n")) for part in parts)
    return head + inner + b"--%b--\r\n" % boundary
