"""The owner of one account's foreground IMAP connection: opens it when needed, reopens it when it breaks.

Runs on the account's ``imap`` worker. The state it tells is the one in the status bar, so it is never guessed:
"online" is said after an answer of the server, "offline" after a failure, with the time of the first one.
"""

import contextlib
import ssl
import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

from tuimail.api.events import LinkChanged
from tuimail.domain.account import Link, LinkState
from tuimail.domain.errors import AuthError, ErrorKind, NetworkError, Problem, Remedy, ServerError, TuimailError
from tuimail.domain.scope import Permission
from tuimail.domain.token import AppPassword, Secret
from tuimail.engine.app_password import password_refusal
from tuimail.engine.auth import AuthDesk
from tuimail.engine.pace import is_slow_line, next_connection
from tuimail.engine.silence import SILENT_S, SilenceWatch
from tuimail.engine.timers import Timers
from tuimail.engine.worker import Urgency, Worker, log_crash
from tuimail.net.errors import LoginRefused
from tuimail.net.imap.session import ImapSession

T = TypeVar("T")

_GONE = frozenset({ErrorKind.CONNECTION_LOST, ErrorKind.TIMED_OUT})

_TRIPS_TO_GREETING = 3
"""TCP, TLS 1.3, and the greeting behind it."""
PROBE_S = 5.0
"""What a connection may take to prove that it survived a sleep of the machine, or the end of another one."""
_NEARBY_CAP_S = 20.0
"""Longest wait where the network itself is missing or in the way: trying costs no server anything."""
_SILENT = Problem(
    kind=ErrorKind.TIMED_OUT, summary=f"the server has not answered for {SILENT_S:.0f} s", remedy=Remedy.WAIT
)


class Connection:
    """One signed-in IMAP session at a time; ``run`` is the only way to it."""

    def __init__(self, auth: AuthDesk, *, context: ssl.SSLContext, timers: Timers) -> None:
        self.auth = auth
        self.account = auth.account
        self.worker = Worker(f"imap {auth.account.id}", on_crash=log_crash)
        self._context = context
        self._timers = timers
        self._session: ImapSession | None = None
        self._state = LinkState(link=Link.IDLE)
        self._failures = 0
        self._retry: int | None = None
        self._is_shut = False
        self._silence = SilenceWatch(timers, progress=self._received, on_silence=self._say_silent)
        self.on_online: Callable[[], None] = lambda: None
        """Called on the imap worker after each new connection, to bring everything up to date."""
        self.waiting_changes: Callable[[], int] = lambda: 0
        """Counts the changes that wait for the server; set by the room that queues them."""

    @property
    def state(self) -> LinkState:
        """The link as a snapshot."""
        return self._state

    @property
    def is_up(self) -> bool:
        """Whether a session stands; work that can wait for the next one looks here first."""
        return self._session is not None

    @property
    def is_online(self) -> bool:
        """Whether the last thing the server said was an answer."""
        return self._state.link in {Link.ONLINE, Link.SYNCING}

    def run(self, work: Callable[[ImapSession], T]) -> T:
        """Do something with the session, on the imap worker. A connection that broke is opened again, once."""
        session = self._session
        if session is None:
            return self._on_new(work)
        try:
            return self._watched(session, work)
        except (NetworkError, ServerError) as error:
            if error.kind not in _GONE:
                raise
            self._drop()
            return self._on_new(work)

    def connect(self) -> None:
        """Open the session unless it is there. On the imap worker; raises what stands in the way."""
        if self._session is None and not self._is_shut:
            self._open()

    def connect_soon(self) -> None:
        """Try at once, whatever the backoff says. Any thread."""
        self.worker.post(self._try_connect, urgency=Urgency.NORMAL)

    def probe(self) -> None:
        """Another connection of this account broke, or the machine slept: find out whether this one lives. Any thread.

        It proves it within seconds, or is made anew. Where there is none, one is tried at once.
        """
        asked, is_answered = self._session, False

        def give_up() -> None:
            if asked is not None and not is_answered and self._session is asked:
                asked.close()

        def ask() -> None:
            nonlocal is_answered
            if self._session is None:
                if self._state.link is Link.OFFLINE:
                    self._failures = 0
                    self._try_connect()
                return
            with contextlib.suppress(TuimailError):  # told by the link's state
                self.run(lambda session: session.noop())
            is_answered = True

        self.worker.post(ask, urgency=Urgency.SCREEN)
        self._timers.after(PROBE_S, give_up)

    def say(self, link: Link) -> None:
        """Tell what the connection is doing while it is up. On the imap worker."""
        self._show(LinkState(link=link, waiting=self.waiting_changes()))

    def say_waiting(self) -> None:
        """Tell the count of waiting changes again. Any thread."""
        state = self._state
        self._show(LinkState(link=state.link, since=state.since, problem=state.problem, waiting=self.waiting_changes()))

    def shut(self) -> None:
        """Close for a sign-out: nothing reconnects until ``reopen``. Any thread; waits for nobody."""
        self._is_shut = True
        session = self._session
        if session is not None:
            session.close()
        self.worker.post(self._drop, urgency=Urgency.SCREEN)
        self._show(LinkState(link=Link.IDLE))

    def reopen(self) -> None:
        """Connections are allowed again, after a new sign-in. Any thread."""
        self._is_shut = False
        self._failures = 0

    def close(self, left_s: float) -> None:
        """End everything; a server that does not answer delays nothing."""
        self._is_shut = True
        self.worker.close()
        session = self._session
        if session is not None:
            session.close()
        self.worker.join(min(left_s, 0.3))

    def _on_new(self, work: Callable[[ImapSession], T]) -> T:
        session = self._open()
        try:
            return self._watched(session, work)
        except (NetworkError, ServerError) as error:
            if error.kind in _GONE:
                self._went_offline(error)
            raise

    def _watched(self, session: ImapSession, work: Callable[[ImapSession], T]) -> T:
        """Run it; silence meanwhile is said, and so is its end."""
        began_s, had_bytes = time.monotonic(), session.received_bytes
        with self._silence.working():
            result = work(session)
        took_s, received_bytes = time.monotonic() - began_s, session.received_bytes - had_bytes
        if is_slow_line(received_bytes=received_bytes, took_s=took_s) and not session.is_compressed:
            session.compress()
        if self._silence.is_silent:
            self.say(Link.ONLINE)
        return result

    def _received(self) -> int:
        session = self._session
        return session.received_bytes if session is not None else 0

    def _say_silent(self) -> None:
        """Nothing came for a while; on the timers' thread."""
        state = self._state
        link = Link.CONNECTING if state.link is Link.CONNECTING else Link.SYNCING
        self._show(LinkState(link=link, since=state.since, problem=_SILENT, waiting=self.waiting_changes()))

    def _open(self) -> ImapSession:
        if self._is_shut:
            raise NetworkError(ErrorKind.OFFLINE, "This account is signed out.", remedy=Remedy.WAIT)
        self._show(LinkState(link=Link.CONNECTING, since=self._state.since, waiting=self.waiting_changes()))
        try:
            with self._silence.working():
                session = open_signed_in(self.auth, self._context)
        except TuimailError as error:
            self._went_offline(error)
            raise
        if self._is_shut:
            session.close()
            raise NetworkError(ErrorKind.OFFLINE, "This account is signed out.", remedy=Remedy.WAIT)
        self._session = session
        self._failures = 0
        self._forget_retry()
        self.say(Link.ONLINE)
        self.on_online()
        return session

    def _try_connect(self) -> None:
        try:
            self.connect()
        except TuimailError:
            return  # told by the link's state

    def _forget_retry(self) -> None:
        if self._retry is not None:
            self._timers.cancel(self._retry)
            self._retry = None

    def _drop(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _went_offline(self, error: TuimailError) -> None:
        self._drop()
        if self._is_shut:
            return
        self._failures += 1
        since = self._state.since or self._now()
        problem: Problem = error.as_problem()
        self._show(LinkState(link=Link.OFFLINE, since=since, problem=problem, waiting=self.waiting_changes()))
        # One retry at a time: each failed attempt in between would begin another row of them.
        self._forget_retry()
        # What only the user can mend is not tried again and again; a login page of the network is mended elsewhere.
        is_nearby = error.kind in {ErrorKind.OFFLINE, ErrorKind.TLS_FAILED}
        if error.remedy is Remedy.WAIT or error.kind is ErrorKind.TLS_FAILED:
            cap_s = {"cap_s": _NEARBY_CAP_S} if is_nearby else {}
            wait_s = next_connection(self._failures, random=self.auth.around.random(), **cap_s)
            asked_s: float = getattr(error, "retry_after_s", None) or 0.0
            self._retry = self._timers.after(max(wait_s, asked_s), self.connect_soon)

    def _now(self) -> datetime:
        return self.auth.around.now()

    def _show(self, state: LinkState) -> None:
        if state != self._state:
            self._state = state
            self.auth.around.emit(LinkChanged(account=self.account.id, state=state))


class MailSession(Protocol):
    """What IMAP and SMTP sessions have in common."""

    def sign_in(self, login: str, token: Secret) -> None:
        """Show the token."""

    def close(self) -> None:
        """Close at once."""


S = TypeVar("S", bound=MailSession)


def open_signed_in(auth: AuthDesk, context: ssl.SSLContext) -> ImapSession:
    """A new IMAP session, signed in; compressed where the way is long."""
    round_trip_s = 0.0

    def connect() -> ImapSession:
        nonlocal round_trip_s
        began_s = time.monotonic()
        session = ImapSession.connect(auth.account.imap, context)
        round_trip_s = (time.monotonic() - began_s) / _TRIPS_TO_GREETING
        return session

    session = signed_in(auth, Permission.READ, connect)
    if is_slow_line(round_trip_s=round_trip_s):
        session.compress()
    return session


def signed_in(auth: AuthDesk, permission: Permission, connect: Callable[[], S]) -> S:
    """A new session, signed in. A refused token is replaced once: it may have been ended early by the provider."""
    login = auth.account.login
    server = auth.account.smtp if permission is Permission.SEND else auth.account.imap
    auth.gates[permission].enter(server.host if server is not None else "")
    # On its way while the line is being made: two servers, one wait.
    asked = auth.token_soon(permission)
    session = connect()
    try:
        token = asked.result()
        try:
            session.sign_in(login, token)
        except LoginRefused as refusal:
            session.close()
            another = auth.another_token(token, permission)
            if isinstance(token, AppPassword):
                error = password_refusal(auth.account, refusal)
                auth.password_refused(error.as_problem())
                raise error from refusal
            if another is None:
                raise _judged(auth, refusal) from refusal
            token = another
            session = connect()
            try:
                session.sign_in(login, token)
            except LoginRefused as second:
                raise _judged(auth, second) from second
    except BaseException:
        session.close()
        raise
    auth.accepted(token)
    return session


def _judged(auth: AuthDesk, refusal: LoginRefused) -> TuimailError:
    """The error for a token that a server does not take although it is fresh."""
    auth.journal.record(auth.account.id, "mail sign-in", refusal.kind.value)
    record, sets = auth.record, auth.account.oauth.scopes
    wanted = set(refusal.challenge_scope.split()) & set(sets.asked_for(frozenset(Permission)))
    if record is not None and wanted - set(record.scopes):
        words = f"{auth.account.provider} wants a permission that tuimail was not given yet."
        return AuthError(ErrorKind.SCOPE_MISSING, words, remedy=Remedy.GRANT, detail=refusal.detail)
    return refusal
