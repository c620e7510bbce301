"""What goes wrong at sign-in and afterwards, and what stays."""

from collections.abc import Callable

from msgspec.structs import replace

from tests.journeys.conftest import Heard
from tests.journeys.steps import READ, agree, open_full, sign_in, with_role
from tuimail.api.commands import DeclineConsent, GiveClientSecret, OpenAccount, OpenMailbox, Refresh, SignIn, SignOut
from tuimail.api.events import (
    AccountChanged,
    Cancelled,
    ClientSecretNeeded,
    ConsentNeeded,
    Failed,
    Finished,
    LinkChanged,
    ListChanged,
    ListLoaded,
    MailboxesListed,
    SignedOutReport,
)
from tuimail.demo.provider import DemoProvider
from tuimail.domain.account import Expired, Link, SignedOut
from tuimail.domain.draft import SignOutStepState
from tuimail.domain.errors import ErrorKind, Remedy
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.token import Secret

Start = Callable[[], Heard]


def test_a_refusal_at_the_consent_page_leaves_nothing(start: Start, demo: DemoProvider) -> None:
    heard = start()
    heard.submit(OpenAccount(account=heard.account))
    heard.wait_for(ConsentNeeded)
    demo.deny_next()

    ended = heard.do(SignIn(account=heard.account, permissions=READ))

    assert isinstance(ended, Failed)
    assert ended.problem.kind is ErrorKind.ACCESS_DENIED
    assert demo.live_tokens() == frozenset()


def test_a_token_endpoint_that_is_down_is_not_called_a_sign_in_problem(start: Start, demo: DemoProvider) -> None:
    heard = start()
    heard.submit(OpenAccount(account=heard.account))
    heard.wait_for(ConsentNeeded)
    demo.token_endpoint_down(True)

    ended = heard.do(SignIn(account=heard.account, permissions=READ))

    assert isinstance(ended, Failed)
    assert ended.problem.kind is ErrorKind.PROVIDER_UNREACHABLE


def test_an_expired_access_token_is_replaced_unseen(start: Start, demo: DemoProvider) -> None:
    heard = start()
    open_full(heard, sign_in(heard))

    demo.expire_access_tokens()
    demo.drop_connections()
    ended = heard.do(Refresh(account=heard.account))

    assert isinstance(ended, Finished), ended
    assert not any(isinstance(event, AccountChanged) and isinstance(event.state, Expired) for event in heard.events)


def test_access_ended_at_the_provider_asks_to_sign_in_and_keeps_the_mail(start: Start, demo: DemoProvider) -> None:
    heard = start()
    inbox = sign_in(heard)
    rows = open_full(heard, inbox)

    demo.revoke_all()
    demo.drop_connections()
    heard.submit(Refresh(account=heard.account))
    expired = heard.wait_for(AccountChanged, lambda event: isinstance(event.state, Expired)).state

    assert isinstance(expired, Expired)
    assert expired.problem.remedy is Remedy.SIGN_IN
    loaded = heard.ask(OpenMailbox(account=heard.account, mailbox=inbox.id), ListLoaded)
    assert len(loaded.rows) == len(rows)

    assert isinstance(heard.do(SignIn(account=heard.account, permissions=READ)), Finished)
    heard.wait_for(LinkChanged, lambda event: event.state.link is Link.ONLINE)


def test_a_start_without_a_network_shows_the_stored_mail_and_says_offline(start: Start, demo: DemoProvider) -> None:
    first = start()
    rows = open_full(first, sign_in(first))
    first.program.close()
    demo.stop()

    second = start()
    second.submit(OpenAccount(account=second.account))
    inbox = second.wait_for(MailboxesListed).mailboxes[0]
    loaded = second.ask(OpenMailbox(account=second.account, mailbox=inbox.id), ListLoaded)
    offline = second.wait_for(LinkChanged, lambda event: event.state.link is Link.OFFLINE).state

    assert len(loaded.rows) == len(rows)
    assert offline.since is not None
    assert not any(isinstance(event, AccountChanged) and isinstance(event.state, Expired) for event in second.events)


def test_signing_out_without_a_network_deletes_here_and_says_that_revoking_failed(
    start: Start, demo: DemoProvider
) -> None:
    heard = start()
    open_full(heard, sign_in(heard))
    demo.stop()

    report = heard.ask(SignOut(account=heard.account), SignedOutReport)

    states = {step.title.split(" ", 1)[0]: step.state for step in report.steps}
    assert not report.revoked
    assert report.can_retry
    assert states["Revoke"] is SignOutStepState.FAILED
    assert [step.state for step in report.steps if step.title.startswith("Delete")] == [SignOutStepState.DONE] * 2


def test_forgetting_here_leaves_the_grant_at_the_provider(start: Start, demo: DemoProvider) -> None:
    heard = start()
    agree(heard)

    report = heard.ask(SignOut(account=heard.account, here_only=True), SignedOutReport)
    states = [event.state for event in heard.events if isinstance(event, AccountChanged)]

    assert not report.revoked
    assert isinstance(states[-1], SignedOut)
    assert demo.live_tokens()


def test_a_second_process_reads_and_does_not_write(start: Start) -> None:
    first = start()
    inbox = sign_in(first)
    rows = open_full(first, inbox)

    second = start()
    second.submit(OpenAccount(account=second.account))
    listed = second.wait_for(MailboxesListed)
    loaded = second.ask(OpenMailbox(account=second.account, mailbox=listed.mailboxes[0].id), ListLoaded)
    refused = second.do(Refresh(account=second.account))

    assert len(loaded.rows) == len(rows)
    assert isinstance(refused, Failed)
    assert "another window" in refused.problem.summary


def test_signing_in_again_after_a_sign_out_brings_the_mail_back(start: Start) -> None:
    heard = start()
    rows = open_full(heard, sign_in(heard))
    assert heard.ask(SignOut(account=heard.account), SignedOutReport).revoked

    assert isinstance(heard.do(SignIn(account=heard.account, permissions=READ)), Finished)
    again = open_full(heard, with_role(heard, MailboxRole.INBOX))

    assert len(again) == len(rows)


def test_a_second_process_cannot_sign_out_under_the_first(start: Start, demo: DemoProvider) -> None:
    first = start()
    open_full(first, sign_in(first))
    second = start()
    second.submit(OpenAccount(account=second.account))
    second.wait_for(MailboxesListed)

    refused = second.do(SignOut(account=second.account))

    assert isinstance(refused, Failed)
    assert "another window" in refused.problem.summary
    assert demo.live_tokens()


def test_a_lost_connection_is_noticed_and_mended_without_a_key_press(start: Start, demo: DemoProvider) -> None:
    heard = start()
    rows = open_full(heard, sign_in(heard))
    heard.do(Refresh(account=heard.account))

    demo.drop_connections()
    demo.deliver(b"From: Ada <ada@example.org>\r\nSubject: After the storm\r\n\r\nAll well.\r\n")

    heard.wait_for(ListChanged, lambda event: len(event.rows) == len(rows) + 1)


def test_declining_the_consent_leaves_the_account_signed_out(start: Start, demo: DemoProvider) -> None:
    heard = start()
    heard.submit(OpenAccount(account=heard.account))
    heard.wait_for(ConsentNeeded)

    heard.do(DeclineConsent(account=heard.account))

    states = [event.state for event in heard.events if isinstance(event, AccountChanged)]
    assert isinstance(states[-1], SignedOut)
    assert demo.live_tokens() == frozenset()


def test_a_client_secret_is_asked_for_before_the_browser_and_again_when_refused(
    start: Start, demo: DemoProvider
) -> None:
    demo.account = replace(demo.account, oauth=replace(demo.account.oauth, secret_in_keychain=True))
    heard = start()
    heard.submit(OpenAccount(account=heard.account))
    heard.wait_for(ConsentNeeded)

    first = heard.submit(SignIn(account=heard.account, permissions=READ))
    needed = heard.wait_for(ClientSecretNeeded)
    heard.submit(GiveClientSecret(account=heard.account, secret=Secret("this-client-has-none")))
    refused = heard.wait_for(Failed, lambda event: event.command == first)
    heard.submit(SignIn(account=heard.account, permissions=READ))

    assert needed.client_id == demo.account.oauth.client_id
    assert refused.problem.kind is ErrorKind.PROVIDER_REFUSED
    assert heard.wait_for(ClientSecretNeeded) is not None


def test_a_client_secret_that_is_not_given_ends_the_sign_in(start: Start, demo: DemoProvider) -> None:
    demo.account = replace(demo.account, oauth=replace(demo.account.oauth, secret_in_keychain=True))
    heard = start()
    heard.submit(OpenAccount(account=heard.account))
    heard.wait_for(ConsentNeeded)

    number = heard.submit(SignIn(account=heard.account, permissions=READ))
    heard.wait_for(ClientSecretNeeded)
    heard.program.engine.cancel(number)

    assert heard.wait_for(Cancelled).command == number
    assert demo.live_tokens() == frozenset()
