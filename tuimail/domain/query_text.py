"""The search language: what somebody types, read into a ``Query``. Any text is either understood or explained.

Words must all occur, as in Gmail and mutt; ``or`` joins its two neighbours, ``-`` leaves out what follows it, and
brackets group. A quotation mark or a bracket that is not closed ends with the text, since it is read while it is typed.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from tuimail.domain.clean import clean_line
from tuimail.domain.errors import ErrorKind, QueryError, Remedy
from tuimail.domain.ids import AccountId, MailboxId
from tuimail.domain.mailbox import Mailbox, MailboxRole
from tuimail.domain.message import Flag
from tuimail.domain.query import (
    EVERYTHING,
    Attached,
    Before,
    Field,
    Flagged,
    In,
    Larger,
    Node,
    Query,
    Since,
    Smaller,
    Words,
    either,
    every,
    without,
)
from tuimail.domain.query_values import read_day, read_size

MAX_TERMS = 60
MAX_DEPTH = 10

_TOKEN = re.compile(
    r"\s*(?:(?P<open>-?\()|(?P<close>\))|(?P<minus>-(?=[^\s()]))?(?:(?P<key>[A-Za-z][A-Za-z0-9_]*):)?"
    r'(?:"(?P<quoted>[^"]*)"?|(?P<word>[^\s()]*)))'
)
_INDEXED = re.compile(r"[^\W_]")
_FIELDS = {"from": Field.FROM, "to": Field.TO, "cc": Field.CC, "subject": Field.SUBJECT, "body": Field.BODY}
_DAYS: Mapping[str, Callable[[datetime], Node]] = {
    "since": lambda at: Since(at=at),
    "before": lambda at: Before(at=at),
}
_SIZES: Mapping[str, Callable[[int], Node]] = {
    "larger": lambda size: Larger(size_bytes=size),
    "smaller": lambda size: Smaller(size_bytes=size),
}
_STATES: Mapping[str, Node] = {
    "is:unread": Flagged(flag=Flag.SEEN, is_set=False),
    "is:read": Flagged(flag=Flag.SEEN),
    "is:flagged": Flagged(flag=Flag.FLAGGED),
    "is:starred": Flagged(flag=Flag.FLAGGED),
    "is:unflagged": Flagged(flag=Flag.FLAGGED, is_set=False),
    "is:answered": Flagged(flag=Flag.ANSWERED),
    "is:unanswered": Flagged(flag=Flag.ANSWERED, is_set=False),
    "has:attachment": Attached(),
}
_ALIASES = {
    "after": "since", "newer": "since", "newer_than": "since", "older": "before", "older_than": "before",
    "folder": "in", "label": "in",
}  # fmt: skip
"""Gmail's other words for the same."""
_ELSEWHERE = frozenset({"bcc", "category", "date", "deliveredto", "filename", "list", "size", "tag"})
"""Filters of other mail programs; taken for words they would silently find nothing."""
_KEYS = (*_FIELDS, *_DAYS, *_SIZES, "has", "is", "in", "account")
_WORKS = " ".join(f"{key}:" for key in _KEYS)
_ROLES = {
    "inbox": MailboxRole.INBOX,
    "drafts": MailboxRole.DRAFTS,
    "sent": MailboxRole.SENT,
    "archive": MailboxRole.ARCHIVE,
    "junk": MailboxRole.JUNK,
    "spam": MailboxRole.JUNK,
    "trash": MailboxRole.TRASH,
    "bin": MailboxRole.TRASH,
}
_ALL = ("all", "anywhere")
_SHOWN_NAMES = 6


class Ground(Struct, frozen=True, kw_only=True):
    """What a search's words mean here and now."""

    now: datetime
    """Aware, in the zone in which days begin."""
    mailboxes: tuple[Mailbox, ...] = ()
    accounts: tuple[str, ...] = ()


class _Term(Struct, frozen=True, kw_only=True):
    """One word of the text with what stands around it; or a bracket."""

    bracket: str = ""
    is_negated: bool = False
    key: str = ""
    words: str = ""
    is_quoted: bool = False

    @property
    def is_or(self) -> bool:
        return not (self.key or self.is_quoted or self.is_negated or self.bracket) and self.words.lower() == "or"


def parse_query(text: str, ground: Ground) -> Query:
    """Read what the user typed; QueryError in words for under the field."""
    terms = list(_terms(clean_line(text)))
    if len(terms) > MAX_TERMS:
        raise _bad(f"This search is too long: at most {MAX_TERMS} words.")
    return _Reader(iter(terms), ground).read()


def _terms(text: str) -> Iterator[_Term]:
    for found in _TOKEN.finditer(text):
        if found["open"] or found["close"]:
            yield _Term(bracket=(found["open"] or found["close"])[-1], is_negated=found["open"] == "-(")
            continue
        quoted, key = found["quoted"], (found["key"] or "").lower()
        words = (found["word"] or "") if quoted is None else quoted
        if words or key:
            yield _Term(is_negated=bool(found["minus"]), key=key, words=words, is_quoted=quoted is not None)


class _Reader:
    """Reads the terms of one search from left to right."""

    def __init__(self, terms: Iterator[_Term], ground: Ground) -> None:
        self._terms = terms
        self._ground = ground
        self._names_place = False
        self._account: AccountId | None = None
        self._depth = 0

    def read(self) -> Query:
        """The whole text."""
        root = self._read_group()
        return Query(root=root, names_place=self._names_place, account=self._account)

    def _read_group(self) -> Node:
        """What stands up to the closing bracket, or to the end."""
        parts: list[Node] = []
        joins = False
        for term in self._terms:
            if term.bracket == ")":
                if self._depth:
                    break
                continue
            if term.is_or:
                joins = bool(parts)
                continue
            part = self._read_term(term)
            if part is not None:
                parts.append(either((parts.pop(), part)) if joins else part)
                joins = False
        return every(tuple(parts))

    def _read_term(self, term: _Term) -> Node | None:
        """A bracket with what is in it, or a single term; None for one that says nothing."""
        if not term.bracket:
            part = self._read_single(term)
        elif self._depth == MAX_DEPTH:
            raise _bad("There are too many brackets in this search.")
        else:
            self._depth += 1
            part = self._read_group()
            self._depth -= 1
            if part == EVERYTHING:
                return None
        return without(part) if part is not None and term.is_negated else part

    def _read_single(self, term: _Term) -> Node | None:
        key = _ALIASES.get(term.key, term.key)
        if key in {"is", "has"}:
            return _read_state(key, term.words)
        if key in _DAYS:
            return _read_since(key, term.words, self._ground.now)
        if key in _SIZES:
            return _read_bytes(key, term.words)
        if key == "in":
            return self._read_place(term.words)
        if key == "account":
            return self._read_account(term)
        return _read_words(key, term)

    def _read_place(self, words: str) -> Node:
        self._names_place = True
        if words.lower() in _ALL:
            return EVERYTHING
        boxes = [box for box in self._ground.mailboxes if box.selectable]
        return In(mailboxes=frozenset({_find_mailbox(words, boxes)}))

    def _read_account(self, term: _Term) -> Node:
        names = {name.lower(): name for name in self._ground.accounts}
        found = names.get(term.words.lower())
        if found is None:
            raise _bad(f"There is no account “{term.words}”{_nearest(term.words.lower(), list(names))}")
        if term.is_negated or self._depth or self._account not in {None, found}:
            raise _bad("One account can be searched at a time: write “account:” once, and not in brackets.")
        self._account = AccountId(found)
        return EVERYTHING


def _read_words(key: str, term: _Term) -> Words | None:
    words = term.words
    if key in _FIELDS and not words:
        raise _bad(f"Write a word right after “{key}:”, such as {key}:alice.")
    if key and key not in _FIELDS:
        _refuse_unknown(key, words)
        words = f"{key}:{words}"
    if not _INDEXED.search(words):
        return None
    return Words(text=words, field=_FIELDS.get(key, Field.ANY), is_prefix=not term.is_quoted)


def _read_state(key: str, words: str) -> Node:
    name = f"{key}:{words.lower()}"
    found = _STATES.get(name)
    if found is None:
        known = [state for state in _STATES if state.startswith(f"{key}:")]
        raise _bad(f"“{key}:{words}” is not known{_nearest(name, known)}")
    return found


def _read_since(key: str, words: str, now: datetime) -> Node:
    at = read_day(words, now)
    if at is None:
        raise _bad(
            f"Write a day right after “{key}:”, such as {key}:2024-05-01, {key}:2024-05, {key}:today or {key}:2w."
        )
    return _DAYS[key](at)


def _read_bytes(key: str, words: str) -> Node:
    size = read_size(words)
    if size is None:
        raise _bad(f"Write a size right after “{key}:”, such as {key}:10k or {key}:5M.")
    return _SIZES[key](size)


def _find_mailbox(words: str, boxes: list[Mailbox]) -> MailboxId:
    """The mailbox meant by a role's word, its name or title, the last level of its name, or how one of these begins."""
    wanted = words.casefold()
    role = _ROLES.get(wanted)
    if role is not None:
        for box in boxes:
            if box.role is role:
                return box.id
    names: dict[str, MailboxId] = {}
    for of_box in (_last_level, lambda box: box.title, lambda box: box.name):
        names |= {of_box(box).casefold(): box.id for box in reversed(boxes)}
    if wanted in names:
        return names[wanted]
    begun = {box for name, box in names.items() if wanted and name.startswith(wanted)}
    if len(begun) == 1:
        return begun.pop()
    if not words:
        raise _bad("Write a folder right after “in:”, such as in:inbox or in:all.")
    raise _bad(f"There is no folder “{words}”{_nearest(wanted, [*_ALL, *names])}")


def _last_level(box: Mailbox) -> str:
    return box.name.rpartition(box.delimiter)[2] if box.delimiter else box.name


def _refuse_unknown(key: str, words: str) -> None:
    """Refuse filters that are not there, and misspelt ones; other words with a colon are words, such as ``re:``."""
    if key in _ELSEWHERE:
        raise _bad(f"There is no “{key}:” here. These work: {_WORKS}")
    nearest = difflib.get_close_matches(key, _KEYS, n=1, cutoff=0.75)
    if nearest and words:
        raise _bad(f"“{key}:” is not known; did you mean {nearest[0]}:?")


def _nearest(given: str, known: list[str]) -> str:
    nearest = difflib.get_close_matches(given, known, n=1, cutoff=0.5)
    if nearest:
        return f"; did you mean {nearest[0]}?"
    return f"; there is {', '.join(known[:_SHOWN_NAMES])}." if known else "."


def _bad(words: str) -> QueryError:
    return QueryError(ErrorKind.BAD_QUERY, words, remedy=Remedy.FIX_INPUT)
