"""Codes and tokens of the demo's one user and one client: what was issued and what still counts. In memory only."""

import time
from collections.abc import Callable
from enum import StrEnum
from threading import RLock
from typing import ClassVar

from tuimail.domain.discreet import Discreet

CODE_LIFETIME_S = 60
REFRESH_LIFETIME_S = 12 * 3600
ACCESS_LIFETIME_S = 3600


class TokenKind(StrEnum):
    """Which of the two a token is."""

    ACCESS = "access"
    REFRESH = "refresh"


class Code(Discreet, frozen=True, kw_only=True):
    """An authorization code with all that it is bound to."""

    hidden: ClassVar[tuple[str, ...]] = ("value", "code_challenge")

    value: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        """As authlib asks for it."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """As authlib asks for it."""
        return self.scope


class Token(Discreet, frozen=True, kw_only=True):
    """An access or a refresh token."""

    hidden: ClassVar[tuple[str, ...]] = ("value",)

    value: str
    kind: TokenKind
    scope: str
    ends_at: float

    def get_scope(self) -> str:
        """As authlib asks for it."""
        return self.scope

    def check_client(self, client: object) -> bool:  # noqa: ARG002 (authlib's signature; there is one client)
        """As authlib asks for it."""
        return True


class Ledger:
    """All that was issued. Everything belongs to one grant: the app's access to the account ends as a whole.

    Called from the web server's threads and from the mail servers' loop.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = RLock()
        self._access_lifetime_s: float = ACCESS_LIFETIME_S
        self._codes: dict[str, tuple[Code, float]] = {}
        self._tokens: dict[str, Token] = {}
        self._spent: set[str] = set()
        """Codes and refresh tokens of the present grant that were used up."""

    @property
    def access_lifetime_s(self) -> int:
        """For ``expires_in``."""
        return int(self._access_lifetime_s)

    def set_access_lifetime(self, seconds: float) -> None:
        """Counts for access tokens issued from now on."""
        with self._lock:
            self._access_lifetime_s = seconds

    def keep_code(self, code: Code) -> None:
        """Remember a code until it is used or its minute is over."""
        with self._lock:
            self._codes[code.value] = (code, self._clock() + CODE_LIFETIME_S)

    def find_code(self, value: str) -> Code | None:
        """The code while it may be used; a second use ends the grant (RFC 6749 section 4.1.2)."""
        with self._lock:
            if value in self._spent:
                self.end_grant()
                return None
            code, ends_at = self._codes.get(value, (None, 0.0))
            return code if ends_at > self._clock() else None

    def spend_code(self, code: Code) -> None:
        """It was exchanged."""
        with self._lock:
            self._codes.pop(code.value, None)
            self._spent.add(code.value)

    def issue(self, kind: TokenKind, value: str, scope: str) -> None:
        """Remember a new token."""
        life = self._access_lifetime_s if kind is TokenKind.ACCESS else REFRESH_LIFETIME_S
        with self._lock:
            self._tokens[value] = Token(value=value, kind=kind, scope=scope, ends_at=self._clock() + life)

    def find_refresh(self, value: str) -> Token | None:
        """The refresh token while it counts; the replay of a rotated one ends the grant (RFC 9700 section 4.14.2)."""
        with self._lock:
            if value in self._spent:
                self.end_grant()
                return None
            token = self._live(value)
            return token if token and token.kind is TokenKind.REFRESH else None

    def spend_refresh(self, token: Token) -> None:
        """It was rotated away."""
        with self._lock:
            self._tokens.pop(token.value, None)
            self._spent.add(token.value)

    def find(self, value: str) -> Token | None:
        """Any token that counts."""
        with self._lock:
            return self._live(value)

    def permits(self, value: str, scope: str) -> bool:
        """Whether this is an access token that counts and carries the scope."""
        token = self.find(value)
        return token is not None and token.kind is TokenKind.ACCESS and scope in token.scope.split()

    def end_grant(self) -> None:
        """The app's access is over: no code and no token counts any more."""
        with self._lock:
            self._codes.clear()
            self._tokens.clear()
            self._spent.clear()

    def expire_access_tokens(self) -> None:
        """Every access token is past its time; refresh tokens stay."""
        with self._lock:
            self._tokens = {value: token for value, token in self._tokens.items() if token.kind is TokenKind.REFRESH}

    def live_tokens(self) -> frozenset[str]:
        """Every token, of either kind, that a server would accept now."""
        with self._lock:
            return frozenset(value for value in self._tokens if self._live(value))

    def _live(self, value: str) -> Token | None:
        token = self._tokens.get(value)
        return token if token and token.ends_at > self._clock() else None
