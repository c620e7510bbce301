"""What the line above the list says of it: the longest form that fits, what matters most first. Pure."""

from collections.abc import Iterator

from msgspec import Struct
from rich.cells import cell_len

from tuimail.domain.listing import ListView, SortBy
from tuimail.ui.fit import plural, truncate
from tuimail.ui.state import AppState

GAP = 3
"""Cells between the name, what is said of it, and the columns."""
_SORTS = (SortBy.SENDER, SortBy.SUBJECT, SortBy.DATE, SortBy.SIZE)
_WORDS = 24
"""Cells of what the list is narrowed to, where all of it is too long."""


class Heading(Struct, frozen=True, kw_only=True):
    """All forms, each from the longest to the shortest."""

    names: tuple[str, ...] = ("",)
    details: tuple[str, ...] = ("",)
    sorts: tuple[SortBy, ...] = ()
    """The columns that the list may be sorted by."""
    view: ListView = ListView()


class Label(Struct, frozen=True, kw_only=True):
    """A column's name at its place in the line."""

    sort: SortBy
    text: str
    at: int
    is_current: bool


class Line(Struct, frozen=True, kw_only=True):
    """The form for one width."""

    name: str
    detail: str
    labels: tuple[Label, ...] = ()


def heading(state: AppState, *, whose: str, has_field: bool) -> Heading:
    """Of the list on the screen; ``whose``: its account, if there are several. ``has_field``: its words stand there."""
    mailbox, query, view = state.current_mailbox, state.query, state.list_view
    title = mailbox.title if mailbox else ""
    full = f"{whose} · {title}" if whose and title else whose or title
    names = (full, title) if title else (full,)
    if query:
        return Heading(names=names, details=_hits(state, "" if has_field else query))
    sorts = (SortBy.DATE,) if state.is_joint else _SORTS
    if view.narrow:
        total = mailbox.total if mailbox else len(state.listed)
        details = _narrowed(len(state.listed), total, "" if has_field else view.narrow)
    else:
        details = _counts(state)
    return Heading(names=names, details=details, sorts=sorts if state.rows_known else (), view=view)


def fitted(heading: Heading, width: int) -> Line:
    """The first form that fits; where not even the shortest does, its end is cut."""
    order = _order(heading)
    # An order that is not the usual one is worth more than the longer form.
    needed = GAP + cell_len(_text(order, heading.view)) if order else 0
    forms = [form for room in (width - needed, width) for form in _forms(heading) if _size(*form) <= room]
    name, detail = forms[0] if forms else (heading.names[-1], heading.details[-1])
    if not forms:
        name = truncate(name, width)
        return Line(name=name, detail=truncate(detail, max(0, width - cell_len(name) - GAP)))
    return Line(name=name, detail=detail, labels=_labels(heading, width, width - _size(name, detail) - GAP))


def _forms(heading: Heading) -> Iterator[tuple[str, str]]:
    for name in heading.names:
        for detail in heading.details:
            yield name, detail


def _size(name: str, detail: str) -> int:
    return cell_len(name) + (GAP + cell_len(detail) if detail else 0)


def _hits(state: AppState, words: str) -> tuple[str, ...]:
    if not state.hits.is_known:
        return (f"search for “{words}”", "search") if words else ("",)
    more = "+" if state.hits.has_more else ""
    hits = f"{len(state.rows):,}{more} {'hit' if len(state.rows) == 1 else 'hits'}"
    return (*(f"{hits} for “{each}”" for each in _cut(words) if each), hits)


def _narrowed(shown: int, total: int, words: str) -> tuple[str, ...]:
    count = f"{shown:,} of {max(shown, total):,}"
    if not words:
        return (f"{count} · narrowed", count)
    cut = _cut(words)
    return (*(f"{count} · narrowed to “{each}”" for each in cut), *(f"{count} · “{each}”" for each in cut), count)


def _cut(words: str) -> tuple[str, ...]:
    return (words, truncate(words, _WORDS)) if cell_len(words) > _WORDS else (words,)


def _counts(state: AppState) -> tuple[str, ...]:
    mailbox, view = state.current_mailbox, state.list_view
    unread = f"{mailbox.unread:,} unread" if mailbox and mailbox.unread else ""
    if view.is_threaded and not view.is_unfolded:
        conversations = plural(len(state.listed), "conversation")
        return (f"{unread}, {conversations}", unread) if unread else (conversations,)
    total = max(len(state.rows), mailbox.total if mailbox else 0)
    if not total:
        return ("",)
    return (f"{unread} of {total:,}", unread) if unread else (f"{total:,}",)


def _labels(heading: Heading, width: int, room: int) -> tuple[Label, ...]:
    """The columns at the right edge, or the one that gives an unusual order alone."""
    order = _order(heading)
    for sorts in (heading.sorts if len(heading.sorts) > 1 else (), (order,) if order else ()):
        texts = [_text(sort, heading.view) for sort in sorts]
        size = sum(map(cell_len, texts)) + 2 * (len(texts) - 1)
        if not texts or size > room:
            continue
        labels, at = [], width - size
        for sort, text in zip(sorts, texts, strict=True):
            labels.append(Label(sort=sort, text=text, at=at, is_current=sort is heading.view.sort))
            at += cell_len(text) + 2
        return tuple(labels)
    return ()


def _order(heading: Heading) -> SortBy | None:
    """The column that gives the order; None where it is the usual one."""
    is_usual = (heading.view.sort, heading.view.is_reversed) == (SortBy.DATE, False)
    return heading.view.sort if heading.view.sort in heading.sorts and not is_usual else None


def _text(sort: SortBy, view: ListView) -> str:
    """The column's name; the arrow shows where the values of the one that gives the order grow."""
    if sort is not view.sort:
        return sort.value
    is_falling = (sort in {SortBy.DATE, SortBy.SIZE}) != view.is_reversed
    return f"{sort.value} {'↓' if is_falling else '↑'}"
