import subprocess
import sys
from pathlib import Path

from tuimail.store.lock import AccountLock

HOLDER = """
import sys
from pathlib import Path
from tuimail.store.lock import AccountLock
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
