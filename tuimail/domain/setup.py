"""Setting an account up: what was looked at, what was found, and the account as it is going to be written."""

from enum import StrEnum

from msgspec import Struct

from tuimail.domain.account import Server, SignInMethod
from tuimail.domain.ids import AccountId
from tuimail.domain.scope import ScopeSets


class StepState(StrEnum):
    """How one step of the search ended."""

    DOING = "under way"
    GOOD = "found"
    NOTHING = "nothing there"
    BAD = "not usable"


class Step(Struct, frozen=True, kw_only=True):
    """One place that was asked, or one server that was tried."""

    title: str
    state: StepState
    words: str = ""


class ClientNeed(StrEnum):
    """Where the client id comes from."""

    REGISTERS = "registers"
    """The provider registers tuimail by itself (RFC 7591)."""
    OWN = "own"
    """The person registers one, once."""
    NONE = "none"
    """There is no OAuth: an app password signs in."""


class Proposal(Struct, frozen=True, kw_only=True):
    """What the search came to; every value of it can be changed before it is written."""

    address: str
    provider: str
    """The preset's name, or ``custom``."""
    title: str = ""
    """The provider in words; empty where nothing is known."""
    source: str = ""
    """Who says so, as a sentence."""
    sign_in: SignInMethod = SignInMethod.OAUTH
    imap: Server | None = None
    smtp: Server | None = None
    login: str = ""
    """The sign-in name, where it is known to differ from the address."""
    issuer: str = ""
    scopes: ScopeSets = ScopeSets()
    wants_consent: bool = False
    """Whether the server gives a lasting sign-in only with ``prompt=consent`` (OpenID Connect Core section 11)."""
    client: ClientNeed = ClientNeed.OWN
    guide: str = ""
    """The guide to a client id, or empty."""
    outside: tuple[str, ...] = ()
    """Hosts outside the address's domain that unsigned DNS named: none is contacted without a yes (RFC 6186
    section 6)."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing has to be typed but, perhaps, a client id."""
        signs_in = self.sign_in is SignInMethod.APP_PASSWORD or bool(self.scopes.read)
        return self.imap is not None and signs_in


class NewAccount(Struct, frozen=True, kw_only=True):
    """An account as the person left it on the screen; empty texts stand for what the preset says."""

    id: AccountId
    address: str
    login: str = ""
    name: str = ""
    provider: str
    sign_in: SignInMethod = SignInMethod.OAUTH
    can_send: bool = True
    imap: Server | None = None
    smtp: Server | None = None
    issuer: str = ""
    client_id: str = ""
    has_secret: bool = False
    """Whether the provider issued a secret with the client id; that is kept in the keychain."""
    scopes: ScopeSets = ScopeSets()
    wants_consent: bool = False
    ca_file: str = ""
