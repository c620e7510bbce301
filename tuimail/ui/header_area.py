"""What stands above a body, where the body cannot draw: people, date, trust, invitation, delivery report. Pure."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo

from msgspec.structs import replace

from tuimail.domain.address import Address
from tuimail.domain.body import Style
from tuimail.domain.bounce import Bounce, bounce_lines
from tuimail.domain.invitation import Attendee, Invitation, InvitationAnswer, InvitationMethod
from tuimail.domain.message import Attachment, Message
from tuimail.domain.trust import TrustNote
from tuimail.ui.fit import ELLIPSIS, full_date, plural, size, truncate, truncate_middle
from tuimail.ui.layout import EMPTY, MAX_WIDTH, Line, Run, Tone, wrap

MAX_SHOWN = 20
"""Recipients named before the rest is counted; all headers show 500."""
MAX_ALL = 500
MAX_BOUNCED = 10
"""Recipients of a delivery report that are told of, before the rest is counted."""
COUNTED_FROM = 4
"""So many attendees are counted by what they answered."""
MAX_TITLE_LINES = 4
MAX_PEOPLE_LINES = 12
MAX_PERSON = 80
"""Cells for somebody's name."""
MAX_FILES = 10
MAX_NAME = 60
"""Cells for the name of a file; the list of attachments has it whole."""
LABEL = 6
"""Cells for a header's name."""
_WHAT = {
    InvitationMethod.REQUEST: "Invitation",
    InvitationMethod.CANCEL: "Cancelled",
    InvitationMethod.REPLY: "Answer to an invitation",
    InvitationMethod.COUNTER: "Another time is proposed",
    InvitationMethod.PUBLISH: "Event",
}
_DAY = timedelta(days=1)
_HOUR_MINUTES = 60


def title(subject: str, width: int) -> list[Line]:
    """The subject; of a very long one the beginning, since all headers have it whole."""
    text = subject or "(no subject)"
    return _brief([Line((Run(text[start:end], Tone.HEADING, Style.BOLD),)) for start, end in wrap(text, width)])


def people(message: Message, width: int, *, all_headers: bool) -> list[Line]:
    """Who wrote to whom; of many, how many more."""
    shown = MAX_ALL if all_headers else MAX_SHOWN
    lines = row("From", addresses(message.sender, shown) or "(no sender)", width)
    for label, group in (("To", message.to), ("Cc", message.cc), ("Bcc", message.bcc)):
        if group:
            told = row(label, addresses(group, shown), width)
            lines += told if all_headers else _brief(told, MAX_PEOPLE_LINES)
    return lines


def sent(message: Message, zone: tzinfo) -> list[Line]:
    """When it was sent."""
    return row("Date", full_date(message.sent_at, zone=zone), MAX_WIDTH) if message.sent_at else []


def every_header(message: Message, width: int) -> list[Line]:
    """All fields as they stand in the mail."""
    lines = [EMPTY]
    for name, value in message.headers:
        text = f"{name}: {value}"
        head = len(name) + 1
        for start, end in wrap(text, width):
            cut = min(max(start, head), end)
            lines.append(Line((Run(text[start:cut], Tone.LINK), Run(text[cut:end], Tone.MUTED))))
    return lines


def files(attachments: tuple[Attachment, ...], width: int) -> list[Line]:
    """What is attached."""
    shown = [each for each in attachments if not each.is_inline] or list(attachments)
    if not shown:
        return []
    names = ", ".join(f"{truncate_middle(each.name, MAX_NAME)} ({size(each.size_bytes)})" for each in shown[:MAX_FILES])
    more = len(shown) - MAX_FILES
    return row("@", f"{names} and {more:,} more, A lists them" if more > 0 else names, width)


def trust_lines(notes: Iterable[TrustNote], width: int) -> list[Line]:
    """What should be looked at twice, with a sign that does without colour, then what speaks for the sender."""
    lines: list[Line] = []
    for note in sorted(notes, key=lambda each: not each.is_warning):
        lines += _signed("! ", note.words, width) if note.is_warning else words(note.words, width, Tone.MUTED)
    return lines


def note_lines(notes: Iterable[str], width: int) -> list[Line]:
    """What was left out or guessed."""
    return [line for each in notes for line in words(each, width, Tone.MUTED)]


def bounce_area(bounce: Bounce, width: int) -> list[Line]:
    """Who did not get what, and why."""
    told = bounce_lines(bounce)
    lines = row("About", f"“{bounce.subject}”", width) if bounce.subject else []
    for each in told[:MAX_BOUNCED]:
        lines += _signed("! ", each, width)
    more = len(told) - MAX_BOUNCED
    return [*lines, *words(f"And {plural(more, 'more recipient')}.", width, Tone.MUTED)] if more > 0 else lines


def invitation_area(invitation: Invitation, width: int, *, zone: tzinfo) -> list[Line]:
    """What, when in the reader's zone, where, and who comes."""
    what = f"{_WHAT[invitation.method]}: {invitation.title or '(no title)'}"
    lines = [EMPTY, *title(what, width)]
    when = when_words(invitation.start, invitation.end, zone=zone)
    if invitation.repeats:
        when = f"{when}, {invitation.repeats}" if when else invitation.repeats
    fields = (
        ("When", when),
        ("", "Only this one of a series." if invitation.occurrence and not invitation.repeats else ""),
        ("", invitation.zone_words),
        ("Where", invitation.place),
        ("Host", str(invitation.organiser) if invitation.organiser else ""),
        ("Who", attendee_words(invitation.attendees)),
    )
    for label, text in fields:
        if text:
            lines += row(label, text, width)
    return [*lines, EMPTY]


def when_words(start: datetime | date | None, end: datetime | date | None, *, zone: tzinfo) -> str:
    """Such as "Thursday, 26 November 2026, 10:00 to 11:30 (1 h 30 min)"; days where there is no time."""
    if isinstance(start, datetime):
        begins = _here(start, zone)
        words_of = f"{_day(begins)}, {begins:%H:%M}"
        if not isinstance(end, datetime) or end <= start:
            return f"{words_of} ({begins:%z})"
        ends = _here(end, zone)
        until = f"{ends:%H:%M}" if ends.date() == begins.date() else f"{_day(ends)}, {ends:%H:%M}"
        return f"{words_of} to {until} ({_duration(end - start)})"
    if start is None:
        return ""
    # The end of whole days is the first day after them (RFC 5545 section 3.6.1).
    last = end - _DAY if end is not None and not isinstance(end, datetime) else start
    return f"{_day(start)}, all day" if last <= start else f"{_day(start)} to {_day(last)}, all day"


def _here(moment: datetime, zone: tzinfo) -> datetime:
    """In the reader's zone; a time without a zone as it is written."""
    return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)


def attendee_words(attendees: tuple[Attendee, ...]) -> str:
    """Who is asked, and how many said what."""
    if not attendees:
        return ""
    names = ", ".join(_attendee(each) for each in attendees[:MAX_SHOWN])
    more = len(attendees) - MAX_SHOWN
    names = f"{names} and {more:,} more" if more > 0 else names
    if len(attendees) < COUNTED_FROM:
        return names
    said = Counter(each.answer for each in attendees)
    counts = [f"{said[answer]:,} {answer.value}" for answer in InvitationAnswer if said[answer]]
    if said[None]:
        counts.append(f"{said[None]:,} not yet answered")
    return f"{', '.join(counts)}: {names}"


def row(label: str, text: str, width: int) -> list[Line]:
    """A field under its label."""
    lines: list[Line] = []
    for start, end in wrap(text, max(8, width - LABEL)):
        lines.append(Line((Run(f"{label:<{LABEL}}", Tone.MUTED), Run(text[start:end]))))
        label = ""
    return lines


def addresses(group: tuple[Address, ...], shown: int) -> str:
    """The first of them, and how many more there are; no name is so long that it hides its address."""
    names = ", ".join(str(replace(each, name=truncate(each.name, MAX_PERSON))) for each in group[:shown])
    return f"{names} and {len(group) - shown:,} more" if len(group) > shown else names


def words(text: str, width: int, tone: Tone = Tone.TEXT) -> list[Line]:
    """A sentence, wrapped."""
    return [Line((Run(text[start:end], tone),)) for start, end in wrap(text, width)] if text else []


def _signed(sign: str, text: str, width: int) -> list[Line]:
    lines: list[Line] = []
    for start, end in wrap(text, max(8, width - len(sign))):
        lines.append(Line((Run(sign, Tone.WARNING, Style.BOLD), Run(text[start:end], Tone.WARNING))))
        sign = " " * len(sign)
    return lines


def _brief(lines: list[Line], most: int = MAX_TITLE_LINES) -> list[Line]:
    """Nothing that a sender chooses may push what is said about the sender off the screen."""
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    return [
        *lines[: most - 1],
        Line((*last.runs[:-1], last.runs[-1]._replace(text=last.runs[-1].text[:-1] + ELLIPSIS))),
    ]


def _attendee(attendee: Attendee) -> str:
    name = attendee.address.short
    return f"{name} ({attendee.answer.value})" if attendee.answer else name


def _day(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B %Y}"


def _duration(length: timedelta) -> str:
    minutes = int(length.total_seconds()) // 60
    hours, minutes = divmod(minutes, _HOUR_MINUTES)
    days, hours = divmod(hours, 24)
    parts = ((days, "d"), (hours, "h"), (minutes, "min"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 min"
