"""The full-text index: what enters it, what leaves it, and that hits come in the same order however they are found."""

import pytest

from tests.store.conftest import NOW, mail
from tuimail.domain.errors import QueryError
from tuimail.domain.ids import MailboxId, RowId, Uid
from tuimail.domain.mailbox import MailboxRole
from tuimail.store.db import Database
from tuimail.store.messages import MessageRepository
from tuimail.store.query_sql import condition
from tuimail.store.search import MAX_TEXT, SearchRepository
from tuimail.store.searches import KeptSearches

QUERIES = (
    "report", "report -lunch", "-report", "report or is:flagged", "is:flagged", "is:unread report", "has:attachment",
    "since:2026-03-01 report", "before:1d", "in:all report", "in:all -in:trash", "larger:1k", "cc:board", "kettle",
)  # fmt: skip


@pytest.fixture
def search(db: Database) -> SearchRepository:
    return SearchRepository(db, lambda: NOW)


@pytest.fixture
def rows(messages: MessageRepository, inbox: MailboxId, trash: MailboxId) -> list[RowId]:
    """Some dozens of mails in two mailboxes."""
    flags = (frozenset({"\\Seen"}), frozenset({"\\Flagged"}), frozenset[str]())
    new = [
        mail(uid, f"Report {uid}" if uid % 2 else f"Lunch {uid}", flags=flags[uid % 3], has_attachment=uid % 5 == 0)
        for uid in range(1, 41)
    ]
    messages.insert(trash, [mail(50, "Report in the bin")])
    return messages.insert(inbox, new)


def uids(messages: MessageRepository, found: object) -> list[int]:
    return [envelope.uid or 0 for envelope in messages.envelopes(found)]  # type: ignore[arg-type]  # an array of RowIds


def test_texts_are_found_beside_headers(
    search: SearchRepository, messages: MessageRepository, inbox: MailboxId, rows: list[RowId]
) -> None:
    assert search.index_text(rows[6], "The kettle whistles in 東京都, says Zoë.")

    for query in ("kettle", "body:kettle", "body:zoe", "京都", "report kettle", "subject:report body:whistles"):
        assert uids(messages, search.search(inbox, query)) == [7], query
    assert not search.search(inbox, "subject:kettle")
    assert uids(messages, search.search(inbox, "from:ada kettle")) == [7]


def test_only_the_beginning_of_a_long_text_is_indexed(
    search: SearchRepository, inbox: MailboxId, rows: list[RowId]
) -> None:
    search.index_text(rows[0], "early " + "x" * MAX_TEXT + " late")

    assert search.search(inbox, "early")
    assert not search.search(inbox, "late")


def test_a_text_whose_message_is_gone_is_dropped(
    search: SearchRepository, messages: MessageRepository, inbox: MailboxId, rows: list[RowId]
) -> None:
    search.index_text(rows[0], "kettle")
    messages.remove_uids(inbox, [Uid(1)])

    assert not search.search(inbox, "kettle")
    assert not search.index_text(rows[0], "kettle")
    assert not search.search(inbox, "in:all kettle")


def test_texts_stay_when_headers_come_again(
    search: SearchRepository, messages: MessageRepository, inbox: MailboxId, rows: list[RowId]
) -> None:
    search.index_text(rows[0], "kettle")

    messages.insert(inbox, [mail(1, "Report 1")])

    assert uids(messages, search.search(inbox, "kettle")) == [1]


@pytest.mark.parametrize("small", [0, 5_000])
@pytest.mark.parametrize("text", QUERIES)
def test_the_newest_hits_are_the_first_of_all(
    db: Database, inbox: MailboxId, rows: list[RowId], text: str, small: int
) -> None:
    search = SearchRepository(db, lambda: NOW, small=small)
    search.index_text(rows[3], "kettle")
    query = search.parse(text)

    found = search.find(query, inbox)

    assert list(found) == sorted(found, reverse=True)
    for limit in (1, 5, 100):
        assert search.find_newest(query, inbox, limit) == found[:limit]


@pytest.mark.parametrize("text", QUERIES)
def test_a_condition_narrows_as_the_search_finds(
    db: Database, search: SearchRepository, inbox: MailboxId, rows: list[RowId], text: str
) -> None:
    assert rows
    query = search.parse(text)
    sql, values = condition(query)

    narrowed = db.all(f"select row from messages where shown_in = ? and {sql} order by row desc", inbox, *values)  # noqa: S608 (the condition under test)

    here = {row for (row,) in db.all("select row from messages where shown_in = ?", inbox)}
    assert [row for (row,) in narrowed] == [row for row in search.find(query, inbox) if row in here]


def test_a_mail_in_many_mailboxes_is_one_hit_of_the_account(
    search: SearchRepository, messages: MessageRepository, inbox: MailboxId, trash: MailboxId
) -> None:
    here = messages.insert(inbox, [mail(1, "Kettle", gmail_id=7), mail(2, "Kettle too", gmail_id=8), mail(3, "Kettle")])
    there = messages.insert(trash, [mail(1, "Kettle", gmail_id=7), mail(9, "Kettle far", gmail_id=9)])
    query = search.parse("in:all kettle")

    found = search.find(query, inbox)

    assert sorted(uids(messages, found)) == [1, 2, 3, 9]
    assert set(search.find_newest(query, inbox, 2)) <= set(found)
    assert len(search.search(inbox, "kettle")) == 3
    assert len(search.search(inbox, "in:trash kettle")) == 2
    assert list(search.without_twins(there, beside=here)) == [there[1]]
    assert len(search.without_twins([*here, *there], beside=[])) == 4


def test_unread_hits_are_counted(search: SearchRepository, inbox: MailboxId, rows: list[RowId]) -> None:
    assert rows
    assert search.count_unread(search.parse("report"), inbox) == len(search.search(inbox, "report is:unread")) == 13


def test_merging_the_index_ends_and_loses_nothing(
    db: Database, search: SearchRepository, inbox: MailboxId, rows: list[RowId]
) -> None:
    for number, row in enumerate(rows):
        search.index_text(
            row, f"kettle number{number} " + " ".join(f"word{number * 7 + place}" for place in range(200))
        )

    steps = sum(1 for _ in iter(search.tend, False))

    assert steps < 200
    assert len(search.search(inbox, "kettle")) == len(rows)
    assert len(search.search(inbox, "number17")) == 1
    assert db.is_intact()


def test_searches_are_kept_by_name(db: Database) -> None:
    kept = KeptSearches(db)
    first, second = kept.keep("Zoo", "zebra"), kept.keep("Kettles", "kettle is:unread")

    assert [(box.id, box.name, box.query, box.role) for box in kept.list()] == [
        (second, "Kettles", "kettle is:unread", MailboxRole.SEARCH),
        (first, "Zoo", "zebra", MailboxRole.SEARCH),
    ]
    assert first < 0
    with pytest.raises(QueryError, match="already"):
        kept.keep("zoo", "other")

    forgotten = kept.forget(first)

    assert forgotten is not None
    assert forgotten.query == "zebra"
    assert kept.get(first) is None
    assert kept.forget(first) is None
    assert kept.keep("Zoo", "again") < second
