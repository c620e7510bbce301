"""Everything that is kept on this machine: listed, deleted by itself where that is possible, and exported."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from tuimail.api.commands import DeleteKept, ExportMail, ExportRecords, ListKept
from tuimail.api.events import FileSaved, KeptListed
from tuimail.config.home import from_home
from tuimail.config.paths import Places
from tuimail.domain.account import Account
from tuimail.domain.errors import ErrorKind, Remedy, StoreError
from tuimail.domain.ids import AccountId
from tuimail.domain.keeping import DELETABLE, KeptThing, Kind
from tuimail.engine.engine import Routes
from tuimail.engine.exporting import export_mail
from tuimail.engine.files import write_new
from tuimail.engine.job import Job
from tuimail.engine.journal import Journal
from tuimail.engine.rooms import AccountRooms
from tuimail.engine.storage import AccountStore, Storage
from tuimail.engine.vault import Vault
from tuimail.store.export import texts
from tuimail.store.forgetting import forget_texts

EXPORTED_ACTIVITY = 100_000


class PrivacyTools(Struct, frozen=True, kw_only=True):
    """What this room reaches."""

    accounts: tuple[Account, ...]
    rooms: Callable[[AccountId], AccountRooms]
    storage: Storage
    vault: Vault
    journal: Journal
    places: Places
    profile: Path
    now: Callable[[], datetime]


class PrivacyDesk:
    """Routes of the privacy screen. Each runs on a thread of its own, since it waits for several workers."""

    def __init__(self, tools: PrivacyTools) -> None:
        self._tools = tools

    def routes(self) -> Routes:
        """The commands that are answered here."""
        return {
            ListKept: _apart(self._list),
            DeleteKept: _apart(self._delete),
            ExportMail: _apart(self._export_mail),
            ExportRecords: _apart(self._export_records),
        }

    def things(self) -> tuple[KeptThing, ...]:
        """All that is kept. Waits for the store."""
        return (*(thing for account in self._tools.accounts for thing in self._of(account)), *self._of_program())

    def _of(self, account: Account) -> Iterator[KeptThing]:
        places, name = self._tools.places, account.id
        rooms = self._tools.rooms(name)
        if rooms.auth.record is not None:
            since = rooms.auth.record.since
            where = self._tools.vault.title
            yield KeptThing(kind=Kind.SECRETS, account=name, where=where, changed_at=since, count=1)
        store = places.store(name)
        yield from _file(Kind.STORE, store, name)
        yield from _file(Kind.STORE, store.with_suffix(".passing"), name)
        if self._tools.storage.is_open(name):
            yield from self._tools.storage.run(name, lambda opened: _inside(opened, store, name))
        for copy in sorted(places.data.glob(f"{name}-set-aside-*.store")):
            yield from _file(Kind.SET_ASIDE, copy, name)
        lock = places.lock(name)
        for path in (lock, lock.with_suffix(".turn"), places.socket(name)):
            yield from _file(Kind.RUNTIME, path, name)

    def _of_program(self) -> Iterator[KeptThing]:
        places = self._tools.places
        yield from _file(Kind.PROFILE, self._tools.profile)
        yield from _file(Kind.SEALED, places.sealed_file)
        yield from _file(Kind.ACTIVITY, places.activity)
        for path in sorted(places.log.parent.glob(f"{places.log.name}*")):
            yield from _file(Kind.LOG, path)
        yield from _file(Kind.REMEMBERED, places.remembered)
        if places.temporary.is_dir():
            for path in sorted(places.temporary.iterdir()):
                yield from _file(Kind.TEMPORARY, path)

    def _list(self, job: Job) -> None:
        job.emit(KeptListed(things=self.things()))
        job.finish()

    def _delete(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, DeleteKept)  # noqa: S101 (the route's own type, for the checker)
        thing = command.thing
        # What the screen shows may be old: nothing is deleted but what is listed now.
        if thing.kind not in DELETABLE or not any(_is_same(thing, each) for each in self.things()):
            words = "That is no longer there, or goes with a sign-out alone."
            raise StoreError(ErrorKind.MESSAGE_GONE, words, remedy=Remedy.TELL)
        match thing.kind:
            case Kind.TEXTS:
                assert thing.account is not None  # noqa: S101 (a text is an account's)
                self._tools.storage.run(thing.account, lambda store: forget_texts(store.db))
            case Kind.ACTIVITY:
                self._tools.journal.worker.call(self._tools.journal.clear)
            case _:
                _unlink(Path(thing.where))
        job.emit(KeptListed(things=self.things()))
        job.finish("Deleted")

    def _export_mail(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, ExportMail)  # noqa: S101 (the route's own type, for the checker)
        export_mail(job, self._tools.storage, command)

    def _export_records(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, ExportRecords)  # noqa: S101 (the route's own type, for the checker)
        path = from_home(command.path)
        text = json.dumps(self.records(), indent=2, ensure_ascii=False)
        written = write_new(path.parent, path.name, text.encode())
        job.emit(FileSaved(path=str(written)))
        job.finish(f"Saved as {written}")

    def records(self) -> dict[str, object]:
        """What is kept of the accounts beside mail, as plain values; no secret is among them."""
        entries = self._tools.journal.worker.call(lambda: self._tools.journal.newest(EXPORTED_ACTIVITY))
        return {
            "written_at": self._tools.now().isoformat(),
            "accounts": [self._record(account) for account in self._tools.accounts],
            "activity": [
                {"at": each.at.isoformat(), "account": each.account, "what": each.what, "outcome": each.outcome}
                for each in entries
            ],
            "kept": [
                {
                    "what": thing.kind.value,
                    "account": thing.account,
                    "where": thing.where,
                    "bytes": thing.size_bytes,
                    "count": thing.count,
                    "changed_at": thing.changed_at.isoformat() if thing.changed_at else None,
                    "purpose": thing.purpose,
                }
                for thing in self.things()
            ],
        }

    def _record(self, account: Account) -> dict[str, object]:
        auth = self._tools.rooms(account.id).auth
        record = auth.record if auth.holds_sign_in else None
        return {
            "name": account.id,
            "address": account.address,
            "login": account.login,
            "aliases": list(account.aliases),
            "provider": account.provider,
            "sign_in": account.sign_in.value,
            "imap": str(account.imap),
            "smtp": str(account.smtp) if account.smtp else None,
            "signed_in_since": record.since.isoformat() if record else None,
            "permissions": sorted(permission.value for permission in auth.granted),
            "scopes": list(record.scopes) if record else [],
            "keep": {
                "days": account.keep.days,
                "megabytes": account.keep.megabytes,
                "forget_days": account.keep.forget_days,
                "activity_days": account.keep.activity_days,
            },
        }


def _inside(store: AccountStore, path: Path, account: AccountId) -> list[KeptThing]:
    count, size = texts(store.db)
    where = str(path)
    return [
        KeptThing(kind=Kind.TEXTS, account=account, where=where, size_bytes=size, count=count),
        KeptThing(kind=Kind.DRAFTS, account=account, where=where, count=store.drafts.count()),
        KeptThing(kind=Kind.OUTBOX, account=account, where=where, count=store.outbox.count_unsent()),
    ]


def _file(kind: Kind, path: Path, account: AccountId | None = None) -> Iterator[KeptThing]:
    """The file with its journal, nothing where it is not there."""
    try:
        told = path.stat()
    except OSError:
        return
    size = told.st_size + sum(
        beside.stat().st_size for beside in (path.with_name(f"{path.name}-wal"),) if beside.exists()
    )
    changed = datetime.fromtimestamp(told.st_mtime, UTC)
    yield KeptThing(kind=kind, account=account, where=str(path), size_bytes=size, changed_at=changed)


def _is_same(one: KeptThing, other: KeptThing) -> bool:
    return (one.kind, one.account, one.where) == (other.kind, other.account, other.where)


def _unlink(path: Path) -> None:
    try:
        for doomed in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            doomed.unlink(missing_ok=True)
    except OSError as error:
        words = f"{path.name} could not be deleted: {error.strerror}."
        raise StoreError(ErrorKind.DISK, words, remedy=Remedy.TELL) from error


def _apart(work: Callable[[Job], None]) -> Callable[[Job], None]:
    def route(job: Job) -> None:
        threading.Thread(target=lambda: job.run(work), name="privacy", daemon=True).start()

    return route
