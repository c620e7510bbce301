"""Rules of repetition (RFC 5545 section 3.3.10) in plain words, as far as words are plain. Never raises."""

import re
from datetime import UTC, datetime, tzinfo

_PIECE = re.compile(r"([A-Z]{2,12})=([A-Z0-9,+-]{1,100})")
_UNITS = {
    "SECONDLY": "second",
    "MINUTELY": "minute",
    "HOURLY": "hour",
    "DAILY": "day",
    "WEEKLY": "week",
    "MONTHLY": "month",
    "YEARLY": "year",
}
_DAYS = {
    "MO": "Monday",
    "TU": "Tuesday",
    "WE": "Wednesday",
    "TH": "Thursday",
    "FR": "Friday",
    "SA": "Saturday",
    "SU": "Sunday",
}
_WEEKDAYS = {"MO", "TU", "WE", "TH", "FR"}
_PLACES = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last", -2: "second last"}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_BY_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})\d{2}(Z?))?")


def repeats_in_words(rule: str, *, zone: tzinfo | None) -> str:
    """Such as "every week on Tuesday until 3 March 2027"; empty without a rule. ``zone`` is that of the event."""
    pieces = dict(_PIECE.findall(rule.upper()[:500]))
    if not pieces:
        return ""
    unit = _UNITS.get(pieces.get("FREQ", ""))
    if unit is None:
        return "again and again"
    return f"{_how_often(unit, pieces)}{_until(pieces, zone)}"


def _how_often(unit: str, pieces: dict[str, str]) -> str:
    interval = pieces.get("INTERVAL", "1")
    number = int(interval[:4]) if interval.isdecimal() else 1
    days = [(place, name) for place, name in _BY_DAY.findall(pieces.get("BYDAY", ""))][:14]
    if number <= 1 and {name for _, name in days} == _WEEKDAYS and unit in {"day", "week"}:
        return "every weekday"
    every = f"every {unit}" if number <= 1 else f"every {number} {unit}s"
    on = _on_days(days, pieces.get("BYSETPOS", ""))
    month_days = [day for day in pieces.get("BYMONTHDAY", "").split(",") if day.lstrip("-").isdecimal()]
    if not on and month_days:
        on = f" on {_listed([_month_day(int(day[:4])) for day in month_days[:14]])}"
    months = [int(month[:3]) for month in pieces.get("BYMONTH", "").split(",") if month.isdecimal()]
    named = [_MONTHS[month - 1] for month in months if 1 <= month <= len(_MONTHS)]
    return f"{every}{on}{f' in {_listed(named)}' if named and unit != 'week' else ''}"


def _on_days(days: list[tuple[str, str]], set_place: str) -> str:
    words: list[str] = []
    for place, name in days:
        number = place or set_place
        which = _PLACES.get(int(number[:4])) if number.lstrip("+-").isdecimal() else None
        words.append(f"the {which} {_DAYS[name]}" if which else _DAYS[name])
    return f" on {_listed(words)}" if words else ""


def _month_day(day: int) -> str:
    return "the last day" if day == -1 else f"day {day}" if day > 0 else f"day {-day} from its end"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _until(pieces: dict[str, str], zone: tzinfo | None) -> str:
    match = _UNTIL.match(pieces.get("UNTIL", ""))
    if match:
        try:
            moment = datetime(
                int(match[1]), int(match[2]), int(match[3]), int(match[4] or 0), int(match[5] or 0), tzinfo=UTC
            )
            last = moment.astimezone(zone) if match[6] and zone else moment
        except (ValueError, OverflowError):
            return ""
        return f" until {last.day} {_MONTHS[last.month - 1]} {last.year}"
    count = pieces.get("COUNT", "")
    if count.isdecimal():
        return " once" if int(count[:6]) == 1 else f", {int(count[:6])} times"
    return ""
