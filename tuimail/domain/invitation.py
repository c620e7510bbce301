"""Invitations to events (RFC 5545, RFC 5546), as far as a reader shows and answers them."""

from datetime import date, datetime
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
