"""Opening an account from its store: the first half of ``OpenAccount``, before anything else is loaded."""

import threading
from collections.abc import Callable

from tuimail.api.commands import OpenAccount
from tuimail.api.engine import Sink
from tuimail.api.events import KeychainAsking
from tuimail.domain.ids import AccountId
from tuimail.domain.token import StoreKey
from tuimail.engine.job import Job
from tuimail.engine.mailboxes import ListRoom
from tuimail.engine.storage import Storage
from tuimail.engine.worker import Urgency

LIST_FIRST_S = 2.0
"""The rest is loaded once a stored list is on the screen (``ListRoom``); after this time without one all the same."""

KeySource = Callable[[AccountId, Callable[[], None]], StoreKey | None]
"""Waits for the key of an account's store; None where it must be asked for later. Calls back if it takes long."""


class Opener:
    """Shows what is stored as soon as the key is there, then hands the job to the rooms of the second half."""

    def __init__(
        self,
        storage: Storage,
        lists: ListRoom,
        *,
        key_source: KeySource,
        emit: Sink,
        wants_rest: Callable[[float], None],
    ) -> None:
        """``wants_rest`` is told how many seconds the loading of the second half may wait for the first paint."""
        self._storage = storage
        self._lists = lists
        self._wants_rest = wants_rest
        self._key_source = key_source
        self._emit = emit
        self._guard = threading.Lock()
        self._go_on: Callable[[Job], None] | None = None
        self._waiting: list[Job] = []

    def open(self, job: Job) -> None:
        """Route of ``OpenAccount``."""
        threading.Thread(target=self._wait_for_key, args=(job,), name="store key", daemon=True).start()

    def continue_with(self, go_on: Callable[[Job], None]) -> None:
        """The second half is loaded: it takes every job from now on, and those that wait."""
        with self._guard:
            self._go_on = go_on
            waiting, self._waiting = self._waiting, []
        for job in waiting:
            job.run(go_on)

    def _wait_for_key(self, job: Job) -> None:
        job.run(self._open_with_key)

    def _open_with_key(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, OpenAccount)  # noqa: S101 (the route's own type, for the checker)
        asked = False

        def tell() -> None:
            nonlocal asked
            asked = True
            self._emit(KeychainAsking(asking=True))

        key = self._key_source(command.account, tell)
        if asked:
            self._emit(KeychainAsking(asking=False))
        if key is None:
            self._second_half(job)
            self._wants_rest(0.0)
            return

        def show(job: Job) -> None:
            self._storage.open(command.account, key)
            self._lists.show_mailboxes(command.account)
            self._second_half(job)
            has_list = bool(self._storage.store(command.account).mailboxes.list())
            self._wants_rest(LIST_FIRST_S if has_list else 0.0)
            self._lists.read_ahead(command.account)

        job.hand_to(self._storage.worker, show, urgency=Urgency.SCREEN)

    def _second_half(self, job: Job) -> None:
        with self._guard:
            if self._go_on is None:
                self._waiting.append(job)
                return
        self._go_on(job)
