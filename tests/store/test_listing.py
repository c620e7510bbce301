"""Orders of a list other than conversations."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.conftest import NOW, mail
from tuimail.domain.address import Address
from tuimail.domain.ids import MailboxId
from tuimail.domain.listing import ListView, SortBy
from tuimail.store.columns import from_hex, subject_key
from tuimail.store.db import Database
from tuimail.store.messages import MessageRepository
from tuimail.store.query_sql import condition
from tuimail.store.search import SearchRepository
from tuimail.store.views import ViewRepository


def by(name: str, spec: str = "x@y.test") -> dict[str, object]:
    return {"sender": (Address(name=name, spec=spec),)}


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (ListView(), [4, 3, 2, 1]),
        (ListView(is_reversed=True), [1, 2, 3, 4]),
        (ListView(sort=SortBy.SIZE), [2, 4, 3, 1]),
        (ListView(sort=SortBy.SIZE, is_reversed=True), [1, 3, 4, 2]),
        (ListView(sort=SortBy.SENDER), [2, 3, 1, 4]),
        (ListView(sort=SortBy.SENDER, is_reversed=True), [4, 1, 3, 2]),
        (ListView(sort=SortBy.SUBJECT), [4, 2, 3, 1]),
        (ListView(sort=SortBy.SUBJECT, is_reversed=True), [1, 3, 2, 4]),
    ],
)
def test_lists_are_sorted_by_each_column(
    messages: MessageRepository, inbox: MailboxId, view: ListView, expected: list[int]
) -> None:
    rows = messages.insert(
        inbox,
        [
            mail(1, "Zebra", size_bytes=10, **by("Émile")),
            mail(2, "Apples", size_bytes=5000, **by("ada")),
            mail(3, "[fruit] Fwd: Bananas", size_bytes=20, **by("“Emil”")),
            mail(4, "Re: AW: apples", size_bytes=300, **by("", "zoe@x.test")),
        ],
    )

    assert [rows.index(row) + 1 for row in messages.listing(inbox, view)] == expected  # type: ignore[arg-type]


def test_a_list_is_narrowed_to_what_a_query_finds(
    db: Database, messages: MessageRepository, inbox: MailboxId, trash: MailboxId
) -> None:
    rows = messages.insert(inbox, [mail(1, "Lunch"), mail(2, "Dinner"), mail(3, "Re: Lunch")])
    messages.insert(trash, [mail(4, "Lunch")])
    narrowed = condition(SearchRepository(db, lambda: NOW).parse("lunch"))

    for view in (ListView(), ListView(is_threaded=True), ListView(is_threaded=True, is_unfolded=True)):
        assert list(messages.listing(inbox, view, narrowed)) == [rows[2], rows[0]]


@pytest.mark.parametrize(
    ("subject", "key"),
    [
        ("Re: Lunch", "lunch"),
        ("RE: Fwd: WG: Lunch", "lunch"),
        ("Re[3]: Lunch", "lunch"),
        ("[list] Re: Lunch", "lunch"),
        ("[list] Lunch", "list] lunch"),
        ("Report: Lunch", "report: lunch"),
        ("Re\uff1aÄPFEL", "apfel"),
        ("", ""),
    ],
)
def test_answers_sort_beside_what_they_answer(subject: str, key: str) -> None:
    assert subject_key(subject) == key


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=20))
def test_numbers_of_a_hex_column_come_back(numbers: list[int]) -> None:
    text = "".join(f"{number & (2**64 - 1):016x}" for number in numbers)

    assert list(from_hex(text)) == numbers
    assert list(from_hex(None)) == []


def test_rows_before_1970_are_listed_last(messages: MessageRepository, inbox: MailboxId) -> None:
    rows = messages.insert(inbox, [mail(1, sent_at=datetime(1955, 11, 5, tzinfo=UTC)), mail(2)])

    assert list(messages.ids(inbox)) == [rows[1], rows[0]]


def test_older_mail_of_the_same_second_sorts_below_though_it_comes_later(
    messages: MessageRepository, inbox: MailboxId
) -> None:
    def same_second(*uids: int) -> list[int]:
        return list(messages.insert(inbox, [mail(uid, sent_at=NOW) for uid in uids]))

    newest = same_second(30, 31)
    middle = same_second(20, 22, 21)
    oldest = same_second(9, 10)
    arrived = same_second(32)

    expected = [arrived[0], newest[1], newest[0], middle[1], middle[2], middle[0], oldest[1], oldest[0]]
    assert list(messages.ids(inbox)) == expected


def test_views_are_kept_over_restarts_without_their_words(db: Database, inbox: MailboxId, trash: MailboxId) -> None:
    views = ViewRepository(db)
    chosen = ListView(sort=SortBy.SIZE, is_reversed=True)
    conversations = ListView(is_threaded=True, is_unfolded=True, narrow="lunch")

    views.keep(inbox, chosen)
    views.keep(trash, conversations)

    assert ViewRepository(db).get(inbox) == chosen
    assert ViewRepository(db).get(trash) == ListView(is_threaded=True, is_unfolded=True)
    views.keep(inbox, ListView())
    assert views.get(inbox) == ListView()
    assert views.get(MailboxId(99)) == ListView()


def test_half_a_million_mails_of_one_second_still_have_their_own_rows(
    db: Database, messages: MessageRepository, inbox: MailboxId
) -> None:
    def arrive(uid: int) -> int:
        return messages.insert(inbox, [mail(uid, sent_at=NOW, internal_date=NOW + timedelta(seconds=uid))])[0]

    first = arrive(1)
    db.run("update facts set value = ? where name = 'next_row'", str(1 << 19))

    assert arrive(2) != first
    assert arrive(3) != first
    assert len(messages.ids(inbox)) == 3
