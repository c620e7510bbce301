"""The child process that reads one store key."""

import datetime
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.secret_service import Bus, missing_programs, secret_service, session_bus
from tuimail.domain.ids import AccountId
from tuimail.domain.token import Secret, StoreKey
from tuimail.keychain.base import AccountRecord, encode, entry_for
from tuimail.keychain.child import SECRET_SERVICE, NoKey, service_for, start
from tuimail.keychain.system import SystemKeychain

needs_bus = pytest.mark.skipif(bool(missing_programs()), reason=f"not installed: {', '.join(missing_programs())}")
WORK = entry_for(AccountId("work"))
KEY = StoreKey(bytes(range(32)))
DEADLINE_S = 10.0


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bus]:
    with secret_service(tmp_path) as running:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", running.address)
        yield running


@pytest.fixture
def kept(bus: Bus) -> SystemKeychain:
    assert bus.address
    keychain = SystemKeychain(SECRET_SERVICE)
    record = AccountRecord(
        refresh=Secret("planted-refresh-token"),
        store_key=KEY,
        scopes=("mail.read",),
        client_id=None,
        client_secret=None,
        issuer=None,
        since=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
    )
    keychain.write(WORK, encode(record))
    return keychain


@needs_bus
def test_child_hands_over_the_store_key(kept: SystemKeychain) -> None:
    assert start(WORK, kept.backend_name).wait(DEADLINE_S) == KEY


@needs_bus
def test_child_reads_through_keyring_where_the_environment_configures_it(
    kept: SystemKeychain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYRING_PROPERTY_ANYTHING", "1")

    assert start(WORK, kept.backend_name).wait(DEADLINE_S) == KEY


@needs_bus
def test_child_hands_over_the_entry_beside_its_key(kept: SystemKeychain) -> None:
    pending = start(WORK, kept.backend_name)

    pending.wait(DEADLINE_S)

    assert pending.entry == kept.read(WORK)


@needs_bus
def test_child_hands_over_the_entry_that_was_asked_for_beside_it(kept: SystemKeychain) -> None:
    kept.write("activity", Secret("planted-key"))
    with_other, without = start(WORK, kept.backend_name, beside="activity"), start(WORK, kept.backend_name, beside="no")

    assert with_other.wait(DEADLINE_S) == without.wait(DEADLINE_S) == KEY
    assert (with_other.beside, without.beside) == (Secret("planted-key"), None)
    assert with_other.entry == without.entry == kept.read(WORK)


@needs_bus
def test_nothing_but_the_entry_and_its_key_crosses_the_pipe(kept: SystemKeychain) -> None:
    script = Path(sys.modules[start.__module__].__file__ or "").with_name("read_key.py")
    command = [sys.executable, "-I", "-S", str(script), kept.backend_name, service_for(WORK), "", "tuimail", *sys.path]

    sent = subprocess.run(command, capture_output=True, check=True, timeout=DEADLINE_S)  # noqa: S603 (our own script)

    entry = kept.read(WORK)
    assert entry is not None
    assert sent.stdout.decode() == f"key AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= {entry.reveal()}"
    assert sent.stderr == b""


@needs_bus
def test_missing_entry_is_told(kept: SystemKeychain) -> None:
    assert start(entry_for(AccountId("home")), kept.backend_name).wait(DEADLINE_S) is NoKey.NO_ENTRY


@needs_bus
@pytest.mark.parametrize("entry", [WORK, "account/home"])
def test_locked_keychain_is_told_at_once_and_nobody_is_asked(kept: SystemKeychain, bus: Bus, entry: str) -> None:
    bus.lock()

    assert start(entry, kept.backend_name).wait(DEADLINE_S) is NoKey.LOCKED


@needs_bus
def test_bus_without_a_keychain_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with session_bus(tmp_path) as running:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", running.address)

        assert start(WORK, SECRET_SERVICE).wait(DEADLINE_S) is NoKey.MISSING


@pytest.mark.parametrize("address", [None, "", "unix:path=/nonexistent/bus", "tcp:host=x", "nonsense"])
def test_no_bus_is_told(monkeypatch: pytest.MonkeyPatch, address: str | None) -> None:
    if address is None:
        monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    else:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)

    assert start(WORK, SECRET_SERVICE).wait(DEADLINE_S) is NoKey.MISSING


@pytest.mark.parametrize("backend", ["", "no.such.module.Keyring", "keyring.backends.fail.Keyring"])
def test_backend_that_does_not_work_is_a_failure_and_silent(backend: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert start(WORK, backend).wait(DEADLINE_S) is NoKey.FAILED
    assert capfd.readouterr() == ("", "")


def test_module_named_by_a_tampered_file_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    traces = tmp_path / "traces"
    (tmp_path / "planted.py").write_text(f"open({str(traces)!r}, 'w')")
    monkeypatch.syspath_prepend(tmp_path)

    answer = start(WORK, "planted.Keyring").wait(DEADLINE_S)

    assert answer is NoKey.FAILED
    assert not traces.exists()


@needs_bus
def test_damaged_record_is_a_failure(kept: SystemKeychain) -> None:
    for damaged in ("{}", "{", "hello", '{"store_key": "AAAA"}', '{"store_key": 7}'):
        kept.write(WORK, Secret(damaged))

        assert start(WORK, kept.backend_name).wait(DEADLINE_S) is NoKey.FAILED


def test_waiting_can_be_continued_and_given_up(fake_python: Callable[[str], None]) -> None:
    fake_python("import time; time.sleep(60)")
    pending = start(WORK, SECRET_SERVICE)

    assert pending.wait(0.01) is NoKey.NOT_YET
    assert pending.wait(0.01) is NoKey.NOT_YET
    started = time.monotonic()
    pending.close()

    assert time.monotonic() - started < DEADLINE_S


@pytest.fixture
def fake_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts another program in the interpreter's place."""
    real = sys.executable

    def replace(code: str) -> None:
        program = tmp_path / "python"
        program.write_text(f"#!{real}\n{code}\n")
        program.chmod(0o700)
        monkeypatch.setattr(sys, "executable", str(program))

    return replace


def test_interpreter_that_cannot_be_started_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")

    assert start(WORK, SECRET_SERVICE).wait(DEADLINE_S) is NoKey.FAILED


def test_starting_the_child_imports_nothing_slow() -> None:
    code = "import sys, tuimail.keychain.child; print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()  # noqa: S603 (our own code)

    assert not {"keyring", "jeepney", "secretstorage", "cryptography", "json", "asyncio", "textual"} & set(loaded)
