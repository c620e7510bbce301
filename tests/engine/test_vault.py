"""The keychain's worker: choices, prompts that nobody answers, and what survives them."""

import queue
import threading
from collections.abc import Callable, Iterator

import pytest

from tuimail.api.commands import ChooseKeychain, KeychainChoice
from tuimail.api.events import Cancelled, Event, Finished, KeychainAsking, KeychainNeeded
from tuimail.domain.errors import ErrorKind, KeychainError, Remedy
from tuimail.domain.ids import CommandId
from tuimail.domain.token import Secret
from tuimail.engine.job import Job
from tuimail.engine.timers import Timers
from tuimail.engine.vault import Vault
from tuimail.keychain.base import Keychain
from tuimail.keychain.memory import MemoryKeychain

DEADLINE_S = 10.0


class Prompting(MemoryKeychain):
    """A keychain that waits for a person who never comes, until it is freed."""

    def __init__(self) -> None:
        super().__init__()
        self.freed = threading.Event()

    def read(self, entry: str) -> Secret | None:
        """Wait for the person."""
        self.freed.wait(DEADLINE_S)
        return super().read(entry)


class Locked(MemoryKeychain):
    """A keychain that can be constructed, and refuses to be read until it is unlocked."""

    def __init__(self) -> None:
        super().__init__()
        self.is_locked = True
        self.tries = 0

    def read(self, entry: str) -> Secret | None:
        """Refuse at once, as a locked one without a prompt does."""
        self.tries += 1
        if self.is_locked:
            raise KeychainError(ErrorKind.KEYCHAIN_LOCKED, "It is locked.", remedy=Remedy.UNLOCK)
        return super().read(entry)


class Rig:
    """A vault, what it told, and what it was given as keychains."""

    def __init__(self) -> None:
        self.told: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.system: Callable[[], Keychain] = MemoryKeychain
        self.timers = Timers()
        self.vault = Vault(
            self._make,
            ChooseKeychain(choice=KeychainChoice.RETRY),
            emit=self.told.put,
            timers=self.timers,
            sealed_exists=False,
        )

    def _make(self, choice: KeychainChoice, _passphrase: Secret | None) -> Keychain:
        return self.system() if choice is KeychainChoice.RETRY else MemoryKeychain()

    def choose(self, choice: KeychainChoice) -> None:
        """What the UI's answer does."""
        Job(CommandId(1), ChooseKeychain(choice=choice), self.told.put).run(self.vault.choose)

    def wait_for(self, kind: type[Event]) -> Event:
        """The next event of this kind."""
        while True:
            event = self.told.get(timeout=DEADLINE_S)
            if isinstance(event, kind):
                return event


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig()
    yield rig
    rig.vault.close(1.0)
    rig.timers.close()


def _missing() -> Keychain:
    raise KeychainError(ErrorKind.KEYCHAIN_MISSING, "There is no keychain.", remedy=Remedy.UNLOCK)


def test_the_activity_key_is_made_once(rig: Rig) -> None:
    assert rig.vault.activity_key() == rig.vault.activity_key()


def test_a_missing_keychain_leads_to_the_choices_and_memory_goes_on(rig: Rig) -> None:
    rig.system = _missing
    with pytest.raises(KeychainError) as caught:
        rig.vault.open()
    went_on = threading.Event()

    rig.vault.ask(caught.value, went_on.set)
    needed = rig.wait_for(KeychainNeeded)
    rig.choose(KeychainChoice.MEMORY)

    assert isinstance(needed, KeychainNeeded)
    assert went_on.wait(DEADLINE_S)
    assert not rig.vault.is_lasting


def test_a_retry_that_fails_shows_the_choices_again(rig: Rig) -> None:
    rig.system = _missing

    rig.choose(KeychainChoice.RETRY)

    assert isinstance(rig.wait_for(KeychainNeeded), KeychainNeeded)


def test_a_locked_keychain_is_asked_about_and_asked_again_only_after_a_choice(rig: Rig) -> None:
    locked = Locked()
    rig.system = lambda: locked
    went_on = threading.Event()

    def open_account() -> None:
        try:
            rig.vault.activity_key()
        except KeychainError as error:
            rig.vault.ask(error, open_account)
        else:
            went_on.set()

    open_account()
    needed = rig.wait_for(KeychainNeeded)
    tries_before_choice = locked.tries
    locked.is_locked = False
    rig.choose(KeychainChoice.RETRY)

    assert isinstance(needed, KeychainNeeded)
    assert needed.problem.kind is ErrorKind.KEYCHAIN_LOCKED
    assert tries_before_choice == 1
    assert went_on.wait(DEADLINE_S)


def test_a_choice_that_hangs_ends_with_the_next_one_and_does_not_come_back(rig: Rig) -> None:
    began, freed = threading.Event(), threading.Event()

    def hang() -> Keychain:
        began.set()
        freed.wait(DEADLINE_S)
        return Prompting()

    rig.system = hang
    first = Job(CommandId(1), ChooseKeychain(choice=KeychainChoice.RETRY), rig.told.put)
    second = Job(CommandId(2), ChooseKeychain(choice=KeychainChoice.MEMORY), rig.told.put)

    first.run(rig.vault.choose)
    assert began.wait(DEADLINE_S)
    second.run(rig.vault.choose)
    assert rig.wait_for(Cancelled).command == CommandId(1)
    assert rig.wait_for(Finished).command == CommandId(2)
    freed.set()

    assert rig.vault.open() == MemoryKeychain.title
    assert not rig.vault.is_lasting


def test_a_prompt_that_nobody_answers_is_told_and_can_be_left_behind(rig: Rig) -> None:
    prompting = Prompting()
    rig.system = lambda: prompting
    went_on = threading.Event()

    def wait() -> None:
        try:
            rig.vault.activity_key()
        except KeychainError as error:
            rig.vault.ask(error, went_on.set)

    waiting = threading.Thread(target=wait)
    waiting.start()
    asking = rig.wait_for(KeychainAsking)
    rig.choose(KeychainChoice.MEMORY)
    waiting.join(DEADLINE_S)

    assert asking == KeychainAsking(asking=True)
    assert went_on.wait(DEADLINE_S)
    assert isinstance(rig.wait_for(Finished), Finished)
    prompting.freed.set()
