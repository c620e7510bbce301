"""Signing in: consent, the person's answer, tokens, keeping. Also how further permissions are granted.

The person is never a worker's wait: a ``Way`` waits on its own thread, and what it brings is a new job of the
``auth`` worker.
"""

import secrets
import threading
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from tuimail.api import commands
from tuimail.api.commands import AnswerOtherAccount, AskConsent, GiveClientSecret, PasteRedirect, SignIn, SignInByCode
from tuimail.api.events import ClientSecretNeeded, ConsentNeeded, OtherAccountFound
from tuimail.domain.account import Revokes, Revoking
from tuimail.domain.errors import AuthError, ErrorKind, Problem, Remedy, TuimailError
from tuimail.domain.scope import Permission
from tuimail.domain.token import Secret, TokenSet
from tuimail.engine.auth import AuthDesk, no_client_id
from tuimail.engine.consent import can_use_code, consent_request, granted_words
from tuimail.engine.job import GivenUpError, Job
from tuimail.engine.timers import Timers
from tuimail.engine.vault import new_record
from tuimail.engine.ways import Browser, BrowserWay, CodeWay, Way
from tuimail.engine.worker import Urgency
from tuimail.oauth.discovery import register
from tuimail.oauth.flow import LoginFlow
from tuimail.oauth.loopback import Listener, Page
from tuimail.oauth.refusals import ProviderRefused


class _Pending(Struct):
    """The one login that is under way."""

    job: Job
    way: Way
    client_id: str
    permissions: frozenset[Permission]
    tokens: TokenSet | None = None
    """What was fetched and is not kept yet."""
    is_other: bool = False
    """The tokens are for another address than the account's."""


def _way_words(way: Way) -> str:
    """For the activity list, where the health screen finds it."""
    return "in the browser" if isinstance(way, BrowserWay) else "with a code on another device"


class LoginDesk:
    """The sign-ins of one account; all methods but the routes run on its ``auth`` worker."""

    def __init__(self, auth: AuthDesk, browser: Browser, *, timers: Timers, on_signed_in: Callable[[], None]) -> None:
        self._auth = auth
        self._timers = timers
        self._not_before_s = 0.0
        """When the next sign-in may begin."""
        self._browser = browser
        self._on_signed_in = on_signed_in
        self._pending: _Pending | None = None
        self._waiting: Job | None = None
        """A sign-in that waits for its client secret."""
        self._registered: str | None = None
        """A client id given to an attempt that came to nothing: the next one uses it too (RFC 7591)."""

    def routes(self) -> dict[type, Callable[[Job], None]]:
        """The commands that are answered here."""
        return {
            commands.AskConsent: self.ask_consent,
            commands.DeclineConsent: self.decline,
            commands.SignIn: self.sign_in,
            commands.SignInByCode: self.sign_in,
            commands.GiveClientSecret: self.give_secret,
            commands.PasteRedirect: self.paste,
            commands.AnswerOtherAccount: self.answer_other,
        }

    def ask_consent(self, job: Job) -> None:
        """Route of ``AskConsent``."""
        command = job.command
        assert isinstance(command, AskConsent)  # noqa: S101 (the route's own type, for the checker)
        job.hand_to(self._auth.worker, lambda job: self._ask(job, command))

    def decline(self, job: Job) -> None:
        """Route of ``DeclineConsent``."""

        def stop(job: Job) -> None:
            if self._pending is None:
                self._auth.journal.record(self._auth.account.id, "consent", "declined")
                self._auth.show(self._auth.course.stopped())
            job.finish()

        job.hand_to(self._auth.worker, stop)

    def sign_in(self, job: Job) -> None:
        """Route of ``SignIn`` and ``SignInByCode``."""
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
        auth.around.emit(ConsentNeeded(request=consent_request(auth, permissions, self._browser)))

    def give_up(self) -> None:
        """End a sign-in that is under way, for a sign-out. On the auth worker."""
        pending = self._pending
        if pending is not None:
            self._drop_pending()
            pending.job.give_up()

    def _ask(self, job: Job, command: AskConsent) -> None:
        request = consent_request(self._auth, command.permissions, self._browser, only=command.only)
        job.emit(ConsentNeeded(request=request))
        job.finish()

    def _begin(self, job: Job) -> None:
        auth = self._auth
        if isinstance(auth.course.state, Revoking):
            words = "The sign-out is still under way. Sign in again once it is complete."
            raise AuthError(ErrorKind.SIGN_IN_CANCELLED, words, remedy=Remedy.SIGN_IN)
        wait_s = self._not_before_s - auth.around.monotonic()
        if wait_s > 0:
            job.progress(f"waiting {max(1, round(wait_s))} s: one sign-in at a time")
            job.on_cancel(lambda: auth.worker.post(job.give_up, urgency=Urgency.SCREEN))
            self._timers.after(wait_s, lambda: job.hand_to(auth.worker, self._begin))
            return
        self._not_before_s = auth.around.monotonic() + self._browser.every_s
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
        threading.Thread(target=self._wait_for_person, args=(pending,), name="sign-in", daemon=True).start()

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
        assert isinstance(command, SignIn | SignInByCode)  # noqa: S101 (the routes' own types, for the checker)
        auth, account = self._auth, self._auth.account
        auth.vault.open()
        if auth.record is None:
            # An account that was never opened in this run: its store's key must not be replaced.
            auth.read_record()
        held = frozenset() if command.only else auth.granted
        permissions = command.permissions | held | {Permission.IDENTITY}
        job.progress(f"asking {account.provider} how to sign in")
        auth.metadata()
        job.check()
        scopes = account.oauth.scopes.asked_for(permissions)
        if isinstance(command, SignInByCode):
            client_id, way = self._by_code(scopes)
        else:
            client_id, way = self._by_browser(job, scopes)
        return _Pending(job, way, client_id, permissions)

    def _by_browser(self, job: Job, scopes: tuple[str, ...]) -> tuple[str, Way]:
        account, oauth, metadata = self._auth.account, self._auth.account.oauth, self._auth.metadata()
        limit_s = self._browser.time_limit_s
        listener = Listener(oauth.redirect_host, oauth.redirect_path, self._accept, time_limit_s=limit_s)
        try:
            client_id = self._client_id(listener.redirect_uri)
            job.check()
            flow = LoginFlow(
                metadata=metadata,
                client_id=client_id,
                scopes=scopes,
                extra=oauth.extra,
                login_hint=account.login,
                random=secrets.token_urlsafe,
            )
            way = BrowserWay(account.id, self._browser, flow=flow, listener=listener)
        except BaseException:
            listener.close()
            raise
        way.can_use_code = can_use_code(account, metadata)
        return client_id, way

    def _by_code(self, scopes: tuple[str, ...]) -> tuple[str, Way]:
        auth, oauth = self._auth, self._auth.account.oauth
        if not can_use_code(auth.account, auth.metadata()):
            words = f"{auth.account.provider} has no sign-in with a code. Sign in with the browser."
            raise AuthError(ErrorKind.PROVIDER_REFUSED, words, remedy=Remedy.TELL)
        # A native client's loopback address is registered without a port (RFC 8252 section 7.3).
        client_id = self._client_id(f"http://{oauth.redirect_host}{oauth.redirect_path}")
        client = auth.client(client_id)
        try:
            code = client.device_code(scopes)
        except ProviderRefused as refusal:
            if refusal.error == "invalid_client":
                self._forget_client()
            raise

        def ask() -> TokenSet:
            return auth.worker.call(lambda: client.device_tokens(code))

        return client_id, CodeWay(auth.account.id, code, ask=ask, clock=auth.around.monotonic)

    def _wait_for_person(self, pending: _Pending) -> None:
        """On a thread of its own."""
        pending.way.wait(pending.job.emit)
        self._auth.worker.post(lambda: self._go_on(pending, self._finish_login), urgency=Urgency.SCREEN)

    def _accept(self, query: str) -> Page:
        """A request came to the listener. Listener's thread."""
        pending = self._pending
        return pending.way.accept(query) if pending and isinstance(pending.way, BrowserWay) else Page.EXPIRED

    def _take_pasted(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, PasteRedirect)  # noqa: S101 (the route's own type, for the checker)
        words = self._pending.way.paste(command.url) if self._pending is not None else None
        if words is not None:
            job.emit(words)
        job.finish()

    def _go_on(self, pending: _Pending, work: Callable[[_Pending], None]) -> None:
        """Do the next step of the pending sign-in; whatever ends its job ends the sign-in too."""
        if self._pending is not pending:
            pending.job.give_up()
            return
        pending.way.close()

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
        auth = self._auth
        pending.job.progress(f"fetching the tokens from {auth.account.provider}")
        client = auth.client(pending.client_id)
        try:
            tokens = pending.way.tokens(client)
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
        found = client.check_id_token(tokens, pending.way.nonce).email if is_signed else None
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
        earlier = record.superseded
        if tokens.refresh is not None and record.refresh is not None and tokens.refresh != record.refresh:
            earlier = (*earlier, record.refresh)
        # Where a revoked token takes the whole grant along, the earlier ones wait for the sign-out.
        ends_earlier = auth.account.oauth.revokes is Revokes.TOKEN
        registered = pending.client_id if auth.account.oauth.client_id is None else None
        record = replace(
            record,
            refresh=tokens.refresh or record.refresh,
            scopes=tuple(sorted(tokens.scopes)),
            client_id=registered,
            issuer=auth.metadata().issuer,
            since=now,
            superseded=() if ends_earlier else earlier,
            client_secret=auth.client_secret,
        )
        auth.keep(record, tokens)
        self._pending = None
        pending.tokens = None
        if ends_earlier:
            self._end_earlier(pending, earlier)
        granted = ", ".join(sorted(permission.value for permission in auth.granted))
        auth.journal.record(auth.account.id, "sign-in", f"{_way_words(pending.way)}, granted: {granted or 'nothing'}")
        missing = pending.permissions - auth.granted - {Permission.IDENTITY}
        pending.job.finish(granted_words(auth.account, missing))
        self._on_signed_in()

    def _end_earlier(self, pending: _Pending, tokens: tuple[Secret, ...]) -> None:
        """Revoke what this sign-in replaced; a failure is noted and left to the tokens' own end."""
        client = self._auth.client(pending.client_id)
        for token in tokens:
            answer = client.revoke(token, None)
            self._auth.journal.record(self._auth.account.id, "earlier sign-in", answer.state.value)

    def _client_id(self, redirect_uri: str) -> str:
        auth = self._auth
        known = auth.known_client_id() or self._registered
        if known is not None:
            return known
        metadata = auth.metadata()
        if metadata.registration_endpoint is None:
            raise no_client_id(auth.account)
        self._registered = register(auth.http, metadata, (redirect_uri,))
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
        """End the wait, and end what was fetched at the provider and is not going to be kept."""
        pending.way.close()
        tokens, pending.tokens = pending.tokens, None
        # Where a sign-in is held, this would end it too at providers that keep one grant a client.
        if tokens is not None and (pending.is_other or not self._auth.granted):
            self._auth.client(pending.client_id).revoke(tokens.refresh, tokens.access)
