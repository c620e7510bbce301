"""Answers to invitations: the calendar that an iTIP REPLY is (RFC 5546 section 3.2.3)."""

from collections.abc import Iterator
from datetime import UTC, datetime

from tuimail.domain.address import Address, is_address
from tuimail.domain.draft import DraftAttachment
from tuimail.domain.errors import ErrorKind, Remedy, SendError
from tuimail.domain.invitation import Invitation, InvitationAnswer
from tuimail.mime.calendar_lines import CalendarLines, read_lines
from tuimail.mime.charset import decode_bytes
from tuimail.mime.compose import CALENDAR_REPLY

_KEPT = ("UID", "SEQUENCE", "RECURRENCE-ID", "ORGANIZER", "DTSTART", "SUMMARY")
_MAX_OCTETS = 75
"""In a line without its end (RFC 5545 section 3.1)."""
_WORDS = {
    InvitationAnswer.ACCEPTED: ("Accepted", "accepts the invitation"),
    InvitationAnswer.TENTATIVE: ("Tentative", "may come"),
    InvitationAnswer.DECLINED: ("Declined", "declines the invitation"),
}


def invitation_reply(raw_part: bytes, *, attendee: Address, answer: InvitationAnswer, now: datetime) -> bytes:
    """The calendar to send to the organiser, of a calendar part's decoded bytes. ``now`` is aware.

    What identifies the event goes back as it came. Raises ``SendError`` where there is nothing to answer.
    """
    lines = read_lines(decode_bytes(raw_part, "utf-8").text)
    if not (lines.value("UID").strip() and lines.value("ORGANIZER").strip()) or not is_address(attendee.spec):
        words = "This part of the message holds no invitation that can be answered."
        raise SendError(ErrorKind.BAD_DRAFT, words, remedy=Remedy.TELL)
    written = [
        *("BEGIN:VCALENDAR", "PRODID:-//tuimail//EN", "VERSION:2.0", "METHOD:REPLY"),
        *_zone_lines(lines),
        "BEGIN:VEVENT",
        *(str(line) for name in _KEPT if (line := lines.first(name)) is not None),
        f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        _attendee(attendee, answer),
        *("END:VEVENT", "END:VCALENDAR", ""),
    ]
    return b"\r\n".join(_folded(line) for line in written)


def reply_attachment(calendar: bytes) -> DraftAttachment:
    """The calendar for a draft: ``compose`` puts it beside the text, as RFC 6047 wants it."""
    return DraftAttachment(name="answer.ics", content_type=CALENDAR_REPLY, data=calendar)


def reply_subject(invitation: Invitation, answer: InvitationAnswer) -> str:
    """What the mail with the answer is called."""
    return f"{_WORDS[answer][0]}: {invitation.title}".rstrip(": ")


def reply_text(invitation: Invitation, *, attendee: Address, answer: InvitationAnswer) -> str:
    """What the mail says to those who read it without a calendar."""
    title = f": {invitation.title}" if invitation.title else ""
    return f"{attendee.short} {_WORDS[answer][1]}{title}\n"


def _zone_lines(lines: CalendarLines) -> Iterator[str]:
    """The definitions of the zones that the answer names (RFC 5545 section 3.2.19)."""
    named = {line.zone for name in ("DTSTART", "RECURRENCE-ID") if (line := lines.first(name)) is not None}
    for zone in sorted(named & lines.zones.keys()):
        yield from (str(line) for line in lines.zones[zone])


def _attendee(attendee: Address, answer: InvitationAnswer) -> str:
    # No character of a name may end its quotation (RFC 5545 section 3.2).
    name = attendee.name.replace('"', "'").strip()
    shown = f';CN="{name}"' if name else ""
    return f"ATTENDEE;PARTSTAT={answer.value.upper()}{shown}:mailto:{attendee.spec}"


def _folded(line: str) -> bytes:
    """A line in pieces of at most 75 octets, cut between characters."""
    pieces: list[bytes] = [b""]
    for char in line:
        encoded = char.encode("utf-8", "replace")
        # A continued line begins with a space that counts.
        if len(pieces[-1]) + len(encoded) > _MAX_OCTETS - bool(pieces[1:]):
            pieces.append(b"")
        pieces[-1] += encoded
    return b"\r\n ".join(pieces)
