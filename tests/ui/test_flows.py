"""Conversations over several screens: consent, browser, writing, sign-out, quitting, trouble."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from tests.fakes.app import make_app, press
from tests.fakes.app import settle as quiet
from tests.fakes.engine import FakeEngine
from tests.fakes.mailbox import NOW, SIGNED_IN, WORK, FakeMailbox, account
from tests.ui.screens.host import until
from tuimail.api import commands as c
from tuimail.api import events as e
from tuimail.api import reading
from tuimail.api.writing import DraftsInterrupted
from tuimail.domain.account import (
    AccountSummary,
    ConsentRequest,
    Link,
    LinkState,
    PasswordRequest,
    SignedIn,
    SignedOut,
)
from tuimail.domain.draft import Draft, Identity, OutboxItem, OutboxState, SignOutPreview
from tuimail.domain.errors import ErrorKind, Problem, Remedy
from tuimail.domain.ids import CommandId, DraftId, OutboxId
from tuimail.domain.scope import Permission, ScopeSets, describe
from tuimail.domain.token import AppPassword, Secret
from tuimail.ui.app import TuimailApp
from tuimail.ui.flows.quitting import waiting_words
from tuimail.ui.screens.app_password import AppPasswordScreen
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.screens.consent import ConsentScreen
from tuimail.ui.screens.deeds.going import QuitWanted
from tuimail.ui.screens.device_code import DeviceCodeScreen
from tuimail.ui.screens.keychain import KeychainScreen
from tuimail.ui.screens.login import LoginScreen
from tuimail.ui.screens.mail import MailScreen
from tuimail.ui.screens.problem import ProblemScreen
from tuimail.ui.screens.question import Question
from tuimail.ui.screens.settings import SettingsScreen
from tuimail.ui.screens.sign_out import SignOutQuestion, SignOutReport
from tuimail.ui.start import ComposeMail
from tuimail.ui.state import AccountView
from tuimail.ui.widgets.dialog import Words
from tuimail.ui.widgets.status_bar import StatusBar

SIZE = (120, 40)
DRAFT = Draft(
    id=DraftId("d1"),
    account=WORK,
    sender="Alice <alice@work.example>",
    to="bob@example.test",
    subject="Lunch",
    text="At noon?",
)


async def settle(pilot: Pilot[None]) -> None:
    """Wait until the flows are loaded and everything posted was taken."""
    app = pilot.app
    assert isinstance(app, TuimailApp)
    await app.workers.wait_for_complete([each for each in app.workers if each.name == "catalog"])
    await quiet(pilot)


def consent(*permissions: Permission) -> e.ConsentNeeded:
    lines = describe(ScopeSets(read=("mail.read",), send=("mail.send",)), permissions)
    request = ConsentRequest(
        account=WORK,
        address="alice@work.example",
        provider="Example",
        hosts=(("sign-in", "login.example"),),
        lines=tuple(lines),
        kept_in="the keychain",
        one_permission=False,
        sign_out="Signing out revokes.",
    )
    return e.ConsentNeeded(request=request)


def browser_needed(engine: FakeEngine) -> e.BrowserNeeded:
    return e.BrowserNeeded(
        command=engine.number_of(c.SignIn),
        account=WORK,
        url="https://login.example/authorize?state=x",
        listening_on="127.0.0.1:41234",
        time_limit_s=300,
        browser_opened=True,
        is_remote=False,
    )


async def test_consent_asked_for_at_the_start_leads_through_the_browser_to_mail() -> None:
    app, engine = make_app(FakeMailbox(sign_in=SignedOut()))

    async with app.run_test(size=SIZE) as pilot:
        engine.play(consent(Permission.READ))
        await settle(pilot)
        assert isinstance(app.screen, ConsentScreen)

        await pilot.press("enter")
        await settle(pilot)
        assert engine.sent(c.SignIn) == [c.SignIn(account=WORK, permissions=frozenset({Permission.READ}))]

        engine.play(browser_needed(engine))
        await settle(pilot)
        assert isinstance(app.screen, LoginScreen)

        engine.play(e.AccountChanged(account=WORK, state=SIGNED_IN), e.Finished(command=engine.number_of(c.SignIn)))
        await settle(pilot)
        assert isinstance(app.screen, MailScreen)
        assert app.state.view.sign_in == SIGNED_IN


async def test_the_other_device_takes_the_place_of_the_browser_and_esc_gives_up() -> None:
    app, engine = make_app(FakeMailbox(sign_in=SignedOut()))

    async with app.run_test(size=SIZE) as pilot:
        engine.play(consent(Permission.READ))
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        browser = engine.number_of(c.SignIn)
        engine.play(replace(browser_needed(engine), can_use_code=True))
        await settle(pilot)
        await pilot.press("d")
        await until(pilot, lambda: bool(engine.sent(c.SignInByCode)))

        assert engine.sent(c.SignInByCode) == [c.SignInByCode(account=WORK, permissions=frozenset({Permission.READ}))]
        number = engine.number_of(c.SignInByCode)
        engine.play(
            e.Cancelled(command=browser),
            e.CodeNeeded(
                command=number,
                account=WORK,
                user_code="WDJB-MJHT",
                verification_uri="https://login.example/device",
                verification_uri_complete=None,
                time_limit_s=600,
            ),
        )
        await settle(pilot)
        assert isinstance(app.screen, DeviceCodeScreen)
        assert browser not in engine.cancelled

        await pilot.press("escape")
        await settle(pilot)
        assert number in engine.cancelled


async def test_an_app_password_is_asked_for_until_one_works() -> None:
    app, engine = make_app(FakeMailbox(sign_in=SignedOut()))
    request = PasswordRequest(
        account=WORK, address="a@icloud.example", provider="iCloud", hosts=(), kept_in="the keychain"
    )

    async with app.run_test(size=SIZE) as pilot:
        engine.play(e.PasswordNeeded(request=request))
        await settle(pilot)
        await pilot.press(*"wrong", "enter")
        await settle(pilot)
        assert engine.sent(c.SignInWithPassword) == [c.SignInWithPassword(account=WORK, password=AppPassword("wrong"))]

        no = Problem(kind=ErrorKind.LOGIN_REFUSED, summary="Not taken.", remedy=Remedy.SIGN_IN)
        engine.play(e.Failed(command=engine.number_of(c.SignInWithPassword), problem=no))
        await settle(pilot)
        assert isinstance(app.screen, AppPasswordScreen)
        await pilot.press(*"right", "enter")
        await settle(pilot)
        engine.play(
            e.AccountChanged(account=WORK, state=SIGNED_IN), e.Finished(command=engine.number_of(c.SignInWithPassword))
        )
        await settle(pilot)

        assert isinstance(app.screen, MailScreen)
        assert engine.sent(c.DeclineConsent) == []


async def test_declining_an_app_password_is_told_to_the_engine() -> None:
    app, engine = make_app(FakeMailbox(sign_in=SignedOut()))
    request = PasswordRequest(account=WORK, address="a@b.example", provider="iCloud", hosts=(), kept_in="the keychain")

    async with app.run_test(size=SIZE) as pilot:
        engine.play(e.PasswordNeeded(request=request))
        await settle(pilot)
        await pilot.press("escape")
        await settle(pilot)

        assert engine.sent(c.DeclineConsent) == [c.DeclineConsent(account=WORK)]


async def test_declining_consent_signs_nothing_in() -> None:
    app, engine = make_app(FakeMailbox(sign_in=SignedOut()))

    async with app.run_test(size=SIZE) as pilot:
        engine.play(consent(Permission.READ))
        await settle(pilot)
        await pilot.press("escape")
        await settle(pilot)

        assert engine.sent(c.SignIn) == []
        assert isinstance(app.screen, MailScreen)


async def test_esc_while_waiting_for_the_browser_cancels_the_sign_in() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        engine.play(consent(Permission.READ))
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        engine.play(browser_needed(engine))
        await settle(pilot)
        await pilot.press("escape")
        await settle(pilot)

        assert engine.cancelled == [engine.number_of(c.SignIn)]


async def test_a_pasted_address_goes_to_the_engine() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        engine.play(consent(Permission.READ))
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        engine.play(browser_needed(engine))
        await settle(pilot)
        await pilot.press("tab", *"http", "enter")
        await settle(pilot)

        assert engine.sent(c.PasteRedirect) == [c.PasteRedirect(account=WORK, url=Secret("http"))]


async def test_a_failed_sign_in_says_why_and_offers_another_try() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        engine.play(consent(Permission.READ))
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        engine.play(browser_needed(engine))
        await settle(pilot)
        problem = Problem(kind=ErrorKind.ACCESS_DENIED, summary="You said no in the browser.", remedy=Remedy.SIGN_IN)
        engine.play(e.Failed(command=engine.number_of(c.SignIn), problem=problem))
        await settle(pilot)
        assert isinstance(app.screen, Question)

        await pilot.press("enter")
        await settle(pilot)
        assert len(engine.sent(c.SignIn)) == 2


async def test_a_locked_keychain_is_a_choice() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        problem = Problem(kind=ErrorKind.KEYCHAIN_LOCKED, summary="The keychain is locked.", remedy=Remedy.UNLOCK)
        engine.play(e.KeychainNeeded(problem=problem, sealed_file_exists=False))
        await settle(pilot)
        assert isinstance(app.screen, KeychainScreen)

        await pilot.press("m")
        await settle(pilot)
        assert engine.sent(c.ChooseKeychain) == [c.ChooseKeychain(choice=c.KeychainChoice.MEMORY)]


async def test_a_keychain_put_off_is_asked_about_again_by_the_next_sign_in() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        problem = Problem(kind=ErrorKind.KEYCHAIN_MISSING, summary="There is no keychain.", remedy=Remedy.UNLOCK)
        engine.play(e.KeychainNeeded(problem=problem, sealed_file_exists=False))
        await settle(pilot)
        await pilot.press("escape")
        engine.play(consent(Permission.READ))
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)

        engine.play(e.Failed(command=engine.number_of(c.SignIn), problem=problem))
        await settle(pilot)

        assert isinstance(app.screen, KeychainScreen)


async def test_sending_without_permission_asks_for_it_and_then_sends_what_was_typed() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        engine.play(e.DraftOpened(draft=DRAFT, identities=(Identity(sender=DRAFT.sender, account=DRAFT.account),)))
        await settle(pilot)
        assert isinstance(app.screen, ComposeScreen)
        await pilot.press("ctrl+t")
        await pilot.pause(0.3)
        await settle(pilot)
        assert len(engine.sent(c.Send)) == 1

        missing = Problem(kind=ErrorKind.SCOPE_MISSING, summary="Not granted.", remedy=Remedy.GRANT)
        engine.play(e.Failed(command=engine.number_of(c.Send), problem=missing))
        await settle(pilot)
        asked = c.AskConsent(account=WORK, permissions=frozenset({Permission.SEND}))
        assert engine.sent(c.AskConsent) == [asked]

        engine.play(consent(Permission.SEND))
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        granted = SignedIn(granted=frozenset({Permission.READ, Permission.SEND}), scopes=(), since=NOW)
        engine.play(e.AccountChanged(account=WORK, state=granted), e.Finished(command=engine.number_of(c.SignIn)))
        await settle(pilot)
        assert [send.draft for send in engine.sent(c.Send)] == [DRAFT, DRAFT]

        engine.play(e.Finished(command=engine.number_of(c.Send), words="Sending in 5 s", can_undo=True))
        await settle(pilot)
        assert isinstance(app.screen, MailScreen)
        assert app.screen.said == "Sending in 5 s"


async def test_leaving_the_composer_keeps_the_draft() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        engine.play(e.DraftOpened(draft=DRAFT, identities=(Identity(sender=DRAFT.sender, account=DRAFT.account),)))
        await settle(pilot)
        await pilot.press("escape")
        await pilot.pause(0.2)
        await pilot.press("escape")
        await pilot.pause(0.2)
        await settle(pilot)

        assert engine.sent(c.SaveDraft)[-1].draft == DRAFT
        assert isinstance(app.screen, MailScreen)


async def test_quitting_saves_the_open_draft() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        engine.play(e.DraftOpened(draft=DRAFT, identities=(Identity(sender=DRAFT.sender, account=DRAFT.account),)))
        await settle(pilot)
        await pilot.press("ctrl+q")
        await pilot.pause(0.1)

    assert engine.sent(c.SaveDraft)[-1].draft == DRAFT


STORE_CLOSED = Problem(
    kind=ErrorKind.KEYCHAIN_LOCKED, summary="The stored mail is not open. Sign in.", remedy=Remedy.TELL
)


def without_store(command: c.Command, number: CommandId) -> Iterator[e.Event]:
    """A mailbox that can save no draft."""
    if isinstance(command, c.SaveDraft):
        yield e.Failed(command=number, problem=STORE_CLOSED)
    else:
        yield from FakeMailbox()(command, number)


async def test_a_draft_that_cannot_be_saved_is_back_on_the_screen_with_the_reason() -> None:
    app, engine = make_app(without_store)

    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        engine.play(e.DraftOpened(draft=DRAFT, identities=(Identity(sender=DRAFT.sender, account=DRAFT.account),)))
        await settle(pilot)
        await press(pilot, *"Hi", "escape")
        await pilot.pause(0.2)
        await pilot.press("escape")
        await until(pilot, lambda: len(engine.sent(c.SaveDraft)) > 1)
        await settle(pilot)

        assert isinstance(app.screen, ComposeScreen)
        assert app.screen.draft.text == "HiAt noon?"
        assert "The stored mail is not open" in str(app.screen.query_one("#words", Words).content)
        assert not app._notifications


async def test_a_draft_never_kept_is_discarded_without_a_word_of_trouble() -> None:
    def closed(command: c.Command, number: CommandId) -> Iterator[e.Event]:
        if isinstance(command, c.DiscardDraft):
            yield e.Failed(command=number, problem=STORE_CLOSED)
        else:
            yield from without_store(command, number)

    app, engine = make_app(closed)

    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        engine.play(e.DraftOpened(draft=DRAFT, identities=(Identity(sender=DRAFT.sender, account=DRAFT.account),)))
        await settle(pilot)
        await press(pilot, "ctrl+s", "escape")
        await pilot.pause(0.2)
        await pilot.press("d")
        await until(pilot, lambda: bool(engine.sent(c.DiscardDraft)))
        await settle(pilot)

        assert isinstance(app.screen, MailScreen)
        assert not app.screen.said


async def test_the_reason_goes_once_the_draft_is_kept() -> None:
    is_open = False

    def opening(command: c.Command, number: CommandId) -> Iterator[e.Event]:
        yield from (FakeMailbox() if is_open else without_store)(command, number)

    app, engine = make_app(opening)

    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        engine.play(e.DraftOpened(draft=DRAFT, identities=(Identity(sender=DRAFT.sender, account=DRAFT.account),)))
        await settle(pilot)
        await press(pilot, "ctrl+s")
        words = app.screen.query_one("#words", Words)
        assert "Not kept" in str(words.content)

        is_open = True
        await press(pilot, "ctrl+s")
        assert not str(words.content)


async def test_an_edited_draft_is_called_kept_once_it_is() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        engine.play(e.DraftOpened(draft=DRAFT, identities=(Identity(sender=DRAFT.sender, account=DRAFT.account),)))
        await settle(pilot)
        await press(pilot, *"Hi", "escape")
        await pilot.pause(0.2)
        await pilot.press("escape")
        await until(pilot, lambda: len(engine.sent(c.SaveDraft)) > 1)
        await settle(pilot)

        assert isinstance(app.screen, MailScreen)
        assert app.screen.said == "Draft kept. g d lists drafts."


async def test_a_draft_that_the_end_interrupted_is_offered_and_enter_goes_on_with_it() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        engine.play(DraftsInterrupted(account=WORK, drafts=(DRAFT,)))
        await settle(pilot)
        assert isinstance(app.screen, Question)
        await press(pilot, "enter")

        assert engine.sent(c.ResumeDraft) == [c.ResumeDraft(account=WORK, draft=DRAFT.id)]


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        (("d1",), "1 draft is kept that tuimail's end interrupted: g d lists it."),
        (("d1", "d2"), "2 drafts are kept that tuimail's end interrupted: g d lists them."),
    ],
)
async def test_several_interrupted_drafts_are_a_line_and_so_is_one_over_another_screen(
    ids: tuple[str, ...], words: str
) -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        drafts = tuple(replace(DRAFT, id=DraftId(each)) for each in ids)
        if len(drafts) == 1:
            await press(pilot, "comma")
        before = app.screen
        engine.play(DraftsInterrupted(account=WORK, drafts=drafts))
        await settle(pilot)

        assert app.screen is before
        told = [each.message for each in app._notifications]
        assert words in (app.screen.said if isinstance(app.screen, MailScreen) else told)


@pytest.mark.parametrize("is_firm", [False, True])
async def test_quitting_leaves_the_open_draft_and_an_ending_signal_does_not(is_firm: bool) -> None:
    app, engine = make_app()
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        engine.play(e.DraftOpened(draft=DRAFT, identities=(Identity(sender=DRAFT.sender, account=DRAFT.account),)))
        await settle(pilot)
        app.post_message(QuitWanted(is_firm=is_firm))
        await until(pilot, lambda: bool(engine.sent(c.SaveDraft)))

    assert engine.sent(c.SaveDraft)[-1].is_left is not is_firm


async def test_quitting_asks_before_it_loses_a_draft_that_cannot_be_saved() -> None:
    app, engine = make_app(without_store)

    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        engine.play(e.DraftOpened(draft=DRAFT, identities=(Identity(sender=DRAFT.sender, account=DRAFT.account),)))
        await settle(pilot)
        await press(pilot, "ctrl+q", "ctrl+q")
        assert isinstance(app.screen, Question)
        await press(pilot, "enter")
        assert isinstance(app.screen, ComposeScreen)

        await press(pilot, "ctrl+q")
        await pilot.press("y")
        await pilot.pause(0.1)
        assert not app.is_running


def outbox(state: OutboxState) -> e.OutboxChanged:
    item = OutboxItem(
        id=OutboxId(1),
        account=WORK,
        subject="Lunch",
        recipients=("bob@example.test",),
        state=state,
        send_at=NOW + timedelta(seconds=5),
        queued_at=NOW,
    )
    return e.OutboxChanged(account=WORK, items=(item,))


async def test_quitting_asks_while_a_mail_is_in_its_undo_window() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        engine.play(outbox(OutboxState.QUEUED))
        await settle(pilot)
        await pilot.press("ctrl+q")
        await settle(pilot)
        assert isinstance(app.screen, Question)

        await pilot.press("enter")
        await settle(pilot)
        assert engine.sent(c.SendNow) == [c.SendNow(account=WORK)]
        assert app.is_running

        engine.play(outbox(OutboxState.SENT))
        await pilot.pause(0.1)
        assert not app.is_running


async def test_quitting_does_not_ask_about_a_held_mail() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        engine.play(outbox(OutboxState.HELD))
        await settle(pilot)
        await pilot.press("ctrl+q")
        await pilot.pause(0.1)
        assert not app.is_running


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ((), ""),
        ((OutboxState.SENT, OutboxState.HELD, OutboxState.UNKNOWN), ""),
        ((OutboxState.QUEUED,), "1 mail waits in the outbox; it goes when tuimail is next open and online."),
        ((OutboxState.QUEUED, OutboxState.SENDING), "2 mails wait in the outbox; they go when"),
    ],
)
def test_mail_that_is_left_in_the_outbox_is_told_at_the_end(states: tuple[OutboxState, ...], words: str) -> None:
    items = tuple(item for state in states for item in outbox(state).items)
    view = AccountView(outbox=items)

    told = waiting_words([view])

    assert words in told
    assert bool(told) == bool(words)


def summary(reason: str = "") -> e.AccountsListed:
    row = AccountSummary(
        account=account(),
        state=SIGNED_IN,
        link=LinkState(link=Link.ONLINE),
        kept_in="the keychain",
        store_bytes=1_000_000,
        drafts=1,
        outbox=0,
        permissions=(),
        read_only_reason=reason,
    )
    return e.AccountsListed(accounts=(row,))


async def test_signing_out_asks_reports_and_drops_the_token_with_the_report() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await pilot.press("comma")
        await settle(pilot)
        assert isinstance(app.screen, SettingsScreen)
        engine.play(summary())
        await settle(pilot)
        await pilot.press("x")
        await settle(pilot)
        assert engine.sent(c.PreviewSignOut) == [c.PreviewSignOut(account=WORK)]

        preview = SignOutPreview(
            account=WORK,
            address="alice@work.example",
            drafts=1,
            unsent=0,
            changes=0,
            can_revoke=True,
            provider="Example",
            access_page=None,
            ends_other_machines=False,
        )
        engine.play(e.SignOutPreviewed(preview=preview))
        await settle(pilot)
        assert isinstance(app.screen, SignOutQuestion)
        await pilot.press("r")
        await settle(pilot)
        assert engine.sent(c.SignOut) == [c.SignOut(account=WORK)]
        assert isinstance(app.screen, SignOutReport)

        engine.play(e.SignedOutReport(account=WORK, steps=(), revoked=True, can_retry=False))
        await settle(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert engine.sent(c.EndRetry) == [c.EndRetry(account=WORK)]
        assert app.state.view.sign_in == SignedOut()


async def test_a_second_window_says_that_it_only_reads() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        engine.play(summary("Another window has this account open; this one only reads."))
        await settle(pilot)

        assert app.state.view.read_only.startswith("Another window")
        assert app.screen.query_one(StatusBar).status.link == "online, only reads"


async def test_what_cannot_be_passed_over_is_a_screen_shown_once() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        problem = Problem(kind=ErrorKind.SERVER_REFUSED, summary="The server said no.", remedy=Remedy.TELL)
        engine.play(*[e.Noticed(problem=problem)] * 3)
        await settle(pilot)
        assert isinstance(app.screen, ProblemScreen)
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, MailScreen)


async def test_a_busy_store_is_told_as_another_window() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        problem = Problem(kind=ErrorKind.STORE_BUSY, summary="It is open elsewhere.", remedy=Remedy.TELL)
        engine.play(e.Noticed(problem=problem))
        await settle(pilot)

        words = [str(each.content) for each in app.screen.query(Words)]
        assert words == ["Another window", "It is open elsewhere."]


async def test_without_a_browser_y_copies_the_address() -> None:
    def no_browser(command: c.Command, number: CommandId) -> Iterator[e.Event]:
        if not isinstance(command, reading.OpenLink):
            yield from FakeMailbox()(command, number)

    app, engine = make_app(no_browser)

    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "1", "enter")
        problem = Problem(kind=ErrorKind.SERVER_REFUSED, summary="No browser here.", remedy=Remedy.TELL)
        engine.play(e.Failed(command=engine.number_of(reading.OpenLink), problem=problem))
        await settle(pilot)
        assert isinstance(app.screen, ProblemScreen)
        assert str(app.screen.query(Words).first().content) == "No browser"

        await press(pilot, "y")
        assert app.clipboard == "https://harbour.example/drawings/final"


async def test_network_trouble_is_a_notice_and_no_screen() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        problem = Problem(kind=ErrorKind.OFFLINE, summary="No connection.", remedy=Remedy.WAIT)
        engine.play(e.Noticed(problem=problem))
        await settle(pilot)
        assert isinstance(app.screen, MailScreen)
        assert app.screen.said == "No connection."


async def test_started_for_a_mailto_address_opens_the_composer() -> None:
    app, engine = make_app(start=ComposeMail(mailto="mailto:bob@example.test"))

    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)

    assert engine.sent(c.BeginDraft) == [c.BeginDraft(account=WORK, mailto="mailto:bob@example.test")]


async def test_the_palette_holds_every_action() -> None:
    app, engine = make_app()

    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+p", *"star or take")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await pilot.pause(0.3)
        await settle(pilot)

    assert engine.sent(c.SetFlags)


async def test_the_palette_offers_our_themes_alone() -> None:
    app, _ = make_app()

    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert set(app.available_themes) == {"tuimail-dark", "tuimail-light"}

        await pilot.press("ctrl+p", *"theme: tuimail-light")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await pilot.pause(0.3)
        await settle(pilot)
        assert app.theme == "tuimail-light"
