"""The search for an address's settings at a domain that no preset knows.

Nobody but the domain itself and the hosts that it names is asked, except for Thunderbird's list after a yes.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ssl import SSLContext

from msgspec import Struct
from msgspec.structs import replace

from tuimail.config.model import Preset
from tuimail.domain.account import Server
from tuimail.domain.errors import TuimailError
from tuimail.engine.attempts import Board, ask_issuer, try_imap, try_smtp
from tuimail.engine.finding import (
    IMAP_SERVICES,
    SMTP_SERVICES,
    Findings,
    SignInServer,
    issuers_to_ask,
    preset_of_servers,
    usual_servers,
)
from tuimail.net.autoconfig import MOST_BYTES, MailSettings, Offered, read_settings
from tuimail.net.dns import Dns
from tuimail.net.tls import make_context
from tuimail.net.web import Web


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


class DomainSearch:
    """One search at a domain that no preset knows."""

    def __init__(self, lines: Lines, presets: Mapping[str, Preset], *, board: Board, web: Web) -> None:
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
            with ThreadPoolExecutor(max_workers=len(imaps) + len(smtps) + 1) as pool:
                asked_imap = [pool.submit(_answers, partial(try_imap, server, context, None)) for server in imaps]
                asked_smtp = [pool.submit(_answers, partial(try_smtp, server, context, None)) for server in smtps]
                imap = next((server for server, asked in zip(imaps, asked_imap, strict=True) if asked.result()), None)
                smtp = next((server for server, asked in zip(smtps, asked_smtp, strict=True) if asked.result()), None)
            return (imap, smtp), ", ".join(str(server) for server in (imap, smtp) if server is not None)

        names = ", ".join(dict.fromkeys(server.host for server in (*imaps, *smtps)))
        imap, smtp = self._board.run(f"The usual names: {names}", try_all) or (None, None)
        return Findings(source=f"Servers with the usual names at {domain}." if imap else "", imap=imap, smtp=smtp)

    def _ask_issuers(self, issuer: str, domain: str, servers: Sequence[Server]) -> SignInServer | None:
        context = self._lines.make_context(None)
        for url in (issuer,) if issuer else issuers_to_ask(domain, servers):
            if found := ask_issuer(self._board, context, url, is_guess=not issuer):
                return found
        return None


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


def _answers(attempt: Callable[[], tuple[bool, str]]) -> bool:
    try:
        return attempt()[0]
    except TuimailError:
        return False


def _place(url: str) -> str:
    return f"Settings at {url.removeprefix('https://')}"
