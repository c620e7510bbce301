from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.conftest import KEY, NOW, mail
from tuimail.domain.address import Address
from tuimail.domain.draft import ActivityEntry
from tuimail.domain.errors import QueryError
from tuimail.domain.ids import AccountId, MailboxId, RowId
from tuimail.store.activity import KEPT, ActivityLog
from tuimail.store.changes import ChangeRepository
from tuimail.store.db import Database
from tuimail.store.messages import MessageRepository
from tuimail.store.search import SearchRepository

SEEN = frozenset({"\\Seen"})


@pytest.fixture
def search(db: Database) -> SearchRepository:
    return SearchRepository(db, lambda: NOW)


@pytest.fixture
def filled(messages: MessageRepository, inbox: MailboxId, trash: MailboxId) -> MailboxId:
    messages.insert(
        inbox,
        [
            mail(1, "Quarterly report", flags=SEEN),
            mail(2, "Lunch in Zürich", sender=(Address(name="Grace Hopper", spec="grace@navy.test"),)),
            mail(3, "東京都への旅行", has_attachment=True),
            mail(4, "Report on lunch", flags=frozenset({"\\Flagged"}), to=(Address(spec="board@firm.test"),)),
            mail(5, 'She said "hello" AND (left) NOT*', flags=SEEN),
        ],
    )
    messages.insert(trash, [mail(6, "Report in the bin")])
    return inbox


@pytest.mark.parametrize(
    ("query", "uids"),
    [
        ("larger:1m", [4]),
        ("larger:200k", [4, 2]),
        ("-larger:200k", [5, 3, 1]),
        ("larger:200k report", [4]),
        ("in:all larger:200k report", [6, 4]),
        ("in:all is:flagged report", [6, 3]),
        ("is:flagged report", [3]),
        ("in:all has:attachment -report", [2]),
        ("has:attachment or larger:1m", [4, 2]),
    ],
)
def test_what_few_mails_have_is_found_with_and_without_words(
    search: SearchRepository,
    messages: MessageRepository,
    inbox: MailboxId,
    trash: MailboxId,
    query: str,
    uids: list[int],
) -> None:
    flagged = frozenset({"\\Flagged"})
    messages.insert(
        inbox,
        [
            mail(1, "Report"),
            mail(2, "Lunch", size_bytes=300_000, has_attachment=True),
            mail(3, "Report", flags=flagged),
            mail(4, "Report", size_bytes=2_000_000),
            mail(5, "Lunch", flags=flagged),
        ],
    )
    messages.insert(trash, [mail(6, "Report", size_bytes=300_000, flags=flagged)])

    newest = search.find_newest(search.parse(query), inbox, 1)

    assert found(search, messages, inbox, query) == uids
    assert [each.uid for each in messages.envelopes(map(RowId, newest))] == uids[:1]


def found(search: SearchRepository, messages: MessageRepository, mailbox: MailboxId, query: str) -> list[int]:
    rows = search.search(mailbox, query)
    return [envelope.uid or 0 for envelope in messages.envelopes(rows)]  # type: ignore[arg-type]  # rows are RowIds


@pytest.mark.parametrize(
    ("query", "uids"),
    [
        ("report", [4, 1]),
        ("REPORT lunch", [4]),
        ("rep", [4, 1]),
        ("zurich", [2]),
        ("zür", [2]),
        ("hopper", [2]),
        ("grace@navy.test", [2]),
        ("東京", [3]),
        ("京都", [3]),
        ("東京都への", [3]),
        ("京東", []),
        ("from:grace", [2]),
        ("from:report", []),
        ("to:board", [4]),
        ("subject:lunch", [4, 2]),
        ('"quarterly report"', [1]),
        ('"report quarterly"', []),
        ('subject:"report on"', [4]),
        ("is:unread", [4, 3, 2]),
        ("is:read", [5, 1]),
        ("is:flagged", [4]),
        ("is:starred lunch", [4]),
        ("has:attachment", [3]),
        ("is:unread is:unflagged lunch", [2]),
        ("", [5, 4, 3, 2, 1]),
        ("   ", [5, 4, 3, 2, 1]),
        ("AND", [5]),
        ("NOT* (left)", [5]),
        ("re:port", []),
        ("hello\x00", [5]),
        ("*", [5, 4, 3, 2, 1]),
        ("_ lunch", [4, 2]),
        ("-report", [5, 3, 2]),
        ("lunch -from:grace", [4]),
        ("-is:unread", [5, 1]),
        ("-lunch -report", [5, 3]),
        ("-(lunch or report)", [5, 3]),
        ("quarterly or zürich", [2, 1]),
        ("quarterly or has:attachment", [3, 1]),
        ("report quarterly or lunch", [4, 1]),
        ("(report quarterly) or has:attachment", [3, 1]),
        ("to:me is:read", [5, 1]),
        ("cc:board", []),
        ("larger:1003", [5, 4]),
        ("smaller:1002", [1]),
        ("since:2026-03-01", [5, 4, 3, 2, 1]),
        ("since:today", [5, 4, 3, 2, 1]),
        ("before:today", []),
        ("before:1d", []),
        ("is:answered", []),
        ("is:unanswered is:read", [5, 1]),
        ("in:trash", [6]),
        ("in:all report", [6, 4, 1]),
        ("report -in:trash", [4, 1]),
        ("in:trash or is:flagged", [6, 4]),
        ("in:inbox report", [4, 1]),
    ],
)
def test_search_finds(
    search: SearchRepository, messages: MessageRepository, filled: MailboxId, query: str, uids: list[int]
) -> None:
    assert found(search, messages, filled, query) == uids


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab\"'*():^-+_ {}东京.@\\NOTAR\x00é"), max_size=15))
def test_no_input_breaks_the_search(search: SearchRepository, filled: MailboxId, query: str) -> None:
    try:
        search.search(filled, query)
    except QueryError:
        return


def test_changed_and_moved_messages_are_found_as_shown(
    db: Database, search: SearchRepository, messages: MessageRepository, filled: MailboxId, trash: MailboxId
) -> None:
    (row,) = search.search(filled, "quarterly")
    changes = ChangeRepository(db)

    changes.set_flags([row], remove=SEEN, now=NOW)  # type: ignore[list-item]  # rows are RowIds
    changes.move([row], trash, now=NOW)  # type: ignore[list-item]

    assert list(search.search(trash, "quarterly is:unread")) == [row]
    assert list(search.search(filled, "quarterly")) == []
    assert messages.locate(row) is not None  # type: ignore[arg-type]


def test_activity_is_listed_newest_first_and_outlives_its_reader(tmp_path: Path) -> None:
    path = tmp_path / "activity.list"
    log = ActivityLog(path, KEY)
    entries = [
        ActivityEntry(at=NOW, account=AccountId("work"), what=what, outcome="done") for what in ("sign-in", "refresh")
    ]
    for entry in entries:
        log.record(entry)
    log.close()

    again = ActivityLog(path, KEY)

    assert again.newest() == (entries[1], entries[0])
    assert again.newest(1) == (entries[1],)
    assert KEPT > 200
    again.close()
