"""Encrypted database files: opening, migrating, asking, setting aside. The only importer of apsw.

A ``Database`` belongs to one thread; ``interrupt`` alone may come from another. Statements are written in the
modules of this package only.
"""

import os
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import apsw

from tuimail.domain.errors import ErrorKind, Remedy, StoreError
from tuimail.domain.token import StoreKey

Value = str | int | bytes | None
Columns = tuple[Any, ...]  # the STRICT tables fix each column's type, which no checker can read from SQL

STORE_STEPS = ("schema.sql", "schema_2.sql", "schema_3.sql", "schema_4.sql", "schema_5.sql")
"""Step n of the account's store brings it from version n to n + 1."""

ACTIVITY_STEPS = ("activity.sql",)
"""The same for the activity list."""

_BUSY_WAIT_MS = 2000
_CACHE_KIB = -4000
"""Memory for pages (negative: KiB). Filling, listing and changing 100,000 rows take as long with 20 MB."""
_ROWS_AT_ONCE = 250
"""In one statement: SQLite binds 32,766 values at most, and apsw keeps statements of 16 KB for the next time."""
_COMPANIONS = ("-wal", "-shm", "-journal")

_KEY_WRONG = "The stored mail of this account cannot be opened with its key. It can be fetched again into a new file."
_DAMAGED = "The stored mail of this account is damaged. It can be fetched again into a new file."
_DAMAGED_IN_USE = (
    "The stored mail of this account is damaged. Close tuimail and open it again:"
    " the mail is then fetched into a new file."
)
_NEWER = "The stored mail was written by a newer tuimail. Update tuimail, or let it fetch the mail into a new file."
_BUSY = "Another tuimail is writing to the stored mail. Try again in a moment."
_DISK = "The stored mail cannot be read or written: the disk is full, failing or not writable."
_BUG = "Something unforeseen happened with the stored mail."
_INTERRUPTED = "The search was given up."


class InterruptedStoreError(StoreError):
    """A statement was ended by ``Database.interrupt``; nothing is wrong with the file."""


def open_store(path: Path, key: StoreKey) -> "Database":
    """Open or create an account's store; raises StoreError where it cannot be used as it is."""
    return _open(path, key, STORE_STEPS)


def open_activity(path: Path, key: StoreKey) -> "Database":
    """Open or create the file of the activity list."""
    return _open(path, key, ACTIVITY_STEPS)


def store_bytes(path: Path) -> int:
    """Bytes on disk of a store and its companions, 0 where there is none; needs no key."""
    return sum(file.stat().st_size for file in _files_of(path) if file.exists())


def set_aside(path: Path, now: datetime) -> Path:
    """Rename a store that cannot be used, so that a new one can take its place; returns its new name."""
    stamp = now.astimezone(UTC).strftime("%Y%m%d-%H%M%S")
    with translating():
        kept = path.with_name(f"{path.stem}-set-aside-{stamp}{path.suffix}")
        number = 2
        while kept.exists():
            kept = path.with_name(f"{path.stem}-set-aside-{stamp}-{number}{path.suffix}")
            number += 1
        for old, new in zip(_files_of(path), _files_of(kept), strict=True):
            if old.exists():
                old.rename(new)
        _damage_note(path).unlink(missing_ok=True)
    return kept


def sqlite_version() -> str:
    """Of the SQLite in use."""
    return str(apsw.sqlite_lib_version())


def cipher_version() -> str:
    """Of the encryption in use, with its name."""
    return str(apsw.mc_version)  # type: ignore[attr-defined]  # of apsw-sqlite3mc alone; its stub is apsw's


def delete_store(path: Path) -> int:
    """Delete a store, its companions and every copy that was set aside; returns the bytes freed. Verified."""
    with translating():
        doomed = {
            file
            for name in (path, *_set_aside_copies(path))
            for file in (*_files_of(name), _damage_note(name))
            if file.exists()
        }
        freed = sum(file.stat().st_size for file in doomed)
        for file in doomed:
            file.unlink()
        if any(file.exists() for file in doomed):
            raise StoreError(ErrorKind.DISK, "The stored mail could not be deleted.", remedy=Remedy.TELL)
    return freed


@contextmanager
def translating() -> Generator[None]:
    """Raise StoreError for what SQLite and the file system raise. Their words may quote content and are dropped."""
    try:
        yield
    except apsw.InterruptError as error:
        raise InterruptedStoreError(ErrorKind.STORE_BUSY, _INTERRUPTED, remedy=Remedy.WAIT) from error
    except apsw.NotADBError as error:
        raise _problem(ErrorKind.STORE_KEY_WRONG, _KEY_WRONG, error) from error
    except (apsw.CorruptError, apsw.FormatError) as error:
        raise _problem(ErrorKind.STORE_DAMAGED, _DAMAGED, error) from error
    except (apsw.BusyError, apsw.LockedError, apsw.ProtocolError) as error:
        raise _problem(ErrorKind.STORE_BUSY, _BUSY, error, remedy=Remedy.WAIT) from error
    except (apsw.FullError, apsw.IOError, apsw.CantOpenError, apsw.ReadOnlyError, apsw.PermissionsError) as error:
        raise _problem(ErrorKind.DISK, _DISK, error) from error
    except OSError as error:
        raise _problem(ErrorKind.DISK, _DISK, error, detail=error.strerror or "") from error
    except apsw.Error as error:
        raise _problem(ErrorKind.UNFORESEEN, _BUG, error, remedy=Remedy.REPORT) from error


class Database:
    """One open, encrypted file. All calls from one thread; every failure is a StoreError."""

    def __init__(self, connection: apsw.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @contextmanager
    def _noting(self) -> Generator[None]:
        """``translating``; what turns out to be damaged is looked through when it is next opened."""
        try:
            with translating():
                yield
        except StoreError as error:
            # The key was right when the file was opened.
            if error.kind in {ErrorKind.STORE_DAMAGED, ErrorKind.STORE_KEY_WRONG}:
                with suppress(OSError):
                    _damage_note(self._path).touch(mode=0o600)
                raise _problem(ErrorKind.STORE_DAMAGED, _DAMAGED_IN_USE, error) from error
            raise

    def close(self) -> None:
        """Fold the journal into the file and close it. Closing twice is harmless."""
        with self._noting():
            self._connection.close()

    def interrupt(self) -> None:
        """End the statement that runs now with InterruptedStoreError; may be called from any thread."""
        # In a closed file nothing runs any more.
        with suppress(apsw.ConnectionClosedError):
            self._connection.interrupt()

    def size_bytes(self) -> int:
        """Bytes on disk, journal included."""
        return store_bytes(self._path)

    def is_intact(self) -> bool:
        """Read every page and check it. Slow: for tests and for telling damage from a defect."""
        with self._noting():
            try:
                return self._connection.execute("pragma integrity_check").fetchall() == [("ok",)]
            except (apsw.CorruptError, apsw.NotADBError):
                return False

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All or nothing. An inner transaction is part of the outermost: an error that leaves it must leave both."""
        with self._noting():
            if self._connection.in_transaction:
                # No savepoint: its journal made changing 33,000 rows take 5.7 s instead of 0.6.
                yield
                return
            # Taking the write lock at once: a reader that turns writer fails at the first busy moment, without waiting.
            self._connection.execute("begin immediate")
            try:
                yield
                self._connection.execute("commit")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("rollback")
                raise

    def run(self, sql: str, *values: Value) -> int:
        """Execute and return how many rows it changed."""
        with self._noting():
            self._connection.execute(sql, values)
            return self._connection.changes()

    def run_many(self, sql: str, sequence: Iterable[Sequence[Value]]) -> None:
        """Execute once for each sequence of values, in one transaction."""
        with self.transaction():
            self._connection.executemany(sql, sequence)

    def run_rows(self, sql: str, row: str, rows: Sequence[Sequence[Value]]) -> None:
        """Execute ``sql``, an INSERT up to its word VALUES, with many rows at a time; ``row`` has their placeholders.

        SQLite lets other threads run while it works, and asks for the interpreter again after each statement. With
        one statement a row it gets no further than they let it: 100,000 rows took 16 s beside a busy thread. Handed
        over as JSON, they take SQLite twice as long.
        """
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            some = rows[start : start + _ROWS_AT_ONCE]
            self.run(f"{sql} values {','.join([row] * len(some))}", *chain.from_iterable(some))

    def all(self, sql: str, *values: Value) -> list[Columns]:
        """Every row of the answer."""
        with self._noting():
            return self._connection.execute(sql, values).fetchall()

    def one(self, sql: str, *values: Value) -> Columns | None:
        """The first row of the answer, or None."""
        with self._noting():
            return self._connection.execute(sql, values).fetchone()

    def value(self, sql: str, *values: Value) -> Any:  # noqa: ANN401 (typed by the schema; see Columns)
        """The first column of the first row, None where there is none."""
        found = self.one(sql, *values)
        return found[0] if found else None

    def insert(self, sql: str, *values: Value) -> int:
        """Execute an insert and return the new row's id."""
        with self._noting():
            self._connection.execute(sql, values)
            return self._connection.last_insert_rowid()


def _open(path: Path, key: StoreKey, steps: tuple[str, ...]) -> Database:
    with translating():
        _create_private(path)
        connection = apsw.Connection(os.fspath(path))
        try:
            _prepare(connection, key)
            _migrate(connection, steps)
        except BaseException:
            connection.close()
            raise
    database, note = Database(connection, path), _damage_note(path)
    if note.exists():
        if not database.is_intact():
            database.close()
            raise StoreError(ErrorKind.STORE_DAMAGED, _DAMAGED, remedy=Remedy.TELL)
        note.unlink(missing_ok=True)
    return database


def _create_private(path: Path) -> None:
    """Make the file before SQLite does, readable by its owner alone; SQLite gives companions the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


def _prepare(connection: apsw.Connection, key: StoreKey) -> None:
    connection.set_busy_timeout(_BUSY_WAIT_MS)
    connection.pragma("cipher", "chacha20")
    # "raw:" takes the bytes as they are; "hexkey" would derive another key from them.
    connection.pragma("key", f"raw:{key.reveal().hex()}")
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "normal")
    # Sorting must not spill plain text into a temporary file.
    connection.pragma("temp_store", "memory")
    connection.pragma("cache_size", _CACHE_KIB)
    connection.pragma("foreign_keys", 1)


def _migrate(connection: apsw.Connection, steps: tuple[str, ...]) -> None:
    version = _version(connection)
    if version > len(steps):
        raise StoreError(ErrorKind.STORE_NEWER, _NEWER, remedy=Remedy.TELL)
    if version == len(steps):
        return
    connection.execute("begin immediate")
    try:
        # Read again under the lock: another process may have been quicker.
        for step in range(_version(connection), len(steps)):
            connection.execute(Path(__file__).with_name(steps[step]).read_text(encoding="utf-8"))
            connection.execute(f"pragma user_version = {step + 1}")
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise


def _version(connection: apsw.Connection) -> int:
    version: int = connection.pragma("user_version")
    return version


def _files_of(path: Path) -> tuple[Path, ...]:
    return (path, *(path.with_name(path.name + companion) for companion in _COMPANIONS))


def _damage_note(path: Path) -> Path:
    """There while the file is known to be damaged somewhere: reading all of it at each start would take seconds."""
    return path.with_name(path.name + "-damaged")


def _set_aside_copies(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.stem}-set-aside-*{path.suffix}"))


def _problem(
    kind: ErrorKind, summary: str, error: Exception, *, remedy: Remedy = Remedy.TELL, detail: str = ""
) -> StoreError:
    return StoreError(kind, summary, remedy=remedy, detail=detail or type(error).__name__)
