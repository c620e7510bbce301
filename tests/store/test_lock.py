import subprocess
import sys
from pathlib import Path

from tuimail.store.lock import AccountLock, Turn

HOLDER = """
import sys
from pathlib import Path
from tuimail.store.lock import AccountLock, Turn
lock = AccountLock(Path(sys.argv[1]))
print(lock.acquire(), flush=True)
sys.stdin.read()
"""


def test_only_one_holds_the_lock(tmp_path: Path) -> None:
    first, second = (AccountLock(tmp_path / "state" / "work.lock") for _ in range(2))

    assert first.acquire()
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    assert not first.is_held
    second.release()


def test_lock_goes_with_the_process(tmp_path: Path) -> None:
    path = tmp_path / "work.lock"
    holder = subprocess.Popen(  # noqa: S603 (this interpreter)
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline() == "True\n"
    lock = AccountLock(path)
    assert not lock.acquire()

    holder.kill()
    holder.communicate()

    assert lock.acquire()
    lock.release()


def test_a_turn_that_nobody_had_since_is_told_from_one_that_somebody_had(tmp_path: Path) -> None:
    mine, others = (Turn(tmp_path / "work.lock") for _ in range(2))
    assert mine.acquire()
    assert mine.begin() == 0
    mine.end()
    mine.release()
    before = others.last_end()

    assert others.acquire()
    assert others.begin() == before
    assert mine.last_end() is None
    others.end()
    others.release()

    assert mine.last_end() not in {None, before}


def test_a_process_that_ended_in_its_turn_leaves_it_open_to_doubt(tmp_path: Path) -> None:
    dead, mine = (Turn(tmp_path / "work.lock") for _ in range(2))
    assert dead.acquire()
    dead.begin()
    dead.release()
    assert mine.last_end() is None

    assert mine.acquire()
    mine.begin()
    assert mine.last_end() is None
    mine.end()

    assert mine.last_end() is not None
    mine.release()
