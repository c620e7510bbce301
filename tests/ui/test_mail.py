"""The main screen by key presses: what it submits, and what it holds afterwards."""

from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.fakes.app import make_app, press, settle
from tests.fakes.engine import FakeEngine
from tests.fakes.mailbox import ARCHIVE, INBOX, NOW, RECEIPTS, SENT, WORK, FakeMailbox
from tuimail.api import commands as c
from tuimail.api import events as e
from tuimail.api import reading
from tuimail.domain.account import Expired, Link, LinkState, SignedOut
from tuimail.domain.errors import ErrorKind, Problem, Remedy
from tuimail.domain.ids import CommandId, RowId
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.message import Flag
from tuimail.ui.actions import BY_NAME
from tuimail.ui.app import TuimailApp
from tuimail.ui.screens.deeds.opening import codes
from tuimail.ui.screens.mail import MailScreen
from tuimail.ui.widgets.banner import Banner
from tuimail.ui.widgets.key_choices import KeyChoices
from tuimail.ui.widgets.message_view import MessageView
from tuimail.ui.widgets.status_bar import StatusBar

NARROW, WIDE = (80, 24), (120, 40)
NEWEST, SECOND, THIRD = RowId(1_000_000), RowId(999_999), RowId(999_998)


def screen(app: TuimailApp) -> MailScreen:
    top = app.screen
    assert isinstance(top, MailScreen)
    return top


def last(engine: FakeEngine) -> c.Command:
    return engine.commands[-1]


def reader_text(app: TuimailApp) -> str:
    return " ".join(line.text for line in app.screen.query_one(MessageView).page.lines)


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_start_opens_the_account_and_its_inbox(size: tuple[int, int]) -> None:
    app, engine = make_app()

    async with app.run_test(size=size) as pilot:
        await settle(pilot)

    assert engine.sent(c.OpenAccount) == [c.OpenAccount(account=WORK)]
    assert engine.sent(c.OpenMailbox) == [c.OpenMailbox(account=WORK, mailbox=INBOX)]
    assert app.state.mailbox == INBOX
    assert len(app.state.rows) == 12


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_enter_reads_and_q_goes_back(size: tuple[int, int]) -> None:
    app, engine = make_app()

    async with app.run_test(size=size) as pilot:
        await press(pilot, "j", "enter")
        assert engine.sent(c.OpenMessage) == [c.OpenMessage(account=WORK, row=SECOND)]
        assert "twelve lamps" in reader_text(app)
        assert screen(app).reader.has_focus

        await press(pilot, "q")
        assert app.state.reading is None
        assert screen(app).messages.has_focus


async def test_reading_marks_seen_after_a_second_and_not_before() -> None:
    app, engine = make_app()

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "enter")
        assert engine.sent(c.SetFlags) == []
        await pilot.pause(1.1)

    seen = frozenset({Flag.SEEN.value})
    assert engine.sent(c.SetFlags) == [c.SetFlags(account=WORK, rows=(NEWEST,), add=seen, undoable=False)]


async def test_moving_on_within_the_second_leaves_a_message_unread() -> None:
    app, engine = make_app()

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "enter", "J")
        await press(pilot, "q")
        await pilot.pause(1.1)

    assert engine.sent(c.SetFlags) == []


FLAGGED, SEEN = frozenset({Flag.FLAGGED.value}), frozenset({Flag.SEEN.value})
LIST_KEYS: tuple[tuple[str, Callable[[RowId], c.Command]], ...] = (
    ("c", lambda _: c.BeginDraft(account=WORK)),
    ("r", lambda row: c.BeginAnswer(account=WORK, row=row, kind=c.AnswerKind.REPLY)),
    ("R", lambda row: c.BeginAnswer(account=WORK, row=row, kind=c.AnswerKind.REPLY_ALL)),
    ("f", lambda row: c.BeginAnswer(account=WORK, row=row, kind=c.AnswerKind.FORWARD)),
    ("s", lambda row: c.SetFlags(account=WORK, rows=(row,), add=FLAGGED)),
    ("s", lambda row: c.SetFlags(account=WORK, rows=(row,), remove=FLAGGED)),
    ("u", lambda row: c.SetFlags(account=WORK, rows=(row,), add=SEEN)),
    ("u", lambda row: c.SetFlags(account=WORK, rows=(row,), remove=SEEN)),
    ("a", lambda row: c.MoveMessages(account=WORK, rows=(row,), to=MailboxRole.ARCHIVE)),
    ("e", lambda row: c.MoveMessages(account=WORK, rows=(row,), to=MailboxRole.ARCHIVE)),
    ("d", lambda row: c.MoveMessages(account=WORK, rows=(row,), to=MailboxRole.TRASH)),
    ("number_sign", lambda row: c.MoveMessages(account=WORK, rows=(row,), to=MailboxRole.TRASH)),
    ("exclamation_mark", lambda row: c.MoveMessages(account=WORK, rows=(row,), to=MailboxRole.JUNK)),
    ("z", lambda _: c.Undo(account=WORK)),
    ("ctrl+r", lambda _: c.Refresh(account=WORK)),
)


async def test_keys_of_the_list_submit_their_commands() -> None:
    app, engine = make_app()

    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        for key, command in LIST_KEYS:
            row = screen(app).messages.current
            assert row is not None
            await press(pilot, key)
            assert last(engine) == command(row), key


async def test_after_delete_the_cursor_is_on_the_next_row_and_undo_is_offered() -> None:
    app, _ = make_app()

    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "j", "d")

        assert screen(app).messages.current == THIRD
        assert screen(app).said == "Moved 1."


async def test_a_start_begins_in_the_folder_and_at_the_row_that_were_left() -> None:
    class Left(FakeMailbox):
        def __call__(self, command: c.Command, number: CommandId) -> Iterator[e.Event]:
            for event in super().__call__(command, number):
                if isinstance(event, e.MailboxesListed):
                    yield replace(event, left_in=ARCHIVE)
                elif isinstance(event, e.ListLoaded):
                    yield replace(event, rows=self.rows, envelopes=(), begin_at=RowId(self.rows[300]))
                else:
                    yield event

    app, engine = make_app(Left(500))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)

        assert [each.mailbox for each in engine.sent(c.OpenMailbox)] == [ARCHIVE]
        assert screen(app).messages.cursor == 300
        above = 300 - screen(app).messages.scroll_offset.y // screen(app).messages.lines_per_row
        assert above == screen(app).messages.page // 2


async def test_a_start_near_the_top_shows_the_top() -> None:
    class Left(FakeMailbox):
        def __call__(self, command: c.Command, number: CommandId) -> Iterator[e.Event]:
            for event in super().__call__(command, number):
                yield replace(event, begin_at=THIRD) if isinstance(event, e.ListLoaded) else event

    app, _ = make_app(Left(500))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)

        assert screen(app).messages.current == THIRD
        assert screen(app).messages.scroll_offset.y == 0


async def test_the_end_notes_folder_and_row() -> None:
    app, engine = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "j", "j")
        row = screen(app).messages.current

    assert engine.sent(c.NotePlace)[-1] == c.NotePlace(account=WORK, mailbox=INBOX, row=row)


async def test_a_search_begins_at_its_first_hit_and_its_end_where_it_was_begun() -> None:
    app, engine = make_app(FakeMailbox(100))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "j", "j")
        row = screen(app).messages.current
        await press(pilot, "slash", *"train", "enter")
        assert screen(app).messages.cursor == 0
        await press(pilot, "j", "j", "escape")

        assert len(app.state.rows) == 100
        assert screen(app).messages.current == row

    assert {each.row for each in engine.sent(c.NotePlace)} == {row}


async def test_new_mail_does_not_move_the_cursor() -> None:
    mailbox = FakeMailbox()
    app, engine = make_app(mailbox)

    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "j", "j")
        arrived = replace(mailbox.envelopes[NEWEST], row=RowId(2_000_000), subject="Just in")
        rows = array("q", [2_000_000, *mailbox.rows])
        engine.play(e.ListChanged(account=WORK, mailbox=INBOX, rows=rows, changed=(arrived,), new_mail=1))
        await settle(pilot)

        assert screen(app).messages.current == THIRD
        assert screen(app).messages.cursor == 3


class Searched(FakeMailbox):
    """Forgets the envelopes of what was moved away, as a store does."""

    def __call__(self, command: c.Command, number: CommandId) -> Iterator[e.Event]:
        if isinstance(command, c.MoveMessages):
            self.envelopes = {row: each for row, each in self.envelopes.items() if row not in command.rows}
        yield from super().__call__(command, number)


async def test_marks_are_acted_on_together() -> None:
    app, engine = make_app()

    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "space", "space", "a")

    assert engine.sent(c.MoveMessages)[-1].rows == (NEWEST, SECOND)


async def test_a_range_is_marked_by_moving() -> None:
    app, _ = make_app()

    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "v", "j", "j", "v", "j")

        assert screen(app).messages.chosen == (NEWEST, SECOND, THIRD)
        await press(pilot, "escape")
        assert len(screen(app).messages.marks) == 0


async def test_a_deleted_open_message_gives_way_to_the_next() -> None:
    app, engine = make_app()

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "enter", "d")

        assert app.state.reading is not None
        assert app.state.reading.row == SECOND
        assert engine.sent(c.OpenMessage)[-1].row == SECOND


async def test_a_hit_that_is_deleted_leaves_the_hits_and_the_reader() -> None:
    app, _ = make_app(Searched())

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "slash", *"train", "enter")
        assert len(app.state.rows) == 2
        await press(pilot, "enter", "d")
        await settle(pilot)

        assert len(app.state.rows) == 1
        assert app.state.reading is not None
        assert app.state.reading.row == app.state.rows[0]


@pytest.mark.parametrize(("keys", "mailbox"), [("gt", SENT), ("ga", ARCHIVE), ("gi", INBOX)])
async def test_g_and_a_letter_go_to_a_folder(keys: str, mailbox: int) -> None:
    app, engine = make_app()

    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, *keys)

    assert engine.sent(c.OpenMailbox)[-1].mailbox == mailbox


async def test_g_shows_its_choices_and_swallows_an_unknown_second_key() -> None:
    app, engine = make_app()

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "g")
        shown = str(app.screen.query_one(KeyChoices).render()).replace("\N{NO-BREAK SPACE}", " ")
        assert all(words in shown for words in ("i inbox", "t sent", "f any folder"))

        before = len(engine.commands)
        await press(pilot, "d")
        await press(pilot, "g", "r")
        assert not engine.sent(c.MoveMessages)
        assert not engine.sent(c.BeginAnswer)
        assert all(isinstance(command, c.ListDrafts) for command in engine.commands[before:])


async def test_search_shows_hits_and_esc_shows_all_again() -> None:
    app, engine = make_app()

    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "slash", *"train", "enter")
        assert app.state.query == "train"
        assert len(app.state.rows) == 2

        await press(pilot, "escape")
        assert engine.sent(c.Search)[-1].query == ""
        assert len(app.state.rows) == 12


async def test_no_hits_have_a_sentence_and_a_key() -> None:
    app, _ = make_app()

    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "slash", *"zebra", "enter")

        words = str(screen(app).query_one("#empty").render())
        assert "zebra" in words
        assert "Esc" in words


async def test_no_hits_name_each_way_to_find_more_that_was_not_taken() -> None:
    app, _ = make_app()

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "slash", *"zebra")
        await settle(pilot)
        first = str(screen(app).query_one("#empty").render())
        await press(pilot, "enter", "slash", "home", *"in:all ")
        await settle(pilot)
        second = str(screen(app).query_one("#empty").render())

    assert "Nothing stored of Inbox matches “zebra”." in first
    assert "in:all in front of the words looks in every folder." in first
    assert "Enter asks the server too." in first
    assert "Nothing stored matches “in:all zebra”." in second
    assert "every folder" not in second


async def test_an_answer_to_a_superseded_open_is_not_shown() -> None:
    held: list[e.Event] = []
    mailbox = FakeMailbox()

    def answer(command: c.Command, number: CommandId) -> list[e.Event]:
        events = list(mailbox(command, number))
        if isinstance(command, c.OpenMessage):
            held.extend(events)
            return []
        return events

    app, engine = make_app(answer)
    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "enter", "J")
        engine.play(*held[:2])
        await settle(pilot)
        assert app.state.reading is not None
        assert app.state.reading.message is None

        engine.play(*held[2:])
        await settle(pilot)
        assert app.state.reading.message is not None
        assert app.state.reading.row == SECOND


async def test_resize_keeps_message_and_cursor() -> None:
    app, _ = make_app()

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "j", "j", "enter")
        await pilot.resize_terminal(80, 24)
        await settle(pilot)

        assert screen(app).messages.current == THIRD
        assert app.state.reading is not None
        assert app.state.reading.row == THIRD
        assert screen(app).reader.has_focus


async def test_a_small_terminal_is_told_so() -> None:
    app, _ = make_app()

    async with app.run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        assert "80x24" in str(screen(app).query_one("#too-small").render())


async def test_an_empty_folder_says_so() -> None:
    app, engine = make_app()

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "g", "t")
        assert app.state.mailbox == SENT
        assert "Sent is empty." in str(screen(app).query_one("#empty").render())
    assert engine.sent(c.OpenMailbox)[-1].mailbox == SENT


async def test_offline_tells_since_when_and_what_waits() -> None:
    app, engine = make_app()

    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        state = LinkState(link=Link.OFFLINE, since=NOW.replace(hour=10, minute=42), waiting=3)
        engine.play(e.LinkChanged(account=WORK, state=state))
        await settle(pilot)

        assert app.screen.query_one(StatusBar).status.link == "offline since 10:42, 3 changes waiting"
        assert len(app.state.rows) == 12


async def test_a_body_that_is_not_stored_says_why_and_what_to_press() -> None:
    mailbox = FakeMailbox()
    problem = Problem(kind=ErrorKind.OFFLINE, summary="No connection.", remedy=Remedy.WAIT)

    def answer(command: c.Command, number: CommandId) -> list[e.Event]:
        if isinstance(command, c.OpenMessage):
            return [e.Failed(command=number, problem=problem)]
        return list(mailbox(command, number))

    app, _ = make_app(answer)
    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "enter")

        assert "No connection." in reader_text(app)
        assert "Ctrl+R" in reader_text(app)


async def test_an_expired_sign_in_shows_a_banner_and_keeps_focus_and_mail() -> None:
    app, engine = make_app()

    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        problem = Problem(kind=ErrorKind.SIGN_IN_EXPIRED, summary="Sign-in expired.", remedy=Remedy.SIGN_IN)
        engine.play(e.AccountChanged(account=WORK, state=Expired(problem=problem)))
        await settle(pilot)

        assert "Sign-in expired." in app.screen.query_one(Banner).words
        assert screen(app).messages.has_focus
        assert len(app.state.rows) == 12


async def test_signed_out_leaves_nothing_of_the_account_on_screen() -> None:
    app, engine = make_app()

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "enter")
        engine.play(e.AccountChanged(account=WORK, state=SignedOut()))
        await settle(pilot)

        assert app.state.rows == array("q")
        assert app.state.reading is None
        assert app.state.view.mailboxes == ()
        assert "signed out" in str(screen(app).query_one("#empty").render())


async def test_q_twice_quits_at_the_top() -> None:
    app, _ = make_app()

    async with app.run_test(size=NARROW) as pilot:
        await pilot.pause(0.3)
        await press(pilot, "q")
        assert app.is_running
        assert "again quits" in screen(app).said
        await pilot.press("q")
        await pilot.pause(0.1)
        assert not app.is_running


async def test_switching_accounts_shows_the_other_one() -> None:
    app, engine = make_app(names=("work", "home"))

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "at")
        await press(pilot, "enter")

        assert app.state.account == "home"
        assert engine.sent(c.OpenAccount)[-1].account == "home"
        assert engine.sent(c.OpenMailbox)[-1].account == "home"


async def test_move_asks_for_a_folder_by_its_letters() -> None:
    app, engine = make_app()

    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "m", *"recei", "enter")

    assert engine.sent(c.MoveMessages) == [c.MoveMessages(account=WORK, rows=(NEWEST,), to=RECEIPTS)]


async def test_a_link_opens_after_its_whole_target_was_shown() -> None:
    app, engine = make_app()

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "enter", "1")
        assert not engine.sent(reading.OpenLink)
        assert "https://harbour.example/drawings/final" in app.export_screenshot().replace("&#160;", " ")

        await press(pilot, "enter")
        assert engine.sent(reading.OpenLink) == [reading.OpenLink(url="https://harbour.example/drawings/final")]


async def test_attachments_are_saved_into_the_folder_named() -> None:
    app, engine = make_app()

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "enter", "A")
        await press(pilot, "S")

    assert [wish.part for wish in engine.sent(reading.SaveAttachment)] == ["2", "3"]
    assert {wish.folder for wish in engine.sent(reading.SaveAttachment)} == {str(Path("~/Downloads").expanduser())}


async def test_reader_keys_change_its_form() -> None:
    app, engine = make_app()

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "enter", "h")
        assert "Message-ID" in reader_text(app)
        await press(pilot, "t")
        assert "The same as HTML." in reader_text(app)
        await press(pilot, "H")
        assert engine.sent(reading.ShowSource) == [reading.ShowSource(account=WORK, row=NEWEST)]
        assert "Subject: a source" in reader_text(app)
        await press(pilot, "q")
        assert "The same as HTML." in reader_text(app)


async def test_help_lists_the_bindings_and_is_searched_by_typing() -> None:
    app, _ = make_app()

    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause(0.3)
        await press(pilot, "question_mark")
        assert "Next folder" in str(app.screen.query_one("#text").render())
        await press(pilot, *"undo")
        words = str(app.screen.query_one("#text").render())
        assert "Takes back" in words
        assert "Next folder" not in words


async def test_help_is_there_on_every_screen_its_own_keys_first() -> None:
    app, _ = make_app()

    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause(0.3)
        await press(pilot, "comma", "question_mark")
        words = str(app.screen.query_one("#text").render())
        assert words.index("Sign-in health") < words.index("Scroll left")


async def test_every_action_can_be_carried_out() -> None:
    app, _ = make_app()

    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert screen(app).deed_names == set(BY_NAME)


@pytest.mark.parametrize("keys", ["mutt", "aerc", "gmail"])
async def test_presets_open_and_delete(keys: str) -> None:
    app, engine = make_app(keys=keys)

    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "enter")
        assert engine.sent(c.OpenMessage)
        await press(pilot, "number_sign" if keys == "gmail" else "d")
        assert engine.sent(c.MoveMessages)


def test_codes_are_found_near_their_word_alone() -> None:
    assert codes("Your verification code is\n\n481920\n") == ["481920"]
    assert codes("Invoice 481920 of 2026") == []


async def test_starred_without_such_a_folder_is_a_search_in_the_open_one() -> None:
    app, engine = make_app()

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "g", "s")

        assert last(engine) == c.Search(account=WORK, mailbox=INBOX, query="is:flagged")
        assert app.state.query == "is:flagged"
        assert screen(app).messages.has_focus


async def test_taking_all_marks_off_is_told() -> None:
    app, _ = make_app()

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "asterisk")
        assert screen(app).said == "12 messages marked."
        await press(pilot, "asterisk")
        assert screen(app).said == "No message is marked."


async def test_in_a_window_that_is_too_small_only_quitting_keys_act() -> None:
    app, engine = make_app()

    async with app.run_test(size=(70, 20)) as pilot:
        await settle(pilot)
        before = len(engine.commands)
        await press(pilot, "c", "d", "enter", "slash", "x", "ctrl+p", "tab")
        assert len(engine.commands) == before
        assert app.is_home

        await pilot.press("q", "q")
        await pilot.pause(0.1)
        assert not app.is_running
