"""The passphrase-sealed file."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tuimail.domain.errors import ErrorKind, KeychainError, Remedy
from tuimail.domain.token import Secret
from tuimail.keychain.file import SealedFile

PASSPHRASE = Secret("correct horse")
PLANTED = "planted-refresh-token"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "secrets.sealed"


@pytest.fixture
def wide_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def filled(path: Path) -> SealedFile:
    sealed = SealedFile(path, PASSPHRASE)
    sealed.write("account/work", Secret(PLANTED))
    return sealed


def problem_of(path: Path, passphrase: Secret = PASSPHRASE) -> KeychainError:
    with pytest.raises(KeychainError) as caught:
        SealedFile(path, passphrase).read("account/work")
    return caught.value


def test_entries_are_there_after_opening_again(path: Path) -> None:
    filled(path)

    assert SealedFile(path, PASSPHRASE).read("account/work") == Secret(PLANTED)


@pytest.mark.parametrize("wrong", ["", "Correct horse", "correct horse ", "x" * 1000])
def test_wrong_passphrase_is_told_and_changes_nothing(path: Path, wrong: str) -> None:
    filled(path)
    before = path.read_bytes()

    error = problem_of(path, Secret(wrong))

    assert error.kind is ErrorKind.WRONG_PASSPHRASE
    assert error.remedy is Remedy.UNLOCK
    assert path.read_bytes() == before


def test_new_file_remembers_its_passphrase_before_anything_is_written(path: Path) -> None:
    SealedFile(path, PASSPHRASE)

    assert problem_of(path, Secret("another")).kind is ErrorKind.WRONG_PASSPHRASE


@pytest.mark.usefixtures("wide_umask")
def test_file_is_readable_by_nobody_else_whatever_the_umask(path: Path) -> None:
    filled(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_nothing_kept_is_readable_in_the_folder(path: Path) -> None:
    filled(path)

    assert [file.name for file in path.parent.iterdir()] == [path.name]
    raw = path.read_bytes()
    assert PLANTED.encode() not in raw
    assert b"account" not in raw
    assert b"correct" not in raw


def test_each_write_is_sealed_anew(path: Path) -> None:
    sealed = filled(path)
    first = path.read_bytes()

    sealed.write("account/work", Secret(PLANTED))

    assert path.read_bytes()[-40:] != first[-40:]


def test_any_flipped_byte_is_noticed(path: Path) -> None:
    sealed = filled(path)
    good = path.read_bytes()

    for place in range(len(good)):
        path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        with pytest.raises(KeychainError):
            sealed.read("account/work")


@pytest.mark.parametrize("content", [b"", b"x", b"tuimail sealed 1\n", b"\x00" * 200])
def test_file_that_is_none_of_ours_is_left_as_it_is(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)

    assert problem_of(path).kind is ErrorKind.KEYCHAIN_FAILED
    assert path.read_bytes() == content


def test_header_cannot_choose_how_much_work_a_try_costs(path: Path) -> None:
    filled(path)
    raw = bytearray(path.read_bytes())
    raw[17] = 30  # log2 n: 1 TiB of memory
    path.write_bytes(raw)

    assert problem_of(path).kind is ErrorKind.KEYCHAIN_FAILED


def test_file_is_never_sealed_with_nothing(path: Path) -> None:
    assert problem_of(path, Secret("")).kind is ErrorKind.WRONG_PASSPHRASE
    assert not path.exists()


def test_leftover_of_a_crash_goes_at_the_next_start(path: Path) -> None:
    filled(path)
    old, fresh = path.with_name(f"{path.name}.0123"), path.with_name(f"{path.name}.4567")
    old.write_bytes(b"half")
    fresh.write_bytes(b"half")
    os.utime(old, (0, 0))

    SealedFile(path, PASSPHRASE)

    assert not old.exists()
    assert fresh.exists()


def test_change_of_another_process_is_seen_and_kept(path: Path) -> None:
    first, second = SealedFile(path, PASSPHRASE), SealedFile(path, PASSPHRASE)

    first.write("account/work", Secret("1"))
    second.write("account/home", Secret("2"))

    assert first.read("account/home") == Secret("2")
    assert second.read("account/work") == Secret("1")


def test_failed_write_leaves_the_old_file_and_no_leftover(path: Path) -> None:
    sealed = filled(path)
    path.unlink()
    path.mkdir()  # a rename onto a folder fails

    with pytest.raises(KeychainError) as caught:
        sealed.delete("account/work")

    assert caught.value.kind is ErrorKind.KEYCHAIN_FAILED
    assert [file.name for file in path.parent.iterdir()] == [path.name]
