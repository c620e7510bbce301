"""One command carried out in several accounts: what each answers, and the one ending that comes of theirs."""

import threading
from collections.abc import Callable, Mapping
from functools import partial

from msgspec.structs import replace

from tuimail.api.commands import Command
from tuimail.api.events import Cancelled, Event, Failed, Finished
from tuimail.domain.ids import AccountId
from tuimail.engine.job import Job

Answer = Callable[[AccountId, Event], None]
"""Takes what one account answers; on whatever worker that comes from."""


class Gathering:
    """Runs a command in each of some accounts, and ends when all of them have ended."""

    def __init__(self, job: Job, commands: Mapping[AccountId, Command], *, answer: Answer) -> None:
        self._job = job
        self._answer = answer
        self._guard = threading.Lock()
        self._ended: dict[AccountId, Finished | Failed | Cancelled] = {}
        self._answered: set[AccountId] = set()
        self._jobs = {
            account: Job(job.number, _for(account, command), partial(self._take, account))
            for account, command in commands.items()
        }
        self.on_end: Callable[[], None] = lambda: None
        """Called before the ending is told, unless it is a failure everywhere."""
        self.on_undoable: Callable[[tuple[AccountId, ...]], None] = lambda _accounts: None
        """Called with the accounts in which this can be undone, if there are any."""

    def run(self, route: Callable[[Job], None]) -> None:
        """Begin everywhere."""
        self._job.on_cancel(self._cancel)
        if not self._jobs:
            self._end()
        for job in self._jobs.values():
            job.run(route)

    @property
    def all_answered(self) -> bool:
        """Whether each account has answered something, or ended without."""
        with self._guard:
            return len(self._answered | self._ended.keys()) == len(self._jobs)

    def _cancel(self) -> None:
        for job in self._jobs.values():
            job.cancel()

    def _take(self, account: AccountId, event: Event) -> None:
        if not isinstance(event, Finished | Failed | Cancelled):
            with self._guard:
                self._answered.add(account)
            self._answer(account, event)
            return
        with self._guard:
            self._ended[account] = event
            is_last = len(self._ended) == len(self._jobs)
        if is_last:
            self._end()

    def _end(self) -> None:
        good = {account: event for account, event in self._ended.items() if isinstance(event, Finished)}
        failed = {account: event for account, event in self._ended.items() if isinstance(event, Failed)}
        if failed and not good:
            self._job.fail(next(iter(failed.values())).problem)
            return
        if self._ended and not good:
            self._job.give_up()
            return
        self.on_end()
        undoable = tuple(account for account, event in good.items() if event.can_undo)
        if undoable:
            self.on_undoable(undoable)
        told = {account: event.words for account, event in good.items() if event.words}
        told |= {account: event.problem.summary for account, event in failed.items()}
        self._job.finish(_together(told), can_undo=bool(undoable))


def _for(account: AccountId, command: Command) -> Command:
    return replace(command, account=account)


def _together(told: Mapping[AccountId, str]) -> str:
    """What several accounts say, once where they say the same."""
    if len(set(told.values())) == 1:
        return next(iter(told.values()))
    return "; ".join(f"{account}: {words}" for account, words in told.items())
