import os
import shutil
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest

from tests.store.conftest import KEY, NOW
from tuimail.domain.errors import ErrorKind, StoreError
from tuimail.domain.token import StoreKey
from tuimail.store.db import (
    Database,
    InterruptedStoreError,
    delete_store,
    open_store,
    set_aside,
    store_bytes,
)

SUBJECT = "Zebra crossing at dawn"


def fill(db: Database, rows: int = 300) -> None:
    with db.transaction():
        for number in range(rows):
            db.run("insert into facts (name, value) values (?, ?)", f"{SUBJECT} {number}", "x" * 2000)


def error_of(path: Path, key: StoreKey = KEY) -> StoreError:
    try:
        db = open_store(path, key)
        db.all("select * from facts")
    except StoreError as error:
        return error
    pytest.fail("the store opened")


def kind_of_damage(path: Path) -> ErrorKind | None:
    try:
        db = open_store(path, KEY)
    except StoreError as error:
        return error.kind
    intact = db.is_intact()
    db.close()
    return None if intact else ErrorKind.STORE_DAMAGED


@pytest.mark.skipif(os.name != "posix", reason="modes are posix")
def test_files_are_private_from_creation_whatever_the_umask(path: Path) -> None:
    old = os.umask(0)
    try:
        db = open_store(path, KEY)
        fill(db)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    finally:
        os.umask(old)

    assert modes == {"work.store": 0o600, "work.store-wal": 0o600, "work.store-shm": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    db.close()


def test_no_file_holds_plain_text(path: Path) -> None:
    db = open_store(path, KEY)
    fill(db)
    during = b"".join(file.read_bytes() for file in path.parent.iterdir())
    db.close()
    after = path.read_bytes()

    for raw in (during, after):
        assert SUBJECT.encode() not in raw
        assert b"SQLite format" not in raw
        assert b"create table" not in raw.lower()


def test_what_was_written_is_there_again(path: Path) -> None:
    db = open_store(path, KEY)
    fill(db, 3)
    db.close()

    again = open_store(path, KEY)

    assert again.value("select count(*) from facts") == 3
    assert again.is_intact()
    assert again.size_bytes() == store_bytes(path) > 0
    again.close()


def test_wrong_key_is_said_and_the_file_untouched(path: Path) -> None:
    db = open_store(path, KEY)
    fill(db)
    db.close()
    before = path.read_bytes()

    error = error_of(path, StoreKey(b"w" * 32))

    assert error.kind is ErrorKind.STORE_KEY_WRONG
    assert path.read_bytes() == before
    assert open_store(path, KEY).value("select count(*) from facts") == 300


def test_a_flipped_bit_in_any_page_is_noticed(path: Path, tmp_path: Path) -> None:
    db = open_store(path, KEY)
    fill(db)
    db.close()
    whole = path.read_bytes()
    pages = range(0, len(whole), 4096)
    damaged = tmp_path / "damaged.store"

    for start in list(pages)[:: max(1, len(pages) // 25)]:
        raw = bytearray(whole)
        raw[start + 2000] ^= 1
        damaged.write_bytes(raw)
        assert kind_of_damage(damaged) in {ErrorKind.STORE_DAMAGED, ErrorKind.STORE_KEY_WRONG}


def test_damage_found_in_use_is_refused_at_the_next_opening(path: Path) -> None:
    db = open_store(path, KEY)
    fill(db)
    db.close()
    raw = bytearray(path.read_bytes())
    for start in range(len(raw) // 8192 * 4096, len(raw), 4096):
        raw[start + 2000] ^= 1
    path.write_bytes(raw)
    db = open_store(path, KEY)
    with pytest.raises(StoreError):
        db.all("select * from facts")
    db.close()

    assert error_of(path).kind is ErrorKind.STORE_DAMAGED
    set_aside(path, NOW)
    again = open_store(path, KEY)
    fill(again)
    again.close()
    assert open_store(path, KEY).value("select count(*) from facts") == 300
    assert {each.suffix for each in path.parent.iterdir()} <= {".store", ".store-wal", ".store-shm"}


def test_a_false_alarm_costs_nothing(path: Path) -> None:
    db = open_store(path, KEY)
    fill(db)
    db.close()
    path.with_name(path.name + "-damaged").touch()

    again = open_store(path, KEY)

    assert again.value("select count(*) from facts") == 300
    assert not path.with_name(path.name + "-damaged").exists()


def test_truncated_and_foreign_files_are_refused(path: Path) -> None:
    db = open_store(path, KEY)
    fill(db)
    db.close()
    whole = path.read_bytes()

    path.write_bytes(whole[: len(whole) // 2])
    assert error_of(path).kind is ErrorKind.STORE_DAMAGED
    path.write_bytes(b"From alice@example.test\n" * 1000)
    assert error_of(path).kind is ErrorKind.STORE_KEY_WRONG


def test_newer_file_is_left_alone(path: Path) -> None:
    db = open_store(path, KEY)
    db.run("pragma user_version = 99")
    db.close()
    before = path.read_bytes()

    error = error_of(path)

    assert error.kind is ErrorKind.STORE_NEWER
    assert "Update tuimail" in error.summary
    assert path.read_bytes() == before


def test_store_that_cannot_be_used_is_set_aside_and_kept(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"something else")

    first = set_aside(path, NOW)
    path.write_bytes(b"once more")
    second = set_aside(path, NOW)

    assert first.name == "work-set-aside-20260301-120000.store"
    assert (first.read_bytes(), second.read_bytes()) == (b"something else", b"once more")
    assert not path.exists()
    open_store(path, KEY).close()


def test_deleting_takes_every_file_and_counts_the_bytes(path: Path) -> None:
    db = open_store(path, KEY)
    fill(db)
    (path.parent / "other.store").write_bytes(b"stays")
    shutil.copy(path, path.with_name("work-set-aside-20260101-000000.store"))
    size = sum(file.stat().st_size for file in path.parent.glob("work*"))
    # Closing would fold the journal away: the files are to be deleted as they lie.
    freed = delete_store(path)
    db.close()

    assert freed == size > 0
    assert [file.name for file in path.parent.iterdir()] == ["other.store"]
    assert delete_store(path) == 0


@contextmanager
def as_plain_user() -> Iterator[None]:
    """Root may write everywhere, so it steps down for a while; anybody else stays."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.mark.skipif(os.name != "posix", reason="users are posix")
def test_folder_without_rights_is_said_plainly(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.parent.chmod(0o500)

    with as_plain_user():
        assert error_of(path).kind is ErrorKind.DISK


def test_folder_that_is_a_file_is_said_plainly(path: Path) -> None:
    path.parent.write_bytes(b"")

    assert error_of(path).kind is ErrorKind.DISK


@pytest.mark.skipif(os.name != "posix", reason="limits are posix")
def test_full_disk_is_said_and_recovered_from(path: Path) -> None:
    import resource  # noqa: PLC0415 (posix only)
    import signal  # noqa: PLC0415

    db = open_store(path, KEY)
    fill(db, 5)
    old_signal = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    old_limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (store_bytes(path), old_limit[1]))
    try:
        with pytest.raises(StoreError) as caught:
            db.run("insert into facts (name, value) values ('big', ?)", "x" * 5_000_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old_limit)
        signal.signal(signal.SIGXFSZ, old_signal)

    assert caught.value.kind is ErrorKind.DISK
    assert db.value("select count(*) from facts") == 5
    db.run("insert into facts (name, value) values ('big', ?)", "x" * 5_000_000)
    assert db.is_intact()
    db.close()


def test_error_in_a_transaction_undoes_all_of_it(db: Database) -> None:
    def write_and_fail() -> None:
        with db.transaction():
            db.run("insert into facts (name, value) values ('a', '1')")
            with db.transaction():
                db.run("insert into facts (name, value) values ('b', '2')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()

    assert db.value("select count(*) from facts") == 0


def test_another_writer_is_waited_for_and_then_said(db: Database, path: Path) -> None:
    other = apsw.Connection(str(path))
    other.pragma("cipher", "chacha20")
    other.pragma("key", f"raw:{KEY.reveal().hex()}")
    other.execute("begin immediate")

    with pytest.raises(StoreError) as caught:
        db.run("insert into facts (name, value) values ('a', '1')")

    assert caught.value.kind is ErrorKind.STORE_BUSY
    other.execute("rollback")
    db.run("insert into facts (name, value) values ('a', '1')")
    other.close()


def test_long_statement_can_be_interrupted_from_another_thread(db: Database) -> None:
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
    stop = threading.Event()

    def interrupt() -> None:
        # Until it has worked: the first call may come before the statement has begun.
        while not stop.wait(0.01):
            db.interrupt()

    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        with pytest.raises(InterruptedStoreError):
            db.value(endless)
    finally:
        stop.set()
        thread.join()
    assert db.value("select 1") == 1


def test_interrupting_and_closing_a_closed_store_is_harmless(path: Path) -> None:
    db = open_store(path, KEY)
    db.close()

    db.interrupt()
    db.close()


def test_error_texts_hold_no_content(db: Database) -> None:
    with pytest.raises(StoreError) as caught:
        db.run("insert into facts (name, value) values (?, null)", SUBJECT)

    assert caught.value.kind is ErrorKind.UNFORESEEN
    assert "Zebra" not in f"{caught.value} {caught.value.detail}"
