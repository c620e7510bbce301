"""A search as IMAP SEARCH criteria (RFC 9051 section 6.4.4), or in Gmail's own language. Pure.

Every text of the user's goes out as a literal, so that nothing in it can be read as a command or as a criterion.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from typing import assert_never

from tuimail.domain.message import Flag
from tuimail.domain.query import (
    Attached,
    Before,
    Either,
    Every,
    Field,
    Flagged,
    In,
    Larger,
    Leaf,
    Node,
    Since,
    Smaller,
    Without,
    Words,
)
from tuimail.net.imap.arguments import Argument, Literal, date, refuse_line_ends

_KEYS = {Field.ANY: b"TEXT", Field.FROM: b"FROM", Field.CC: b"CC", Field.SUBJECT: b"SUBJECT", Field.BODY: b"BODY"}
_FLAGS = {
    (Flag.SEEN, True): b"SEEN",
    (Flag.SEEN, False): b"UNSEEN",
    (Flag.FLAGGED, True): b"FLAGGED",
    (Flag.FLAGGED, False): b"UNFLAGGED",
    (Flag.ANSWERED, True): b"ANSWERED",
    (Flag.ANSWERED, False): b"UNANSWERED",
}
_GMAIL_FLAGS = {
    (Flag.SEEN, True): "is:read",
    (Flag.SEEN, False): "is:unread",
    (Flag.FLAGGED, True): "is:starred",
    (Flag.FLAGGED, False): "-is:starred",
}
_GMAIL_FIELDS = {Field.ANY: "", Field.BODY: "", Field.FROM: "from:", Field.CC: "cc:", Field.SUBJECT: "subject:"}
_PLAIN_WORD = re.compile(r"\w+")


def criteria(asked: Node, *, has_gmail: bool) -> list[Argument]:
    """The arguments of UID SEARCH, with the charset where the texts need one."""
    raw = _gmail(asked) if has_gmail else ""
    keys: list[Argument] = [b"X-GM-RAW", _literal(raw)] if raw else _keys(asked)
    if all(key.data.isascii() for key in keys if isinstance(key, Literal)):
        return keys
    return [b"CHARSET", b"UTF-8", *keys]


def _keys(node: Node) -> list[Argument]:
    """The node as criteria that stand beside others."""
    match node:
        case Every(parts=parts):
            return [key for part in parts for key in _keys(part)] or [b"ALL"]
        case Either(parts=parts):
            return _any_of(map(_single, parts))
        case Without(part=part):
            return [b"NOT", *_single(part)]
        case _:
            return _leaf(node)


def _single(node: Node) -> list[Argument]:
    """The node as one criterion, in brackets where it is several."""
    keys = _keys(node)
    first = keys[0]
    if isinstance(node, Every) and len(node.parts) > 1 and isinstance(first, bytes):
        # The bracket stands at the word before it, with no space; the last argument may be a literal.
        return [b"(" + first, *keys[1:], b"ALL)"]
    return keys


def _any_of(keys: Iterable[list[Argument]]) -> list[Argument]:
    alternatives = list(keys)
    if not alternatives:
        return [b"NOT", b"ALL"]
    return reduce(lambda right, left: [b"OR", *left, *right], reversed(alternatives))


def _leaf(leaf: Leaf) -> list[Argument]:  # noqa: PLR0911 (one case a condition)
    match leaf:
        case Words(field=Field.TO):
            text = _text(leaf)
            return [b"OR", b"TO", text, b"CC", text]
        case Words(field=field):
            return [_KEYS[field], _text(leaf)]
        case Since(at=at):
            return [b"SENTSINCE", date(at)]
        case Before(at=at):
            return [b"SENTBEFORE", date(at)]
        case Larger(size_bytes=size):
            return [b"LARGER", b"%d" % size]
        case Smaller(size_bytes=size):
            return [b"SMALLER", b"%d" % size]
        case Flagged(flag=flag, is_set=is_set):
            return [_FLAGS[flag, is_set]]
        case Attached():
            # Nothing asks for attachments; mails that have some are made of parts that belong to no one text.
            return [b"HEADER", b"CONTENT-TYPE", _literal("multipart/mixed")]
        case In():
            return [b"ALL"]  # decided by the mailbox that is selected
    assert_never(leaf)


def _gmail(node: Node) -> str:
    """The node in Gmail's language; empty where that has no word for it."""
    match node:
        case Every(parts=parts) | Either(parts=parts):
            said = [_gmail(part) for part in parts]
            if not said or not all(said):
                return ""
            inside = " ".join(said)
            if len(said) == 1:
                return inside
            return f"({inside})" if isinstance(node, Every) else f"{{{inside}}}"
        case Without(part=part):
            inside = _gmail(part)
            return f"-({inside})" if inside else ""
        case _:
            return _gmail_leaf(node)


def _gmail_leaf(leaf: Leaf) -> str:  # noqa: PLR0911 (one case a condition)
    match leaf:
        case Words(field=Field.TO, text=text):
            return f"{{to:{_gmail_words(text)} cc:{_gmail_words(text)}}}"
        case Words(field=field, text=text):
            return f"{_GMAIL_FIELDS[field]}{_gmail_words(text)}"
        case Since(at=at):
            return f"after:{_seconds(at)}"
        case Before(at=at):
            return f"before:{_seconds(at)}"
        case Larger(size_bytes=size):
            return f"larger:{size}"
        case Smaller(size_bytes=size):
            return f"smaller:{size}"
        case Flagged(flag=flag, is_set=is_set):
            return _GMAIL_FLAGS.get((flag, is_set), "")
        case Attached():
            return "has:attachment"
        case In():
            return ""
    assert_never(leaf)


def _gmail_words(text: str) -> str:
    # Gmail knows no escape for a quotation mark inside of two.
    return text if _PLAIN_WORD.fullmatch(text) else f'"{text.replace(chr(34), " ")}"'


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _text(words: Words) -> Literal:
    # Servers look for the characters wherever they stand, so a beginning needs no sign.
    return _literal(words.text.rstrip("*") or words.text)


def _literal(text: str) -> Literal:
    return Literal(refuse_line_ends(text.encode("utf-8", "replace")))
