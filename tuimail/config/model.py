"""The profile: its tables as the file has them, every default visible, and the resolved value that the program uses."""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from tuimail.domain.account import Account
from tuimail.domain.address import Address
from tuimail.domain.ids import AccountId

Text = str | None


class ScopesTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``scopes`` of ``[accounts.NAME.oauth]``."""

    identity: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    send: tuple[str, ...] = ()
    """Left out: the account is read-only."""


class OAuthTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[accounts.NAME.oauth]``; None: what the preset says, then the default."""

    issuer: Text = None
    authorization_endpoint: Text = None
    token_endpoint: Text = None
    revocation_endpoint: Text = None
    device_authorization_endpoint: Text = None
    client_id: Text = None
    client_secret_in: Literal["keychain"] | None = None
    redirect_path: Text = None
    redirect_host: Literal["127.0.0.1", "localhost"] | None = None
    scopes: ScopesTable | None = None
    extra: dict[str, str] | None = None
    resource: Text = None
    """What the tokens are for (RFC 8707); sent only if it is named here."""
    revokes: Literal["token", "grant", "nothing"] | None = None
    """What ends with a revoked token: it alone and what came of it, or all that this client id was granted; nothing:
    there is no revocation. None: not known, and taken for ``grant``."""


class ServerTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[accounts.NAME.imap]`` and ``[accounts.NAME.smtp]``."""

    host: Text = None
    port: int | None = None
    tls: Literal["implicit", "starttls"] | None = None
    mechanism: Literal["XOAUTH2", "OAUTHBEARER"] | None = None
    """To take where the server offers both."""


class KeepTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[accounts.NAME.keep]``."""

    days: Annotated[int, Meta(ge=0, le=36_500)] = 90
    megabytes: Annotated[int, Meta(ge=1, le=1_000_000)] = 2000
    forget_days: Annotated[int, Meta(ge=0, le=36_500)] = 0
    activity_days: Annotated[int, Meta(ge=1, le=36_500)] = 90


class AccountTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[accounts.NAME]``."""

    address: str
    login: Text = None
    name: str = ""
    provider: str = "custom"
    sign_in: Literal["oauth", "app_password"] | None = None
    ca_file: Text = None
    aliases: tuple[str, ...] = ()
    signature: str = ""
    save_sent: bool | None = None
    flowed: bool = True
    """Whether paragraphs go out as format=flowed (RFC 3676), to be wrapped by their reader."""
    markdown: bool = False
    """Whether Markdown's marks are also sent as HTML, beside the text as it was typed."""
    checked_by: tuple[str, ...] | None = None
    """Servers, or what they end in, whose Authentication-Results are believed (RFC 8601)."""
    oauth: OAuthTable = OAuthTable()
    imap: ServerTable = ServerTable()
    smtp: ServerTable = ServerTable()
    keep: KeepTable = KeepTable()


class ContactsTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[contacts]``."""

    files: tuple[str, ...] = ()
    """Files or folders of vCards; relative to the profile."""


class UiSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[ui]``."""

    theme: str = "tuimail-dark"
    keys: Literal["default", "mutt", "aerc", "gmail"] = "default"
    send_delay_s: Annotated[float, Meta(ge=0, le=120)] = 5.0
    """How long a sent mail can be taken back."""
    mark_read_after_s: Annotated[float, Meta(ge=-1, le=3600)] = 1.0
    """How long a mail must be open to count as read; negative: never by itself."""
    bell: bool = False
    """Whether new mail rings the terminal's bell."""
    bidi: Literal["terminal", "reorder"] = "terminal"
    """Who puts right-to-left text in the order in which it is seen: the terminal, or the reader itself."""
    editor: Literal["on demand", "always"] = "on demand"
    """When a draft is handed to the person's own editor: at a key, or as soon as its composer opens."""
    editor_headers: bool = False
    """Whether the file for the editor begins with To, Cc, Bcc and Subject."""
    columns: tuple[str, ...] = ()
    """Of the message list, see ``config.columns``; none for the usual ones."""


class Preset(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known about a provider: a table of ``providers.toml``."""

    title: str
    domains: tuple[str, ...] = ()
    """Of addresses that are always this provider's."""
    mx: tuple[str, ...] = ()
    """What the hosts end in that take in mail of the domains it hosts for others."""
    guide: str = ""
    """The table of ``guides.toml`` that leads to a client id; empty for the general one."""
    registers: bool = False
    """Whether the provider registers clients by itself (RFC 7591)."""
    sign_in: Literal["oauth", "app_password"] = "oauth"
    oauth: OAuthTable = OAuthTable()
    unregistered_scopes: ScopesTable | None = None
    """The scopes to ask for where the client is registered dynamically, if they are others."""
    imap: ServerTable = ServerTable()
    smtp: ServerTable = ServerTable()
    save_sent: bool = True
    checked_by: tuple[str, ...] = ()
    """As in an account; an empty name where its fields begin without one."""
    access_page: Text = None
    """Where the user ends a program's access."""
    password_page: Text = None
    """Where the user makes and ends app passwords; None where the provider has none for mail."""
    device_code: bool = True
    """False: its sign-in with a code on another device does not extend to mail."""
    rotates: bool | None = None
    """Whether each refresh brings a new refresh token; None: not known. The program copes with both."""


class Profile(Struct, frozen=True, kw_only=True):
    """A checked profile with its presets merged in."""

    path: Path
    default: AccountId
    accounts: tuple[Account, ...]
    ui: UiSettings = UiSettings()
    contacts: tuple[Path, ...] = ()
    """Files and folders of vCards, absolute; whether they are there is seen when they are read."""
    groups: tuple[tuple[str, tuple[Address, ...]], ...] = ()
    """Names, each with its people."""

    def account(self, name: AccountId) -> Account | None:
        """The account of this name."""
        return next((account for account in self.accounts if account.id == name), None)
