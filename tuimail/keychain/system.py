"""The operating system's keychain, through keyring.

Only backends of the allow-list are used: keyring would also hand out ones that keep secrets in plain text, keep
nothing, or chain to those. A backend that was used before is constructed by its name, which skips keyring's search
through every installed package and the bus (63 to 136 ms).
"""

import contextlib
import importlib
import sys
from collections.abc import Callable, Iterable, Iterator

import keyring
import keyring.backend
import keyring.errors

from tuimail.domain.clean import clean_quote
from tuimail.domain.errors import ErrorKind, KeychainError, Remedy
from tuimail.domain.known_answers import OTHER, Door, find
from tuimail.domain.token import Secret
from tuimail.keychain.child import ALLOWED, USER, WINDOWS, service_for
from tuimail.keychain.parts import SplitVault, Vault

_NO_KEYRING = frozenset({"keyring.backends.fail.Keyring"})
_MAX_DUPLICATES = 10


class SystemKeychain:
    """The keychain of the user's session. May block on a prompt; one thread at a time."""

    def __init__(
        self,
        remembered: str | None = None,
        *,
        discover: Callable[[], keyring.backend.KeyringBackend] = keyring.get_keyring,
    ) -> None:
        """Take the remembered backend, or else look for one. Raises ``KeychainError``, MISSING or UNSAFE."""
        with _translating():
            backend = _construct(remembered) or _allowed(discover())
        self.backend_name = _name(backend)
        """To be remembered for the next start, and given to ``child``."""
        self.title = ALLOWED[self.backend_name]
        vault = _BackendVault(backend)
        self._vault: Vault = SplitVault(vault) if self.backend_name == WINDOWS else vault

    def read(self, entry: str) -> Secret | None:
        """What is kept under this name. Unlocking may ask the person, and this waits."""
        with _translating():
            text = self._vault.get(service_for(entry))
        return Secret(text) if text is not None else None

    def write(self, entry: str, value: Secret) -> None:
        """Keep ``value`` under this name."""
        with _translating():
            self._vault.put(service_for(entry), value.reveal())

    def delete(self, entry: str) -> None:
        """Delete the entry and read it back as gone."""
        with _translating():
            self._vault.drop(service_for(entry))
            is_there = self._vault.get(service_for(entry)) is not None
        if is_there:
            raise KeychainError(ErrorKind.KEYCHAIN_FAILED, f"The entry is still in {self.title}.", remedy=Remedy.UNLOCK)


class _BackendVault:
    """One service name an entry under one fixed user: two users of a service make Windows rename the first."""

    def __init__(self, backend: keyring.backend.KeyringBackend) -> None:
        self._backend = backend

    def get(self, name: str) -> str | None:
        return self._backend.get_password(name, USER)

    def put(self, name: str, text: str) -> None:
        self._backend.set_password(name, USER, text)

    def drop(self, name: str) -> None:
        # The Secret Service backend deletes one of several equal items at a call.
        for _ in range(_MAX_DUPLICATES):
            if self.get(name) is None:
                return
            self._backend.delete_password(name, USER)


def _construct(remembered: str | None) -> keyring.backend.KeyringBackend | None:
    """The backend by its name, None if the name is not on the list or not of this machine."""
    if remembered not in ALLOWED:
        return None
    module, _, name = remembered.rpartition(".")
    backend = getattr(importlib.import_module(module), name)
    return backend() if backend.viable else None


def _allowed(found: keyring.backend.KeyringBackend) -> keyring.backend.KeyringBackend:
    # A chain is not used as such: it would write to whatever else is in it.
    candidates: Iterable[keyring.backend.KeyringBackend] = getattr(found, "backends", (found,))
    for backend in candidates:
        if _name(backend) in ALLOWED:
            return backend
    if _name(found) in _NO_KEYRING:
        raise _error("missing")
    raise _error("unsafe", clean_quote(_name(found)))


def _name(backend: keyring.backend.KeyringBackend) -> str:
    return f"{type(backend).__module__}.{type(backend).__qualname__}"


@contextlib.contextmanager
def _translating() -> Iterator[None]:
    """Map what keyring, its backends and the bus raise to ``KeychainError``."""
    try:
        yield
    except _known(_LOCKED, keyring.errors.KeyringLocked) as error:
        raise _error("locked") from error
    except _known(_MISSING, keyring.errors.NoKeyringError, keyring.errors.InitError) as error:
        raise _error("missing", clean_quote(str(error))) from error
    except UnicodeDecodeError:
        # Without its cause, which holds the undecodable secret.
        raise _error(OTHER, "what is kept is no text") from None
    except _known(_FAILED, keyring.errors.KeyringError, OSError, RuntimeError) as error:
        # RuntimeError: GLib's errors and an unsupported bus address are ones.
        raise _error(OTHER, clean_quote(f"{type(error).__name__}: {error}")) from error


_LOCKED = ("secretstorage.exceptions.LockedException", "secretstorage.exceptions.PromptDismissedException")
_MISSING = ("secretstorage.exceptions.SecretServiceNotAvailableException",)
_FAILED = (
    "secretstorage.exceptions.SecretStorageException",
    "jeepney.wrappers.DBusErrorResponse",
    "jeepney.auth.AuthenticationError",
    "dbus.exceptions.DBusException",
    "win32ctypes.pywin32.pywintypes.error",
    "pywintypes.error",
)


def _known(names: Iterable[str], *own: type[Exception]) -> tuple[type[Exception], ...]:
    """``own`` and what the backends stand on, as far as it is loaded: each machine has only some of it."""
    dotted = (name.rpartition(".") for name in names)
    found = (getattr(sys.modules.get(module), name, None) for module, _, name in dotted)
    return (*own, *(error for error in found if isinstance(error, type) and issubclass(error, Exception)))


def _error(code: str, detail: str = "") -> KeychainError:
    row = find(Door.KEYCHAIN, code)
    error = KeychainError(row.kind, row.summary(""), remedy=row.remedy, detail=detail)
    error.side = row.side
    return error
