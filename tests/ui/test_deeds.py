"""Attachments, links, lists, invitations, exports and commands by key presses."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.fakes.app import make_app, press, settle
from tests.fakes.engine import FakeEngine
from tests.fakes.mailbox import NOW, RECEIPTS, TRASH, WORK, FakeMailbox
from tests.ui.screens.host import HOSTILE
from tuimail.api import commands as c
from tuimail.api import events as e
from tuimail.api import reading
from tuimail.domain.address import Address
from tuimail.domain.body import LinkTarget
from tuimail.domain.draft import Draft
from tuimail.domain.errors import ErrorKind, Problem, Remedy
from tuimail.domain.ids import CommandId, DraftId, RowId
from tuimail.domain.invitation import Invitation, InvitationAnswer, InvitationMethod
from tuimail.domain.message import Attachment
from tuimail.domain.unsubscribe import Way, WayOut
from tuimail.ui.app import TuimailApp
from tuimail.ui.screens.attachments import AttachmentsScreen
from tuimail.ui.screens.nested import NestedMailScreen
from tuimail.ui.screens.pager import PagerScreen
from tuimail.ui.screens.question import Question

SIZES = ((80, 24), (120, 40))
ROW = RowId(1_000_000)
LONG = "https://a.example/" + "x" * 2_000 + "/end-of-it"
TEA = Invitation(
    part="2",
    method=InvitationMethod.REQUEST,
    uid="tea",
    title="Tea",
    start=NOW + timedelta(days=2),
    organiser=Address(name="Bo", spec="bo@example.org"),
    can_answer=True,
)
PARTS = (
    Attachment(part="2", name="notes.txt", content_type="text/plain", size_bytes=300),
    Attachment(part="3", name="Fwd.eml", content_type="message/rfc822", size_bytes=3_000),
    Attachment(
        part="4", name="cat.png", content_type="image/png", real_type="application/x-msdownload", size_bytes=9_000_000
    ),
)
LINKS = (
    LinkTarget(number=1, url=LONG, host="a.example", text="here"),
    LinkTarget(number=2, url="https://b.example/", host="b.example", text="a.example", suspicious="It says a.example."),
    LinkTarget(number=3, url="mailto:bo@example.org?attach=/etc/passwd", host="bo@example.org"),
)


class Full(FakeMailbox):
    """Mails with everything in them; parts answer as a quick engine would."""

    way_out = WayOut(way=Way.NONE)

    def __call__(self, command: c.Command, number: CommandId) -> Iterator[e.Event]:
        match command:
            case c.OpenMessage(part=part, row=row):
                loaded = next(iter(super().__call__(replace(command, part=""), number)))
                assert isinstance(loaded, e.MessageLoaded)
                message = replace(loaded.message, attachments=PARTS, links=LINKS, invitation=TEA)
                yield replace(loaded, part=part, message=message, row=row)
                yield e.Finished(command=number)
            case reading.PreviewAttachment(part=part, row=row):
                yield e.AttachmentPreviewed(
                    command=number, account=WORK, row=row, part=part, name=HOSTILE, text=f"{HOSTILE}\nend", notes=("n",)
                )
                yield e.Finished(command=number)
            case reading.FindWayOut(row=row):
                yield reading.WayOutFound(command=number, account=WORK, row=row, way_out=self.way_out)
                yield e.Finished(command=number)
            case reading.AnswerInvitation():
                draft = Draft(id=DraftId("answer"), account=WORK, to="bo@example.org", subject="Accepted: Tea")
                yield reading.AnswerWritten(command=number, draft=draft)
                yield e.Finished(command=number)
            case reading.PipeMessage():
                yield reading.CommandRan(command=number, words="wc -l: ended well", text="12")
                yield e.Finished(command=number)
            case reading.SaveAttachment() | reading.OpenAttachment() | reading.LeaveList():
                return
            case _:
                yield from super().__call__(command, number)


def shown(app: TuimailApp) -> str:
    return "\n".join("".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips())


@pytest.mark.parametrize("size", SIZES)
async def test_a_text_is_looked_at_and_q_goes_back_to_the_list_of_parts(size: tuple[int, int]) -> None:
    app, _ = make_app(Full())

    async with app.run_test(size=size) as pilot:
        await press(pilot, "enter", "A", "enter")
        assert isinstance(app.screen, PagerScreen)
        assert HOSTILE in shown(app)

        await press(pilot, "j", "G", "g", "q")
        assert isinstance(app.screen, AttachmentsScreen)


async def test_the_list_shows_attachments_of_a_mail_that_is_not_open() -> None:
    app, engine = make_app(Full())

    async with app.run_test(size=SIZES[0]) as pilot:
        await press(pilot, "A")
        assert isinstance(app.screen, AttachmentsScreen)

    assert engine.sent(c.OpenMessage) == [c.OpenMessage(account=WORK, row=ROW)]
    assert app.state.reading is None


async def test_a_mail_within_opens_in_a_reader_whose_parts_open_too() -> None:
    app, engine = make_app(Full())

    async with app.run_test(size=SIZES[1]) as pilot:
        await press(pilot, "enter", "A", "j", "enter")
        assert isinstance(app.screen, NestedMailScreen)
        await press(pilot, "h", "A")
        assert isinstance(app.screen, AttachmentsScreen)
        await press(pilot, "escape", "o", "escape", "q", "escape")
        assert app.is_home

    assert [command.part for command in engine.sent(c.OpenMessage)] == ["", "3"]


async def test_what_may_be_a_program_is_opened_by_a_second_key_that_is_not_enter() -> None:
    app, engine = make_app(Full())

    async with app.run_test(size=SIZES[0]) as pilot:
        await press(pilot, "enter", "A", "j", "j", "o")
        assert isinstance(app.screen, Question)
        text = shown(app)
        assert all(words in text for words in ("cat.png", "image/png", "x-msdownload", "9.0 MB", "This is a program"))
        await press(pilot, "enter")
        assert not engine.sent(reading.OpenAttachment)

        await press(pilot, "o", "y")
        assert engine.sent(reading.OpenAttachment) == [reading.OpenAttachment(account=WORK, row=ROW, part="4")]


async def test_progress_is_said_and_esc_gives_up() -> None:
    app, engine = make_app(Full())

    async with app.run_test(size=SIZES[0]) as pilot:
        await press(pilot, "enter", "A", "s")
        number = engine.number_of(reading.SaveAttachment)
        engine.play(e.Progress(command=number, words="loading the attachment", done=30, total=60))
        await settle(pilot)
        assert "loading the attachment 50 %: notes.txt" in shown(app)

        await press(pilot, "escape")
        assert engine.cancelled == [number]
        engine.play(e.Cancelled(command=number))
        await settle(pilot)
        assert "Given up." in shown(app)


async def test_a_part_that_cannot_be_had_says_why_where_it_was_asked_for() -> None:
    app, engine = make_app(Full())

    async with app.run_test(size=SIZES[0]) as pilot:
        await press(pilot, "enter", "A", "s")
        problem = Problem(kind=ErrorKind.DISK, summary=HOSTILE, remedy=Remedy.TELL)
        engine.play(e.Failed(command=engine.number_of(reading.SaveAttachment), problem=problem))
        await settle(pilot)

        assert isinstance(app.screen, AttachmentsScreen)
        assert HOSTILE[:30] in shown(app)


async def test_a_long_target_can_be_read_to_its_end_and_copied() -> None:
    app, _ = make_app(Full())

    async with app.run_test(size=SIZES[0]) as pilot:
        await press(pilot, "enter", "o")
        assert "a.example" in shown(app)
        assert "end-of-it" not in shown(app)
        await press(pilot, *["space"] * 8)
        assert "end-of-it" in shown(app)
        await press(pilot, "y")
        assert app.clipboard == LONG


async def test_a_doubtful_link_asks_once_more_and_enter_is_no() -> None:
    app, engine = make_app(Full())

    async with app.run_test(size=SIZES[0]) as pilot:
        await press(pilot, "enter", "o", "j")
        assert "It says a.example." in shown(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, Question)
        await press(pilot, "enter")
        assert not engine.sent(reading.OpenLink)

        await press(pilot, "2", "y")
        assert engine.sent(reading.OpenLink) == [reading.OpenLink(url="https://b.example/")]


async def test_a_mail_address_opens_the_composer_and_sends_nothing() -> None:
    app, engine = make_app(Full())

    async with app.run_test(size=SIZES[0]) as pilot:
        await press(pilot, "enter", "3", "enter")

    assert engine.sent(c.BeginDraft) == [c.BeginDraft(account=WORK, mailto=LINKS[2].url)]
    assert not engine.sent(c.Send)


def leaving(way: Way, target: str) -> tuple[TuimailApp, FakeEngine]:
    mailbox = Full()
    mailbox.way_out = WayOut(way=way, target=target, host="lists.example", list_name=HOSTILE, why_not="")
    return make_app(mailbox)


async def test_a_single_click_asks_and_names_the_host() -> None:
    app, engine = leaving(Way.ONE_CLICK, "https://lists.example/u/1")

    async with app.run_test(size=SIZES[0]) as pilot:
        await press(pilot, "U")
        assert isinstance(app.screen, Question)
        assert "lists.example" in shown(app)
        assert HOSTILE[:4] in shown(app)
        await press(pilot, "escape")
        assert not engine.sent(reading.LeaveList)

        await press(pilot, "U", "enter")
        assert engine.sent(reading.LeaveList) == [reading.LeaveList(account=WORK, row=ROW)]


async def test_a_list_that_is_left_by_mail_opens_the_composer() -> None:
    app, engine = leaving(Way.MAIL, "mailto:leave@lists.example")

    async with app.run_test(size=SIZES[0]) as pilot:
        await press(pilot, "U", "enter")

    assert [each.mailto for each in engine.sent(c.BeginDraft)] == ["mailto:leave@lists.example"]
    assert not engine.sent(c.Send)


async def test_a_list_that_is_left_on_a_page_opens_it_after_a_yes() -> None:
    app, engine = leaving(Way.PAGE, "https://lists.example/page")

    async with app.run_test(size=SIZES[0]) as pilot:
        await press(pilot, "U")
        assert not engine.sent(reading.OpenLink)
        await press(pilot, "enter")

    assert engine.sent(reading.OpenLink) == [reading.OpenLink(url="https://lists.example/page")]


@pytest.mark.parametrize(
    ("key", "answer"),
    [("a", InvitationAnswer.ACCEPTED), ("t", InvitationAnswer.TENTATIVE), ("d", InvitationAnswer.DECLINED)],
)
async def test_an_invitation_is_answered_and_the_answer_sent(key: str, answer: InvitationAnswer) -> None:
    app, engine = make_app(Full())

    async with app.run_test(size=SIZES[0]) as pilot:
        await press(pilot, "enter")
        assert "i answer" in shown(app).replace("\N{NO-BREAK SPACE}", " ")
        await press(pilot, "i")
        assert "bo@example.org" in shown(app)
        await press(pilot, key)

    assert [command.answer for command in engine.sent(reading.AnswerInvitation)] == [answer]
    assert [command.draft.id for command in engine.sent(c.Send)] == ["answer"]


async def test_without_an_invitation_nothing_is_asked() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZES[0]) as pilot:
        await press(pilot, "i", "enter", "i")
        assert app.is_home

    assert not engine.sent(reading.AnswerInvitation)


async def test_marked_mails_are_exported_together() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZES[0]) as pilot:
        await press(pilot, "space", "space", "E", "enter")

    folder = str(Path("~/Downloads").expanduser())
    assert engine.sent(reading.ExportMessages) == [
        reading.ExportMessages(account=WORK, rows=(ROW, RowId(999_999)), folder=folder)
    ]


async def test_a_command_is_run_and_what_it_said_is_shown() -> None:
    app, engine = make_app(Full())

    async with app.run_test(size=SIZES[0]) as pilot:
        await press(pilot, "vertical_line", *"wc", "enter")
        assert isinstance(app.screen, PagerScreen)
        assert "ended well" in shown(app)

    assert [command.command_line for command in engine.sent(reading.PipeMessage)] == ["wc"]


@pytest.mark.parametrize(
    ("key", "command"),
    [
        ("L", c.BeginAnswer(account=WORK, row=ROW, kind=c.AnswerKind.REPLY_LIST)),
        ("F", c.BeginAnswer(account=WORK, row=ROW, kind=c.AnswerKind.FORWARD_WHOLE)),
        ("ctrl+o", reading.OpenInBrowser(account=WORK, row=ROW)),
    ],
)
async def test_keys_that_act_at_once(key: str, command: c.Command) -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZES[0]) as pilot:
        await press(pilot, key)

    assert command in engine.commands


async def test_a_message_is_copied_to_a_folder_that_is_picked() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZES[0]) as pilot:
        await press(pilot, "M", *"receipts", "enter")

    assert engine.sent(reading.CopyMessages) == [reading.CopyMessages(account=WORK, rows=(ROW,), to=RECEIPTS)]


async def test_labels_are_added_and_taken_away_by_one_line() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZES[0]) as pilot:
        await press(pilot, "space", "space", "l", *"to do, -old ,,", "enter")

    rows = (ROW, RowId(999_999))
    wanted = reading.SetLabels(account=WORK, rows=rows, add=frozenset({"to do"}), remove=frozenset({"old"}))
    assert engine.sent(reading.SetLabels) == [wanted]


async def test_what_lies_elsewhere_is_not_deleted_for_good() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZES[0]) as pilot:
        await press(pilot, "D")
        assert app.is_home

    assert not engine.sent(reading.DeleteMessages)


class Trash(FakeMailbox):
    """Shows its mails in Trash, too."""

    def __call__(self, command: c.Command, number: CommandId) -> Iterator[e.Event]:
        for event in super().__call__(command, number):
            if isinstance(event, e.ListLoaded) and event.mailbox == TRASH:
                yield replace(event, rows=self.rows, envelopes=tuple(self.envelopes.values()))
            else:
                yield event


async def test_deleting_for_good_asks_and_enter_keeps() -> None:
    app, engine = make_app(Trash())

    async with app.run_test(size=SIZES[0]) as pilot:
        await press(pilot, "g", "x", "D")
        assert isinstance(app.screen, Question)
        assert "1 message" in shown(app)
        await press(pilot, "enter")
        assert not engine.sent(reading.DeleteMessages)

        await press(pilot, "D", "y")
        assert engine.sent(reading.DeleteMessages) == [reading.DeleteMessages(account=WORK, rows=(ROW,))]
