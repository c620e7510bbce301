"""The main screen as pictures; review a new one by eye before it is accepted."""

from typing import Protocol

import pytest
from textual.pilot import Pilot

from tests.fakes.app import make_app, press, settle
from tuimail.ui.app import TuimailApp


class SnapCompare(Protocol):
    """The fixture of pytest-textual-snapshot, as far as it is used here."""

    def __call__(self, app: TuimailApp, *, terminal_size: tuple[int, int], run_before: "RunBefore") -> bool: ...


class RunBefore(Protocol):
    """What happens before the picture."""

    async def __call__(self, pilot: Pilot[None]) -> None: ...


@pytest.mark.parametrize(("size", "theme"), [((80, 24), "tuimail-light"), ((120, 40), "tuimail-dark")])
def test_list_and_reader(snap_compare: SnapCompare, size: tuple[int, int], theme: str) -> None:
    app, _ = make_app(theme=theme, seen_after_s=600.0)

    async def read_the_second(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await press(pilot, "space", "enter")

    assert snap_compare(app, terminal_size=size, run_before=read_the_second)
