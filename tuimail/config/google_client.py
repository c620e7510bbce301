"""The JSON file that Google's console offers for download beside a new client. Pure but for ``read_download``."""

import re
from pathlib import Path

import msgspec
from msgspec import Struct

from tuimail.domain.errors import ConfigError, ErrorKind, Remedy
from tuimail.domain.token import Secret

CLIENT_ID = re.compile(r"[0-9]+-[a-z0-9]+\.apps\.googleusercontent\.com")
_MOST_BYTES = 20_000


class GoogleClient(Struct, frozen=True, kw_only=True):
    """What the console issued."""

    client_id: str
    secret: Secret | None


class _Entry(Struct, frozen=True):
    client_id: str
    client_secret: str | None = None


class _File(Struct, frozen=True):
    installed: _Entry | None = None
    web: _Entry | None = None


def read_client(text: str) -> GoogleClient:
    """The client in the text of the file. Raises ConfigError with what is wrong, and never with what it holds."""
    try:
        file = msgspec.json.decode(text, type=_File)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        # The text may hold the secret, and so may what the library says about it.
        raise _wrong("This is not the JSON file of a client from Google's console.") from error
    if file.installed is None and file.web is not None:
        raise _wrong("This client is of type “Web application”. Create one of type “Desktop app”.")
    if file.installed is None or not CLIENT_ID.fullmatch(file.installed.client_id):
        raise _wrong("This JSON holds no client of type “Desktop app”.")
    secret = file.installed.client_secret
    return GoogleClient(client_id=file.installed.client_id, secret=Secret(secret) if secret else None)


def read_download(path: Path) -> GoogleClient:
    """The client in this file. Raises ConfigError."""
    try:
        with path.expanduser().open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise _wrong(f"This file cannot be read: {error.strerror}.") from error
    except (ValueError, RuntimeError) as error:  # a NUL in the path, a ~ of nobody
        raise _wrong("This is not the path of a file.") from error
    if len(raw) > _MOST_BYTES:
        raise _wrong("This file is too large for the JSON of a client.")
    return read_client(raw.decode("utf-8", "replace"))


def _wrong(words: str) -> ConfigError:
    return ConfigError(ErrorKind.BAD_PROFILE, words, remedy=Remedy.FIX_INPUT)
