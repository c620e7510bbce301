"""Texts that are deleted are gone from the search, too, and are not fetched again by themselves."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.store.conftest import KEY, NOW, mail
from tuimail.domain.ids import MailboxId, RowId
from tuimail.store.bodies import BodyRepository
from tuimail.store.db import Database, open_store
from tuimail.store.forgetting import forget_texts, forget_unused
from tuimail.store.messages import MessageRepository
from tuimail.store.search import SearchRepository

ALWAYS = NOW - timedelta(days=36_500)


@pytest.fixture
def search(db: Database) -> SearchRepository:
    return SearchRepository(db, lambda: NOW)


@pytest.fixture
def bodies(db: Database) -> BodyRepository:
    return BodyRepository(db)


@pytest.fixture
def rows(
    messages: MessageRepository, inbox: MailboxId, search: SearchRepository, bodies: BodyRepository
) -> tuple[RowId, RowId]:
    """Two messages with texts: the first was opened a year ago, the second just now."""
    first, second = messages.insert(inbox, [mail(1, "Garden"), mail(2, "Kitchen")])
    for row, word, days in ((first, "weigela", 365), (second, "saucepan", 0)):
        bodies.save(row, word.encode(), now=NOW - timedelta(days=days))
        search.index_text(row, word)
    return first, second


def found(search: SearchRepository, inbox: MailboxId, words: str) -> list[int]:
    return list(search.search(inbox, words))


def test_deleted_texts_are_found_by_their_heads_alone_until_somebody_reads_them(
    db: Database, search: SearchRepository, bodies: BodyRepository, inbox: MailboxId, rows: tuple[RowId, RowId]
) -> None:
    forget_texts(db)

    assert found(search, inbox, "weigela") == found(search, inbox, "saucepan") == []
    assert found(search, inbox, "garden") == [rows[0]]
    assert found(search, inbox, "from:ada") == [rows[1], rows[0]]
    assert bodies.total_bytes() == 0
    assert bodies.wanted([inbox], since=ALWAYS, limit=9) == [], "not fetched ahead again"

    search.index_text(rows[0], "weigela")
    assert found(search, inbox, "weigela") == [rows[0]]


def test_the_index_itself_holds_the_words_no_longer(db: Database, path: Path, rows: tuple[RowId, RowId]) -> None:
    assert rows

    def holds(word: str) -> bool:
        blocks = db.all("select block from words_data")
        return any(word.encode() in bytes(block) for (block,) in blocks)

    assert holds("weigela")
    forget_texts(db)
    assert not holds("weigela")
    assert holds("garden")
    db.close()
    reopened = open_store(path, KEY)
    assert reopened.is_intact()
    reopened.close()


def test_only_what_nobody_opened_for_so_long_is_forgotten(
    db: Database, search: SearchRepository, bodies: BodyRepository, inbox: MailboxId, rows: tuple[RowId, RowId]
) -> None:
    assert forget_unused(db, since=NOW - timedelta(days=180)) == 1

    assert not bodies.has(rows[0])
    assert bodies.has(rows[1])
    assert found(search, inbox, "weigela") == []
    assert found(search, inbox, "saucepan") == [rows[1]]
    assert forget_unused(db, since=NOW - timedelta(days=180)) == 0


def test_every_copy_of_a_mail_in_several_folders_is_forgotten(
    db: Database, messages: MessageRepository, search: SearchRepository, bodies: BodyRepository, inbox: MailboxId
) -> None:
    one, other = messages.insert(inbox, [mail(1, gmail_id=7), mail(2, gmail_id=7)])
    bodies.save(one, b"weigela", now=NOW - timedelta(days=365))
    for row in (one, other):
        search.index_text(row, "weigela")

    forget_unused(db, since=NOW)

    assert found(search, inbox, "weigela") == []
