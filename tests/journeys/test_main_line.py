"""From the first start to the sign-out, on a provider of real sockets."""

from collections.abc import Callable

from tests.journeys.conftest import Heard
from tests.journeys.steps import SEND, open_full, sign_in
from tuimail.api.commands import (
    AnswerKind,
    AskConsent,
    BeginAnswer,
    OpenAccount,
    OpenMailbox,
    OpenMessage,
    Send,
    SignIn,
    SignOut,
)
from tuimail.api.events import (
    AccountChanged,
    ConsentNeeded,
    DraftOpened,
    Failed,
    Finished,
    ListLoaded,
    MailboxesListed,
    MessageLoaded,
    OutboxChanged,
    SignedOutReport,
)
from tuimail.demo.provider import DemoProvider
from tuimail.domain.account import SignedIn, SignedOut
from tuimail.domain.errors import ErrorKind
from tuimail.domain.ids import RowId
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.scope import Permission


def test_consent_is_asked_before_anything_leaves_the_machine(start: Callable[[], Heard], demo: DemoProvider) -> None:
    heard = start()

    heard.submit(OpenAccount(account=heard.account))
    asked = heard.wait_for(ConsentNeeded).request

    assert [line.permission for line in asked.lines] == [Permission.IDENTITY, Permission.READ]
    assert not asked.one_permission
    assert demo.live_tokens() == frozenset()


def test_the_whole_line_from_sign_in_to_sign_out(start: Callable[[], Heard], demo: DemoProvider) -> None:
    heard = start()
    inbox = sign_in(heard)
    rows = open_full(heard, inbox)
    assert len(rows) > 20

    message = heard.ask(OpenMessage(account=heard.account, row=rows[0]), MessageLoaded).message
    assert message.subject
    assert message.blocks

    answer = heard.ask(BeginAnswer(account=heard.account, row=rows[0], kind=AnswerKind.REPLY), DraftOpened).draft
    refused = heard.do(Send(account=heard.account, draft=answer))
    assert isinstance(refused, Failed)
    assert refused.problem.kind is ErrorKind.SCOPE_MISSING

    consent = heard.ask(AskConsent(account=heard.account, permissions=SEND), ConsentNeeded).request
    assert [line.permission for line in consent.lines] == [Permission.SEND]
    assert Permission.READ in [line.permission for line in consent.already]
    assert isinstance(heard.do(SignIn(account=heard.account, permissions=SEND)), Finished)
    assert isinstance(heard.do(Send(account=heard.account, draft=answer)), Finished)
    heard.wait_for(OutboxChanged, lambda event: not event.items)
    assert demo.sent_count() == 1

    report = heard.ask(SignOut(account=heard.account), SignedOutReport)
    assert report.revoked
    assert demo.live_tokens() == frozenset()
    heard.program.close()

    again = start()
    again.submit(OpenAccount(account=again.account))
    again.wait_for(ConsentNeeded)


def test_the_next_start_shows_the_stored_list_before_it_signs_in(start: Callable[[], Heard]) -> None:
    first = start()
    rows = open_full(first, sign_in(first))
    first.program.close()

    second = start()
    second.submit(OpenAccount(account=second.account))
    listed = second.wait_for(MailboxesListed)
    inbox = next(box for box in listed.mailboxes if box.role is MailboxRole.INBOX)
    loaded = second.ask(OpenMailbox(account=second.account, mailbox=inbox.id), ListLoaded)

    assert [RowId(row) for row in loaded.rows] == rows
    assert isinstance(second.wait_for(AccountChanged).state, SignedIn | SignedOut)
