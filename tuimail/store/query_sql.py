"""Searches as SQL: conditions on the table ``messages``, and FTS5 expressions for the words in them. Pure."""

import re
from typing import assert_never

from tuimail.domain.message import Flag
from tuimail.domain.query import (
    EVERYTHING,
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
    Query,
    Since,
    Smaller,
    Without,
    Words,
    every,
)
from tuimail.store.columns import searchable, to_seconds
from tuimail.store.db import Value
from tuimail.store.messages import COUNTER_BITS

Sql = tuple[str, tuple[Value, ...]]

LARGE = 100_000
"""Bytes that few mails have: from here on there is an index."""
_COLUMNS = {
    Field.ANY: "",
    Field.FROM: "sender : ",
    Field.TO: "recipients : ",
    Field.CC: "recipients : ",
    Field.SUBJECT: "subject : ",
    Field.BODY: "body : ",
}
_LIKE_SIGNS = re.compile(r"([\\%_])")


def condition(query: Query) -> Sql:
    """What the query asks of a row: a condition on the table ``messages``, which must go by that name, and values."""
    return node_sql(query.root)


def node_sql(node: Node) -> Sql:
    """The same for a part of a query."""
    matched, rest = split(node)
    if matched:
        words = "messages.row in (select rowid from words where words match ?)"
        if rest == EVERYTHING:
            return words, (matched,)
        sql, values = node_sql(rest)
        return f"({words} and {sql})", (matched, *values)
    match node:
        case Every(parts=parts):
            return _joined(" and ", parts) if parts else ("1", ())
        case Either(parts=parts):
            return _joined(" or ", parts) if parts else ("0", ())
        case Without(part=part):
            sql, values = node_sql(part)
            return f"not {sql}", values
        case _:
            return _leaf_sql(node)


def _joined(word: str, parts: tuple[Node, ...]) -> Sql:
    pairs = [node_sql(part) for part in parts]
    return f"({word.join(sql for sql, _ in pairs)})", tuple(value for _, values in pairs for value in values)


def _leaf_sql(leaf: Leaf) -> Sql:  # noqa: PLR0911 (one case a condition)
    match leaf:
        case Since(at=at):
            return "messages.row >= ?", (to_seconds(at) << COUNTER_BITS,)
        case Before(at=at):
            return "messages.row < ?", (to_seconds(at) << COUNTER_BITS,)
        case Larger(size_bytes=size) if size >= LARGE:
            # Said twice, and once in writing, so that the index of large mails may be used.
            return f"(messages.size_bytes >= {LARGE} and messages.size_bytes > ?)", (size,)
        case Larger(size_bytes=size):
            return "messages.size_bytes > ?", (size,)
        case Smaller(size_bytes=size):
            return "messages.size_bytes < ?", (size,)
        case Flagged(flag=flag, is_set=is_set):
            return _flag_sql(flag, is_set=is_set), ()
        case Attached():
            return "messages.has_attachment = 1", ()
        case In(mailboxes=mailboxes):
            return f"messages.shown_in in ({', '.join('?' * len(mailboxes))})", tuple(sorted(mailboxes))
        case Words(text=text):
            # To and Cc share a column of the index, so those of the one field are looked at once more.
            pattern = _LIKE_SIGNS.sub(r"\\\1", text)
            return "messages.cc like ? escape '\\'", (f"%{pattern}%",)
    assert_never(leaf)


def _flag_sql(flag: Flag, *, is_set: bool) -> str:
    # Written out and not bound: only so may an index of the flagged, or of the unread, be used.
    if flag is Flag.SEEN:
        return f"messages.is_seen = {int(is_set)}"
    if flag is Flag.FLAGGED:
        return f"messages.is_flagged = {int(is_set)}"
    return f"(instr(' ' || messages.flags || ' ', ' {flag.value} ') > 0) = {int(is_set)}"


def split(node: Node) -> tuple[str, Node]:
    """The words that every hit must match, as an FTS5 expression, and what else the node asks; empty without words."""
    expression = _match(node)
    if expression:
        return expression, EVERYTHING
    if not isinstance(node, Every):
        return "", node
    matched = [part for part in node.parts if _match(part)]
    if not matched:
        return "", node
    left_out = [part for part in node.parts if isinstance(part, Without) and _match(part.part)]
    rest = every(tuple(part for part in node.parts if part not in matched and part not in left_out))
    return _match(Every(parts=(*matched, *left_out))), rest


def _match(node: Node) -> str:
    """The node as an FTS5 expression in which every word stands quoted; empty where it cannot be said so."""
    match node:
        case Words(field=field) if field is not Field.CC:
            return f"({_COLUMNS[field]}{_quoted(node)})"
        case Either(parts=parts) if parts:
            said = [_match(part) for part in parts]
            return f"({' OR '.join(said)})" if all(said) else ""
        case Every(parts=parts):
            wanted = [_match(part) for part in parts if not isinstance(part, Without)]
            unwanted = [_match(part.part) for part in parts if isinstance(part, Without)]
            if not wanted or not all((*wanted, *unwanted)):
                return ""
            positive = f"({' AND '.join(wanted)})"
            return f"({positive} NOT ({' OR '.join(unwanted)}))" if unwanted else positive
        case _:
            return ""


def _quoted(words: Words) -> str:
    """As an FTS5 string, so that none of its characters is an operator."""
    phrase = " ".join(searchable(words.text).split()).replace('"', '""')
    # The words that begin with one letter are a fifth of all: finding them takes 200 ms in 100,000 mails.
    is_long = len(words.text) > 1 or not words.text.isascii()
    return f'"{phrase}"{"*" if words.is_prefix and is_long else ""}'
