"""What the status bar says while older messages are fetched, and of changes that wait."""

from datetime import datetime

import pytest

from tests.fakes.app import make_app, press, settle
from tests.fakes.mailbox import NOW, WORK
from tests.ui.test_orders import text
from tuimail.api import commands as c
from tuimail.api import events as e
from tuimail.domain.account import Link, LinkState
from tuimail.ui.app import TuimailApp

NARROW, WIDE = (80, 24), (120, 40)
FILLING = e.FillingChanged(account=WORK, words="older messages of Inbox", done=12_400, total=100_000, per_s=9_000.0)


def status(app: TuimailApp) -> str:
    return text(app).splitlines()[-2]


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_filling_tells_count_rate_and_time_left(size: tuple[int, int]) -> None:
    app, engine = make_app()

    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        engine.play(FILLING)
        await settle(pilot)
        assert "older messages of Inbox: 12,400 of 100,000" in status(app)
        if size == WIDE:
            assert "10 s left, 9,000/s" in status(app)

        engine.play(e.FillingChanged(account=WORK, words=FILLING.words, done=100_000, total=100_000))
        await settle(pilot)
        assert "older messages" not in status(app)


async def test_filling_is_paused_and_resumed_from_the_palette() -> None:
    app, engine = make_app()

    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "colon", *"pausefetch", "enter")
        assert engine.sent(c.PauseFilling) == [c.PauseFilling(account=WORK, is_paused=True)]
        engine.play(e.FillingChanged(account=WORK, words=FILLING.words, done=5, total=10, is_paused=True))
        await settle(pilot)
        assert "5 of 10, paused" in status(app)

        await press(pilot, "colon", *"goonfetch", "enter")
        assert engine.sent(c.PauseFilling)[-1] == c.PauseFilling(account=WORK, is_paused=False)


async def test_offline_is_told_with_its_hour_and_what_waits() -> None:
    app, engine = make_app()
    since = datetime(NOW.year, NOW.month, NOW.day, 10, 42, tzinfo=NOW.tzinfo)

    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        engine.play(e.LinkChanged(account=WORK, state=LinkState(link=Link.OFFLINE, since=since, waiting=3)))
        await settle(pilot)

        assert "offline since 10:42, 3 changes waiting" in status(app)
