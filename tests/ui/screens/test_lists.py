"""Outbox, drafts, the plain question and the first run."""

from datetime import UTC, timedelta
from typing import Literal

import pytest
from msgspec.structs import replace

from tests.ui.screens.host import HOSTILE, NOW, SIZES, SMALL, Host, flat, until
from tuimail.domain.draft import Draft, OutboxItem, OutboxState
from tuimail.domain.ids import AccountId, DraftId, OutboxId
from tuimail.ui.screens.drafts import DraftsScreen
from tuimail.ui.screens.first_run import FirstRunScreen
from tuimail.ui.screens.outbox import OutboxScreen, item_words
from tuimail.ui.screens.question import Question

ITEM = OutboxItem(
    id=OutboxId(1),
    account=AccountId("work"),
    subject="Lunch",
    recipients=("bob@example.test",),
    state=OutboxState.QUEUED,
    send_at=NOW + timedelta(seconds=4),
    queued_at=NOW,
)
HELD = replace(ITEM, id=OutboxId(2), state=OutboxState.HELD, words="the server said “550 no such user”", send_at=None)
UNKNOWN = replace(ITEM, id=OutboxId(3), state=OutboxState.UNKNOWN, send_at=None)
DRAFT = Draft(id=DraftId("d1"), account=AccountId("work"), subject="Trip", to="bob@example.test", text="Dear\n\nBob")
OTHER = replace(DRAFT, id=DraftId("d2"), subject="", to="", text="")


def outbox(*items: OutboxItem) -> Host:
    return Host(lambda: OutboxScreen(items, zone=UTC, now=lambda: NOW))


@pytest.mark.parametrize("size", SIZES)
async def test_each_state_is_told_in_words(size: tuple[int, int]) -> None:
    app = outbox(ITEM, HELD, UNKNOWN)
    async with app.run_test(size=size):
        shown = flat(app.text())

        assert "leaves in 4 s, z takes it back" in shown
        assert "! not sent: the server said “550 no such user”" in shown
        assert "? may have been sent" in shown


async def test_a_held_mail_is_sent_again_at_once() -> None:
    app = outbox(HELD)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: bool(app.posted_of(OutboxScreen.RetryWanted)))

        assert app.posted_of(OutboxScreen.RetryWanted)[0].item == HELD.id


async def test_a_second_copy_needs_a_y() -> None:
    app = outbox(UNKNOWN)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("r", "enter", "r")
        assert "a second copy may follow" in flat(app.text())
        assert not app.posted_of(OutboxScreen.RetryWanted)
        await pilot.press("y")
        await until(pilot, lambda: len(app.posted_of(OutboxScreen.RetryWanted)) == 1)


async def test_a_mail_of_unknown_fate_can_be_looked_for_in_sent() -> None:
    app = outbox(UNKNOWN)
    async with app.run_test(size=SMALL) as pilot:
        assert "s look in Sent" in app.text().splitlines()[-1]
        await pilot.press("s")
        await until(pilot, lambda: bool(app.posted_of(OutboxScreen.CheckSentWanted)))


async def test_a_mail_that_is_leaving_can_be_stopped_and_nothing_else() -> None:
    app = outbox(replace(ITEM, state=OutboxState.SENDING, words="1.2 of 9.0 MB"))
    async with app.run_test(size=SMALL) as pilot:
        assert "being sent: 1.2 of 9.0 MB" in app.text()
        await pilot.press("r", "d", "e", "x")
        await until(pilot, lambda: bool(app.posted_of(OutboxScreen.StopWanted)))

        assert not app.posted_of(OutboxScreen.EditWanted)


async def test_discarding_is_asked_about_and_editing_is_not() -> None:
    app = outbox(HELD)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("d", "y", "e")
        await until(pilot, lambda: bool(app.posted_of(OutboxScreen.EditWanted)))

        assert len(app.posted_of(OutboxScreen.DiscardWanted)) == 1


async def test_a_queued_mail_is_neither_retried_nor_discarded() -> None:
    app = outbox(ITEM)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("r", "d", "s", "e", "z", "q")
        await until(pilot, lambda: bool(app.posted_of(OutboxScreen.Closed)))

        assert not app.posted_of(OutboxScreen.RetryWanted)
        assert not app.posted_of(OutboxScreen.DiscardWanted)
        assert app.posted_of(OutboxScreen.EditWanted)[0].item == ITEM.id
        assert app.posted_of(OutboxScreen.UndoWanted)


async def test_news_keep_the_cursor_on_its_mail_and_an_empty_outbox_says_so() -> None:
    app = outbox(HELD, UNKNOWN)
    async with app.run_test(size=SMALL) as pilot:
        assert isinstance(app.shown, OutboxScreen)
        await pilot.press("j")
        app.shown.show_items((UNKNOWN,))
        await pilot.press("s")
        await until(pilot, lambda: bool(app.posted_of(OutboxScreen.CheckSentWanted)))
        app.shown.show_items(())
        await until(pilot, lambda: "Nothing is on its way" in app.text())


async def test_the_seconds_in_which_it_can_be_taken_back_are_counted_down() -> None:
    now = [NOW]
    item = replace(ITEM, send_at=NOW + timedelta(seconds=4))
    app = Host(lambda: OutboxScreen((item,), zone=UTC, now=lambda: now[0]))
    async with app.run_test(size=SMALL) as pilot:
        assert "leaves in 4 s, z takes it back" in app.text()
        now[0] = NOW + timedelta(seconds=3)
        await until(pilot, lambda: "leaves in 1 s" in app.text())


async def test_a_mail_that_waits_for_another_try_says_when_and_why() -> None:
    item = replace(ITEM, send_at=NOW + timedelta(minutes=3), words="The server said: try again later.")
    app = outbox(item)
    async with app.run_test(size=SMALL):
        shown = flat(app.text())

        assert "next try at 14:33, in 3 min: The server said: try again later." in shown
        assert "z undo" not in app.text().splitlines()[-1]


async def test_who_was_refused_is_listed_and_sent_to_alone() -> None:
    refused = (("carol@x.example", "550 no such user"), ("dan@x.example", "552 mailbox full"))
    item = replace(HELD, accepted=("bob@x.example",), refused=refused)
    app = outbox(item)
    async with app.run_test(size=SMALL) as pilot:
        shown = flat(app.text())
        assert "✓ bob@x.example has it" in shown
        assert "! carol@x.example: 550 no such user ! dan@x.example: 552 mailbox full" in shown
        assert "r send to the 2 refused alone" in app.text().splitlines()[-1]
        await pilot.press("r")
        await until(pilot, lambda: bool(app.posted_of(OutboxScreen.RetryWanted)))


def test_many_refusals_are_counted() -> None:
    item = replace(HELD, refused=tuple((f"p{number}@x.example", "550") for number in range(30)))

    words = item_words(item, now=NOW, zone=UTC).plain

    assert "p11@x.example" in words
    assert "p12@x.example" not in words
    assert "and 18 more" in words


async def test_enter_resumes_the_draft_and_d_discards_it_undoably() -> None:
    app = Host(lambda: DraftsScreen((DRAFT, OTHER)))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("enter", "j", "d", "z", "escape")
        await until(pilot, lambda: bool(app.posted_of(DraftsScreen.Closed)))

        assert app.posted_of(DraftsScreen.ResumeWanted)[0].draft == DRAFT.id
        assert app.posted_of(DraftsScreen.DiscardWanted)[0].draft == OTHER.id
        assert app.posted_of(DraftsScreen.UndoWanted)


@pytest.mark.parametrize("size", SIZES)
async def test_drafts_show_subject_recipient_and_beginning(size: tuple[int, int]) -> None:
    app = Host(lambda: DraftsScreen((DRAFT, OTHER), compose_key="m"))
    async with app.run_test(size=size) as pilot:
        shown = flat(app.text())
        assert "Trip to bob@example.test Dear Bob" in shown
        assert "(no subject) (no text yet)" in shown

        assert isinstance(app.shown, DraftsScreen)
        app.shown.show_drafts(())
        await until(pilot, lambda: "No draft is kept on this machine. m writes a mail" in app.text())


@pytest.mark.parametrize(
    ("destructive", "key", "answer"),
    [
        (False, "enter", True),
        (False, "escape", False),
        (True, "enter", False),
        (True, "y", True),
        (True, "escape", False),
    ],
)
async def test_what_destroys_is_never_preselected(destructive: bool, key: str, answer: bool) -> None:
    app = Host(lambda: Question("Really?", "Words.", yes="do it", no="leave it", destructive=destructive))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(key)

        assert app.answers == [answer]


@pytest.mark.parametrize(("key", "answer"), [("enter", "demo"), ("d", "demo"), ("q", "quit")])
async def test_the_first_run_offers_the_demo(key: str, answer: Literal["demo", "quit"]) -> None:
    app = Host(FirstRunScreen)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(key)

        assert app.answers == [answer]


async def test_the_first_run_opens_the_assistant() -> None:
    app = Host(FirstRunScreen)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("a")

        await until(pilot, lambda: bool(app.posted_of(FirstRunScreen.AccountWanted)))
        assert app.answers == []


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_words_are_shown_as_they_are(size: tuple[int, int]) -> None:
    item = replace(UNKNOWN, subject=HOSTILE, recipients=(HOSTILE,), words=HOSTILE)
    for make, count in (
        (lambda: OutboxScreen((item,), zone=UTC, now=lambda: NOW), 3),
        (lambda: DraftsScreen((replace(DRAFT, subject=HOSTILE, to=HOSTILE, text=HOSTILE),)), 3),
        (lambda: Question(HOSTILE, HOSTILE, yes=HOSTILE, no=HOSTILE), 4),
    ):
        app = Host(make)
        async with app.run_test(size=size):
            assert flat(app.text()).count(HOSTILE) >= count
