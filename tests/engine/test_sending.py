"""A mail on its way, with the server cutting, refusing and hesitating at every step."""

import threading
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from tests.engine.conftest import ACCOUNT, ALL, Rig, box, write
from tests.fakes.authorization_server import json_reply
from tests.fakes.mail_house import letter
from tests.fakes.wire_server import Peer
from tests.journeys.conftest import Heard
from tests.journeys.steps import open_full
from tuimail.api.commands import (
    AnswerKind,
    BeginAnswer,
    BeginDraft,
    DiscardOutbox,
    EditOutbox,
    OpenAccount,
    PreviewSignOut,
    Refresh,
    RetryOutbox,
    SaveDraft,
    SaveUnsynced,
    Send,
    SendNow,
    SetFlags,
    SignIn,
    Undo,
)
from tuimail.api.events import (
    AccountsListed,
    DraftOpened,
    Failed,
    Finished,
    Noticed,
    OutboxChanged,
    SignOutPreviewed,
)
from tuimail.api.writing import CheckSent, StopSending
from tuimail.domain.draft import DraftAttachment, OutboxItem, OutboxState
from tuimail.domain.message import Flag
from tuimail.domain.scope import Permission
from tuimail.engine.outbox import NOT_FILED, NOT_FOUND
from tuimail.engine.rooms import TAKEN_OVER

DEADLINE_S = 10.0
INVALID = json_reply({"error": "invalid_grant"}, 400)


def outbox(heard: Heard, *states: OutboxState, words: str = "") -> OutboxItem:
    """The one mail of the outbox, once it is in one of these states."""

    def fits(event: OutboxChanged) -> bool:
        return len(event.items) == 1 and event.items[0].state in states and words in event.items[0].words

    return heard.wait_for(OutboxChanged, fits).items[0]


def emptied(heard: Heard) -> None:
    """The outbox is empty: everything was sent and filed."""
    told = [event for event in heard.events if isinstance(event, OutboxChanged)]
    if not told or told[-1].items:
        heard.wait_for(OutboxChanged, lambda event: not event.items)


def cut(peer: Peer, _line: bytes) -> None:
    """Hang up instead of answering."""
    peer.cut()


def test_a_mail_is_sent_once_and_filed_once(rig: Rig) -> None:
    heard = rig.signed_in()

    write(heard)
    emptied(heard)

    assert len(rig.smtp.mails) == 1
    copies = list(rig.mail.boxes[b"Sent"].mails.values())
    assert [copy.raw for copy in copies] == rig.smtp.mails
    assert copies[0].flags == {b"\\Seen"}


def test_what_was_not_taken_goes_out_again_byte_for_byte(rig: Rig) -> None:
    heard = rig.signed_in()
    rig.smtp.verdict = b"451 4.3.0 come back later\r\n"

    write(heard)
    item = outbox(heard, OutboxState.QUEUED, words="come back later")
    rig.smtp.verdict = b"250 2.0.0 queued\r\n"
    heard.do(SendNow(account=ACCOUNT))
    emptied(heard)

    assert item.send_at is not None
    assert item.send_at > item.queued_at
    assert len(rig.smtp.mails) == 2
    assert rig.smtp.mails[0] == rig.smtp.mails[1]
    assert b"Message-ID: " in rig.smtp.mails[0]


def test_cut_at_each_command_before_the_mail_leaves_it_queued(rig: Rig) -> None:
    heard = rig.signed_in()

    for step in (b"EHLO", b"AUTH", b"MAIL", b"RCPT", b"DATA"):
        rig.smtp.answers = {step: cut}
        write(heard, subject=step.decode())
        outbox(heard, OutboxState.QUEUED, words="connection")
        rig.smtp.answers = {}
        heard.do(SendNow(account=ACCOUNT))
        emptied(heard)

    assert len(rig.smtp.mails) == 5


def test_cut_after_the_dot_it_is_unknown_and_never_sent_again_unasked(rig: Rig) -> None:
    heard = rig.signed_in()
    rig.smtp.verdict = b""

    write(heard)
    item = outbox(heard, OutboxState.UNKNOWN)
    rig.smtp.verdict = b"250 2.0.0 queued\r\n"
    heard.do(SendNow(account=ACCOUNT))

    assert len(rig.smtp.mails) == 1
    assert "may or may not" in item.words
    heard.do(RetryOutbox(account=ACCOUNT, item=item.id))
    emptied(heard)
    assert len(rig.smtp.mails) == 2
    assert rig.smtp.mails[0] == rig.smtp.mails[1]


def test_a_lost_goodbye_changes_nothing(rig: Rig) -> None:
    heard = rig.signed_in()
    rig.smtp.answers[b"QUIT"] = cut

    write(heard)
    emptied(heard)

    assert len(rig.smtp.mails) == 1


def test_a_server_that_is_busy_gets_it_later(rig: Rig) -> None:
    heard = rig.signed_in()
    rig.smtp.answers[b"MAIL"] = b"451 4.3.0 come back later\r\n"

    write(heard)
    item = outbox(heard, OutboxState.QUEUED, words="come back later")

    assert item.send_at is not None
    assert (item.send_at - datetime.now(UTC)).total_seconds() > 50
    assert not rig.smtp.mails


def test_a_refusal_holds_it_with_the_servers_words(rig: Rig) -> None:
    heard = rig.signed_in()
    rig.smtp.answers[b"MAIL"] = b"550 5.7.1 no advertising here\r\n"

    write(heard)
    item = outbox(heard, OutboxState.HELD)

    assert "no advertising here" in item.words
    heard.do(DiscardOutbox(account=ACCOUNT, item=item.id))
    assert heard.ask(Undo(account=ACCOUNT), DraftOpened).draft.subject == "Bees"
    assert not rig.smtp.mails


def test_refused_recipients_are_listed_and_retried_alone(rig: Rig) -> None:
    heard = rig.signed_in()
    rig.smtp.answers[b"RCPT TO:<EVE@"] = b"550 5.1.1 nobody of this name\r\n"

    write(heard, to="bob@example.org, eve@example.org")
    item = outbox(heard, OutboxState.HELD)
    assert "eve@example.org" in item.words
    assert "nobody of this name" in item.words
    rig.smtp.answers.clear()
    rig.smtp.commands.clear()
    heard.do(RetryOutbox(account=ACCOUNT, item=item.id))
    emptied(heard)

    assert [line for line in rig.smtp.commands if line.startswith(b"RCPT")] == [b"RCPT TO:<eve@example.org>"]
    assert rig.smtp.mails[0] == rig.smtp.mails[1]


def test_a_mail_that_some_have_already_is_edited_for_the_others_alone(rig: Rig) -> None:
    heard = rig.signed_in()
    rig.smtp.answers[b"RCPT TO:<EVE@"] = b"550 5.1.1 nobody of this name\r\n"
    write(heard, to="Bob <bob@example.org>, eve@example.org")
    item = outbox(heard, OutboxState.HELD)

    opened = heard.ask(EditOutbox(account=ACCOUNT, item=item.id), DraftOpened)

    assert opened.draft.to == "eve@example.org"
    assert opened.notes == ("Has it already, and gets no second one: bob@example.org.",)


def test_who_is_wanted_later_gets_it_later_and_the_others_now(rig: Rig) -> None:
    heard = rig.signed_in()
    rig.smtp.answers[b"RCPT TO:<EVE@"] = b"450 4.2.0 greylisted for a minute\r\n"

    write(heard, to="bob@example.org, eve@example.org")
    item = outbox(heard, OutboxState.QUEUED, words="greylisted")
    rig.smtp.answers.clear()
    rig.smtp.commands.clear()
    heard.do(RetryOutbox(account=ACCOUNT, item=item.id))
    emptied(heard)

    assert item.accepted == ("bob@example.org",)
    assert item.send_at is not None
    assert (item.send_at - datetime.now(UTC)).total_seconds() > 50
    assert [line for line in rig.smtp.commands if line.startswith(b"RCPT")] == [b"RCPT TO:<eve@example.org>"]
    assert rig.smtp.mails[0] == rig.smtp.mails[1]
    assert len(rig.mail.boxes[b"Sent"].mails) == 1


def test_too_many_connections_and_a_rate_are_waited_for_in_words(rig: Rig) -> None:
    heard = rig.signed_in()
    rig.smtp.greeting = b"421 4.7.0 too many connections from you\r\n"

    write(heard, subject="connections")
    item = outbox(heard, OutboxState.QUEUED, words="too many connections")
    rig.smtp.greeting = b"220 ready\r\n"
    rig.smtp.answers[b"MAIL"] = b"450 4.7.28 rate limit for this hour\r\n"
    heard.do(RetryOutbox(account=ACCOUNT, item=item.id))
    slower = outbox(heard, OutboxState.QUEUED, words="rate limit")

    assert "more slowly" in slower.words
    assert item.send_at is not None
    assert slower.send_at is not None
    assert (slower.send_at - datetime.now(UTC)).total_seconds() > 100
    assert not rig.smtp.mails


def test_a_full_mailbox_and_a_mail_too_big_are_said_in_words(rig: Rig) -> None:
    heard = rig.signed_in()
    for answer, words in ((b"552 5.2.2 over quota", "is full"), (b"552 5.3.4 too much", "too big")):
        rig.smtp.answers[b"RCPT"] = answer + b"\r\n"

        write(heard)
        item = outbox(heard, OutboxState.HELD, words=words)

        assert item.refused == (("bob@example.org", answer.decode()),)
        heard.do(DiscardOutbox(account=ACCOUNT, item=item.id))


def test_a_copy_that_cannot_be_filed_leaves_the_mail_sent_and_is_tried_later(rig: Rig) -> None:
    heard = rig.signed_in()
    rig.mail.answers[b"APPEND"] = b"TAG NO [OVERQUOTA] the folder is full\r\n"

    write(heard)
    outbox(heard, OutboxState.SENT)
    told = heard.wait_for(Noticed, lambda event: "copy" in event.words)

    assert "was sent" in told.words
    assert rig.mail.count(b"APPEND") == 1
    assert len(rig.smtp.mails) == 1


def test_a_copy_whose_answer_was_lost_is_not_filed_twice(rig: Rig) -> None:
    heard = rig.signed_in()

    def file_and_hang_up(peer: Peer, _tag: bytes, text: bytes) -> None:
        with rig.mail.guard:
            rig.mail.add(rig.mail.boxes[b"Sent"], text.partition(b'+0000" ')[2], set())
        del rig.mail.answers[b"APPEND"]
        peer.cut()

    rig.mail.answers[b"APPEND"] = file_and_hang_up
    write(heard)
    emptied(heard)

    assert len(rig.mail.boxes[b"Sent"].mails) == 1


def test_a_provider_that_files_by_itself_gets_no_copy(rig: Rig) -> None:
    rig.account = rig.make_account(save_sent=False)
    heard = rig.signed_in()

    write(heard)
    emptied(heard)

    assert rig.mail.count(b"APPEND") == 0


def test_a_mail_found_after_its_dot_at_a_start_is_unknown(rig: Rig) -> None:
    heard = rig.signed_in()
    reached, go_on = threading.Event(), threading.Event()

    def dawdle(peer: Peer, _line: bytes) -> None:
        peer.send(b"354 go on\r\n")
        while peer.line() != b".":
            pass
        reached.set()
        go_on.wait(DEADLINE_S)

    rig.smtp.answers[b"DATA"] = dawdle
    write(heard)
    assert reached.wait(DEADLINE_S)
    heard.program.close()
    go_on.set()
    rig.smtp.answers.clear()

    again = rig.start()
    again.submit(OpenAccount(account=ACCOUNT))

    assert "may have been sent" in outbox(again, OutboxState.UNKNOWN).words
    assert not rig.smtp.mails


def test_a_mail_found_before_its_dot_at_a_start_is_sent(rig: Rig) -> None:
    heard = rig.signed_in()
    reached, go_on = threading.Event(), threading.Event()

    def dawdle(_peer: Peer, _line: bytes) -> None:
        reached.set()
        go_on.wait(DEADLINE_S)

    rig.smtp.answers[b"MAIL"] = dawdle
    write(heard)
    assert reached.wait(DEADLINE_S)
    heard.program.close()
    go_on.set()
    rig.smtp.answers.clear()

    emptied(rig.reopened())

    assert len(rig.smtp.mails) == 1


def test_what_a_second_window_queues_is_sent_once_by_the_first(rig: Rig) -> None:
    first = rig.signed_in()
    second = rig.start()
    second.submit(OpenAccount(account=ACCOUNT))
    second.wait_for(Noticed, lambda event: "another window" in event.words)

    write(second)
    outbox(first, OutboxState.SENDING)
    emptied(first)

    assert len(rig.smtp.mails) == 1
    assert len(rig.smtp_server.peers) == 1


def test_a_second_window_that_reads_a_message_does_not_touch_what_the_first_sends(rig: Rig) -> None:
    first = rig.signed_in()
    second = rig.start()
    second.submit(OpenAccount(account=ACCOUNT))
    second.wait_for(Noticed, lambda event: "another window" in event.words)
    commands = rig.mail.count(b"LIST")

    second.program.household.rooms(ACCOUNT).connection.connect_soon()  # type: ignore[union-attr]  # loaded by now
    second.do(SendNow(account=ACCOUNT))
    write(first)
    emptied(first)

    assert len(rig.smtp.mails) == 1
    assert rig.mail.count(b"LIST") == commands


def test_the_second_window_takes_over_when_the_first_is_closed(rig: Rig) -> None:
    first = rig.signed_in()
    second = rig.start()
    second.submit(OpenAccount(account=ACCOUNT))
    second.wait_for(Noticed, lambda event: "another window" in event.words)

    first.program.close()
    write(second)
    # On a slow machine it has taken over before the mail was written.
    if not any(isinstance(event, Noticed) and TAKEN_OVER in event.words for event in second.events):
        second.wait_for(Noticed, lambda event: TAKEN_OVER in event.words)
    listed = [event for event in second.events if isinstance(event, AccountsListed)] or [
        second.wait_for(AccountsListed)
    ]
    assert listed[-1].accounts[0].read_only_reason == ""
    emptied(second)

    assert len(rig.smtp.mails) == 1


def test_send_now_ends_the_undo_window(rig: Rig) -> None:
    rig.send_delay_s = 60.0
    heard = rig.signed_in()

    write(heard)
    assert isinstance(heard.do(SendNow(account=ACCOUNT)), Finished)

    assert len(rig.smtp.mails) == 1


def test_undo_in_the_window_brings_the_draft_back_and_sends_nothing(rig: Rig) -> None:
    rig.send_delay_s = 60.0
    heard = rig.signed_in()
    draft = write(heard)

    back = heard.ask(Undo(account=ACCOUNT), DraftOpened).draft
    heard.do(SendNow(account=ACCOUNT))

    assert back == draft
    assert not rig.smtp.mails


def test_undo_after_the_window_says_so_and_undoes_nothing_else(rig: Rig) -> None:
    rig.send_delay_s = 0.05
    [uid] = rig.mail.deliver(b"Subject: a star\r\n\r\nx")
    heard = rig.signed_in()
    [row] = open_full(heard, box(heard))
    heard.do(SetFlags(account=ACCOUNT, rows=(row,), add=frozenset({Flag.FLAGGED})))
    write(heard)
    emptied(heard)

    ended = heard.do(Undo(account=ACCOUNT))

    assert isinstance(ended, Finished)
    assert "Too late" in ended.words
    assert b"\\Flagged" in rig.mail.inbox.mails[uid].flags


def test_without_the_permission_the_draft_is_kept_and_nothing_is_queued(rig: Rig) -> None:
    heard = rig.signed_in(frozenset({Permission.READ}))
    draft = heard.ask(BeginDraft(account=ACCOUNT), DraftOpened).draft
    ended = heard.do(Send(account=ACCOUNT, draft=replace(draft, to="bob@example.org", subject="Bees", text="x")))

    assert isinstance(ended, Failed)
    assert not rig.smtp_server.peers


def test_a_mail_that_waits_for_a_sign_in_goes_out_after_it(rig: Rig) -> None:
    rig.send_delay_s = 0.3
    heard = rig.signed_in()
    rig.auth.lifetime_s = 1
    heard.do(SignIn(account=ACCOUNT, permissions=ALL))
    rig.auth.script("/token", INVALID)

    write(heard)
    item = outbox(heard, OutboxState.QUEUED, words="Sign in again")
    rig.auth.lifetime_s = 3600
    heard.do(SignIn(account=ACCOUNT, permissions=ALL))
    heard.do(SendNow(account=ACCOUNT))
    emptied(heard)

    assert item.state is OutboxState.QUEUED
    assert len(rig.smtp.mails) == 1


def test_a_refused_sign_in_at_the_smtp_server_is_tried_with_one_fresh_token_and_then_held(rig: Rig) -> None:
    heard = rig.signed_in()
    before = rig.token_posts()
    rig.smtp.answers[b"AUTH"] = b"535 5.7.8 not this token\r\n"

    write(heard)
    item = outbox(heard, OutboxState.HELD)

    assert "not this token" in item.words
    assert rig.token_posts() == before + 1
    assert sum(1 for line in rig.smtp.commands if line.startswith(b"AUTH")) == 2


def test_a_held_mail_can_be_edited_again(rig: Rig) -> None:
    heard = rig.signed_in()
    rig.smtp.answers[b"MAIL"] = b"550 5.7.1 no\r\n"
    draft = write(heard)
    item = outbox(heard, OutboxState.HELD)

    assert heard.ask(EditOutbox(account=ACCOUNT, item=item.id), DraftOpened).draft == draft
    emptied(heard)
    assert isinstance(heard.do(EditOutbox(account=ACCOUNT, item=item.id)), Failed)


def test_an_answered_message_is_marked_at_the_server(rig: Rig) -> None:
    [uid] = rig.mail.deliver(letter("a question"))
    heard = rig.signed_in()
    [row] = open_full(heard, box(heard))
    draft = heard.ask(BeginAnswer(account=ACCOUNT, row=row, kind=AnswerKind.REPLY), DraftOpened).draft

    heard.do(Send(account=ACCOUNT, draft=draft))
    emptied(heard)
    heard.do(Refresh(account=ACCOUNT))

    assert b"\\Answered" in rig.mail.inbox.mails[uid].flags


def test_the_sign_out_question_counts_what_would_be_lost_and_saves_it(rig: Rig, tmp_path: Path) -> None:
    heard = rig.signed_in()
    rig.smtp.answers[b"MAIL"] = b"550 5.7.1 no\r\n"
    write(heard, subject="unsent")
    outbox(heard, OutboxState.HELD)
    draft = heard.ask(BeginDraft(account=ACCOUNT), DraftOpened).draft
    heard.do(SaveDraft(account=ACCOUNT, draft=replace(draft, text="half a thought")))

    preview = heard.ask(PreviewSignOut(account=ACCOUNT), SignOutPreviewed).preview
    ended = heard.do(SaveUnsynced(account=ACCOUNT, folder=str(tmp_path / "kept")))

    assert (preview.drafts, preview.unsent, preview.changes) == (1, 1, 0)
    assert isinstance(ended, Finished)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "kept").iterdir())
    assert b"half a thought" in kept
    assert b"Subject: unsent" in kept


def unknown(rig: Rig) -> Heard:
    """A program with a mail of unknown fate."""
    heard = rig.signed_in()
    rig.smtp.verdict = b""
    write(heard)
    outbox(heard, OutboxState.UNKNOWN)
    return heard


def test_a_mail_of_unknown_fate_that_lies_in_sent_was_sent(rig: Rig) -> None:
    rig.account = rig.make_account(save_sent=False)
    heard = unknown(rig)
    with rig.mail.guard:
        rig.mail.add(rig.mail.boxes[b"Sent"], rig.smtp.mails[0], set())
    item = outbox_now(heard)

    ended = heard.do(CheckSent(account=ACCOUNT, item=item.id))

    assert isinstance(ended, Finished)
    assert "was sent" in ended.words
    emptied(heard)


def test_what_is_not_in_sent_stays_unknown_and_says_what_that_means(rig: Rig) -> None:
    rig.account = rig.make_account(save_sent=False)
    heard = unknown(rig)
    item = outbox_now(heard)

    ended = heard.do(CheckSent(account=ACCOUNT, item=item.id))

    assert isinstance(ended, Finished)
    assert ended.words == NOT_FOUND
    assert outbox_now(heard).state is OutboxState.UNKNOWN


def test_where_nobody_files_sent_mail_its_absence_says_little(rig: Rig) -> None:
    heard = unknown(rig)

    ended = heard.do(CheckSent(account=ACCOUNT, item=outbox_now(heard).id))

    assert isinstance(ended, Finished)
    assert ended.words == NOT_FILED


def outbox_now(heard: Heard) -> OutboxItem:
    """The one mail of the outbox as it was last told."""
    return next(event for event in reversed(heard.events) if isinstance(event, OutboxChanged)).items[0]


def test_a_big_mail_tells_how_far_it_is_and_can_be_stopped(rig: Rig) -> None:
    heard = rig.signed_in()
    go_on = threading.Event()

    def read_slowly(peer: Peer, _line: bytes) -> None:
        peer.send(b"354 go on\r\n")
        # Until somebody has said stop, a little at a time.
        while not go_on.wait(0.01):
            peer.block(65_536)
        peer.wait_for_end()

    rig.smtp.answers[b"DATA"] = read_slowly
    draft = heard.ask(BeginDraft(account=ACCOUNT), DraftOpened).draft
    film = DraftAttachment(name="film.bin", content_type="application/octet-stream", data=bytes(7_000_000))
    heard.submit(Send(account=ACCOUNT, draft=replace(draft, to="bob@example.org", subject="Film", attachments=(film,))))
    item = outbox(heard, OutboxState.SENDING, words=" MB")

    heard.do(StopSending(account=ACCOUNT, item=item.id))
    go_on.set()

    assert outbox(heard, OutboxState.HELD).words.startswith("Stopped")
    assert rig.smtp.mails == []
