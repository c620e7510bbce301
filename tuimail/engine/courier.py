"""Carries one mail after another to the submission server, tells how far each is, and can be stopped on the way."""

import ssl
import time
from collections.abc import Callable

from tuimail.domain.errors import ErrorKind, Remedy, SendError
from tuimail.domain.ids import OutboxId
from tuimail.domain.scope import Permission
from tuimail.engine.auth import AuthDesk
from tuimail.engine.connection import signed_in
from tuimail.engine.storage import Storage
from tuimail.engine.timers import Timers
from tuimail.net.smtp import Delivery, Phase, SmtpSession
from tuimail.store.outbox import OutboxMail, SendPhase

STOPPED = "Stopped before all of it had left: nobody got it."
TELL_EVERY_S = 0.5
TOLD_FROM = 512 * 1024
"""Smaller mails have left before anybody could read how far they are."""
_MB = 1_000_000
_PHASES = {
    Phase.MAIL: SendPhase.ENVELOPE,
    Phase.DATA: SendPhase.DATA,
    Phase.AFTER_DOT: SendPhase.ENDING,
}


class Courier:
    """Of one account. ``deliver`` runs on the ``send`` worker, everything else on any thread."""

    def __init__(
        self, auth: AuthDesk, storage: Storage, *, context: ssl.SSLContext, on_progress: Callable[[], None]
    ) -> None:
        self._auth = auth
        self._account = auth.account
        self._storage = storage
        self._context = context
        self._on_progress = on_progress
        self._session: SmtpSession | None = None
        self._carried: OutboxId | None = None
        self.size_limit = 0
        """The largest mail that the server takes, as it said last; 0 where it never did."""
        self._stopped: OutboxId | None = None
        self._sent_bytes = self._total_bytes = 0

    def deliver(self, mail: OutboxMail) -> Delivery:
        """Hand it over; each phase is on disk before its bytes leave. Raises what stood in the way."""
        server = self._account.smtp
        if server is None:
            raise SendError(ErrorKind.SEND_REFUSED, "This account is for reading only.", remedy=Remedy.TELL)
        self._carried, self._sent_bytes, self._total_bytes = mail.id, 0, len(mail.mail)
        session = signed_in(self._auth, Permission.SEND, lambda: SmtpSession.connect(server, self._context))
        self._session = session
        self._note_limit(session.size_limit or 0)
        told_s = time.monotonic()

        def note(phase: Phase) -> None:
            if phase in _PHASES:
                self._storage.run(self._account.id, lambda store: store.outbox.note_phase(mail.id, _PHASES[phase]))

        def look(sent: int) -> None:
            nonlocal told_s
            if self._stopped == mail.id:
                raise SendError(ErrorKind.SEND_REFUSED, STOPPED, remedy=Remedy.TELL)
            self._sent_bytes = sent
            if self._total_bytes >= TOLD_FROM and time.monotonic() - told_s >= TELL_EVERY_S:
                told_s = time.monotonic()
                self._on_progress()

        with session:
            try:
                return session.send(mail.sender, mail.remaining, mail.mail, on_phase=note, on_piece=look)
            finally:
                self._session = self._carried = self._stopped = None

    def recall_limit(self) -> None:
        """What the server said to an earlier program. On the store worker."""
        if not self.size_limit and self._storage.is_open(self._account.id):
            self.size_limit = self._storage.store(self._account.id).limits.size

    def _note_limit(self, limit: int) -> None:
        if limit != self.size_limit:
            self.size_limit = limit
            self._storage.run(self._account.id, lambda store: store.limits.note_size(limit))

    def stop(self, item: OutboxId) -> bool:
        """Give a mail up whose last byte has not left; False if it is not on its way."""
        if self._carried != item:
            return False
        self._stopped = item
        return True

    def progress(self, item: OutboxId) -> str:
        """How far a mail is, in words; empty where there is nothing to tell."""
        if self._carried != item or self._total_bytes < TOLD_FROM or not self._sent_bytes:
            return ""
        return f"{self._sent_bytes / _MB:.1f} of {self._total_bytes / _MB:.1f} MB"

    def finish_within(self, wait_s: float, timers: Timers) -> None:
        """Let a mail on its way end, or cut it after a while."""
        session = self._session
        if session is not None:
            timers.after(wait_s, session.close)
