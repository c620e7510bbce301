"""“My machine or token may be compromised”: every account ended at once, as far as that can be done from here.

The part on this machine comes first and waits for no network. Revocations follow, each account on its own workers,
so that one provider that does not answer delays none of the others.
"""

import logging
import threading
from collections.abc import Callable, Iterator

from msgspec import Struct

from tuimail.api.commands import PreviewSignOutAll, SaveReport, SignOutAll
from tuimail.api.events import FileSaved, SignedOutReport, SignOutAllPreviewed, SignOutStepped
from tuimail.config.home import from_home
from tuimail.config.paths import Places
from tuimail.domain.account import Account
from tuimail.domain.draft import SignOutPreview, SignOutStep, SignOutStepState
from tuimail.domain.errors import KeychainError, StoreError, TuimailError
from tuimail.domain.ids import AccountId
from tuimail.domain.neighbour import Answer, Refused, Reported, Request, Stepped, Wish
from tuimail.engine.engine import Routes
from tuimail.engine.files import write_new
from tuimail.engine.job import Job
from tuimail.engine.rooms import AccountRooms
from tuimail.engine.vault import Vault
from tuimail.engine.worker import Worker
from tuimail.store.db import delete_store

log = logging.getLogger(__name__)

MACHINE = AccountId("this machine")
"""The name under which that is told which belongs to no account of the profile."""


class EmergencyTools(Struct, frozen=True, kw_only=True):
    """What the emergency reaches."""

    accounts: tuple[Account, ...]
    rooms: Callable[[AccountId], AccountRooms]
    vault: Vault
    places: Places
    worker: Worker
    """For writing the report."""
    follow: Callable[[Request], Iterator[Answer]]
    """Asks the window that writes for an account, and waits for all it answers."""


class EmergencyDesk:
    """Routes of the emergency."""

    def __init__(self, tools: EmergencyTools) -> None:
        self._tools = tools
        self._guard = threading.Lock()

    def routes(self) -> Routes:
        """The commands that are answered here."""
        return {PreviewSignOutAll: self._preview, SignOutAll: self._sign_out_all, SaveReport: self._save}

    def _preview(self, job: Job) -> None:
        def look(job: Job) -> None:
            previews = tuple(self._previewed(account) for account in self._tools.accounts)
            job.emit(SignOutAllPreviewed(previews=previews))
            job.finish()

        _apart(lambda: job.run(look))

    def _previewed(self, account: Account) -> SignOutPreview:
        try:
            return self._tools.rooms(account.id).signing_out.previewed()
        except TuimailError:
            # An account that cannot even be opened is ended all the same.
            return SignOutPreview(
                account=account.id,
                address=account.address,
                drafts=0,
                unsent=0,
                changes=0,
                can_revoke=account.can_revoke,
                provider=account.provider,
                access_page=account.access_page,
                ends_other_machines=False,
                is_counted=False,
            )

    def _sign_out_all(self, job: Job) -> None:
        job.go_through()
        open_ends = {MACHINE, *(account.id for account in self._tools.accounts)}

        def ended(account: AccountId) -> None:
            with self._guard:
                open_ends.discard(account)
                is_over = not open_ends
            if is_over:
                job.finish()

        for account in self._tools.accounts:
            _apart(lambda account=account: self._end(account, job, lambda: ended(account.id)))  # type: ignore[misc]  # the loop's value, bound now
        _apart(lambda: self._end_machine(job, lambda: ended(MACHINE)))

    def _end(self, account: Account, job: Job, ended: Callable[[], None]) -> None:
        try:
            rooms = self._tools.rooms(account.id)
            if rooms.is_writer:
                rooms.signing_out.strike(job, ended)
                return
            self._end_elsewhere(account, job)
        except TuimailError as error:
            step = SignOutStep(title="Sign out", state=SignOutStepState.FAILED, words=error.summary)
            job.emit(_report(account.id, (step,), page=account.access_page))
        ended()

    def _end_elsewhere(self, account: Account, job: Job) -> None:
        """Another window writes for the account: it signs out, and tells how it went."""
        words = "The other tuimail window did not answer. Close it, then run tuimail logout --all."
        silent = SignOutStep(title="Sign out in the other window", state=SignOutStepState.FAILED, words=words)
        report = _report(account.id, (silent,), page=account.access_page)
        request = Request(wish=Wish.SIGN_OUT, account=account.id, local_first=True)
        for answer in self._tools.follow(request):
            match answer:
                case Stepped(steps=steps):
                    job.emit(SignOutStepped(account=account.id, steps=steps))
                case Reported(steps=steps, revoked=revoked, access_page=page):
                    report = _report(account.id, steps, page=page or None, revoked=revoked)
                case Refused() | _:
                    log.info("the other window: no")
        job.emit(report)

    def _end_machine(self, job: Job, ended: Callable[[], None]) -> None:
        sealed = self._drop_sealed_file()
        steps = (*((sealed,) if sealed is not None else ()), *self._drop_leftovers())
        if steps:
            job.emit(_report(MACHINE, steps, page="the security page of each provider"))
        ended()

    def _drop_sealed_file(self) -> SignOutStep | None:
        """Sealed secrets whose passphrase was not given cannot be revoked, but they can be deleted unread."""
        sealed = self._tools.places.sealed_file
        if not sealed.exists():
            return None
        try:
            self._tools.vault.open()
        except KeychainError:
            title = "Delete the sealed file, which is still closed"
            try:
                sealed.unlink(missing_ok=True)
            except OSError as error:
                return SignOutStep(title=title, state=SignOutStepState.FAILED, words=error.strerror or "")
            words = "deleted unread; end each access at its provider's page"
            return SignOutStep(title=title, state=SignOutStepState.DONE, words=words)
        return None

    def _drop_leftovers(self) -> tuple[SignOutStep, ...]:
        """Stores and secrets of accounts that are no longer in the profile, and files made for other programs."""
        known = {self._tools.places.store(account.id).stem for account in self._tools.accounts}
        doomed = [
            path
            for path in self._tools.places.data.glob("*.store")
            if path.stem not in known and path.stem.partition("-set-aside-")[0] not in known
        ]
        left = list(self._tools.places.temporary.iterdir()) if self._tools.places.temporary.is_dir() else []
        if not doomed and not left:
            return ()
        title = "Delete what belongs to no account of the profile"
        names = sorted({path.stem.partition("-set-aside-")[0] for path in doomed})
        try:
            freed = sum(delete_store(path) for path in doomed)
            for path in left:
                path.unlink(missing_ok=True)
            for name in names:
                self._tools.vault.delete(AccountId(name))
        except (KeychainError, StoreError, OSError):
            return (SignOutStep(title=title, state=SignOutStepState.FAILED, words="some of it could not be deleted"),)
        words = f"deleted: {len(doomed)} stores ({freed:,} bytes), {len(left)} temporary files, and their secrets"
        deleted = SignOutStep(title=title, state=SignOutStepState.DONE, words=words)
        if not names:
            return (deleted,)
        title, words = f"Revoke the access of {', '.join(names)}", "the profile no longer says who the provider is"
        return deleted, SignOutStep(title=title, state=SignOutStepState.NOT_POSSIBLE, words=words)

    def _save(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, SaveReport)  # noqa: S101 (the route's own type, for the checker)

        def write(job: Job) -> None:
            path = from_home(command.path)
            written = write_new(path.parent, path.name, command.text.encode())
            job.emit(FileSaved(path=str(written)))
            job.finish(f"Saved as {written}")

        job.hand_to(self._tools.worker, write)


def _report(
    account: AccountId, steps: tuple[SignOutStep, ...], *, page: str | None, revoked: bool = False
) -> SignedOutReport:
    return SignedOutReport(account=account, steps=steps, revoked=revoked, can_retry=False, access_page=page)


def _apart(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="emergency", daemon=True).start()
