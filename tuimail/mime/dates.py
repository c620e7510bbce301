"""Dates of header fields: fast for what RFC 5322 section 3.3 describes, lenient for the rest, never raising."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_USUAL = re.compile(
    r"\s*(?:[A-Za-z]{3},?\s+)?(\d{1,2})\s+([A-Za-z]{3})\s+(\d{4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s+([+-])(\d{2})(\d{2})\b"
)
_EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)
"""Older dates come from clocks that were never set; nobody sent mail as we know it before."""
_MAX_DATE = 200
_FUTURE = timedelta(days=1)


def read_date(value: str) -> datetime | None:
    """The moment that a Date field names, in UTC; None if there is none or no such moment exists."""
    match = _USUAL.match(value)
    try:
        moment = _from_match(match) if match else _from_anything(value)
    except (ValueError, OverflowError, IndexError, TypeError, KeyError, AttributeError):
        return None
    return moment if moment is not None and moment >= _EARLIEST else None


def plausible_date(value: str, *, server_date: datetime) -> datetime:
    """The date to show and sort by: the field's, or the server's where that is missing, absurd or in the future."""
    moment = read_date(value) if value else None
    if moment is None or moment > server_date + _FUTURE:
        return server_date
    return moment


def _from_match(match: re.Match[str]) -> datetime:
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes = match.groups()
    moment = datetime(
        int(year), _MONTHS[month.lower()], int(day), int(hour), int(minute), min(59, int(second or 0)), tzinfo=UTC
    )
    if zone_hours == zone_minutes == "00":
        return moment
    offset = int(zone_hours) * 60 + int(zone_minutes)
    return moment - timedelta(minutes=-offset if sign == "-" else offset)


def _from_anything(value: str) -> datetime | None:
    # parsedate_tz slows down with the length of what it is given.
    fields = parsedate_tz(value[:_MAX_DATE])
    if fields is None:
        return None
    zone = timezone(timedelta(seconds=fields[9] or 0))
    year, month, day, hour, minute, second = fields[:6]
    return datetime(year, month, day, hour, minute, min(59, second), tzinfo=zone).astimezone(UTC)
