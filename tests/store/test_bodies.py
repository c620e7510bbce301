from datetime import timedelta

from tests.store.conftest import NOW, mail
from tuimail.domain.ids import MailboxId, RowId
from tuimail.domain.message import RawMessage
from tuimail.store.bodies import BodyRepository
from tuimail.store.db import Database
from tuimail.store.messages import MessageRepository


def test_bodies_unused_for_longest_go_first(db: Database, messages: MessageRepository, inbox: MailboxId) -> None:
    rows = messages.insert(inbox, [mail(uid) for uid in range(1, 5)])
    bodies = BodyRepository(db)
    for hours, row in enumerate(rows):
        bodies.save(row, b"x" * 100, now=NOW + timedelta(hours=hours))
    assert bodies.load(rows[0], now=NOW + timedelta(days=1)) == RawMessage(raw=b"x" * 100)

    assert bodies.trim(250) == 2

    assert [bodies.load(row, now=NOW) is not None for row in rows] == [True, False, False, True]


def test_single_parts_go_before_any_body(db: Database, messages: MessageRepository, inbox: MailboxId) -> None:
    old, new = messages.insert(inbox, [mail(1), mail(2)])
    bodies = BodyRepository(db)
    bodies.save(old, b"x" * 100, now=NOW, missing={"2": 900, "3": 900})
    bodies.save_part(new, "2", b"y" * 100, now=NOW + timedelta(days=2))
    bodies.save_part(new, "3", b"y" * 50, now=NOW + timedelta(days=3))
    assert bodies.total_bytes() == 250

    assert bodies.trim(160) == 1

    assert bodies.load_part(new, "2", now=NOW) is None
    assert bodies.load_part(new, "3", now=NOW) == b"y" * 50
    assert bodies.has(old)
    assert bodies.trim(80) == 2
    assert bodies.total_bytes() == 0


def test_a_whole_body_takes_the_place_of_a_frame_and_its_parts(
    db: Database, messages: MessageRepository, inbox: MailboxId
) -> None:
    (row,) = messages.insert(inbox, [mail(1)])
    bodies = BodyRepository(db)
    bodies.save(row, b"frame", now=NOW, missing={"2": 5_000_000})
    bodies.save_part(row, "2", b"part", now=NOW)
    assert bodies.load(row, now=NOW) == RawMessage(raw=b"frame", missing={"2": 5_000_000})

    bodies.save(row, b"whole", now=NOW)

    assert bodies.load(row, now=NOW) == RawMessage(raw=b"whole")
    assert bodies.load_part(row, "2", now=NOW) is None


def test_a_mail_in_two_mailboxes_is_kept_once(
    db: Database, messages: MessageRepository, inbox: MailboxId, trash: MailboxId
) -> None:
    (here,) = messages.insert(inbox, [mail(1)])
    (there, other) = messages.insert(trash, [mail(1), mail(2)])
    db.run("update messages set gmail_id = 77 where row in (?, ?)", here, there)
    bodies = BodyRepository(db)

    bodies.save(here, b"one", now=NOW, missing={"2": 9})
    bodies.save_part(here, "2", b"part", now=NOW)

    assert bodies.load(there, now=NOW) == RawMessage(raw=b"one", missing={"2": 9})
    assert bodies.load_part(there, "2", now=NOW) == b"part"
    assert bodies.has(there)
    assert not bodies.has(other)
    assert bodies.total_bytes() == 7


def test_texts_are_wanted_newest_first_until_their_words_are_known(
    db: Database, messages: MessageRepository, inbox: MailboxId, trash: MailboxId
) -> None:
    rows = messages.insert(inbox, [mail(uid) for uid in range(1, 4)])
    messages.insert(trash, [mail(9)])
    bodies = BodyRepository(db)
    since = NOW - timedelta(days=9000)

    assert bodies.wanted([inbox], since=since, limit=2) == sorted(rows, reverse=True)[:2]
    assert bodies.count_wanted([inbox, trash], since=since) == 4
    assert bodies.count_wanted([inbox, trash], since=NOW + timedelta(days=9000)) == 0

    db.run("update messages set has_words = 1 where row = ?", max(rows))

    assert bodies.wanted([inbox], since=since, limit=9) == sorted(rows, reverse=True)[1:]
    assert RowId(max(rows)) not in bodies.wanted([inbox], since=since, limit=9)
