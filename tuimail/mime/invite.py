"""Calendar parts (RFC 5545) as the few lines a reader wants: what, when, where, who."""

import re

from tuimail.domain.body import Block, BlockKind, Span, Style
from tuimail.domain.clean import clean_line

_FOLD = re.compile(r"\r?\n[ \t]")
_PROPERTY = re.compile(
    r"^([A-Za-z-]{1,40})((?:;[^:\r\n\"]{0,200}+(?:\"[^\"\r\n]{0,200}+\")?+){0,20}+):([^\r\n]{0,2000})", re.M
)
_WHEN = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})\d{2}(Z?))?")
_ZONE = re.compile(r";TZID=\"?([^;:\"]+)", re.I)
_ESCAPED = re.compile(r"\\([\\;,nN])")
_METHODS = {
    "REQUEST": "Invitation",
    "CANCEL": "Cancelled event",
    "REPLY": "Answer to an invitation",
    "COUNTER": "Other time proposed",
    "PUBLISH": "Event",
}
_MAX_CHARS = 200_000


def read_invite(text: str) -> tuple[Block, ...]:
    """Blocks for the first event of a calendar; a plain sentence where it holds none. Never raises."""
    unfolded = _FOLD.sub("", text[:_MAX_CHARS])
    body = unfolded.partition("BEGIN:VEVENT")[2].partition("END:VEVENT")[0]
    properties: dict[str, tuple[str, str]] = {}
    for name, params, value in _PROPERTY.findall(body):
        properties.setdefault(name.upper(), (params, value))
    method = next((value for name, _, value in _PROPERTY.findall(unfolded) if name.upper() == "METHOD"), "")
    if not properties:
        return (_line("Calendar", "an entry that cannot be shown"),)
    title = _METHODS.get(method.strip().upper(), "Event")
    blocks = [_line(title, _text(properties.get("SUMMARY")) or "without a title")]
    if start := _when(properties.get("DTSTART")):
        end = _when(properties.get("DTEND"))
        blocks.append(_line("When", f"{start} to {end}" if end and end != start else start))
    if place := _text(properties.get("LOCATION")):
        blocks.append(_line("Where", place))
    if organiser := _text(properties.get("ORGANIZER")):
        blocks.append(_line("From", re.sub("^mailto:", "", organiser, flags=re.I)))
    return tuple(blocks)


def _line(label: str, words: str) -> Block:
    return Block(kind=BlockKind.TEXT, spans=(Span(text=f"{label}: ", style=Style.BOLD), Span(text=words)))


def _text(entry: tuple[str, str] | None) -> str:
    if entry is None:
        return ""
    return clean_line(_ESCAPED.sub(lambda match: " " if match[1] in "nN" else match[1], entry[1]))[:500]


def _when(entry: tuple[str, str] | None) -> str:
    match = _WHEN.match(entry[1]) if entry else None
    if entry is None or match is None:
        return ""
    day = f"{match[1]}-{match[2]}-{match[3]}"
    if match[4] is None:
        return day
    zone = _ZONE.search(entry[0])
    place = " UTC" if match[6] else f" ({clean_line(zone[1])[:60]})" if zone else ""
    return f"{day} {match[4]}:{match[5]}{place}"
