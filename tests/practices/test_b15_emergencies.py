"""B15: one action ends everything at once, also while a provider cannot be reached."""

import stat
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.engine.conftest import ACCOUNT, ALL, Rig
from tests.fakes.authorization_server import AuthorizationServer, Reply, Request
from tests.fakes.certificates import Certificate
from tests.journeys.conftest import Heard
from tuimail.api.commands import (
    BeginDraft,
    EndRetry,
    OpenAccount,
    PreviewSignOutAll,
    RetryRevocation,
    SaveDraft,
    SaveReport,
    SignIn,
    SignOutAll,
)
from tuimail.api.events import (
    DraftOpened,
    FileSaved,
    Finished,
    SignedOutReport,
    SignOutAllPreviewed,
)
from tuimail.domain.account import Account
from tuimail.domain.draft import SignOutPreview, SignOutStepState
from tuimail.domain.emergency import AccountEnd, owed, report_text
from tuimail.domain.ids import AccountId
from tuimail.engine.emergency import MACHINE
from tuimail.headless import EXIT_FAILED, EXIT_GOOD, sign_out_all
from tuimail.keychain.base import entry_for
from tuimail.program import Setting

SECOND, FAR = AccountId("second"), AccountId("far")


class ThreeAccounts(Rig):
    """Two accounts at one provider, a third at another that can go away."""

    def __init__(self, folder: Path, certificate: Certificate, servers: ExitStack) -> None:
        super().__init__(folder, certificate, servers)
        self.far = ExitStack()
        self.far_auth = self.far.enter_context(AuthorizationServer())
        servers.callback(self.far.close)
        second = self.make_account(id=SECOND)
        far = self.make_account(id=FAR, oauth=self.make_oauth(issuer=self.far_auth.issuer))
        self.accounts: tuple[Account, ...] = (self.account, second, far)

    def setting(self) -> Setting:
        setting = super().setting()
        return replace(setting, profile=replace(setting.profile, accounts=self.accounts))

    def all_signed_in(self) -> Heard:
        heard = self.signed_in()
        for account, auth in ((SECOND, self.auth), (FAR, self.far_auth)):
            self.visit = lambda url, auth=auth: self.follow(auth.consent(url))  # type: ignore[misc]  # bound now
            heard.do(OpenAccount(account=account, asks=False))
            assert isinstance(heard.do(SignIn(account=account, permissions=ALL)), Finished)
        return heard

    def left_here(self) -> list[str]:
        """What is still on this machine of any account."""
        kept = [str(each.id) for each in self.accounts if self.keychain.read(entry_for(each.id)) is not None]
        return kept + [path.name for path in self.places.data.glob("*.store*")]


@pytest.fixture
def three(tmp_path: Path, certificate: Certificate) -> Iterator[ThreeAccounts]:
    with ExitStack() as servers:
        rig = ThreeAccounts(tmp_path, certificate, servers)
        yield rig
        for program in rig.programs:
            program.close()


def previewed(three: ThreeAccounts) -> dict[AccountId, SignOutPreview]:
    """What a program says that has opened no account."""
    heard = three.start()
    heard.program.load_rest()
    previews = heard.ask(PreviewSignOutAll(), SignOutAllPreviewed).previews
    heard.program.close()
    return {each.account: each for each in previews}


def reports(heard: Heard) -> dict[AccountId, SignedOutReport]:
    return {event.account: event for event in heard.events if isinstance(event, SignedOutReport)}


def step(report: SignedOutReport, start: str) -> SignOutStepState:
    return next(each.state for each in report.steps if each.title.startswith(start))


def test_b15_three_accounts_end_at_once_and_the_unreachable_one_is_owed(three: ThreeAccounts) -> None:
    heard = three.all_signed_in()
    three.far.close()

    ended = heard.do(SignOutAll())

    assert isinstance(ended, Finished)
    told = reports(heard)
    assert [told[each].revoked for each in (ACCOUNT, SECOND, FAR)] == [True, True, False]
    assert (told[FAR].can_retry, step(told[FAR], "Revoke")) == (True, SignOutStepState.FAILED)
    assert step(told[FAR], "Delete the secrets") is SignOutStepState.DONE
    assert three.left_here() == []
    hints = [request.form["token_type_hint"] for request in three.auth.seen("/revoke")]
    assert hints.count("refresh_token") == 2


def test_b15_an_account_that_was_taken_out_of_the_profile_leaves_no_secret_behind(three: ThreeAccounts) -> None:
    three.all_signed_in().program.close()
    three.accounts = three.accounts[:1]
    heard = three.start()
    heard.submit(OpenAccount(account=ACCOUNT))

    assert isinstance(heard.do(SignOutAll()), Finished)

    assert [three.keychain.read(entry_for(each)) for each in (ACCOUNT, SECOND, FAR)] == [None, None, None]
    assert list(three.places.data.glob("*.store*")) == []
    assert step(reports(heard)[MACHINE], "Revoke the access of far, second") is SignOutStepState.NOT_POSSIBLE


def test_b15_this_machine_is_clean_before_any_provider_answers(three: ThreeAccounts) -> None:
    answer, asked = threading.Event(), threading.Semaphore(0)

    def wait(_: Request) -> Reply:
        asked.release()
        answer.wait(10)
        return Reply(status=200)

    heard = three.all_signed_in()
    three.auth.handlers["/revoke"] = three.far_auth.handlers["/revoke"] = wait
    number = heard.submit(SignOutAll())
    try:
        assert all(asked.acquire(timeout=10) for _ in three.accounts)
        assert three.left_here() == []
        assert not set(reports(heard)) & {account.id for account in three.accounts}
    finally:
        answer.set()
    heard.wait_for(Finished, lambda event: event.command == number)
    assert three.left_here() == []


def test_b15_what_is_owed_can_be_tried_again_while_the_report_is_open_and_not_after(three: ThreeAccounts) -> None:
    heard = three.all_signed_in()
    three.far_auth.script("/revoke", Reply(status=503), Reply(status=503))
    heard.do(SignOutAll())
    assert reports(heard)[FAR].can_retry

    again = heard.ask(RetryRevocation(account=FAR), SignedOutReport)
    if not again.revoked:
        again = heard.ask(RetryRevocation(account=FAR), SignedOutReport)
    heard.do(EndRetry(account=FAR))
    late = heard.ask(RetryRevocation(account=FAR), SignedOutReport)

    assert again.revoked
    assert not late.revoked
    assert not late.can_retry


def test_b15_the_question_counts_what_would_be_lost_for_every_account(three: ThreeAccounts) -> None:
    heard = three.all_signed_in()

    previews = heard.ask(PreviewSignOutAll(), SignOutAllPreviewed).previews

    assert [preview.account for preview in previews] == [ACCOUNT, SECOND, FAR]
    assert all(preview.is_counted for preview in previews)


def test_b15_drafts_of_accounts_that_nobody_opened_are_counted_or_said_not_to_be(three: ThreeAccounts) -> None:
    heard = three.all_signed_in()
    draft = heard.ask(BeginDraft(account=FAR), DraftOpened).draft
    heard.do(SaveDraft(account=FAR, draft=replace(draft, subject="Only here")))
    heard.program.close()

    found = previewed(three)
    assert (found[FAR].drafts, found[FAR].is_counted) == (1, True)

    three.keychain.refuses.add("read")
    locked = previewed(three)
    assert (locked[FAR].drafts, locked[FAR].is_counted) == (0, False)


def test_b15_the_shell_ends_every_account_and_keeps_a_report(
    three: ThreeAccounts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    three.all_signed_in().program.close()
    report = tmp_path / "report.txt"

    status = sign_out_all(three.setting(), report=str(report), is_certain=True)

    out = capsys.readouterr().out
    assert status == EXIT_GOOD, out
    assert three.left_here() == []
    assert all(f"ok  {each}: " in out for each in (ACCOUNT, SECOND, FAR))
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert all(each in report.read_text(encoding="utf-8") for each in (ACCOUNT, SECOND, FAR))


def test_b15_the_shell_fails_where_access_may_live_on_and_names_the_account(
    three: ThreeAccounts, capsys: pytest.CaptureFixture[str]
) -> None:
    three.all_signed_in().program.close()
    three.far.close()

    status = sign_out_all(three.setting(), report=None, is_certain=True)

    assert status == EXIT_FAILED
    assert "!!  far: access was NOT ended" in capsys.readouterr().out
    assert three.left_here() == [], "gone from this machine all the same"


def test_b15_the_shell_does_nothing_unasked(three: ThreeAccounts, capsys: pytest.CaptureFixture[str]) -> None:
    three.all_signed_in().program.close()
    before = three.left_here()

    status = sign_out_all(three.setting(), report=None, is_certain=False)

    out = capsys.readouterr().out
    assert status == EXIT_FAILED
    assert "far: alice@example.test at Example: sign-in, stored mail, 0 drafts, 0 unsent mails" in out
    assert "Give --yes" in out
    assert three.left_here() == before
    assert three.auth.seen("/revoke") == []


def test_b15_the_report_names_what_is_open_and_holds_no_secret(three: ThreeAccounts, tmp_path: Path) -> None:
    heard = three.all_signed_in()
    kept = [three.keychain.read(entry_for(each.id)) for each in three.accounts]
    secrets = [word for each in kept if each for word in each.reveal().split('"') if len(word) > 20]
    three.far.close()
    heard.do(SignOutAll())
    ends = [
        AccountEnd(
            account=account.id,
            address=account.address,
            provider=account.provider,
            steps=reports(heard)[account.id].steps,
            revoked=reports(heard)[account.id].revoked,
            is_owed=reports(heard)[account.id].can_retry,
            page="https://example.test/security",
        )
        for account in three.accounts
    ]
    text = report_text(ends, at=datetime(2026, 11, 22, tzinfo=UTC))

    saved = heard.ask(SaveReport(path=str(tmp_path / "report.txt"), text=text), FileSaved).path

    written = Path(saved).read_text(encoding="utf-8")
    assert [end.account for end in owed(ends)] == [FAR]
    assert "far: https://example.test/security" in written
    assert secrets
    assert not [secret for secret in secrets if secret in written]
