"""The zones that calendars name: IANA names, Windows names, definitions in the calendar (RFC 5545 section 3.6.5).

Definitions are read for the moment asked about and never expanded, since a rule may name every second of a century.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from tuimail.domain.clean import clean_line
from tuimail.mime.calendar_lines import Line

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,40}(?:/[A-Za-z0-9_+-]{1,40}){0,2}")
_TIME = re.compile(r"\d{8}T\d{6}")
_OFFSET = re.compile(r"([+-])(\d{2})(\d{2})")
_NAMED_OFFSET = re.compile(r"(?:GMT|UTC)\s?([+-])(\d{1,2}):?(\d{2})?", re.I)
_NAMED_UTC = frozenset({"utc", "gmt", "z", "etc/utc", "tzone://microsoft/utc", "coordinated universal time"})
_BY_DAY = re.compile(r"([+-]?\d)(MO|TU|WE|TH|FR|SA|SU)")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MAX_HOURS = 23


class Placed(Struct, frozen=True, kw_only=True):
    """A time of a calendar."""

    moment: datetime
    """Aware; as written where the zone could not be told."""
    doubt: str = ""
    """What was guessed or could not be told, in words."""


def place(written: datetime, zone: str, definitions: dict[str, list[Line]]) -> Placed:
    """A time as written, in the zone that it names. Never raises."""
    if not zone:
        return Placed(moment=written, doubt="No time zone is named; the time is shown as it is written.")
    known = _known(zone)
    if known is not None:
        return Placed(moment=written.replace(tzinfo=known))
    defined = _offset_at(written, definitions.get(zone, []))
    if defined is not None:
        return Placed(moment=written.replace(tzinfo=timezone(defined)))
    shown = clean_line(zone)[:60]
    if match := _NAMED_OFFSET.search(zone):
        offset = _offset(match[1], match[2], match[3] or "00")
        if offset is not None:
            words = f"The time zone “{shown}” is not defined; its distance from UTC was taken from its name."
            return Placed(moment=written.replace(tzinfo=timezone(offset)), doubt=words)
    return Placed(moment=written, doubt=f"The time zone “{shown}” is not known; the time is shown as it is written.")


def _known(zone: str) -> tzinfo | None:
    """An IANA zone by its own name, by Windows' name for it, or behind a prefix such as ``/mozilla.org/2005/``."""
    # Late: it brings its library with it, which takes 80 ms.
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # noqa: PLC0415

    name = zone.strip("/\"' ")
    if name.lower() in _NAMED_UTC:
        return ZoneInfo("UTC")
    pieces = name.split("/") if zone.startswith("/") else [name]
    for start in range(min(len(pieces), 6)):
        key = "/".join(pieces[start:])
        found = _zone_info(WINDOWS_TO_OLSON.get(key, key))
        if found is not None:
            return found
    return None


def _zone_info(key: str) -> tzinfo | None:
    if not _KEY.fullmatch(key):
        return None
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # OSError: names of folders, such as "America".
        return None


def _offset_at(written: datetime, lines: list[Line]) -> timedelta | None:
    """The offset that a definition gives: after the latest change before the time, else that before the first one."""
    changes = [change for part in _parts(lines) if (change := _latest_change(written, part)) is not None]
    past = [(onset, after) for onset, _, after in changes if onset <= written]
    if past:
        return max(past)[1]
    return min(changes)[1] if changes else None


def _parts(lines: list[Line]) -> Iterator[dict[str, Line]]:
    """The STANDARD and DAYLIGHT parts, each property once."""
    part: dict[str, Line] | None = None
    for line in lines:
        if line.name == "BEGIN" and line.value.strip().upper() in {"STANDARD", "DAYLIGHT"}:
            part = {}
        elif line.name == "END" and part:
            yield part
            part = None
        elif part is not None:
            part.setdefault(line.name, line)


def _latest_change(written: datetime, part: dict[str, Line]) -> tuple[datetime, timedelta, timedelta] | None:
    """The part's last onset up to the time, or its first one; the offsets before and after it."""
    first = _time(part.get("DTSTART"))
    before, after = _own_offset(part.get("TZOFFSETFROM")), _own_offset(part.get("TZOFFSETTO"))
    if first is None or after is None:
        return None
    onsets = [first, *_by_rule(first, part.get("RRULE"), written), *_listed(part.get("RDATE"))]
    past = [onset for onset in onsets if onset <= written]
    return (max(past) if past else first), after if before is None else before, after


def _by_rule(first: datetime, rule: Line | None, written: datetime) -> Iterator[datetime]:
    """The onsets of this year and the last by a rule as all zones have them: a day of the week in a month."""
    if rule is None:
        return
    pairs = dict(piece.partition("=")[::2] for piece in rule.value.upper().split(";"))
    day = _BY_DAY.fullmatch(pairs.get("BYDAY", ""))
    month = pairs.get("BYMONTH", str(first.month))
    if pairs.get("FREQ") != "YEARLY" or not month.isdecimal() or not 1 <= int(month[:3]) <= 12:  # noqa: PLR2004 (months)
        return
    last = pairs.get("UNTIL", "9999")[:8]
    for year in (written.year - 1, written.year):
        onset_day = (
            _day_in(year, int(month[:3]), which=int(day[1]), weekday=_DAYS.index(day[2]))
            if day
            else _same_day(first, year)
        )
        if onset_day is not None and f"{onset_day:%Y%m%d}" <= last and year >= first.year:
            yield datetime.combine(onset_day, first.time())


def _day_in(year: int, month: int, *, which: int, weekday: int) -> date | None:
    """The n-th such weekday of a month, from its end where n is negative."""
    try:
        if which > 0:
            start = date(year, month, 1)
            day = start + timedelta(days=(weekday - start.weekday()) % 7 + 7 * (which - 1))
        else:
            end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
            day = end - timedelta(days=(end.weekday() - weekday) % 7 + 7 * (-which - 1))
    except (ValueError, OverflowError):
        return None
    return day if day.month == month else None


def _same_day(first: datetime, year: int) -> date | None:
    try:
        return first.date().replace(year=year)
    except ValueError:
        return None


def _listed(line: Line | None) -> Iterator[datetime]:
    for text in line.value.split(",")[:200] if line else ():
        moment = _read_time(text)
        if moment is not None:
            yield moment


def _time(line: Line | None) -> datetime | None:
    return _read_time(line.value) if line else None


def _read_time(text: str) -> datetime | None:
    match = _TIME.match(text.strip())
    try:
        return datetime.strptime(match[0], "%Y%m%dT%H%M%S") if match else None  # noqa: DTZ007 (of the zone defined)
    except ValueError:
        return None


def _own_offset(line: Line | None) -> timedelta | None:
    match = _OFFSET.match(line.value.strip()) if line else None
    return _offset(match[1], match[2], match[3]) if match else None


def _offset(sign: str, hours: str, minutes: str) -> timedelta | None:
    if int(hours) > _MAX_HOURS:
        return None
    offset = timedelta(hours=int(hours), minutes=min(59, int(minutes)))
    return -offset if sign == "-" else offset
