"""The reader's second form, read at the first wish for it, and the messages beside the open one."""

from collections.abc import Iterator

from msgspec.structs import replace

from tests.fakes.app import make_app, press, settle
from tests.fakes.mailbox import WORK, FakeMailbox
from tests.ui.test_mail import NEWEST, SECOND, THIRD, WIDE, reader_text
from tuimail.api import commands as c
from tuimail.api import events as e
from tuimail.domain.ids import CommandId, RowId
from tuimail.ui.screens.deeds import reading


class OneFormAtFirst(FakeMailbox):
    """Reads the other form of a message only where both are asked for, as the engine does."""

    def __call__(self, command: c.Command, number: CommandId) -> Iterator[e.Event]:
        for event in super().__call__(command, number):
            if isinstance(event, e.MessageLoaded) and not (isinstance(command, c.OpenMessage) and command.both_forms):
                yield replace(event, message=replace(event.message, other_blocks=()))
            else:
                yield event


async def test_the_other_form_is_asked_for_at_the_first_wish() -> None:
    app, engine = make_app(OneFormAtFirst())

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "enter")
        assert engine.sent(c.OpenMessage) == [c.OpenMessage(account=WORK, row=NEWEST)]
        before = reader_text(app)

        await press(pilot, "t")
        await settle(pilot)
        assert engine.sent(c.OpenMessage)[1:] == [c.OpenMessage(account=WORK, row=NEWEST, both_forms=True)]
        assert "The same as HTML." in reader_text(app)

        await press(pilot, "t", "t")
        assert len(engine.sent(c.OpenMessage)) == 2
        assert "The same as HTML." in reader_text(app)
        await press(pilot, "t")
        assert reader_text(app) == before


async def test_the_messages_beside_the_open_one_are_fetched_while_it_is_read() -> None:
    app, engine = make_app()

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "j", "enter")
        assert engine.sent(c.Prefetch) == []
        await pilot.pause(reading.REST_S + 0.1)

        assert engine.sent(c.Prefetch) == [c.Prefetch(account=WORK, rows=(THIRD, RowId(THIRD - 1), NEWEST))]


async def test_nothing_is_fetched_ahead_for_who_only_pages_through() -> None:
    app, engine = make_app()

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "enter", "J", "q")
        await pilot.pause(reading.REST_S + 0.1)

        assert engine.sent(c.OpenMessage)[-1].row == SECOND
        assert engine.sent(c.Prefetch) == []
