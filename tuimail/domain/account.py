"""An account as the profile describes it, and the states its sign-in can be in."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from tuimail.domain.errors import Problem
from tuimail.domain.ids import AccountId
from tuimail.domain.scope import Permission, PermissionLine, ScopeSets


class Tls(StrEnum):
    """How a connection is protected; there is no "none"."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"


class SignInMethod(StrEnum):
    """How the account signs in."""

    OAUTH = "oauth"
    APP_PASSWORD = "app_password"  # noqa: S105 (the profile's word for a way to sign in)


class Server(Struct, frozen=True, kw_only=True):
    """One mail server's address."""

    host: str
    port: int
    tls: Tls
    mechanism: str = ""
    """Of XOAUTH2 and OAUTHBEARER the one to take where the server offers both; empty for XOAUTH2."""

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Endpoints(Struct, frozen=True, kw_only=True):
    """Addresses of the authorization server named in the profile or a preset; None: discovered from the issuer."""

    authorization: str | None = None
    token: str | None = None
    revocation: str | None = None
    device_authorization: str | None = None


class Revokes(StrEnum):
    """What ends with a revoked refresh token."""

    TOKEN = "token"  # noqa: S105 (a kind of revocation)
    """It, and what came of it; a newer one with more permissions lives on."""
    GRANT = "grant"
    """All that this client id was ever granted by this user: other machines are signed out, too."""
    NOTHING = "nothing"
    """There is no revocation."""


class OAuthSettings(Struct, frozen=True, kw_only=True):
    """How to reach and address the authorization server; preset and profile already merged."""

    issuer: str | None = None
    endpoints: Endpoints = Endpoints()
    client_id: str | None = None
    """None: registered dynamically where the provider offers it (RFC 7591)."""
    secret_in_keychain: bool = False
    redirect_path: str = "/callback"
    redirect_host: str = "127.0.0.1"
    scopes: ScopeSets
    extra: tuple[tuple[str, str], ...] = ()
    """Further authorization parameters."""
    resource: str | None = None
    """What the tokens are for (RFC 8707), where the server wants it named."""
    revokes: Revokes = Revokes.GRANT
    """The cautious guess, where nothing is known."""
    device_code: bool = True
    """False: the provider's sign-in with a code (RFC 8628) does not extend to mail, whatever its metadata say."""
    rotates: bool | None = None
    """Whether each refresh brings a new refresh token; None: not known. The program copes with both."""


class Keep(Struct, frozen=True, kw_only=True):
    """How much mail is kept on this machine beside the headers of everything."""

    days: int = 90
    """Texts of so many days are fetched in the background; 0: only what is read is kept."""
    megabytes: int = 2000
    """Room for texts and small parts; those unused for longest go first."""

    forget_days: int = 0
    """Texts that nobody opened for so many days are deleted; 0: never."""
    activity_days: int = 90
    """Lines of the activity list go after so many days."""

    @property
    def budget_bytes(self) -> int:
        """The room in bytes."""
        return self.megabytes * 1_000_000


class Account(Struct, frozen=True, kw_only=True):
    """Everything the profile and its preset say about one account."""

    id: AccountId
    address: str
    login: str
    """The SASL user; the address unless the profile says otherwise."""
    name: str = ""
    provider: str
    """The provider's name in words, for screens."""
    sign_in: SignInMethod = SignInMethod.OAUTH
    ca_file: str | None = None
    """Absolute path of one more trust anchor, or None."""
    aliases: tuple[str, ...] = ()
    own_domains: frozenset[str] = frozenset()
    """Domains of which every address is the user's, lower case."""
    signature: str = ""
    oauth: OAuthSettings
    imap: Server
    smtp: Server | None = None
    """None: a read-only account."""
    save_sent: bool = True
    """Whether we append a copy to Sent; False where the provider files it itself."""
    flowed: bool = True
    """Whether what is written goes out as format=flowed (RFC 3676)."""
    markdown: bool = False
    """Whether Markdown's marks are also sent as HTML."""
    checked_by: tuple[str, ...] = ()
    """Servers (or what they end in) whose Authentication-Results are believed: the provider's own."""
    access_page: str | None = None
    """The provider's page where a user can end this program's access."""
    password_page: str | None = None
    """The provider's page where app passwords are made and ended."""
    keep: Keep = Keep()

    @property
    def own_addresses(self) -> tuple[str, ...]:
        """Every address that is the user's own, the main one first."""
        return (self.address, *self.aliases)

    @property
    def uses_password(self) -> bool:
        """Whether it signs in with an app password: the weaker way, for providers without OAuth."""
        return self.sign_in is SignInMethod.APP_PASSWORD

    @property
    def can_send(self) -> bool:
        """Whether the profile names a way to send at all; without, the account is for reading only."""
        return self.smtp is not None and (self.uses_password or self.oauth.scopes.can_send)

    @property
    def can_revoke(self) -> bool:
        """Whether a program can end its own access, as far as known before the metadata are read."""
        if self.uses_password:
            return False
        return self.oauth.endpoints.revocation is not None or self.access_page is None

    @property
    def auth_host(self) -> str:
        """The host of the authorization server, for the consent screen."""
        url = self.oauth.endpoints.authorization or self.oauth.issuer or ""
        return url.partition("://")[2].partition("/")[0]


class SignedOut(Struct, frozen=True, kw_only=True):
    """No tokens are held; ``reason`` is empty after a sign-out that the user asked for."""

    reason: str = ""


class AwaitingConsent(Struct, frozen=True, kw_only=True):
    """The consent screen is to be shown or is shown; nothing has left the machine."""

    permissions: frozenset[Permission]


class AwaitingBrowser(Struct, frozen=True, kw_only=True):
    """The listener is open and the person is in the browser."""

    permissions: frozenset[Permission]


class SignedIn(Struct, frozen=True, kw_only=True):
    """A refresh token is held; the access token is fetched when needed."""

    granted: frozenset[Permission]
    scopes: tuple[str, ...]
    since: datetime
    """When the user last signed in, aware UTC."""
    token_ends_at: datetime | None = None
    """End of the current access token, None while there is none."""
    last_refresh_at: datetime | None = None
    last_refresh_problem: Problem | None = None


class Expired(Struct, frozen=True, kw_only=True):
    """The provider no longer honours the refresh token; cached mail stays readable."""

    problem: Problem


class Revoking(Struct, frozen=True, kw_only=True):
    """A sign-out is under way."""


SignInState = SignedOut | AwaitingConsent | AwaitingBrowser | SignedIn | Expired | Revoking


class Link(StrEnum):
    """What the connection to the mail server is doing."""

    IDLE = "not connected"
    CONNECTING = "connecting"
    SYNCING = "checking"
    ONLINE = "online"
    OFFLINE = "offline"


class LinkState(Struct, frozen=True, kw_only=True):
    """The connection as the status bar tells it."""

    link: Link
    since: datetime | None = None
    """When it went offline, aware UTC."""
    problem: Problem | None = None
    waiting: int = 0
    """Changes that wait for the server."""


class ConsentRequest(Struct, frozen=True, kw_only=True):
    """All that the consent screen shows."""

    account: AccountId
    address: str
    provider: str
    hosts: tuple[tuple[str, str], ...]
    """Pairs of purpose and host, such as ("sign-in", "accounts.example.test")."""
    lines: tuple[PermissionLine, ...]
    already: tuple[PermissionLine, ...] = ()
    """Permissions granted before; an incremental request names them too."""
    kept_in: str
    """Where tokens will be kept, in words: the keychain's name."""
    one_permission: bool
    """The provider has one permission for reading and sending; the screen says so."""
    sign_out: str
    """What signing out will do at this provider."""
    can_use_code: bool = False
    """The provider is known to have the sign-in with a code on another device."""
    only: bool = False
    """The sign-in is to have these permissions and no others."""
    dropped: tuple[PermissionLine, ...] = ()
    """Permissions that are given back by it."""
    ends_earlier: bool = False
    """Whether the earlier, wider sign-in ends at the provider with it, as far as known."""
    is_remote: bool = False
    """An SSH session or no browser: the code is the better way, where there is one."""
    is_played: bool = False
    """Nobody has to do anything: the demo plays the person at the browser."""


class PasswordRequest(Struct, frozen=True, kw_only=True):
    """All that the screen shows which asks for an app password."""

    account: AccountId
    address: str
    provider: str
    hosts: tuple[tuple[str, str], ...]
    """Pairs of purpose and host."""
    kept_in: str
    """Where the password will be kept, in words: the keychain's name."""
    page: str | None = None
    """Where the provider makes and ends such passwords."""
    problem: Problem | None = None
    """Why the one that was kept no longer does."""


class AccountSummary(Struct, frozen=True, kw_only=True):
    """An account's row in the settings screen."""

    account: Account
    state: SignInState
    link: LinkState
    kept_in: str
    store_bytes: int
    drafts: int
    outbox: int
    permissions: tuple[PermissionLine, ...]
    read_only_reason: str = ""
    """Why this process may not write, such as another window being open; empty if it may."""
