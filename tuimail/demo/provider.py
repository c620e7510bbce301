"""The embedded provider: authorization, IMAP and submission servers on 127.0.0.1, in memory, gone when stopped."""

import asyncio
import logging
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import TypeVar

from tuimail.demo.folder import demo_folder
from tuimail.demo.people import ROBIN
from tuimail.domain.account import Account, OAuthSettings, Server, Tls
from tuimail.domain.errors import ConfigError, ErrorKind, Remedy
from tuimail.domain.ids import AccountId
from tuimail.domain.scope import ScopeSets


@contextmanager
def translating() -> Iterator[None]:
    """A missing extra as one sentence that says how to get it."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ConfigError(
            ErrorKind.BAD_PROFILE,
            "the demo needs the extra: pip install 'tuimail[demo]'",
            remedy=Remedy.FIX_CONFIG,
            detail=str(error),
        ) from error


with translating():
    from tuimail.demo.answers import answer_to
    from tuimail.demo.authorization import CLIENT_ID, Addresses, DemoAuthorizationServer, Person
    from tuimail.demo.certificate import Certificate, make_certificate, make_signing_key
    from tuimail.demo.imap import ImapService
    from tuimail.demo.ledger import Ledger
    from tuimail.demo.mailbox import MAILBOXES, SERVER, demo_mails
    from tuimail.demo.smtp import SmtpService
    from tuimail.demo.web import Endpoints, WebServer, approve

_Result = TypeVar("_Result")

_START_S = 10
_STOP_S = 5
# At debug level these write tokens or mail; their warnings are about clients and would land on the terminal.
_TALKATIVE = ("mail.log", "mail.debug", "pymap", "authlib")


class DemoProvider:
    """One account at a provider of its own. ``start`` returns when all ports answer; then any thread may call."""

    account: Account

    def __init__(self, *, answer_delay_s: float = 5.0) -> None:
        self._answer_delay_s = answer_delay_s
        self._ledger = Ledger()
        self._left = ExitStack()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="demo-mail", daemon=True)
        self._answers: set[asyncio.Task[None]] = set()
        self._turns: Counter[str] = Counter()
        self._sent = 0

    def start(self, now: datetime) -> "DemoProvider":
        """Fill the mailbox as of ``now`` (aware) and open the servers. A provider starts once."""
        for name in _TALKATIVE:
            logger = logging.getLogger(name)
            logger.setLevel(logging.CRITICAL)
            logger.addHandler(logging.NullHandler())
        self._now = now
        self._started = monotonic()
        certificate = make_certificate(self._left.enter_context(demo_folder()))
        self._loop.set_exception_handler(lambda _loop, _context: None)
        self._thread.start()
        issuer = self._open_web(certificate)
        imap_port, smtp_port = self._call(self._open_mail(certificate))
        self.account = _account(issuer, imap_port=imap_port, smtp_port=smtp_port, ca_file=certificate.ca_file)
        return self

    def stop(self) -> None:
        """Close every port and forget everything. Calling it again does nothing."""
        if self._loop.is_closed():
            return
        self._page.stop()
        self._api.stop()
        self._call(self._close_mail())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_STOP_S)
        self._loop.close()
        self._ledger.end_grant()
        self._left.close()

    def __enter__(self) -> "DemoProvider":
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def approve_without_browser(self, url: str) -> str:
        """Play the person at the consent page: Allow, and the redirect's address."""
        return approve(url)

    def deny_next(self) -> None:
        """The next decision at the consent page is a refusal."""
        self._endpoints.deny_next()

    def set_access_lifetime(self, seconds: float) -> None:
        """Counts for access tokens issued from now on."""
        self._ledger.set_access_lifetime(seconds)

    def expire_access_tokens(self) -> None:
        """No access token is accepted any more; refresh tokens are. Open connections stay open."""
        self._ledger.expire_access_tokens()

    def revoke_all(self) -> None:
        """The person ends the app's access at the provider's own page."""
        self._ledger.end_grant()

    def live_tokens(self) -> frozenset[str]:
        """Every access and refresh token that would be accepted now."""
        return self._ledger.live_tokens()

    def token_endpoint_down(self, down: bool) -> None:
        """Whether the token endpoint answers 503."""
        self._endpoints.token_endpoint_down = down

    def drop_connections(self) -> None:
        """Hang up on every IMAP client."""
        self._call(self._imap.drop_connections())

    def deliver(self, raw: bytes) -> None:
        """A new mail in INBOX; returns when it is there."""
        self._call(self._imap.deliver(raw, self._clock()))

    def sent_count(self) -> int:
        """How many mails were accepted for sending."""
        return self._sent

    def _clock(self) -> datetime:
        return self._now + timedelta(seconds=monotonic() - self._started)

    def _call(self, work: Coroutine[object, object, _Result]) -> _Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_START_S)

    def _open_web(self, certificate: Certificate) -> str:
        self._api = WebServer(certificate.context)
        self._page = WebServer(None)
        server = DemoAuthorizationServer(
            addresses=Addresses(issuer=self._api.base_url, page=f"{self._page.base_url}/authorize"),
            person=Person(name=ROBIN.name, address=ROBIN.address),
            ledger=self._ledger,
            key=make_signing_key(),
        )
        self._endpoints = Endpoints(server)
        self._api.routes = self._endpoints.api_routes()
        self._page.routes = self._endpoints.page_routes()
        self._api.run()
        self._page.run()
        return self._api.base_url

    async def _open_mail(self, certificate: Certificate) -> tuple[int, int]:
        self._imap = ImapService(ROBIN.address, self._may("mail.read"))
        self._smtp = SmtpService(self._may("mail.send"), self._accept)
        await self._imap.fill(MAILBOXES, demo_mails(self._now))
        return await self._imap.open(certificate.context), await self._smtp.open(certificate.context)

    async def _close_mail(self) -> None:
        await self._smtp.close()
        await self._imap.close()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def _may(self, scope: str) -> "_Gate":
        return _Gate(self._ledger, scope)

    async def _accept(self, message: EmailMessage, raw: bytes, recipients: list[str]) -> None:
        self._sent += 1
        for place, recipient in enumerate(recipients):
            if recipient.lower() == ROBIN.address:
                await self._imap.deliver(raw, self._clock())
            else:
                # People do not all write back in the same second.
                delay_s = self._answer_delay_s * (1 + place / 2)
                answer = asyncio.create_task(self._answer_later(message, recipient, delay_s))
                self._answers.add(answer)
                answer.add_done_callback(self._answers.discard)

    async def _answer_later(self, message: EmailMessage, recipient: str, delay_s: float) -> None:
        turn = self._turns[recipient.lower()]
        self._turns[recipient.lower()] += 1
        await asyncio.sleep(delay_s)
        raw = answer_to(message, recipient, when=self._clock(), turn=turn)
        if raw is not None:
            await self._imap.deliver(raw, self._clock())


class _Gate:
    """Lets the one user in who shows an access token with this scope."""

    def __init__(self, ledger: Ledger, scope: str) -> None:
        self._ledger = ledger
        self._scope = scope

    def __call__(self, user: str, token: str) -> bool:
        return user.lower() == ROBIN.address and self._ledger.permits(token, self._scope)


def _account(issuer: str, *, imap_port: int, smtp_port: int, ca_file: Path) -> Account:
    scopes = ScopeSets(identity=("openid", "email", "offline_access"), read=("mail.read",), send=("mail.send",))
    return Account(
        id=AccountId("demo"),
        address=ROBIN.address,
        login=ROBIN.address,
        name=ROBIN.name,
        provider="Demo Mail (on this machine)",
        ca_file=str(ca_file),
        signature="Robin Vale",
        oauth=OAuthSettings(issuer=issuer, client_id=CLIENT_ID, scopes=scopes),
        imap=Server(host="127.0.0.1", port=imap_port, tls=Tls.IMPLICIT),
        smtp=Server(host="127.0.0.1", port=smtp_port, tls=Tls.IMPLICIT),
        save_sent=True,
        checked_by=(SERVER,),
    )
