"""The lines of a calendar part (RFC 5545) that an invitation is made of, cut out before a library sees any of them.

Linear and bounded. What the library never gets: zone definitions, which it expands rule by rule and keeps for later
mails, and every property that is not shown.
"""

import re
from collections.abc import Iterator

from msgspec import Struct, field

MAX_CHARS = 200_000
MAX_LINES = 5000
MAX_LINE = 8000
MAX_ATTENDEES = 500
MAX_ZONES = 20
MAX_ZONE_LINES = 400

SHOWN = frozenset(
    (
        *("UID", "SUMMARY", "DTSTART", "DTEND", "DURATION", "LOCATION", "ORGANIZER", "ATTENDEE", "RRULE", "SEQUENCE"),
        *("RECURRENCE-ID", "STATUS", "X-MICROSOFT-CDO-ALLDAYEVENT"),
    )
)
"""Properties of an event that are read."""

_FOLD = re.compile(r"\r?\n[ \t]")
_LINE_END = re.compile(r"\r\n|\r|\n")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
_PROPERTY = re.compile(r'([A-Za-z0-9-]{1,60}+)((?:;[A-Za-z0-9-]{1,60}+=(?:"[^"]*+"|[^";:,]++|,)*+)*+):(.*)', re.S)
_ZONE_ID = re.compile(r';TZID=(?:"([^"]*+)"|([^";:]*+))', re.I)


class Line(Struct, frozen=True, kw_only=True):
    """A content line (RFC 5545 section 3.1), unfolded, without controls."""

    name: str
    """Upper case."""
    params: str
    """As written, each with its semicolon."""
    value: str

    @property
    def zone(self) -> str:
        """What TZID says; empty without it."""
        match = _ZONE_ID.search(self.params)
        return (match[1] or match[2] or "").strip() if match else ""

    def __str__(self) -> str:
        return f"{self.name}{self.params}:{self.value}"


class CalendarLines(Struct, kw_only=True):
    """The first event of a calendar and what else it needs."""

    method: str = ""
    zone: str = ""
    """X-WR-TIMEZONE, which some programs name in place of a zone at each time."""
    event: list[Line] = field(default_factory=list)
    """Each property once, the first one; of attendees, all."""
    zones: dict[str, list[Line]] = field(default_factory=dict)
    """VTIMEZONE definitions by their TZID, their BEGIN and END lines included."""

    def first(self, name: str) -> Line | None:
        """The event's property of this name."""
        return next((line for line in self.event if line.name == name), None)

    def value(self, name: str) -> str:
        """Its value as written; empty without it."""
        line = self.first(name)
        return line.value if line else ""


def read_lines(text: str) -> CalendarLines:
    """Cut a calendar up. Never raises; without an event, ``event`` is empty."""
    found = CalendarLines()
    outer: list[str] = []
    zone: list[Line] = []
    for line in _lines(text[:MAX_CHARS]):
        if line.name == "BEGIN":
            outer.append(line.value.strip().upper())
        if "VTIMEZONE" in outer[:2]:
            zone.append(line)
        if line.name == "END":
            ended = outer.pop() if outer else ""
            if ended == "VTIMEZONE":
                _keep_zone(found, zone)
                zone = []
            elif ended == "VEVENT" and found.event and "VTIMEZONE" not in outer:
                # Definitions stand before the events, as all programs write them.
                break
        elif outer[-1:] == ["VEVENT"] and "VTIMEZONE" not in outer and line.name in SHOWN:
            _keep(found, line)
        elif len(outer) <= 1 and line.name == "METHOD":
            found.method = found.method or line.value.strip().upper()
        elif len(outer) <= 1 and line.name == "X-WR-TIMEZONE":
            found.zone = found.zone or line.value.strip()
    return found


def _lines(text: str) -> Iterator[Line]:
    for raw in _LINE_END.split(_FOLD.sub("", text), MAX_LINES)[:MAX_LINES]:
        match = _PROPERTY.match(_CONTROL.sub("", raw)[:MAX_LINE])
        if match:
            yield Line(name=match[1].upper(), params=match[2], value=match[3])


def _keep(found: CalendarLines, line: Line) -> None:
    if line.name == "ATTENDEE":
        if sum(known.name == "ATTENDEE" for known in found.event) < MAX_ATTENDEES:
            found.event.append(line)
    elif found.first(line.name) is None:
        found.event.append(line)


def _keep_zone(found: CalendarLines, lines: list[Line]) -> None:
    name = next((line.value.strip() for line in lines if line.name == "TZID"), "")
    framed = {line.value.strip().upper() for line in lines if line.name in {"BEGIN", "END"}}
    # Definitions go out again with an answer, and nothing else may go with them.
    if not framed <= {"VTIMEZONE", "STANDARD", "DAYLIGHT"}:
        return
    if name and len(found.zones) < MAX_ZONES and len(lines) <= MAX_ZONE_LINES:
        found.zones.setdefault(name, lines)
