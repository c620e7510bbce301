import time
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mime.corpus import assert_harmless
from tuimail.domain.clean import clean_line
from tuimail.domain.invitation import Invitation, InvitationAnswer, InvitationMethod
from tuimail.mime.invite import read_invitation
from tuimail.mime.parse import parse_message
from tuimail.mime.recurrence import repeats_in_words
from tuimail.ui.header_area import invitation_area, when_words

BERLIN = ZoneInfo("Europe/Berlin")
ZONE = (
    "BEGIN:VTIMEZONE|TZID:Office|"
    "BEGIN:STANDARD|DTSTART:16010101T030000|TZOFFSETFROM:+0200|TZOFFSETTO:+0100|"
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10|END:STANDARD|"
    "BEGIN:DAYLIGHT|DTSTART:16010101T020000|TZOFFSETFROM:+0100|TZOFFSETTO:+0200|"
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3|END:DAYLIGHT|END:VTIMEZONE|"
)
PEOPLE = (
    'ORGANIZER;CN="Weber, Anna":MAILTO:anna@x.test|'
    "ATTENDEE;ROLE=OPT-PARTICIPANT;PARTSTAT=ACCEPTED;CN=Bo:mailto:bo@|\x20x.test|"
    'ATTENDEE;MEMBER="mailto:a@x.test","mailto:b@x.test";PARTSTAT=NEEDS-ACTION:mailto:me@x.test|'
)
EVENT = f"UID:u1@x.test|SUMMARY:Lunch\\, early\\nor late|LOCATION:Café|{PEOPLE}SEQUENCE:2|"


def calendar(event: str = EVENT, *, method: str = "REQUEST", outside: str = "") -> str:
    text = f"BEGIN:VCALENDAR|METHOD:{method}|{outside}BEGIN:VEVENT|{event}END:VEVENT|END:VCALENDAR|"
    return text.replace("|", "\r\n")


def invitation(event: str, *, method: str = "REQUEST", outside: str = "") -> Invitation:
    found = read_invitation(calendar(EVENT + event, method=method, outside=outside), part="1")
    assert found is not None
    return found


def start_of(zone: str, *, at: str = "20260303T100000", outside: str = "") -> datetime:
    start = invitation(f"DTSTART;TZID={zone}:{at}|", outside=outside).start
    assert isinstance(start, datetime)
    return start


def test_an_invitation_says_what_where_and_who() -> None:
    found = invitation("DTSTART:20260303T090000Z|")

    assert found.method is InvitationMethod.REQUEST
    assert (found.title, found.place, found.uid) == ("Lunch, early or late", "Café", "u1@x.test")
    assert str(found.organiser) == '"Weber, Anna" <anna@x.test>'
    assert [(each.address.spec, each.answer, each.is_optional) for each in found.attendees] == [
        ("bo@x.test", InvitationAnswer.ACCEPTED, True),
        ("me@x.test", None, False),
    ]
    assert found.can_answer


@pytest.mark.parametrize(
    "zone",
    [
        "Europe/Berlin",
        "W. Europe Standard Time",
        '"W. Europe Standard Time"',
        "/mozilla.org/20050126_1/Europe/Berlin",
        "Office",
    ],
)
@pytest.mark.parametrize(("day", "hours"), [("20260303", 1), ("20260703", 2), ("20260329", 2), ("20261025", 1)])
def test_times_are_placed_in_the_zone_that_they_name(zone: str, day: str, hours: int) -> None:
    assert start_of(zone, at=f"{day}T100000", outside=ZONE).utcoffset() == timedelta(hours=hours)


def test_a_zone_with_a_list_of_changes_is_understood() -> None:
    zone = (
        "BEGIN:VTIMEZONE|TZID:Lists|BEGIN:STANDARD|DTSTART:20251026T030000|TZOFFSETFROM:+0200|TZOFFSETTO:+0100|"
        "END:STANDARD|BEGIN:DAYLIGHT|DTSTART:20250330T020000|RDATE:20260329T020000|TZOFFSETFROM:+0100|"
        "TZOFFSETTO:+0200|END:DAYLIGHT|END:VTIMEZONE|"
    )

    assert start_of("Lists", at="20260301T100000", outside=zone).utcoffset() == timedelta(hours=1)
    assert start_of("Lists", at="20260401T100000", outside=zone).utcoffset() == timedelta(hours=2)


def test_a_zone_that_is_only_named_is_guessed_and_said() -> None:
    found = invitation('DTSTART;TZID="(UTC+05:30) Nowhere":20260303T100000|')

    assert found.start == datetime(2026, 3, 3, 10, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert "taken from its name" in found.zone_words


@pytest.mark.parametrize("zone", ["Nowhere", "America", "../../../etc/passwd", "\x1b[2J", "a" * 5000, "posixrules/x"])
def test_a_zone_that_nobody_knows_leaves_the_time_as_written(zone: str) -> None:
    found = invitation(f"DTSTART;TZID={zone}:20260303T100000|")

    assert found.start == datetime(2026, 3, 3, 10)  # noqa: DTZ001 (as written)
    assert "shown as it is written" in found.zone_words
    assert clean_line(found.zone_words) == found.zone_words


def test_a_time_without_a_zone_is_shown_as_it_is_written() -> None:
    found = invitation("DTSTART:20260303T100000|DTEND:20260303T110000|")

    assert when_words(found.start, found.end, zone=BERLIN) == "Tuesday, 3 March 2026, 10:00 to 11:00 (1 h)"


def test_a_calendar_may_name_its_zone_once() -> None:
    found = invitation("DTSTART:20260303T100000|", outside="X-WR-TIMEZONE:Europe/Berlin|")

    assert found.start == datetime(2026, 3, 3, 10, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("event", "start", "end"),
    [
        (
            "DTSTART;TZID=Europe/Berlin:20260303T100000|DURATION:PT90M|",
            datetime(2026, 3, 3, 10, tzinfo=BERLIN),
            datetime(2026, 3, 3, 11, 30, tzinfo=BERLIN),
        ),
        ("DTSTART;VALUE=DATE:20260303|", date(2026, 3, 3), None),
        ("DTSTART;VALUE=DATE:20260303|DTEND;VALUE=DATE:20260306|", date(2026, 3, 3), date(2026, 3, 6)),
        ("DTSTART;VALUE=DATE:20260303|DURATION:P2D|", date(2026, 3, 3), date(2026, 3, 5)),
        (
            "DTSTART:20260303T000000|DTEND:20260304T000000|X-MICROSOFT-CDO-ALLDAYEVENT:TRUE|",
            date(2026, 3, 3),
            date(2026, 3, 4),
        ),
        ("DTSTART:20260303T220000Z|DTEND;VALUE=DATE:20260304|", datetime(2026, 3, 3, 22, tzinfo=UTC), None),
        ("DTSTART:20260303T220000Z|DTEND:20260304T010000|", datetime(2026, 3, 3, 22, tzinfo=UTC), None),
        ("DTSTART:20260303T220000Z|DURATION:P9999999D|", datetime(2026, 3, 3, 22, tzinfo=UTC), None),
        ("DTSTART:99999999T999999|DTEND:20260303T220000Z|", None, None),
        ("", None, None),
    ],
)
def test_an_event_lasts_from_its_start_to_its_end(
    event: str, start: datetime | date | None, end: datetime | date | None
) -> None:
    found = invitation(event)

    assert (found.start, found.end) == (start, end)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=WEEKLY;BYDAY=TU;UNTIL=20270303T090000Z", "every week on Tuesday until 3 March 2027"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;COUNT=10", "every 2 weeks on Monday and Thursday, 10 times"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday"),
        ("FREQ=DAILY", "every day"),
        ("FREQ=MONTHLY;BYDAY=2TU", "every month on the second Tuesday"),
        ("FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1", "every month on the last Friday"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "every month on the last day"),
        ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=5", "every year on day 5 in March"),
        ("FREQ=DAILY;UNTIL=20261231T230000Z", "every day until 1 January 2027"),
        ("FREQ=DAILY;UNTIL=99999999", "every day"),
        ("FREQ=SOMETIMES", "again and again"),
        ("", ""),
    ],
)
def test_repetition_is_said_in_words(rule: str, words: str) -> None:
    assert repeats_in_words(rule, zone=BERLIN) == words


def test_one_of_a_series_names_itself() -> None:
    found = invitation("DTSTART:20260303T090000Z|RECURRENCE-ID:20260302T090000Z|")

    assert found.occurrence == datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_whole_days_are_dates() -> None:
    assert invitation("DTSTART;VALUE=DATE:20260303|").start == date(2026, 3, 3)


@pytest.mark.parametrize(
    ("method", "event", "kind"),
    [
        ("CANCEL", "", InvitationMethod.CANCEL),
        ("REQUEST", "STATUS:CANCELLED|", InvitationMethod.CANCEL),
        ("REPLY", "", InvitationMethod.REPLY),
        ("SOMETHING", "", InvitationMethod.PUBLISH),
    ],
)
def test_only_a_request_can_be_answered(method: str, event: str, kind: InvitationMethod) -> None:
    found = invitation(event, method=method)

    assert (found.method, found.can_answer) == (kind, False)


def test_an_alarm_says_nothing_of_the_event() -> None:
    event = "BEGIN:VALARM|SUMMARY:Wake up|END:VALARM|SUMMARY:Lunch|"
    found = read_invitation(calendar(event), part="1")

    assert found is not None
    assert found.title == "Lunch"


def test_the_calendar_is_read_beside_its_text_and_kept_as_an_attachment() -> None:
    raw = (
        "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nCome!\r\n"
        f"--b\r\nContent-Type: text/calendar; charset=utf-8; method=REQUEST\r\n\r\n{calendar()}--b--\r\n"
    )
    message = parse_message(raw.encode())

    assert [block.text for block in message.blocks] == ["Come!"]
    assert message.invitation is not None
    assert message.invitation.part == message.attachments[0].part == "2"


def test_a_calendar_that_comes_as_a_file_is_read_too() -> None:
    head = 'Content-Type: text/calendar; name="a.ics"\r\nContent-Disposition: attachment\r\n\r\n'
    message = parse_message((head + calendar()).encode())

    assert message.invitation is not None
    assert message.blocks[0].text == "This message has no text beside the invitation."


def test_a_calendar_without_an_event_is_said_to_be_one() -> None:
    message = parse_message(b"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")

    assert message.invitation is None
    assert message.notes == ("A calendar entry cannot be shown; it is among the attachments.",)


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN:VEVENT|" + "RRULE:FREQ=SECONDLY|" * 9000,
        "BEGIN:VEVENT|" + 'A;x="y"' * 30_000,
        "BEGIN:VEVENT|A" + ";x=," * 60_000,
        "BEGIN:VEVENT|" + "BEGIN:VALARM|" * 20_000,
        "BEGIN:VEVENT|SUMMARY:" + "\\n" * 100_000,
        "BEGIN:VTIMEZONE|TZID:z|BEGIN:STANDARD|RRULE:FREQ=SECONDLY|DTSTART:00010101T000000|TZOFFSETTO:+0100|"
        "END:STANDARD|END:VTIMEZONE|BEGIN:VEVENT|DTSTART;TZID=z:20260101T000000|END:VEVENT|",
        "BEGIN:VEVENT|DTSTART;TZID=" + "/a" * 90_000 + ":20260101T000000|END:VEVENT|",
        "BEGIN:VEVENT|DTSTART:" + "9" * 100_000 + "|DURATION:P" + "9" * 50_000 + "D|",
    ],
)
def test_a_hostile_calendar_is_read_in_time(text: str) -> None:
    read_invitation(calendar(), part="1")
    started = time.process_time()
    read_invitation(text.replace("|", "\r\n"), part="1")

    assert time.process_time() - started < 1


WHOLE = calendar(
    EVENT + "DTSTART;TZID=Office:20260303T100000|DURATION:PT1H|RRULE:FREQ=MONTHLY;BYDAY=2TU;COUNT=4|", outside=ZONE
)


@st.composite
def mutated_calendars(draw: st.DrawFn) -> str:
    text = WHOLE
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(text)))
        stop = min(len(text), start + draw(st.integers(0, 60)))
        other = draw(
            st.sampled_from(["", text[start:stop] * 2, "\x1b[2J", "9" * 20, ";", ":", '"', "\r\n", "-", "\u202e"])
        )
        text = text[:start] + other + text[stop:]
    return text


@settings(max_examples=300, deadline=1000)
@given(mutated_calendars())
def test_a_damaged_calendar_is_shown_or_said_to_be_none(text: str) -> None:
    raw = b"Content-Type: text/calendar; charset=utf-8\r\n\r\n" + text.encode("utf-8", "replace")
    message = parse_message(raw)

    assert_harmless(message)
    invitation_area(message.invitation or Invitation(part="", method=InvitationMethod.PUBLISH, uid=""), 80, zone=BERLIN)
