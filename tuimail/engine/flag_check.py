"""Flags of every stored row, for a server that keeps no list of changes (no CONDSTORE): what is on the screen first,
the rest in slices in the background. What has no flags any more is gone."""

import logging
import time
from collections.abc import Sequence

from msgspec import Struct

from tuimail.domain.errors import TuimailError
from tuimail.domain.ids import AccountId, MailboxId, RowId, Uid
from tuimail.engine.connection import Connection
from tuimail.engine.mailboxes import ListRoom
from tuimail.engine.storage import AccountStore, Storage
from tuimail.engine.worker import Urgency
from tuimail.net.imap.session import ImapSession

log = logging.getLogger(__name__)

SLICE = 2_000
"""Messages compared at a time: about 20 ms."""
AGAIN_S = 600.0
"""Between two looks at all of a large mailbox over one connection, which tells by itself most of what changes."""


class _Look(Struct, kw_only=True):
    """A mailbox that is being looked through; shrinks as it goes."""

    raw: bytes
    uids: Sequence[int]
    """Still to be compared, rising."""


class FlagChecker:
    """One account's. On the ``imap`` worker."""

    def __init__(self, connection: Connection, storage: Storage, lists: ListRoom) -> None:
        self._connection = connection
        self._account: AccountId = connection.account.id
        self._storage = storage
        self._lists = lists
        self._looks: dict[MailboxId, _Look] = {}
        self._begun_s: dict[MailboxId, float] = {}

    def forget(self) -> None:
        """A new connection: everything may have changed meanwhile."""
        self._looks.clear()
        self._begun_s.clear()

    def check(self, session: ImapSession, mailbox: MailboxId, raw: bytes) -> list[RowId]:
        """Compare a small mailbox, or what is on the screen of a large one; the rows that changed."""
        uids = self._storage.run(self._account, lambda store: store.messages.uids(mailbox))
        if len(uids) <= SLICE:
            return self._compare(session, mailbox, uids)
        shown = self._shown(mailbox)
        changed = self._compare(session, mailbox, shown) if shown else []
        now_s = time.monotonic()
        if mailbox not in self._looks and now_s - self._begun_s.get(mailbox, -AGAIN_S) >= AGAIN_S:
            self._begun_s[mailbox] = now_s
            self._looks[mailbox] = _Look(raw=raw, uids=uids)
            self._queue(mailbox)
        return changed

    def _shown(self, mailbox: MailboxId) -> list[int]:
        """The UIDs on the screen, or those of the newest rows where nobody says."""
        rows = self._lists.visible(self._account)

        def look(store: AccountStore) -> list[int]:
            wanted = [RowId(row) for row in rows] or [RowId(row) for row in store.messages.ids(mailbox)[:100]]
            places = store.messages.places(wanted).values()
            return sorted(place.uid for place in places if place.mailbox == mailbox and place.uid is not None)

        return self._storage.run(self._account, look)

    def _compare(self, session: ImapSession, mailbox: MailboxId, uids: Sequence[int]) -> list[RowId]:
        if not uids:
            return []
        is_dense = uids[-1] - uids[0] < 2 * len(uids)
        flags = session.flags(range(uids[0], uids[-1] + 1) if is_dense else uids)
        gone = [Uid(uid) for uid in uids if uid not in flags]

        def save(store: AccountStore) -> list[RowId]:
            with store.db.transaction():
                removed = store.messages.remove_uids(mailbox, gone)
                changed = store.messages.apply_server_flags(mailbox, {Uid(uid): each for uid, each in flags.items()})
                if removed and store.mailboxes.sync_state(mailbox).is_complete:
                    store.mailboxes.recount(mailbox)
            return removed + changed

        return self._storage.run(self._account, save)

    def _queue(self, mailbox: MailboxId) -> None:
        self._connection.worker.post(lambda: self._go_on(mailbox), urgency=Urgency.BACKGROUND)

    def _go_on(self, mailbox: MailboxId) -> None:
        """Compare the newest slice that was not compared yet, then queue up again."""
        look = self._looks.get(mailbox)
        if look is None or not self._connection.is_up:
            return
        part, look.uids = look.uids[-SLICE:], look.uids[:-SLICE]

        def work(session: ImapSession) -> list[RowId]:
            known = self._storage.run(self._account, lambda store: store.mailboxes.sync_state(mailbox).uidvalidity)
            if session.use(look.raw) != known:
                look.uids = ()
                return []
            return self._compare(session, mailbox, part)

        try:
            changed = self._connection.run(work)
        except TuimailError as error:
            log.info("flags: %s", error.kind)
            self.forget()
            return
        if changed:
            rows, lists = tuple(changed), self._lists
            self._storage.worker.post(lambda: lists.show_changes(self._account, mailbox, changed=rows))
        if look.uids:
            self._queue(mailbox)
        else:
            self._looks.pop(mailbox, None)
