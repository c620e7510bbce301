"""The app over a fake engine, as UI tests and pictures start it."""

from datetime import UTC

from tests.fakes.engine import Answer, FakeEngine
from tests.fakes.mailbox import NOW, FakeMailbox, account
from tests.fakes.themes import DARK, LIGHT
from tuimail.ui.app import TuimailApp
from tuimail.ui.start import OpenMail, StartMode


def make_app(
    answer: Answer | None = None,
    *,
    names: tuple[str, ...] = ("work",),
    keys: str = "default",
    theme: str = DARK.name,
    start: StartMode | None = None,
) -> tuple[TuimailApp, FakeEngine]:
    engine = FakeEngine(answer or FakeMailbox())
    accounts = tuple(account(name) for name in names)
    app = TuimailApp(
        engine,
        accounts=accounts,
        default=accounts[0].id,
        themes=(DARK, LIGHT),
        theme=theme,
        keys=keys,
        clock=lambda: NOW,
        zone=UTC,
        start=start or OpenMail(),
    )
    return app, engine
