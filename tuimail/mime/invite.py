"""Calendar parts (RFC 5545, RFC 5546) to invitations. Never raises."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Protocol

from msgspec import Struct

from tuimail.domain.address import Address, is_address
from tuimail.domain.clean import clean_line
from tuimail.domain.invitation import Attendee, Invitation, InvitationAnswer, InvitationMethod
from tuimail.mime.calendar_lines import CalendarLines, Line, read_lines
from tuimail.mime.calendar_zones import place
from tuimail.mime.recurrence import repeats_in_words

MAX_TEXT = 500
"""Characters of a title or place."""

_ESCAPED = re.compile(r"\\([\\;,nN])")
_EARLIEST, _LATEST = 1900, 2500
"""Years; times outside come from programs that never set them, and no zone can be reckoned with near the edges."""
_METHODS = {method.value.upper(): method for method in InvitationMethod}
_ANSWERS = {answer.value.upper(): answer for answer in InvitationAnswer}


class _UnreadableError(Exception):
    """A property is not what the standard says it is."""


class _When(Struct, frozen=True, kw_only=True):
    moment: datetime | date
    doubt: str = ""


def read_invitation(text: str, *, part: str, method: str = "") -> Invitation | None:
    """The first event of a calendar; None where it has none.

    ``method``: what the part's Content-Type says, for calendars that do not say it themselves (RFC 6047 section 2.4).
    """
    lines = read_lines(text)
    if not lines.event:
        return None
    start = _when(lines, "DTSTART")
    end = _when(lines, "DTEND") or _after(start, lines.value("DURATION"))
    occurrence = _when(lines, "RECURRENCE-ID")
    organiser = next((person.address for person in _people(lines, "ORGANIZER")), None)
    kind = _METHODS.get(lines.method or method.strip().upper(), InvitationMethod.PUBLISH)
    if lines.value("STATUS").strip().upper() == "CANCELLED" and kind is InvitationMethod.REQUEST:
        kind = InvitationMethod.CANCEL
    uid = clean_line(lines.value("UID"))
    can_answer = kind is InvitationMethod.REQUEST and uid and organiser and is_address(organiser.spec)
    moment = start.moment if start else None
    return Invitation(
        part=part,
        method=kind,
        uid=uid,
        title=_text(lines.first("SUMMARY")),
        start=moment,
        end=end.moment if end and _can_compare(end.moment, moment) else None,
        zone_words=start.doubt if start else "",
        place=_text(lines.first("LOCATION")),
        organiser=organiser,
        attendees=tuple(_people(lines, "ATTENDEE")),
        repeats=repeats_in_words(lines.value("RRULE"), zone=moment.tzinfo if isinstance(moment, datetime) else None),
        occurrence=occurrence.moment if occurrence else None,
        can_answer=bool(can_answer),
    )


class _Kind(Protocol):
    """A type of value, as the library has them."""

    def from_ical(self, ical: str, /) -> object:
        """The value that a text means."""


def _read(kind: _Kind, value: str) -> object:
    """The value; ``_UnreadableError`` for what the library raises over texts that are none."""
    try:
        return kind.from_ical(value)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as error:
        raise _UnreadableError from error


def _when(lines: CalendarLines, name: str) -> _When | None:
    """A time of the event, aware where its zone is known; a date where it is of whole days."""
    line = lines.first(name)
    if line is None:
        return None
    try:
        read = _time(line)
    except _UnreadableError:
        return None
    if not _EARLIEST <= read.year <= _LATEST:
        return None
    if not isinstance(read, datetime):
        return _When(moment=read)
    # Outlook writes whole days as times from midnight to midnight.
    if lines.value("X-MICROSOFT-CDO-ALLDAYEVENT").strip().upper() == "TRUE" and read.hour == read.minute == 0:
        return _When(moment=read.date())
    if read.tzinfo is not None:
        return _When(moment=read)
    placed = place(read, line.zone or lines.zone, lines.zones)
    return _When(moment=placed.moment, doubt=placed.doubt)


def _time(line: Line) -> datetime | date:
    """The value without its zone, which is found elsewhere: the library would keep strange ones for later mails."""
    from icalendar.prop import vDDDTypes  # noqa: PLC0415 (80 ms, for the few mails that have a calendar)

    read = _read(vDDDTypes, line.value.strip())
    if not isinstance(read, date):
        raise _UnreadableError
    return read


def _after(start: _When | None, duration: str) -> _When | None:
    if start is None or not duration:
        return None
    from icalendar.prop import vDuration  # noqa: PLC0415 (as above)

    try:
        length = _read(vDuration, duration.strip())
        end = start.moment + length if isinstance(length, timedelta) else None
    except (_UnreadableError, OverflowError):
        return None
    return _When(moment=end) if end is not None and end.year <= _LATEST else None


def _can_compare(end: datetime | date, start: datetime | date | None) -> bool:
    """Whether both are whole days, or both times, in zones that are known or not."""
    if isinstance(end, datetime) and isinstance(start, datetime):
        return (end.tzinfo is None) == (start.tzinfo is None)
    return start is not None and not isinstance(end, datetime) and not isinstance(start, datetime)


def _text(line: Line | None) -> str:
    """A text (RFC 5545 section 3.3.11) on one line."""
    if line is None:
        return ""
    return clean_line(_ESCAPED.sub(lambda match: " " if match[1] in "nN" else match[1], line.value))[:MAX_TEXT]


def _people(lines: CalendarLines, name: str) -> Iterator[Attendee]:
    """Those whom properties of this name name, by mail addresses; rooms and the like are people, too."""
    for line in lines.event:
        spec = clean_line(line.value)
        if line.name != name or spec[:7].lower() != "mailto:":
            continue
        params = _params(line)
        shown = clean_line(params.get("CN", "")).strip("\"' ")[:MAX_TEXT]
        spec = spec[7:].strip()[:320]
        yield Attendee(
            address=Address(name="" if shown.lower() == spec.lower() else shown, spec=spec),
            answer=_ANSWERS.get(params.get("PARTSTAT", "").upper()),
            is_optional=params.get("ROLE", "").upper() == "OPT-PARTICIPANT",
        )


def _params(line: Line) -> dict[str, str]:
    from icalendar.parser import Parameters  # noqa: PLC0415 (as above)

    try:
        read = _read(Parameters, line.params.lstrip(";"))
    except _UnreadableError:
        return {}
    pairs = read.items() if isinstance(read, Parameters) else ()
    return {str(name).upper(): value for name, value in pairs if isinstance(value, str)}
