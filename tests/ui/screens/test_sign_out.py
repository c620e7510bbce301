"""Signing out: what is said before, which answer each key gives, and what the report claims."""

import pytest
from msgspec.structs import replace

from tests.ui.screens.host import HOSTILE, LARGE, SIZES, SMALL, Host, flat, until
from tuimail.api.events import SignedOutReport
from tuimail.domain.draft import SignOutPreview, SignOutStep, SignOutStepState
from tuimail.domain.ids import AccountId
from tuimail.ui.screens.sign_out import SignOutQuestion, SignOutReport, verdict

PREVIEW = SignOutPreview(
    account=AccountId("work"),
    address="alice@example.test",
    drafts=2,
    unsent=1,
    changes=4,
    can_revoke=True,
    provider="Example Mail",
    access_page="https://account.example.test/access",
    ends_other_machines=True,
)
STEPS = (
    SignOutStep(title="Connections closed", state=SignOutStepState.DONE),
    SignOutStep(title="Tokens revoked", state=SignOutStepState.FAILED, words="the provider answered 503"),
    SignOutStep(title="Stored mail deleted", state=SignOutStepState.DOING),
)
REPORT = SignedOutReport(
    account=AccountId("work"), steps=STEPS, revoked=False, can_retry=True, access_page="https://account.example.test/x"
)


@pytest.mark.parametrize("size", SIZES)
async def test_the_question_counts_what_would_be_lost(size: tuple[int, int]) -> None:
    app = Host(lambda: SignOutQuestion(PREVIEW))
    async with app.run_test(size=size):
        shown = flat(app.text())

        assert "2 drafts" in shown
        assert "1 mail not yet sent" in shown
        assert "4 changes of messages that your provider does not know yet" in shown
        assert "for your other machines, too" in shown


@pytest.mark.parametrize(
    ("key", "answer"), [("r", "revoke"), ("f", "forget"), ("s", "save"), ("escape", None), ("enter", None)]
)
async def test_each_key_gives_its_answer_and_enter_changes_nothing(key: str, answer: str | None) -> None:
    app = Host(lambda: SignOutQuestion(PREVIEW))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(key)

        assert app.answers == [answer]


async def test_where_nothing_would_be_lost_there_is_nothing_to_save() -> None:
    app = Host(lambda: SignOutQuestion(replace(PREVIEW, drafts=0, unsent=0, changes=0)))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("s")

        assert app.answers == []
        assert "no draft or mail is lost" in flat(app.text())


async def test_a_provider_without_revocation_is_named_with_its_page() -> None:
    app = Host(lambda: SignOutQuestion(replace(PREVIEW, can_revoke=False, ends_other_machines=False)))
    async with app.run_test(size=LARGE):
        shown = flat(app.text())

        assert "Example Mail has no way for an app to revoke its access." in shown
        assert "https://account.example.test/access" in shown
        assert "Revoke and remove" not in shown


@pytest.mark.parametrize("size", SIZES)
async def test_each_step_is_told_by_sign_and_word(size: tuple[int, int]) -> None:
    app = Host(lambda: SignOutReport(AccountId("work"), "alice@example.test"))
    async with app.run_test(size=size) as pilot:
        assert isinstance(app.shown, SignOutReport)
        app.shown.show_steps(STEPS)
        await pilot.pause()

        shown = flat(app.text())
        assert "✓ Connections closed done" in shown
        assert "✗ Tokens revoked FAILED the provider answered 503" in shown
        assert "… Stored mail deleted under way" in shown


async def test_a_failed_revocation_offers_one_more_try_and_the_page() -> None:
    app = Host(lambda: SignOutReport(AccountId("work"), "alice@example.test"))
    async with app.run_test(size=SMALL) as pilot:
        assert isinstance(app.shown, SignOutReport)
        await pilot.press("r")
        app.shown.finish(REPORT)
        await until(pilot, lambda: "NOT revoked" in app.text())
        assert "https://account.example.test/x" in app.text()
        assert "r try to revoke again" in app.text().splitlines()[-1]

        await pilot.press("r", "r")
        await until(pilot, lambda: "once more" in app.text())

        assert [message.account for message in app.posted_of(SignOutReport.RetryWanted)] == ["work"]


async def test_steps_that_come_before_the_screen_is_there_are_shown() -> None:
    def make() -> SignOutReport:
        report = SignOutReport(AccountId("work"), "alice@example.test")
        report.show_steps(STEPS)
        report.finish(REPORT)
        return report

    app = Host(make)
    async with app.run_test(size=SMALL):
        assert "NOT revoked" in app.text()
        assert "✓  Connections closed" in app.text()


async def test_esc_closes_the_report_and_late_steps_do_no_harm() -> None:
    app = Host(lambda: SignOutReport(AccountId("work"), "alice@example.test"))
    async with app.run_test(size=SMALL) as pilot:
        assert isinstance(app.shown, SignOutReport)
        await pilot.press("escape")
        app.shown.show_steps(STEPS)
        app.shown.finish(REPORT)

        assert app.answers == [None]


def test_revoked_is_only_said_when_the_provider_did() -> None:
    assert "access is revoked" in verdict(replace(REPORT, revoked=True), "a@b").plain
    assert "was NOT revoked" in verdict(REPORT, "a@b").plain
    assert "was not revoked" in verdict(replace(REPORT, can_retry=False), "a@b").plain


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_words_are_shown_as_they_are(size: tuple[int, int]) -> None:
    question = Host(lambda: SignOutQuestion(replace(PREVIEW, address=HOSTILE, provider=HOSTILE)))
    async with question.run_test(size=size):
        assert HOSTILE in flat(question.text())

    report = Host(lambda: SignOutReport(AccountId("work"), HOSTILE))
    async with report.run_test(size=size) as pilot:
        assert isinstance(report.shown, SignOutReport)
        steps = (SignOutStep(title=HOSTILE, state=SignOutStepState.DONE, words=HOSTILE),)
        report.shown.finish(replace(REPORT, steps=steps, access_page=HOSTILE))
        await pilot.pause()

        assert flat(report.text()).count(HOSTILE) >= 3
