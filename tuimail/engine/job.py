"""A command on its way: the token that gives it up, and its one ending."""

import threading
from collections.abc import Callable

from msgspec.structs import replace

from tuimail.api.commands import Command
from tuimail.api.engine import Sink
from tuimail.api.events import Cancelled, Event, Failed, Finished, Progress
from tuimail.domain.errors import ErrorKind, Problem, Remedy, TuimailError
from tuimail.domain.ids import CommandId
from tuimail.engine.worker import Urgency, Worker, WorkerClosedError, log_crash


class GivenUpError(Exception):
    """Raised by ``Job.check`` after the user cancelled."""


def unforeseen(error: BaseException) -> Problem:
    """The problem shown for an exception that nobody expected; its text may hold secrets and is left out."""
    return Problem(
        kind=ErrorKind.UNFORESEEN,
        summary="Something went wrong that tuimail did not expect. The log file has the place; please report it.",
        remedy=Remedy.REPORT,
        detail=type(error).__name__,
    )


class Job:
    """One submitted command. Ends exactly once, whichever worker ends it."""

    def __init__(self, number: CommandId, command: Command, sink: Sink) -> None:
        self.number = number
        self.command = command
        self._sink = sink
        self._ended = False
        self._guard = threading.Lock()
        self._cancelled = threading.Event()
        self._on_cancel: Callable[[], None] | None = None
        self._must_go_on = False

    @property
    def has_ended(self) -> bool:
        """Whether one of the three endings was told."""
        return self._ended

    def emit(self, event: Event) -> None:
        """Send an event that answers this command; its number is filled in."""
        self._sink(replace(event, command=self.number))

    def progress(self, words: str, done: int = 0, total: int = 0) -> None:
        """Say how far it is."""
        self.emit(Progress(words=words, done=done, total=total))

    def check(self) -> None:
        """Raise ``GivenUpError`` if the user cancelled; call it between steps."""
        if self._cancelled.is_set() and not self._must_go_on:
            raise GivenUpError

    def go_through(self) -> None:
        """From here on a cancel changes nothing: half of it done would be worse than all."""
        self._must_go_on = True

    def cancel(self) -> None:
        """The user gives the command up. Runs on the caller's thread."""
        self._cancelled.set()
        with self._guard:
            react = self._on_cancel
        if react is not None:
            react()

    def on_cancel(self, react: Callable[[], None]) -> None:
        """What else to do at a cancel, such as closing a listener; runs at once if it already happened."""
        with self._guard:
            self._on_cancel = react
        if self._cancelled.is_set():
            react()

    def finish(self, words: str = "", *, can_undo: bool = False) -> None:
        """End it well."""
        self._end(Finished(words=words, can_undo=can_undo))

    def fail(self, problem: Problem) -> None:
        """End it with a problem."""
        self._end(Failed(problem=problem))

    def give_up(self) -> None:
        """End it as cancelled."""
        self._end(Cancelled())

    def run(self, work: "Callable[[Job], None]") -> None:
        """Do a piece of the work on the current thread; an exception ends the job, a return does not."""
        try:
            self.check()
            work(self)
        except GivenUpError:
            self.give_up()
        except TuimailError as error:
            self.fail(error.as_problem())
        except WorkerClosedError:
            self.give_up()
        except Exception as error:  # noqa: BLE001 (the crash barrier: the command ends, the worker lives on)
            log_crash(type(self.command).__name__, error)
            self.fail(unforeseen(error))

    def hand_to(self, worker: Worker, work: "Callable[[Job], None]", *, urgency: Urgency = Urgency.SCREEN) -> None:
        """Go on with the work on this worker."""
        worker.post(lambda: self.run(work), urgency=urgency)

    def _end(self, event: Event) -> None:
        with self._guard:
            if self._ended:
                return
            self._ended = True
        self.emit(event)
