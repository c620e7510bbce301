"""Marks and ranges over long lists."""

import pytest
from msgspec.structs import replace

from tests.fakes.app import make_app, press, settle
from tests.fakes.mailbox import WORK, FakeMailbox
from tests.ui.test_orders import current, screen, text
from tuimail.api import commands as c
from tuimail.domain.ids import RowId
from tuimail.domain.mailbox import MailboxRole

MANY = 100_000
NARROW, WIDE = (80, 24), (120, 40)


def newest(number: int) -> RowId:
    return RowId(1_000_000 - number)


async def test_all_of_a_hundred_thousand_are_marked_counted_and_archived() -> None:
    app, engine = make_app(FakeMailbox(MANY))

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "asterisk")
        assert "100,000 marked" in text(app)
        assert "archive 100,000" in text(app)
        # The fake would search a tuple for each row.
        engine._answer = None
        await press(pilot, "a")
        assert len(screen(app).messages.marks) == 0

    (moved,) = engine.sent(c.MoveMessages)
    assert moved.rows == tuple(newest(number) for number in range(MANY))
    assert moved.to is MailboxRole.ARCHIVE


async def test_a_range_reaches_from_where_it_began_to_the_end() -> None:
    app, _ = make_app(FakeMailbox(MANY))

    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "j", "v", "G")
        assert f"{MANY - 1:,} marked" in text(app)
        await press(pilot, "v", "k", "x")

        assert f"{MANY - 2:,} marked" in text(app)


@pytest.mark.parametrize(
    ("keys", "then"),
    [
        (("j", "v", "j", "j", "d"), 4),
        (("j", "x", "j", "x", "k", "k", "d"), 2),
        (("G", "k", "v", "k", "k", "d"), 299),
        (("G", "v", "k", "k", "d"), 296),
        (("v", "j", "j", "v", "G", "g", "g", "d"), 3),
    ],
)
async def test_the_cursor_goes_to_the_next_row_that_is_left(keys: tuple[str, ...], then: int) -> None:
    app, _ = make_app(FakeMailbox(300))

    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, *keys)
        await settle(pilot)

        assert current(app) == newest(then)


async def test_marks_of_what_was_moved_away_elsewhere_are_forgotten() -> None:
    fake = FakeMailbox(300)
    app, engine = make_app(fake)

    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "x", "x", "x")
        list(fake(c.MoveMessages(account=WORK, rows=(newest(1),), to=MailboxRole.TRASH), engine.number_of(object)))
        engine.play(fake._changed(WORK))
        await settle(pilot)

        assert screen(app).messages.chosen == (newest(0), newest(2))
        assert current(app) == newest(3)


async def test_more_changes_than_were_told_are_asked_for_where_one_looks() -> None:
    fake = FakeMailbox(300)
    app, engine = make_app(fake)

    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        before = len(engine.sent(c.LoadRows))
        engine.play(replace(fake._changed(WORK), has_more=True))
        await settle(pilot)

        assert newest(0) in engine.sent(c.LoadRows)[before].rows
