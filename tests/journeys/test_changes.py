"""Flags, moves, undo, drafts and sending, seen at the provider."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.journeys.conftest import Heard
from tests.journeys.steps import READ, SEND, open_full, sign_in
from tuimail.api.commands import (
    BeginDraft,
    DiscardDraft,
    ListDrafts,
    LoadRows,
    MoveMessages,
    OpenAccount,
    OpenMessage,
    Refresh,
    SaveDraft,
    Search,
    Send,
    SetFlags,
    SignIn,
    Undo,
)
from tuimail.api.events import (
    DraftOpened,
    DraftsListed,
    FileSaved,
    Finished,
    LinkChanged,
    ListChanged,
    ListLoaded,
    MailboxesListed,
    MessageLoaded,
    OutboxChanged,
    RowsLoaded,
)
from tuimail.api.reading import SaveAttachment
from tuimail.demo.provider import DemoProvider
from tuimail.domain.ids import RowId
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.message import Envelope, Flag

Start = Callable[[], Heard]


def envelope(heard: Heard, row: RowId) -> Envelope:
    """The row as it is stored now."""
    return heard.ask(LoadRows(account=heard.account, rows=(row,)), RowsLoaded).envelopes[0]


def settled(heard: Heard) -> None:
    """Everything that waited has been told to the server."""
    assert isinstance(heard.do(Refresh(account=heard.account)), Finished)


def test_a_star_reaches_the_server_and_comes_back_off_with_undo(start: Start) -> None:
    heard = start()
    row = open_full(heard, sign_in(heard))[3]
    star = frozenset({Flag.FLAGGED})
    was_starred = envelope(heard, row).is_flagged
    assert not was_starred

    heard.do(SetFlags(account=heard.account, rows=(row,), add=star))
    assert envelope(heard, row).is_flagged
    settled(heard)
    assert not envelope(heard, row).pending
    heard.do(Undo(account=heard.account))
    settled(heard)

    assert not envelope(heard, row).is_flagged
    assert not envelope(heard, row).pending


def test_deleting_moves_to_trash_and_undo_brings_it_back(start: Start) -> None:
    heard = start()
    inbox = sign_in(heard)
    rows = open_full(heard, inbox)

    done = heard.do(MoveMessages(account=heard.account, rows=(rows[0],), to=MailboxRole.TRASH))
    settled(heard)
    assert isinstance(done, Finished)
    assert done.can_undo
    assert envelope(heard, rows[0]).mailbox != inbox.id
    heard.do(Undo(account=heard.account))
    settled(heard)

    assert envelope(heard, rows[0]).mailbox == inbox.id


@pytest.mark.parametrize("to", [MailboxRole.TRASH, MailboxRole.JUNK])
def test_mail_that_undo_brings_back_is_not_new(start: Start, to: MailboxRole) -> None:
    heard = start()
    rows = open_full(heard, sign_in(heard))
    row = next(row for row in rows if envelope(heard, row).is_unread)
    settled(heard)

    heard.do(MoveMessages(account=heard.account, rows=(row,), to=to))
    settled(heard)
    begun = len(heard.events)
    undone = heard.do(Undo(account=heard.account))
    settled(heard)
    settled(heard)

    assert isinstance(undone, Finished)
    assert undone.words == "Undone"
    told = [event for event in heard.events[begun:] if isinstance(event, ListChanged)]
    assert row in told[-1].rows
    assert [event.new_mail for event in told if event.new_mail] == []


def test_new_mail_comes_without_a_key_press(start: Start, demo: DemoProvider) -> None:
    heard = start()
    rows = open_full(heard, sign_in(heard))
    heard.do(Refresh(account=heard.account))

    demo.deliver(b"From: Ada <ada@example.org>\r\nTo: robin@example.org\r\nSubject: Fresh bread\r\n\r\nStill warm.\r\n")
    changed = heard.wait_for(ListChanged, lambda event: len(event.rows) == len(rows) + 1)

    assert [each.subject for each in changed.changed if each.subject == "Fresh bread"] == ["Fresh bread"]
    assert changed.new_mail == 1


def test_search_finds_words_of_stored_headers(start: Start) -> None:
    heard = start()
    inbox = sign_in(heard)
    rows = open_full(heard, inbox)
    subject = envelope(heard, rows[5]).subject
    word = max(subject.split(), key=len)

    found = heard.ask(Search(account=heard.account, mailbox=inbox.id, query=word), ListLoaded)

    assert rows[5] in found.rows
    assert 0 < len(found.rows) < len(rows)


def test_an_attachment_is_saved_under_a_new_name(start: Start, tmp_path: object) -> None:
    heard = start()
    rows = open_full(heard, sign_in(heard))
    row = next(row for row in rows if envelope(heard, row).has_attachment)
    part = heard.ask(OpenMessage(account=heard.account, row=row), MessageLoaded).message.attachments[0]
    save = SaveAttachment(account=heard.account, row=row, part=part.part, folder=str(tmp_path))

    first, second = heard.ask(save, FileSaved).path, heard.ask(save, FileSaved).path

    assert first != second


def test_a_draft_is_kept_discarded_and_brought_back(start: Start) -> None:
    heard = start()
    sign_in(heard)
    draft = heard.ask(BeginDraft(account=heard.account), DraftOpened).draft
    draft = replace(draft, subject="Bees", text="They swarm.")

    heard.do(SaveDraft(account=heard.account, draft=draft))
    kept = heard.ask(ListDrafts(account=heard.account), DraftsListed).drafts
    heard.do(DiscardDraft(account=heard.account, draft=draft.id))
    gone = heard.ask(ListDrafts(account=heard.account), DraftsListed).drafts
    back = heard.ask(Undo(account=heard.account), DraftOpened).draft

    assert kept == (draft,)
    assert gone == ()
    assert back == draft


def test_a_mail_is_taken_back_in_its_undo_window(start: Start, demo: DemoProvider) -> None:
    heard = start()
    sign_in(heard)
    heard.do(SignIn(account=heard.account, permissions=READ | SEND))
    draft = heard.ask(BeginDraft(account=heard.account), DraftOpened).draft
    draft = replace(draft, to="ada@example.org", subject="Bees", text="They swarm.")

    assert isinstance(heard.do(Send(account=heard.account, draft=draft)), Finished)
    back = heard.ask(Undo(account=heard.account), DraftOpened).draft

    assert back.text == "They swarm."
    assert [event for event in heard.events if isinstance(event, OutboxChanged)][-1].items == ()
    assert demo.sent_count() == 0


def test_a_sent_mail_lies_in_sent_and_is_answered(start: Start, demo: DemoProvider) -> None:
    heard = start()
    rows = open_full(heard, sign_in(heard))
    heard.do(SignIn(account=heard.account, permissions=READ | SEND))
    draft = heard.ask(BeginDraft(account=heard.account), DraftOpened).draft
    to = str(envelope(heard, rows[0]).sender[0])
    heard.do(Send(account=heard.account, draft=replace(draft, to=to, subject="Lunch", text="At noon?")))
    heard.wait_for(OutboxChanged, lambda event: not event.items)

    assert demo.sent_count() == 1
    heard.wait_for(ListChanged, lambda event: event.new_mail > 0)
    assert any(isinstance(event, LinkChanged) for event in heard.events)


def test_a_draft_saved_in_the_moment_of_quitting_is_there_at_the_next_start(start: Start) -> None:
    first = start()
    sign_in(first)
    draft = replace(first.ask(BeginDraft(account=first.account), DraftOpened).draft, text="The last words")

    first.submit(SaveDraft(account=first.account, draft=draft))
    first.program.close()

    second = start()
    second.submit(OpenAccount(account=second.account))
    second.wait_for(MailboxesListed)
    assert second.ask(ListDrafts(account=second.account), DraftsListed).drafts == (draft,)
