"""From settings to health, to what is kept, to the emergency and back; and the newest problem in its own words."""

from datetime import timedelta

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot
from textual.widgets import Input

from tests.fakes.app import make_app, settle
from tests.fakes.engine import FakeEngine
from tests.fakes.mailbox import NOW, SIGNED_IN, WORK, account
from tests.ui.screens.host import LARGE, SMALL, flat
from tuimail.api import commands as c
from tuimail.api import events as e
from tuimail.domain.account import AccountSummary, Link, LinkState
from tuimail.domain.draft import SignOutPreview, SignOutStep, SignOutStepState
from tuimail.domain.errors import ErrorKind, Problem, Remedy, Side
from tuimail.domain.health import Grade, HealthLine
from tuimail.domain.keeping import KeptThing, Kind
from tuimail.ui.app import TuimailApp
from tuimail.ui.screens.emergency import EmergencyReport
from tuimail.ui.screens.health import HealthScreen
from tuimail.ui.screens.help import HelpScreen
from tuimail.ui.screens.kept import KeptScreen
from tuimail.ui.screens.mail import MailScreen
from tuimail.ui.screens.name_prompt import NamePrompt
from tuimail.ui.screens.problem import ProblemScreen
from tuimail.ui.screens.question import Question
from tuimail.ui.screens.settings import SettingsScreen

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE])
PREVIEW = SignOutPreview(
    account=WORK,
    address="alice@work.example",
    drafts=2,
    unsent=0,
    changes=0,
    can_revoke=True,
    provider="Example",
    access_page="https://login.example/devices",
    ends_other_machines=False,
)
SUMMARY = AccountSummary(
    account=account(),
    state=SIGNED_IN,
    link=LinkState(link=Link.ONLINE),
    kept_in="the keychain",
    store_bytes=1_000_000,
    drafts=2,
    outbox=0,
    permissions=(),
)
WIPED = SignOutStep(title="Stored mail", state=SignOutStepState.DONE, words="deleted")
FAILED = SignOutStep(title="Access at Example", state=SignOutStepState.FAILED, words="could not be reached")


def text(app: TuimailApp) -> str:
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


async def open_settings(pilot: Pilot[None], app: TuimailApp, engine: FakeEngine) -> None:
    await app.workers.wait_for_complete([each for each in app.workers if each.name == "catalog"])
    await settle(pilot)
    await pilot.press("comma")
    await settle(pilot)
    engine.play(e.AccountsListed(accounts=(SUMMARY,)))
    await settle(pilot)
    assert isinstance(app.screen, SettingsScreen)


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await settle(pilot)


@SIZES
async def test_an_emergency_ends_everything_and_offers_what_is_owed_again(size: tuple[int, int]) -> None:
    app, engine = make_app()

    async with app.run_test(size=size) as pilot:
        await open_settings(pilot, app, engine)
        await press(pilot, "e")
        assert engine.sent(c.PreviewSignOutAll) == [c.PreviewSignOutAll()]
        engine.play(e.SignOutAllPreviewed(previews=(PREVIEW,)))
        await settle(pilot)
        assert "would be lost: 2 drafts" in flat(text(app))

        await press(pilot, "enter")
        assert engine.sent(c.SignOutAll) == []
        engine.play(e.SignOutAllPreviewed(previews=(PREVIEW,)))
        await settle(pilot)
        await press(pilot, "y")
        assert engine.sent(c.SignOutAll) == [c.SignOutAll()]
        assert isinstance(app.screen, EmergencyReport)

        engine.play(e.SignOutStepped(account=WORK, steps=(WIPED,)))
        await settle(pilot)
        assert "Stored mail" in text(app)
        engine.play(
            e.SignedOutReport(
                account=WORK,
                steps=(WIPED, FAILED),
                revoked=False,
                can_retry=True,
                access_page="https://login.example/devices",
            ),
            e.Finished(command=engine.number_of(c.SignOutAll)),
        )
        await settle(pilot)
        shown = flat(text(app))
        assert "Access that was NOT ended" in shown
        assert "https://login.example/devices" in shown
        assert "r try again   s save the report" in text(app).splitlines()[-1]

        await press(pilot, "r")
        assert engine.sent(c.RetryRevocation) == [c.RetryRevocation(account=WORK)]
        await press(pilot, "s")
        assert isinstance(app.screen, NamePrompt)
        await press(pilot, "enter")
        (saved,) = engine.sent(c.SaveReport)
        assert "[FAILED] Access at Example" in saved.text
        assert saved.path.endswith("tuimail-emergency.txt")

        await press(pilot, "escape")
        assert engine.sent(c.EndRetry) == [c.EndRetry(account=WORK)]
        assert isinstance(app.screen, SettingsScreen)


@SIZES
async def test_the_question_of_many_accounts_keeps_its_answers_in_sight(size: tuple[int, int]) -> None:
    app, engine = make_app()

    async with app.run_test(size=size) as pilot:
        await open_settings(pilot, app, engine)
        engine.play(e.SignOutAllPreviewed(previews=(PREVIEW,) * 6))
        await settle(pilot)

        assert isinstance(app.screen, Question)
        assert "change nothing" in "\n".join(text(app).splitlines()[:-1])


@SIZES
async def test_health_shows_what_is_known_and_tests_once_at_a_time(size: tuple[int, int]) -> None:
    app, engine = make_app()
    weak = HealthLine(title="Sealed file", words="as strong as its passphrase", grade=Grade.WEAK)

    async with app.run_test(size=size) as pilot:
        await open_settings(pilot, app, engine)
        await press(pilot, "h")
        assert engine.sent(c.InspectHealth) == [c.InspectHealth(account=WORK)]
        engine.play(e.HealthInspected(account=WORK, lines=(weak, HealthLine(title="Since", words="today"))))
        await settle(pilot)
        assert isinstance(app.screen, HealthScreen)
        assert "One line below could be safer" in text(app)
        assert "Whoever has it can read your mail" in flat(text(app))

        await press(pilot, "t", "t")
        assert engine.sent(c.InspectHealth)[1:] == [c.InspectHealth(account=WORK, live=True)]
        good = HealthLine(title="IMAP at imap.example", words="works", grade=Grade.GOOD)
        engine.play(e.HealthTested(account=WORK, line=good), e.HealthInspected(account=WORK, lines=(weak,)))
        await settle(pilot)
        assert "IMAP at imap.example: works" in text(app)

        await press(pilot, "escape")
        assert isinstance(app.screen, SettingsScreen)


@SIZES
async def test_what_is_kept_is_listed_deleted_after_a_yes_and_exported(size: tuple[int, int]) -> None:
    app, engine = make_app()
    store = KeptThing(kind=Kind.STORE, account=WORK, where="/data/work.db", size_bytes=5_000_000, changed_at=NOW)
    day_ago = NOW - timedelta(days=1)
    log = KeptThing(kind=Kind.LOG, account=None, where="/state/tuimail.log", size_bytes=9_000, changed_at=day_ago)

    async with app.run_test(size=size) as pilot:
        await open_settings(pilot, app, engine)
        await press(pilot, "s")
        assert engine.sent(c.ListKept) == [c.ListKept()]
        engine.play(e.KeptListed(things=(store, log)))
        await settle(pilot)
        assert isinstance(app.screen, KeptScreen)
        shown = text(app)
        assert "stored mail" in shown
        assert "1 day old" in shown
        assert "and without a network" in shown
        assert "Lists, headers, flags" in shown

        await press(pilot, "d")
        assert "goes with a sign-out" in text(app)
        assert engine.sent(c.DeleteKept) == []
        await press(pilot, "j", "d")
        assert isinstance(app.screen, Question)
        await press(pilot, "enter")
        assert engine.sent(c.DeleteKept) == []
        await press(pilot, "d", "y")
        assert engine.sent(c.DeleteKept) == [c.DeleteKept(thing=log)]

        await press(pilot, "k", "m")
        assert app.screen.query_one(Input).value.endswith("/work.mbox")
        await press(pilot, "enter")
        (mail,) = engine.sent(c.ExportMail)
        assert mail.as_mbox
        await press(pilot, "r", "enter")
        (records,) = engine.sent(c.ExportRecords)
        assert records.path.endswith("tuimail-records.json")

        await press(pilot, "escape")
        assert isinstance(app.screen, SettingsScreen)


@SIZES
async def test_f8_shows_the_newest_problem_with_the_servers_own_line_and_copies_it(size: tuple[int, int]) -> None:
    app, engine = make_app()
    line = "NO [UNAVAILABLE] Temporary System Error (tap 4711)"
    problem = Problem(
        kind=ErrorKind.OFFLINE,
        summary="The server does not answer.",
        remedy=Remedy.WAIT,
        detail=line,
        side=Side.PROVIDER,
    )

    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "f8")
        screen = app.screen
        assert isinstance(screen, MailScreen)
        assert screen.said == "Nothing has gone wrong since the start."

        engine.play(e.Noticed(problem=problem), e.Noticed(problem=replace(problem, summary="Again.")))
        await settle(pilot)
        assert screen.said == "Again. (F8: its own words)"
        await press(pilot, "f8")
        assert isinstance(app.screen, ProblemScreen)
        shown = flat(text(app))
        assert "the newest problem" in shown
        assert "Again." in shown
        assert line in shown
        assert "on the provider's side" in shown

        await press(pilot, "y")
        assert line in app.clipboard
        await press(pilot, "escape")
        assert isinstance(app.screen, MailScreen)


async def test_the_demo_says_where_accounts_are_set_up_and_goes_on() -> None:
    app, engine = make_app()
    app.session.can_add = False

    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await open_settings(pilot, app, engine)
        await press(pilot, "a")

        assert isinstance(app.screen, SettingsScreen)
        assert "start tuimail" in flat(text(app))
        assert app.is_running


async def test_the_palette_of_another_screen_has_its_actions_with_their_keys() -> None:
    app, engine = make_app()

    async with app.run_test(size=LARGE) as pilot:
        await open_settings(pilot, app, engine)
        await pilot.press("ctrl+p", *"health of")
        await pilot.pause(0.3)
        assert "Key: h" in text(app)
        await pilot.press("enter")
        await pilot.pause(0.3)
        await settle(pilot)

        assert isinstance(app.screen, HealthScreen)


@SIZES
async def test_help_lists_the_keys_of_the_screen_on_top_and_narrows_as_one_types(size: tuple[int, int]) -> None:
    app, engine = make_app(keys="mutt")

    async with app.run_test(size=size) as pilot:
        await open_settings(pilot, app, engine)
        await press(pilot, "question_mark")
        assert isinstance(app.screen, HelpScreen)
        shown = text(app)
        assert "On this screen" in shown
        assert "What is kept on this machine" in shown
        assert "Reply to all" not in shown
        assert any("Enter   Sign in" in line for line in shown.splitlines())
        assert any("q, Esc   Back" in line for line in shown.splitlines())
        assert "Focus Next" not in shown
        await press(pilot, *"emerg")
        await press(pilot, *["backspace"] * 5, *"compromised")
        assert "What is kept" not in text(app)
        assert "compromised" in text(app)

        await press(pilot, "escape", "escape", "question_mark")
        shown = text(app)
        assert "keymap: mutt" in shown
        assert "In the list" in shown
        await press(pilot, *"write a new")
        assert any("m   Write a new mail" in line for line in text(app).splitlines())
