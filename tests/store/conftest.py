from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tuimail.domain.address import Address
from tuimail.domain.ids import MailboxId, Uid
from tuimail.domain.token import StoreKey
from tuimail.store.db import Database, open_store
from tuimail.store.mailboxes import ListedMailbox, MailboxRepository
from tuimail.store.messages import MessageRepository, NewMessage

KEY = StoreKey(bytes(range(32)))
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def mail(uid: int, subject: str = "Hello", **changes: object) -> NewMessage:
    """A message that arrived ``uid`` minutes after noon."""
    fields: dict[str, object] = {
        "uid": Uid(uid),
        "internal_date": NOW + timedelta(minutes=uid),
        "sent_at": NOW + timedelta(minutes=uid),
        "size_bytes": 1000 + uid,
        "sender": (Address(name="Ada Lovelace", spec="ada@engine.test"),),
        "to": (Address(spec="me@home.test"),),
        "subject": subject,
        "message_id": f"<{uid}@engine.test>",
    }
    return NewMessage(**(fields | changes))  # type: ignore[arg-type]  # fields named by each test


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "work.store"


@pytest.fixture
def db(path: Path) -> Iterator[Database]:
    database = open_store(path, KEY)
    yield database
    database.close()


@pytest.fixture
def mailboxes(db: Database) -> MailboxRepository:
    return MailboxRepository(db)


@pytest.fixture
def messages(db: Database) -> MessageRepository:
    return MessageRepository(db)


@pytest.fixture
def inbox(mailboxes: MailboxRepository) -> MailboxId:
    return mailboxes.add(ListedMailbox(raw_name=b"INBOX", name="INBOX"))


@pytest.fixture
def trash(mailboxes: MailboxRepository) -> MailboxId:
    return mailboxes.add(ListedMailbox(raw_name=b"Trash", name="Trash"))
