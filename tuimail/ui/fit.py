"""Text made to fit: cell widths, truncation, and dates as a list shows them. Pure; the clock is given."""

import unicodedata
from datetime import datetime, tzinfo

from rich.cells import cell_len, set_cell_size

ELLIPSIS = "…"
_MARKED = 4
"""Characters looked at for each cell of an end that is kept."""
DAYS_OF_WEEKDAYS = 6
"""So far back a weekday's name is not ambiguous."""
_UNITS = ("B", "KB", "MB", "GB", "TB")
_KILO = 1000
_TEN = 10


def truncate(text: str, width: int) -> str:
    """The text in at most ``width`` cells, its loss shown by an ellipsis."""
    if width <= 0:
        return ""
    if text.isascii():
        return text if len(text) <= width else text[: width - 1].rstrip() + ELLIPSIS
    if _drawn(text) <= width:
        return text
    cut = set_cell_size(text, width - 1)
    while (excess := _drawn(cut) - (width - 1)) > 0:
        cut = cut[: -max(1, excess // 2)]
    return cut.rstrip() + ELLIPSIS


def truncate_left(text: str, width: int) -> str:
    """As ``truncate``, of a text whose end says what it is: a host belongs to whoever has its last names."""
    if _drawn(text) <= width:
        return text
    # Each letter has a cell at least, but for marks; a sequence of several signs is measured whole.
    kept = max(0, len(text) - width * _MARKED)
    while kept < len(text) and _drawn(text[kept:]) >= width:
        kept += 1
    return ELLIPSIS + text[kept:]


def truncate_middle(text: str, width: int) -> str:
    """As ``truncate``, of a file name: its end, which says what it opens as, stays."""
    if _drawn(text) <= width:
        return text
    end = truncate_left(text, width // 2)
    return truncate(text[: len(text) - len(end) + 1], width - _drawn(end) + 1).removesuffix(ELLIPSIS) + end


def fit(text: str, width: int) -> str:
    """The text in exactly ``width`` cells, cut or padded; wide characters count double."""
    cut = truncate(text, width)
    return cut.ljust(width) if text.isascii() else cut + " " * (width - _drawn(cut))


def fit_right(text: str, width: int) -> str:
    """As ``fit``, at the right edge."""
    cut = truncate(text, width)
    return cut.rjust(width) if text.isascii() else " " * (width - _drawn(cut)) + cut


def _drawn(text: str) -> int:
    """The cells a text may take: many terminals give a spacing mark one of its own, which Textual does not count."""
    marks = 0 if text.isascii() else sum(unicodedata.category(char) == "Mc" for char in text)
    return cell_len(text) + marks


def list_date(when: datetime, *, now: datetime, zone: tzinfo) -> str:
    """Time today, weekday this week, day and month this year, otherwise the ISO date; in the user's zone."""
    local, today = when.astimezone(zone), now.astimezone(zone).date()
    age = (today - local.date()).days
    if age == 0:
        return f"{local:%H:%M}"
    if 0 < age <= DAYS_OF_WEEKDAYS:
        return f"{local:%a}"
    if local.year == today.year:
        return f"{local.day} {local:%b}"
    return f"{local:%Y-%m-%d}"


def full_date(when: datetime, *, zone: tzinfo) -> str:
    """The whole date for the reader, with its offset."""
    local = when.astimezone(zone)
    return f"{local:%A}, {local.day} {local:%B %Y, %H:%M %z}"


def clock_time(when: datetime, *, zone: tzinfo) -> str:
    """Hour and minute."""
    return f"{when.astimezone(zone):%H:%M}"


def size(count: int) -> str:
    """Bytes in words of at most three digits, such as ``34 KB``."""
    amount = float(count)
    for unit in _UNITS:
        if amount < _KILO or unit == _UNITS[-1]:
            digits = 1 if unit != "B" and amount < _TEN else 0
            return f"{amount:.{digits}f} {unit}"
        amount /= _KILO
    return ""


def plural(count: int, one: str, many: str = "") -> str:
    """``1 change``, ``3 changes``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
