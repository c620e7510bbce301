"""Signing in to the SMTP server without sending: some organisations switch that off, which is better known early."""

import threading
from ssl import SSLContext

from tuimail.domain.errors import ErrorKind, Remedy, SendError
from tuimail.domain.scope import Permission
from tuimail.engine.auth import AuthDesk
from tuimail.engine.connection import signed_in
from tuimail.engine.job import Job
from tuimail.net.smtp import SmtpSession


class SendingTrial:
    """Route of ``TrySending``, on a thread of its own: nothing waits for it."""

    def __init__(self, auth: AuthDesk, context: SSLContext) -> None:
        self._auth = auth
        self._context = context

    def run(self, job: Job) -> None:
        """Try it; ends with a sentence either way."""
        threading.Thread(target=lambda: job.run(self._try), name="sending trial", daemon=True).start()

    def _try(self, job: Job) -> None:
        server = self._auth.account.smtp
        if server is None:
            words = "This account only reads mail."
            raise SendError(ErrorKind.SEND_REFUSED, words, remedy=Remedy.TELL)
        session = signed_in(self._auth, Permission.SEND, lambda: SmtpSession.connect(server, self._context))
        session.quit()
        job.finish(f"Sending works too: {server.host} accepted the sign-in.")
