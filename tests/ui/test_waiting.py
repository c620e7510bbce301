"""Waits on the main screen: what is said of them, when, and how they are given up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from msgspec.structs import replace

from tests.fakes.app import make_app, press, settle
from tests.fakes.mailbox import WORK, FakeMailbox, account
from tuimail.api import commands as c
from tuimail.api import events as e
from tuimail.domain.account import SignedOut
from tuimail.domain.errors import ErrorKind, Problem, Remedy
from tuimail.domain.ids import CommandId, RowId
from tuimail.domain.message import Envelope, Flag
from tuimail.ui.app import TuimailApp
from tuimail.ui.patience import LONG_S, WORTH_A_WORD_S, Patience, Wait, awaited
from tuimail.ui.screens.keychain import KeychainScreen
from tuimail.ui.screens.mail import MailScreen
from tuimail.ui.state import AppState, begin, open_message, reduce
from tuimail.ui.widgets.banner import Banner

SIZE = (120, 40)
FIRST, OTHER = CommandId(7), CommandId(8)


@dataclass
class Alarm:
    """A timer that rings when the test says so."""

    after_s: float
    ring: Callable[[], None]
    is_stopped: bool = False

    def stop(self) -> None:
        self.is_stopped = True


@dataclass
class Alarms:
    """All that were set."""

    all: list[Alarm] = field(default_factory=list)

    def set(self, after_s: float, ring: Callable[[], None]) -> Alarm:
        self.all.append(Alarm(after_s, ring))
        return self.all[-1]

    def ring(self) -> None:
        self.all[-1].ring()


def patience(alarms: Alarms) -> Patience:
    return Patience(alarms.set, lambda: None)


def test_a_short_wait_is_not_worth_a_word() -> None:
    alarms = Alarms()
    waiting = patience(alarms)

    waiting.watch(Wait(command=FIRST, words="fetching"))
    assert waiting.words == ""

    waiting.watch(None)
    assert alarms.all[0].is_stopped


def test_a_wait_is_told_and_after_ten_seconds_can_be_given_up() -> None:
    alarms = Alarms()
    waiting = patience(alarms)

    waiting.watch(Wait(command=FIRST, words="fetching"))
    alarms.ring()
    assert waiting.words == "fetching…"
    assert waiting.long_wait is None

    waiting.watch(Wait(command=FIRST, words="fetching 40 %"))
    alarms.ring()

    assert waiting.words == "fetching 40 %; Esc gives up"
    assert waiting.long_wait == Wait(command=FIRST, words="fetching 40 %")
    assert sum(alarm.after_s for alarm in alarms.all) == LONG_S


def test_the_next_wait_begins_its_own_ten_seconds() -> None:
    alarms = Alarms()
    waiting = patience(alarms)
    waiting.watch(Wait(command=FIRST, words="fetching"))
    alarms.ring()
    alarms.ring()

    waiting.watch(Wait(command=OTHER, words="moving"))

    assert waiting.words == "moving…"
    assert waiting.long_wait is None
    assert alarms.all[-1].after_s == LONG_S - WORTH_A_WORD_S


def test_a_command_that_reports_is_awaited_until_it_ends() -> None:
    state = reduce(begin((account(),), WORK), e.Progress(command=FIRST, words="loading", done=50, total=200))
    assert awaited(state) == Wait(command=FIRST, words="loading 25 %")

    assert awaited(reduce(state, e.Finished(command=FIRST))) is None


def test_an_open_message_is_awaited_until_it_is_here_or_cannot_come() -> None:
    state: AppState = open_message(begin((account(),), WORK), RowId(1), FIRST)
    assert awaited(state) == Wait(command=FIRST, words="fetching the message")

    problem = Problem(kind=ErrorKind.OFFLINE, summary="Offline.", remedy=Remedy.WAIT)
    assert awaited(reduce(state, e.Failed(command=FIRST, problem=problem))) is None


class Silent(FakeMailbox):
    """Never brings a message."""

    def __call__(self, command: c.Command, number: CommandId) -> Iterator[e.Event]:
        return iter(()) if isinstance(command, c.OpenMessage) else super().__call__(command, number)


def home(app: TuimailApp) -> MailScreen:
    assert isinstance(app.screen, MailScreen)
    return app.screen


async def test_closing_a_message_that_is_on_its_way_gives_it_up() -> None:
    app, engine = make_app(Silent())

    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "enter", "q")

        assert engine.cancelled == [engine.number_of(c.OpenMessage)]
        assert home(app).messages.has_focus


async def test_going_on_gives_up_the_message_before() -> None:
    app, engine = make_app(Silent())

    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "enter")
        first = engine.number_of(c.OpenMessage)
        await press(pilot, "J")

        assert engine.cancelled == [first]


async def test_a_message_that_is_here_is_not_cancelled() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "enter", "J", "q")

    assert engine.cancelled == []


async def test_enter_signs_in_where_somebody_signed_out() -> None:
    app, engine = make_app(FakeMailbox(sign_in=SignedOut()))

    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "enter")

    assert len(engine.sent(c.AskConsent)) == 1


async def test_a_keychain_that_asks_is_told_and_other_ways_are_a_key_away() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        engine.play(e.KeychainAsking(asking=True))
        await settle(pilot)
        assert "Ctrl+K" in home(app).query_one(Banner).words

        await press(pilot, "ctrl+k")
        assert isinstance(app.screen, KeychainScreen)
        await press(pilot, "m")

        assert engine.sent(c.ChooseKeychain) == [c.ChooseKeychain(choice=c.KeychainChoice.MEMORY)]


async def test_the_choices_vanish_once_the_keychain_has_answered() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        engine.play(e.KeychainAsking(asking=True))
        await settle(pilot)
        await press(pilot, "ctrl+k")
        engine.play(e.KeychainAsking(asking=False))
        await settle(pilot)

        assert home(app).query_one(Banner).words == ""
        assert engine.sent(c.ChooseKeychain) == []


async def test_a_keychain_that_does_not_ask_leaves_nothing_to_choose() -> None:
    app, _ = make_app()

    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "ctrl+k")

        assert home(app).said == "Your keychain is not asking anything."


class Sparse(FakeMailbox):
    """Thousands of messages, all read but one."""

    def __init__(self, *, unread: int) -> None:
        super().__init__(5000)
        self._unread = self.rows[unread]
        self.envelopes = {row: self._marked(each) for row, each in self.envelopes.items()}

    def __call__(self, command: c.Command, number: CommandId) -> Iterator[e.Event]:
        for event in super().__call__(command, number):
            if isinstance(event, e.RowsLoaded):
                yield replace(event, envelopes=tuple(self._marked(each) for each in event.envelopes))
            else:
                yield event

    def _marked(self, envelope: Envelope) -> Envelope:
        flags = frozenset[str]() if envelope.row == self._unread else frozenset({Flag.SEEN.value})
        return replace(envelope, flags=flags)


async def test_n_finds_an_unread_message_far_below_what_is_loaded() -> None:
    app, engine = make_app(Sparse(unread=4321))

    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "n")
        for _ in range(20):
            await settle(pilot)

        assert home(app).messages.cursor == 4321
        assert max(len(command.rows) for command in engine.sent(c.LoadRows)) <= 500

        await press(pilot, "n")
        for _ in range(10):
            await settle(pilot)
        assert home(app).said == "No unread mail below."
