"""``tuimail --version --verbose``: every part that the safety of mail and tokens hangs on, with its version in use."""

import platform
import ssl
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from tuimail import __version__
from tuimail.config.paths import find_places
from tuimail.config.remember import recall
from tuimail.net.tls import MINIMUM_TLS, make_context
from tuimail.store.db import cipher_version, sqlite_version

PARTS = (
    ("authlib", "OAuth"),
    ("joserfc", "signatures of id tokens"),
    ("httpx2", "HTTPS to the provider"),
    ("httpcore2", ""),
    ("cryptography", "the sealed file"),
    ("keyring", "the keychain"),
    ("secretstorage", "Secret Service on Linux"),
    ("imapclient", "IMAP"),
    ("apsw-sqlite3mc", "the encrypted store"),
    ("dnspython", "finding mail servers"),
    ("textual", "the screen"),
    ("msgspec", "values"),
)
"""Packages, and what each is for."""


def lines() -> Iterator[str]:
    """A line each, in words that a bug report can hold: no address, no path of a person's."""
    yield f"tuimail {__version__}"
    yield f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    context = make_context(None)
    yield f"TLS: {ssl.OPENSSL_VERSION}; {MINIMUM_TLS.name.replace('_', '.')} at least, {_newest(context)} preferred"
    yield f"SQLite {sqlite_version()}; cipher: ChaCha20-Poly1305 by {cipher_version()}"
    backend = recall(find_places().remembered).keychain_backend
    yield f"keychain backend: {backend or 'none used yet'}"
    for name, purpose in PARTS:
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "not installed"
        yield f"{name} {found}" + (f" ({purpose})" if purpose else "")


def _newest(context: ssl.SSLContext) -> str:
    highest = context.maximum_version
    newest = ssl.TLSVersion.TLSv1_3 if highest is ssl.TLSVersion.MAXIMUM_SUPPORTED else highest
    return newest.name.replace("_", ".")
