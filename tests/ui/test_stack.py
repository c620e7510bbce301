"""A conversation in the reader: what is folded, where its cursor goes, what is fetched when, what news do to it."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from tests.fakes.app import make_app, press, settle
from tests.fakes.engine import FakeEngine
from tests.fakes.listings import FakeListings, row
from tests.fakes.mailbox import WORK
from tests.ui.test_mail import NARROW, WIDE, screen
from tuimail.api import commands as c
from tuimail.api import events as e
from tuimail.domain.body import Block, BlockKind, Span
from tuimail.domain.errors import ErrorKind, Problem, Remedy
from tuimail.domain.ids import CommandId, RowId
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.message import Envelope, Flag, Message
from tuimail.ui.app import TuimailApp
from tuimail.ui.screens.mail import MailScreen
from tuimail.ui.stack import Reading

FIVE = (8, 6, 4, 2, 0)
"""Places in the list of the messages of one conversation, the first message first."""
OFFLINE = Problem(kind=ErrorKind.OFFLINE, summary="No connection.", remedy=Remedy.WAIT)


def long_text(words: str, lines: int) -> tuple[Block, ...]:
    return tuple(Block(spans=(Span(text=f"{words}, line {number}."),)) for number in range(lines))


class Conversation(FakeListings):
    """Five messages, of which the ones at ``unread`` are unread; each says its row, on ``lines`` lines."""

    def __init__(self, *, unread: tuple[int, ...] = (), lines: int = 3) -> None:
        super().__init__(12, conversations=(FIVE,))
        self.lines = lines
        self.lost: set[RowId] = set()
        self.holds = False
        self.held: list[e.Event] = []
        seen = frozenset({Flag.SEEN.value})
        self.envelopes = {
            number: replace(each, flags=frozenset() if row_place(number) in unread else seen)
            for number, each in self.envelopes.items()
        }

    def __call__(self, command: c.Command, number: CommandId) -> Iterator[e.Event]:
        for event in super().__call__(command, number):
            if not isinstance(event, e.MessageLoaded):
                yield event
            elif event.row in self.lost:
                yield e.Failed(command=number, problem=OFFLINE)
            elif self.holds:
                self.held.append(self.loaded(event))
            else:
                yield self.loaded(event)

    def loaded(self, event: e.MessageLoaded) -> e.MessageLoaded:
        own = self.envelopes[event.row]
        plain = Message(sender=own.sender, subject=own.subject, blocks=self.blocks(own))
        return replace(event, message=plain)

    def blocks(self, own: Envelope) -> tuple[Block, ...]:
        return long_text(f"Words of {own.row}", self.lines)


def row_place(number: int) -> int:
    return row(0) - number


def reading(app: TuimailApp) -> Reading:
    assert app.state.reading is not None
    return app.state.reading


def shown(app: TuimailApp) -> str:
    return "\n".join(line.text for line in screen(app).reader.page.lines)


def opened(engine: FakeEngine) -> list[RowId]:
    return [command.row for command in engine.sent(c.OpenMessage)]


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_folded_conversation_opens_as_a_stack_with_its_newest_message_unfolded(size: tuple[int, int]) -> None:
    app, engine = make_app(Conversation())

    async with app.run_test(size=size) as pilot:
        await press(pilot, "T", "enter")

        assert engine.sent(c.LoadThread)[0].row == row(0)
        assert reading(app).rows == tuple(row(place) for place in FIVE)
        assert reading(app).row == row(0)
        assert reading(app).unfolded == {row(0)}
        assert f"Words of {row(0)}, line 2." in shown(app)
        assert f"Words of {row(8)}, line 2." not in shown(app)


async def test_unread_messages_are_unfolded_and_the_first_of_them_has_the_cursor() -> None:
    app, engine = make_app(Conversation(unread=(6, 2)), seen_after_s=-1)

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "T", "enter")

        assert reading(app).row == row(6)
        assert reading(app).unfolded == {row(6), row(2), row(0)}
        assert opened(engine)[0] == row(6)


async def test_folded_messages_say_how_they_begin_once_they_were_in_sight() -> None:
    app, _ = make_app(Conversation())

    async with app.run_test(size=(200, 40)) as pilot:
        await press(pilot, "T", "enter")

        assert f"Words of {row(8)}, line 0. Words of {row(8)}, line 1." in shown(app)
        assert reading(app).letter(row(8)).message is None


async def test_next_and_previous_go_through_the_stack_and_then_through_the_list() -> None:
    app, _ = make_app(Conversation(unread=(4,)))

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "T", "enter")
        assert reading(app).row == row(4)
        await press(pilot, "J")
        assert reading(app).row == row(2)
        assert reading(app).is_unfolded(row(2))
        await press(pilot, "J", "J")
        assert reading(app).rows == (row(1),)
        await press(pilot, "K")
        assert reading(app).row == row(0)
        await press(pilot, "K")
        assert reading(app).row == row(2)
        assert screen(app).messages.current == row(0)


async def test_keys_that_are_faster_than_the_conversation_are_not_lost() -> None:
    app, _ = make_app(Conversation())

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "T", "j", "enter", "K")
        await pilot.press("K", "K")
        await settle(pilot)

        assert reading(app).row == row(4)


async def test_enter_and_the_arrows_fold_and_unfold() -> None:
    app, _ = make_app(Conversation())

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "T", "enter", "enter")
        assert reading(app).unfolded == frozenset()
        await press(pilot, "right")
        assert reading(app).unfolded == {row(0)}
        await press(pilot, "left")
        assert reading(app).unfolded == frozenset()
        await press(pilot, "+")
        assert reading(app).unfolded == set(reading(app).rows)
        assert f"Words of {row(8)}, line 2." in shown(app)
        await press(pilot, "-")
        assert reading(app).unfolded == {row(0)}


async def test_what_is_done_in_the_reader_is_done_to_the_message_under_its_cursor() -> None:
    mailbox = Conversation()
    app, engine = make_app(mailbox)

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "T", "enter", "K", "K", "r")
        assert engine.sent(c.BeginAnswer)[-1].row == row(4)
        await press(pilot, "d")

        assert engine.sent(c.MoveMessages)[-1] == c.MoveMessages(account=WORK, rows=(row(4),), to=MailboxRole.TRASH)
        assert row(4) not in reading(app).rows
        assert reading(app).row == row(2)


async def test_an_answer_joins_the_stack_and_moves_nothing() -> None:
    mailbox = Conversation(lines=60)
    app, engine = make_app(mailbox, seen_after_s=-1)

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "T", "enter", "j", "j", "j")
        reader = screen(app).reader
        before = reader.page.lines[reader.top].text
        engine.play(mailbox.arrive("Re: and one more thing", answers=row(0)))
        await settle(pilot)

        assert reading(app).rows[-1] == RowId(row(0) + 1)
        assert reading(app).row == row(0)
        assert reader.page.lines[reader.top].text == before


async def test_the_first_answer_to_an_open_message_makes_a_conversation_of_it() -> None:
    mailbox = Conversation()
    mailbox.conversations.append([row(1)])
    app, engine = make_app(mailbox, seen_after_s=-1)

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "T", "j", "enter")
        assert reading(app).rows == (row(1),)
        engine.play(mailbox.arrive("Re: and an answer", answers=row(1)))
        await settle(pilot)

        assert reading(app).rows == (row(1), RowId(row(0) + 1))
        assert reading(app).row == row(1)


async def test_a_message_that_is_moved_away_from_a_list_of_conversations_makes_room() -> None:
    app, _ = make_app(Conversation())

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "T", "j", "enter", "d")

        assert reading(app).rows == (row(3),)


async def test_a_conversation_that_is_moved_away_whole_closes() -> None:
    app, _ = make_app(Conversation())

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "T", "enter")
        screen(app).focus_pane(screen(app).messages)
        await press(pilot, "d")

        assert app.state.reading is None
        assert screen(app).messages.has_focus


async def test_the_last_message_of_a_conversation_makes_room_for_the_next_row() -> None:
    app, _ = make_app(Conversation())

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "T", "enter", "d", "d", "d", "d", "d")

        assert reading(app).rows == (row(1),)
        assert screen(app).reader.has_focus


async def test_scrolling_takes_the_cursor_along() -> None:
    app, engine = make_app(Conversation(unread=(8, 6), lines=60), seen_after_s=-1)

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "T", "enter")
        assert reading(app).row == row(8)
        await press(pilot, "space", "space")
        assert reading(app).row == row(6)
        await press(pilot, "G")
        assert reading(app).row == row(0)
        await press(pilot, "r")
        assert engine.sent(c.BeginAnswer)[-1].row == row(0)


async def test_bodies_come_one_after_the_other_and_the_one_under_the_cursor_first() -> None:
    mailbox = Conversation(unread=(8, 6, 4))
    mailbox.holds = True
    app, engine = make_app(mailbox, seen_after_s=-1)

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "T", "enter")
        assert opened(engine) == [row(8)]

        await press(pilot, "J")
        assert opened(engine) == [row(8), row(6)]
        assert engine.cancelled == [first_opening(engine)]

        mailbox.holds = False
        engine.play(mailbox.held[-1])
        await settle(pilot)
        assert opened(engine)[2:4] == [row(8), row(4)]


def first_opening(engine: FakeEngine) -> CommandId:
    found = (number for number, command in enumerate(engine.commands, 1) if isinstance(command, c.OpenMessage))
    return CommandId(next(found))


async def test_a_message_that_cannot_be_had_says_so_in_its_place() -> None:
    mailbox = Conversation(unread=(6,))
    mailbox.lost = {row(6)}
    app, _ = make_app(mailbox, seen_after_s=-1)

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "T", "enter")
        assert "No connection." in shown(app)
        assert f"Words of {row(0)}, line 2." in shown(app)

        mailbox.lost = set()
        await press(pilot, "enter")
        assert f"Words of {row(6)}, line 2." in shown(app)


async def test_all_that_stood_wholly_in_sight_is_marked_as_read() -> None:
    app, engine = make_app(Conversation(unread=(8, 6), lines=2), seen_after_s=0.05)

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "T", "enter")
        await pilot.pause(0.3)
        await settle(pilot)

        marked = {each for command in engine.sent(c.SetFlags) for each in command.rows}
        assert marked == {row(8), row(6)}


async def test_a_message_of_another_subject_has_it_above_and_the_others_do_not() -> None:
    mailbox = Conversation(unread=(6, 4))
    subject = mailbox.envelopes[row(8)].subject
    for place in FIVE[1:]:
        mailbox.envelopes[row(place)] = replace(mailbox.envelopes[row(place)], subject=f"Re: {subject}")
    mailbox.envelopes[row(4)] = replace(mailbox.envelopes[row(4)], subject="Something else")
    app, _ = make_app(mailbox, seen_after_s=-1)

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "T", "enter")

        assert shown(app).count(subject) == 1
        assert "Something else" in shown(app)


class Quoting(Conversation):
    """Each message answers a long quotation."""

    def __init__(self) -> None:
        super().__init__()
        self.envelopes = {
            number: replace(each, subject=f"Re: {each.subject}") for number, each in self.envelopes.items()
        }

    def blocks(self, own: Envelope) -> tuple[Block, ...]:  # noqa: ARG002 (the base's)
        quoted = tuple(replace(each, quote=1) for each in long_text("What was said", 23))
        blank = Block(kind=BlockKind.BLANK)
        return (Block(spans=(Span(text="Own words."),)), blank, *quoted, blank, Block(spans=(Span(text="And more."),)))


async def test_long_quotations_are_folded_until_they_are_asked_for() -> None:
    app, _ = make_app(Quoting())

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "T", "enter")
        assert "▸ 23 quoted lines" in shown(app)
        await press(pilot, "Q")
        assert "What was said, line 22." in shown(app)
        await press(pilot, "S")
        reader = screen(app).reader
        assert "And more." in [line.text for line in reader.page.lines[reader.top :]]


class Letter(Quoting):
    """The same, but nothing is answered."""

    def __init__(self) -> None:
        super().__init__()
        self.envelopes = {number: replace(each, subject="A letter") for number, each in self.envelopes.items()}


class QuotingAlone(Quoting):
    """Answers without a word of their own."""

    def blocks(self, own: Envelope) -> tuple[Block, ...]:
        return tuple(block for block in super().blocks(own) if block.quote)


@pytest.mark.parametrize("mailbox", [Letter, QuotingAlone])
async def test_what_a_letter_quotes_and_what_stands_alone_is_not_folded(mailbox: type[Quoting]) -> None:
    app, _ = make_app(mailbox())

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "T", "enter")

        assert "quoted lines" not in shown(app)
        assert "What was said, line 22." in shown(app)


async def test_words_are_found_also_in_what_was_folded() -> None:
    app, _ = make_app(Quoting())

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "T", "enter", "apostrophe", *"SAID", "enter")
        assert screen(app).reader.finding.words_of_place == "1 of 23"
        await press(pilot, "n", "n", "N")
        assert screen(app).reader.finding.words_of_place == "2 of 23"
        await press(pilot, "N", "N")
        assert screen(app).reader.finding.words_of_place == "23 of 23"
        await press(pilot, "escape")
        assert screen(app).reader.finding.words == ""
        assert app.state.reading is not None


async def test_what_is_not_there_is_told() -> None:
    app, _ = make_app()

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "enter", "apostrophe", *"zebra", "enter")

        assert "“zebra” is not in what is shown here." in screen(app).said
        await press(pilot, "q")
        assert app.state.reading is None


async def test_the_reader_keeps_its_place_when_the_window_changes() -> None:
    app, _ = make_app(Conversation(lines=80))

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "T", "enter", "space", "space")
        reader = screen(app).reader
        before = reader.page.lines[reader.top].text
        await pilot.resize_terminal(140, 40)
        await settle(pilot)

        assert reader.page.lines[reader.top].text == before


async def test_a_click_on_a_link_asks_as_its_number_does() -> None:
    app, _ = make_app()

    async with app.run_test(size=(200, 50)) as pilot:
        await press(pilot, "enter")
        reader = screen(app).reader
        number, line = next((n, each) for n, each in enumerate(reader.page.lines) if "the project page" in each.text)
        at = (2 + line.text.index("the project page") + 3, number - reader.top)
        await pilot.click(reader, offset=at)
        await settle(pilot)

        assert not isinstance(app.screen, MailScreen)
