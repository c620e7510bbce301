"""Dates and sizes as people type them into a search."""

import re
from datetime import date, datetime, time, timedelta

_DATE = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?", re.ASCII)
_AGO = re.compile(r"(\d{1,4})([dwmy])", re.ASCII)
_SIZE = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)([kmg]?)b?", re.ASCII)
_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
_MONTHS_IN_YEAR = 12


def read_day(text: str, now: datetime) -> datetime | None:
    """The start of the day meant, in the zone of ``now``: 2024-05-01, 2024-05, 2024, today, yesterday, 7d, 2w, 3m, 1y.

    A month or a year stands for its first day. None: it is no date.
    """
    day = _day(text.lower(), now.date())
    return None if day is None else datetime.combine(day, time(), tzinfo=now.tzinfo)


def read_size(text: str) -> int | None:
    """Bytes, from 300, 10k or 1.5M (of 1,024 each); None: it is no size."""
    found = _SIZE.fullmatch(text.lower())
    return None if found is None else int(float(found[1]) * _UNITS[found[2]])


def _day(text: str, today: date) -> date | None:
    if text in {"today", "yesterday"}:
        return today - timedelta(days=text == "yesterday")
    try:
        if found := _AGO.fullmatch(text):
            return _ago(today, int(found[1]), found[2])
        if found := _DATE.fullmatch(text):
            return date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except (ValueError, OverflowError):
        return None  # a thirteenth month, or a year before the calendar's first
    return None


def _ago(today: date, number: int, unit: str) -> date:
    if unit in "dw":
        return today - timedelta(days=number * (7 if unit == "w" else 1))
    months = today.year * _MONTHS_IN_YEAR + today.month - 1 - number * (_MONTHS_IN_YEAR if unit == "y" else 1)
    year, month = divmod(months, _MONTHS_IN_YEAR)
    following = date(year + 1, 1, 1) if month + 1 == _MONTHS_IN_YEAR else date(year, month + 2, 1)
    last = following - timedelta(days=1)
    return last.replace(day=min(today.day, last.day))
