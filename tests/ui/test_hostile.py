"""Words from outside on the main screen: shown as they are, never read as markup."""

import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC

import pytest
from msgspec.structs import replace

from tests.fakes.app import make_app, press, settle
from tests.fakes.mailbox import NOW, WORK, FakeMailbox, mailboxes, message
from tests.ui.screens.host import HOSTILE
from tuimail.api import commands as c
from tuimail.api import events as e
from tuimail.domain.account import Expired, Link, LinkState
from tuimail.domain.address import Address
from tuimail.domain.body import Block, LinkTarget, Span
from tuimail.domain.bounce import Bounce, FailedDelivery
from tuimail.domain.errors import ErrorKind, Problem, Remedy
from tuimail.domain.ids import CommandId
from tuimail.domain.invitation import Attendee, Invitation, InvitationMethod
from tuimail.domain.message import Attachment
from tuimail.domain.trust import KnownSender, TrustNote
from tuimail.domain.trust_line import trust_notes
from tuimail.mime.parse import parse_message
from tuimail.ui.app import TuimailApp
from tuimail.ui.link_lines import targets
from tuimail.ui.page import Page, Paper, Wishes, message_section
from tuimail.ui.widgets.message_view import MessageView

SIZES = ((80, 24), (200, 40))
PROBLEM = Problem(kind=ErrorKind.OFFLINE, summary=HOSTILE, detail=HOSTILE, remedy=Remedy.WAIT)


PERSON = Address(name=HOSTILE, spec="someone@example.test")
INVITATION = Invitation(
    part="2",
    method=InvitationMethod.REQUEST,
    uid=HOSTILE,
    title=HOSTILE,
    start=NOW,
    end=NOW,
    zone_words=HOSTILE,
    place=HOSTILE,
    organiser=PERSON,
    attendees=(Attendee(address=PERSON),),
    repeats=HOSTILE,
)
BOUNCE = Bounce(
    deliveries=(FailedDelivery(recipient=HOSTILE, action="failed", status="5.1.1", reason=HOSTILE),), subject=HOSTILE
)


class Hostile(FakeMailbox):
    """Every name, subject and text is what markup would choke on."""

    def __init__(self) -> None:
        super().__init__()
        people = (Address(name=HOSTILE, spec="someone@example.test"),)
        self.envelopes = {row: replace(each, subject=HOSTILE, sender=people) for row, each in self.envelopes.items()}

    def __call__(self, command: c.Command, number: CommandId) -> Iterator[e.Event]:
        for event in super().__call__(command, number):
            match event:
                case e.MailboxesListed():
                    yield replace(event, mailboxes=tuple(replace(box, name=HOSTILE) for box in mailboxes()))
                case e.MessageLoaded(row=row):
                    plain = replace(
                        message(self.envelopes[row]),
                        blocks=(Block(spans=(Span(text=HOSTILE),)),),
                        attachments=(Attachment(part="2", name=HOSTILE, content_type="a/b", size_bytes=1),),
                        notes=(HOSTILE,),
                        invitation=INVITATION,
                        bounce=BOUNCE,
                    )
                    yield replace(event, message=plain, trust=(TrustNote(words=HOSTILE),))
                case _:
                    yield event


def shown(app: TuimailApp) -> str:
    return "\n".join("".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips())


@pytest.mark.parametrize("size", SIZES)
async def test_folders_rows_and_message_are_shown_as_they_are(size: tuple[int, int]) -> None:
    app, _ = make_app(Hostile(), seen_after_s=600.0)

    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert HOSTILE[:12] in shown(app)
        await press(pilot, "enter")

        assert HOSTILE in shown(app)


@pytest.mark.parametrize("size", SIZES)
async def test_notices_banner_and_status_are_shown_as_they_are(size: tuple[int, int]) -> None:
    app, engine = make_app(Hostile(), seen_after_s=600.0)

    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        engine.play(
            e.AccountChanged(account=WORK, state=Expired(problem=PROBLEM)),
            e.LinkChanged(account=WORK, state=LinkState(link=Link.OFFLINE, since=NOW, problem=PROBLEM)),
            e.Finished(command=CommandId(999), words=HOSTILE, can_undo=True),
        )
        await settle(pilot)

        assert shown(app).count(HOSTILE[:12]) >= 3
        assert f"! {HOSTILE}" in shown(app)


@pytest.mark.parametrize("keys", [("g", "f"), ("m",), ("enter", "A"), ("enter", "h"), ("slash", "e")])
async def test_what_lies_over_the_list_is_shown_as_it_is(keys: tuple[str, ...]) -> None:
    app, _ = make_app(Hostile(), seen_after_s=600.0)

    async with app.run_test(size=SIZES[1]) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        await settle(pilot)

        assert HOSTILE[:12] in shown(app)


@pytest.mark.parametrize("size", SIZES)
async def test_the_header_area_is_shown_as_it_is(size: tuple[int, int]) -> None:
    app, _ = make_app(Hostile(), seen_after_s=600.0)

    async with app.run_test(size=size) as pilot:
        await press(pilot, "enter")
        page = app.screen.query_one(MessageView).page
        section = page.sections[0]
        area = "\n".join(line.text for line in section.lines[: section.header])

        # Subject, sender, file, trust, note, three of the report and six of the invitation.
        assert area.count("{x}") >= 14
        assert sum(line.text.startswith("! ") for line in section.lines[: section.header]) == 2


CONTROLS = "\x1b]52;c;eA==\x07\x1b[2J\x9b31m\u202e\u2066\u200f\r\x85\u2028"
ENCODED = f"=?utf-8?B?{b64encode(f'name{CONTROLS}'.encode()).decode()}?="
RAW = f"""From: {ENCODED} <a@example.test>
To: {ENCODED} <b@example.test>
Reply-To: {ENCODED} <c@other.test>
Subject: {ENCODED}
Date: Sat, 21 Nov 2026 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/html; charset=utf-8

<p>{CONTROLS} words <a href="https://example.test/{CONTROLS}">{CONTROLS} link</a>
<a href="https://example.test/&#27;]8;;https://evil.test&#27;\\">more</a></p><blockquote>{CONTROLS} said</blockquote>
--x
Content-Type: text/calendar; method=REQUEST; charset=utf-8

BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
UID:1{CONTROLS[:10]}
DTSTART:20261201T100000Z
DTEND:20261201T110000Z
SUMMARY:title{CONTROLS[:-4]}
LOCATION:place{CONTROLS[:-4]}
ORGANIZER;CN=host{CONTROLS[:-4]}:mailto:h@example.test
ATTENDEE;CN=guest{CONTROLS[:-4]}:mailto:g@example.test
END:VEVENT
END:VCALENDAR
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; x

Final-Recipient: rfc822; r@example.test{CONTROLS[:10]}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 {CONTROLS[:10]} no
--x
Content-Type: application/pdf; name="{ENCODED}"

x
--x--
"""


@pytest.mark.parametrize("wishes", [Wishes(), Wishes(all_headers=True, fold_quotes=False)])
async def test_no_field_of_a_mail_reaches_the_terminal_as_more_than_words(wishes: Wishes) -> None:
    message = parse_message(RAW.replace("\n", "\r\n").encode(), wants_both=True)
    notes = trust_notes(message, servers=frozenset(), known=KnownSender())
    section = message_section(message, wishes, Paper(70, UTC), trust=notes)
    app, _ = make_app()

    async with app.run_test(size=SIZES[0]) as pilot:
        view = app.screen.query_one(MessageView)
        view.shows_targets = True
        view.show(lambda _: Page(section))
        await settle(pilot)
        drawn = "".join(view.strip(number, 74).render(app.console) for number in range(view.page.count))

    # What is left are colours, and links to addresses without any character that could end them.
    words = re.sub(r"\x1b\]8;id=\d+;[!-~]+\x1b\\", "", drawn).replace("\x1b]8;;\x1b\\", "")
    words = re.sub(r"\x1b\[[\d;]*m", "", words)
    assert "name" in words
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]", words)
    assert "\x1b]8;;https" not in drawn


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "file:///etc/passwd", "https://a.test/\x1b\\", "https://a.test/" + "x" * 3_000, "data:x"],
)
def test_only_plain_web_and_mail_addresses_become_links_of_the_terminal(url: str) -> None:
    assert targets((LinkTarget(number=1, url=url, host="a.test"),)) == {}


def test_a_doubtful_link_is_none_of_the_terminals() -> None:
    doubtful = LinkTarget(number=1, url="https://a.test/", host="a.test", suspicious="The text says b.test.")

    assert targets((doubtful, LinkTarget(number=2, url="https://b.test/", host="b.test"))) == {2: "https://b.test/"}


async def test_the_titles_name_no_mail() -> None:
    app, _ = make_app(Hostile(), seen_after_s=600.0)

    async with app.run_test(size=SIZES[0]) as pilot:
        await press(pilot, "enter")

        assert (app.title, app.sub_title) == ("tuimail", "")
