"""Reading one account's entry in a child process, beside the imports of the first paint.

The child runs ``read_key.py`` in a bare interpreter and hands the entry over through a pipe of the two. It never
prompts: a locked keychain is reported, and the keychain worker asks the person. Nothing secret is in arguments or
environment. Imports nothing that is slow.
"""

import binascii
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

from tuimail.domain.token import Secret, StoreKey

SECRET_SERVICE = "keyring.backends.SecretService.Keyring"  # noqa: S105 (a class, not a password)
WINDOWS = "keyring.backends.Windows.WinVaultKeyring"
ALLOWED = {
    SECRET_SERVICE: "the system keyring (Secret Service)",
    "keyring.backends.libsecret.Keyring": "the system keyring (libsecret)",
    "keyring.backends.kwallet.DBusKeyring": "KDE Wallet",
    "keyring.backends.macOS.Keyring": "macOS Keychain",
    WINDOWS: "Windows Credential Manager",
}
"""Backends that encrypt at rest and belong to the user's session, with their names in words."""

USER = "tuimail"
"""The user name of every entry; the service name tells them apart."""

_SCRIPT = Path(__file__).with_name("read_key.py")


class NoKey(StrEnum):
    """Why the child has no key."""

    LOCKED = "locked"
    """The keychain wants to be unlocked first."""
    MISSING = "missing"
    """There is no keychain."""
    NO_ENTRY = "none"
    """The keychain is open and holds no such entry."""
    FAILED = "failed"
    """Anything else; ``SystemKeychain`` will say what."""
    NOT_YET = "not yet"
    """Still waiting for the keychain; ask again."""


class PendingKey:
    """A key on its way. One thread at a time."""

    def __init__(self, process: "subprocess.Popen[bytes] | None") -> None:
        self._process = process
        self.entry: Secret | None = None
        """The whole entry, once ``wait`` gave its key."""
        self.beside: Secret | None = None
        """The other entry; None where it is not there, or not as easily read."""

    def wait(self, timeout_s: float) -> StoreKey | NoKey:
        """The key, or why there is none; after NOT_YET this may be called again."""
        if self._process is None:
            return NoKey.FAILED
        try:
            answer, _ = self._process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            return NoKey.NOT_YET
        word, _, rest = answer.partition(b" ")
        try:
            if word != b"key":
                return NoKey(word.decode())
            key, _, entry = rest.partition(b" ")
            entry, _, beside = entry.partition(b"\n")
            self.entry = Secret(entry.decode())
            self.beside = Secret(beside.decode()) if beside else None
            return StoreKey(binascii.a2b_base64(key))
        except ValueError:
            return NoKey.FAILED

    def close(self) -> None:
        """Give the child up."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()


def service_for(entry: str) -> str:
    """The service name under which a keychain keeps the entry; one each, see ``system``."""
    return f"tuimail/{entry}"


def start(entry: str, backend_name: str, *, beside: str = "") -> PendingKey:
    """Start reading ``entry``, with its key, and the one ``beside`` it from the remembered backend, if it is one of
    those allowed."""
    # The name comes from a file: another one must not name a module to import.
    if backend_name not in ALLOWED:
        return PendingKey(None)
    # Without -S the interpreter would spend a third of its time on site-packages' .pth files.
    command = [
        sys.executable,
        "-I",
        "-S",
        str(_SCRIPT),
        backend_name,
        service_for(entry),
        service_for(beside),
        USER,
        *filter(None, sys.path),
    ]
    try:
        process = subprocess.Popen(  # noqa: S603 (our own script in our own interpreter, no shell)
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError:
        return PendingKey(None)
    return PendingKey(process)
