"""What can go wrong, in the user's words, and what the UI does about it.

TuimailError
├── ConfigError     the profile or the command line
├── AuthError       sign-in, refresh, revocation
├── KeychainError   the place where secrets are kept
├── NetworkError    no connection, a broken one, or an untrusted one
├── ServerError     a mail server answered no, or nonsense
├── SendError       a mail was not, or perhaps not, accepted
├── StoreError      the files on this machine
└── QueryError      a search that makes no sense

An exception stays inside the engine; what crosses to the UI is its value form, a ``Problem``.
"""

from enum import StrEnum

from msgspec import Struct

from tuimail.domain.redact import without_secrets


class Remedy(StrEnum):
    """What the UI does with a problem; see ``ui.problems``."""

    WAIT = "wait"
    SIGN_IN = "sign in"
    GRANT = "grant"
    FIX_INPUT = "fix input"
    FIX_CONFIG = "fix config"
    UNLOCK = "unlock"
    TELL = "tell"
    REPORT = "report"


class Side(StrEnum):
    """Who can change it."""

    YOU = "you"
    ADMINISTRATOR = "your administrator"
    PROVIDER = "the provider"
    NETWORK = "the network"


class ErrorKind(StrEnum):
    """Finer than the class: what happened, for code that reacts to it and for tests."""

    BAD_PROFILE = "bad profile"
    NOT_IN_THIS_VERSION = "not in this version"
    NO_CLIENT_ID = "no client id"
    ACCESS_DENIED = "access denied"
    SIGN_IN_CANCELLED = "sign-in cancelled"
    SIGN_IN_TIMED_OUT = "sign-in timed out"
    WRONG_STATE = "wrong state"
    WRONG_ISSUER = "wrong issuer"
    BAD_REDIRECT = "bad redirect"
    BAD_TOKEN_ANSWER = "bad token answer"  # noqa: S105 (a kind of error, not a token)
    BAD_ID_TOKEN = "bad id token"  # noqa: S105 (a kind of error, not a token)
    BAD_METADATA = "bad metadata"
    OTHER_ACCOUNT = "other account"
    SIGN_IN_EXPIRED = "sign-in expired"
    PROVIDER_REFUSED = "provider refused"
    PROVIDER_UNREACHABLE = "provider unreachable"
    SCOPE_MISSING = "scope missing"
    KEYCHAIN_LOCKED = "keychain locked"
    KEYCHAIN_MISSING = "keychain missing"
    KEYCHAIN_UNSAFE = "keychain unsafe"
    KEYCHAIN_FAILED = "keychain failed"
    WRONG_PASSPHRASE = "wrong passphrase"  # noqa: S105 (a kind of error, not a passphrase)
    OFFLINE = "offline"
    TIMED_OUT = "timed out"
    TLS_FAILED = "tls failed"
    CONNECTION_LOST = "connection lost"
    LOGIN_REFUSED = "login refused"
    THROTTLED = "throttled"
    SERVER_REFUSED = "server refused"
    SERVER_UNREADABLE = "server unreadable"
    NO_MECHANISM = "no mechanism"
    MESSAGE_GONE = "message gone"
    SEND_REFUSED = "send refused"
    SEND_TEMPORARY = "send temporary"
    SEND_UNKNOWN = "send unknown"
    BAD_DRAFT = "bad draft"
    BAD_QUERY = "bad query"
    STORE_KEY_WRONG = "store key wrong"
    STORE_DAMAGED = "store damaged"
    STORE_NEWER = "store newer"
    STORE_BUSY = "store busy"
    DISK = "disk"
    UNFORESEEN = "unforeseen"


class Problem(Struct, frozen=True, kw_only=True):
    """An error as a value, for events and screens. Holds no secret and no mail content."""

    kind: ErrorKind
    summary: str
    """One line of plain words: what happened and what to do."""
    remedy: Remedy
    detail: str = ""
    """The technical text, or the server's own words, cleaned; may be empty."""
    side: Side | None = None
    """Whose side it is on; None where that is plain or not known."""


class TuimailError(Exception):
    """Base of all our errors. ``cause`` is kept by ``raise ... from``."""

    def __init__(self, kind: ErrorKind, summary: str, *, remedy: Remedy, detail: str = "") -> None:
        super().__init__(summary)
        self.kind = kind
        self.summary = summary
        self.remedy = remedy
        # Mostly a server's own words, and some say back what they were sent.
        self.detail = without_secrets(detail) if detail else ""
        self.side: Side | None = None
        """Whose side it is on; set by whoever knows."""

    def as_problem(self) -> Problem:
        """The value that may cross to the UI."""
        return Problem(kind=self.kind, summary=self.summary, remedy=self.remedy, detail=self.detail, side=self.side)


class ConfigError(TuimailError):
    """The profile, a theme, a keymap or an argument is wrong."""


class AuthError(TuimailError):
    """Sign-in, refresh or revocation did not work."""


class KeychainError(TuimailError):
    """Secrets cannot be kept or read."""


class NetworkError(TuimailError):
    """No connection, a broken one, or one that cannot be trusted."""


class ServerError(TuimailError):
    """A mail server refused something or sent something unreadable."""


class SendError(TuimailError):
    """A mail was not accepted, or nobody can know whether it was."""


class StoreError(TuimailError):
    """The files on this machine cannot be read or written."""


class QueryError(TuimailError):
    """What was typed into a search field cannot be understood; the words belong under the field."""
