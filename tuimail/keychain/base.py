"""What a keychain is to the rest of the program, and the record that an account keeps in it. Pure.

One entry an account: the refresh token, the key of its store and what belongs to them, as one JSON text, so that
a sign-out has exactly one thing to delete.
"""

import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Protocol

from tuimail.domain.discreet import Discreet
from tuimail.domain.errors import ErrorKind, KeychainError, Remedy
from tuimail.domain.ids import AccountId
from tuimail.domain.token import AppPassword, Secret, StoreKey

ACTIVITY_ENTRY = "activity"
"""Holds the key of the activity list."""

_VERSION = 1


class Keychain(Protocol):
    """A place for secrets. Calls may wait for a person, so they belong on a thread of their own."""

    @property
    def title(self) -> str:
        """Its name in words, for the consent screen."""

    def read(self, entry: str) -> Secret | None:
        """What is kept under this name, None if nothing. Raises ``KeychainError``."""

    def write(self, entry: str, value: Secret) -> None:
        """Keep ``value``, in the place of an older one. Raises ``KeychainError``."""

    def delete(self, entry: str) -> None:
        """Delete and read back as gone; nothing there is fine too. Raises ``KeychainError``."""


class AccountRecord(Discreet, frozen=True, kw_only=True):
    """All that the keychain holds of an account. Access tokens are never in it."""

    hidden: ClassVar[tuple[str, ...]] = ("refresh", "store_key", "client_secret", "superseded", "app_password")

    refresh: Secret | None
    """None: signed out, or an app that was never signed in; the store stays readable."""
    store_key: StoreKey
    scopes: tuple[str, ...]
    client_id: str | None
    """The id given by dynamic registration (RFC 7591); None where the profile names one."""
    client_secret: Secret | None
    issuer: str | None
    since: datetime
    """The last sign-in, aware UTC."""
    superseded: tuple[Secret, ...] = ()
    """Refresh tokens of earlier grants, replaced by one with more permissions: a sign-out revokes them too.

    Revoking one at once would end the new grant at providers that keep one grant a client (Google).
    """
    app_password: AppPassword | None = None
    """Instead of tokens, at a provider without OAuth."""
    places: tuple[str, ...] = ()
    """The servers that these secrets were given for; empty in records of earlier versions."""


def entry_for(account: AccountId) -> str:
    """The name of an account's entry."""
    return f"account/{account}"


def encode(record: AccountRecord) -> Secret:
    """The record as the text that is kept. ``store_key`` must keep its name: ``child`` reads it alone."""
    return Secret(
        json.dumps(
            {
                "version": _VERSION,
                "store_key": binascii.b2a_base64(record.store_key.reveal(), newline=False).decode(),
                "refresh": record.refresh.reveal() if record.refresh else None,
                "scopes": list(record.scopes),
                "client_id": record.client_id,
                "client_secret": record.client_secret.reveal() if record.client_secret else None,
                "issuer": record.issuer,
                "since": record.since.isoformat(),
                "superseded": [token.reveal() for token in record.superseded],
                "app_password": record.app_password.reveal() if record.app_password else None,
                "places": list(record.places),
            }
        )
    )


def decode(text: Secret) -> AccountRecord:
    """Read a kept record back. Raises ``KeychainError`` for anything that ``encode`` did not write."""
    try:
        kept = json.loads(text.reveal())
        return _record(kept)
    except (ValueError, KeyError, TypeError, RecursionError):
        # Without its cause: the parser's message may quote what it could not read.
        raise KeychainError(
            ErrorKind.KEYCHAIN_FAILED,
            "What the keychain holds for this account cannot be read. Sign out and in again to renew it.",
            remedy=Remedy.TELL,
        ) from None


def _record(kept: Mapping[str, object]) -> AccountRecord:
    if kept["version"] != _VERSION:
        raise ValueError("another version")
    since = datetime.fromisoformat(_text(kept, "since"))
    if since.tzinfo is None:
        raise ValueError("since")
    return AccountRecord(
        refresh=_secret(kept, "refresh"),
        store_key=StoreKey(binascii.a2b_base64(_text(kept, "store_key"))),
        scopes=_texts(kept, "scopes"),
        client_id=_text(kept, "client_id") if kept["client_id"] is not None else None,
        client_secret=_secret(kept, "client_secret"),
        issuer=_text(kept, "issuer") if kept["issuer"] is not None else None,
        since=since,
        superseded=tuple(Secret(token) for token in _texts({"superseded": [], **kept}, "superseded")),
        app_password=_app_password(kept),
        places=_texts({"places": [], **kept}, "places"),
    )


def _app_password(kept: Mapping[str, object]) -> AppPassword | None:
    # Records of earlier versions have no such field.
    return AppPassword(_text(kept, "app_password")) if kept.get("app_password") is not None else None


def _secret(kept: Mapping[str, object], name: str) -> Secret | None:
    return Secret(_text(kept, name)) if kept[name] is not None else None


def _texts(kept: Mapping[str, object], name: str) -> tuple[str, ...]:
    values = kept[name]
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError(name)
    return tuple(values)


def _text(kept: Mapping[str, object], name: str) -> str:
    value = kept[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value
