"""Signing in with an app password: asked for, tried at the mail servers, and kept only if they take it."""

import ssl
import threading
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from tuimail.api import commands
from tuimail.api.commands import SignInWithPassword
from tuimail.api.events import PasswordNeeded
from tuimail.domain.account import Expired, PasswordRequest, Revoking
from tuimail.domain.errors import AuthError, ErrorKind, Remedy, TuimailError
from tuimail.domain.scope import Permission
from tuimail.domain.token import AppPassword
from tuimail.engine.app_password import password_refusal, plain_password
from tuimail.engine.auth import AuthDesk
from tuimail.engine.job import Job
from tuimail.engine.vault import new_record
from tuimail.engine.worker import Urgency
from tuimail.net.errors import LoginRefused
from tuimail.net.imap.session import ImapSession
from tuimail.net.smtp import SmtpSession

_ALL = frozenset({Permission.READ, Permission.SEND})


class _Attempt(Struct):
    """The password that is being tried."""

    job: Job
    password: AppPassword
    session: ImapSession | SmtpSession | None = None
    is_over: bool = False


class PasswordDesk:
    """The sign-ins of one account that has an app password; all methods but the routes run on its ``auth`` worker."""

    def __init__(self, auth: AuthDesk, context: ssl.SSLContext, *, on_signed_in: Callable[[], None]) -> None:
        self._auth = auth
        self._context = context
        self._on_signed_in = on_signed_in
        self._attempt: _Attempt | None = None

    def routes(self) -> dict[type, Callable[[Job], None]]:
        """The commands that are answered here in the place of the OAuth desk's."""
        return {
            commands.AskConsent: self._on_worker(self._ask),
            commands.DeclineConsent: self._on_worker(self._decline),
            commands.SignInWithPassword: self._on_worker(self._begin),
        }

    def request_consent(self, _permissions: frozenset[Permission]) -> None:
        """Ask for the password unasked, at a start without a sign-in. On the auth worker."""
        self._auth.show(self._auth.course.asked(_ALL))
        self._auth.around.emit(PasswordNeeded(request=self._request()))

    def give_up(self) -> None:
        """End a try that is under way, for a sign-out. On the auth worker."""
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            _stop(attempt)
            attempt.job.give_up()

    def _on_worker(self, work: Callable[[Job], None]) -> Callable[[Job], None]:
        return lambda job: job.hand_to(self._auth.worker, work)

    def _ask(self, job: Job) -> None:
        job.emit(PasswordNeeded(request=self._request()))
        job.finish()

    def _decline(self, job: Job) -> None:
        if self._attempt is None:
            self._auth.journal.record(self._auth.account.id, "app password", "declined")
            self._auth.show(self._auth.course.stopped())
        job.finish()

    def _request(self) -> PasswordRequest:
        auth, account = self._auth, self._auth.account
        hosts = [("reading mail", str(account.imap))]
        if account.smtp is not None:
            hosts.append(("sending mail", str(account.smtp)))
        rests_on = auth.course.rests_on
        return PasswordRequest(
            account=account.id,
            address=account.address,
            provider=account.provider,
            hosts=tuple(hosts),
            kept_in=auth.vault.open(),
            page=account.password_page,
            problem=rests_on.problem if isinstance(rests_on, Expired) else None,
        )

    def _begin(self, job: Job) -> None:
        command, auth = job.command, self._auth
        assert isinstance(command, SignInWithPassword)  # noqa: S101 (the route's own type, for the checker)
        if isinstance(auth.course.state, Revoking):
            words = "The sign-out is still under way. Sign in again once it is complete."
            raise AuthError(ErrorKind.SIGN_IN_CANCELLED, words, remedy=Remedy.SIGN_IN)
        self.give_up()
        auth.vault.open()
        if auth.record is None:
            # An account that was never opened in this run: its store's key must not be replaced.
            auth.read_record()
        attempt = _Attempt(job, AppPassword(plain_password(command.password.reveal())))
        self._attempt = attempt
        job.on_cancel(lambda: auth.worker.post(lambda: self._cancel(attempt), urgency=Urgency.SCREEN))
        job.progress(f"trying the app password at {auth.account.imap.host}")
        threading.Thread(target=self._try, args=(attempt,), name="sign-in", daemon=True).start()

    def _try(self, attempt: _Attempt) -> None:
        """Show the password to both servers, on a thread of its own: they may take their time."""
        refusal: TuimailError | None = None
        sending = ""
        account = self._auth.account
        try:
            self._show(attempt, lambda: ImapSession.connect(account.imap, self._context))
            smtp = account.smtp
            if smtp is not None:
                attempt.job.progress(f"trying the app password at {smtp.host}")
                sending = self._try_sending(attempt, lambda: SmtpSession.connect(smtp, self._context))
        except TuimailError as error:
            refusal = error
        self._auth.worker.post(lambda: self._tried(attempt, refusal, sending), urgency=Urgency.SCREEN)

    def _try_sending(self, attempt: _Attempt, connect: Callable[[], SmtpSession]) -> str:
        """A sentence if reading works and sending does not: no reason to keep the mail from the user."""
        try:
            self._show(attempt, connect)
        except TuimailError as error:
            return f" Sending does not work: {error.summary}"
        return ""

    def _show(self, attempt: _Attempt, connect: Callable[[], ImapSession | SmtpSession]) -> None:
        session = attempt.session = connect()
        try:
            if not attempt.is_over:
                session.sign_in(self._auth.account.login, attempt.password)
        except LoginRefused as refusal:
            raise password_refusal(self._auth.account, refusal) from refusal
        finally:
            session.close()

    def _tried(self, attempt: _Attempt, refusal: TuimailError | None, sending: str) -> None:
        if self._attempt is not attempt:
            attempt.job.give_up()
            return
        self._attempt = None

        def end(job: Job) -> None:
            if refusal is not None:
                self._auth.journal.record(self._auth.account.id, "app password", refusal.kind.value)
                raise refusal
            self._keep(job, attempt.password, sending)

        attempt.job.run(end)

    def _keep(self, job: Job, password: AppPassword, sending: str) -> None:
        auth = self._auth
        now = auth.around.now()
        record = auth.record or new_record(since=now, refresh=None, scopes=())
        auth.keep(replace(record, app_password=password, since=now), None)
        auth.journal.record(auth.account.id, "app password", "works, and is kept")
        job.finish(f"Signed in as {auth.account.address}.{sending}")
        self._on_signed_in()

    def _cancel(self, attempt: _Attempt) -> None:
        _stop(attempt)
        attempt.job.give_up()
        if self._attempt is attempt:
            self._attempt = None
            self._auth.show(self._auth.course.stopped())


def _stop(attempt: _Attempt) -> None:
    attempt.is_over = True
    session = attempt.session
    if session is not None:
        session.close()
