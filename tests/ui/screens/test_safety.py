"""Health, what is kept, the emergency, the newest problem: strangers' words as they are, and nothing cut off."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from textual.screen import Screen

from tests.ui.screens.host import HOSTILE, NOW, SIZES, Host, flat
from tuimail.api.events import ClientSecretNeeded, SignedOutReport
from tuimail.domain.draft import SignOutPreview, SignOutStep, SignOutStepState
from tuimail.domain.errors import ErrorKind, Problem, Remedy
from tuimail.domain.health import Grade, HealthLine
from tuimail.domain.ids import AccountId
from tuimail.domain.keeping import KeptThing, Kind
from tuimail.ui.screens.account_picker import AccountPicker
from tuimail.ui.screens.client_secret import ClientSecretScreen
from tuimail.ui.screens.emergency import EmergencyReport, emergency_question
from tuimail.ui.screens.health import HealthScreen
from tuimail.ui.screens.kept import KeptScreen, age_words, thing_row
from tuimail.ui.screens.picker import Choice
from tuimail.ui.screens.problem import ProblemScreen
from tuimail.ui.widgets.hint_line import fitting

WORK = AccountId("work")
PREVIEW = SignOutPreview(
    account=WORK,
    address=HOSTILE,
    drafts=0,
    unsent=0,
    changes=0,
    can_revoke=False,
    provider="P",
    access_page=None,
    ends_other_machines=False,
)
PROBLEM = Problem(kind=ErrorKind.SERVER_REFUSED, summary="No.", remedy=Remedy.TELL, detail=HOSTILE)
NEEDED = ClientSecretNeeded(account=WORK, provider="P", client_id=HOSTILE)


def health(app: Host) -> None:
    assert isinstance(app.shown, HealthScreen)
    app.shown.show_lines([HealthLine(title="Trust", words=HOSTILE, grade=Grade.WEAK)])
    app.shown.show_tested(HealthLine(title="IMAP", words=HOSTILE, grade=Grade.GOOD))


def kept(app: Host) -> None:
    assert isinstance(app.shown, KeptScreen)
    app.shown.show_things([KeptThing(kind=Kind.STORE, account=WORK, where=HOSTILE, size_bytes=1)])


def report(app: Host) -> None:
    assert isinstance(app.shown, EmergencyReport)
    step = SignOutStep(title="Access", state=SignOutStepState.FAILED, words=HOSTILE)
    app.shown.show_report(SignedOutReport(account=WORK, steps=(step,), revoked=False, can_retry=True))
    app.shown.finish()


def nothing(_: Host) -> None:
    """It says all of it by itself."""


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("make", "fill"),
    [
        (lambda: HealthScreen(WORK, "a@b.test"), health),
        (lambda: KeptScreen(now=lambda: NOW), kept),
        (lambda: EmergencyReport([PREVIEW], now=lambda: NOW), report),
        (lambda: emergency_question([PREVIEW]), nothing),
        (lambda: ProblemScreen(PROBLEM), nothing),
        (lambda: ClientSecretScreen(NEEDED), nothing),
        (lambda: AccountPicker([Choice(value=WORK, title=HOSTILE)], numbers=[1], first=WORK), nothing),
    ],
    ids=["health", "kept", "report", "question", "problem", "secret", "picker"],
)
async def test_strangers_words_are_shown_as_they_are(
    make: Callable[[], Screen[Any]],  # of any answer
    fill: Callable[[Host], None],
    size: tuple[int, int],
) -> None:
    app = Host(make)
    async with app.run_test(size=size) as pilot:
        fill(app)
        await pilot.pause()

        assert "[@click=app.quit]x[/]" in flat(app.text())
        assert "Esc" in app.text().splitlines()[-1]


def test_a_row_says_whose_it_is_how_much_and_how_old() -> None:
    thing = KeptThing(kind=Kind.LOG, account=None, where="/x", size_bytes=2_000, changed_at=NOW - timedelta(hours=3))

    assert thing_row(thing, now=NOW).plain.split() == ["d", "tuimail", "log", "file", "2.0", "KB", "3", "hours", "old"]
    assert age_words(None, now=NOW) == ""
    assert age_words(NOW + timedelta(hours=1), now=NOW) == "just written"


@pytest.mark.parametrize(("width", "keys"), [(80, ["a", "b", "Esc"]), (21, ["a", "Esc"]), (12, ["Esc"]), (3, ["Esc"])])
def test_the_way_out_stays_in_the_narrowest_hint_line(width: int, keys: list[str]) -> None:
    pairs = (("a", "first"), ("b", "second one"), ("Esc", "back"))

    assert [key for key, _ in fitting(pairs, width)] == keys
