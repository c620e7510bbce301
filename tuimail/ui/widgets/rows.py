"""A message's row as pieces of text with the names of their styles. Pure."""

from datetime import datetime, tzinfo

from msgspec import Struct

from tuimail.domain.message import Envelope, Flag
from tuimail.ui.fit import fit, fit_right, list_date

NARROW = 62
"""Below this width a row takes two lines."""
SIGNS = 6
"""Cursor bar, mark, state, star, attachment, a space."""
DATE = 10
SENDER_MIN, SENDER_MAX = 14, 24
BAR = "▌"

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


def state_sign(envelope: Envelope) -> str:
    """One letter: unread, draft, forwarded, answered, or a space."""
    if envelope.is_unread:
        return "N"
    if Flag.DRAFT in envelope.flags:
        return "D"
    if Flag.FORWARDED in envelope.flags:
        return "f"
    return "r" if Flag.ANSWERED in envelope.flags else " "


def who(envelope: Envelope, *, recipients: bool) -> str:
    """The people column."""
    people = envelope.to if recipients else envelope.sender
    if not people:
        return "(no recipients)" if recipients else "(no sender)"
    names = ", ".join(person.short for person in people[:3])
    return f"To {names}" if recipients else names


def row_lines(envelope: Envelope, look: RowLook, width: int, *, two: bool) -> tuple[tuple[Piece, ...], ...]:
    """The row's lines, each made to fit."""
    read = () if envelope.is_unread else ("row--muted",)
    weight = ("row--unread",) if envelope.is_unread else ()
    date = list_date(envelope.sent_at, now=look.now, zone=look.zone)
    people = who(envelope, recipients=look.recipients)
    subject = envelope.subject or "(no subject)"
    signs = _signs(envelope, look)
    if two:
        room = max(0, width - SIGNS - len(date) - 3)
        first = (*signs, (fit(people, room), weight), (f"  {date} ", ("row--muted",)))
        pending = "… " if envelope.pending else ""
        second_room = max(0, width - SIGNS - 1)
        second = (_bar(look), (" " * (SIGNS - 1), ()), (fit(pending + subject, second_room), (*weight, *read)))
        return (first, second)
    sender = max(SENDER_MIN, min(SENDER_MAX, width // 4))
    room = max(0, width - SIGNS - sender - DATE - 4)
    pending = "… " if envelope.pending else ""
    line = (
        *signs,
        (fit(people, sender), weight),
        ("  ", ()),
        (fit(pending + subject, room), (*weight, *read)),
        (fit_right(date, DATE), ("row--muted",)),
        ("  ", ()),
    )
    return (line,)


def placeholder(look: RowLook, width: int, *, two: bool) -> tuple[tuple[Piece, ...], ...]:
    """What stands for a row until it is here."""
    blank = (_bar(look), (" " * (SIGNS - 1), ()), (fit("· · ·", max(0, width - SIGNS)), ("row--muted",)))
    return (blank, (_bar(look),)) if two else (blank,)


def _bar(look: RowLook) -> Piece:
    return (BAR if look.at_cursor else " ", ("row--bar",))


def _signs(envelope: Envelope, look: RowLook) -> tuple[Piece, ...]:
    return (
        _bar(look),
        (">" if look.marked else " ", ("row--mark",)),
        (state_sign(envelope), ("row--sign", *(("row--unread",) if envelope.is_unread else ()))),
        ("*" if envelope.is_flagged else " ", ("row--star",)),
        ("@ " if envelope.has_attachment else "  ", ("row--muted",)),
    )
