"""Killed at any moment of a course of writes, the store opens, is whole, and holds all that was confirmed."""

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.conftest import KEY
from tests.store.scenario import digest, run, steps
from tuimail.domain.errors import ErrorKind, StoreError
from tuimail.store.db import open_store

ROUNDS = int(os.environ.get("TUIMAIL_CRASH_ROUNDS", "24"))
"""Kills of each kind."""

WRITES = 3000
"""Somewhat fewer than the course makes."""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are posix")


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Digests before the first step and after each."""
    db = open_store(tmp_path_factory.mktemp("expected") / "work.store", KEY)
    found = [digest(db)]
    for step in steps(db):
        step()
        found.append(digest(db))
    db.close()
    assert len(set(found)) > len(found) * 0.8
    return found


@pytest.fixture
def forks() -> Iterator["Forks"]:
    running = Forks()
    yield running
    running.close()


class Forks:
    """The program of ``scenario``: a child for each call, killed after so many seconds."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.store.scenario"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 (this interpreter)

    def run(self, path: Path, seconds: float) -> tuple[int, int]:
        """Steps confirmed, and the child's end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{path} {seconds:.6f}\n")
        self._process.stdin.flush()
        confirmed, ending = self._process.stdout.readline().split()
        return int(confirmed), int(ending)

    def close(self) -> None:
        self._process.communicate()


def state_after(path: Path) -> str:
    """The digest of the store as the next start finds it."""
    db = open_store(path, KEY)
    assert db.is_intact()
    found = digest(db)
    db.close()
    return found


def test_killed_at_any_time_nothing_confirmed_is_lost(tmp_path: Path, forks: Forks, expected: list[str]) -> None:
    begun = time.perf_counter()
    assert forks.run(tmp_path / "whole.store", 60) == (len(expected) - 1, 0)
    whole_s = time.perf_counter() - begun
    chance = random.Random(7)  # noqa: S311 (times, not secrets)
    seen = set()

    for number in range(ROUNDS):
        path = tmp_path / f"{number}.store"
        confirmed, _ = forks.run(path, max(0.001, chance.uniform(0, whole_s)))
        seen.add(confirmed)
        # The last step may have reached the file without having been confirmed.
        assert state_after(path) in expected[confirmed : confirmed + 2]
        path.unlink()

    # Not always at the same place; how many there are is up to the machine.
    assert len(seen) >= min(ROUNDS // 6, 20)


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace makes the faults")
def test_killed_at_the_nth_write_nothing_confirmed_is_lost(tmp_path: Path, expected: list[str]) -> None:
    rounds, endings = ROUNDS // 4, []

    for number in range(rounds):
        path = tmp_path / f"{number}.store"
        at = 1 + number * WRITES // rounds
        command = ["strace", "-o", os.devnull, "-f", "-e", "trace=pwrite64", "-e",
                    f"inject=pwrite64:signal=KILL:when={at}",
                   sys.executable, "-m", "tests.store.scenario", str(path)]  # fmt: skip
        child = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 (as above)
        confirmed = len(child.stdout)
        endings.append(child.returncode)
        assert state_after(path) in expected[confirmed : confirmed + 2]

    assert all(endings)


def test_a_flipped_bit_is_noticed_or_without_meaning(tmp_path: Path, expected: list[str]) -> None:
    path = tmp_path / "work.store"
    run(path, lambda _number: None)
    open_store(path, KEY).close()
    whole = path.read_bytes()
    pages = len(whole) // 4096
    chance = random.Random(7)  # noqa: S311 (places, not secrets)

    for page in sorted({0, pages - 1, *chance.sample(range(pages), min(pages, ROUNDS))}):
        raw = bytearray(whole)
        raw[page * 4096 + chance.randrange(4096)] ^= 1 << chance.randrange(8)
        damaged = tmp_path / f"{page}.store"
        damaged.write_bytes(raw)
        try:
            db = open_store(damaged, KEY)
            found = digest(db)
        except StoreError as error:
            assert error.kind in {ErrorKind.STORE_DAMAGED, ErrorKind.STORE_KEY_WRONG}  # noqa: PT017 (either way is right)
        else:
            assert found == expected[-1] or not db.is_intact()
            db.close()
        damaged.unlink()
