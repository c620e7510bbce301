"""Signing out: what would be lost, then every step with its result. Local data goes whatever the provider answers."""

import contextlib
import logging
import threading
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from tuimail.api.commands import EndRetry, PreviewSignOut, RetryRevocation, SaveUnsynced, SignOut
from tuimail.api.events import AccountChanged, SignedOutReport, SignOutPreviewed, SignOutStepped
from tuimail.config.home import from_home
from tuimail.domain.account import Account, Revoking
from tuimail.domain.draft import OutboxState, OutgoingMail, SignOutPreview, SignOutStep, SignOutStepState, check_draft
from tuimail.domain.emergency import NOTHING_HELD
from tuimail.domain.errors import KeychainError, StoreError, TuimailError
from tuimail.domain.token import Secret
from tuimail.engine.auth import AuthDesk
from tuimail.engine.bound import ELSEWHERE
from tuimail.engine.files import write_new
from tuimail.engine.job import Job
from tuimail.engine.storage import AccountStore, Storage
from tuimail.engine.worker import Urgency, Worker
from tuimail.keychain.base import AccountRecord
from tuimail.mime.compose import build, new_message_id
from tuimail.oauth.client import Revocation, RevocationState

log = logging.getLogger(__name__)


UNREAD = "the keychain could not be read, so the token is not known here"


class _Owed(Struct, frozen=True, kw_only=True):
    """Tokens whose revocation failed, held while the report is open."""

    client_id: str
    refresh: Secret | None
    access: Secret | None
    superseded: tuple[Secret, ...] = ()
    client_secret: Secret | None = None


class _Report:
    """The steps so far; told whole after each change."""

    def __init__(self, job: Job, auth: AuthDesk) -> None:
        self._job = job
        self._auth = auth
        self.steps: tuple[SignOutStep, ...] = ()

    def begin(self, title: str) -> None:
        """A step starts."""
        self.steps = (*self.steps, SignOutStep(title=title, state=SignOutStepState.DOING))
        self._tell()

    def end(self, state: SignOutStepState, words: str) -> None:
        """The newest step is over."""
        self.steps = (*self.steps[:-1], replace(self.steps[-1], state=state, words=words))
        self._tell()

    def _tell(self) -> None:
        self._job.emit(SignOutStepped(account=self._auth.account.id, steps=self.steps))


class SignOutDesk:
    """The sign-outs of one account. Runs on its ``auth`` worker, so that no refresh can run beside it."""

    def __init__(self, auth: AuthDesk, storage: Storage, *, stop_rooms: Callable[[], None], sending: Worker) -> None:
        """``stop_rooms`` ends a sign-in and closes the account's connections, and waits for nobody; ``sending`` may
        finish one mail."""
        self._auth = auth
        self._storage = storage
        self._stop_rooms = stop_rooms
        self._sending = sending
        self._owed: _Owed | None = None
        self._was_read = True
        """Whether the keychain told what it holds."""

    def preview(self, job: Job) -> None:
        """Route of ``PreviewSignOut``."""
        assert isinstance(job.command, PreviewSignOut)  # noqa: S101 (the route's own type, for the checker)
        job.hand_to(self._auth.worker, self._preview)

    def previewed(self) -> SignOutPreview:
        """What would be lost, and what revoking does. Waits for the store."""
        account = self._auth.account

        def count(store: AccountStore) -> tuple[int, int, int]:
            return store.drafts.count(), store.outbox.count_unsent(), store.changes.count()

        is_open = self._is_open_to_count()
        drafts, unsent, changes = self._storage.run(account.id, count) if is_open else (0, 0, 0)
        return SignOutPreview(
            account=account.id,
            address=account.address,
            drafts=drafts,
            unsent=unsent,
            changes=changes,
            can_revoke=account.can_revoke,
            provider=account.provider,
            access_page=_page(account),
            ends_other_machines=account.oauth.client_id is not None and not account.uses_password,
            is_counted=is_open or not self._storage.size_bytes(account.id),
        )

    def _is_open_to_count(self) -> bool:
        """Whether the account's store is open; one that is not yet in use is opened, if its key can be had."""
        auth, storage, account = self._auth, self._storage, self._auth.account.id
        if storage.is_open(account) or not storage.size_bytes(account):
            return storage.is_open(account)
        try:
            if auth.record is None:
                auth.worker.call(auth.read_record)
            record = auth.record
            if record is None:
                return False
            storage.worker.call(lambda: storage.open(account, record.store_key))
        except (KeychainError, StoreError) as error:
            log.info("not counted: %s", error.kind)
            return False
        return True

    def save(self, job: Job) -> None:
        """Route of ``SaveUnsynced``."""
        job.hand_to(self._auth.worker, self._save)

    def sign_out(self, job: Job) -> None:
        """Route of ``SignOut``."""
        assert isinstance(job.command, SignOut)  # noqa: S101 (the route's own type, for the checker)
        if job.command.local_first:
            self.strike(job, job.finish)
        else:
            job.hand_to(self._auth.worker, self._sign_out)

    def strike(self, job: Job, ended: Callable[[], None]) -> None:
        """The emergency for this account: all goes from this machine, then the provider is asked. Returns at once.

        On a thread of its own, since the account's workers may wait for a network that is not there.
        """
        job.go_through()

        def run() -> None:
            try:
                self._strike_here(job, ended)
            except TuimailError as error:
                log.warning("emergency: %s", error.kind)
                ended()

        threading.Thread(target=run, name="emergency", daemon=True).start()

    def _strike_here(self, job: Job, ended: Callable[[], None]) -> None:
        auth, report = self._auth, _Report(job, self._auth)
        auth.around.emit(AccountChanged(account=auth.account.id, state=Revoking()))
        report.begin("Close the connections")
        self._stop_rooms()
        report.end(SignOutStepState.DONE, "closed")
        self._delete_store(report)
        # Held in memory alone from here on, until it is revoked or the report is closed.
        record = auth.record
        if record is None:
            try:
                record = auth.usable(auth.vault.record(auth.account.id))
            except KeychainError:
                self._was_read = False
        self._delete_secrets(report)

        def revoke() -> None:
            try:
                self._strike_there(job, report, record)
            finally:
                ended()

        auth.worker.post(lambda: job.run(lambda _: revoke()), urgency=Urgency.SCREEN)

    def _strike_there(self, job: Job, report: _Report, record: AccountRecord | None) -> None:
        """On the auth worker, so after any refresh that was under way: its rotated token is the one to revoke."""
        auth = self._auth
        revoked = False
        try:
            # What that refresh has written meanwhile.
            with contextlib.suppress(KeychainError):
                auth.vault.delete(auth.account.id)
            auth.record = auth.record or record
            revoked = self._revoke_first(report)
        finally:
            auth.forget()
            auth.show(auth.course.signed_out())
        outcome = "revoked and removed" if revoked else "removed here"
        auth.journal.record(auth.account.id, "emergency sign-out", outcome)
        self._tell_report(job, report, revoked=revoked)

    def retry(self, job: Job) -> None:
        """Route of ``RetryRevocation``."""
        assert isinstance(job.command, RetryRevocation)  # noqa: S101 (the route's own type, for the checker)
        job.hand_to(self._auth.worker, self._retry)

    def end_retry(self, job: Job) -> None:
        """Route of ``EndRetry``."""
        assert isinstance(job.command, EndRetry)  # noqa: S101 (the route's own type, for the checker)

        def drop(job: Job) -> None:
            self._owed = None
            job.finish()

        job.hand_to(self._auth.worker, drop)

    def _preview(self, job: Job) -> None:
        job.emit(SignOutPreviewed(preview=self.previewed()))
        job.finish()

    def _save(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, SaveUnsynced)  # noqa: S101 (the route's own type, for the checker)
        folder = from_home(command.folder)
        files = self._storage.run(command.account, lambda store: _unsynced(store, self._auth))
        for name, data in files:
            write_new(folder, name, data)
        job.finish(f"{len(files)} file{'s' if len(files) != 1 else ''} saved in {folder}")

    def _sign_out(self, job: Job) -> None:
        auth = self._auth
        job.go_through()
        auth.show(auth.course.revoking())
        report = _Report(job, auth)
        report.begin("Close the connections")
        self._stop_rooms()

        def sent(job: Job) -> None:
            job.hand_to(auth.worker, lambda job: self._go_on(job, report))

        # Round by the sending worker, since waiting for it here would stop it: it may be asking for a token.
        job.hand_to(self._sending, sent)

    def _go_on(self, job: Job, report: _Report) -> None:
        command = job.command
        assert isinstance(command, SignOut)  # noqa: S101 (the route's own type, for the checker)
        auth = self._auth
        report.end(SignOutStepState.DONE, "closed")
        revoked = False
        self._read_record()
        try:
            if command.here_only:
                report.begin(f"Revoke the access at {auth.account.provider}")
                report.end(SignOutStepState.NOT_POSSIBLE, "left as it is, as you chose")
            else:
                revoked = self._revoke_first(report)
        finally:
            # Whatever became of the step before.
            self._delete_secrets(report)
            self._delete_store(report)
            auth.forget()
            auth.show(auth.course.signed_out())
        outcome = "revoked and removed" if revoked else "removed here"
        auth.journal.record(auth.account.id, "sign-out", outcome)
        self._tell_report(job, report, revoked=revoked)
        job.finish()

    def _read_record(self) -> None:
        """Know the refresh token, also where the account was never opened in this run."""
        if self._auth.record is None:
            # A keychain that cannot be read is told by the step that deletes from it.
            with contextlib.suppress(KeychainError):
                self._auth.read_record()

    def _revoke_first(self, report: _Report) -> bool:
        auth = self._auth
        record, tokens = auth.record, auth.tokens
        if auth.account.uses_password:
            report.begin(f"End the app password at {auth.account.provider}")
            page = auth.account.password_page
            words = "only you can: a program cannot end an app password"
            report.end(SignOutStepState.NOT_POSSIBLE, f"{words}; do it at {page}" if page else words)
            return False
        report.begin(f"Revoke the access at {auth.account.provider}")
        if record is None or record.refresh is None:
            held = ELSEWHERE if auth.is_elsewhere else NOTHING_HELD
            report.end(SignOutStepState.NOT_POSSIBLE, held if self._was_read else UNREAD)
            return False
        owed = _Owed(
            client_id=auth.known_client_id() or "",
            refresh=record.refresh,
            access=tokens.access if tokens else None,
            superseded=record.superseded,
            client_secret=record.client_secret,
        )
        return self._revoke(report, owed)

    def _revoke(self, report: _Report, owed: _Owed) -> bool:
        auth = self._auth
        try:
            client = auth.client(owed.client_id, owed.client_secret)
            answer = client.revoke(owed.refresh, owed.access)
            for token in owed.superseded:
                if answer.state is RevocationState.DONE:
                    answer = client.revoke(token, None)
        except TuimailError as error:
            answer = Revocation(state=RevocationState.FAILED, words=error.summary)
        self._owed = None
        match answer.state:
            case RevocationState.DONE:
                report.end(SignOutStepState.DONE, "revoked")
                return True
            case RevocationState.NOT_SUPPORTED:
                page = auth.account.access_page
                words = f"{auth.account.provider} offers no way for a program to revoke"
                report.end(SignOutStepState.NOT_POSSIBLE, f"{words}; end it at {page}" if page else words)
                return False
            case RevocationState.FAILED:
                self._owed = owed
                report.end(SignOutStepState.FAILED, answer.words)
                return False

    def _delete_secrets(self, report: _Report) -> None:
        report.begin(f"Delete the secrets in {self._auth.vault.title}")
        try:
            self._auth.vault.delete(self._auth.account.id)
        except TuimailError as error:
            report.end(SignOutStepState.FAILED, error.summary)
        else:
            report.end(SignOutStepState.DONE, "deleted, and read back as gone")

    def _delete_store(self, report: _Report) -> None:
        report.begin("Delete the stored mail")
        account = self._auth.account.id
        try:
            freed = self._storage.worker.call(lambda: self._storage.delete(account))
        except TuimailError as error:
            report.end(SignOutStepState.FAILED, error.summary)
        else:
            report.end(SignOutStepState.DONE, f"deleted, {_megabytes(freed)} freed")

    def _retry(self, job: Job) -> None:
        report = _Report(job, self._auth)
        report.begin(f"Revoke the access at {self._auth.account.provider}")
        revoked = False
        if self._owed is not None:
            revoked = self._revoke(report, self._owed)
        else:
            report.end(SignOutStepState.NOT_POSSIBLE, "the token is no longer held")
        if revoked:
            self._auth.journal.record(self._auth.account.id, "sign-out", "revoked at a second try")
        self._tell_report(job, report, revoked=revoked)
        job.finish()

    def _tell_report(self, job: Job, report: _Report, *, revoked: bool) -> None:
        job.emit(
            SignedOutReport(
                account=self._auth.account.id,
                steps=report.steps,
                revoked=revoked,
                can_retry=self._owed is not None,
                access_page=_page(self._auth.account),
            )
        )


def _page(account: Account) -> str | None:
    """Where access is ended by hand."""
    return account.password_page or account.access_page if account.uses_password else account.access_page


def _unsynced(store: AccountStore, auth: AuthDesk) -> list[tuple[str, bytes]]:
    """Drafts and unsent mails as files: name and bytes. A draft that is no mail yet is saved as its text."""
    files: list[tuple[str, bytes]] = []
    for draft in store.drafts.list():
        checked = check_draft(draft)
        if isinstance(checked, OutgoingMail):
            built = build(checked, date=auth.around.now(), message_id=new_message_id(checked.sender.domain, draft.id))
            files.append((f"draft-{draft.id[:8]}.eml", built.data))
        else:
            text = f"To: {draft.to}\nCc: {draft.cc}\nBcc: {draft.bcc}\nSubject: {draft.subject}\n\n{draft.text}\n"
            files.append((f"draft-{draft.id[:8]}.txt", text.encode()))
    for item in store.outbox.items():
        mail = store.outbox.load(item.id)
        if mail is not None and mail.state is not OutboxState.SENT:
            files.append((f"unsent-{item.id}.eml", mail.mail))
    return files


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{size / 1000:.0f} KB"  # noqa: PLR2004 (a unit's border)
