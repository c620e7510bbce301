import asyncio
import json
from collections.abc import Callable, Iterable

import pytest
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Input

from tests.fakes.engine import FakeEngine
from tests.ui.screens.host import HOSTILE, SIZES, SMALL, flat
from tuimail.api.commands import Command
from tuimail.api.events import Event, Failed, Finished
from tuimail.api.setup import (
    AccountSaved,
    AccountTried,
    FindProvider,
    OpenGuidePage,
    ProviderProposed,
    SaveNewAccount,
    StepsTold,
    TryAccount,
)
from tuimail.config.providers import bundled_presets
from tuimail.config.themes import bundled_dir, load_themes
from tuimail.domain.account import Server, SignInMethod, Tls
from tuimail.domain.errors import ErrorKind, Problem, Remedy
from tuimail.domain.ids import AccountId, CommandId
from tuimail.domain.scope import ScopeSets
from tuimail.domain.setup import ClientNeed, Proposal, Step, StepState
from tuimail.domain.token import Secret
from tuimail.engine.finding import Findings, propose
from tuimail.ui.first_app import Chosen, FirstRunApp
from tuimail.ui.flows.setting_up import Written
from tuimail.ui.screens.question import Question
from tuimail.ui.screens.setup.address import AddressScreen
from tuimail.ui.screens.setup.guide import GuideScreen
from tuimail.ui.screens.setup.proposal import ProposalScreen

THEME = next(theme for theme in load_themes([bundled_dir()]) if theme.name == "tuimail-dark")
IMAP = Server(host="imap.example.test", port=993, tls=Tls.IMPLICIT)
SMTP = Server(host="smtp.example.test", port=587, tls=Tls.STARTTLS)
FOUND = Proposal(
    address="me@example.test",
    provider="custom",
    title="login.example.test",
    source="example.test publishes these settings.",
    imap=IMAP,
    smtp=SMTP,
    issuer="https://login.example.test",
    scopes=ScopeSets(identity=("openid",), read=("mail",), send=("mail",)),
    client=ClientNeed.REGISTERS,
)
NOTHING = Proposal(address="me@example.test", provider="custom")
STEPS = (Step(title="IMAP at there", state=StepState.BAD, words="no answer"),)


class Room:
    """An engine that proposes one account, and an app before it."""

    def __init__(self, proposal: Proposal, *, is_good: bool = True, problem: str = "") -> None:
        self.proposal = proposal
        self.is_good = is_good
        self.problem = problem
        self.engine = FakeEngine(self._answer)
        self.app = FirstRunApp(self.engine, theme=THEME, taken=(AccountId("other"),))

    def _answer(self, command: Command, number: CommandId) -> Iterable[Event]:
        match command:
            case FindProvider():
                yield StepsTold(command=number, steps=STEPS)
                yield ProviderProposed(command=number, proposal=self.proposal, is_good=self.is_good)
            case TryAccount(proposal=proposal):
                yield StepsTold(command=number, steps=STEPS)
                yield AccountTried(command=number, proposal=proposal, is_good=self.is_good)
            case SaveNewAccount(account=account):
                if self.problem:
                    problem = Problem(kind=ErrorKind.BAD_PROFILE, summary=self.problem, remedy=Remedy.FIX_INPUT)
                    yield Failed(command=number, problem=problem)
                    return
                yield AccountSaved(command=number, account=account.id, before="# old\n")
            case _:
                pass
        yield Finished(command=number)


async def until(pilot: Pilot[Chosen], met: Callable[[], bool], *, deadline_s: float = 5.0) -> None:
    """Let the app run until something holds."""
    async with asyncio.timeout(deadline_s):
        while not met():
            await pilot.pause(0.005)
    await pilot.pause()


def text(app: FirstRunApp) -> str:
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


async def give_address(pilot: Pilot[Chosen], app: FirstRunApp, address: str = "me@example.test") -> None:
    await pilot.press("a")
    await until(pilot, lambda: isinstance(app.screen, AddressScreen))
    await pilot.press(*address, "enter")


async def reach(pilot: Pilot[Chosen], app: FirstRunApp, screen: type[object]) -> None:
    await until(pilot, lambda: isinstance(app.screen, screen))


@pytest.mark.parametrize("size", SIZES)
async def test_three_keys_after_the_address_the_account_is_written(size: tuple[int, int]) -> None:
    room = Room(FOUND)
    async with room.app.run_test(size=size) as pilot:
        await give_address(pilot, room.app)
        await reach(pilot, room.app, ProposalScreen)

        shown = text(room.app)
        assert "example.test publishes these settings." in shown
        assert "imap.example.test 993 tls" in shown
        assert "smtp.example.test 587 starttls" in shown
        assert "registers tuimail by itself" in flat(shown)
        assert "Enter go on" in shown.splitlines()[-1]
        await pilot.press("enter")
        await until(pilot, lambda: room.app.return_value is not None)

    written = room.app.return_value
    assert isinstance(written, Written)
    assert written.account == "example"
    assert written.start.before == "# old\n"
    (saved,) = room.engine.sent(SaveNewAccount)
    assert (saved.account.imap, saved.account.smtp, saved.account.client_id) == (IMAP, SMTP, "")
    assert room.engine.sent(TryAccount) == []


async def test_what_was_edited_is_tried_before_it_is_written() -> None:
    room = Room(FOUND)
    async with room.app.run_test(size=SMALL) as pilot:
        await give_address(pilot, room.app)
        await reach(pilot, room.app, ProposalScreen)
        await pilot.press(*"Me", *["tab"] * 5, "right", "enter")
        await until(pilot, lambda: room.app.return_value is not None)

    (tried,) = room.engine.sent(TryAccount)
    assert tried.proposal.smtp is None
    (saved,) = room.engine.sent(SaveNewAccount)
    assert saved.account.name == "Me"
    assert not saved.account.can_send


async def test_servers_that_do_not_work_are_told_and_a_second_enter_writes_all_the_same() -> None:
    room = Room(FOUND, is_good=False)
    async with room.app.run_test(size=SMALL) as pilot:
        await give_address(pilot, room.app)
        await reach(pilot, room.app, ProposalScreen)
        await pilot.press("f2", "enter")
        await until(pilot, lambda: "Not all of it works" in text(room.app))
        assert room.engine.sent(SaveNewAccount) == []
        await until(pilot, lambda: "no answer" in flat(text(room.app)))

        await pilot.press("enter")
        await until(pilot, lambda: room.app.return_value is not None)

    assert len(room.engine.sent(SaveNewAccount)) == 1


@pytest.mark.parametrize(("key", "asks"), [("y", True), ("escape", False), ("enter", False)])
async def test_a_third_party_is_asked_only_after_a_yes(key: str, asks: bool) -> None:
    room = Room(NOTHING, is_good=False)
    async with room.app.run_test(size=SMALL) as pilot:
        await give_address(pilot, room.app)
        await reach(pilot, room.app, Question)
        assert "autoconfig.thunderbird.net" in flat(text(room.app))
        assert [command.asks_list for command in room.engine.sent(FindProvider)] == [False]

        await pilot.press(key)
        await reach(pilot, room.app, ProposalScreen)

    assert [command.asks_list for command in room.engine.sent(FindProvider)] == [False, True][: 1 + asks]


@pytest.mark.parametrize("size", SIZES)
async def test_nothing_found_leaves_a_form_with_the_reasons(size: tuple[int, int]) -> None:
    room = Room(NOTHING, is_good=False)
    async with room.app.run_test(size=size) as pilot:
        await give_address(pilot, room.app)
        await reach(pilot, room.app, Question)
        await pilot.press("escape")
        await reach(pilot, room.app, ProposalScreen)
        await pilot.press("enter")
        await pilot.pause()

        shown = text(room.app)
        assert "Nothing was found" in shown
        assert "Without the server for incoming mail" in shown
        assert room.engine.sent(TryAccount) == []


@pytest.mark.parametrize(("key", "host"), [("y", "imap.elsewhere.test 993 tls"), ("escape", ""), ("enter", "")])
async def test_a_host_outside_the_domain_is_used_only_after_a_yes(key: str, host: str) -> None:
    elsewhere = Server(host="imap.elsewhere.test", port=993, tls=Tls.IMPLICIT)
    room = Room(
        Proposal(address="me@example.test", provider="custom", imap=elsewhere, outside=("imap.elsewhere.test",)),
        is_good=False,
    )
    async with room.app.run_test(size=SMALL) as pilot:
        await give_address(pilot, room.app)
        await reach(pilot, room.app, Question)
        assert "imap.elsewhere.test, outside of example.test" in flat(text(room.app))
        assert room.engine.sent(TryAccount) == []

        await pilot.press(key)
        await reach(pilot, room.app, ProposalScreen)
        assert (("imap.elsewhere.test 993 tls") in text(room.app)) == bool(host)


@pytest.mark.parametrize(
    ("key", "asked"), [("enter", ["me@gmail.com"]), ("n", ["me@gmial.com"]), ("escape", [])], ids=["yes", "no", "back"]
)
async def test_a_slip_in_the_domain_is_doubted_before_anybody_is_asked(key: str, asked: list[str]) -> None:
    room = Room(google())
    async with room.app.run_test(size=SMALL) as pilot:
        await give_address(pilot, room.app, "me@gmial.com")
        await reach(pilot, room.app, Question)
        assert "Did you mean gmail.com?" in text(room.app)
        assert room.engine.commands == []

        await pilot.press(key)
        await reach(pilot, room.app, ProposalScreen if asked else AddressScreen)
        await pilot.pause()

        assert [command.address for command in room.engine.sent(FindProvider)] == asked
        if not asked:
            # The field has the address, to be mended.
            await pilot.press("end", *["backspace"] * 4)
            assert room.app.screen.query_one(Input).value == "me@gmial"


@pytest.mark.parametrize("size", SIZES)
async def test_a_newcomer_sees_the_fields_that_matter_and_the_details_at_a_key(size: tuple[int, int]) -> None:
    room = Room(FOUND)
    async with room.app.run_test(size=size) as pilot:
        await give_address(pilot, room.app)
        await reach(pilot, room.app, ProposalScreen)
        assert "As others see it in the mail you send." in text(room.app)
        assert "Scopes" not in text(room.app)
        await pilot.press("tab", "tab")
        await until(pilot, lambda: "What tuimail calls this account" in text(room.app))

        await pilot.press("f2")
        await until(pilot, lambda: "Sign-in server" in text(room.app))
        assert "F2 fewer fields" in text(room.app).splitlines()[-1]
        await pilot.press("f2")
        await until(pilot, lambda: "Sign-in server" not in text(room.app))


def google(address: str = "me@gmail.com") -> Proposal:
    source = "Google takes in the mail."
    return propose(address, Findings(preset="google", source=source), bundled_presets())


async def open_guide(pilot: Pilot[Chosen], room: Room) -> None:
    await give_address(pilot, room.app)
    await reach(pilot, room.app, ProposalScreen)
    await pilot.press("enter")
    await reach(pilot, room.app, GuideScreen)


JSON = {"installed": {"client_id": "1-a.apps." + "googleusercontent.com", "client_secret": "made-up"}}


@pytest.mark.parametrize("size", SIZES)
async def test_googles_json_is_read_straight_in_and_its_secret_stays_out_of_the_profile(size: tuple[int, int]) -> None:
    room = Room(google())
    async with room.app.run_test(size=size) as pilot:
        await open_guide(pilot, room)
        shown = text(room.app)
        assert "This is done once" in shown
        await pilot.press("tab")
        room.app.screen.query_one("#client", Input).post_message(Paste(json.dumps(JSON, indent=1)))
        await until(pilot, lambda: "••••" in text(room.app))
        assert "made-up" not in text(room.app)
        await pilot.press("enter")
        await until(pilot, lambda: room.app.return_value is not None)

    (saved,) = room.engine.sent(SaveNewAccount)
    assert saved.account.client_id == JSON["installed"]["client_id"]
    assert saved.account.has_secret
    assert "made-up" not in repr(saved)
    written = room.app.return_value
    assert isinstance(written, Written)
    assert written.start.secret == Secret("made-up")


@pytest.mark.parametrize("work", [True, False])
async def test_the_seven_days_are_told_before_they_happen_and_not_to_organisations(work: bool) -> None:
    room = Room(google("me@company.test"))
    async with room.app.run_test(size=(120, 60)) as pilot:
        await give_address(pilot, room.app)
        await reach(pilot, room.app, ProposalScreen)
        await pilot.press("enter")
        await reach(pilot, room.app, Question)
        await pilot.press("enter" if work else "escape")
        await reach(pilot, room.app, GuideScreen)

        shown = flat(text(room.app))
        assert ("Publish app" in shown) is not work
        assert ("has not verified this app" in shown) is not work
        assert ("Internal" in shown) is work


async def test_a_wrong_id_is_told_at_once_and_the_steps_page_opens() -> None:
    room = Room(google())
    async with room.app.run_test(size=SMALL) as pilot:
        await open_guide(pilot, room)
        await pilot.press("o")
        await pilot.pause()
        await pilot.press("tab", *"nonsense", "enter")
        await until(pilot, lambda: "not the shape" in flat(text(room.app)))

    assert room.engine.sent(SaveNewAccount) == []
    assert [command.url for command in room.engine.sent(OpenGuidePage)] == [
        "https://console.cloud.google.com/projectcreate"
    ]


async def test_microsoft_is_said_to_want_a_directory_and_sending_will_be_tried() -> None:
    proposal = propose("me@outlook.com", Findings(preset="microsoft"), bundled_presets())
    room = Room(proposal)
    async with room.app.run_test(size=SMALL) as pilot:
        await give_address(pilot, room.app)
        await reach(pilot, room.app, ProposalScreen)
        await pilot.press("enter")
        await reach(pilot, room.app, GuideScreen)
        await pilot.pause()
        assert "A personal account (outlook.com, hotmail.com) cannot register an app" in flat(text(room.app))
        await pilot.press("tab", *"12345678-1234-1234-1234-123456789abc", "tab", *"me@x.onmicrosoft.com", "enter")
        await until(pilot, lambda: room.app.return_value is not None)

    (saved,) = room.engine.sent(SaveNewAccount)
    assert saved.account.login == "me@x.onmicrosoft.com"
    written = room.app.return_value
    assert isinstance(written, Written)
    assert written.start.tests_sending


async def test_an_app_password_is_called_the_weaker_way() -> None:
    proposal = propose("me@icloud.com", Findings(preset="icloud"), bundled_presets())
    room = Room(proposal)
    async with room.app.run_test(size=SMALL) as pilot:
        await give_address(pilot, room.app)
        await reach(pilot, room.app, ProposalScreen)
        assert "the weaker way" in text(room.app)
        await pilot.press("enter")
        await reach(pilot, room.app, GuideScreen)
        await pilot.press("enter", "enter")
        await until(pilot, lambda: room.app.return_value is not None)

    (saved,) = room.engine.sent(SaveNewAccount)
    assert saved.account.sign_in is SignInMethod.APP_PASSWORD


async def test_a_profile_that_cannot_be_written_is_told_and_nothing_is_lost() -> None:
    room = Room(FOUND, problem="this file cannot be written")
    async with room.app.run_test(size=SMALL) as pilot:
        await give_address(pilot, room.app)
        await reach(pilot, room.app, ProposalScreen)
        await pilot.press("enter")
        await until(pilot, lambda: "cannot be written" in text(room.app))

        assert isinstance(room.app.screen, ProposalScreen)
        await pilot.press("escape")
        await reach(pilot, room.app, AddressScreen)


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_words_of_strangers_are_shown_as_they_are(size: tuple[int, int]) -> None:
    room = Room(Proposal(address="me@example.test", provider="custom", imap=IMAP, source=HOSTILE), is_good=False)
    async with room.app.run_test(size=size) as pilot:
        await give_address(pilot, room.app)
        await reach(pilot, room.app, ProposalScreen)

        assert HOSTILE in flat(text(room.app))


async def test_choosing_a_provider_fills_its_values_and_choosing_none_keeps_what_stands_there() -> None:
    room = Room(FOUND)
    async with room.app.run_test(size=SMALL) as pilot:
        await give_address(pilot, room.app)
        await reach(pilot, room.app, ProposalScreen)
        room.proposal = google()
        await pilot.press(*["tab"] * 3, "right")
        await until(pilot, lambda: "imap.gmail.com 993 tls" in text(room.app))
        assert [command.provider for command in room.engine.sent(FindProvider)] == ["", "google"]

        await pilot.press("left")
        await pilot.pause()
        assert "imap.gmail.com 993 tls" in text(room.app)
        assert len(room.engine.sent(FindProvider)) == 2
