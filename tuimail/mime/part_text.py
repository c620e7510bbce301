"""The text of a part: out of its transfer encoding, then out of its charset."""

import re

from tuimail.mime.attachments import transfer_of
from tuimail.mime.charset import decode_bytes
from tuimail.mime.structure import Part
from tuimail.mime.transfer import decode_transfer, is_plain

MAX_TEXT_BYTES = 8_000_000
"""Bytes of one text that are decoded at all; the readers cap characters and lines."""

_META_BYTES = 4096
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,40})", re.I)


def text_of(part: Part) -> tuple[str, str]:
    """The text and what had to be guessed for it, in words. Without a charset of its own, a page may name one."""
    body, encoding = part.body[:MAX_TEXT_BYTES], transfer_of(part)
    data = decode_transfer(body, "" if encoding == "base64" and is_plain(body) else encoding)
    claimed = part.type.params.get("charset", "")
    if not claimed and part.content_type == "text/html" and (meta := _META_CHARSET.search(data, 0, _META_BYTES)):
        claimed = meta[1].decode("ascii", "replace")
    read = decode_bytes(data, claimed)
    return read.text, read.note
