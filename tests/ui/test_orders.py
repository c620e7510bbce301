"""Sorting, conversations and narrowing, by keys in and text out."""

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from tests.fakes.app import make_app, press, settle
from tests.fakes.engine import FakeEngine
from tests.fakes.listings import FakeListings, row
from tests.fakes.mailbox import INBOX, WORK
from tuimail.api import commands as c
from tuimail.domain.ids import RowId
from tuimail.domain.listing import ListView, SortBy
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.message import Flag
from tuimail.ui.app import TuimailApp
from tuimail.ui.screens.mail import MailScreen

NARROW, WIDE = (80, 24), (120, 40)
BOTH = pytest.mark.parametrize("size", [NARROW, WIDE])


def screen(app: TuimailApp) -> MailScreen:
    top = app.screen
    assert isinstance(top, MailScreen)
    return top


def text(app: TuimailApp) -> str:
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in lines)


def current(app: TuimailApp) -> RowId | None:
    return screen(app).messages.current


def views(engine: FakeEngine) -> list[ListView | None]:
    return [command.view for command in engine.sent(c.OpenMailbox)]


async def in_conversations(pilot: Pilot[None]) -> None:
    await settle(pilot)
    await press(pilot, "T")


# Sorting


@BOTH
async def test_a_column_sorts_and_once_more_turns_round(size: tuple[int, int]) -> None:
    app, engine = make_app(FakeListings())

    async with app.run_test(size=size) as pilot:
        await press(pilot, "O", "s")
        assert "subject ↑" in text(app)
        assert app.state.rows[0] == row(7)

        await press(pilot, "O", "s")
        assert "subject ↓" in text(app)
        assert app.state.rows[-1] == row(7)

    assert views(engine)[1:] == [ListView(sort=SortBy.SUBJECT), ListView(sort=SortBy.SUBJECT, is_reversed=True)]


async def test_the_first_key_of_sorting_shows_the_columns() -> None:
    app, _ = make_app(FakeListings())

    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "O")
        foot = text(app).splitlines()[-1]

    assert all(
        word in foot.replace("\N{NO-BREAK SPACE}", " ") for word in ("d date", "f sender", "s subject", "z size")
    )


async def test_the_cursor_stays_on_its_message_when_the_order_changes() -> None:
    app, _ = make_app(FakeListings())

    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "j", "j", "O", "f")
        assert current(app) == row(2)
        await press(pilot, "O", "O")
        assert current(app) == row(2)


async def test_each_folder_keeps_its_own_order() -> None:
    app, _ = make_app(FakeListings())

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "O", "z")
        await press(pilot, "g", "t")
        assert "size" not in text(app).splitlines()[0]
        await press(pilot, "g", "i")

        assert "size ↓" in text(app).splitlines()[0]


async def test_a_folder_left_and_opened_again_begins_where_it_was_left() -> None:
    app, _ = make_app(FakeListings())

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "j", "j", "j", "g", "t")
        await press(pilot, "g", "i")

        assert current(app) == row(3)


# Conversations


@BOTH
async def test_a_folded_conversation_shows_count_unread_and_people(size: tuple[int, int]) -> None:
    app, _ = make_app(FakeListings())

    async with app.run_test(size=size) as pilot:
        await in_conversations(pilot)

        assert app.state.rows.tolist() == [row(n) for n in (0, 1, 2, 3, 4, 5, 6, 7, 9, 11)]
        assert "▸ 2 (1 unread)" in text(app)
        assert "10 conversations" in text(app)


async def test_right_unfolds_one_conversation_and_left_folds_it() -> None:
    app, engine = make_app(FakeListings())

    async with app.run_test(size=NARROW) as pilot:
        await in_conversations(pilot)
        await press(pilot, "right")
        assert app.state.rows.tolist()[:3] == [row(10), row(0), row(1)]
        assert current(app) == row(0)
        assert "│ └ Harbour lights: the final" in text(app)
        assert "│ Harbour lights: first" in text(app)

        await press(pilot, "k", "left")
        assert app.state.rows.tolist()[:2] == [row(0), row(1)]
        assert current(app) == row(0)

    assert engine.sent(c.LoadThread) == [c.LoadThread(account=WORK, mailbox=INBOX, row=row(0))]


async def test_plus_unfolds_all_and_minus_folds_all_around_the_cursor() -> None:
    app, engine = make_app(FakeListings())

    async with app.run_test(size=NARROW) as pilot:
        await in_conversations(pilot)
        await press(pilot, "j", "plus")
        assert app.state.rows.tolist()[:4] == [row(10), row(0), row(8), row(1)]
        assert current(app) == row(1)

        await press(pilot, "k", "minus")
        assert current(app) == row(1)
        assert len(app.state.rows) == 10

    assert views(engine)[1:] == [
        ListView(is_threaded=True),
        ListView(is_threaded=True, is_unfolded=True),
        ListView(is_threaded=True),
    ]


async def test_one_conversation_folds_while_all_others_are_unfolded() -> None:
    app, _ = make_app(FakeListings())

    async with app.run_test(size=NARROW) as pilot:
        await in_conversations(pilot)
        await press(pilot, "plus", "k", "left")
        assert app.state.rows.tolist()[:3] == [row(0), row(8), row(1)]
        assert current(app) == row(0)
        assert "▸ 2 (1 unread)" in text(app)

        await press(pilot, "right")
        assert app.state.rows.tolist()[:3] == [row(10), row(0), row(8)]


async def test_the_cursor_goes_to_the_conversation_that_its_message_is_folded_into() -> None:
    app, _ = make_app(FakeListings())

    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        screen(app).messages.select(row(8))
        await press(pilot, "T")
        assert current(app) == row(1)

        await press(pilot, "T")
        assert current(app) == row(1)


async def test_an_answer_joins_the_unfolded_conversation_and_leaves_the_cursor_alone() -> None:
    fake = FakeListings()
    app, engine = make_app(fake)

    async with app.run_test(size=NARROW) as pilot:
        await in_conversations(pilot)
        await press(pilot, "right", "k")
        engine.play(fake.arrive("Re: Harbour lights", answers=row(0)))
        await settle(pilot)

        assert app.state.rows.tolist()[:4] == [row(10), row(0), RowId(1_000_001), row(1)]
        assert current(app) == row(10)


async def test_new_mail_does_not_move_the_cursor_in_conversations() -> None:
    fake = FakeListings()
    app, engine = make_app(fake)

    async with app.run_test(size=NARROW) as pilot:
        await in_conversations(pilot)
        await press(pilot, "j", "j")
        engine.play(fake.arrive("Something else"))
        await settle(pilot)

        assert current(app) == row(2)
        assert app.state.rows[0] == 1_000_001


async def test_what_is_done_to_a_folded_conversation_is_done_to_all_of_it() -> None:
    app, engine = make_app(FakeListings())

    async with app.run_test(size=NARROW) as pilot:
        await in_conversations(pilot)
        assert "archive 2" in text(app)
        await press(pilot, "d")

        assert engine.sent(c.MoveMessages) == [
            c.MoveMessages(account=WORK, rows=(row(0),), heads=(row(0),), to=MailboxRole.TRASH)
        ]
        assert current(app) == row(1)
        assert "Moved 2" in text(app)


async def test_what_is_done_to_one_message_of_an_unfolded_conversation_is_done_to_it_alone() -> None:
    app, engine = make_app(FakeListings())

    async with app.run_test(size=NARROW) as pilot:
        await in_conversations(pilot)
        await press(pilot, "right", "k", "d")

        assert engine.sent(c.MoveMessages) == [c.MoveMessages(account=WORK, rows=(row(10),), to=MailboxRole.TRASH)]
        assert app.state.rows.tolist()[:2] == [row(0), row(1)]
        assert current(app) == row(0)


async def test_reading_marks_of_a_folded_conversation_follow_all_its_messages() -> None:
    app, engine = make_app(FakeListings())

    async with app.run_test(size=NARROW) as pilot:
        await in_conversations(pilot)
        await press(pilot, "u")

    seen = frozenset({Flag.SEEN.value})
    assert engine.sent(c.SetFlags) == [c.SetFlags(account=WORK, rows=(row(0),), heads=(row(0),), add=seen)]


async def test_marked_conversations_are_counted_by_their_messages() -> None:
    app, _ = make_app(FakeListings())

    async with app.run_test(size=NARROW) as pilot:
        await in_conversations(pilot)
        await press(pilot, "x", "x", "x")

        assert "archive 5" in text(app)


async def test_next_in_the_reader_goes_through_a_conversation_first() -> None:
    app, engine = make_app(FakeListings(conversations=((10, 0), (8, 3, 1))))

    async with app.run_test(size=WIDE) as pilot:
        await in_conversations(pilot)
        await press(pilot, "enter", "J")
        # Into the second conversation, at its first unread message.
        assert engine.sent(c.OpenMessage)[-1].row == row(3)
        await press(pilot, "J")
        assert engine.sent(c.OpenMessage)[-1].row == row(1)
        await press(pilot, "J")
        assert engine.sent(c.OpenMessage)[-1].row == row(2)
        await press(pilot, "K", "K", "K", "K")
        assert engine.sent(c.OpenMessage)[-1].row == row(0)


async def test_sorting_by_sender_ends_conversations_and_says_so() -> None:
    app, engine = make_app(FakeListings())

    async with app.run_test(size=WIDE) as pilot:
        await in_conversations(pilot)
        await press(pilot, "O", "f")

        assert screen(app).said.startswith("Conversations are off")
    assert views(engine)[-1] == ListView(sort=SortBy.SENDER)


# Narrowing


@BOTH
async def test_typing_narrows_the_list_and_esc_shows_all_again(size: tuple[int, int]) -> None:
    app, engine = make_app(FakeListings())

    async with app.run_test(size=size) as pilot:
        await press(pilot, "backslash", *"train")
        await pilot.pause(0.1)
        await settle(pilot)
        assert app.state.rows.tolist() == [row(1), row(8)]
        assert "train" in text(app).splitlines()[1]

        await press(pilot, "enter")
        assert screen(app).messages.has_focus
        assert "Inbox   2 of 24 · " in text(app)
        assert "“train”" in text(app)
        await press(pilot, "escape")
        assert len(app.state.rows) == 12
        assert "train" not in text(app).splitlines()[0]

    assert views(engine)[-1] == ListView()


async def test_esc_in_the_field_ends_the_narrowing() -> None:
    app, _ = make_app(FakeListings())

    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "backslash", *"soup")
        await pilot.pause(0.1)
        await press(pilot, "escape")

        assert len(app.state.rows) == 12
        assert screen(app).messages.has_focus


async def test_words_that_mean_nothing_are_told_under_the_field() -> None:
    app, _ = make_app(FakeListings())

    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "backslash")
        # At once: on a slow machine the words on the way there narrow the list, too.
        app.screen.focused.post_message(events.Paste("sinde:"))  # type: ignore[union-attr]  # the field has it
        await pilot.pause(0.1)
        await settle(pilot)

        assert "is no word of a search" in "\n".join(text(app).splitlines()[:4])
        assert len(app.state.rows) == 12


async def test_a_list_narrowed_to_nothing_says_how_to_get_back() -> None:
    app, _ = make_app(FakeListings())

    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "backslash", *"zebra", "enter")

        assert "Nothing in Inbox matches “zebra”." in text(app)
        await press(pilot, "escape")
        assert len(app.state.rows) == 12


@pytest.mark.parametrize("key", ["\\", "/"])
async def test_letters_typed_in_one_burst_go_to_the_field_and_do_nothing_else(key: str) -> None:
    app, engine = make_app(FakeListings())

    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        for char in f"{key}trade":
            app.post_message(events.Key(_character_to_key(char), char))
        await settle(pilot)

        assert screen(app).field.value == "trade"
    assert not engine.sent(c.MoveMessages)
    assert not engine.sent(c.BeginAnswer)
