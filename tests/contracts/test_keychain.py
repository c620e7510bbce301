"""What every keychain must do: memory, the sealed file, and a real Secret Service."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.secret_service import missing_programs, secret_service
from tuimail.domain.token import Secret
from tuimail.keychain.base import Keychain
from tuimail.keychain.file import SealedFile
from tuimail.keychain.memory import MemoryKeychain
from tuimail.keychain.system import SystemKeychain


@pytest.fixture(scope="module")
def bus_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if missing := missing_programs():
        pytest.skip(f"not installed: {', '.join(missing)}")
    with secret_service(tmp_path_factory.mktemp("bus")) as bus:
        yield bus.address


@pytest.fixture(params=["memory", "sealed file", "system"])
def keychain(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keychain:
    if request.param == "memory":
        return MemoryKeychain()
    if request.param == "sealed file":
        return SealedFile(tmp_path / "secrets" / "sealed", Secret("a passphrase"))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", request.getfixturevalue("bus_address"))
    keychain = SystemKeychain("keyring.backends.SecretService.Keyring")
    for entry in ("account/work", "account/home", "activity"):
        keychain.delete(entry)
    return keychain


def test_entry_that_was_never_written_is_none(keychain: Keychain) -> None:
    assert keychain.read("account/work") is None


def test_what_was_written_is_read_back(keychain: Keychain) -> None:
    keychain.write("account/work", Secret("the secret"))

    assert keychain.read("account/work") == Secret("the secret")


@pytest.mark.parametrize(
    "text", ["x", '{"a": "\\u0000"}', "é ü 漢字 \U0001f511", "two\nlines\r\n", " spaces ", "x" * 20_000, "'; --\\"]
)
def test_any_text_survives(keychain: Keychain, text: str) -> None:
    keychain.write("account/work", Secret(text))

    assert keychain.read("account/work") == Secret(text)


def test_newer_value_takes_the_place_of_the_older(keychain: Keychain) -> None:
    keychain.write("account/work", Secret("old" * 2000))
    keychain.write("account/work", Secret("new"))

    assert keychain.read("account/work") == Secret("new")


def test_entries_do_not_touch_each_other(keychain: Keychain) -> None:
    keychain.write("account/work", Secret("1"))
    keychain.write("account/home", Secret("2"))
    keychain.write("activity", Secret("3"))

    keychain.delete("account/work")

    assert keychain.read("account/work") is None
    assert keychain.read("account/home") == Secret("2")
    assert keychain.read("activity") == Secret("3")


def test_deleted_entry_is_gone_and_may_be_deleted_again(keychain: Keychain) -> None:
    keychain.write("account/work", Secret("1"))

    keychain.delete("account/work")
    keychain.delete("account/work")

    assert keychain.read("account/work") is None


def test_deleted_entry_may_be_written_again(keychain: Keychain) -> None:
    keychain.write("account/work", Secret("1"))
    keychain.delete("account/work")

    keychain.write("account/work", Secret("2"))

    assert keychain.read("account/work") == Secret("2")


def test_title_names_the_place_for_a_person(keychain: Keychain) -> None:
    assert keychain.title
    assert "keyring.backends" not in keychain.title
