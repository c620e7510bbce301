"""Signing in: consent, browser, redirect, exchange, keeping. Also how further permissions are granted.

The person at the browser is never a worker's wait: the loopback listener has its own thread, and what it brings is
a new job of the ``auth`` worker.
"""

import logging
import secrets
import threading
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from tuimail.api.commands import AnswerOtherAccount, AskConsent, GiveClientSecret, PasteRedirect, SignIn
from tuimail.api.events import BrowserNeeded, BrowserWords, ClientSecretNeeded, ConsentNeeded, OtherAccountFound
from tuimail.domain.account import Account, ConsentRequest, Revoking
from tuimail.domain.errors import AuthError, ErrorKind, Problem, Remedy, TuimailError
from tuimail.domain.scope import Permission, describe
from tuimail.domain.token import TokenSet
from tuimail.engine.auth import AuthDesk, no_client_id
from tuimail.engine.job import GivenUpError, Job
from tuimail.engine.vault import new_record
from tuimail.engine.worker import Urgency, log_crash
from tuimail.oauth.discovery import register
from tuimail.oauth.flow import AuthorizationRequest, GotCode, LoginFlow, Refused, Stray
from tuimail.oauth.loopback import Listener, Page
from tuimail.oauth.refusals import ProviderRefused

log = logging.getLogger(__name__)


class Browser(Struct, frozen=True, kw_only=True):
    """How to reach the person's browser, handed in so that the demo can play the person."""

    open_url: Callable[[str], bool]
    """Shows the sign-in page."""
    open_link: Callable[[str], bool]
    """Shows a link of a mail."""
    is_remote: bool
    time_limit_s: float = 300.0
    """How long a sign-in waits for the person."""


class _Pending(Struct):
    """The one login that is under way."""

    job: Job
    flow: LoginFlow
    request: AuthorizationRequest
    listener: Listener
    client_id: str
    permissions: frozenset[Permission]
    outcome: GotCode | Refused | None = None
    tokens: TokenSet | None = None
    """What was fetched and is not kept yet."""
    is_other: bool = False
    """The tokens are for another address than the account's."""


class LoginDesk:
    """The sign-ins of one account; all methods but the routes run on its ``auth`` worker."""

    def __init__(self, auth: AuthDesk, browser: Browser, *, on_signed_in: Callable[[], None]) -> None:
        self._auth = auth
        self._browser = browser
        self._on_signed_in = on_signed_in
        self._pending: _Pending | None = None
        self._waiting: Job | None = None
        """A sign-in that waits for its client secret."""
        self._registered: str | None = None
        """A client id given to an attempt that came to nothing: the next one uses it too (RFC 7591)."""

    def ask_consent(self, job: Job) -> None:
        """Route of ``AskConsent``."""
        command = job.command
        assert isinstance(command, AskConsent)  # noqa: S101 (the route's own type, for the checker)
        job.hand_to(self._auth.worker, lambda job: self._ask(job, command.permissions))

    def decline(self, job: Job) -> None:
        """Route of ``DeclineConsent``."""

        def stop(job: Job) -> None:
            if self._pending is None:
                self._auth.journal.record(self._auth.account.id, "consent", "declined")
                self._auth.show(self._auth.course.stopped())
            job.finish()

        job.hand_to(self._auth.worker, stop)

    def sign_in(self, job: Job) -> None:
        """Route of ``SignIn``."""
        job.hand_to(self._auth.worker, self._begin)

    def give_secret(self, job: Job) -> None:
        """Route of ``GiveClientSecret``."""
        job.hand_to(self._auth.worker, self._take_secret)

    def paste(self, job: Job) -> None:
        """Route of ``PasteRedirect``."""
        job.hand_to(self._auth.worker, self._take_pasted)

    def answer_other(self, job: Job) -> None:
        """Route of ``AnswerOtherAccount``."""
        job.hand_to(self._auth.worker, self._take_answer)

    def request_consent(self, permissions: frozenset[Permission]) -> None:
        """Show the consent screen unasked, at a start without a sign-in. On the auth worker."""
        auth = self._auth
        if self._pending is not None:
            auth.show(auth.course)
            return
        auth.show(auth.course.asked(permissions))
        auth.around.emit(ConsentNeeded(request=consent_request(auth, permissions)))

    def give_up(self) -> None:
        """End a sign-in that is under way, for a sign-out. On the auth worker."""
        pending = self._pending
        if pending is not None:
            self._drop_pending()
            pending.job.give_up()

    def _ask(self, job: Job, permissions: frozenset[Permission]) -> None:
        job.emit(ConsentNeeded(request=consent_request(self._auth, permissions)))
        job.finish()

    def _begin(self, job: Job) -> None:
        auth = self._auth
        if isinstance(auth.course.state, Revoking):
            words = "The sign-out is still under way. Sign in again once it is complete."
            raise AuthError(ErrorKind.SIGN_IN_CANCELLED, words, remedy=Remedy.SIGN_IN)
        if self._pending is not None:
            # Its own ending follows from the cancel, behind this job.
            self._pending.job.cancel()
            self._drop_pending()
        try:
            if self._lacks_secret():
                self._ask_secret(job)
                return
            pending = self._prepare(job)
        except (TuimailError, GivenUpError) as error:
            outcome = error.kind if isinstance(error, TuimailError) else ErrorKind.SIGN_IN_CANCELLED
            auth.journal.record(auth.account.id, "sign-in", outcome.value)
            auth.show(auth.course.stopped())
            raise
        self._pending = pending
        job.on_cancel(lambda: auth.worker.post(lambda: self._stop(pending), urgency=Urgency.SCREEN))
        auth.show(auth.course.agreed(pending.permissions))
        threading.Thread(target=self._go_to_browser, args=(pending,), name="browser", daemon=True).start()

    def _lacks_secret(self) -> bool:
        """Whether the profile speaks of a client secret that nobody has given yet."""
        auth = self._auth
        if not auth.account.oauth.secret_in_keychain:
            return False
        if auth.record is None:
            auth.read_record()
        return auth.client_secret is None

    def _ask_secret(self, job: Job) -> None:
        account = self._auth.account
        self._waiting = job
        job.on_cancel(lambda: self._auth.worker.post(job.give_up, urgency=Urgency.SCREEN))
        client_id = account.oauth.client_id or ""
        job.emit(ClientSecretNeeded(account=account.id, provider=account.provider, client_id=client_id))

    def _take_secret(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, GiveClientSecret)  # noqa: S101 (the route's own type, for the checker)
        self._auth.given_secret = command.secret
        waiting, self._waiting = self._waiting, None
        job.finish()
        if waiting is not None:
            waiting.run(self._begin)

    def _prepare(self, job: Job) -> _Pending:
        """Everything up to the address that the person has to go to."""
        command = job.command
        assert isinstance(command, SignIn)  # noqa: S101 (the route's own type, for the checker)
        auth, account = self._auth, self._auth.account
        auth.vault.open()
        if auth.record is None:
            # An account that was never opened in this run: its store's key must not be replaced.
            auth.read_record()
        permissions = command.permissions | auth.granted | {Permission.IDENTITY}
        job.progress(f"asking {account.provider} how to sign in")
        metadata = auth.metadata()
        job.check()
        limit_s = self._browser.time_limit_s
        listener = Listener(
            account.oauth.redirect_host, account.oauth.redirect_path, self._accept, time_limit_s=limit_s
        )
        try:
            client_id = self._client_id(listener)
            job.check()
            flow = LoginFlow(
                metadata=metadata,
                client_id=client_id,
                scopes=account.oauth.scopes.asked_for(permissions),
                extra=account.oauth.extra,
                login_hint=account.login,
                random=secrets.token_urlsafe,
            )
            request = flow.begin(listener.redirect_uri)
        except BaseException:
            listener.close()
            raise
        return _Pending(job, flow, request, listener, client_id, permissions)

    def _go_to_browser(self, pending: _Pending) -> None:
        """Open the browser and wait for what comes back, on a thread of its own."""
        pending.job.emit(
            BrowserNeeded(
                account=self._auth.account.id,
                url=pending.request.url,
                listening_on=pending.listener.address,
                time_limit_s=int(self._browser.time_limit_s),
                browser_opened=self._open_browser(pending.request.url),
                is_remote=self._browser.is_remote,
            )
        )
        pending.listener.wait(self._browser.time_limit_s)
        self._auth.worker.post(lambda: self._go_on(pending, self._finish_login), urgency=Urgency.SCREEN)

    def _open_browser(self, url: str) -> bool:
        try:
            return not self._browser.is_remote and self._browser.open_url(url)
        except Exception as error:  # noqa: BLE001 (the crash barrier of this thread: the address is shown anyway)
            log_crash("browser", error)
            return False

    def _accept(self, query: str) -> Page:
        """Judge a request at the listener: which page it gets, and whether the wait is over. Listener's thread."""
        pending = self._pending
        if pending is None:
            return Page.EXPIRED
        answer = pending.flow.accept_redirect(pending.request, query)
        if isinstance(answer, Stray):
            return Page.NOT_OURS
        pending.outcome = answer
        return Page.RETURN if isinstance(answer, GotCode) else Page.REFUSED

    def _take_pasted(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, PasteRedirect)  # noqa: S101 (the route's own type, for the checker)
        pending = self._pending
        if pending is None or pending.outcome is not None:
            job.finish()
            return
        answer = pending.flow.accept_redirect(pending.request, command.url.reveal())
        if isinstance(answer, Stray):
            job.emit(BrowserWords(account=self._auth.account.id, words=answer.why))
        else:
            pending.outcome = answer
            pending.listener.close()
        job.finish()

    def _go_on(self, pending: _Pending, work: Callable[[_Pending], None]) -> None:
        """Do the next step of the pending sign-in; whatever ends its job ends the sign-in too."""
        if self._pending is not pending:
            pending.job.give_up()
            return
        pending.listener.close()

        def step(_job: Job) -> None:
            try:
                work(pending)
            except TuimailError as error:
                self._failed(pending, error.as_problem())

        pending.job.run(step)
        if self._pending is pending and pending.job.has_ended:
            self._drop_pending()
            self._auth.show(self._auth.course.stopped())

    def _finish_login(self, pending: _Pending) -> None:
        outcome = pending.outcome
        if outcome is None:
            words = "Nothing came back from the browser in time, so the sign-in was given up. Start it again."
            raise AuthError(ErrorKind.SIGN_IN_TIMED_OUT, words, remedy=Remedy.SIGN_IN)
        if isinstance(outcome, Refused):
            self._failed(pending, outcome.problem)
            return
        auth = self._auth
        pending.job.progress(f"fetching the tokens from {auth.account.provider}")
        client = auth.client(pending.client_id)
        try:
            tokens = client.exchange(outcome.code, pending.request)
        except ProviderRefused as refusal:
            if refusal.error == "invalid_client":
                self._forget_client()
            raise
        if tokens.refresh is None and (auth.record is None or auth.record.refresh is None):
            client.revoke(None, tokens.access)
            words = (
                f"{auth.account.provider} gave no lasting sign-in (refresh token). Ask for it in the profile, with the"
                ' scope offline_access or extra = { prompt = "consent" }.'
            )
            raise AuthError(ErrorKind.BAD_TOKEN_ANSWER, words, remedy=Remedy.TELL)
        pending.tokens = tokens
        # Without the provider's keys (endpoints named one by one) nobody can say whose signature it is.
        is_signed = tokens.id_token is not None and auth.metadata().signs_identity
        found = client.check_id_token(tokens, pending.request.nonce).email if is_signed else None
        if found and found.lower() not in {auth.account.address.lower(), auth.account.login.lower()}:
            pending.is_other = True
            pending.job.emit(OtherAccountFound(account=auth.account.id, address=auth.account.address, found=found))
            return
        self._keep(pending)

    def _take_answer(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, AnswerOtherAccount)  # noqa: S101 (the route's own type, for the checker)
        pending = self._pending
        if pending is not None and pending.tokens is not None:
            self._go_on(pending, self._keep if command.keep else self._refuse_other)
        job.finish()

    def _refuse_other(self, _pending: _Pending) -> None:
        words = "The browser was signed in as somebody else. Nothing was kept; sign in again to choose."
        raise AuthError(ErrorKind.OTHER_ACCOUNT, words, remedy=Remedy.SIGN_IN)

    def _keep(self, pending: _Pending) -> None:
        auth, tokens = self._auth, pending.tokens
        assert tokens is not None  # noqa: S101 (callers have just set it)
        now = auth.around.now()
        record = auth.record or new_record(since=now, refresh=tokens.refresh, scopes=())
        superseded = record.superseded
        if tokens.refresh is not None and record.refresh is not None and tokens.refresh != record.refresh:
            superseded = (*superseded, record.refresh)
        registered = pending.client_id if auth.account.oauth.client_id is None else None
        record = replace(
            record,
            refresh=tokens.refresh or record.refresh,
            scopes=tuple(sorted(tokens.scopes)),
            client_id=registered,
            issuer=auth.metadata().issuer,
            since=now,
            superseded=superseded,
            client_secret=auth.client_secret,
        )
        auth.keep(record, tokens)
        self._pending = None
        pending.tokens = None
        granted = ", ".join(sorted(permission.value for permission in auth.granted))
        auth.journal.record(auth.account.id, "sign-in", f"granted: {granted or 'nothing'}")
        missing = pending.permissions - auth.granted - {Permission.IDENTITY}
        pending.job.finish(_granted_words(auth.account, missing))
        self._on_signed_in()

    def _client_id(self, listener: Listener) -> str:
        auth = self._auth
        known = auth.known_client_id() or self._registered
        if known is not None:
            return known
        metadata = auth.metadata()
        if metadata.registration_endpoint is None:
            raise no_client_id(auth.account)
        self._registered = register(auth.http, metadata, (listener.redirect_uri,))
        return self._registered

    def _forget_client(self) -> None:
        """The server no longer knows the client that it registered: the next attempt registers anew."""
        self._registered = None
        if self._auth.record is not None:
            self._auth.record = replace(self._auth.record, client_id=None)

    def _failed(self, pending: _Pending, problem: Problem) -> None:
        auth = self._auth
        auth.journal.record(auth.account.id, "sign-in", problem.kind.value)
        self._pending = None
        # Perhaps it was the secret: the next try asks for it again.
        auth.given_secret = None
        auth.show(auth.course.stopped())
        pending.job.fail(problem)
        self._let_go(pending)

    def _stop(self, pending: _Pending) -> None:
        pending.job.give_up()
        if self._pending is pending:
            self._drop_pending()
            self._auth.journal.record(self._auth.account.id, "sign-in", ErrorKind.SIGN_IN_CANCELLED.value)
            self._auth.show(self._auth.course.stopped())

    def _drop_pending(self) -> None:
        pending, self._pending = self._pending, None
        if pending is not None:
            self._let_go(pending)

    def _let_go(self, pending: _Pending) -> None:
        """Close the port, and end what was fetched at the provider and is not going to be kept."""
        pending.listener.close()
        tokens, pending.tokens = pending.tokens, None
        # Where a sign-in is held, this would end it too at providers that keep one grant a client.
        if tokens is not None and (pending.is_other or not self._auth.granted):
            self._auth.client(pending.client_id).revoke(tokens.refresh, tokens.access)


def consent_request(auth: AuthDesk, permissions: frozenset[Permission]) -> ConsentRequest:
    """Everything that the consent screen says about asking for these permissions. Waits for the keychain's name."""
    account, sets = auth.account, auth.account.oauth.scopes
    held = auth.record.scopes if auth.record and auth.record.refresh else ()
    hosts = [("sign-in", account.auth_host), ("reading mail", str(account.imap))]
    if account.smtp is not None:
        hosts.append(("sending mail", str(account.smtp)))
    asked = permissions | {Permission.IDENTITY}
    lines = [line for line in describe(sets, asked, held) if not line.granted or line.permission in permissions]
    return ConsentRequest(
        account=account.id,
        address=account.address,
        provider=account.provider,
        hosts=tuple(hosts),
        lines=tuple(line for line in lines if not line.granted),
        already=tuple(line for line in describe(sets, frozenset(Permission), held) if line.granted),
        kept_in=auth.vault.open(),
        one_permission=sets.can_send and not sets.separate,
        sign_out=_sign_out_words(account),
    )


def _sign_out_words(account: Account) -> str:
    if not account.can_revoke and account.access_page:
        return f"Signing out deletes everything here. Access can be ended at {account.access_page}."
    return f"Signing out ends this access at {account.provider} and deletes everything here."


def _granted_words(account: Account, missing: frozenset[Permission]) -> str:
    if not missing:
        return f"Signed in as {account.address}."
    words = " and ".join(sorted(permission.value for permission in missing))
    return f"Signed in as {account.address}. {account.provider} did not grant: {words} mail."
