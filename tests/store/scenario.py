"""One course of writes through every repository, and a digest of what the store holds after each.

Run as a program it forks a child for each line of its input, ``path seconds``, which runs the course until the timer
ends it as abruptly as a power cut, and answers with how many steps the child had confirmed.
"""

import hashlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from tests.store.conftest import KEY, NOW, mail
from tests.store.test_outbox import ACCOUNT, DRAFT, new_mail
from tuimail.domain.ids import MailboxId, RowId, Uid
from tuimail.domain.listing import ListView
from tuimail.store.bodies import BodyRepository
from tuimail.store.changes import ChangeRepository
from tuimail.store.db import Database, open_store
from tuimail.store.drafts import DraftRepository
from tuimail.store.mailboxes import ListedMailbox, MailboxRepository, SyncState
from tuimail.store.messages import MessageRepository
from tuimail.store.outbox import OutboxRepository, SendPhase
from tuimail.store.threads import ThreadRepository
from tuimail.store.views import ViewRepository

Step = Callable[[], object]

_SEEN = frozenset({"\\Seen"})
_INBOX, _TRASH = MailboxId(1), MailboxId(2)
_BODY = b"From: ada@engine.test\r\n\r\n" + bytes(range(256)) * 300


def steps(db: Database) -> Iterator[Step]:
    """The course; each step is one transaction. What a later one needs of an earlier is read from the store."""
    mailboxes, messages, threads = MailboxRepository(db), MessageRepository(db), ThreadRepository(db)
    yield lambda: mailboxes.add(ListedMailbox(raw_name=b"INBOX", name="INBOX"))
    yield lambda: mailboxes.add(ListedMailbox(raw_name=b"Trash", name="Trash"))
    for start in (200, 100, 1):
        uids = range(start, start + 100)
        new = [mail(uid, references=(f"<{uid // 7}@engine.test>",)) for uid in uids]
        yield lambda new=new: messages.insert(_INBOX, new)  # type: ignore[misc]  # the default binds the value
        yield lambda: threads.thread_some(60)
        yield lambda start=start: mailboxes.save_sync_state(  # type: ignore[misc]
            _INBOX, SyncState(uidvalidity=7, uidnext=300, highestmodseq=start, oldest_uid=Uid(start))
        )
        yield lambda: threads.thread_some(60)
    rows = messages.ids(_INBOX)
    yield from _reading(db, [RowId(row) for row in rows])
    yield from _changing(db, [RowId(row) for row in rows])
    yield from _sending(db)
    yield lambda: messages.remove_uids(_INBOX, [Uid(uid) for uid in range(120, 140)])
    yield lambda: mailboxes.recount(_INBOX)
    yield lambda: ViewRepository(db).keep(_INBOX, ListView(is_threaded=True))


def _reading(db: Database, rows: list[RowId]) -> Iterator[Step]:
    bodies = BodyRepository(db)
    # Together more than SQLite's thousand pages, after which it folds the journal into the file.
    for number, row in enumerate(rows[:40]):
        yield lambda row=row, number=number: bodies.save(row, _BODY, now=NOW + timedelta(hours=number))  # type: ignore[misc]
    yield lambda: bodies.save_part(rows[50], "2", _BODY, now=NOW)
    yield lambda: bodies.trim(40 * len(_BODY))


def _changing(db: Database, rows: list[RowId]) -> Iterator[Step]:
    changes, messages = ChangeRepository(db), MessageRepository(db)

    def first() -> int:
        change = next(iter(changes.next_alike(1)), None)
        return change.id if change is not None else 0

    yield lambda: changes.set_flags(rows[:150], now=NOW, add=_SEEN)
    yield lambda: changes.move(rows[100:200], _TRASH, now=NOW)
    yield lambda: changes.begin(first())  # type: ignore[arg-type]  # an id is a number when it runs
    yield lambda: messages.apply_server_flags(_INBOX, {Uid(uid): frozenset({"\\Flagged"}) for uid in range(50, 150)})
    yield lambda: changes.done(first())  # type: ignore[arg-type]
    yield lambda: changes.take_back(first())  # type: ignore[arg-type]
    yield lambda: changes.delete(rows[:5], now=NOW)


def _sending(db: Database) -> Iterator[Step]:
    drafts, outbox = DraftRepository(db), OutboxRepository(db, ACCOUNT)
    yield lambda: drafts.save(DRAFT, now=NOW)
    yield lambda: outbox.queue(new_mail(wants_copy=True), now=NOW)
    (item,) = [each.id for each in outbox.items()]
    yield lambda: outbox.begin(item)
    for phase in SendPhase:
        yield lambda phase=phase: outbox.note_phase(item, phase)  # type: ignore[misc]
    yield lambda: outbox.sent(item, {"cy@x.test": "no such user"})


def digest(db: Database) -> str:
    """A word that differs where anything differs that the repositories would tell."""
    seen = hashlib.sha256()
    for table, columns in _TOLD.items():
        seen.update(repr(db.all(f"select {columns} from {table} order by 1, 2")).encode())  # noqa: S608 (our own words)
    return seen.hexdigest()


_TOLD = {
    "facts": "name, value",
    "mailboxes": "id, name, total, unread, uidvalidity, highestmodseq, oldest_uid",
    "messages": "row, mailbox, uid, server_flags, shown_in, flags, subject, thread, node, parent",
    "words": "rowid, rank",
    "thread_ids": "id, thread",
    "bodies": "row, length(raw), substr(raw, 1, 40), used_at",
    "parts": "row, section, length(data)",
    "changes": "id, kind, add_flags, target, is_begun",
    "change_rows": "change, row",
    "drafts": "id, content",
    "outbox": "id, state, phase, words",
    "outbox_recipients": "item, place, state, words",
}


def run(path: Path, confirm: Callable[[int], None]) -> None:
    """The whole course in a new store."""
    db = open_store(path, KEY)
    for number, step in enumerate(steps(db), 1):
        step()
        confirm(number)


def _confirm_to(pipe: int) -> Callable[[int], None]:
    return lambda _number: (os.write(pipe, b"."), None)[1]


def main() -> None:
    """Fork a child for each line, as the module says; with a path alone, run the course here."""
    if len(sys.argv) > 1:
        run(Path(sys.argv[1]), _confirm_to(1))
        return
    for line in sys.stdin:
        path, seconds = line.split()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            # Not caught, so the kernel ends the process in the middle of whatever it does.
            signal.setitimer(signal.ITIMER_REAL, float(seconds))
            run(Path(path), _confirm_to(writing))
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as confirmed:
            count = len(confirmed.read())
        _, status = os.waitpid(child, 0)
        print(count, os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 (the answer)


if __name__ == "__main__":
    main()
