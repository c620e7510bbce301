"""A keychain that is not there, and programs that end while servers are stuck."""

import threading
import time

from tests.engine.conftest import ACCOUNT, ALL, Rig, box, online
from tests.fakes.authorization_server import Reply, Request
from tests.fakes.mail_house import letter
from tests.fakes.wire_server import Peer
from tests.journeys.conftest import Heard
from tests.journeys.steps import open_full
from tuimail.api.commands import (
    ChooseKeychain,
    KeychainChoice,
    ListAccounts,
    ListActivity,
    OpenAccount,
    OpenMailbox,
    SignIn,
)
from tuimail.api.events import (
    AccountsListed,
    ActivityListed,
    Cancelled,
    ConsentNeeded,
    Event,
    Finished,
    KeychainNeeded,
    ListLoaded,
    MailboxesListed,
)
from tuimail.domain.errors import ErrorKind, KeychainError, Remedy
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.token import Secret
from tuimail.keychain.base import Keychain
from tuimail.program import CLOSE_S

PASSPHRASE = Secret("correct horse battery staple")
GRACE_S = 1.0
"""Beyond the promised time: a busy machine."""


def missing() -> Keychain:
    raise KeychainError(ErrorKind.KEYCHAIN_MISSING, "There is no keychain.", remedy=Remedy.UNLOCK)


def asked(heard: Heard) -> KeychainNeeded:
    """Open the account, and be shown the choices."""
    heard.submit(OpenAccount(account=ACCOUNT))
    return heard.wait_for(KeychainNeeded)


def seconds_to_close(heard: Heard) -> float:
    begun_s = time.monotonic()
    heard.program.close()
    return time.monotonic() - begun_s


def stores(rig: Rig) -> list[str]:
    return sorted(path.name for path in rig.places.data.iterdir() if path.name.startswith(ACCOUNT))


def test_secrets_in_memory_leave_no_store_behind_and_touch_no_other(rig: Rig) -> None:
    rig.mail.deliver(letter("kept"))
    first = rig.signed_in()
    rows = open_full(first, box(first))
    first.program.close()
    before = stores(rig)
    rig.unlock = missing

    heard = rig.start()
    assert asked(heard).problem.kind is ErrorKind.KEYCHAIN_MISSING
    heard.submit(ChooseKeychain(choice=KeychainChoice.MEMORY))
    heard.wait_for(ConsentNeeded)
    assert isinstance(heard.do(SignIn(account=ACCOUNT, permissions=ALL)), Finished)
    assert len(open_full(online(heard), box(heard))) == 1
    heard.program.close()

    assert stores(rig) == before
    rig.unlock = lambda: rig.keychain
    again = rig.reopened()
    assert list(again.ask(OpenMailbox(account=ACCOUNT, mailbox=box(again).id), ListLoaded).rows) == rows


def test_a_retry_finds_a_keychain_that_was_unlocked_meanwhile(rig: Rig) -> None:
    rig.signed_in().program.close()
    rig.unlock = missing
    heard = rig.start()
    asked(heard)

    heard.submit(ChooseKeychain(choice=KeychainChoice.RETRY))
    heard.wait_for(KeychainNeeded)
    rig.unlock = lambda: rig.keychain
    heard.submit(ChooseKeychain(choice=KeychainChoice.RETRY))

    online(heard)


def test_a_sealed_file_holds_the_sign_in_over_two_starts(rig: Rig) -> None:
    rig.unlock = missing
    seal = ChooseKeychain(choice=KeychainChoice.SEALED_FILE, passphrase=PASSPHRASE)
    first = rig.start()
    assert not asked(first).sealed_file_exists
    first.submit(seal)
    first.wait_for(ConsentNeeded)
    assert isinstance(first.do(SignIn(account=ACCOUNT, permissions=ALL)), Finished)
    first.program.close()

    second = rig.start()
    assert asked(second).sealed_file_exists
    second.submit(ChooseKeychain(choice=KeychainChoice.SEALED_FILE, passphrase=Secret("wrong")))
    wrong = second.wait_for(KeychainNeeded).problem
    second.submit(seal)

    assert wrong.kind is ErrorKind.WRONG_PASSPHRASE
    online(second)
    assert PASSPHRASE.reveal().encode() not in rig.places.sealed_file.read_bytes()


def test_a_keychain_that_hangs_keeps_no_list_waiting(rig: Rig) -> None:
    rig.mail.deliver(letter("kept"))
    heard = rig.signed_in()
    rows = open_full(heard, box(heard))
    freed = threading.Event()
    own = rig.keychain.read

    def hang(entry: str) -> Secret | None:
        freed.wait(10)
        return own(entry)

    rig.keychain.read = hang  # type: ignore[method-assign]  # the keychain's own bad day
    heard.submit(OpenAccount(account=ACCOUNT))
    heard.submit(ListActivity())
    loaded = heard.ask(OpenMailbox(account=ACCOUNT, mailbox=box(heard).id), ListLoaded)

    assert list(loaded.rows) == rows
    assert seconds_to_close(heard) < CLOSE_S + GRACE_S
    freed.set()


def test_closing_does_not_wait_for_a_mail_server_that_is_stuck(rig: Rig) -> None:
    stuck, freed = threading.Event(), threading.Event()

    def hang(_peer: Peer, _tag: bytes, _text: bytes) -> None:
        stuck.set()
        freed.wait(10)

    heard = rig.signed_in()
    rig.mail.answers[b"SELECT"] = hang
    heard.submit(OpenMailbox(account=ACCOUNT, mailbox=box(heard, MailboxRole.TRASH).id))
    assert stuck.wait(10)

    assert seconds_to_close(heard) < CLOSE_S + GRACE_S
    freed.set()


def test_closing_does_not_wait_for_a_provider_that_is_stuck(rig: Rig) -> None:
    stuck, freed = threading.Event(), threading.Event()

    def hang(_request: Request) -> Reply:
        stuck.set()
        freed.wait(10)
        return Reply(status=503)

    rig.auth.handlers["/token"] = hang
    heard = rig.opened()
    heard.submit(SignIn(account=ACCOUNT, permissions=ALL))
    assert stuck.wait(10)

    assert seconds_to_close(heard) < CLOSE_S + GRACE_S
    freed.set()


def test_nothing_is_told_after_the_end(rig: Rig) -> None:
    heard = rig.signed_in()
    late: list[Event] = []

    heard.program.close()
    heard.program.engine.listen(late.append)
    heard.program.engine.submit(ListAccounts())
    rig.mail.deliver(letter("late"))
    heard.program.close()

    assert late == []


def test_what_is_asked_before_everything_is_loaded_is_answered_then(rig: Rig) -> None:
    heard = rig.start()

    accounts = heard.submit(ListAccounts())
    activity = heard.submit(ListActivity())
    given_up = heard.submit(ListActivity())
    heard.program.engine.cancel(given_up)
    heard.wait_for(Cancelled, lambda event: event.command == given_up)
    heard.program.load_rest()

    assert {heard.wait_for(Finished).command for _ in range(2)} == {accounts, activity}
    assert {type(event) for event in heard.events} >= {AccountsListed, ActivityListed}


def test_opening_an_account_twice_changes_nothing(rig: Rig) -> None:
    heard = rig.signed_in()
    posts = len(rig.auth.seen("/token"))

    for _ in range(2):
        assert isinstance(heard.do(OpenAccount(account=ACCOUNT)), Finished)

    assert len(rig.auth.seen("/token")) == posts
    assert any(isinstance(event, MailboxesListed) for event in heard.events)
