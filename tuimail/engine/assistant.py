"""The set-up assistant: looks for an address's settings, tries its servers, writes the account.

Every place is asked over HTTPS, by DNS or by connecting with TLS; each has its time and size limits in ``net`` and
``oauth``, and what it said is told step by step. Nobody but the address's own domain and the hosts that it names is
asked, except for Thunderbird's list after a yes.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from ssl import SSLContext
from typing import TypeVar

from msgspec.structs import replace

from tuimail.api.setup import (
    AccountSaved,
    AccountTried,
    FindProvider,
    OpenGuidePage,
    ProviderProposed,
    SaveNewAccount,
    TryAccount,
)
from tuimail.config.drafting import settings_of
from tuimail.config.edit import save_account, text_of
from tuimail.config.home import from_home
from tuimail.config.load import load_profile
from tuimail.config.model import Preset
from tuimail.config.providers import CUSTOM
from tuimail.domain.account import SignInMethod
from tuimail.domain.address import is_address
from tuimail.domain.clean import clean_quote
from tuimail.domain.errors import ConfigError, ErrorKind, Remedy
from tuimail.domain.setup import Proposal
from tuimail.engine.attempts import Board, ask_issuer, try_imap, try_smtp
from tuimail.engine.domain_search import DomainSearch, Lines
from tuimail.engine.finding import (
    Findings,
    ascii_domain,
    preset_of_domain,
    preset_of_mx,
    propose,
    sign_in_changed,
)
from tuimail.engine.job import Job
from tuimail.net.web import Web

T = TypeVar("T")


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
        board = Board(job)
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

    def _by_preset(self, board: Board, domain: str) -> Findings | None:
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

    def _search(self, board: Board, web: Web) -> "DomainSearch":
        return DomainSearch(self._lines, self._presets, board=board, web=web)

    def _try(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, TryAccount)  # noqa: S101 (the route's own type, for the checker)
        context = self._lines.make_context(_file(command.ca_file) or None)
        board, proposal = Board(job), command.proposal
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

    def _connect(self, board: Board, proposal: Proposal, context: SSLContext) -> bool:
        """Whether both servers answer, protected, and take the account's way to sign in."""
        by_token = proposal.sign_in is SignInMethod.OAUTH
        tries: list[Callable[[], bool]] = []
        if proposal.imap is not None:
            imap = proposal.imap
            tries.append(lambda: bool(board.run(f"IMAP at {imap}", lambda: try_imap(imap, context, by_token))))
        if proposal.smtp is not None:
            smtp = proposal.smtp
            tries.append(lambda: bool(board.run(f"SMTP at {smtp}", lambda: try_smtp(smtp, context, by_token))))
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
        job.emit(AccountSaved(account=new.id, before=before, after=text_of(self._profile)))
        job.finish()

    def _open_page(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, OpenGuidePage)  # noqa: S101 (the route's own type, for the checker)
        is_open = self._lines.open_page(command.url)
        job.finish("" if is_open else "There is no browser here. Open the address on another machine; y copies it.")


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


def _file(named: str) -> str:
    return str(from_home(named).absolute()) if named else ""
