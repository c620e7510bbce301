"""Copies of sent mails in the server's Sent, where the provider does not file them itself. Each is filed once."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from msgspec import Struct

from tuimail.api.events import Noticed
from tuimail.domain.errors import TuimailError
from tuimail.domain.ids import OutboxId
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.message import Flag
from tuimail.engine.connection import Connection
from tuimail.engine.retrying import retry_after
from tuimail.engine.storage import AccountStore, Storage
from tuimail.engine.worker import Urgency
from tuimail.net.imap.session import ImapSession
from tuimail.store.outbox import OutboxMail

log = logging.getLogger(__name__)


class _Tries(Struct, frozen=True, kw_only=True):
    """A copy that could not be filed so far."""

    failures: int
    again_at: datetime


class SentCopyDesk:
    """The copies of one account. A failure leaves the mail sent and is tried again."""

    def __init__(self, connection: Connection, storage: Storage, *, tell: Callable[[], None]) -> None:
        """``tell``: the outbox has changed. On the store worker."""
        self._connection = connection
        self._auth = connection.auth
        self._account = connection.account
        self._storage = storage
        self._tell = tell
        self._tries: dict[OutboxId, _Tries] = {}

    def file(self) -> None:
        """File every copy that is wanted and due. On the ``send`` worker."""
        if not self._connection.is_up:
            return
        now = self._auth.around.now()
        for item in self._storage.run(self._account.id, lambda store: store.outbox.wanting_copy()):
            tries = self._tries.get(item)
            if tries is None or tries.again_at <= now:
                self._connection.worker.post(partial(self._file, item), urgency=Urgency.NORMAL)

    def _file(self, item: OutboxId) -> None:
        """Append one, on the ``imap`` worker."""
        mail, raw, are_listed = self._storage.run(self._account.id, lambda store: mail_and_folder(store, item))
        if mail is None or not mail.wants_copy or not are_listed:
            return
        if raw is None:
            words = "The server has no folder for sent mail, so no copy was kept of the mail that was sent."
            self._auth.around.emit(Noticed(account=self._account.id, words=words))
        elif not self._append(mail, raw):
            return
        self._tries.pop(item, None)
        self._storage.run(self._account.id, partial(self._note, item=item))

    def _note(self, store: AccountStore, *, item: OutboxId) -> None:
        store.outbox.copied(item)
        self._tell()

    def _append(self, mail: OutboxMail, raw: bytes) -> bool:
        """Whether the copy lies there now. One whose answer was lost is looked for before it is filed again."""
        tries = self._tries.get(mail.id, _Tries(failures=0, again_at=self._auth.around.now()))
        is_first = tries.failures == 0

        def append(session: ImapSession) -> None:
            nonlocal is_first
            if not is_first:
                session.select(raw, readonly=True)
                if session.find_message_id(mail.message_id):
                    return
            is_first = False
            session.append(raw, mail.mail, frozenset({Flag.SEEN}), date=mail.queued_at)

        try:
            self._connection.run(append)
        except TuimailError as error:
            failures = tries.failures + 1
            wait_s = retry_after(error, failures, random=self._auth.around.random())
            again_at = self._auth.around.now() + timedelta(seconds=wait_s)
            self._tries[mail.id] = _Tries(failures=failures, again_at=again_at)
            log.info("copy to Sent: %s", error.kind)
            if is_first is False and failures == 1:
                words = "The mail was sent. Its copy could not be put into the folder for sent mail yet."
                self._auth.around.emit(Noticed(account=self._account.id, words=words))
            return False
        return True


def mail_and_folder(store: AccountStore, item: OutboxId) -> tuple[OutboxMail | None, bytes | None, bool]:
    """The mail, the raw name of the folder for sent mail, and whether folders were ever listed."""
    sent = store.mailboxes.by_role(MailboxRole.SENT)
    raw = store.mailboxes.raw_name(sent.id) if sent is not None else None
    return store.outbox.load(item), raw, bool(store.mailboxes.list())
