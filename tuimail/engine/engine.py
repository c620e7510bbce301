"""Routes commands to workers. Knows no adapter: ``assembly`` attaches the routes of the rooms as they are loaded."""

import itertools
import threading
import time
from collections.abc import Callable, Mapping

from tuimail.api.commands import Command, DiscardDraft, MoveMessages, NotePlace, SaveDraft, Send, SetFlags
from tuimail.api.engine import Sink
from tuimail.api.events import Cancelled, Event, Failed, Finished
from tuimail.api.reading import CopyMessages, DeleteMessages, SetLabels
from tuimail.domain.ids import CommandId
from tuimail.engine.job import Job

Route = Callable[[Job], None]
"""Called on the submitting thread: it puts the job on a worker's queue and returns at once."""

Routes = Mapping[type, Route]

KEPT_AT_CLOSE = (
    *(SaveDraft, DiscardDraft, Send, SetFlags, MoveMessages, NotePlace),
    *(CopyMessages, DeleteMessages, SetLabels),
)
"""Commands that end in the store alone: a close waits for those that were submitted before it."""


class MailEngine:
    """The engine behind ``api.Engine``. Commands without a route wait until ``attach`` brings one."""

    def __init__(self) -> None:
        self._sinks: tuple[Sink, ...] = ()
        self._numbers = itertools.count(1)
        self._guard = threading.Lock()
        self._routes: dict[type, Route] = {}
        self._early: list[Job] = []
        self._open: dict[CommandId, Job] = {}
        self._closers: list[Callable[[float], None]] = []
        self._closed = False

    def submit(self, command: Command) -> CommandId:
        """Queue the command; see ``api.Engine``."""
        number = CommandId(next(self._numbers))
        job = Job(number, command, self.emit)
        with self._guard:
            if self._closed:
                return number
            self._open[number] = job
            route = self._routes.get(type(command))
            if route is None:
                self._early.append(job)
                return number
        job.run(route)
        return number

    def cancel(self, command: CommandId) -> None:
        """Give the command up; see ``api.Engine``."""
        with self._guard:
            job = self._open.get(command)
            waits = job in self._early if job else False
            if job and waits:
                self._early.remove(job)
        if job is not None:
            job.cancel()
            if waits:
                job.give_up()

    def listen(self, sink: Sink) -> None:
        """Send every event to ``sink`` too."""
        with self._guard:
            self._sinks = (*self._sinks, sink)

    def emit(self, event: Event) -> None:
        """Hand an event to everybody who listens. Runs on any thread."""
        if isinstance(event, Finished | Failed | Cancelled) and event.command is not None:
            with self._guard:
                self._open.pop(event.command, None)
        for sink in self._sinks:
            sink(event)

    def attach(self, routes: Routes) -> None:
        """Add routes; commands that waited for them go on their way now."""
        with self._guard:
            self._routes.update(routes)
            ready = [job for job in self._early if type(job.command) in self._routes]
            self._early = [job for job in self._early if type(job.command) not in self._routes]
        for job in ready:
            job.run(self._routes[type(job.command)])

    def on_close(self, closer: Callable[[float], None]) -> None:
        """Call this with the seconds that are left when the engine closes; the last added is called first."""
        self._closers.append(closer)

    def close(self, deadline_s: float) -> None:
        """Stop everything; see ``api.Engine``."""
        with self._guard:
            if self._closed:
                return
            self._closed = True
            jobs = list(self._open.values())
            self._sinks = ()
        for job in jobs:
            # What the user did last is written down before the store closes; everything slower is given up.
            if not isinstance(job.command, KEPT_AT_CLOSE):
                job.cancel()
        ends_at = time.monotonic() + deadline_s
        for closer in reversed(self._closers):
            closer(max(0.0, ends_at - time.monotonic()))
