"""The system keychain: which backends are used, and what their failures become."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring.backend
import keyring.backends.fail
import keyring.backends.null
import keyring.errors
import pytest
from keyring.backends.chainer import ChainerBackend

from tests.fakes.secret_service import Bus, missing_programs, secret_service, session_bus
from tuimail.domain.errors import ErrorKind, KeychainError, Remedy
from tuimail.domain.token import Secret
from tuimail.keychain.child import ALLOWED, SECRET_SERVICE
from tuimail.keychain.system import SystemKeychain

needs_bus = pytest.mark.skipif(bool(missing_programs()), reason=f"not installed: {', '.join(missing_programs())}")


# keyring leaves its connection to the garbage collector when a call fails.
leaves_connections = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


class Backend(keyring.backend.KeyringBackend):
    """A backend with a name of our choice that stores, or raises."""

    priority = 1

    def __init__(self, raises: Exception | None = None, *, loses_deletions: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # keyring is partly untyped
        self.raises = raises
        self.loses_deletions = loses_deletions
        self.texts: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        if self.raises:
            raise self.raises
        return self.texts.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.raises:
            raise self.raises
        self.texts[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if not self.loses_deletions:
            self.texts.pop((service, username), None)


def posing_as(name: str) -> type[Backend]:
    """A backend class under the name of another."""
    module, _, qualname = name.rpartition(".")
    return type("Posing", (Backend,), {"__module__": module, "__qualname__": qualname})


def keychain_over(backend: Backend) -> SystemKeychain:
    return SystemKeychain(discover=lambda: backend)


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bus]:
    with secret_service(tmp_path) as running:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", running.address)
        yield running


@pytest.fixture
def collected() -> Iterator[None]:
    """Collects what a failed call left behind, before another test is blamed for it."""
    yield
    gc.collect()


@pytest.fixture
def no_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)


@pytest.mark.parametrize("name", sorted(ALLOWED))
def test_backend_of_the_list_is_used_and_named(name: str) -> None:
    keychain = SystemKeychain(discover=posing_as(name))

    assert keychain.backend_name == name
    assert keychain.title == ALLOWED[name]


@pytest.mark.parametrize(
    ("backend", "kind"),
    [
        (keyring.backends.fail.Keyring, ErrorKind.KEYCHAIN_MISSING),
        (keyring.backends.null.Keyring, ErrorKind.KEYCHAIN_UNSAFE),
        (posing_as("keyrings.alt.file.PlaintextKeyring"), ErrorKind.KEYCHAIN_UNSAFE),
        (posing_as("keyrings.alt.file.EncryptedKeyring"), ErrorKind.KEYCHAIN_UNSAFE),
        (posing_as("keyring.backends.SecretService.KeyringX"), ErrorKind.KEYCHAIN_UNSAFE),
        (posing_as("evil.backends.SecretService.Keyring"), ErrorKind.KEYCHAIN_UNSAFE),
    ],
)
def test_any_other_backend_is_refused(backend: type[keyring.backend.KeyringBackend], kind: ErrorKind) -> None:
    with pytest.raises(KeychainError) as caught:
        SystemKeychain(discover=backend)

    assert caught.value.kind is kind
    assert caught.value.remedy is Remedy.UNLOCK


def chain_of(*backends: keyring.backend.KeyringBackend) -> keyring.backend.KeyringBackend:
    """A chain of what the test says."""
    chain: keyring.backend.KeyringBackend = type("Chain", (ChainerBackend,), {"backends": list(backends)})()
    return chain


def test_chain_lends_its_first_listed_backend_and_no_other() -> None:
    plain, good = posing_as("keyrings.alt.file.PlaintextKeyring")(), posing_as(SECRET_SERVICE)()

    keychain = SystemKeychain(discover=lambda: chain_of(plain, good))
    keychain.write("activity", Secret("x"))

    assert keychain.backend_name == SECRET_SERVICE
    assert good.texts
    assert not plain.texts


def test_chain_of_unknowns_is_refused() -> None:
    with pytest.raises(KeychainError) as caught:
        SystemKeychain(discover=lambda: chain_of(posing_as("keyrings.alt.file.PlaintextKeyring")()))

    assert caught.value.kind is ErrorKind.KEYCHAIN_UNSAFE


def test_remembered_name_that_is_not_listed_is_not_imported() -> None:
    good = posing_as(SECRET_SERVICE)()

    assert SystemKeychain("no.such.module.Keyring", discover=lambda: good).backend_name == SECRET_SERVICE


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (keyring.errors.KeyringLocked("no"), ErrorKind.KEYCHAIN_LOCKED),
        (keyring.errors.NoKeyringError("no"), ErrorKind.KEYCHAIN_MISSING),
        (keyring.errors.InitError("no"), ErrorKind.KEYCHAIN_MISSING),
        (keyring.errors.KeyringError("no"), ErrorKind.KEYCHAIN_FAILED),
        (ConnectionResetError("no"), ErrorKind.KEYCHAIN_FAILED),
        (UnicodeDecodeError("utf-8", b"planted", 0, 1, "no"), ErrorKind.KEYCHAIN_FAILED),
    ],
)
def test_failures_of_a_backend_become_ours(error: Exception, kind: ErrorKind) -> None:
    keychain = SystemKeychain(discover=lambda: posing_as(SECRET_SERVICE)(error))

    with pytest.raises(KeychainError) as caught:
        keychain.read("account/work")

    assert caught.value.kind is kind
    assert caught.value.remedy is Remedy.UNLOCK
    assert "planted" not in f"{caught.value.detail} {caught.value.__cause__!r}"


def test_deletion_that_does_not_delete_is_an_error() -> None:
    keychain = SystemKeychain(discover=lambda: posing_as(SECRET_SERVICE)(loses_deletions=True))
    keychain.write("account/work", Secret("x"))

    with pytest.raises(KeychainError) as caught:
        keychain.delete("account/work")

    assert caught.value.kind is ErrorKind.KEYCHAIN_FAILED


def test_values_are_cut_for_windows_alone_under_one_user_and_many_services() -> None:
    for name in ALLOWED:
        backend = posing_as(name)()
        keychain = keychain_over(backend)
        keychain.write("account/work", Secret("x" * 5000))

        assert keychain.read("account/work") == Secret("x" * 5000)
        assert {user for _, user in backend.texts} == {"tuimail"}
        longest = max(len(text) for text in backend.texts.values())
        assert (longest <= 1280) is ("Windows" in name)
        keychain.delete("account/work")
        assert backend.texts == {}


@needs_bus
def test_running_secret_service_is_found_and_remembered(bus: Bus) -> None:
    keychain = SystemKeychain(SECRET_SERVICE)

    assert bus.address
    assert keychain.backend_name == SECRET_SERVICE
    assert SystemKeychain(keychain.backend_name).read("activity") is None


@needs_bus
@leaves_connections
@pytest.mark.usefixtures("collected")
def test_locked_keyring_is_told_for_every_call(bus: Bus) -> None:
    keychain = SystemKeychain(SECRET_SERVICE)
    keychain.write("account/work", Secret("x"))
    bus.lock()

    calls: list[Callable[[], object]] = [
        lambda: keychain.read("account/work"),
        lambda: keychain.write("account/work", Secret("y")),
        lambda: keychain.delete("account/work"),
    ]
    for call in calls:
        with pytest.raises(KeychainError) as caught:
            call()
        assert caught.value.kind is ErrorKind.KEYCHAIN_LOCKED


@needs_bus
@leaves_connections
@pytest.mark.usefixtures("collected")
def test_keyring_that_goes_away_midway_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with secret_service(tmp_path) as running:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", running.address)
        keychain = SystemKeychain(SECRET_SERVICE)

    with pytest.raises(KeychainError) as caught:
        keychain.read("account/work")

    assert caught.value.kind in {ErrorKind.KEYCHAIN_MISSING, ErrorKind.KEYCHAIN_FAILED}


@needs_bus
def test_bus_without_a_keyring_means_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with session_bus(tmp_path) as running:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", running.address)
        with pytest.raises(KeychainError) as caught:
            SystemKeychain(SECRET_SERVICE, discover=keyring.backends.fail.Keyring)

    assert caught.value.kind is ErrorKind.KEYCHAIN_MISSING


@pytest.mark.usefixtures("no_bus")
def test_no_bus_means_there_is_none() -> None:
    with pytest.raises(KeychainError) as caught:
        SystemKeychain(SECRET_SERVICE, discover=keyring.backends.fail.Keyring)

    assert caught.value.kind is ErrorKind.KEYCHAIN_MISSING
