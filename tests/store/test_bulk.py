"""Facts about many messages at once."""

from tests.store.conftest import mail
from tuimail.domain.ids import MailboxId, RowId, Uid
from tuimail.store.bulk import BulkReader
from tuimail.store.db import Database
from tuimail.store.messages import MessageRepository
from tuimail.store.threads import ThreadRepository

SEEN, FLAGGED = "\\Seen", "\\Flagged"
GONE = RowId(12345)


def test_rows_are_told_by_the_mailbox_that_shows_them(
    db: Database, messages: MessageRepository, inbox: MailboxId, trash: MailboxId
) -> None:
    kept = messages.insert(inbox, [mail(1), mail(2)])
    thrown = messages.insert(trash, [mail(3)])

    found = BulkReader(db).by_mailbox([*kept, *thrown, GONE])

    assert found == {inbox: (kept[1], kept[0]), trash: (thrown[0],)}


def test_only_rows_that_would_look_different_are_unlike(
    db: Database, messages: MessageRepository, inbox: MailboxId
) -> None:
    rows = messages.insert(inbox, [mail(1), mail(2), mail(3), mail(4)])
    messages.apply_server_flags(
        inbox,
        {Uid(1): frozenset({SEEN}), Uid(2): frozenset({SEEN, FLAGGED}), Uid(3): frozenset({FLAGGED, "$Work"})},
    )
    bulk = BulkReader(db)

    assert bulk.unlike([*rows, GONE], add=frozenset({SEEN})) == (rows[3], rows[2])
    assert bulk.unlike(rows, remove=frozenset({FLAGGED})) == (rows[2], rows[1])
    assert bulk.unlike([], add=frozenset({SEEN})) == ()


def test_heads_stand_for_what_their_mailbox_has_of_their_conversation(
    db: Database, messages: MessageRepository, inbox: MailboxId, trash: MailboxId
) -> None:
    answers = {"in_reply_to": "<1@engine.test>"}
    rows = messages.insert(inbox, [mail(1), mail(2, **answers), mail(3, **answers), mail(4)])
    messages.insert(trash, [mail(5, **answers)])
    bulk = BulkReader(db)

    assert bulk.whole([rows[2]]) == (rows[2],), "before conversations are known"
    ThreadRepository(db).thread_some(100)
    assert bulk.whole([rows[2]]) == (rows[2], rows[1], rows[0])
    assert bulk.whole([rows[3], rows[2], GONE]) == (rows[3], rows[2], rows[1], rows[0])
