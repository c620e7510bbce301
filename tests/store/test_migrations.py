"""A store of the first version, opened by this one: whole, killed in the middle, and newer than known."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import apsw
import pytest

from tests.store.conftest import KEY, NOW
from tuimail.domain.errors import ErrorKind, StoreError
from tuimail.domain.ids import MailboxId
from tuimail.store import db as store_db
from tuimail.store.changes import ChangeRepository
from tuimail.store.db import STORE_STEPS, Columns, open_store
from tuimail.store.drafts import DraftRepository
from tuimail.store.mailboxes import MailboxRepository
from tuimail.store.messages import MessageRepository
from tuimail.store.search import SearchRepository

Content = dict[str, list[Columns]]

INBOX = MailboxId(1)
ROWS = 400

_FILLING = """
insert into facts values ('next_row', '400');
insert into mailboxes (raw_name, name, delimiter, role, attributes, selectable, total, unread, uidvalidity, uidnext,
    highestmodseq, oldest_uid, is_complete)
    values (x'494e424f58', 'INBOX', '/', 'inbox', '', 1, 400, 200, 7,
    401, 99, 1, 1);
insert into mailboxes (raw_name, name, delimiter, role, attributes, selectable)
    values (x'5472617368', 'Trash', '/', 'trash', '\\Trash', 1);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 400)
insert into messages (row, mailbox, uid, server_flags, shown_in, flags, sent_at, internal_date, size_bytes,
    has_attachment, sender, recipients, cc, subject, message_id, in_reply_to, refs)
    select (1700000000 + i) << 20 | i, 1, i, iif(i % 2, '\\Seen', ''), 1, iif(i % 2, '\\Seen', ''), 1700000000 + i,
    1700000000 + i, 1000 + i, 0, 'Ada' || char(9) || 'ada@engine.test', char(9) || 'me@home.test', '', 'Engine ' || i,
    '<' || i || '@engine.test>', '', '' from n;
insert into words (rowid, sender, recipients, subject, body) select row, sender, recipients, subject, '' from messages;
insert into bodies select row, x'46726f6d', 4, 1700000000, 1700000000 from messages where uid <= 20;
insert into drafts values ('a', 1700000000, null, '{}');
insert into draft_versions values ('a', 1700000000, '{}');
insert into draft_files values ('a', x'01', x'0203');
insert into outbox (state, phase, queued_at, send_at, message_id, subject, sender, draft, wants_copy, mail)
    values ('queued', 'idle', 1, 2, '<a@b>', 's', 'me', 'a', 1, x'6d');
insert into outbox_recipients (item, place, address, state) values (1, 0, 'x@y', 'waiting');
insert into outbox_files values (1, x'01', x'0203');
insert into changes (kind, target, queued_at) values ('move', 2, 1700000000);
insert into change_rows select 1, row from messages where uid = 3;
update messages set shown_in = 2 where uid = 3;
"""


def connect(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path))
    connection.pragma("cipher", "chacha20")
    connection.pragma("key", f"raw:{KEY.reveal().hex()}")
    connection.pragma("journal_mode", "wal")
    return connection


def first_version(path: Path) -> Content:
    """Write a store as the first version did, and return all that is in it."""
    path.parent.mkdir(parents=True)
    connection = connect(path)
    connection.execute(Path(store_db.__file__).with_name(STORE_STEPS[0]).read_text(encoding="utf-8"))
    connection.pragma("user_version", 1)
    connection.execute(_FILLING)
    tables = connection.execute(
        "select name from sqlite_schema where sql like 'create table%' and name not like 'words%'"
    ).fetchall()
    content = {str(table): _rows(connection, str(table)) for (table,) in tables}
    connection.close()
    assert all(content.values())
    return content


def _rows(connection: apsw.Connection, table: str) -> list[Columns]:
    return connection.execute(f"select * from {table} order by 1, 2").fetchall()  # noqa: S608 (names of our own)


def content_now(path: Path, like: Content) -> Content:
    connection = connect(path)
    now = {table: [row[: len(rows[0])] for row in _rows(connection, table)] for table, rows in like.items()}
    connection.close()
    return now


def test_a_store_of_the_first_version_keeps_everything(path: Path) -> None:
    before = first_version(path)

    db = open_store(path, KEY)

    assert db.value("pragma user_version") == len(STORE_STEPS)
    assert db.is_intact()
    assert len(MessageRepository(db).ids(INBOX)) == ROWS - 1
    assert len(SearchRepository(db, lambda: NOW).search(INBOX, "engine")) == ROWS - 1
    mailbox = MailboxRepository(db).get(INBOX)
    assert mailbox is not None
    assert (mailbox.total, mailbox.unread) == (400, 200)
    assert db.value("select count(*) from bodies where raw = x'46726f6d' and missing = ''") == 20
    assert ChangeRepository(db).count() == 1
    assert DraftRepository(db).count() == 1
    db.close()
    assert content_now(path, before) == before


_OPEN = """
import os, resource, signal, sys
from pathlib import Path
from tuimail.domain.token import StoreKey
from tuimail.store.db import open_store
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
open_store(Path(sys.argv[1]), StoreKey(bytes(range(32))))
os._exit(0)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits are posix")
def test_killed_in_the_middle_of_a_migration_it_is_done_at_the_next_start(path: Path, tmp_path: Path) -> None:
    before = first_version(path)
    whole = path.read_bytes()
    endings = []
    for limit in (10_000, 50_000, 100_000, 10_000_000):
        trial = tmp_path / str(limit) / "work.store"
        trial.parent.mkdir()
        trial.write_bytes(whole)

        # The kernel kills the child at the write that passes the limit.
        command = [sys.executable, "-c", _OPEN, str(trial), str(limit)]
        endings.append(subprocess.run(command, check=False).returncode)  # noqa: S603 (this interpreter)

        assert content_now(trial, before) == before
        db = open_store(trial, KEY)
        assert db.value("pragma user_version") == len(STORE_STEPS)
        assert db.is_intact()
        db.close()
        assert content_now(trial, before) == before

    assert endings == [-signal.SIGXFSZ, -signal.SIGXFSZ, -signal.SIGXFSZ, 0]


def test_a_store_one_version_newer_is_left_as_it_is(path: Path) -> None:
    first_version(path)
    db = open_store(path, KEY)
    db.run(f"pragma user_version = {len(STORE_STEPS) + 1}")
    db.close()
    before = path.read_bytes()

    with pytest.raises(StoreError) as caught:
        open_store(path, KEY)

    assert caught.value.kind is ErrorKind.STORE_NEWER
    assert path.read_bytes() == before
