"""Conversations in the store: found in slices, in whatever order the messages come."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.conftest import KEY, NOW, mail
from tuimail.domain.address import Address
from tuimail.domain.ids import MailboxId, RowId, Uid
from tuimail.domain.listing import ListView
from tuimail.store.changes import ChangeRepository
from tuimail.store.db import Database, open_store
from tuimail.store.mailboxes import ListedMailbox, MailboxRepository
from tuimail.store.messages import MessageRepository, NewMessage
from tuimail.store.threads import ThreadRepository

FOLDED = ListView(is_threaded=True)
UNFOLDED = ListView(is_threaded=True, is_unfolded=True)


@pytest.fixture
def threads(db: Database) -> ThreadRepository:
    return ThreadRepository(db)


def answer(uid: int, *references: int, **changes: object) -> NewMessage:
    """A mail that answers the last of these."""
    return mail(uid, f"Re: {uid}", references=tuple(f"<{each}@engine.test>" for each in references), **changes)


def partition(db: Database) -> set[frozenset[int]]:
    """The UIDs of each conversation."""
    assert db.value("select count(*) from messages where thread is null") == 0
    found: dict[int, set[int]] = {}
    for uid, thread in db.all("select uid, thread from messages"):
        found.setdefault(thread, set()).add(uid)
    return {frozenset(each) for each in found.values()}


def test_answers_join_what_they_answer(
    db: Database, messages: MessageRepository, threads: ThreadRepository, inbox: MailboxId
) -> None:
    messages.insert(inbox, [mail(1), mail(2), answer(3, 1), answer(4, 1, 3), mail(5, in_reply_to="<2@engine.test>")])

    assert threads.remaining() == 5
    assert threads.thread_some(100) == 5

    assert threads.remaining() == threads.thread_some(100) == 0
    assert partition(db) == {frozenset({1, 3, 4}), frozenset({2, 5})}


def test_equal_subjects_join_nobody(
    db: Database, messages: MessageRepository, threads: ThreadRepository, inbox: MailboxId
) -> None:
    messages.insert(inbox, [mail(1, "Lunch"), mail(2, "Re: Lunch"), mail(3, "Lunch", message_id=""),
                            mail(4, "Lunch", message_id="")])  # fmt: skip
    threads.thread_some(100)

    assert len(partition(db)) == 4


def test_a_late_message_joins_two_conversations(
    db: Database, messages: MessageRepository, threads: ThreadRepository, inbox: MailboxId
) -> None:
    messages.insert(inbox, [mail(1), answer(2, 1), answer(3, 1), mail(7), answer(8, 7)])
    threads.thread_some(100)
    assert len(partition(db)) == 2

    messages.insert(inbox, [answer(9, 3, 8)])
    threads.thread_some(100)

    assert partition(db) == {frozenset({1, 2, 3, 7, 8, 9})}


def test_answers_to_a_mail_that_is_not_here_are_together(
    db: Database, messages: MessageRepository, threads: ThreadRepository, inbox: MailboxId
) -> None:
    messages.insert(inbox, [answer(2, 1), answer(3, 1)])
    threads.thread_some(100)

    assert partition(db) == {frozenset({2, 3})}


def test_gmail_alone_says_what_belongs_together_where_it_says_something(
    db: Database, messages: MessageRepository, threads: ThreadRepository, inbox: MailboxId, trash: MailboxId
) -> None:
    messages.insert(inbox, [mail(1, gmail_thread=2**64 - 5), answer(2, 1, gmail_thread=7), mail(3, gmail_thread=7)])
    messages.insert(trash, [mail(4, message_id="<1@engine.test>", gmail_thread=8)])
    threads.thread_some(100)

    assert partition(db) == {frozenset({1}), frozenset({2, 3}), frozenset({4})}


def test_what_is_learnt_later_of_a_message_counts(
    db: Database, messages: MessageRepository, threads: ThreadRepository, inbox: MailboxId
) -> None:
    messages.insert(inbox, [mail(1), mail(2, message_id="")])
    threads.thread_some(100)

    messages.insert(inbox, [mail(1), answer(2, 1)])
    assert threads.remaining() == 1
    threads.thread_some(100)
    assert partition(db) == {frozenset({1, 2})}

    messages.insert(inbox, [mail(1, gmail_thread=5)])
    threads.thread_some(100)
    assert partition(db) == {frozenset({1}), frozenset({2})}
    messages.insert(inbox, [mail(1)])
    assert threads.remaining() == 0


def test_removed_messages_leave_their_conversation_whole(
    db: Database, messages: MessageRepository, threads: ThreadRepository, inbox: MailboxId
) -> None:
    messages.insert(inbox, [mail(1), answer(2, 1), answer(3, 1, 2)])
    threads.thread_some(100)

    messages.remove_uids(inbox, [Uid(2)])

    assert partition(db) == {frozenset({1, 3})}
    messages.insert(inbox, [answer(2, 1)])
    threads.thread_some(100)
    assert partition(db) == {frozenset({1, 2, 3})}


Named = st.integers(1, 9)
Mails = st.lists(st.lists(Named, max_size=3), min_size=1, max_size=9)


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mails=Mails, data=st.data())
def test_the_order_of_arrival_and_the_slices_do_not_matter(
    mails: list[list[int]], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    new = [answer(uid, *references) for uid, references in enumerate(mails, 1)]
    expected = arrive(new, [len(new)], 1000, tmp_path_factory)

    shuffled = data.draw(st.permutations(new))
    parts = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    found = arrive(shuffled, parts, data.draw(st.integers(1, 3)), tmp_path_factory)

    assert found == expected == connected(mails)


def arrive(
    new: Sequence[NewMessage], parts: list[int], limit: int, folders: pytest.TempPathFactory
) -> set[frozenset[int]]:
    """Insert in portions of these sizes, sort a slice after each, and all at the end."""
    db = open_store(folders.mktemp("order") / "a.store", KEY)
    inbox = MailboxRepository(db).add(ListedMailbox(raw_name=b"INBOX", name="INBOX"))
    messages, threads = MessageRepository(db), ThreadRepository(db)
    left, turn = list(new), 0
    while left:
        size = parts[turn % len(parts)]
        messages.insert(inbox, left[:size])
        threads.thread_some(limit)
        left, turn = left[size:], turn + 1
    while threads.thread_some(limit):
        pass
    found = partition(db)
    db.close()
    return found


def connected(mails: list[list[int]]) -> set[frozenset[int]]:
    """The same by looking again and again."""
    group = {each: each for each in range(1, 10)}
    for _ in group:
        for uid, references in enumerate(mails, 1):
            lowest = min(group[each] for each in (uid, *references))
            for each in (uid, *references):
                group[each] = lowest
    uids = range(1, len(mails) + 1)
    return {frozenset(uid for uid in uids if group[uid] == lowest) for lowest in {group[uid] for uid in uids}}


def test_a_folded_list_shows_the_newest_of_each_conversation(
    messages: MessageRepository, threads: ThreadRepository, inbox: MailboxId
) -> None:
    rows = messages.insert(inbox, [mail(1), mail(2), answer(3, 1), mail(4), answer(5, 1)])
    threads.thread_some(4)

    before_all_are_sorted = list(messages.listing(inbox, FOLDED))
    threads.thread_some(100)

    assert before_all_are_sorted == [rows[4], rows[3], rows[1], rows[0]]
    assert list(messages.listing(inbox, FOLDED)) == [rows[4], rows[3], rows[1]]
    assert list(messages.listing(inbox, ListView(is_threaded=True, is_reversed=True))) == [rows[1], rows[3], rows[4]]


def test_an_unfolded_list_reads_each_conversation_from_its_first_mail(
    messages: MessageRepository, threads: ThreadRepository, inbox: MailboxId
) -> None:
    rows = messages.insert(inbox, [mail(1), mail(2), answer(3, 1), mail(4), answer(5, 1), answer(6, 1, 3)])
    threads.thread_some(100)

    found = list(messages.listing(inbox, UNFOLDED))

    assert found == [rows[0], rows[2], rows[5], rows[4], rows[3], rows[1]]
    assert threads.rows(inbox, rows[5]) == [rows[0], rows[2], rows[5], rows[4]]
    places = threads.places(inbox, rows)
    assert [places[row].depth for row in found] == [0, 1, 2, 1, 0, 0]


def test_places_tell_head_count_unread_and_people(
    messages: MessageRepository, threads: ThreadRepository, inbox: MailboxId
) -> None:
    bo = (Address(name="Bo", spec="bo@x.test"),)
    seen = frozenset({"\\Seen"})
    rows = messages.insert(
        inbox, [mail(1, flags=seen), answer(2, 1, sender=bo), answer(3, 1, 2), mail(4), mail(5, flags=seen)]
    )
    threads.thread_some(100)

    places = threads.places(inbox, [rows[2], rows[0], rows[3], rows[4], RowId(12345)])

    assert set(places) == {rows[0], rows[2], rows[3], rows[4]}
    for row in (rows[0], rows[2]):
        place = places[row]
        assert (place.head, place.count, place.unread) == (rows[2], 3, 2)
        assert place.people == ("Ada Lovelace", "Bo")
    assert (places[rows[3]].head, places[rows[3]].count, places[rows[3]].unread) == (rows[3], 1, 1)
    assert places[rows[4]].unread == 0


def test_a_row_without_a_conversation_yet_stands_alone(
    messages: MessageRepository, threads: ThreadRepository, inbox: MailboxId
) -> None:
    first, second = messages.insert(inbox, [mail(1), answer(2, 1)])

    places = threads.places(inbox, [first, second])

    assert [(place.head, place.count, place.unread) for place in places.values()] == [(first, 1, 1), (second, 1, 1)]
    assert threads.rows(inbox, second) == [second]


def test_what_was_moved_away_counts_where_it_is_shown(
    db: Database, messages: MessageRepository, threads: ThreadRepository, inbox: MailboxId, trash: MailboxId
) -> None:
    rows = messages.insert(inbox, [mail(1), answer(2, 1), answer(3, 1)])
    threads.thread_some(100)

    ChangeRepository(db).move([rows[2]], trash, now=NOW)

    assert list(messages.listing(inbox, FOLDED)) == [rows[1]]
    assert list(messages.listing(trash, FOLDED)) == [rows[2]]
    assert threads.places(inbox, [rows[1]])[rows[1]].count == 2
    assert threads.places(trash, [rows[2]])[rows[2]].count == 1


def test_joins_reach_messages_in_every_mailbox_and_deleted_ones(
    db: Database, messages: MessageRepository, threads: ThreadRepository, inbox: MailboxId, trash: MailboxId
) -> None:
    rows = messages.insert(inbox, [mail(1), answer(2, 1)])
    messages.insert(trash, [mail(11), answer(12, 11), answer(13, 11), answer(14, 11)])
    threads.thread_some(100)
    ChangeRepository(db).delete([rows[1]], now=NOW)

    messages.insert(inbox, [answer(20, 1, 11)])
    threads.thread_some(100)

    assert partition(db) == {frozenset({1, 2, 11, 12, 13, 14, 20})}


def test_a_conversation_of_thousands_is_counted_and_walked_once(
    messages: MessageRepository, threads: ThreadRepository, inbox: MailboxId
) -> None:
    chain = [answer(uid, 1, uid - 1) if uid > 1 else mail(1) for uid in range(1, 3001)]
    rows = messages.insert(inbox, chain)
    while threads.thread_some(500):
        pass

    place = threads.places(inbox, rows[-100:])[rows[-1]]

    assert (place.count, place.depth, place.people) == (3000, 2999, ("Ada Lovelace",))
    assert list(messages.listing(inbox, FOLDED)) == [rows[-1]]
    assert list(messages.listing(inbox, UNFOLDED)) == rows
