"""The ways in: how one attempt to sign in reaches the person, and how tokens follow from the answer.

Each waits on a thread of its own, so that the person is never a worker's wait.
"""

import threading
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from tuimail.api.events import BrowserNeeded, BrowserWords, CodeNeeded, Event
from tuimail.domain.errors import AuthError, ErrorKind, Remedy, TuimailError
from tuimail.domain.ids import AccountId
from tuimail.domain.token import Secret, TokenSet
from tuimail.engine.pace import SIGN_IN_EVERY_S
from tuimail.engine.worker import WorkerClosedError, log_crash
from tuimail.oauth.client import TokenClient
from tuimail.oauth.device import DeviceCode, wait_for_tokens
from tuimail.oauth.flow import AuthorizationRequest, GotCode, LoginFlow, Refused, Stray
from tuimail.oauth.loopback import Listener, Page


class Browser(Struct, frozen=True, kw_only=True):
    """How to reach the person's browser, handed in so that the demo can play the person."""

    open_url: Callable[[str], bool]
    """Shows the sign-in page."""
    open_link: Callable[[str], bool]
    """Shows a link of a mail."""
    is_remote: bool
    is_played: bool = False
    """Whether the demo plays the person."""
    time_limit_s: float = 300.0
    """How long a sign-in waits for the person."""
    every_s: float = SIGN_IN_EVERY_S
    """Between the beginnings of two sign-ins of one account."""


class Way(Protocol):
    """One attempt."""

    @property
    def nonce(self) -> Secret | None:
        """What an id_token has to repeat."""

    def wait(self, emit: Callable[[Event], None]) -> None:
        """Tell the person where to go, and wait for what comes of it. On a thread of its own; raises nothing."""

    def tokens(self, client: TokenClient) -> TokenSet:
        """The tokens that the answer is good for, after ``wait``. Raises ``AuthError``."""

    def paste(self, url: Secret) -> BrowserWords | None:
        """Take the pasted redirect address; a sentence if it is none of this attempt."""

    def close(self) -> None:
        """End the wait and free what it holds."""


class BrowserWay:
    """The browser on this machine, or on another with the redirect address pasted."""

    def __init__(self, account: AccountId, browser: Browser, *, flow: LoginFlow, listener: Listener) -> None:
        self._account = account
        self._browser = browser
        self._flow = flow
        self._listener = listener
        self._request: AuthorizationRequest = flow.begin(listener.redirect_uri)
        self._outcome: GotCode | Refused | None = None
        self.can_use_code = False
        """Whether the provider has the other way, too."""

    @property
    def nonce(self) -> Secret | None:
        """What an id_token has to repeat."""
        return self._request.nonce

    def wait(self, emit: Callable[[Event], None]) -> None:
        """Open the browser and wait at the listener."""
        limit_s = self._browser.time_limit_s
        emit(
            BrowserNeeded(
                account=self._account,
                url=self._request.url,
                listening_on=self._listener.address,
                time_limit_s=int(limit_s),
                browser_opened=self._open(self._request.url),
                is_remote=self._browser.is_remote,
                can_use_code=self.can_use_code,
            )
        )
        self._listener.wait(limit_s)

    def accept(self, query: str) -> Page:
        """Judge a request at the listener: which page it gets, and whether the wait is over. Listener's thread."""
        answer = self._flow.accept_redirect(self._request, query)
        if isinstance(answer, Stray):
            return Page.NOT_OURS
        self._outcome = answer
        return Page.RETURN if isinstance(answer, GotCode) else Page.REFUSED

    def paste(self, url: Secret) -> BrowserWords | None:
        """Judge a pasted address like one that came to the listener."""
        if self._outcome is not None:
            return None
        answer = self._flow.accept_redirect(self._request, url.reveal())
        if isinstance(answer, Stray):
            return BrowserWords(account=self._account, words=answer.why)
        self._outcome = answer
        self._listener.close()
        return None

    def tokens(self, client: TokenClient) -> TokenSet:
        """Exchange the code."""
        outcome = self._outcome
        if outcome is None:
            words = "Nothing came back from the browser in time, so the sign-in was given up. Start it again."
            raise AuthError(ErrorKind.SIGN_IN_TIMED_OUT, words, remedy=Remedy.SIGN_IN)
        if isinstance(outcome, Refused):
            no = outcome.problem
            raise AuthError(no.kind, no.summary, remedy=no.remedy, detail=no.detail)
        return client.exchange(outcome.code, self._request)

    def close(self) -> None:
        """Close the port."""
        self._listener.close()

    def _open(self, url: str) -> bool:
        try:
            return not self._browser.is_remote and self._browser.open_url(url)
        except Exception as error:  # noqa: BLE001 (the crash barrier of this thread: the address is shown anyway)
            log_crash("browser", error)
            return False


class CodeWay:
    """A code that the person types in on another device (RFC 8628)."""

    nonce = None

    def __init__(
        self, account: AccountId, code: DeviceCode, *, ask: Callable[[], TokenSet], clock: Callable[[], float]
    ) -> None:
        """``ask`` puts the question to the token endpoint; it may wait for the worker that does."""
        self._account = account
        self._code = code
        self._ask = ask
        self._clock = clock
        self._over = threading.Event()
        self._tokens: TokenSet | None = None
        self._refusal: TuimailError | None = None

    def wait(self, emit: Callable[[Event], None]) -> None:
        """Show the code and ask until the person has decided."""
        code = self._code
        emit(
            CodeNeeded(
                account=self._account,
                user_code=code.user_code,
                verification_uri=code.verification_uri,
                verification_uri_complete=code.verification_uri_complete,
                time_limit_s=int(code.ends_at_s - self._clock()),
            )
        )
        try:
            self._tokens = wait_for_tokens(self._ask, code, clock=self._clock, wait=self._pause)
        except TuimailError as refusal:
            self._refusal = refusal
        except WorkerClosedError:
            return

    def paste(self, url: Secret) -> BrowserWords | None:  # noqa: ARG002 (the other way's)
        """There is no address to come back."""
        return None

    def tokens(self, client: TokenClient) -> TokenSet:  # noqa: ARG002 (asked already)
        """What the last question brought."""
        if self._refusal is not None:
            raise self._refusal
        if self._tokens is None:
            raise AuthError(ErrorKind.SIGN_IN_CANCELLED, "The sign-in was given up.", remedy=Remedy.SIGN_IN)
        return self._tokens

    def close(self) -> None:
        """Ask no more."""
        self._over.set()

    def _pause(self, seconds: float) -> bool:
        return not self._over.wait(seconds)
