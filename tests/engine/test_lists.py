"""Lists from the store: their views, conversations, and what is told of both. Without any server."""

import queue
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from tuimail.api.commands import Command, LoadRows, LoadThread, NotePlace, OpenMailbox
from tuimail.api.events import (
    Event,
    Failed,
    Finished,
    ListChanged,
    ListLoaded,
    MailboxesListed,
    Progress,
    RowsLoaded,
    ThreadLoaded,
)
from tuimail.config.paths import places_under
from tuimail.domain.errors import Remedy
from tuimail.domain.ids import AccountId, CommandId, MailboxId, RowId, Uid
from tuimail.domain.listing import ListView, SortBy
from tuimail.domain.token import StoreKey
from tuimail.engine.job import Job
from tuimail.engine.mailboxes import TOLD, ListRoom
from tuimail.engine.storage import AccountStore, Storage
from tuimail.engine.timers import Timers
from tuimail.engine.worker import Worker
from tuimail.store.mailboxes import ListedMailbox
from tuimail.store.messages import NewMessage

ACCOUNT = AccountId("post")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
THREADED = ListView(is_threaded=True)
WAIT_S = 10.0
T = TypeVar("T", bound=Event)


def mail(uid: int, *references: int, subject: str = "Hello") -> NewMessage:
    at = NOW + timedelta(minutes=uid)
    return NewMessage(
        uid=Uid(uid), internal_date=at, sent_at=at, size_bytes=5000 - uid, subject=subject,
        message_id=f"<{uid}@x.test>", references=tuple(f"<{each}@x.test>" for each in references),
    )  # fmt: skip


class Desk:
    """A list room with a store worker of its own, and everything that it tells."""

    def __init__(self, folder: Path) -> None:
        self.places = places_under(folder)
        self.places.create()
        self._told: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._numbers = 0
        self._is_closed = False
        self.worker = Worker("store", on_crash=self._crashed)
        self.storage = Storage(self.places, self.worker, emit=self._told.put, now=lambda: NOW)
        self.timers = Timers()
        self.lists = ListRoom(self.storage, self._told.put, self.timers)
        self.worker.call(lambda: self.storage.open(ACCOUNT, StoreKey(bytes(32))))

    @staticmethod
    def _crashed(_name: str, error: Exception) -> None:
        raise error

    def fill(self, *new: NewMessage, box: bytes = b"INBOX") -> tuple[MailboxId, list[RowId]]:
        """Messages in a mailbox."""

        def work(store: AccountStore) -> tuple[MailboxId, list[RowId]]:
            mailbox = store.mailboxes.add(ListedMailbox(raw_name=box, name=box.decode()))
            return mailbox, store.messages.insert(mailbox, new)

        return self.storage.run(ACCOUNT, work)

    def submit(self, command: Command) -> CommandId:
        self._numbers += 1
        job = Job(CommandId(self._numbers), command, self._told.put)
        job.run(self.lists.routes()[type(command)])
        return job.number

    def next(self, kind: type[T]) -> T:
        """The next event of this kind; others are passed over."""
        while True:
            event = self._told.get(timeout=WAIT_S)
            if isinstance(event, kind):
                return event

    def open(self, mailbox: MailboxId, view: ListView | None = None) -> ListLoaded:
        self.submit(OpenMailbox(account=ACCOUNT, mailbox=mailbox, view=view))
        return self.next(ListLoaded)

    def sort_all(self) -> None:
        def work(store: AccountStore) -> None:
            while store.threads.thread_some(500) == 500:
                pass

        self.storage.run(ACCOUNT, work)

    def close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self.timers.close()
            self.storage.close(WAIT_S)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.close()


def test_a_mailbox_opens_in_the_order_asked_for_and_remembers_it(desk: Desk, tmp_path: Path) -> None:
    inbox, rows = desk.fill(mail(1), mail(2), mail(3))
    biggest_last = ListView(sort=SortBy.SIZE, is_reversed=True)

    usual = desk.open(inbox)
    asked = desk.open(inbox, biggest_last)
    desk.close()
    again = Desk(tmp_path)
    remembered = again.open(inbox)

    assert (usual.view, list(usual.rows)) == (ListView(), rows[::-1])
    assert (asked.view, list(asked.rows)) == (biggest_last, rows[::-1])
    assert (remembered.view, list(remembered.rows)) == (biggest_last, list(asked.rows))
    again.close()


def test_a_restart_begins_where_the_cursor_was(desk: Desk, tmp_path: Path) -> None:
    inbox, rows = desk.fill(*(mail(uid) for uid in range(1, 301)))
    desk.fill(mail(1), box=b"Other")

    desk.submit(NotePlace(account=ACCOUNT, mailbox=inbox, row=rows[99]))
    desk.close()
    again = Desk(tmp_path)
    again.fill(mail(301))
    again.storage.run(ACCOUNT, lambda _store: again.lists.show_mailboxes(ACCOUNT))
    listed, loaded = again.next(MailboxesListed), again.open(inbox)

    assert listed.left_in == inbox
    assert loaded.begin_at == rows[99]
    assert {each.row for each in loaded.envelopes} > set(rows[90:110])
    again.close()


@pytest.mark.parametrize(
    ("view", "begins_at"),
    [(ListView(), 4), (ListView(is_reversed=True), 6), (ListView(sort=SortBy.SIZE), None)],
)
def test_where_the_row_has_gone_the_one_after_it_has_the_cursor(
    desk: Desk, view: ListView, begins_at: int | None
) -> None:
    inbox, rows = desk.fill(*(mail(uid) for uid in range(1, 11)))
    by_uid = dict(enumerate(rows, 1))
    desk.open(inbox, view)
    desk.submit(NotePlace(account=ACCOUNT, mailbox=inbox, row=by_uid[5]))
    desk.next(Finished)

    def remove(store: AccountStore) -> None:
        store.messages.remove_uids(inbox, [Uid(5)])

    desk.storage.run(ACCOUNT, remove)

    assert desk.open(inbox).begin_at == (by_uid[begins_at] if begins_at else None)


def test_a_conversation_has_the_cursor_that_one_of_its_messages_had(desk: Desk) -> None:
    inbox, rows = desk.fill(mail(1), mail(2), mail(3))
    desk.submit(NotePlace(account=ACCOUNT, mailbox=inbox, row=rows[0]))
    _, (answer,) = desk.fill(mail(4, 1))
    desk.fill(mail(5))
    desk.sort_all()

    assert desk.open(inbox, THREADED).begin_at == answer


def test_another_order_of_the_open_list_begins_at_its_top(desk: Desk) -> None:
    inbox, rows = desk.fill(*(mail(uid) for uid in range(1, 301)))
    desk.submit(NotePlace(account=ACCOUNT, mailbox=inbox, row=rows[99]))
    desk.open(inbox)

    narrowed = desk.open(inbox, ListView(narrow="hello"))

    assert narrowed.begin_at is None
    assert narrowed.envelopes[0].row == rows[-1]


def test_words_narrow_the_list_and_are_not_remembered(desk: Desk) -> None:
    inbox, rows = desk.fill(mail(1, subject="Lunch"), mail(2), mail(3, subject="Re: Lunch"))

    narrowed = desk.open(inbox, ListView(narrow="lunch"))
    desk.storage.run(ACCOUNT, lambda _store: desk.lists.show_changes(ACCOUNT, inbox))
    changed = desk.next(ListChanged)
    again = desk.open(inbox)

    assert list(narrowed.rows) == list(changed.rows) == [rows[2], rows[0]]
    assert narrowed.view == changed.view == ListView(narrow="lunch")
    assert list(again.rows) == rows[::-1]


def test_words_that_make_no_sense_leave_the_list_as_it_is(desk: Desk) -> None:
    inbox, rows = desk.fill(mail(1), mail(2))
    desk.open(inbox)

    desk.submit(OpenMailbox(account=ACCOUNT, mailbox=inbox, view=ListView(narrow="form:alice")))
    failed = desk.next(Failed)
    desk.storage.run(ACCOUNT, lambda _store: desk.lists.show_changes(ACCOUNT, inbox))

    assert failed.problem.remedy is Remedy.FIX_INPUT
    assert list(desk.next(ListChanged).rows) == rows[::-1]


def test_a_list_of_conversations_tells_how_its_rows_stand(desk: Desk) -> None:
    inbox, rows = desk.fill(mail(1), mail(2), mail(3, 1))

    loaded = desk.open(inbox, THREADED)

    assert list(loaded.rows) == [rows[2], rows[1]]
    assert [envelope.row for envelope in loaded.envelopes] == [rows[2], rows[1]]
    assert {row: place.count for row, place in loaded.places.items()} == {rows[2]: 2, rows[1]: 1}


def test_new_mail_joins_its_conversation_before_it_is_shown(desk: Desk) -> None:
    inbox, rows = desk.fill(mail(1), mail(2))
    desk.open(inbox, THREADED)

    _, (answer,) = desk.fill(mail(3, 1))
    desk.storage.run(ACCOUNT, lambda _store: desk.lists.show_changes(ACCOUNT, inbox, changed=(answer,), new_mail=1))
    changed = desk.next(ListChanged)

    assert list(changed.rows) == [answer, rows[1]]
    assert changed.places[answer].count == 2


def test_a_conversation_on_the_screen_is_told_anew_when_a_message_leaves_it(desk: Desk) -> None:
    inbox, rows = desk.fill(mail(1), mail(2, 1), mail(3, 1))
    desk.open(inbox, THREADED)

    def remove(store: AccountStore) -> None:
        store.messages.remove_uids(inbox, [Uid(1)])
        desk.lists.show_changes(ACCOUNT, inbox)

    desk.storage.run(ACCOUNT, remove)

    assert desk.next(ListChanged).places[rows[2]].count == 2


def test_what_is_not_yet_sorted_is_shown_at_once_and_sorted_with_progress(desk: Desk) -> None:
    inbox, rows = desk.fill(*(mail(uid, (uid + 1) // 2) for uid in range(1, 2001)))

    number = desk.submit(OpenMailbox(account=ACCOUNT, mailbox=inbox, view=THREADED))
    first = desk.next(ListLoaded)
    progress = desk.next(Progress)
    changed = desk.next(ListChanged)
    ended = desk.next(Finished)

    assert len(first.rows) > 1500
    assert progress.words == "sorting into conversations"
    assert 0 < progress.done < progress.total <= 2000
    assert list(changed.rows) == [rows[-1]]
    assert number == progress.command == ended.command


def test_opening_another_mailbox_ends_the_wait_for_conversations(desk: Desk) -> None:
    inbox, _ = desk.fill(*(mail(uid, 1) for uid in range(1, 2001)))
    other, _ = desk.fill(mail(1), box=b"Other")

    first = desk.submit(OpenMailbox(account=ACCOUNT, mailbox=inbox, view=THREADED))
    second = desk.submit(OpenMailbox(account=ACCOUNT, mailbox=other))

    assert {desk.next(Finished).command, desk.next(Finished).command} == {first, second}


def test_closing_does_not_wait_until_all_is_sorted(desk: Desk) -> None:
    inbox, _ = desk.fill(*(mail(uid, 1) for uid in range(1, 4001)))

    desk.submit(OpenMailbox(account=ACCOUNT, mailbox=inbox, view=THREADED))
    desk.next(ListLoaded)
    desk.close()

    again = Desk(desk.places.data.parent)
    assert again.storage.run(ACCOUNT, lambda store: store.threads.remaining()) > 0
    again.close()


def test_rows_are_loaded_with_their_places_and_remembered_as_visible(desk: Desk) -> None:
    inbox, rows = desk.fill(mail(1), mail(2, 1), mail(3))
    desk.open(inbox, THREADED)
    assert desk.lists.visible(ACCOUNT) == (rows[2], rows[1])

    desk.submit(LoadRows(account=ACCOUNT, rows=(rows[1],), threaded=True))
    loaded = desk.next(RowsLoaded)

    assert [envelope.row for envelope in loaded.envelopes] == [rows[1]]
    assert loaded.places[rows[1]].count == 2
    assert desk.lists.visible(ACCOUNT) == (rows[1],)


def test_a_conversation_is_loaded_in_reading_order(desk: Desk) -> None:
    inbox, rows = desk.fill(mail(1), mail(2, 1), mail(3, 1), mail(4, 1, 2))
    desk.open(inbox, THREADED)

    desk.submit(LoadThread(account=ACCOUNT, mailbox=inbox, row=rows[3]))
    loaded = desk.next(ThreadLoaded)

    assert loaded.rows == (rows[0], rows[1], rows[3], rows[2])
    assert loaded.head == rows[3]
    assert [loaded.places[row].depth for row in loaded.rows] == [0, 1, 2, 1]
    assert [envelope.row for envelope in loaded.envelopes] == list(loaded.rows)


def test_of_very_many_changes_some_are_told_and_the_rest_announced(desk: Desk) -> None:
    inbox, rows = desk.fill(*(mail(uid) for uid in range(1, TOLD + 200)))
    desk.open(inbox)

    desk.storage.run(ACCOUNT, lambda _store: desk.lists.show_changes(ACCOUNT, inbox, changed=rows))
    changed = desk.next(ListChanged)

    assert len(changed.changed) == TOLD
    assert changed.has_more
