"""Folders and lists from the store: what stands on the screen before any network is asked."""

from collections.abc import Callable

from tuimail.api.commands import LoadRows, OpenMailbox
from tuimail.api.engine import Sink
from tuimail.api.events import ListChanged, ListLoaded, MailboxesListed, RowsLoaded
from tuimail.domain.errors import ErrorKind, Remedy, StoreError
from tuimail.domain.ids import AccountId, MailboxId, RowId
from tuimail.domain.mailbox import Mailbox
from tuimail.engine.engine import Routes
from tuimail.engine.job import Job
from tuimail.engine.storage import Storage

FIRST_SCREEN = 60
"""Envelopes sent along with a list: more rows than a tall terminal shows."""


class ListRoom:
    """Routes that need the store alone. Its ``show_`` methods run on the store worker."""

    def __init__(self, storage: Storage, emit: Sink) -> None:
        self._storage = storage
        self._emit = emit
        self.open_mailbox: dict[AccountId, MailboxId] = {}
        """The mailbox that each account's screen shows."""
        self.on_shown: Callable[[], None] = lambda: None
        """Called on the store worker after a list was sent to the screen."""
        self.on_opened: Callable[[AccountId, MailboxId], None] = lambda _account, _mailbox: None
        """Called on the store worker after a list was shown; synchronisation hangs on it once it is loaded."""
        self.kept: Callable[[AccountId], tuple[Mailbox, ...]] = lambda _account: ()
        """The kept searches, which stand below the mailboxes. This and the next two are set by the room of searches."""
        self.open_kept: Callable[[Job], None] = lambda _job: None
        """Answers ``OpenMailbox`` for one of them. On the store worker."""
        self.on_changed: Callable[[AccountId], None] = lambda _account: None
        """Called after the rows of an account changed."""

    def routes(self) -> Routes:
        """The commands answered here."""
        return {OpenMailbox: self._open, LoadRows: self._load}

    def show_mailboxes(self, account: AccountId) -> None:
        """Tell all mailboxes with their counts."""
        mailboxes = (*self._storage.store(account).mailboxes.list(), *self.kept(account))
        self._emit(MailboxesListed(account=account, mailboxes=mailboxes))

    def show_list(self, account: AccountId, mailbox: MailboxId, job: Job | None = None) -> None:
        """Tell a mailbox's rows, and the envelopes of its first screen."""
        store = self._storage.store(account)
        rows = store.messages.ids(mailbox)
        loaded = ListLoaded(
            account=account,
            mailbox=mailbox,
            rows=rows,
            envelopes=tuple(store.messages.envelopes([RowId(row) for row in rows[:FIRST_SCREEN]])),
            is_complete=store.mailboxes.sync_state(mailbox).is_complete,
        )
        (job.emit if job else self._emit)(loaded)

    def show_changes(
        self, account: AccountId, mailbox: MailboxId, *, changed: tuple[RowId, ...] = (), new_mail: int = 0
    ) -> None:
        """Tell a mailbox's rows after news; rows that changed come with their envelopes."""
        store = self._storage.store(account)
        self._emit(
            ListChanged(
                account=account,
                mailbox=mailbox,
                rows=store.messages.ids(mailbox),
                changed=tuple(store.messages.envelopes(changed)),
                new_mail=new_mail,
                is_complete=store.mailboxes.sync_state(mailbox).is_complete,
            )
        )
        self.show_mailboxes(account)
        self.on_changed(account)

    def _open(self, job: Job) -> None:
        job.hand_to(self._storage.worker, self._open_now)

    def _open_now(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, OpenMailbox)  # noqa: S101 (the route's own type, for the checker)
        if command.mailbox < 0:
            self.open_mailbox[command.account] = command.mailbox
            self.open_kept(job)
            self.on_shown()
            return
        if self._storage.store(command.account).mailboxes.get(command.mailbox) is None:
            raise StoreError(ErrorKind.MESSAGE_GONE, "This folder is no longer there.", remedy=Remedy.TELL)
        self.open_mailbox[command.account] = command.mailbox
        self.show_list(command.account, command.mailbox, job)
        job.finish()
        self.on_shown()
        self.on_opened(command.account, command.mailbox)

    def _load(self, job: Job) -> None:
        job.hand_to(self._storage.worker, self._load_now)

    def _load_now(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, LoadRows)  # noqa: S101 (the route's own type, for the checker)
        envelopes = self._storage.store(command.account).messages.envelopes(command.rows)
        job.emit(RowsLoaded(account=command.account, envelopes=tuple(envelopes)))
        job.finish()

