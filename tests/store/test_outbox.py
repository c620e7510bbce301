from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.store.conftest import NOW
from tuimail.domain.draft import Draft, DraftAttachment, OutboxState
from tuimail.domain.ids import AccountId, DraftId, OutboxId
from tuimail.store.db import Database
from tuimail.store.drafts import DraftRepository
from tuimail.store.outbox import (
    Later,
    NewOutboxMail,
    OutboxRepository,
    Recipient,
    RecipientState,
    SendPhase,
)

ACCOUNT = AccountId("work")
FILE = DraftAttachment(name="plan.pdf", content_type="application/pdf", data=b"%PDF" * 100)
DRAFT = Draft(id=DraftId("d" * 32), account=ACCOUNT, to="bo@x.test", subject="Plan", text="Hi", attachments=(FILE,))


def new_mail(*, wants_copy: bool = False, delay_s: float = 5) -> NewOutboxMail:
    return NewOutboxMail(
        mail=b"Subject: Plan\r\n\r\nHi\r\n",
        message_id="<1@home.test>",
        subject="Plan",
        sender="me@home.test",
        recipients=("bo@x.test", "cy@x.test"),
        draft=DRAFT,
        send_at=NOW + timedelta(seconds=delay_s),
        wants_copy=wants_copy,
    )


@pytest.fixture
def outbox(db: Database) -> OutboxRepository:
    return OutboxRepository(db, ACCOUNT)


@pytest.fixture
def item(outbox: OutboxRepository) -> OutboxId:
    return outbox.queue(new_mail(), now=NOW)


def state(outbox: OutboxRepository) -> OutboxState | None:
    items = outbox.items()
    return items[0].state if items else None


def test_queued_mail_is_shown_with_the_time_it_goes_out(outbox: OutboxRepository, item: OutboxId) -> None:
    (shown,) = outbox.items()

    assert (shown.id, shown.account, shown.state) == (item, ACCOUNT, OutboxState.QUEUED)
    assert shown.recipients == ("bo@x.test", "cy@x.test")
    assert shown.send_at == NOW + timedelta(seconds=5)
    assert outbox.next_due() == (item, NOW + timedelta(seconds=5))
    assert outbox.count_unsent() == 1


def test_time_to_take_back_is_never_cut_short(outbox: OutboxRepository) -> None:
    outbox.queue(new_mail(delay_s=4.2), now=NOW)

    due = outbox.next_due()

    assert due is not None
    assert due[1] == NOW + timedelta(seconds=5)


def test_queueing_takes_the_draft_off_the_drafts(db: Database, outbox: OutboxRepository) -> None:
    drafts = DraftRepository(db)
    drafts.save(DRAFT, now=NOW)

    item = outbox.queue(new_mail(), now=NOW)

    assert drafts.list() == ()
    assert outbox.draft(item) == DRAFT


def test_mail_goes_out_byte_for_byte_at_every_attempt(outbox: OutboxRepository, item: OutboxId) -> None:
    first = outbox.begin(item)
    outbox.put_back(item, words="The server is busy.", send_at=NOW + timedelta(minutes=1))
    second = outbox.begin(item)

    assert first is not None
    assert second is not None
    assert first.mail == second.mail == new_mail().mail
    assert first.message_id == second.message_id
    assert (first.attempts, second.attempts) == (1, 2)


def test_mail_is_taken_for_sending_once(outbox: OutboxRepository, item: OutboxId) -> None:
    assert outbox.begin(item) is not None
    assert outbox.begin(item) is None
    assert outbox.next_due() is None
    assert outbox.take_back(item, now=NOW) is None
    assert not outbox.discard(item)
    assert not outbox.retry(item, now=NOW)


@pytest.mark.parametrize(
    ("phase", "after"),
    [
        (SendPhase.CONNECTING, OutboxState.QUEUED),
        (SendPhase.ENVELOPE, OutboxState.QUEUED),
        (SendPhase.DATA, OutboxState.QUEUED),
        (SendPhase.ENDING, OutboxState.UNKNOWN),
    ],
)
def test_mail_found_half_sent_is_judged_by_its_phase(
    outbox: OutboxRepository, item: OutboxId, phase: SendPhase, after: OutboxState
) -> None:
    outbox.begin(item)
    outbox.note_phase(item, phase)

    unknown = outbox.recover()

    assert state(outbox) is after
    assert unknown == ([item] if after is OutboxState.UNKNOWN else [])
    assert (outbox.next_due() is None) == (after is OutboxState.UNKNOWN)


def test_unknown_mail_goes_out_again_by_the_users_word_only(outbox: OutboxRepository, item: OutboxId) -> None:
    outbox.begin(item)
    outbox.mark_unknown(item)
    assert outbox.next_due() is None
    assert outbox.recover() == []
    assert "may have been sent" in outbox.items()[0].words

    assert outbox.retry(item, now=NOW)

    assert outbox.next_due() == (item, NOW)


def test_accepted_mail_leaves_the_outbox(outbox: OutboxRepository, item: OutboxId) -> None:
    outbox.begin(item)

    outbox.sent(item, {})

    assert outbox.items() == ()


def test_accepted_mail_stays_until_its_copy_is_filed(outbox: OutboxRepository) -> None:
    item = outbox.queue(new_mail(wants_copy=True), now=NOW)
    outbox.begin(item)

    outbox.sent(item, {})

    assert state(outbox) is OutboxState.SENT
    assert outbox.wanting_copy() == [item]
    assert outbox.count_unsent() == 0
    assert outbox.recover() == []
    assert state(outbox) is OutboxState.SENT
    outbox.copied(item)
    assert outbox.items() == ()


def test_retry_goes_to_the_refused_recipients_alone(outbox: OutboxRepository) -> None:
    item = outbox.queue(new_mail(wants_copy=True), now=NOW)
    outbox.begin(item)
    outbox.sent(item, {"cy@x.test": "no such user"})
    held = outbox.load(item)
    assert held is not None
    assert held.state is OutboxState.HELD
    assert "cy@x.test: no such user" in held.words
    assert held.recipients[1] == Recipient(address="cy@x.test", state=RecipientState.REFUSED, words="no such user")
    assert outbox.wanting_copy() == [item]
    outbox.copied(item)

    outbox.retry(item, now=NOW)
    again = outbox.begin(item)

    assert again is not None
    assert again.remaining == ("cy@x.test",)
    outbox.sent(item, {})
    assert outbox.items() == ()


def test_mail_refused_whole_is_held_with_the_servers_words(outbox: OutboxRepository, item: OutboxId) -> None:
    outbox.begin(item)

    outbox.hold(item, words="Too large.", refused={"bo@x.test": "over quota"})

    held = outbox.load(item)
    assert held is not None
    assert (held.state, held.words, held.phase) == (OutboxState.HELD, "Too large.", SendPhase.WAITING)
    assert held.remaining == ("cy@x.test",)
    assert outbox.items()[0].refused == (("bo@x.test", "over quota"),)
    assert outbox.wanting_copy() == []
    outbox.retry(item, now=NOW)
    again = outbox.begin(item)
    assert again is not None
    assert again.remaining == ("bo@x.test", "cy@x.test")


def test_who_is_wanted_later_is_tried_again_by_itself_and_who_was_refused_is_not(outbox: OutboxRepository) -> None:
    item = outbox.queue(replace(new_mail(), recipients=("bo@x.test", "cy@x.test", "di@x.test")), now=NOW)
    outbox.begin(item)
    soon = NOW + timedelta(minutes=1)

    outbox.sent(item, {"cy@x.test": "unknown"}, later=Later(recipients={"di@x.test": "greylisted"}, send_at=soon))

    (shown,) = outbox.items()
    assert (shown.state, shown.send_at) == (OutboxState.QUEUED, soon)
    assert "di@x.test: greylisted" in shown.words
    assert (shown.refused, shown.accepted) == ((("cy@x.test", "unknown"),), ("bo@x.test",))
    again = outbox.begin(item)
    assert again is not None
    assert again.remaining == ("di@x.test",)
    outbox.sent(item, {})
    (shown,) = outbox.items()
    assert (shown.state, shown.refused) == (OutboxState.HELD, (("cy@x.test", "unknown"),))
    assert "di@x.test" not in shown.words


def test_a_mail_that_waits_for_its_next_try_can_be_tried_at_once(outbox: OutboxRepository, item: OutboxId) -> None:
    assert not outbox.retry(item, now=NOW)
    outbox.begin(item)
    outbox.put_back(item, words="later", send_at=NOW + timedelta(hours=1))

    assert outbox.retry(item, now=NOW)

    assert outbox.next_due() == (item, NOW)


def test_who_has_a_mail_already_is_no_recipient_of_the_draft_it_becomes(outbox: OutboxRepository) -> None:
    draft = replace(DRAFT, to="Bo <bo@bücher.test>, cy@x.test")
    item = outbox.queue(replace(new_mail(), draft=draft, recipients=("bo@xn--bcher-kva.test", "cy@x.test")), now=NOW)
    outbox.begin(item)
    outbox.sent(item, {"cy@x.test": "no such user"})

    back = outbox.take_back(item, now=NOW)

    assert back is not None
    assert back.to == "cy@x.test"


@pytest.mark.parametrize("hold", [False, True])
def test_mail_taken_back_is_a_draft_again(
    db: Database, outbox: OutboxRepository, item: OutboxId, *, hold: bool
) -> None:
    if hold:
        outbox.hold(item, words="No.")

    draft = outbox.take_back(item, now=NOW)

    assert draft == DRAFT
    assert DraftRepository(db).list() == (DRAFT,)
    assert outbox.items() == ()
    assert outbox.take_back(item, now=NOW) is None


def test_held_mail_can_be_dropped_and_queued_mail_cannot(outbox: OutboxRepository, item: OutboxId) -> None:
    assert not outbox.discard(item)
    outbox.hold(item, words="No.")

    assert outbox.discard(item)

    assert outbox.items() == ()
    assert outbox.load(item) is None


def test_send_now_ends_the_waiting(outbox: OutboxRepository, item: OutboxId) -> None:
    outbox.send_now(now=NOW + timedelta(seconds=1))

    assert outbox.next_due() == (item, NOW + timedelta(seconds=1))


def test_reprs_show_no_content(outbox: OutboxRepository, item: OutboxId) -> None:
    assert "Plan" not in f"{new_mail()!r} {outbox.load(item)!r}"
