"""The app over a fake engine, as UI tests and pictures start it."""

import asyncio
import re
from datetime import UTC

from textual.pilot import Pilot

from tests.fakes.engine import Answer, FakeEngine
from tests.fakes.mailbox import NOW, FakeMailbox, account
from tests.fakes.themes import DARK, LIGHT
from tuimail.ui.app import TuimailApp
from tuimail.ui.start import OpenMail, StartMode


class PicturedApp(TuimailApp):
    """The app with pictures that fetch no font from anywhere."""

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        return without_fonts(super().export_screenshot(title=title, simplify=simplify))


def without_fonts(picture: str) -> str:
    """A picture that fetches no font from anywhere."""
    return re.sub(r"@font-face \{.*?\}", "", picture, flags=re.S)


def make_app(
    answer: Answer | None = None,
    *,
    names: tuple[str, ...] = ("work",),
    keys: str = "default",
    theme: str = DARK.name,
    start: StartMode | None = None,
    seen_after_s: float = 1.0,
    patience_s: float = 0.0,
) -> tuple[TuimailApp, FakeEngine]:
    engine = FakeEngine(answer or FakeMailbox())
    accounts = tuple(account(name) for name in names)
    app = PicturedApp(
        engine,
        accounts=accounts,
        default=accounts[0].id,
        themes=(DARK, LIGHT),
        theme=theme,
        keys=keys,
        clock=lambda: NOW,
        zone=UTC,
        start=start or OpenMail(),
        seen_after_s=seen_after_s,
        patience_s=patience_s,
    )
    return app, engine


async def settle(pilot: Pilot[None]) -> None:
    """Wait until all that was posted to the app was taken, and its screens have drawn what came of it."""
    for _ in range(3):
        taken = asyncio.Event()
        pilot.app.call_later(taken.set)
        await asyncio.wait_for(taken.wait(), 10)
        await pilot.pause()


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys and wait for what they lead to."""
    await pilot.press(*keys)
    await settle(pilot)
