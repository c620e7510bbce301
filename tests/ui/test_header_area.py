"""What stands above a body: times in the reader's zone, people counted, warnings first."""

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

import pytest

from tuimail.domain.address import Address
from tuimail.domain.bounce import Bounce, FailedDelivery
from tuimail.domain.invitation import Attendee, Invitation, InvitationAnswer, InvitationMethod
from tuimail.domain.message import Attachment, Message
from tuimail.domain.trust import TrustNote
from tuimail.ui import header_area
from tuimail.ui.header_area import attendee_words, when_words
from tuimail.ui.layout import Line
from tuimail.ui.page import Paper, Wishes, message_section

EAST = timezone(timedelta(hours=2))
TEN = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)


def person(number: int) -> Address:
    return Address(name=f"Person {number}", spec=f"person{number}@example.test")


def texts(lines: list[Line]) -> list[str]:
    return [line.text for line in lines]


@pytest.mark.parametrize(
    ("start", "end", "zone", "words"),
    [
        (TEN, TEN + timedelta(minutes=90), UTC, "Thursday, 26 November 2026, 10:00 to 11:30 (1 h 30 min)"),
        (TEN, TEN + timedelta(minutes=90), EAST, "Thursday, 26 November 2026, 12:00 to 13:30 (1 h 30 min)"),
        (
            TEN + timedelta(hours=13),
            TEN + timedelta(hours=15),
            UTC,
            "Thursday, 26 November 2026, 23:00 to Friday, 27 November 2026, 01:00 (2 h)",
        ),
        (TEN, None, UTC, "Thursday, 26 November 2026, 10:00 (+0000)"),
        (TEN, TEN - timedelta(hours=1), UTC, "Thursday, 26 November 2026, 10:00 (+0000)"),
        (date(2026, 11, 26), date(2026, 11, 27), EAST, "Thursday, 26 November 2026, all day"),
        (date(2026, 11, 26), None, UTC, "Thursday, 26 November 2026, all day"),
        (
            date(2026, 11, 26),
            date(2026, 11, 29),
            UTC,
            "Thursday, 26 November 2026 to Saturday, 28 November 2026, all day",
        ),
        (None, None, UTC, ""),
    ],
)
def test_an_event_is_told_in_the_zone_of_who_reads(
    start: datetime | date | None, end: datetime | date | None, zone: tzinfo, words: str
) -> None:
    assert when_words(start, end, zone=zone) == words


def test_few_attendees_are_named_with_what_they_said_and_many_are_counted() -> None:
    few = (Attendee(address=person(1), answer=InvitationAnswer.DECLINED), Attendee(address=person(2)))
    answers = [InvitationAnswer.ACCEPTED] * 3 + [InvitationAnswer.TENTATIVE] + [None] * 26
    many = tuple(Attendee(address=person(number), answer=answer) for number, answer in enumerate(answers))

    assert attendee_words(()) == ""
    assert attendee_words(few) == "Person 1 (declined), Person 2"
    assert attendee_words(many).startswith("3 accepted, 1 tentative, 26 not yet answered: Person 0 (accepted), ")
    assert attendee_words(many).endswith("Person 19 and 10 more")


def test_an_invitation_that_says_nothing_is_shown_all_the_same() -> None:
    bare = Invitation(part="2", method=InvitationMethod.CANCEL, uid="1")

    assert texts(header_area.invitation_area(bare, 60, zone=UTC)) == ["", "Cancelled: (no title)", ""]


def test_warnings_stand_first_and_have_a_sign() -> None:
    notes = (TrustNote(words="All is well.", is_warning=False), TrustNote(words="Look twice."))

    assert texts(header_area.trust_lines(notes, 60)) == ["! Look twice.", "All is well."]


def test_of_many_lost_deliveries_ten_are_told() -> None:
    lost = tuple(FailedDelivery(recipient=f"r{number}@example.test", action="failed") for number in range(14))

    lines = texts(header_area.bounce_area(Bounce(deliveries=lost), 60))

    assert sum(line.startswith("! ") for line in lines) == 10
    assert lines[-1] == "And 4 more recipients."


def test_of_many_recipients_twenty_are_named_and_all_headers_name_more() -> None:
    message = Message(sender=(person(0),), to=tuple(person(number) for number in range(1, 601)))
    paper = Paper(100, UTC)

    brief = " ".join(texts(list(message_section(message, Wishes(), paper).lines)))
    whole = " ".join(texts(list(message_section(message, Wishes(all_headers=True), paper).lines)))

    assert "and 580 more" in brief
    assert "and 100 more" in whole


@pytest.mark.parametrize("width", [8, 20, 48, 95])
def test_no_line_is_wider_than_its_room(width: int) -> None:
    invitation = Invitation(
        part="2", method=InvitationMethod.REQUEST, uid="1", title="Axis review " * 9, start=TEN, place="upstairs " * 20
    )
    message = Message(sender=(person(1),), to=(person(2),), subject="A subject " * 12, invitation=invitation)
    trust = (TrustNote(words="Look twice, and then once more, since this is long."),)

    section = message_section(message, Wishes(), Paper(width, UTC), trust=trust)

    assert max(len(line.text) for line in section.lines) <= max(width, 14)


def test_nothing_that_a_sender_chooses_pushes_away_what_is_said_about_the_sender() -> None:
    many = tuple(
        Attachment(part=str(number), name=f"{'name ' * 30}.exe", content_type="x/y", size_bytes=1)
        for number in range(1, 900)
    )
    long = tuple(Address(name="name " * 20, spec=f"{number}@example.test") for number in range(40))
    message = Message(
        sender=(Address(name="n" * 5_000, spec="eve@example.test"),),
        to=long,
        cc=long,
        subject="word " * 9_000,
        attachments=many,
    )
    trust = (TrustNote(words="An answer would go elsewhere.", is_warning=True),)

    lines = texts(list(message_section(message, Wishes(), Paper(56, UTC), trust=trust).lines))

    assert next(number for number, line in enumerate(lines) if "elsewhere" in line) < 60
    assert any("eve@example.test" in line for line in lines[:10])
    assert "889 more" in " ".join(lines)
