"""The owner of one account's tokens: hands out checked access tokens, refreshes them one at a time.

Runs on the account's ``auth`` worker. Others call ``token`` and wait; they see the state through
``AccountChanged``. The access token lives here, in memory; the refresh token in the keychain's record.
"""

import contextlib
import logging
import ssl
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta, tzinfo

from msgspec import Struct
from msgspec.structs import replace

from tuimail.api.engine import Sink
from tuimail.api.events import AccountChanged, Noticed
from tuimail.domain.account import Account, Expired, SignedIn, SignInState
from tuimail.domain.errors import AuthError, ErrorKind, KeychainError, Problem, Remedy
from tuimail.domain.ids import AccountId
from tuimail.domain.scope import Permission
from tuimail.domain.token import AppPassword, Secret, TokenSet
from tuimail.engine.bound import ELSEWHERE, is_elsewhere, places_of, usable
from tuimail.engine.gate import Gate
from tuimail.engine.journal import Journal
from tuimail.engine.pace import CONNECTIONS, REFUSALS, next_attempt
from tuimail.engine.signin import SignInCourse
from tuimail.engine.vault import Vault
from tuimail.engine.worker import Urgency, Worker, log_crash
from tuimail.keychain.base import AccountRecord, decode
from tuimail.oauth.client import TokenClient
from tuimail.oauth.discovery import find_metadata
from tuimail.oauth.http import OAuthHttp
from tuimail.oauth.metadata import Metadata
from tuimail.oauth.refusals import ProviderUnreachable

log = logging.getLogger(__name__)


class Surroundings(Struct, frozen=True, kw_only=True):
    """What the rooms of an account share: clocks, randomness, the way out for events."""

    emit: Sink
    monotonic: Callable[[], float]
    now: Callable[[], datetime]
    random: Callable[[], float]
    turn: Callable[[AccountId], AbstractContextManager[int]]
    """Held while an account's refresh token is used: of all windows, one at a time. Gives a number that differs from
    that of ``early`` where another one was at it since."""
    early: Callable[[AccountId], "Early | None"] = lambda _account: None
    """What the keychain held when the program started, the first time that it is asked for."""
    zone: tzinfo = UTC

    def time_in(self, seconds: float) -> str:
        """The time of day in so many seconds, as the person's clock shows it."""
        # The next whole second: at the time that is named, it has happened.
        return f"{(self.now() + timedelta(seconds=seconds + 0.999)).astimezone(self.zone):%H:%M:%S}"


class Early(Struct, frozen=True, kw_only=True):
    """An account's entry that was read while the program started."""

    entry: Secret
    turn: int | None
    """None: another window may have changed it meanwhile."""


def no_client_id(account: Account) -> AuthError:
    """The error for a profile without client id, at a provider that gives none by itself."""
    words = (
        f"No client id for {account.provider}: register tuimail there as a desktop app and put its id"
        f" into the profile as accounts.{account.id}.oauth.client_id."
    )
    return AuthError(ErrorKind.NO_CLIENT_ID, words, remedy=Remedy.TELL)


class AuthDesk:
    """Tokens and sign-in state of one account."""

    def __init__(
        self, account: Account, *, context: ssl.SSLContext, vault: Vault, journal: Journal, around: Surroundings
    ) -> None:
        self.account = account
        self.worker = Worker(f"auth {account.id}", on_crash=log_crash)
        self.vault = vault
        self.journal = journal
        self.around = around
        self.http = OAuthHttp(context)
        self.course = SignInCourse()
        self.record: AccountRecord | None = None
        self.is_elsewhere = False
        """The profile names other servers than the kept sign-in was made for."""
        self.tokens: TokenSet | None = None
        self.given_secret: Secret | None = None
        """A client secret that was typed in this run; kept with the sign-in that it makes possible."""
        self._metadata: Metadata | None = None
        self._failures = 0
        self._refusals = REFUSALS
        self._not_before_s = 0.0
        self._was_asked = False
        """The wait until ``_not_before_s`` is the provider's wish."""
        self._is_unsaved = False
        self._read_in: int | None = None
        """Unless another window had its turn since, the record is as it was read."""
        self._replacement: Secret | None = None
        self._last_refresh: tuple[datetime, Problem | None] | None = None
        self.gates = {
            permission: Gate(CONNECTIONS, around.monotonic, time_in=around.time_in) for permission in Permission
        }
        """By what a connection is for: reading goes to one server, sending to another."""

    @property
    def granted(self) -> frozenset[Permission]:
        """What the kept sign-in permits; read by other threads as a snapshot."""
        record = self.record
        if record is None or not self.holds_sign_in:
            return frozenset()
        if self.account.uses_password:
            # It opens everything; there is nothing to ask for.
            return frozenset({Permission.READ, Permission.SEND} if self.account.can_send else {Permission.READ})
        return self.account.oauth.scopes.granted(record.scopes)

    @property
    def holds_sign_in(self) -> bool:
        """Whether what is kept is enough to sign in to the mail servers, in the way that the profile names."""
        record = self.record
        if record is None:
            return False
        return (record.app_password if self.account.uses_password else record.refresh) is not None

    @property
    def state(self) -> SignInState:
        """The sign-in state as a snapshot."""
        return self.course.state

    def start(self) -> bool:
        """Read what the keychain holds; whether somebody is signed in. Raises KeychainError."""
        self.read_record()
        if not self.holds_sign_in:
            if self.record is not None and not isinstance(self.course.rests_on, Expired):
                # Kept by a run that was told so; the mail stays readable meanwhile.
                ended = f"The sign-in of {self.account.address} has ended. Sign in again."
                words = f"{ELSEWHERE} Sign in again if you trust them." if self.is_elsewhere else ended
                problem = Problem(kind=ErrorKind.SIGN_IN_EXPIRED, summary=words, remedy=Remedy.SIGN_IN)
                self.show(self.course.expired(problem))
            else:
                self.show(self.course)
            return False
        self.show(self.course.renewed(self._signed_in()))
        return True

    def read_record(self) -> None:
        """Take what the keychain holds, unless memory holds what it would not keep. Raises KeychainError."""
        if self._is_unsaved:
            return
        early = self.around.early(self.account.id)
        self._read_in = early.turn if early is not None else None
        self.record = self.usable(decode(early.entry) if early is not None else self.vault.record(self.account.id))

    def usable(self, record: AccountRecord | None) -> AccountRecord | None:
        """What the keychain held, without what was given for other servers than the profile names now."""
        self.is_elsewhere = record is not None and is_elsewhere(record, self.account)
        return usable(record, self.account) if record is not None else None

    def token(self, permission: Permission) -> Secret:
        """A token that was checked a moment ago: Bearer, not about to end, good for this. Any worker; waits."""
        return self.token_soon(permission).result()

    def token_soon(self, permission: Permission) -> "Future[Secret]":
        """The same without waiting. Not from the auth worker."""
        return self.worker.ask(lambda: self._fresh_token(permission))

    def another_token(self, refused: Secret, permission: Permission) -> Secret | None:
        """One in the place of a token that a server did not take; None where the new one was not taken either.

        Any worker; waits. Several connections that were refused the same token share one refresh.
        """
        return self.worker.call(lambda: self._replace(refused, permission))

    def accepted(self, token: Secret) -> None:
        """A server took this token: should it be refused later, it has ended early and is replaced. Any thread."""

        def note() -> None:
            if self._replacement == token:
                self._replacement = None

        self.worker.post(note, urgency=Urgency.SCREEN)

    def metadata(self) -> Metadata:
        """What the authorization server says of itself, asked once a run. On the auth worker."""
        if self._metadata is None:
            self._metadata = find_metadata(self.http, self.account.oauth)
        return self._metadata

    @property
    def known_metadata(self) -> Metadata | None:
        """The same, where it was asked already."""
        return self._metadata

    def client(self, client_id: str, secret: Secret | None = None) -> TokenClient:
        """The token endpoint's client; ``secret``: the client's, where no record holds it. On the auth worker."""
        return TokenClient(self.http, self.metadata(), client_id, self.client_secret or secret, self.around.monotonic)

    @property
    def client_secret(self) -> Secret | None:
        """The client's secret: the one given in this run, or the one kept. On the auth worker."""
        return self.given_secret or (self.record.client_secret if self.record else None)

    def known_client_id(self) -> str | None:
        """The profile's client id, or the one registered at an earlier sign-in."""
        return self.account.oauth.client_id or (self.record.client_id if self.record else None)

    def keep(self, record: AccountRecord, tokens: TokenSet | None) -> None:
        """Save a sign-in before its access token is used. On the auth worker; raises KeychainError."""
        record = replace(record, places=places_of(self.account))
        self.vault.save(self.account.id, record)
        self.record, self.tokens, self.is_elsewhere = record, tokens, False
        self._failures, self._not_before_s, self._is_unsaved = 0, 0.0, False
        self.show(self.course.signed(self._signed_in()))

    def forget(self) -> None:
        """Drop everything from memory. On the auth worker."""
        self.record = self.tokens = self._replacement = self.given_secret = None
        self._last_refresh = None
        self.is_elsewhere = False
        self._failures, self._not_before_s, self._is_unsaved = 0, 0.0, False

    def show(self, course: SignInCourse) -> None:
        """Take a new state and tell it. On the auth worker."""
        self.course = course
        self.around.emit(AccountChanged(account=self.account.id, state=course.state))

    def _signed_in(self) -> SignedIn:
        """The state that record and tokens make."""
        assert self.record is not None  # noqa: S101 (callers have just read or saved it)
        ends_at = None
        if self.tokens is not None:
            left_s = self.tokens.expires_at_s - self.around.monotonic()
            ends_at = self.around.now() + timedelta(seconds=left_s)
        at, problem = self._last_refresh or (None, None)
        return SignedIn(
            granted=self.granted,
            scopes=self.record.scopes,
            since=self.record.since,
            token_ends_at=ends_at,
            last_refresh_at=at,
            last_refresh_problem=problem,
        )

    def close(self, left_s: float) -> None:
        """End the worker and its connections."""
        self.worker.close()
        self.worker.join(min(left_s, 0.2))
        self.http.close()

    def password_refused(self, problem: Problem) -> None:
        """A server no longer takes the app password: nothing is tried until there is another. Any thread.

        The one that is kept stays: a provider that refuses for an hour must not cost the user a new one.
        """
        self.worker.post(lambda: self.show(self.course.expired(problem)), urgency=Urgency.SCREEN)

    def _replace(self, refused: Secret, permission: Permission) -> Secret | None:
        if isinstance(refused, AppPassword):
            return None
        if self.tokens is None or self.tokens.access != refused:
            return self._fresh_token(permission)
        if self._replacement == refused:
            return None
        self.tokens = None
        self._replacement = self._fresh_token(permission)
        return self._replacement

    def _signed_out(self) -> AuthError:
        if isinstance(self.course.rests_on, Expired):
            gone = self.course.rests_on.problem
            return AuthError(gone.kind, gone.summary, remedy=gone.remedy, detail=gone.detail)
        words = f"{self.account.address} is signed out. Sign in from settings (,)."
        return AuthError(ErrorKind.SIGN_IN_EXPIRED, words, remedy=Remedy.SIGN_IN)

    def _fresh_token(self, permission: Permission) -> Secret:
        if self.record is None or not self.holds_sign_in:
            raise self._signed_out()
        if self.record.app_password is not None and self.account.uses_password:
            if isinstance(self.course.rests_on, Expired):
                # Asked for again and again, a refused password gets the account locked at some providers.
                raise self._signed_out()
            return self.record.app_password
        now_s = self.around.monotonic()
        if self.tokens is None or self.tokens.wants_refresh(now_s):
            try:
                self._refresh(now_s)
            except AuthError as error:
                # The old one serves until it ends, so that a short outage of the provider goes unnoticed.
                is_usable = self.tokens is not None and self.tokens.is_usable(now_s)
                if error.remedy is not Remedy.WAIT or not is_usable:
                    raise
        assert self.tokens is not None  # noqa: S101 (refreshed above)
        if permission not in self.account.oauth.scopes.granted(self.tokens.scopes):
            words = f"{self.account.provider} has not given tuimail the permission to {permission.value} mail yet."
            raise AuthError(ErrorKind.SCOPE_MISSING, words, remedy=Remedy.GRANT)
        return self.tokens.access

    def _refresh(self, now_s: float) -> None:
        if now_s < self._not_before_s:
            raise self._held_back(self._not_before_s - now_s)
        with self.around.turn(self.account.id) as turn:
            # Another window may have used the refresh token: a second use of a rotated one ends the whole grant.
            if self._read_in != turn:
                with contextlib.suppress(KeychainError):
                    self.read_record()
            self._refresh_in_turn()
        self.journal.record(self.account.id, "refresh", "new access token")
        self.show(self.course.renewed(self._signed_in()))

    def _held_back(self, wait_s: float) -> AuthError:
        """The error for a request that would come too soon; nothing was sent."""
        reason = "it asked for that" if self._was_asked else "it could not be reached"
        words = f"{self.account.provider} is asked for a new token at {self.around.time_in(wait_s)} again: {reason}."
        error = ProviderUnreachable(ErrorKind.PROVIDER_UNREACHABLE, words, remedy=Remedy.WAIT)
        error.retry_after_s = wait_s
        return error

    def _refresh_in_turn(self) -> None:
        record = self.record
        if record is None or record.refresh is None:
            raise self._signed_out()
        client_id = self.known_client_id()
        if client_id is None:
            words = f"No client id is known for {self.account.address}. Sign in again from settings (,)."
            raise AuthError(ErrorKind.NO_CLIENT_ID, words, remedy=Remedy.SIGN_IN)
        try:
            tokens = self.client(client_id).refresh(record.refresh, frozenset(record.scopes))
        except AuthError as error:
            self._note_refusal(error)
            raise
        self._failures, self._not_before_s = 0, 0.0
        self._last_refresh = (self.around.now(), None)
        self._keep_rotated(record, tokens)
        self.tokens = tokens

    def _keep_rotated(self, record: AccountRecord, tokens: TokenSet) -> None:
        """Write a rotated refresh token down before the new access token is used (RFC 9700 section 4.14)."""
        scopes = tuple(sorted(tokens.scopes))
        is_same = tokens.refresh == record.refresh and tokens.scopes == frozenset(record.scopes)
        if tokens.refresh is None or (is_same and not self._is_unsaved):
            return
        rotated = replace(record, refresh=tokens.refresh, scopes=scopes, places=places_of(self.account))
        self.record = rotated
        try:
            self.vault.save(self.account.id, rotated)
            self._is_unsaved = False
        except KeychainError as error:
            self._is_unsaved = True
            words = "The new sign-in could not be kept in the keychain: it holds until tuimail is closed."
            problem = Problem(kind=error.kind, summary=words, remedy=Remedy.TELL, detail=error.summary)
            self.around.emit(Noticed(account=self.account.id, problem=problem))

    def _note_refusal(self, error: AuthError) -> None:
        problem = error.as_problem()
        self._last_refresh = (self.around.now(), problem)
        self.journal.record(self.account.id, "refresh", problem.kind.value)
        if error.remedy is Remedy.SIGN_IN:
            assert self.record is not None  # noqa: S101 (a refresh had one)
            self.tokens = None
            # Only the dead token goes: the store's key stays, and with it all mail that was read.
            self.record = replace(self.record, refresh=None)
            self.show(self.course.expired(problem))
            # Where it cannot be written, the next start is told the same by the provider.
            with contextlib.suppress(KeychainError):
                self.vault.save(self.account.id, self.record)
        else:
            self._failures += 1
            now_s = self.around.monotonic()
            self._refusals = self._refusals.taken(now_s)
            self._was_asked = bool(getattr(error, "retry_after_s", None))
            wait_s = getattr(error, "retry_after_s", None) or next_attempt(self._failures, random=self.around.random())
            self._not_before_s = now_s + max(wait_s, self._refusals.wait_s(now_s))
            self.show(self.course.renewed(self._signed_in()))
