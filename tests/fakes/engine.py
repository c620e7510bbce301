"""An engine that records commands and plays the events a test gives it."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from tuimail.api.commands import Command, NotePlace
from tuimail.api.engine import Sink
from tuimail.api.events import Event
from tuimail.domain.ids import CommandId

C = TypeVar("C")
Answer = Callable[[Command, CommandId], Iterable[Event]]


class FakeEngine:
    """Implements ``api.engine.Engine``. ``answer`` makes the events that a submitted command leads to at once."""

    def __init__(self, answer: Answer | None = None) -> None:
        self._submitted: list[Command] = []
        self.cancelled: list[CommandId] = []
        self.closed = False
        self._answer = answer
        self._sinks: list[Sink] = []

    @property
    def commands(self) -> list[Command]:
        """What was submitted, but for where the cursor is, which comes whenever it has rested for a second."""
        return [command for command in self._submitted if not isinstance(command, NotePlace)]

    def submit(self, command: Command) -> CommandId:
        self._submitted.append(command)
        number = CommandId(len(self._submitted))
        if self._answer is not None:
            for event in self._answer(command, number):
                self.play(event)
        return number

    def cancel(self, command: CommandId) -> None:
        self.cancelled.append(command)

    def listen(self, sink: Sink) -> None:
        self._sinks.append(sink)

    def close(self, deadline_s: float) -> None:  # noqa: ARG002 (the protocol's)
        self.closed = True

    def play(self, *events: Event) -> None:
        """Send events as a worker would."""
        for event in events:
            for sink in self._sinks:
                sink(event)

    def sent(self, kind: type[C]) -> list[C]:
        """The commands of one kind, oldest first."""
        return [command for command in self._submitted if isinstance(command, kind)]

    def number_of(self, kind: type[object]) -> CommandId:
        """The id of the newest command of one kind."""
        found = [index for index, command in enumerate(self._submitted, 1) if isinstance(command, kind)]
        return CommandId(found[-1])
