"""From what was found about an address to the account that is proposed. Pure: asks nobody, opens nothing."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from msgspec import Struct

from tuimail.config.model import Preset, ServerTable
from tuimail.config.providers import CUSTOM
from tuimail.domain.account import Server, SignInMethod, Tls
from tuimail.domain.hostnames import ascii_host
from tuimail.domain.scope import ScopeSets
from tuimail.domain.setup import ClientNeed, Proposal

MAIL_SCOPE = "urn:ietf:params:oauth:scope:mail"
"""The scope for IMAP and SMTP of servers that follow draft-ietf-mailmaint-oauth-public."""
GENERAL_GUIDE = "general"
PASSWORD_GUIDE = "password"  # noqa: S105 (the name of a guide)
IMAP_SERVICES = (("imaps", Tls.IMPLICIT), ("imap", Tls.STARTTLS))
SMTP_SERVICES = (("submissions", Tls.IMPLICIT), ("submission", Tls.STARTTLS))
"""Services of RFC 6186 section 3 and RFC 8314 section 5.1, the better protected first."""
_IDENTITY = ("openid", "email", "offline_access")
_TWO_LABELS = 2


class SignInServer(Struct, frozen=True, kw_only=True):
    """What an authorization server's metadata say, as far as an account depends on it."""

    issuer: str
    scopes: frozenset[str] = frozenset()
    registers: bool = False


class Findings(Struct, frozen=True, kw_only=True):
    """Everything that was found; empty where a place had nothing."""

    preset: str = CUSTOM
    source: str = ""
    imap: Server | None = None
    smtp: Server | None = None
    login: str = ""
    is_signed: bool = True
    """Whether the servers come from a file over HTTPS, not from DNS."""
    sign_in: SignInServer | None = None


def ascii_domain(address: str) -> str:
    """The address's domain as DNS and HTTPS take it; empty where it cannot be one."""
    domain = address.rpartition("@")[2].lower().rstrip(".")
    try:
        # The codec refuses what is too long or empty.
        return ascii_host(domain).encode("idna").decode("ascii")
    except ValueError:
        return ""


def preset_of_domain(domain: str, presets: Mapping[str, Preset]) -> str | None:
    """The preset to which every address of this domain belongs."""
    return next((name for name, preset in presets.items() if domain in preset.domains), None)


def preset_of_mx(hosts: Iterable[str], presets: Mapping[str, Preset]) -> str | None:
    """The preset of the provider that takes in the domain's mail."""
    for host in hosts:
        for name, preset in presets.items():
            if any(is_within(host, known) for known in preset.mx):
                return name
    return None


def preset_of_servers(servers: Iterable[Server], issuer: str, presets: Mapping[str, Preset]) -> str | None:
    """The preset whose IMAP host or issuer was found."""
    hosts = {server.host for server in servers}
    for name, preset in presets.items():
        is_issuer = bool(issuer) and preset.oauth.issuer is not None and _host(preset.oauth.issuer) == _host(issuer)
        if preset.imap.host in hosts or is_issuer:
            return name
    return None


def is_within(host: str, domain: str) -> bool:
    """Whether the host is the domain or lies below it."""
    return host == domain or host.endswith("." + domain)


def outside(servers: Iterable[Server | None], domain: str) -> tuple[str, ...]:
    """The hosts that lie outside the address's domain."""
    hosts = dict.fromkeys(server.host for server in servers if server is not None)
    return tuple(host for host in hosts if not is_within(host, domain))


def usual_servers(domain: str) -> tuple[tuple[Server, ...], tuple[Server, ...]]:
    """Where mail servers mostly are when nobody says: a certificate for the name decides whether they are the
    domain's."""
    imap = tuple(Server(host=f"{name}.{domain}", port=993, tls=Tls.IMPLICIT) for name in ("imap", "mail"))
    smtp = tuple(Server(host=f"{name}.{domain}", port=465, tls=Tls.IMPLICIT) for name in ("smtp", "mail"))
    return imap, smtp


def issuers_to_ask(domain: str, servers: Iterable[Server | None]) -> tuple[str, ...]:
    """Where metadata may be that nobody named: at the mail domain, and at its hosts (mail servers that are their
    own authorization server)."""
    hosts = [server.host for server in servers if server is not None and is_within(server.host, domain)]
    return tuple(f"https://{host}" for host in dict.fromkeys([domain, *hosts]))


def guess_scopes(supported: frozenset[str]) -> ScopeSets:
    """The scopes to ask a server for of which nothing is known but its metadata."""
    identity = tuple(scope for scope in _IDENTITY if scope in supported)
    if MAIL_SCOPE in supported:
        return ScopeSets(identity=identity, read=(MAIL_SCOPE,), send=(MAIL_SCOPE,))
    named = sorted(supported - set(_IDENTITY))
    read = _first_with(named, ("imap", "mail.read", "mail:read", "read_mail"))
    send = _first_with(named, ("smtp", "mail.send", "mail:send", "send_mail"))
    if read:
        return ScopeSets(identity=identity, read=read, send=send or read)
    # Keycloak before Dovecot, mostly: whoever has a token may read, and there is nothing finer to ask for.
    only = ("email",) if "email" in supported else ()
    rest = tuple(scope for scope in identity if scope not in only)
    return ScopeSets(identity=rest, read=only, send=only)


def propose(address: str, findings: Findings, presets: Mapping[str, Preset]) -> Proposal:
    """The account as it would be written."""
    preset = presets[findings.preset]
    if findings.preset != CUSTOM:
        return _from_preset(address, findings, preset)
    sign_in = findings.sign_in
    scopes = guess_scopes(sign_in.scopes) if sign_in else ScopeSets()
    return Proposal(
        address=address,
        provider=CUSTOM,
        title=_host(sign_in.issuer) if sign_in else "",
        source=findings.source,
        imap=findings.imap,
        smtp=findings.smtp,
        login=_login(findings.login, address),
        issuer=sign_in.issuer if sign_in else "",
        scopes=scopes,
        wants_consent=sign_in is not None and {"openid", "offline_access"} <= sign_in.scopes,
        client=ClientNeed.REGISTERS if sign_in and sign_in.registers else ClientNeed.OWN,
        guide=GENERAL_GUIDE,
        outside=() if findings.is_signed else _outside(findings, address),
    )


def sign_in_changed(proposal: Proposal, sign_in: SignInServer) -> Proposal:
    """The proposal with another authorization server, which the person named."""
    findings = Findings(imap=proposal.imap, smtp=proposal.smtp, login=proposal.login, sign_in=sign_in)
    return propose(proposal.address, findings, {CUSTOM: Preset(title="")})


def _from_preset(address: str, findings: Findings, preset: Preset) -> Proposal:
    takes_password = preset.sign_in == "app_password"
    need = ClientNeed.REGISTERS if preset.registers else ClientNeed.OWN
    given = (preset.unregistered_scopes if preset.registers else None) or preset.oauth.scopes
    scopes = ScopeSets(identity=given.identity, read=given.read, send=given.send) if given else ScopeSets()
    return Proposal(
        address=address,
        provider=findings.preset,
        title=preset.title,
        source=findings.source,
        sign_in=SignInMethod.APP_PASSWORD if takes_password else SignInMethod.OAUTH,
        imap=_server(preset.imap, {Tls.IMPLICIT: 993, Tls.STARTTLS: 143}) or findings.imap,
        smtp=_server(preset.smtp, {Tls.IMPLICIT: 465, Tls.STARTTLS: 587}) or findings.smtp,
        login=_login(findings.login, address),
        issuer=preset.oauth.issuer or "",
        scopes=scopes,
        client=ClientNeed.NONE if takes_password else need,
        guide=preset.guide or (PASSWORD_GUIDE if takes_password else GENERAL_GUIDE),
        outside=() if findings.is_signed or preset.imap.host else _outside(findings, address),
    )


def _outside(findings: Findings, address: str) -> tuple[str, ...]:
    return outside((findings.imap, findings.smtp), ascii_domain(address))


def _server(given: ServerTable, ports: Mapping[Tls, int]) -> Server | None:
    if given.host is None:
        return None
    tls = Tls(given.tls or Tls.IMPLICIT)
    return Server(host=given.host, port=given.port or ports[tls], tls=tls)


def _first_with(named: Sequence[str], parts: Sequence[str]) -> tuple[str, ...]:
    return next(((scope,) for part in parts for scope in named if part in scope.lower()), ())


def _login(told: str, address: str) -> str:
    return "" if told.lower() == address.lower() else told


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
