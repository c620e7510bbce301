"""A mail begun in one account and written as an address of another, which then keeps and sends it."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.engine.conftest import ACCOUNT
from tests.engine.two_accounts import OTHER, OTHER_ADDRESS, TwoAccounts
from tests.fakes.certificates import Certificate
from tests.fakes.mail_house import letter
from tests.journeys.conftest import Heard
from tests.journeys.steps import open_full
from tuimail.api.commands import (
    AnswerKind,
    BeginAnswer,
    BeginDraft,
    ListDrafts,
    OpenMailbox,
    SaveDraft,
    Send,
    SignOut,
    Undo,
)
from tuimail.api.events import (
    DraftOpened,
    DraftsListed,
    Finished,
    ListChanged,
    ListLoaded,
    MailboxesListed,
    OutboxChanged,
)
from tuimail.domain.draft import Draft, Identity, written_as
from tuimail.domain.ids import AccountId
from tuimail.domain.mailbox import Mailbox, MailboxRole
from tuimail.domain.message import Flag


@pytest.fixture
def two(tmp_path: Path, certificate: Certificate) -> Iterator[TwoAccounts]:
    with ExitStack() as servers:
        rig = TwoAccounts(tmp_path, certificate, servers)
        yield rig
        for program in rig.programs:
            program.close()


def inbox(heard: Heard, account: AccountId) -> Mailbox:
    listed = [event for event in heard.events if isinstance(event, MailboxesListed) and event.account == account]
    return next(box for box in listed[-1].mailboxes if box.role is MailboxRole.INBOX)


def begun(heard: Heard) -> tuple[Draft, Identity]:
    """A new mail of the first account, and the other account's alias."""
    opened = heard.ask(BeginDraft(account=ACCOUNT), DraftOpened)
    assert opened.draft.account == ACCOUNT
    other = next(identity for identity in opened.identities if identity.sender == OTHER_ADDRESS)
    return replace(opened.draft, to="bob@example.org", subject="Bees", text="They swarm."), other


def drafts(heard: Heard, account: AccountId) -> list[str]:
    return [draft.subject for draft in heard.ask(ListDrafts(account=account), DraftsListed).drafts]


def sent_from(heard: Heard, account: AccountId) -> None:
    """Wait until the account had a mail in its outbox, and has none."""
    heard.wait_for(OutboxChanged, lambda event: event.account == account and bool(event.items))
    heard.wait_for(OutboxChanged, lambda event: event.account == account and not event.items)


def test_a_new_mail_offers_the_addresses_of_all_who_are_signed_in_its_own_account_first(two: TwoAccounts) -> None:
    heard = two.both_signed_in()

    opened = heard.ask(BeginDraft(account=OTHER), DraftOpened)

    assert [(identity.account, identity.sender) for identity in opened.identities] == [
        (OTHER, "alice@example.test"),
        (OTHER, OTHER_ADDRESS),
        (ACCOUNT, "alice@example.test"),
    ]


def test_an_account_that_is_signed_out_is_not_offered(two: TwoAccounts) -> None:
    heard = two.both_signed_in()
    heard.do(SignOut(account=OTHER, here_only=True))

    opened = heard.ask(BeginDraft(account=ACCOUNT), DraftOpened)

    assert {identity.account for identity in opened.identities} == {ACCOUNT}


def test_an_account_for_reading_only_is_not_offered(two: TwoAccounts) -> None:
    scopes = replace(two.other.oauth.scopes, send=())
    two.other = replace(two.other, smtp=None, oauth=replace(two.other.oauth, scopes=scopes))
    heard = two.both_signed_in()

    opened = heard.ask(BeginDraft(account=ACCOUNT), DraftOpened)

    assert {identity.account for identity in opened.identities} == {ACCOUNT}


def test_a_draft_moves_to_the_account_of_its_sender_and_back(two: TwoAccounts) -> None:
    heard = two.both_signed_in()
    draft, other = begun(heard)
    heard.do(SaveDraft(account=ACCOUNT, draft=draft))

    heard.do(SaveDraft(account=OTHER, draft=written_as(draft, other)))
    assert (drafts(heard, ACCOUNT), drafts(heard, OTHER)) == ([], ["Bees"])

    heard.do(SaveDraft(account=ACCOUNT, draft=draft))
    assert (drafts(heard, ACCOUNT), drafts(heard, OTHER)) == (["Bees"], [])


def test_it_is_sent_through_the_server_of_its_sender_and_filed_there(two: TwoAccounts) -> None:
    heard = two.both_signed_in()
    draft, other = begun(heard)
    heard.do(SaveDraft(account=ACCOUNT, draft=draft))

    heard.do(Send(account=OTHER, draft=written_as(draft, other)))
    sent_from(heard, OTHER)

    assert (len(two.smtp.mails), len(two.other_smtp.mails)) == (0, 1)
    assert f"From: {OTHER_ADDRESS}".encode() in two.other_smtp.mails[0]
    assert f"MAIL FROM:<{OTHER_ADDRESS}>".encode() in b"\n".join(two.other_smtp.commands)
    assert [len(mail.boxes[b"Sent"].mails) for mail in (two.mail, two.other_mail)] == [0, 1]
    assert (drafts(heard, ACCOUNT), drafts(heard, OTHER)) == ([], [])


def test_undo_in_the_account_on_the_screen_takes_the_mail_back_from_the_other(two: TwoAccounts) -> None:
    two.send_delay_s = 30.0
    heard = two.both_signed_in()
    heard.ask(OpenMailbox(account=ACCOUNT, mailbox=inbox(heard, ACCOUNT).id), ListLoaded)
    draft, other = begun(heard)
    ended = heard.do(Send(account=OTHER, draft=written_as(draft, other)))
    assert isinstance(ended, Finished)
    assert ended.can_undo

    back = heard.ask(Undo(account=ACCOUNT), DraftOpened)

    assert (back.draft.account, back.draft.subject) == (OTHER, "Bees")


def test_an_answer_sent_from_another_account_marks_the_message_where_it_lies(two: TwoAccounts) -> None:
    two.mail.deliver(letter("First", minute=1))
    two.other_mail.deliver(letter("Another", minute=1))
    heard = two.both_signed_in()
    (row,) = open_full(heard, inbox(heard, ACCOUNT))
    answer = BeginAnswer(account=ACCOUNT, row=row, kind=AnswerKind.REPLY)
    opened = heard.ask(answer, DraftOpened)
    other = next(identity for identity in opened.identities if identity.account == OTHER)

    heard.do(Send(account=OTHER, draft=written_as(opened.draft, other)))

    heard.wait_for(
        ListChanged,
        lambda event: event.account == ACCOUNT and any(Flag.ANSWERED in each.flags for each in event.changed),
    )
    assert two.other_mail.count(b"UID STORE") == 0
