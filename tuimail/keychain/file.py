"""The passphrase-sealed file, for machines without a keychain.

Layout: a header of ``magic, log2 n, r, p, salt, nonce``, which is authenticated but readable, then one JSON object
of all entries under AES-256-GCM. The key comes from the passphrase by scrypt (RFC 7914): 64 MiB and about 0.2 s a
try. Each write has a fresh nonce and goes to a new file that then takes the old one's place.
"""

import contextlib
import json
import os
import secrets
import struct
import time
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from tuimail.domain.errors import ErrorKind, KeychainError, Remedy
from tuimail.domain.token import Secret

_MAGIC = b"tuimail sealed 1\n"
_LOG2_N, _R, _P = 16, 8, 1
_SALT_BYTES = 16
_NONCE_BYTES = 12
_KEY_BYTES = 32
_HEADER = struct.Struct(f">{len(_MAGIC)}sBBB{_SALT_BYTES}s{_NONCE_BYTES}s")
_MAX_BYTES = 1_000_000
_LEFTOVER_AGE_S = 60


class SealedFile:
    """A keychain in one encrypted file. Reads the file anew at each call, so that another process's change counts."""

    title = "a file sealed with your passphrase"

    def __init__(self, path: Path, passphrase: Secret) -> None:
        """Open the file, or make a new one. Raises ``KeychainError``, WRONG_PASSPHRASE among others."""
        if not passphrase:
            words = "A sealed file needs a passphrase."
            raise KeychainError(ErrorKind.WRONG_PASSPHRASE, words, remedy=Remedy.UNLOCK)
        self._path = path
        with _translating():
            _drop_leftovers(path)
            raw = _contents(path)
            self._salt = _salt(raw) if raw is not None else secrets.token_bytes(_SALT_BYTES)
            self._cipher = AESGCM(_derive(passphrase, self._salt))
            if raw is None:
                self._save({})
            else:
                self._unseal(raw)

    def read(self, entry: str) -> Secret | None:
        """What is kept under this name."""
        text = self._load().get(entry)
        return Secret(text) if text is not None else None

    def write(self, entry: str, value: Secret) -> None:
        """Keep ``value``; it is on the disk when this returns."""
        self._change(entry, value.reveal())

    def delete(self, entry: str) -> None:
        """Take the entry out and read it back as gone. The file stays, for what else is in it."""
        self._change(entry, None)
        if self.read(entry) is not None:
            raise KeychainError(ErrorKind.KEYCHAIN_FAILED, "The entry is still in the sealed file.", remedy=Remedy.TELL)

    def _change(self, entry: str, text: str | None) -> None:
        entries = self._load()
        entries.pop(entry, None)
        if text is not None:
            entries[entry] = text
        with _translating():
            self._save(entries)

    def _load(self) -> dict[str, str]:
        with _translating():
            raw = _contents(self._path)
            return self._unseal(raw) if raw is not None else {}

    def _unseal(self, raw: bytes) -> dict[str, str]:
        if _salt(raw) != self._salt:
            # Another process made the file anew, perhaps with another passphrase.
            raise InvalidTag
        nonce = raw[_HEADER.size - _NONCE_BYTES : _HEADER.size]
        clear = self._cipher.decrypt(nonce, raw[_HEADER.size :], raw[: _HEADER.size])
        entries: dict[str, str] = json.loads(clear)
        return entries

    def _save(self, entries: dict[str, str]) -> None:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        header = _HEADER.pack(_MAGIC, _LOG2_N, _R, _P, self._salt, nonce)
        sealed = header + self._cipher.encrypt(nonce, json.dumps(entries).encode(), header)
        _replace(self._path, sealed)


def _derive(passphrase: Secret, salt: bytes) -> bytes:
    kdf = Scrypt(salt=salt, length=_KEY_BYTES, n=2**_LOG2_N, r=_R, p=_P)
    return kdf.derive(passphrase.reveal().encode())


def _contents(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_BYTES)
    except FileNotFoundError:
        return None


def _salt(raw: bytes) -> bytes:
    """The salt of a file with exactly our parameters: others would let whoever wrote the file choose our costs."""
    if len(raw) < _HEADER.size:
        raise _damaged()
    magic, log2_n, r, p, salt, _nonce = _HEADER.unpack_from(raw)
    if (magic, log2_n, r, p) != (_MAGIC, _LOG2_N, _R, _P):
        raise _damaged()
    return bytes(salt)


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):  # it may not have come into being
            fresh.unlink()
        raise
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _drop_leftovers(path: Path) -> None:
    """Delete new files that a crash kept from taking their place; not those that somebody is writing now."""
    for leftover in path.parent.glob(f"{path.name}.*"):
        if time.time() - leftover.stat().st_mtime > _LEFTOVER_AGE_S:
            leftover.unlink()


@contextlib.contextmanager
def _translating() -> Iterator[None]:
    """Map what the cipher and the disk raise to ``KeychainError``."""
    try:
        yield
    except InvalidTag as error:
        raise KeychainError(
            ErrorKind.WRONG_PASSPHRASE,
            "This passphrase does not open the sealed file. Try again.",
            remedy=Remedy.UNLOCK,
            detail="A file that was changed by something else looks the same.",
        ) from error
    except OSError as error:
        raise KeychainError(
            ErrorKind.KEYCHAIN_FAILED,
            "The sealed file cannot be read or written.",
            remedy=Remedy.UNLOCK,
            detail=error.strerror or type(error).__name__,
        ) from error


def _damaged() -> KeychainError:
    return KeychainError(
        ErrorKind.KEYCHAIN_FAILED,
        "The sealed file is damaged, or from another version of tuimail. It was left as it is.",
        remedy=Remedy.UNLOCK,
    )
