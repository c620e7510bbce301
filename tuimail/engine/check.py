"""``tuimail check``: every link of the chain tried once, a line each, with the time it took and what to do."""

import time
from collections.abc import Callable, Iterator
from ssl import SSLContext

from msgspec import Struct

from tuimail.domain.account import Account
from tuimail.domain.errors import ErrorKind, KeychainError, TuimailError
from tuimail.domain.health import TlsAgreed
from tuimail.domain.scope import Permission
from tuimail.engine.auth import AuthDesk, no_client_id
from tuimail.engine.bound import ELSEWHERE
from tuimail.engine.connection import open_signed_in
from tuimail.net.imap.session import ImapSession
from tuimail.net.smtp import SmtpSession

ANOTHER_WINDOW = "not tried: tuimail is open in another window, and a refresh here would disturb it there"

WEAKER_WAY = "with an app password, the weaker way: no permissions to choose, and no end to it from here"

SIGNED_OUT = "not tried: nobody is signed in"


class CheckLine(Struct, frozen=True, kw_only=True):
    """One link of the chain."""

    title: str
    is_good: bool | None
    """None: not tried."""
    words: str
    seconds: float = 0.0


class Check:
    """Tries one account. Runs wherever it is called; nothing on disk changes but a rotated refresh token."""

    def __init__(self, auth: AuthDesk, context: SSLContext, *, is_writer: bool) -> None:
        self._auth = auth
        self._context = context
        self._is_writer = is_writer
        self._servers: list[TlsAgreed] = []

    @property
    def tls(self) -> tuple[TlsAgreed, ...]:
        """What was agreed upon with each server, as far as a connection was made."""
        asked = self._auth.http.agreed.items()
        provider = (TlsAgreed(server=host, version=version, cipher=cipher) for host, (version, cipher) in asked)
        return (*provider, *self._servers)

    def lines(self) -> Iterator[CheckLine]:
        """The lines, each as soon as it is known."""
        account = self._auth.account
        keychain = _timed("keychain", self._keychain)
        yield keychain
        if account.uses_password:
            yield CheckLine(title="sign-in", is_good=True, words=WEAKER_WAY)
        else:
            metadata = _timed(f"{account.provider} metadata", self._metadata)
            yield metadata
            if metadata.is_good and self._lacks_client_id():
                yield CheckLine(title="client id", is_good=False, words=no_client_id(account).summary)
        if not keychain.is_good:
            return
        if not self._auth.holds_sign_in:
            what = "give the app password" if account.uses_password else "agree to the sign-in"
            why = ELSEWHERE.rstrip(".") if self._auth.is_elsewhere else "nobody is signed in"
            words = f"{why}: start tuimail and {what}"
            yield CheckLine(title="sign-in", is_good=False, words=words)
            yield CheckLine(title=f"IMAP sign-in at {account.imap}", is_good=None, words=SIGNED_OUT)
            if account.can_send:
                yield CheckLine(title=f"SMTP sign-in at {account.smtp}", is_good=None, words=SIGNED_OUT)
        elif not self._is_writer:
            yield CheckLine(title="sign-in", is_good=True, words=ANOTHER_WINDOW)
        else:
            yield _timed(f"IMAP sign-in at {account.imap}", self._imap)
            yield self._smtp_line(account)

    def _keychain(self) -> str:
        try:
            self._auth.worker.call(self._auth.start)
        except KeychainError as error:
            if error.kind is not ErrorKind.KEYCHAIN_MISSING:
                raise
            words = f"{error.summary} Start tuimail and choose a sealed file or memory."
            raise KeychainError(error.kind, words, remedy=error.remedy, detail=error.detail) from error
        return f"{self._auth.vault.title} can be read"

    def _metadata(self) -> str:
        metadata = self._auth.worker.call(self._auth.metadata)
        revocation = "revokes tokens" if metadata.revocation_endpoint else "has no revocation"
        return f"endpoints found; the provider {revocation}"

    def _lacks_client_id(self) -> bool:
        metadata = self._auth.worker.call(self._auth.metadata)
        return self._auth.known_client_id() is None and metadata.registration_endpoint is None

    def _imap(self) -> str:
        session = open_signed_in(self._auth, self._context)
        words = self._note_tls(str(self._auth.account.imap), session)
        session.logout()
        return words

    def _note_tls(self, server: str, session: ImapSession | SmtpSession) -> str:
        self._servers.append(TlsAgreed(server=server, version=session.tls_version, cipher=session.cipher))
        return f"signed in, {session.tls_version}"

    def _smtp_line(self, account: Account) -> CheckLine:
        if not account.can_send:
            return CheckLine(title="SMTP sign-in", is_good=True, words="a read-only account")
        title = f"SMTP sign-in at {account.smtp}"
        if Permission.SEND not in self._auth.granted:
            words = "sending is not granted yet: tuimail asks at the first mail you send"
            return CheckLine(title=title, is_good=True, words=words)
        return _timed(title, self._smtp)

    def _smtp(self) -> str:
        server = self._auth.account.smtp
        assert server is not None  # noqa: S101 (the caller looked)
        with SmtpSession.connect(server, self._context) as session:
            session.sign_in(self._auth.account.login, self._auth.token(Permission.SEND))
            return self._note_tls(str(server), session)


def _timed(title: str, work: Callable[[], str]) -> CheckLine:
    begun_s = time.monotonic()
    try:
        words = work()
    except TuimailError as error:
        said = f" (it said: {error.detail})" if error.detail else ""
        return CheckLine(title=title, is_good=False, words=error.summary + said, seconds=time.monotonic() - begun_s)
    return CheckLine(title=title, is_good=True, words=words, seconds=time.monotonic() - begun_s)
