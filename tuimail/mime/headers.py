"""Header fields of received mail: the list row, and the readers for single fields.

Made for bulk: one pass over the block, first for the fields a row needs, each read on its own so that a bad
one costs nothing but itself. ``email`` was measured at 21 us for three fields of an ordinary block with
compat32, raises on some mails and takes seconds on others.
"""

import re
from datetime import datetime
from functools import lru_cache

from msgspec import Struct

from tuimail.domain.address import Address
from tuimail.domain.clean import clean_line
from tuimail.mime.addresses import addresses
from tuimail.mime.charset import decode_header
from tuimail.mime.dates import plausible_date, read_date
from tuimail.mime.words import decode_words

__all__ = ["RowFields", "addresses", "decode_words", "message_ids", "read_date", "read_row", "read_text", "unfold"]

MAX_BLOCK = 262_144
"""Bytes read of a header block."""

MAX_FIELD = 65_536
"""Bytes read of one field."""

_REMEMBERED_CHARS = 120
MAX_IDS = 200
"""Message identifiers kept of one field, the newest."""

_ROW_FIELD = re.compile(
    rb"^(from|to|cc|subject|date|message-id|in-reply-to|references|list-id|content-type)[ \t]*:"
    rb"([^\n]*+(?:\n[ \t][^\n]*+)*+)",
    re.I | re.M,
)
_ROW_NAMES = frozenset(
    ("from", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references", "list-id", "content-type")
)
_END = re.compile(rb"\n\r?\n")
_FOLDED = re.compile(r"\n(?=[ \t])")
_FOLD = re.compile(r"\r?\n(?=[ \t])|[\r\n]+")
_MESSAGE_ID = re.compile(r"<[^<>\s\x00-\x1f\x7f]{1,2000}+>")
_LIST_ID = re.compile(r"<([^<>\s]{1,255})>")
_BARE_ID = re.compile(r"^[^<>\s@]{1,500}@[^<>\s@]{1,500}$")


class RowFields(Struct, frozen=True, kw_only=True):
    """What a header block says about a row of the list. Every text is cleaned."""

    sender: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    sent_at: datetime
    """Aware UTC: the Date field, or the server's date where that is missing, absurd or in the future."""
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    list_id: str
    """The identifier of RFC 2919 without its brackets, or empty."""
    has_attachment: bool
    """A guess from the type of the whole message."""


def read_row(header: bytes, *, server_date: datetime) -> RowFields:
    """Read a header block, or the part of it that the server was asked for. Never raises."""
    block = header if len(header) <= MAX_BLOCK else header[:MAX_BLOCK]
    if end := _END.search(block):
        block = block[: end.start()]
    fields = _ascii_fields(block.decode("ascii")) if block.isascii() else _fields(block)
    text = fields.get
    list_id = _LIST_ID.search(text("list-id", ""))
    ids = message_ids(text("in-reply-to", ""))
    return RowFields(
        sender=_row_addresses(text("from", "")),
        to=_row_addresses(text("to", "")),
        cc=_row_addresses(text("cc", "")),
        subject=clean_line(decode_words(text("subject", ""))),
        sent_at=plausible_date(text("date", ""), server_date=server_date),
        message_id=next(iter(message_ids(text("message-id", ""))), ""),
        in_reply_to=ids[0] if ids else "",
        references=message_ids(text("references", "")),
        list_id=clean_line(list_id[1]) if list_id else "",
        has_attachment="multipart/mixed" in text("content-type", "")[:200].lower(),
    )


def _ascii_fields(block: str) -> dict[str, str]:
    """The fields of a row by lower-case name, unfolded, of a block as nearly all are: all lines at once."""
    lines = block.replace("\r", "") if "\r" in block else block
    if "\n " in lines or "\n\t" in lines:
        lines = _FOLDED.sub("", lines)
    fields: dict[str, str] = {}
    for line in lines.split("\n"):
        name, colon, value = line.partition(":")
        if colon and (field := _row_field(name)):
            _add(fields, field, value[:MAX_FIELD].strip())
    return fields


@lru_cache(maxsize=256)
def _row_field(name: str) -> str:
    """A field's name as a row knows it; empty for those that it does not need."""
    known = name.rstrip(" \t").lower()
    return known if known in _ROW_NAMES else ""


def _fields(block: bytes) -> dict[str, str]:
    """The same where raw 8-bit text needs a guess at its charset, field by field."""
    fields: dict[str, str] = {}
    for match in _ROW_FIELD.finditer(block.replace(b"\r", b"")):
        _add(fields, match[1].lower().decode("ascii"), unfold(match[2][:MAX_FIELD]))
    return fields


def _add(fields: dict[str, str], name: str, value: str) -> None:
    """The first field of a name counts; recipients in several fields belong together."""
    earlier = fields.get(name)
    if earlier is None:
        fields[name] = value
    elif name in {"to", "cc"}:
        fields[name] = f"{earlier},{value}"[:MAX_FIELD]


def _row_addresses(value: str) -> tuple[Address, ...]:
    """``addresses``; short fields are remembered, since a mailbox's people write again and again."""
    if not value:
        return ()
    return _known_addresses(value) if len(value) <= _REMEMBERED_CHARS else addresses(value)


@lru_cache(maxsize=4096)
def _known_addresses(value: str) -> tuple[Address, ...]:
    return addresses(value)


def unfold(value: bytes) -> str:
    """A raw field value as one line of text, undecoded otherwise (RFC 5322 section 2.2.3)."""
    text = decode_header(value)
    return (_FOLD.sub("", text) if "\n" in text or "\r" in text else text).strip()


def read_text(value: bytes) -> str:
    """An unstructured field: unfolded, encoded words read, cleaned."""
    return clean_line(decode_words(unfold(value[:MAX_FIELD])))


def message_ids(value: str) -> tuple[str, ...]:
    """The identifiers of Message-ID, In-Reply-To or References, in order, each once; never decoded."""
    if not value:
        return ()
    ids = _MESSAGE_ID.findall(value)
    if not value.isascii():
        ids = [found for found in ids if clean_line(found) == found]
    if not ids and _BARE_ID.match(value) and clean_line(value) == value:
        ids = [f"<{value}>"]
    return tuple(dict.fromkeys(ids))[-MAX_IDS:]
