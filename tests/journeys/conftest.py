"""The real engine, without a screen, against the demo provider."""

import queue
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from msgspec.structs import replace

from tuimail.api.commands import Command
from tuimail.api.events import Cancelled, Event, Failed, Finished
from tuimail.config.model import UiSettings
from tuimail.config.paths import places_under
from tuimail.demo.provider import DemoProvider
from tuimail.domain.ids import CommandId
from tuimail.embedded import demo_setting
from tuimail.program import Program, Setting

DEADLINE_S = 20.0

E = TypeVar("E", bound=Event)


class Heard:
    """A running program, and every event it told, in order."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.account = program.default
        self.events: list[Event] = []
        self._coming: queue.SimpleQueue[Event] = queue.SimpleQueue()
        program.engine.listen(self._coming.put)

    def submit(self, command: Command) -> CommandId:
        """Ask the engine."""
        return self.program.engine.submit(command)

    def wait_for(self, kind: type[E], when: Callable[[E], bool] = lambda _event: True) -> E:
        """The next event of this kind that ``when`` accepts."""
        ends_at = time.monotonic() + DEADLINE_S
        while True:
            try:
                event = self._coming.get(timeout=max(0.01, ends_at - time.monotonic()))
            except queue.Empty:
                told = "\n".join(repr(event)[:200] for event in self.events[-15:])
                raise AssertionError(f"no {kind.__name__} in {DEADLINE_S} s; heard:\n{told}") from None
            self.events.append(event)
            if isinstance(event, kind) and when(event):
                return event

    def ask(self, command: Command, kind: type[E]) -> E:
        """Submit, and wait for the answer of this kind to just this command."""
        number = self.submit(command)
        return self.wait_for(kind, lambda event: event.command == number)

    def do(self, command: Command) -> Finished | Failed | Cancelled:
        """Submit, and wait for the ending."""
        number = self.submit(command)
        ends_at = time.monotonic() + DEADLINE_S
        while time.monotonic() < ends_at:
            event = self.wait_for(Event)
            if event.command == number and isinstance(event, Finished | Failed | Cancelled):
                return event
        raise AssertionError(f"{command!r} did not end")


@pytest.fixture
def demo() -> Iterator[DemoProvider]:
    """A provider of its own for each test."""
    provider = DemoProvider(answer_delay_s=0.2).start(datetime(2026, 3, 14, 9, 30, tzinfo=UTC))
    yield provider
    provider.stop()


@pytest.fixture
def start(demo: DemoProvider, tmp_path: Path) -> Iterator[Callable[..., Heard]]:
    """Start programs on one folder and one keychain; all are closed at the end."""
    places = places_under(tmp_path / "home")
    places.create()
    # Kept apart, so that a provider that is gone looks like one that cannot be reached.
    ca_file = tmp_path / "ca.pem"
    shutil.copy(str(demo.account.ca_file), ca_file)
    demo.account = replace(demo.account, ca_file=str(ca_file))
    programs: list[Program] = []
    settings: list[Setting] = []

    def start_one() -> Heard:
        # Made at the first start, so that a test may change the account before it.
        if not settings:
            settings.append(demo_setting(demo, places, {}, no_browser=True, ui=UiSettings(send_delay_s=0.3)))
        program = Program(settings[0], demo.account.id)
        programs.append(program)
        return Heard(program)

    yield start_one
    for program in programs:
        program.close()
