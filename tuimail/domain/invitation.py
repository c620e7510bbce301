"""Invitations to events (RFC 5545, RFC 5546), as far as a reader shows and answers them."""

from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from msgspec import Struct

from tuimail.domain.address import Address


class InvitationMethod(StrEnum):
    """What the calendar part is for (RFC 5546 section 1.4)."""

    REQUEST = "request"
    CANCEL = "cancel"
    REPLY = "reply"
    COUNTER = "counter"
    PUBLISH = "publish"


class InvitationAnswer(StrEnum):
    """What an attendee says (PARTSTAT, RFC 5545 section 3.2.12)."""

    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


class Attendee(Struct, frozen=True, kw_only=True):
    """Somebody who is asked to come."""

    address: Address
    answer: InvitationAnswer | None = None
    """None: not yet answered."""
    is_optional: bool = False


class Invitation(Struct, frozen=True, kw_only=True):
    """The first event of a calendar part. Every text is cleaned."""

    part: str
    """Path of the calendar part; the answer is made from it."""
    method: InvitationMethod
    uid: str
    title: str = ""
    start: datetime | date | None = None
    """Aware, but as written where ``zone_words`` says that no zone is known; a date for events of whole days."""
    end: datetime | date | None = None
    """As in the part: of whole days the first day after it."""
    zone_words: str = ""
    """What was guessed about the zone, in words; empty where it is sure."""
    place: str = ""
    organiser: Address | None = None
    attendees: tuple[Attendee, ...] = ()
    repeats: str = ""
    """In words, such as "every week"; empty for a single event."""
    occurrence: datetime | date | None = None
    """Of a series, the one that this is about, by the time it was first meant for (RECURRENCE-ID)."""
    can_answer: bool = False
    """A request with an organiser to answer to."""


_TITLES = {
    InvitationMethod.REQUEST: "Invitation",
    InvitationMethod.CANCEL: "Cancelled",
    InvitationMethod.REPLY: "Answer",
    InvitationMethod.COUNTER: "Other time",
    InvitationMethod.PUBLISH: "Event",
}
_ANSWERED = {
    InvitationAnswer.ACCEPTED: "accepted",
    InvitationAnswer.TENTATIVE: "tentative",
    InvitationAnswer.DECLINED: "declined",
}
MAX_NAMED = 8
"""Attendees named before the rest is counted."""


def invitation_lines(invitation: Invitation, *, zone: tzinfo) -> tuple[tuple[str, str], ...]:
    """The invitation as pairs of a label and what stands behind it, its time in the reader's zone."""
    start, end = invitation.start, invitation.end
    occurrence = "" if invitation.occurrence is None else "this one of the series only"
    rows = (
        (_TITLES[invitation.method], invitation.title or "without a title"),
        ("When", time_words(start, end, zone=zone) if start else "no time given"),
        ("", _elsewhere(start, zone)),
        ("", invitation.zone_words),
        ("Repeats", invitation.repeats or occurrence),
        ("Where", invitation.place),
        ("From", str(invitation.organiser) if invitation.organiser else ""),
        ("With", _people(invitation.attendees)),
    )
    return tuple((label, words) for label, words in rows if words)


def time_words(start: datetime | date, end: datetime | date | None, *, zone: tzinfo) -> str:
    """From when to when, such as "Tuesday, 3 March 2026, 10:00 to 11:00"; of whole days no time."""
    if not isinstance(start, datetime):
        last = end - timedelta(days=1) if end is not None and end > start else start
        return _day(start) if last <= start else f"{_day(start)} to {_day(last)}"
    here = _in_zone(start, zone)
    words = f"{_day(here)}, {here:%H:%M}"
    until = _in_zone(end, zone) if isinstance(end, datetime) else here
    if until == here:
        return words
    return f"{words} to {until:%H:%M}" if until.date() == here.date() else f"{words} to {_day(until)}, {until:%H:%M}"


def _in_zone(moment: datetime, zone: tzinfo) -> datetime:
    return moment.astimezone(zone) if moment.tzinfo else moment


def _day(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B %Y}"


def _elsewhere(start: datetime | date | None, zone: tzinfo) -> str:
    """The time where the event takes place, if clocks show another one there."""
    if not isinstance(start, datetime) or start.tzinfo is None:
        return ""
    name = getattr(start.tzinfo, "key", "")
    if name in {"", "UTC"} or start.utcoffset() == start.astimezone(zone).utcoffset():
        return ""
    return f"{start:%H:%M} in {name.rpartition('/')[2].replace('_', ' ')}"


def _people(attendees: tuple[Attendee, ...]) -> str:
    named = [
        f"{each.address.short} ({_ANSWERED[each.answer]})" if each.answer else each.address.short
        for each in attendees[:MAX_NAMED]
    ]
    more = len(attendees) - len(named)
    return f"{', '.join(named)} and {more:,} more" if more else ", ".join(named)
