"""The set-up assistant: looks for an address's settings, tries its servers, writes the account.

Every place is asked over HTTPS, by DNS or by connecting with TLS; each has its time and size limits in ``net`` and
``oauth``, and what it said is told step by step. Nobody but the address's own domain and the hosts that it names is
asked, except for Thunderbird's list after a yes.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from ssl import SSLContext
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from tuimail.api.setup import (
    AccountSaved,
    AccountTried,
    FindProvider,
    OpenGuidePage,
    ProviderProposed,
    SaveNewAccount,
    StepsTold,
    TryAccount,
)
from tuimail.config.drafting import settings_of
from tuimail.config.edit import save_account, text_of
from tuimail.config.load import load_profile
from tuimail.config.model import Preset
from tuimail.config.providers import CUSTOM
from tuimail.domain.account import Endpoints, OAuthSettings, Server, SignInMethod
from tuimail.domain.address import is_address
from tuimail.domain.clean import clean_quote
from tuimail.domain.errors import ConfigError, ErrorKind, Remedy, TuimailError
from tuimail.domain.scope import ScopeSets
from tuimail.domain.setup import Proposal, Step, StepState
from tuimail.engine.finding import (
    IMAP_SERVICES,
    SMTP_SERVICES,
    Findings,
    SignInServer,
    ascii_domain,
    issuers_to_ask,
    preset_of_domain,
    preset_of_mx,
    preset_of_servers,
    propose,
    sign_in_changed,
    usual_servers,
)
from tuimail.engine.job import Job
from tuimail.net.autoconfig import MOST_BYTES, MailSettings, Offered, read_settings
from tuimail.net.dns import Dns
from tuimail.net.imap.connection import ImapConnection
from tuimail.net.smtp import SmtpSession, SmtpTimeouts
from tuimail.net.tls import make_context
from tuimail.net.web import Web
from tuimail.oauth.discovery import find_metadata
from tuimail.oauth.http import OAuthHttp

TRY_S = 12.0
"""For each thing said by a server that is tried."""
_TOKEN_WAYS = ("XOAUTH2", "OAUTHBEARER")
T = TypeVar("T")


def own_urls(domain: str) -> tuple[str, ...]:
    """Where a domain publishes its own settings."""
    return (
        f"https://autoconfig.{domain}/mail/config-v1.1.xml",
        f"https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml",
    )


def list_url(domain: str) -> str:
    """Thunderbird's public list of providers."""
    return f"https://autoconfig.thunderbird.net/v1.1/{domain}"


class Lines(Struct, frozen=True, kw_only=True):
    """How the assistant reaches the outside."""

    dns: Dns
    open_page: Callable[[str], bool]
    """Shows a page in the person's browser; False where none could be started."""
    make_context: Callable[[str | None], SSLContext] = make_context
    own_urls: Callable[[str], tuple[str, ...]] = own_urls
    list_url: Callable[[str], str] = list_url
    usual_servers: Callable[[str], tuple[tuple[Server, ...], tuple[Server, ...]]] = usual_servers


class _Board:
    """The steps of one command as they are told. Safe from several threads."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._steps: list[Step] = []
        self._guard = threading.Lock()

    def run(self, title: str, work: Callable[[], tuple[T, str]]) -> T | None:
        """Do a step; its value, or None where it failed. ``work`` gives words with the value, none for nothing."""
        with self._guard:
            self._job.check()
            place = len(self._steps)
            self._steps.append(Step(title=title, state=StepState.DOING))
            self._tell()
        try:
            value, words = work()
        except TuimailError as error:
            state, value = StepState.BAD, None
            words = f"{error.summary} {f'(“{error.detail}”)' if error.detail else ''}".strip()
        else:
            state = StepState.GOOD if words else StepState.NOTHING
        with self._guard:
            self._steps[place] = Step(title=title, state=state, words=words)
            self._tell()
        return value

    def _tell(self) -> None:
        self._job.emit(StepsTold(steps=tuple(self._steps)))


class Assistant:
    """Routes of the assistant's commands; each runs on a thread of its own."""

    def __init__(self, lines: Lines, *, profile: Path, presets: Mapping[str, Preset]) -> None:
        self._lines = lines
        self._profile = profile
        self._presets = presets

    def routes(self) -> Mapping[type, Callable[[Job], None]]:
        """For ``MailEngine.attach``."""
        return {
            FindProvider: _on_its_own(self._find),
            TryAccount: _on_its_own(self._try),
            SaveNewAccount: _on_its_own(self._save),
            OpenGuidePage: _on_its_own(self._open_page),
        }

    def _find(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, FindProvider)  # noqa: S101 (the route's own type, for the checker)
        address, domain = command.address, ascii_domain(command.address)
        if not is_address(address) or not domain:
            words = f"“{clean_quote(address, limit=80)}” is not a mail address."
            raise ConfigError(ErrorKind.BAD_PROFILE, words, remedy=Remedy.FIX_INPUT)
        if command.provider:
            chosen = Findings(preset=command.provider, source="You chose this provider.")
            job.emit(ProviderProposed(proposal=propose(address, chosen, self._presets)))
            job.finish()
            return
        board = _Board(job)
        findings = self._by_preset(board, domain)
        if findings is None or self._presets[findings.preset].imap.host is None:
            web = Web(self._lines.make_context(None))
            try:
                found = self._search(board, web).find(address, domain, asks_list=command.asks_list)
                findings = replace(found, preset=findings.preset) if findings else found
            finally:
                web.close()
        proposal = propose(address, findings, self._presets)
        is_good = False
        if proposal.imap is not None and not proposal.outside:
            is_good = self._connect(board, proposal, self._lines.make_context(None)) and proposal.is_complete
        job.check()
        job.emit(ProviderProposed(proposal=proposal, is_good=is_good))
        job.finish()

    def _by_preset(self, board: _Board, domain: str) -> Findings | None:
        known = preset_of_domain(domain, self._presets)
        if known is not None:
            title = self._presets[known].title
            board.run(f"Providers that tuimail knows, for {domain}", lambda: (None, title))
            return Findings(preset=known, source=f"{domain} belongs to {title}.")

        def ask() -> tuple[str | None, str]:
            name = preset_of_mx(self._lines.dns.mx(domain), self._presets)
            return name, f"{self._presets[name].title} takes it in" if name else ""

        hosting = board.run(f"Who takes in the mail of {domain} (DNS)", ask)
        if hosting is None:
            return None
        return Findings(preset=hosting, source=f"{self._presets[hosting].title} takes in the mail of {domain}.")

    def _search(self, board: _Board, web: Web) -> "_Search":
        return _Search(self._lines, self._presets, board=board, web=web)

    def _try(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, TryAccount)  # noqa: S101 (the route's own type, for the checker)
        context = self._lines.make_context(_file(command.ca_file) or None)
        board, proposal = _Board(job), command.proposal
        has_own_server = proposal.provider == CUSTOM and proposal.sign_in is SignInMethod.OAUTH and proposal.issuer
        with ThreadPoolExecutor(max_workers=1) as pool:
            asking = pool.submit(ask_issuer, board, context, proposal.issuer) if has_own_server else None
            is_good = self._connect(board, proposal, context)
            sign_in = asking.result() if asking else None
        if has_own_server and sign_in is None:
            is_good = False
        elif sign_in is not None:
            told = sign_in_changed(proposal, sign_in)
            scopes = proposal.scopes if proposal.scopes.read else told.scopes
            proposal = replace(
                proposal, scopes=scopes, client=told.client, title=told.title, wants_consent=told.wants_consent
            )
        job.check()
        job.emit(AccountTried(proposal=proposal, is_good=is_good))
        job.finish()

    def _connect(self, board: _Board, proposal: Proposal, context: SSLContext) -> bool:
        """Whether both servers answer, protected, and take the account's way to sign in."""
        by_token = proposal.sign_in is SignInMethod.OAUTH
        tries: list[Callable[[], bool]] = []
        if proposal.imap is not None:
            imap = proposal.imap
            tries.append(lambda: bool(board.run(f"IMAP at {imap}", lambda: _try_imap(imap, context, by_token))))
        if proposal.smtp is not None:
            smtp = proposal.smtp
            tries.append(lambda: bool(board.run(f"SMTP at {smtp}", lambda: _try_smtp(smtp, context, by_token))))
        return all(_at_once(tries))

    def _save(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, SaveNewAccount)  # noqa: S101 (the route's own type, for the checker)
        new = replace(command.account, ca_file=_file(command.account.ca_file))
        if self._profile.exists() and load_profile(self._profile).account(new.id) is not None:
            words = f"There is an account “{new.id}” already; give this one another name."
            raise ConfigError(ErrorKind.BAD_PROFILE, words, remedy=Remedy.FIX_INPUT)
        before = text_of(self._profile)
        save_account(self._profile, new.id, settings_of(new, self._presets[new.provider]))
        job.emit(AccountSaved(account=new.id, before=before))
        job.finish()

    def _open_page(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, OpenGuidePage)  # noqa: S101 (the route's own type, for the checker)
        is_open = self._lines.open_page(command.url)
        job.finish("" if is_open else "There is no browser here. Open the address on another machine; y copies it.")


class _Search:
    """One search at a domain that no preset knows."""

    def __init__(self, lines: Lines, presets: Mapping[str, Preset], *, board: _Board, web: Web) -> None:
        self._lines = lines
        self._presets = presets
        self._board = board
        self._web = web

    def find(self, address: str, domain: str, *, asks_list: bool) -> Findings:
        """Whatever the domain says about itself; then, after a yes, what the list says; then the usual names."""
        told, dns_servers = self._ask_domain(address, domain)
        findings = _of_settings(told, domain) if told else None
        if findings is None and any(dns_servers):
            imap, smtp = dns_servers
            words = f"The DNS of {domain} names these servers."
            findings = Findings(source=words, imap=imap, smtp=smtp, is_signed=False)
        issuer = told.issuer if told else ""
        if findings is None and asks_list:
            url = self._lines.list_url(domain)
            listed = self._board.run("Thunderbird's list of providers", lambda: self._read(url, address))
            # A stranger's word counts for hosts, which the certificate then has to prove; never for an issuer.
            findings = _of_settings(replace(listed, issuer=""), domain, by="Thunderbird's list") if listed else None
        if findings is None:
            findings = self._try_usual(domain)
        servers = [server for server in (findings.imap, findings.smtp) if server is not None]
        preset = preset_of_servers(servers, issuer, self._presets)
        if preset is not None:
            return replace(findings, preset=preset, is_signed=True)
        return replace(findings, sign_in=self._ask_issuers(issuer, domain, servers))

    def _ask_domain(self, address: str, domain: str) -> tuple[MailSettings | None, tuple[Server | None, Server | None]]:
        board = self._board
        urls = self._lines.own_urls(domain)
        with ThreadPoolExecutor(max_workers=len(urls) + 1) as pool:
            asked = [pool.submit(board.run, _place(url), lambda url=url: self._read(url, address)) for url in urls]
            srv = pool.submit(board.run, f"Servers that the DNS of {domain} names (SRV)", lambda: self._srv(domain))
            told = next((settings for each in asked if (settings := each.result()) and settings.imap), None)
            return told, srv.result() or (None, None)

    def _read(self, url: str, address: str) -> tuple[MailSettings | None, str]:
        document = self._web.get(url, most_bytes=MOST_BYTES)
        if document is None:
            return None, ""
        settings = read_settings(document.body, address)
        hosts = ", ".join(str(offer.server) for offer in (*settings.imap[:1], *settings.smtp[:1]))
        return settings, hosts

    def _srv(self, domain: str) -> tuple[tuple[Server | None, Server | None], str]:
        found: list[Server | None] = []
        for services in (IMAP_SERVICES, SMTP_SERVICES):
            targets = ((self._lines.dns.srv(service, domain), tls) for service, tls in services)
            found.append(
                next((Server(host=hosts[0].host, port=hosts[0].port, tls=tls) for hosts, tls in targets if hosts), None)
            )
        return (found[0], found[1]), ", ".join(str(server) for server in found if server is not None)

    def _try_usual(self, domain: str) -> Findings:
        context = self._lines.make_context(None)
        imaps, smtps = self._lines.usual_servers(domain)

        def try_all() -> tuple[tuple[Server | None, Server | None], str]:
            imap = next((server for server in imaps if _answers(partial(_try_imap, server, context, None))), None)
            smtp = next((server for server in smtps if _answers(partial(_try_smtp, server, context, None))), None)
            return (imap, smtp), ", ".join(str(server) for server in (imap, smtp) if server is not None)

        names = ", ".join(server.host for server in (*imaps, *smtps))
        imap, smtp = self._board.run(f"The usual names: {names}", try_all) or (None, None)
        return Findings(source=f"Servers with the usual names at {domain}." if imap else "", imap=imap, smtp=smtp)

    def _ask_issuers(self, issuer: str, domain: str, servers: Sequence[Server]) -> SignInServer | None:
        context = self._lines.make_context(None)
        for url in (issuer,) if issuer else issuers_to_ask(domain, servers):
            if found := ask_issuer(self._board, context, url, is_guess=not issuer):
                return found
        return None


def ask_issuer(board: _Board, context: SSLContext, issuer: str, *, is_guess: bool = False) -> SignInServer | None:
    """What the authorization server says about itself (RFC 8414, OIDC), told as a step."""

    def ask() -> tuple[SignInServer | None, str]:
        http = OAuthHttp(context)
        try:
            metadata = find_metadata(http, OAuthSettings(issuer=issuer, endpoints=Endpoints(), scopes=ScopeSets()))
        except TuimailError as error:
            if is_guess and error.kind in {ErrorKind.BAD_METADATA, ErrorKind.PROVIDER_UNREACHABLE}:
                return None, ""
            raise
        finally:
            http.close()
        registers = metadata.registration_endpoint is not None
        words = "registers tuimail by itself" if registers else "wants a client id of your own"
        found = SignInServer(issuer=issuer, scopes=metadata.scopes_supported, registers=registers)
        return found, f"sign-in found; {words}"

    return board.run(f"Sign-in at {issuer.removeprefix('https://')}", ask)


def _of_settings(settings: MailSettings, domain: str, *, by: str = "") -> Findings | None:
    if not settings.imap:
        return None
    imap, smtp = _best(settings.imap), _best(settings.smtp)
    return Findings(
        source=f"{by or domain} publishes these settings.",
        imap=imap.server if imap else None,
        smtp=smtp.server if smtp else None,
        login=imap.login if imap and "%" not in imap.login else "",
    )


def _best(offers: Sequence[Offered]) -> Offered | None:
    return next((offer for offer in offers if offer.takes_oauth), offers[0] if offers else None)


def _try_imap(server: Server, context: SSLContext, by_token: bool | None) -> tuple[bool, str]:
    connection = ImapConnection.connect(server, context, timeout_s=TRY_S)
    capabilities = connection.capabilities
    connection.logout()
    ways = sorted(each.removeprefix("AUTH=") for each in capabilities if each.startswith("AUTH="))
    if by_token is False and "LOGINDISABLED" not in capabilities:
        ways.append("LOGIN")
    return _judged(ways, by_token)


def _try_smtp(server: Server, context: SSLContext, by_token: bool | None) -> tuple[bool, str]:
    with SmtpSession.connect(server, context, timeouts=SmtpTimeouts(reply_s=TRY_S)) as session:
        return _judged(session.sign_in_mechanisms, by_token)


def _judged(ways: Sequence[str], by_token: bool | None) -> tuple[bool, str]:
    """Whether one of the ways is ours; ``by_token`` None: whoever answers is good."""
    offered = clean_quote(", ".join(ways), limit=80) or "no way to sign in"
    wanted = {True: _TOKEN_WAYS, False: ("PLAIN", "LOGIN"), None: tuple(ways)}[by_token]
    if by_token is not None and not set(ways) & set(wanted):
        kind = "tokens (XOAUTH2, OAUTHBEARER)" if by_token else "passwords"
        words = f"The server answers, but does not accept {kind}; it offers {offered}."
        raise ConfigError(ErrorKind.NO_MECHANISM, words, remedy=Remedy.FIX_INPUT)
    return True, f"certificate good; offers {offered}"


def _answers(attempt: Callable[[], tuple[bool, str]]) -> bool:
    try:
        return attempt()[0]
    except TuimailError:
        return False


def _at_once(works: Sequence[Callable[[], T]]) -> list[T]:
    if not works:
        return []
    with ThreadPoolExecutor(max_workers=len(works)) as pool:
        return [each.result() for each in [pool.submit(work) for work in works]]


def _on_its_own(work: Callable[[Job], None]) -> Callable[[Job], None]:
    """A thread for the command: it waits for strangers, and the next command must not wait for it."""

    def start(job: Job) -> None:
        threading.Thread(target=lambda: job.run(work), name="assistant", daemon=True).start()

    return start


def _place(url: str) -> str:
    return f"Settings at {url.removeprefix('https://')}"


def _file(named: str) -> str:
    return str(Path(named).expanduser().absolute()) if named else ""
