from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from tests.mime.test_invite import EVENT, ZONE, calendar, mutated_calendars
from tuimail.domain.address import Address
from tuimail.domain.draft import DraftAttachment, DraftKind, OutgoingMail
from tuimail.domain.errors import SendError
from tuimail.domain.ids import AccountId, DraftId
from tuimail.domain.invitation import InvitationAnswer
from tuimail.mime.compose import build
from tuimail.mime.invite import read_invitation
from tuimail.mime.invite_reply import invitation_reply, reply_attachment, reply_subject, reply_text
from tuimail.mime.parse import parse_message

ME = Address(name="Jürgen", spec="me@x.test")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ASKED = calendar(
    EVENT + "DTSTART;TZID=Office:20260303T100000|RECURRENCE-ID;TZID=Office:20260302T100000|DTSTAMP:20260101T000000Z|",
    outside=ZONE,
).encode()


def reply(answer: InvitationAnswer = InvitationAnswer.ACCEPTED, *, attendee: Address = ME) -> bytes:
    return invitation_reply(ASKED, attendee=attendee, answer=answer, now=NOW)


def unfolded(data: bytes) -> list[str]:
    return data.decode().replace("\r\n ", "").split("\r\n")


def mail(*attachments: DraftAttachment) -> OutgoingMail:
    return OutgoingMail(
        draft=DraftId("d"),
        account=AccountId("a"),
        sender=ME,
        to=(Address(spec="anna@x.test"),),
        cc=(),
        bcc=(),
        subject="Accepted: Lunch",
        text="Jürgen accepts.\n",
        in_reply_to="",
        references=(),
        answers=None,
        kind=DraftKind.REPLY,
        attachments=attachments,
    )


def test_an_answer_identifies_the_event_as_the_organiser_did() -> None:
    lines = unfolded(reply())

    assert lines[3] == "METHOD:REPLY"
    event = lines[lines.index("BEGIN:VEVENT") : lines.index("END:VEVENT") + 1]
    assert event == [
        "BEGIN:VEVENT",
        "UID:u1@x.test",
        "SEQUENCE:2",
        "RECURRENCE-ID;TZID=Office:20260302T100000",
        'ORGANIZER;CN="Weber, Anna":MAILTO:anna@x.test',
        "DTSTART;TZID=Office:20260303T100000",
        "SUMMARY:Lunch\\, early\\nor late",
        "DTSTAMP:20260301T120000Z",
        'ATTENDEE;PARTSTAT=ACCEPTED;CN="Jürgen":mailto:me@x.test',
        "END:VEVENT",
    ]
    assert "TZID:Office" in lines


@pytest.mark.parametrize("answer", InvitationAnswer)
def test_another_program_reads_the_answer(answer: InvitationAnswer) -> None:
    (event,) = Calendar.from_ical(reply(answer)).walk("VEVENT")

    assert event["ATTENDEE"].params["PARTSTAT"] == answer.value.upper()
    assert str(event["UID"]) == "u1@x.test"


@given(st.text(max_size=200))
def test_a_name_never_becomes_a_line_of_its_own(name: str) -> None:
    attendee = Address(name="".join(char for char in name if char.isprintable()), spec="me@x.test")
    data = reply(attendee=attendee)

    assert sum(line.startswith("ATTENDEE") for line in unfolded(data)) == 1
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))


@settings(max_examples=200, deadline=1000)
@given(mutated_calendars())
def test_an_answer_to_a_damaged_calendar_is_sound_or_refused(text: str) -> None:
    try:
        data = invitation_reply(text.encode("utf-8", "replace"), attendee=ME, answer=InvitationAnswer.DECLINED, now=NOW)
    except SendError:
        return
    lines = unfolded(data)

    assert (lines.count("METHOD:REPLY"), lines.count("BEGIN:VEVENT"), lines.count("END:VCALENDAR")) == (1, 1, 1)
    assert sum(line.startswith("ATTENDEE") for line in lines) == 1
    assert not any(ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 for line in lines for char in line if char != "\t")


def test_nothing_hides_in_the_definition_of_a_zone() -> None:
    hiding = ZONE.replace("BEGIN:STANDARD|", "BEGIN:VEVENT|ATTENDEE:mailto:x@y.test|END:VEVENT|BEGIN:STANDARD|", 1)
    asked = calendar(EVENT + "DTSTART;TZID=Office:20260303T100000|", outside=hiding).encode()
    lines = unfolded(invitation_reply(asked, attendee=ME, answer=InvitationAnswer.ACCEPTED, now=NOW))

    assert lines.count("BEGIN:VEVENT") == 1
    assert not any("x@y.test" in line for line in lines)


@pytest.mark.parametrize("raw", [b"", b"hello", calendar("SUMMARY:x|").encode(), calendar("UID:x|").encode()])
def test_nothing_to_answer_is_said(raw: bytes) -> None:
    with pytest.raises(SendError, match="no invitation"):
        invitation_reply(raw, attendee=ME, answer=InvitationAnswer.ACCEPTED, now=NOW)


def test_the_mail_has_a_text_for_people_and_a_calendar_for_programs() -> None:
    built = build(mail(reply_attachment(reply())), date=NOW, message_id="<1@x.test>")
    message = parse_message(built.data)

    assert b"Content-Type: multipart/alternative;" in built.data
    assert b"Content-Type: text/calendar; method=REPLY; charset=utf-8\r\n" in built.data
    assert [block.text for block in message.blocks] == ["Jürgen accepts."]
    assert message.invitation is not None
    assert [each.answer for each in message.invitation.attendees] == [InvitationAnswer.ACCEPTED]


def test_files_go_beside_an_answer() -> None:
    note = DraftAttachment(name="a.txt", content_type="text/plain", data=b"x")
    message = parse_message(build(mail(reply_attachment(reply()), note), date=NOW, message_id="<1@x.test>").data)

    assert [each.name for each in message.attachments][-1] == "a.txt"
    assert message.invitation is not None


def test_the_answer_says_in_words_what_it_is() -> None:
    invitation = read_invitation(ASKED.decode(), part="1")
    assert invitation is not None

    assert reply_subject(invitation, InvitationAnswer.DECLINED) == "Declined: Lunch, early or late"
    assert reply_text(invitation, attendee=ME, answer=InvitationAnswer.TENTATIVE).startswith("Jürgen may come")
