"""A message's row as pieces of text with the names of their styles. Pure."""

from datetime import datetime, tzinfo

from msgspec import Struct
from rich.cells import cell_len

from tuimail.config.columns import DEFAULT_COLUMNS, Column, ColumnName
from tuimail.domain.listing import ThreadPlace
from tuimail.domain.message import Envelope, Flag
from tuimail.ui.fit import fit, fit_right, list_date, size, truncate
from tuimail.ui.widgets.columns import SIGNS, Cell, lay_out, lead_of

NARROW = 62
"""Below this width a row takes two lines."""
BAR = "▌"
FOLDED, LEVEL, ANSWER = "▸ ", "│ ", "└ "
LEVEL_EACH, LEVELS = 12, 8
"""One level of a conversation is drawn for so many cells of its column, and at most so many levels."""

Piece = tuple[str, tuple[str, ...]]
"""Text, and the component classes that give it its look."""


class RowLook(Struct, frozen=True, kw_only=True):
    """What a row's look depends on beside its envelope and width."""

    at_cursor: bool
    marked: bool
    recipients: bool
    """Who it went to stands in place of who sent it."""
    now: datetime
    zone: tzinfo
    columns: tuple[Column, ...] = DEFAULT_COLUMNS
    folder: str = ""
    """The title of the row's mailbox."""
    origin: str = ""
    """Where a hit comes from, if not from the open mailbox in the store."""
    place: ThreadPlace | None = None
    """How it stands in its conversation, where the list has conversations."""
    is_folded: bool = False
    """The row stands for its whole conversation."""


def state_sign(envelope: Envelope, *, is_unread: bool) -> str:
    """One letter: unread, draft, forwarded, answered, or a space."""
    if is_unread:
        return "N"
    if Flag.DRAFT in envelope.flags:
        return "D"
    if Flag.FORWARDED in envelope.flags:
        return "f"
    return "r" if Flag.ANSWERED in envelope.flags else " "


def who(envelope: Envelope, look: RowLook) -> str:
    """The people column: of a folded conversation everybody who wrote."""
    if look.is_folded and look.place is not None and look.place.people and not look.recipients:
        return ", ".join(look.place.people)
    people = envelope.to if look.recipients else envelope.sender
    if not people:
        return "(no recipients)" if look.recipients else "(no sender)"
    names = ", ".join(person.short for person in people[:3])
    return f"To {names}" if look.recipients else names


def row_lines(envelope: Envelope, look: RowLook, width: int, *, two: bool) -> tuple[tuple[Piece, ...], ...]:
    """The row's lines, each made to fit."""
    is_unread = _is_unread(envelope, look)
    weight = ("row--unread",) if is_unread else ()
    quiet = () if is_unread else ("row--muted",)
    signs = _signs(envelope, look, is_unread=is_unread)
    if two:
        date = list_date(envelope.sent_at, now=look.now, zone=look.zone)
        room = max(0, width - SIGNS - len(date) - 3)
        first = (*signs, (fit(who(envelope, look), room), weight), (f"  {date} ", ("row--muted",)))
        below = _about(envelope, look, max(0, width - SIGNS - 1), names=(*weight, *quiet))
        return (first, (_bar(look), (" " * (SIGNS - 1), ()), *below))
    line: list[Piece] = list(signs if lead_of(look.columns) == SIGNS else (*signs[:2], (" ", ())))
    for cell in lay_out(look.columns, width):
        if cell.name is ColumnName.SUBJECT:
            # One cell stays free, so that a long subject does not touch what stands at its right.
            line += _about(envelope, look, max(0, cell.width - 1), names=(*weight, *quiet))
            line.append((" ", ()))
        else:
            line.append(_cell(envelope, look, cell, weight=weight))
        if cell.gap:
            line.append((" " * cell.gap, ()))
    return (tuple(line),)


def placeholder(look: RowLook, width: int, *, two: bool) -> tuple[tuple[Piece, ...], ...]:
    """What stands for a row until it is here."""
    blank = (_bar(look), (" " * (SIGNS - 1), ()), (fit("· · ·", max(0, width - SIGNS)), ("row--muted",)))
    return (blank, (_bar(look),)) if two else (blank,)


def _is_unread(envelope: Envelope, look: RowLook) -> bool:
    if look.is_folded and look.place is not None:
        return look.place.unread > 0
    return envelope.is_unread


def _about(envelope: Envelope, look: RowLook, room: int, *, names: tuple[str, ...]) -> list[Piece]:
    """The subject, behind what says how the row stands in its conversation."""
    lead = _thread_words(look, room)
    pieces: list[Piece] = [(lead, ("row--thread",))] if lead else []
    if look.origin:
        origin = truncate(look.origin, max(0, room - len(lead)))
        pieces.append((origin, ("row--thread",)))
        room -= cell_len(origin)
    pending = "… " if envelope.pending else ""
    return [*pieces, (fit(pending + (envelope.subject or "(no subject)"), max(0, room - len(lead))), names)]


def _thread_words(look: RowLook, room: int) -> str:
    place = look.place
    if place is None:
        return ""
    if look.is_folded:
        unread = f" ({place.unread:,} unread)" if place.unread else ""
        return f"{FOLDED}{place.count:,}{unread} "[:room]
    if place.count == 1:
        return ""
    depth = min(place.depth, max(1, room // LEVEL_EACH), LEVELS)
    # A bar along all of it holds together what answers something that is not here.
    return LEVEL * depth + ANSWER if depth else LEVEL


def _cell(envelope: Envelope, look: RowLook, cell: Cell, *, weight: tuple[str, ...]) -> Piece:
    match cell.name:
        case ColumnName.SENDER:
            text, names = who(envelope, look), weight
        case ColumnName.DATE:
            text, names = list_date(envelope.sent_at, now=look.now, zone=look.zone), ("row--muted",)
        case ColumnName.SIZE:
            text, names = size(envelope.size_bytes), ("row--muted",)
        case ColumnName.FOLDER:
            text, names = look.folder, ("row--muted",)
        case _:
            count = look.place.count if look.place is not None and look.is_folded else 0
            text, names = f"{count:,}" if count else "", ("row--muted",)
    return ((fit_right if cell.is_right else fit)(text, cell.width), names)


def _bar(look: RowLook) -> Piece:
    return (BAR if look.at_cursor else " ", ("row--bar",))


def _signs(envelope: Envelope, look: RowLook, *, is_unread: bool) -> tuple[Piece, ...]:
    state = state_sign(envelope, is_unread=is_unread)
    return (
        _bar(look),
        (">" if look.marked else " ", ("row--mark",)),
        (state, ("row--sign", *(("row--unread",) if is_unread else ()))),
        ("*" if envelope.is_flagged else " ", ("row--star",)),
        ("@ " if envelope.has_attachment else "  ", ("row--muted",)),
    )
