"""Secrets and tokens. Nothing here can print what it holds."""

from typing import ClassVar

from tuimail.domain.discreet import Discreet


class Secret:
    """Text that must never be shown: its ``repr``, ``str`` and format are fixed, and it cannot be pickled."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself; call it only where it goes to the wire or the keychain."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and _is_same(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(("Secret", self._text))

    def __bool__(self) -> bool:
        return bool(self._text)

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a Secret is never pickled")


class AppPassword(Secret):
    """A password that the provider made for one program. A type of its own, so that it is never sent as a token, and
    no token is ever sent as a password."""

    __slots__ = ()


class StoreKey:
    """The 32 random bytes that open an account's database; as unprintable as ``Secret``."""

    __slots__ = ("_key",)
    SIZE = 32

    def __init__(self, key: bytes) -> None:
        if len(key) != self.SIZE:
            raise ValueError("a store key has 32 bytes")
        self._key = key

    def reveal(self) -> bytes:
        """The raw key, for ``store.db`` and the keychain record alone."""
        return self._key

    def __repr__(self) -> str:
        return "StoreKey(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "StoreKey(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StoreKey) and _is_same(self._key, other._key)

    def __hash__(self) -> int:
        return hash(("StoreKey", self._key))

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a StoreKey is never pickled")


UNKNOWN_LIFETIME_S = 300.0
"""Assumed where the provider names no lifetime, which RFC 6749 section 5.1 allows."""

REFRESH_AHEAD_S = 120.0
"""Refresh this long before the end, or a fifth of the lifetime before, whichever is shorter."""


class TokenSet(Discreet, frozen=True, kw_only=True):
    """What the token endpoint gave. Lives in memory only; times are seconds of the injected monotonic clock."""

    hidden: ClassVar[tuple[str, ...]] = ("access", "refresh", "id_token")

    access: Secret
    refresh: Secret | None = None
    scopes: frozenset[str] = frozenset()
    """What was granted, by the answer's word (RFC 6749 section 5.1)."""
    received_at_s: float
    lifetime_s: float = UNKNOWN_LIFETIME_S
    id_token: Secret | None = None

    @property
    def expires_at_s(self) -> float:
        """When the access token ends, on the monotonic clock."""
        return self.received_at_s + self.lifetime_s

    def is_usable(self, now_s: float) -> bool:
        """Whether the access token may still be sent, with a skew for clocks and round trips."""
        return now_s < self.expires_at_s - min(5.0, self.lifetime_s / 10)

    def wants_refresh(self, now_s: float) -> bool:
        """Whether it is time to fetch a new one before anybody notices."""
        return now_s >= self.expires_at_s - min(REFRESH_AHEAD_S, self.lifetime_s / 5)


def _is_same(one: bytes, other: bytes) -> bool:
    import hmac  # noqa: PLC0415 (with hashlib 2.7 ms, which no first list needs)

    return hmac.compare_digest(one, other)
