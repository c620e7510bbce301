"""Several accounts in one program, each on servers of its own: what happens to one leaves the others alone."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.engine.conftest import ACCOUNT, ALL
from tests.engine.two_accounts import OTHER, TwoAccounts, is_online
from tests.fakes.authorization_server import json_reply
from tests.fakes.certificates import Certificate
from tests.fakes.mail_house import letter
from tuimail.api.commands import ListAccounts, OpenAccount, SignIn, SignOut
from tuimail.api.events import (
    AccountChanged,
    AccountsListed,
    ConsentNeeded,
    Failed,
    LinkChanged,
    MailboxesListed,
    Noticed,
    SignedOutReport,
)
from tuimail.domain.account import Expired, Link, SignedIn, SignedOut
from tuimail.domain.errors import ErrorKind


@pytest.fixture
def two(tmp_path: Path, certificate: Certificate) -> Iterator[TwoAccounts]:
    with ExitStack() as servers:
        rig = TwoAccounts(tmp_path, certificate, servers)
        yield rig
        for program in rig.programs:
            program.close()


def test_an_account_opened_behind_another_asks_for_nothing(two: TwoAccounts) -> None:
    heard = two.signed_in()

    heard.do(OpenAccount(account=OTHER, asks=False))

    told = [event for event in heard.events if isinstance(event, AccountChanged) and event.account == OTHER]
    assert [type(event.state) for event in told] == [SignedOut]
    assert [event.request.account for event in heard.events if isinstance(event, ConsentNeeded)] == [ACCOUNT]


def test_both_accounts_are_online_at_once_each_at_its_own_server(two: TwoAccounts) -> None:
    two.both_signed_in()

    assert two.mail.count(b"AUTHENTICATE") >= 1
    assert two.other_mail.count(b"AUTHENTICATE") >= 1


def test_where_one_server_refuses_the_other_account_gets_its_mail(two: TwoAccounts) -> None:
    two.other_mail.accepts = lambda _token: False
    two.mail.deliver(letter("Good news"))
    heard = two.signed_in()
    heard.do(OpenAccount(account=OTHER, asks=False))
    heard.do(SignIn(account=OTHER, permissions=ALL))
    heard.wait_for(LinkChanged, lambda event: event.account == OTHER and event.state.link is Link.OFFLINE)

    two.mail.deliver(letter("More of it"))

    heard.wait_for(
        MailboxesListed, lambda event: event.account == ACCOUNT and any(box.total == 2 for box in event.mailboxes)
    )
    links = {event.state.link for event in heard.events if isinstance(event, LinkChanged) and event.account == ACCOUNT}
    assert Link.OFFLINE not in links


def test_signing_out_of_one_leaves_the_other_signed_in_and_online(two: TwoAccounts) -> None:
    heard = two.both_signed_in()

    heard.submit(SignOut(account=OTHER))
    heard.wait_for(SignedOutReport)
    two.mail.deliver(letter("Still here"))

    heard.wait_for(
        MailboxesListed, lambda event: event.account == ACCOUNT and any(box.total == 1 for box in event.mailboxes)
    )
    listed = heard.ask(ListAccounts(), AccountsListed).accounts
    assert [type(each.state) for each in listed] == [SignedIn, SignedOut]
    assert not two.places.store(OTHER).exists()
    assert two.places.store(ACCOUNT).exists()


def test_an_account_that_cannot_be_opened_is_listed_with_the_reason_beside_the_others(two: TwoAccounts) -> None:
    two.other = replace(two.other, ca_file=str(two.folder / "missing.pem"))
    heard = two.signed_in()

    ended = heard.do(OpenAccount(account=OTHER, asks=False))
    listed = heard.ask(ListAccounts(), AccountsListed).accounts

    assert isinstance(ended, Failed)
    assert ended.problem.kind is ErrorKind.BAD_PROFILE
    assert isinstance(listed[0].state, SignedIn)
    assert listed[1].account.id == OTHER
    assert isinstance(listed[1].state, SignedOut)
    assert "missing.pem" in listed[1].state.reason


def test_a_damaged_store_of_one_account_is_told_for_it_and_the_other_works(two: TwoAccounts) -> None:
    two.both_signed_in().program.close()
    path = two.places.store(OTHER)
    path.write_bytes(b"\x00" * path.stat().st_size)

    heard = two.reopened()
    heard.do(OpenAccount(account=OTHER, asks=False))

    is_online(heard, OTHER)
    told = [event for event in heard.events if isinstance(event, Noticed) and event.problem is not None]
    assert [event.account for event in told] == [OTHER]


def test_a_sign_in_that_ends_leaves_the_other_account_fetching_its_mail(two: TwoAccounts) -> None:
    heard = two.both_signed_in()
    two.auth.script("/token", json_reply({"error": "invalid_grant"}, 400))
    dead = set(two.other_mail.tokens)
    two.other_mail.accepts = lambda token: token not in dead

    two.other_mail.hang_up()

    heard.wait_for(AccountChanged, lambda event: event.account == OTHER and isinstance(event.state, Expired))
    two.mail.deliver(letter("Still coming"))
    heard.wait_for(
        MailboxesListed, lambda event: event.account == ACCOUNT and any(box.total == 1 for box in event.mailboxes)
    )
    told = [event.state for event in heard.events if isinstance(event, AccountChanged) and event.account == ACCOUNT]
    assert isinstance(told[-1], SignedIn)


def test_of_two_windows_each_may_write_for_one_account(two: TwoAccounts) -> None:
    two.both_signed_in().program.close()
    first, second = two.start(), two.start()
    first.do(OpenAccount(account=ACCOUNT))
    second.do(OpenAccount(account=OTHER))
    first.do(OpenAccount(account=OTHER, asks=False))
    second.do(OpenAccount(account=ACCOUNT, asks=False))

    mine = first.ask(ListAccounts(), AccountsListed).accounts
    theirs = second.ask(ListAccounts(), AccountsListed).accounts

    assert [bool(each.read_only_reason) for each in mine] == [False, True]
    assert [bool(each.read_only_reason) for each in theirs] == [True, False]
    noticed = [event.account for event in first.events if isinstance(event, Noticed)]
    assert noticed == [OTHER]
