import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.conftest import NOW, mail
from tuimail.domain.ids import MailboxId, RowId, Uid
from tuimail.domain.message import Envelope
from tuimail.store.changes import ChangeId, ChangeRepository
from tuimail.store.db import Database
from tuimail.store.mailboxes import ListedMailbox, MailboxRepository
from tuimail.store.messages import MessageRepository, Place
from tuimail.store.view import Alteration, ChangeKind, Shown, altered

SEEN = frozenset({"\\Seen"})
STAR = frozenset({"\\Flagged"})


@pytest.fixture
def changes(db: Database) -> ChangeRepository:
    return ChangeRepository(db)


def queued(change: ChangeId | None) -> ChangeId:
    assert change is not None
    return change


def envelope(messages: MessageRepository, row: RowId) -> Envelope:
    (found,) = messages.envelopes([row])
    return found


def counts(mailboxes: MailboxRepository, mailbox: MailboxId) -> tuple[int, int]:
    found = mailboxes.get(mailbox)
    assert found is not None
    return found.total, found.unread


def test_flag_is_shown_at_once_and_settles(
    messages: MessageRepository, mailboxes: MailboxRepository, changes: ChangeRepository, inbox: MailboxId
) -> None:
    (row,) = messages.insert(inbox, [mail(1)])
    mailboxes.note_counts(inbox, total=1, unread=1)

    change = queued(changes.set_flags([row], add=SEEN, now=NOW))
    waiting = envelope(messages, row)
    unread_while_waiting = counts(mailboxes, inbox)
    changed = changes.done(change)

    assert (waiting.is_unread, waiting.pending) == (False, True)
    assert unread_while_waiting == (1, 0)
    assert changed == []
    assert (envelope(messages, row).is_unread, envelope(messages, row).pending) == (False, False)
    assert changes.count() == 0


def test_refused_change_is_shown_no_longer(
    messages: MessageRepository, mailboxes: MailboxRepository, changes: ChangeRepository, inbox: MailboxId
) -> None:
    (row,) = messages.insert(inbox, [mail(1)])
    mailboxes.note_counts(inbox, total=1, unread=1)
    change = queued(changes.set_flags([row], add=SEEN | STAR, now=NOW))

    assert changes.refuse(change) == [row]

    assert envelope(messages, row).flags == frozenset()
    assert counts(mailboxes, inbox) == (1, 1)


def test_server_news_does_not_undo_what_waits(
    messages: MessageRepository, changes: ChangeRepository, inbox: MailboxId
) -> None:
    (row,) = messages.insert(inbox, [mail(1)])
    change = queued(changes.set_flags([row], add=SEEN, now=NOW))

    messages.apply_server_flags(inbox, {Uid(1): STAR})

    assert envelope(messages, row).flags == SEEN | STAR
    changes.refuse(change)
    assert envelope(messages, row).flags == STAR


def test_move_is_shown_at_once_and_located_where_the_server_has_it(
    messages: MessageRepository,
    mailboxes: MailboxRepository,
    changes: ChangeRepository,
    inbox: MailboxId,
    trash: MailboxId,
) -> None:
    (row,) = messages.insert(inbox, [mail(1)])
    mailboxes.note_counts(inbox, total=1, unread=1)

    change = queued(changes.move([row], trash, now=NOW))

    assert (list(messages.ids(inbox)), list(messages.ids(trash))) == ([], [row])
    assert messages.locate(row) == Place(mailbox=inbox, uid=Uid(1))
    assert (envelope(messages, row).mailbox, envelope(messages, row).uid) == (trash, None)
    assert (counts(mailboxes, inbox), counts(mailboxes, trash)) == ((0, 0), (1, 1))
    assert list(messages.uids(inbox)) == [1]
    changes.done(change, {row: Uid(70)})
    assert messages.locate(row) == Place(mailbox=trash, uid=Uid(70))
    assert envelope(messages, row).uid == 70


def test_synchronising_does_not_bring_a_moved_message_back(
    messages: MessageRepository, changes: ChangeRepository, inbox: MailboxId, trash: MailboxId
) -> None:
    (row,) = messages.insert(inbox, [mail(1)])
    changes.move([row], trash, now=NOW)

    assert messages.insert(inbox, [mail(1)]) == [row]

    assert list(messages.ids(inbox)) == []


def test_move_without_told_uid_is_recognised_later(
    messages: MessageRepository, changes: ChangeRepository, inbox: MailboxId, trash: MailboxId
) -> None:
    (row,) = messages.insert(inbox, [mail(1)])
    changes.done(queued(changes.move([row], trash, now=NOW)))
    assert messages.locate(row) == Place(mailbox=trash, uid=None)

    rows = messages.insert(trash, [mail(5, message_id="<1@engine.test>"), mail(6)])

    assert rows[0] == row
    assert messages.locate(row) == Place(mailbox=trash, uid=Uid(5))
    assert messages.drop_without_uid(trash) == []


def test_moved_message_that_never_shows_up_is_dropped(
    messages: MessageRepository, changes: ChangeRepository, inbox: MailboxId, trash: MailboxId
) -> None:
    (row,) = messages.insert(inbox, [mail(1)])
    changes.done(queued(changes.move([row], trash, now=NOW)))

    assert messages.drop_without_uid(trash) == [row]


def test_message_seen_arriving_before_its_move_was_confirmed_is_there_once(
    messages: MessageRepository, changes: ChangeRepository, inbox: MailboxId, trash: MailboxId
) -> None:
    (row,) = messages.insert(inbox, [mail(1)])
    change = queued(changes.move([row], trash, now=NOW))
    messages.insert(trash, [mail(9, message_id="<1@engine.test>")])

    changes.done(change, {row: Uid(9)})

    assert list(messages.ids(trash)) == [row]


def test_deletion_hides_and_then_removes(
    messages: MessageRepository, changes: ChangeRepository, inbox: MailboxId
) -> None:
    first, second = messages.insert(inbox, [mail(1), mail(2)])
    refused = queued(changes.delete([first], now=NOW))
    wanted = queued(changes.delete([second], now=NOW))
    assert list(messages.ids(inbox)) == []

    changes.refuse(refused)
    changes.done(wanted)

    assert list(messages.ids(inbox)) == [first]
    assert messages.locate(second) is None


def test_change_can_be_taken_back_until_it_is_begun(
    messages: MessageRepository, changes: ChangeRepository, inbox: MailboxId, trash: MailboxId
) -> None:
    (row,) = messages.insert(inbox, [mail(1)])
    early = queued(changes.move([row], trash, now=NOW))
    assert changes.take_back(early)
    assert list(messages.ids(inbox)) == [row]
    assert not changes.begin(early)

    late = queued(changes.move([row], trash, now=NOW))
    assert changes.begin(late)

    assert not changes.take_back(late)
    changes.put_back(late)
    assert changes.take_back(late)
    assert not changes.take_back(late)


def test_changes_wait_in_order_and_follow_the_message(
    messages: MessageRepository, changes: ChangeRepository, inbox: MailboxId, trash: MailboxId
) -> None:
    rows = messages.insert(inbox, [mail(1), mail(2)])
    move = queued(changes.move(rows, trash, now=NOW))
    flag = queued(changes.set_flags(rows[:1], add=STAR, now=NOW))

    assert [change.id for change in changes.waiting()] == [move, flag]
    [first] = changes.next_alike(10)
    assert (first.kind, first.rows, first.to, first.queued_at) == (ChangeKind.MOVE, (rows[1], rows[0]), trash, NOW)
    changes.done(move, {rows[0]: Uid(10), rows[1]: Uid(11)})
    assert envelope(messages, rows[0]).is_flagged
    assert messages.places(rows[:1]) == {rows[0]: Place(mailbox=trash, uid=Uid(10))}


def test_change_of_rows_that_are_gone_is_not_queued(changes: ChangeRepository) -> None:
    assert changes.set_flags([RowId(5)], add=SEEN, now=NOW) is None
    assert changes.count() == 0
    assert changes.done(ChangeId(99)) == []


def test_mailbox_that_a_move_waits_for_stays_until_the_server_has_refused(
    messages: MessageRepository,
    mailboxes: MailboxRepository,
    changes: ChangeRepository,
    inbox: MailboxId,
    trash: MailboxId,
) -> None:
    (row,) = messages.insert(inbox, [mail(1)])
    change = queued(changes.move([row], trash, now=NOW))

    mailboxes.replace_all([ListedMailbox(raw_name=b"INBOX", name="INBOX")])
    changes.refuse(change)
    mailboxes.replace_all([ListedMailbox(raw_name=b"INBOX", name="INBOX")])

    assert list(messages.ids(inbox)) == [row]
    assert mailboxes.get(trash) is None


flag_sets = st.frozensets(st.sampled_from(["\\Seen", "\\Flagged", "work"]))
alterations = st.one_of(
    st.builds(Alteration, kind=st.just(ChangeKind.FLAGS), add=flag_sets, remove=flag_sets),
    st.builds(Alteration, kind=st.just(ChangeKind.MOVE), target=st.integers(1, 3)),
    st.builds(Alteration, kind=st.just(ChangeKind.DELETE)),
)


@given(st.builds(Shown, shown_in=st.integers(1, 3), flags=flag_sets), alterations)
def test_a_change_made_twice_is_the_change_made_once(shown: Shown, change: Alteration) -> None:
    once = altered(shown, change)

    assert altered(once, change) == once


def test_changes_that_do_the_same_are_given_together_up_to_a_number_of_messages(
    messages: MessageRepository, changes: ChangeRepository, inbox: MailboxId, trash: MailboxId
) -> None:
    one, two, three, four = messages.insert(inbox, [mail(uid) for uid in range(1, 5)])
    stars = [queued(changes.set_flags(rows, now=NOW, add=STAR)) for rows in ([one], [two], [three, four])]
    moved = queued(changes.move([one], trash, now=NOW))
    last = queued(changes.set_flags([one], now=NOW, remove=STAR))

    assert [each.id for each in changes.next_alike(10)] == stars
    assert [each.id for each in changes.next_alike(3)] == stars[:2]
    assert [each.id for each in changes.next_alike(1)] == stars[:1]
    for star in stars:
        changes.done(star)
    assert [each.id for each in changes.next_alike(10)] == [moved]
    changes.done(moved)
    assert [each.id for each in changes.next_alike(10)] == [last]
    changes.done(last)
    assert changes.next_alike(10) == []
