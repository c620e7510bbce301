"""The keychain's worker: every secret that is read, kept or deleted goes through here.

A call may wait for a person (a keychain prompt). The UI is told after a second, and another choice starts another
worker: the one that waits is left behind, and whoever waited for it gets a ``KeychainError``.
"""

import logging
import secrets
import threading
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from tuimail.api.commands import ChooseKeychain, KeychainChoice
from tuimail.api.engine import Sink
from tuimail.api.events import KeychainAsking, KeychainNeeded
from tuimail.domain.errors import ErrorKind, KeychainError, Remedy
from tuimail.domain.ids import AccountId
from tuimail.domain.token import Secret, StoreKey
from tuimail.engine.job import Job
from tuimail.engine.timers import Timers
from tuimail.engine.worker import Worker, WorkerClosedError, log_crash
from tuimail.keychain.base import ACTIVITY_ENTRY, AccountRecord, Keychain, decode, encode, entry_for

log = logging.getLogger(__name__)

T = TypeVar("T")
KeychainMaker = Callable[[KeychainChoice, Secret | None], Keychain]
"""Builds the keychain that was chosen; RETRY is the OS keychain. Runs on the keychain worker; may raise."""

ASKING_AFTER_S = 1.0


class Vault:
    """Owner of the keychain. Its methods wait, and are called from ``auth`` and ``store`` workers only."""

    def __init__(
        self, make: KeychainMaker, first: ChooseKeychain | None, *, emit: Sink, timers: Timers, sealed_exists: bool
    ) -> None:
        """``first`` None: no choice can be made unasked (the sealed file wants its passphrase)."""
        self._make = make
        self._emit = emit
        self._timers = timers
        self._sealed_exists = sealed_exists
        self._choice = first
        self._keychain: Keychain | None = None
        self._worker = self._new_worker()
        self._again: list[Callable[[], None]] = []
        self._trying: Job | None = None
        """The choice that is being tried."""
        self._guard = threading.Lock()

    @property
    def title(self) -> str:
        """Where secrets lie, in words."""
        return self._keychain.title if self._keychain is not None else "your keychain"

    @property
    def is_lasting(self) -> bool:
        """Whether what is kept outlives this run."""
        return self._choice is None or self._choice.choice is not KeychainChoice.MEMORY

    @property
    def is_sealed(self) -> bool:
        """Whether secrets lie in a file that a passphrase opens."""
        return self._choice is None or self._choice.choice is KeychainChoice.SEALED_FILE

    def open(self) -> str:
        """Make sure that a keychain is there; its title."""
        return self._call(lambda keychain: keychain.title)

    def record(self, account: AccountId) -> AccountRecord | None:
        """What is kept for the account, None if nothing."""
        kept = self._call(lambda keychain: keychain.read(entry_for(account)))
        return decode(kept) if kept is not None else None

    def save(self, account: AccountId, record: AccountRecord) -> None:
        """Keep the account's record, in the place of the older one."""
        self._call(lambda keychain: keychain.write(entry_for(account), encode(record)))

    def delete(self, account: AccountId) -> None:
        """Delete the account's entry and read it back as gone."""
        self._call(lambda keychain: keychain.delete(entry_for(account)))

    def activity_key(self) -> StoreKey:
        """The key of the activity list, made at the first need."""

        def read_or_make(keychain: Keychain) -> StoreKey:
            kept = keychain.read(ACTIVITY_ENTRY)
            if kept is not None:
                return StoreKey(bytes.fromhex(kept.reveal()))
            key = StoreKey(secrets.token_bytes(StoreKey.SIZE))
            keychain.write(ACTIVITY_ENTRY, Secret(key.reveal().hex()))
            return key

        return self._call(read_or_make)

    def ask(self, error: KeychainError, again: Callable[[], None]) -> None:
        """Show the user the choices; ``again`` is called once one was made.

        Somebody who waited for a keychain that was given up comes here while, or after, another is tried.
        """
        with self._guard:
            is_ready = self._keychain is not None
            is_asked = self._trying is not None or bool(self._again)
            if not is_ready:
                self._again.append(again)
        if is_ready:
            again()
        elif not is_asked:
            self._tell_needed(error)

    def choose(self, job: Job) -> None:
        """Route of ``ChooseKeychain``: a new worker tries it; those who waited go on, or the choices come again."""
        command = job.command
        assert isinstance(command, ChooseKeychain)  # noqa: S101 (the route's own type, for the checker)
        with self._guard:
            earlier, self._trying = self._trying, job
            self._choice = command
            self._keychain = None
            left_behind, self._worker = self._worker, self._new_worker()
        left_behind.close()
        if earlier is not None:
            earlier.give_up()
        job.hand_to(self._worker, self._try_choice)

    def close(self, left_s: float) -> None:
        """Take no more calls. A worker that waits for a prompt is left behind."""
        self._worker.close()
        self._worker.join(min(left_s, 0.2))

    def _try_choice(self, job: Job) -> None:
        try:
            self._ready_keychain()
        except KeychainError as error:
            with self._guard:
                if self._trying is not job:
                    return  # left behind: another choice is being tried
                self._trying = None
                if self._choice and self._choice.choice is KeychainChoice.SEALED_FILE:
                    self._choice = None
            self._tell_needed(error)
            job.finish()
            return
        with self._guard:
            if self._trying is not job:
                return
            self._trying = None
            again, self._again = self._again, []
        job.finish()
        for call in again:
            call()

    def _tell_needed(self, error: KeychainError) -> None:
        self._emit(
            KeychainNeeded(
                problem=error.as_problem(),
                sealed_file_exists=self._sealed_exists,
                passphrase_wanted=self._sealed_exists and self._choice is None,
            )
        )

    def _call(self, work: Callable[[Keychain], T]) -> T:
        told = threading.Event()

        def tell() -> None:
            told.set()
            self._emit(KeychainAsking(asking=True))

        handle = self._timers.after(ASKING_AFTER_S, tell)
        try:
            return self._worker.call(lambda: self._attempt(work))
        except WorkerClosedError as error:
            raise _not_in_time() from error
        finally:
            self._timers.cancel(handle)
            if told.is_set():
                self._emit(KeychainAsking(asking=False))

    def _attempt(self, work: Callable[[Keychain], T]) -> T:
        keychain = self._ready_keychain()
        try:
            return work(keychain)
        except KeychainError:
            # One that refused is no longer ready: who comes to ``ask`` is to be shown the choices.
            with self._guard:
                if self._keychain is keychain:
                    self._keychain = None
            raise

    def _ready_keychain(self) -> Keychain:
        with self._guard:
            keychain, choice = self._keychain, self._choice
        if keychain is not None:
            return keychain
        if choice is None:
            words = "The file with your secrets is sealed. Give its passphrase to open it."
            raise KeychainError(ErrorKind.KEYCHAIN_LOCKED, words, remedy=Remedy.UNLOCK)
        made = self._make(choice.choice, choice.passphrase)
        with self._guard:
            if self._choice is not choice:
                raise _not_in_time()
            self._keychain = made
        return made

    def _new_worker(self) -> Worker:
        return Worker("keychain", on_crash=log_crash)


def _not_in_time() -> KeychainError:
    return KeychainError(ErrorKind.KEYCHAIN_LOCKED, "The keychain did not answer in time.", remedy=Remedy.UNLOCK)


def new_record(*, since: datetime, refresh: Secret | None, scopes: tuple[str, ...]) -> AccountRecord:
    """A record for a first sign-in, with a fresh store key."""
    return AccountRecord(
        refresh=refresh,
        store_key=StoreKey(secrets.token_bytes(StoreKey.SIZE)),
        scopes=scopes,
        client_id=None,
        client_secret=None,
        issuer=None,
        since=since,
    )
