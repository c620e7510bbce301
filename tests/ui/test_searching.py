"""Search on the main screen: hits while typing, the line under the field, the server's hits, kept searches."""

import time
from array import array
from collections.abc import Callable, Iterable

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot
from textual.widgets import Input

from tests.fakes.app import make_app, press, settle
from tests.fakes.engine import FakeEngine
from tests.fakes.mailbox import ARCHIVE, INBOX, WORK, FakeMailbox
from tuimail.api import commands as c
from tuimail.api import events as e
from tuimail.domain.errors import ErrorKind, Problem, Remedy
from tuimail.domain.ids import AccountId, CommandId, MailboxId, RowId
from tuimail.domain.mailbox import Mailbox, MailboxRole
from tuimail.domain.message import Envelope
from tuimail.ui.app import TuimailApp
from tuimail.ui.screens.mail import MailScreen
from tuimail.ui.screens.name_prompt import NamePrompt
from tuimail.ui.screens.question import Question

SIZE = (120, 40)
NO_SENSE = Problem(kind=ErrorKind.BAD_QUERY, summary="“form:” is not known.", remedy=Remedy.FIX_INPUT)
OFFLINE = Problem(kind=ErrorKind.OFFLINE, summary="Offline: only stored mail was searched.", remedy=Remedy.WAIT)
KEPT = Mailbox(id=MailboxId(-1), name="Trains", role=MailboxRole.SEARCH, query="train")
REMOTE = RowId(77)


def answering(
    other: Callable[[c.Command, CommandId], list[e.Event] | None],
) -> Callable[[c.Command, CommandId], list[e.Event]]:
    """The fake mailbox's answers, but for what ``other`` answers."""
    mailbox = FakeMailbox()

    def answer(command: c.Command, number: CommandId) -> list[e.Event]:
        own = other(command, number)
        return list(mailbox(command, number)) if own is None else own

    return answer


def silent_server(command: c.Command, _number: CommandId) -> list[e.Event] | None:
    return [] if isinstance(command, c.SearchServer) else None


def screen(app: TuimailApp) -> MailScreen:
    top = app.screen
    assert isinstance(top, MailScreen)
    return top


def line(app: TuimailApp) -> str:
    found = app.screen.query("#search-line")
    return str(found.first().render()) if found and found.first().display else ""


def shown_rows(app: TuimailApp) -> list[str]:
    messages = screen(app).messages
    return [messages.render_line(place).text for place in range(messages.size.height)]


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Wait until the burst of letters is over and has led to this."""
    ends_at = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < ends_at
        await pilot.pause(0.01)
    await settle(pilot)


async def hear(pilot: Pilot[None], engine: FakeEngine, *events: e.Event) -> None:
    engine.play(*events)
    await settle(pilot)


def hits(engine: FakeEngine, envelope: Envelope) -> e.ServerHits:
    return e.ServerHits(
        command=engine.number_of(c.SearchServer),
        account=WORK,
        mailbox=INBOX,
        query="train",
        rows=array("q", [envelope.row]),
        envelopes=(envelope,),
    )


async def test_hits_come_while_typing_and_older_searches_are_given_up() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "slash", "t")
        await press(pilot, "r")
        await until(pilot, lambda: len(engine.sent(c.Search)) == 1)
        await press(pilot, "a")
        await until(pilot, lambda: len(engine.sent(c.Search)) == 2)

        assert [command.query for command in engine.sent(c.Search)] == ["tr", "tra"]
        first = engine.commands.index(engine.sent(c.Search)[0]) + 1
        assert first in engine.cancelled
        assert not engine.sent(c.SearchServer)
        assert screen(app).field.has_focus


async def test_what_makes_no_sense_is_said_under_the_field_and_nowhere_else() -> None:
    def refuse(command: c.Command, number: CommandId) -> list[e.Event] | None:
        is_bad = isinstance(command, c.Search) and "form" in command.query
        return [e.Failed(command=number, problem=NO_SENSE)] if is_bad else None

    app, engine = make_app(answering(refuse))

    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "slash", *"train")
        await until(pilot, lambda: app.state.query == "train" and len(app.state.rows) == 2)
        rows = app.state.rows
        screen(app).field.value = "train form:ada"
        await until(pilot, lambda: bool(line(app)))
        assert line(app) == "! “form:” is not known."
        assert not screen(app).said
        assert app.state.rows == rows

        await press(pilot, "enter")
        assert screen(app).field.has_focus
        assert not engine.sent(c.SearchServer)

        await press(pilot, "end", "ctrl+u", *"train")
        await until(pilot, lambda: not line(app))
        assert line(app) == ""


async def test_a_late_complaint_about_earlier_words_is_told_nowhere() -> None:
    def hold(command: c.Command, _number: CommandId) -> list[e.Event] | None:
        return [] if isinstance(command, c.Search) and command.query else None

    app, engine = make_app(answering(hold))

    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "slash")
        for words in ("form:ada", "from:ada"):
            screen(app).field.value = words
            await until(pilot, lambda words=words: app.state.query == words)  # type: ignore[misc]  # a bound default
        early = engine.commands.index(engine.sent(c.Search)[0]) + 1

        await hear(pilot, engine, e.Failed(command=CommandId(early), problem=NO_SENSE))

        assert not screen(app).said
        assert line(app) == ""


async def test_enter_asks_the_server_and_its_hits_come_last_with_a_sign() -> None:
    app, engine = make_app(answering(silent_server))

    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "slash", *"train", "enter")
        assert line(app) == "asking the server… Esc gives up"
        assert app.state.query == "train"
        own = list(app.state.rows)
        await press(pilot, "j")
        at = screen(app).messages.current
        envelope = screen(app).messages.envelope(RowId(own[0]))
        assert envelope is not None
        far = replace(envelope, row=REMOTE, mailbox=ARCHIVE, subject="A night train")

        await hear(pilot, engine, hits(engine, far), e.Finished(command=engine.number_of(c.SearchServer)))

        assert list(app.state.rows) == [*own, REMOTE]
        assert screen(app).messages.current == at
        assert line(app) == "The server found 1 more message, marked “server”."
        assert any("[Archive, server] A night train" in row for row in shown_rows(app))


async def test_the_stores_later_hits_keep_the_servers_behind_them() -> None:
    app, engine = make_app(answering(silent_server))

    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "slash", *"train", "enter")
        envelope = screen(app).messages.envelope(RowId(app.state.rows[0]))
        assert envelope is not None
        await hear(pilot, engine, hits(engine, replace(envelope, row=REMOTE)))
        own = array("q", [999_999, 999_998, 999_997])
        late = e.ListLoaded(command=engine.number_of(c.Search), account=WORK, mailbox=INBOX, rows=own, query="train")

        await hear(pilot, engine, late)

        assert list(app.state.rows) == [*own, REMOTE]


async def test_esc_gives_the_server_up_and_then_ends_the_search() -> None:
    app, engine = make_app(answering(silent_server))

    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "slash", *"train", "enter")
        asked = engine.number_of(c.SearchServer)

        await press(pilot, "escape")
        assert asked in engine.cancelled
        assert app.state.query == "train"
        assert line(app) == ""

        await press(pilot, "escape")
        assert app.state.query == ""
        assert not screen(app).field.display


async def test_a_server_that_cannot_be_asked_is_said_under_the_field() -> None:
    app, engine = make_app(answering(silent_server))

    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "slash", *"train", "enter")

        await hear(pilot, engine, e.Failed(command=engine.number_of(c.SearchServer), problem=OFFLINE))

        assert line(app) == "Offline: only stored mail was searched."
        assert not screen(app).said


async def test_another_search_forgets_the_servers_hits() -> None:
    app, engine = make_app(answering(silent_server))

    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "slash", *"train", "enter")
        asked = engine.number_of(c.SearchServer)

        await press(pilot, "slash", "s", "s")
        await until(pilot, lambda: app.state.query != "train")

        assert asked in engine.cancelled
        assert app.state.hits.asking is None
        assert line(app) == ""


async def test_hits_are_walked_with_n_and_shift_n() -> None:
    app, _ = make_app()

    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "slash", *"train", "enter")
        assert len(app.state.rows) == 2

        await press(pilot, "n")
        assert screen(app).messages.cursor == 1
        await press(pilot, "N")
        assert screen(app).messages.cursor == 0


async def test_the_first_hits_are_counted_as_such() -> None:
    def first_only(command: c.Command, number: CommandId) -> list[e.Event] | None:
        if not isinstance(command, c.Search) or not command.query:
            return None
        rows = array("q", range(1_000_000, 999_800, -1))
        return [
            e.ListLoaded(command=number, account=WORK, mailbox=INBOX, rows=rows, query=command.query, has_more=True)
        ]

    app, _ = make_app(answering(first_only))

    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "slash", "t", "r")
        await until(pilot, lambda: app.state.hits.has_more)

        assert "200+ hits" in screen(app)._list_title.render().plain


async def test_a_search_is_kept_under_a_name() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "slash", *"train", "enter")
        screen(app).do("save_search")
        await settle(pilot)
        assert isinstance(app.screen, NamePrompt)
        app.screen.query_one(Input).value = "Trains"

        await press(pilot, "enter")

        assert engine.sent(c.SaveSearch) == [c.SaveSearch(account=WORK, name="Trains", query="train")]


async def test_a_kept_search_stands_below_the_folders_and_is_deleted_after_a_question() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        boxes = (*app.state.view.mailboxes, KEPT)
        await hear(pilot, engine, e.MailboxesListed(account=WORK, mailboxes=boxes))
        folders = screen(app).folders
        assert "/ Trains" in folders.render_line(len(boxes) - 1).text

        await press(pilot, "ctrl+g", "G", "enter")
        assert engine.sent(c.OpenMailbox)[-1].mailbox == KEPT.id
        screen(app).do("delete_search")
        await settle(pilot)
        assert isinstance(app.screen, Question)
        await press(pilot, "enter")

        assert engine.sent(c.DeleteSearch) == [c.DeleteSearch(account=WORK, mailbox=KEPT.id)]
        assert app.state.mailbox == INBOX


@pytest.mark.parametrize("deed", ["save_search", "search_server", "delete_search"])
async def test_what_needs_a_search_says_so(deed: str) -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        before = len(engine.commands)
        screen(app).do(deed)
        await settle(pilot)

        assert "search" in screen(app).said.lower()
        assert len(engine.commands) == before


async def test_another_account_is_searched_there() -> None:
    home, mailbox = AccountId("home"), FakeMailbox()

    def answer(command: c.Command, number: CommandId) -> Iterable[e.Event]:
        is_late = isinstance(command, c.OpenAccount) and command.account == home
        return () if is_late else mailbox(command, number)

    app, engine = make_app(answer, names=("work", "home"))

    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"account:home train")
        await press(pilot, "enter")
        assert "not open yet" in screen(app).said

        await hear(pilot, engine, e.MailboxesListed(account=home, mailboxes=app.state.view.mailboxes))
        await press(pilot, "enter")

        assert app.state.account == home
        assert engine.sent(c.Search)[-1].account == home
        assert engine.sent(c.Search)[-1].query == "account:home train"
