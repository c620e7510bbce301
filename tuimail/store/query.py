"""The search language: words that must all occur, and a few filters. Text in, a checked ``Query`` out."""

import difflib
import re
from typing import ClassVar

from tuimail.domain.clean import clean_line
from tuimail.domain.discreet import Discreet
from tuimail.domain.errors import ErrorKind, Remedy, StoreError
from tuimail.store.columns import searchable

_TERM = re.compile(r'\s*(?:(?P<key>[A-Za-z][A-Za-z0-9_]*):)?(?:"(?P<quoted>[^"]*)(?P<end>"|$)|(?P<word>\S*))')
_INDEXED = re.compile(r"[^\W_]")
_COLUMNS = {"from": "sender", "to": "recipients", "cc": "recipients", "subject": "subject"}
_STATES = {
    "is:unread": ("is_unread", True),
    "is:read": ("is_unread", False),
    "is:flagged": ("is_flagged", True),
    "is:starred": ("is_flagged", True),
    "is:unflagged": ("is_flagged", False),
    "has:attachment": ("has_attachment", True),
}
_LATER = frozenset({
    "account", "after", "bcc", "before", "body", "category", "date", "deliveredto", "filename", "folder", "in",
    "label", "larger", "list", "newer", "newer_than", "older", "older_than", "since", "size", "smaller", "tag",
})  # fmt: skip
"""Filters of other mail programs; taken for words they would silently find nothing."""

_WORKS = "from: to: subject: is:unread is:flagged has:attachment"


class Query(Discreet, frozen=True, kw_only=True):
    """What a search asks for. None: either."""

    hidden: ClassVar[tuple[str, ...]] = ("match",)

    match: str = ""
    """An FTS5 expression in which every word of the user stands quoted; empty: no words."""
    is_unread: bool | None = None
    is_flagged: bool | None = None
    has_attachment: bool | None = None


def parse_query(text: str) -> Query:
    """Read what the user typed; StoreError(BAD_QUERY) in words for under the field."""
    expressions: list[str] = []
    states: dict[str, bool] = {}
    for found in _TERM.finditer(clean_line(text)):
        key, words, is_quoted = (found["key"] or "").lower(), found["quoted"], found["quoted"] is not None
        words = found["word"] if words is None else words
        if is_quoted and not found["end"]:
            raise _bad("A quotation mark is missing at the end.")
        if not words and not key:
            continue
        if key in {"is", "has"}:
            name, wanted = _state(key, words)
            if states.setdefault(name, wanted) != wanted:
                raise _bad(f"“{key}:{words}” contradicts what stands before it.")
            continue
        expressions += _expressions(key, words, is_quoted=is_quoted)
    return Query(match=" AND ".join(expressions), **states)


def _expressions(key: str, words: str, *, is_quoted: bool) -> list[str]:
    if key in _COLUMNS:
        if not words:
            raise _bad(f"Write a word right after “{key}:”, such as {key}:alice.")
        term = _quoted(words, is_prefix=not is_quoted)
        return [f"{_COLUMNS[key]} : {term}"] if term else []
    if key:
        _refuse_unknown(key, words)
        words = f"{key}:{words}"
    elif words.startswith("-") and len(words) > 1:
        raise _bad(f"Leaving words out with “-” is not in this version. These work: words, {_WORKS}")
    term = _quoted(words, is_prefix=not is_quoted)
    return [term] if term else []


def _quoted(words: str, *, is_prefix: bool) -> str:
    """The words as an FTS5 string, so that none of their characters is an operator; empty if nothing is indexed."""
    parts = searchable(words).split() if not words.isascii() else [words]
    parts = [part for part in parts if _INDEXED.search(part)]
    if not parts:
        return ""
    phrase = " ".join(parts).replace('"', '""')
    return f'"{phrase}"{"*" if is_prefix else ""}'


def _state(key: str, words: str) -> tuple[str, bool]:
    found = _STATES.get(f"{key}:{words.lower()}")
    if found is None:
        raise _bad(f"“{key}:{words}” is not known{_nearest(f'{key}:{words.lower()}', list(_STATES))}.")
    return found


def _refuse_unknown(key: str, words: str) -> None:
    """Refuse filters that are not there, and misspelt ones; other words with a colon are words, such as ``re:``."""
    if key in _LATER:
        raise _bad(f"“{key}:” is not in this version. These work: words, {_WORKS}")
    nearest = difflib.get_close_matches(key, [*_COLUMNS, "has"], n=1, cutoff=0.75)
    if nearest and words:
        raise _bad(f"“{key}:” is not known; did you mean {nearest[0]}:?")


def _nearest(given: str, known: list[str]) -> str:
    nearest = difflib.get_close_matches(given, known, n=1, cutoff=0.5)
    return f"; did you mean {nearest[0]}?" if nearest else f"; there are {', '.join(known)}"


def _bad(words: str) -> StoreError:
    return StoreError(ErrorKind.BAD_QUERY, words, remedy=Remedy.FIX_INPUT)
