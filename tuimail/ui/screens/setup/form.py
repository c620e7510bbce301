"""The proposal as texts that can be edited, and back. Pure."""

import re

from msgspec import Struct
from msgspec.structs import replace

from tuimail.domain.account import Server, SignInMethod, Tls
from tuimail.domain.address import is_address
from tuimail.domain.clean import clean_line
from tuimail.domain.ids import AccountId
from tuimail.domain.scope import ScopeSets
from tuimail.domain.setup import NewAccount, Proposal

READ_AND_SEND, READ_ONLY = "send", "read"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}")
_SERVER = re.compile(
    r"(?P<host>[A-Za-z0-9._-]+|\[?[0-9A-Fa-f:]+\]?)(?:[\s:]+(?P<port>\d{1,5}))?(?:\s+(?P<tls>tls|ssl|implicit|starttls))?",
    re.IGNORECASE,
)
_HIGHEST_PORT = 65535
_STARTTLS_PORTS = frozenset({143, 587})


class Typed(Struct, frozen=True, kw_only=True):
    """Every field as it stands on the screen."""

    address: str
    name: str = ""
    account: str
    provider: str
    sign_in: str = SignInMethod.OAUTH.value
    permissions: str = READ_AND_SEND
    login: str = ""
    imap: str = ""
    smtp: str = ""
    issuer: str = ""
    client_id: str = ""
    read: str = ""
    send: str = ""
    identity: str = ""
    ca_file: str = ""


class FormError(Exception):
    """A field cannot be what it is."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field
        self.words = words


def typed_from(proposal: Proposal, account: AccountId) -> Typed:
    """The fields of a proposal."""
    return Typed(
        address=proposal.address,
        account=account,
        provider=proposal.provider,
        sign_in=proposal.sign_in.value,
        login=proposal.login,
        imap=server_text(proposal.imap),
        smtp=server_text(proposal.smtp),
        issuer=proposal.issuer,
        read=" ".join(proposal.scopes.read),
        send=" ".join(proposal.scopes.send),
        identity=" ".join(proposal.scopes.identity),
    )


def server_text(server: Server | None) -> str:
    """A server as one would type it."""
    return f"{server.host} {server.port} {'tls' if server.tls is Tls.IMPLICIT else 'starttls'}" if server else ""


def read_server(text: str, *, field: str, port: int) -> Server | None:
    """``host``, ``host port`` or ``host port starttls``; None for nothing. Raises FormError."""
    line = clean_line(text)
    if not line:
        return None
    found = _SERVER.fullmatch(line)
    if found is None:
        raise FormError(field, "Write the host, its port, and tls or starttls, such as: imap.example.org 993 tls")
    number = int(found["port"]) if found["port"] else port
    if not 1 <= number <= _HIGHEST_PORT:
        raise FormError(field, f"A port is a number from 1 to {_HIGHEST_PORT}.")
    named = (found["tls"] or "").lower()
    is_starttls = named == "starttls" if named else number in _STARTTLS_PORTS
    host = found["host"].strip("[]").lower()
    return Server(host=host, port=number, tls=Tls.STARTTLS if is_starttls else Tls.IMPLICIT)


def read_proposal(typed: Typed, before: Proposal) -> Proposal:
    """The proposal with what was edited. Raises FormError at the first field that is wrong."""
    if not is_address(typed.address):
        raise FormError("address", "This is not a mail address.")
    if not _NAME.fullmatch(typed.account):
        raise FormError("account", "Letters, digits, - and _ only: it is the account's name in the profile.")
    sign_in = SignInMethod(typed.sign_in)
    imap = read_server(typed.imap, field="imap", port=993)
    smtp = read_server(typed.smtp, field="smtp", port=465)
    if imap is None:
        raise FormError("imap", "Without the server for incoming mail there is nothing to show.")
    sends = typed.permissions == READ_AND_SEND
    if sends and smtp is None:
        raise FormError("smtp", "Name the server for outgoing mail, or choose “read only” above.")
    scopes = ScopeSets(
        identity=tuple(typed.identity.split()), read=tuple(typed.read.split()), send=tuple(typed.send.split())
    )
    if sign_in is SignInMethod.OAUTH and typed.provider == "custom" and not typed.issuer:
        raise FormError("issuer", "Where does one sign in? The address (issuer) that your provider or server gives.")
    if typed.issuer and not re.fullmatch(r"https?://[!-~]+", typed.issuer):
        raise FormError("issuer", "This address begins with https://")
    return replace(
        before,
        address=typed.address,
        provider=typed.provider,
        sign_in=sign_in,
        login=typed.login,
        imap=imap,
        smtp=smtp if sends else None,
        issuer=typed.issuer,
        scopes=scopes,
        outside=(),
    )


def new_account(typed: Typed, proposal: Proposal) -> NewAccount:
    """The account to write; ``proposal`` is the tried one. Raises FormError where the scopes are still missing."""
    by_token = proposal.sign_in is SignInMethod.OAUTH
    if by_token and not proposal.scopes.read:
        raise FormError("read", "The permissions (scopes) to ask for, with spaces between them.")
    sends = typed.permissions == READ_AND_SEND
    if by_token and sends and not proposal.scopes.send:
        raise FormError("send", "The permissions (scopes) that let tuimail send, or choose “read only” above.")
    return NewAccount(
        id=AccountId(typed.account),
        address=typed.address,
        login=typed.login,
        name=typed.name,
        provider=typed.provider,
        sign_in=proposal.sign_in,
        can_send=sends,
        imap=proposal.imap,
        smtp=proposal.smtp,
        issuer=typed.issuer,
        client_id=typed.client_id,
        scopes=proposal.scopes,
        wants_consent=proposal.wants_consent,
        ca_file=typed.ca_file,
    )
