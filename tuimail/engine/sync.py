"""Makes stored mailboxes equal the server's: carries out the steps of ``sync_plan`` on the ``imap`` worker."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from tuimail.api.events import Noticed
from tuimail.domain.account import Link
from tuimail.domain.errors import ErrorKind, TuimailError
from tuimail.domain.ids import AccountId, MailboxId
from tuimail.domain.mailbox import MailboxRole
from tuimail.engine.connection import Connection
from tuimail.engine.filling import Filler
from tuimail.engine.folders import FolderDesk
from tuimail.engine.mailboxes import ListRoom
from tuimail.engine.storage import AccountStore, Storage
from tuimail.engine.sync_steps import Opened, Stepper
from tuimail.engine.worker import Urgency
from tuimail.net.imap.changes import Known
from tuimail.net.imap.news import News
from tuimail.net.imap.opening import Begun, Selected
from tuimail.net.imap.session import ImapSession
from tuimail.store.mailboxes import SyncState

T = TypeVar("T")

log = logging.getLogger(__name__)

_WORTH_TELLING = frozenset(
    {ErrorKind.SERVER_REFUSED, ErrorKind.SERVER_UNREADABLE, ErrorKind.DISK, ErrorKind.STORE_DAMAGED}
)
"""What the state of the link does not say."""

FRESH_S = 2.0
"""A list that is opened so soon after it was brought up to date is not asked for again: a start opens it anyway."""

_INBOX = b"INBOX"
_BEHIND_ALL = 2**32


class _Target(Struct, frozen=True, kw_only=True):
    """A mailbox to be opened at the server, and what the store holds of it."""

    mailbox: MailboxId
    raw: bytes
    title: str
    state: SyncState

    @property
    def known(self) -> Known | None:
        """What the server need not tell again; None where nothing is stored."""
        state = self.state
        if state.uidvalidity is None or state.highestmodseq is None or state.uidnext is None:
            return None
        oldest = 1 if state.is_complete else (state.oldest_uid or 1)
        # To the end: what was moved here may have greater UIDs than any that was seen.
        uids = range(oldest, _BEHIND_ALL)
        return Known(uidvalidity=state.uidvalidity, modseq=state.highestmodseq, uids=uids)


class Synchroniser:
    """Keeps one account's mailboxes up to date. All methods run on its ``imap`` worker unless they say otherwise."""

    def __init__(self, connection: Connection, storage: Storage, lists: ListRoom) -> None:
        self._connection = connection
        self._account: AccountId = connection.account.id
        self._storage = storage
        self._lists = lists
        self._emit = connection.auth.around.emit
        self.folders = FolderDesk(connection, storage, lists)
        self.filler = Filler(connection, storage, lists)
        self.filler.on_outdated = self.wanted
        self._steps = Stepper(connection, storage, lists, filler=self.filler)
        self._synced_s: dict[MailboxId, float] = {}

    def wanted(self, mailbox: MailboxId) -> None:
        """Bring a mailbox up to date soon. Any thread; trouble is told by the link's state."""
        self._connection.worker.post(lambda: self._quietly(lambda: self.sync(mailbox)), urgency=Urgency.NORMAL)

    def opened(self, mailbox: MailboxId) -> None:
        """A stored list came onto the screen: bring it up to date, unless that was just done. Any thread."""
        began_s = time.monotonic()

        def look() -> None:
            if began_s - self._synced_s.get(mailbox, -FRESH_S) >= FRESH_S:
                self._quietly(lambda: self.sync(mailbox))

        # Before all other news: somebody looks at it.
        self._connection.worker.post(look, urgency=Urgency.SCREEN)

    def told(self, news: News) -> None:
        """The watching connection, which has the inbox open, heard of news. Any thread."""
        if news.selected_changed:
            self._connection.worker.post(lambda: self._quietly(self._sync_inbox), urgency=Urgency.SCREEN)
        if news.mailboxes_changed or news.has_overflowed:
            self._connection.worker.post(lambda: self._quietly(self._poll_now), urgency=Urgency.NORMAL)
        elif news.statuses:
            self._connection.worker.post(
                lambda: self._quietly(lambda: self._take_statuses(news)), urgency=Urgency.SCREEN
            )

    def poll(self) -> bool:
        """List all mailboxes with their counts; the inbox and the one on the screen are synchronised if they differ.

        Whether any did: then nobody had told of it.
        """
        outdated = self.folders.refresh()
        for mailbox in outdated:
            self.sync(mailbox)
        return bool(outdated)

    def start(self) -> None:
        """A new connection stands: list all mailboxes and open the one on the screen, in one flight."""
        self._steps.forget()
        self._synced_s.clear()
        target = self._storage.run(self._account, self._first_target, urgency=Urgency.SCREEN)

        names = self._storage.run(
            self._account, lambda store: tuple(store.mailboxes.ids_by_raw_name()), urgency=Urgency.SCREEN
        )

        def work(session: ImapSession) -> Begun:
            raw, known = (target.raw, target.known) if target else (_INBOX, None)
            begun = session.begin(raw, known, list_too=True, listed=names)
            if begun.mailboxes is not None:
                self.folders.take(begun.mailboxes)
            opened = target or self._storage.run(self._account, _inbox)
            if opened is not None and begun.selected is not None:
                self._follow(session, opened, begun.selected)
            return begun

        begun = self._busy(work)
        if begun.mailboxes is None:
            self.folders.refresh()
        if begun.refusal is not None and begun.selected is None and target is not None:
            raise begun.refusal

    def sync(self, mailbox: MailboxId) -> None:
        """Bring one mailbox up to date; raises what stands in the way."""
        target = self._storage.run(self._account, lambda store: _target(store, mailbox))
        if target is None:
            return

        def work(session: ImapSession) -> None:
            self._follow(session, target, session.select(target.raw, known=target.known))

        self._busy(work)

    def _busy(self, work: Callable[[ImapSession], T]) -> T:
        """Run it while the status bar says that the server is being asked."""

        def say_and_work(session: ImapSession) -> T:
            self._connection.say(Link.SYNCING)
            return work(session)

        try:
            return self._connection.run(say_and_work)
        finally:
            if self._connection.is_up:
                self._connection.say(Link.ONLINE)

    def _follow(self, session: ImapSession, target: _Target, selected: Selected) -> None:
        self._steps.follow(
            session,
            Opened(mailbox=target.mailbox, raw=target.raw, title=target.title, before=target.state, selected=selected),
        )
        self._synced_s[target.mailbox] = time.monotonic()

    def _first_target(self, store: AccountStore) -> _Target | None:
        """The mailbox on the screen; before there is one the inbox, which will be."""
        shown = self._lists.open_mailbox.get(self._account)
        if shown is not None and (target := _target(store, shown)) is not None:
            return target
        return _inbox(store)

    def _poll_now(self) -> None:
        self.poll()

    def _take_statuses(self, news: News) -> None:
        for mailbox in self.folders.take_statuses(news.statuses):
            self.sync(mailbox)

    def _sync_inbox(self) -> None:
        inbox = self._storage.run(self._account, _inbox)
        if inbox is not None:
            self.sync(inbox.mailbox)

    def _quietly(self, work: Callable[[], None]) -> None:
        try:
            work()
        except TuimailError as error:
            log.info("sync: %s", error.kind)
            if error.kind in _WORTH_TELLING:
                self._emit(Noticed(account=self._account, problem=error.as_problem()))


def _target(store: AccountStore, mailbox: MailboxId) -> _Target | None:
    known, raw = store.mailboxes.get(mailbox), store.mailboxes.raw_name(mailbox)
    if known is None or raw is None or not known.selectable:
        return None
    return _Target(mailbox=mailbox, raw=raw, title=known.title, state=store.mailboxes.sync_state(mailbox))


def _inbox(store: AccountStore) -> _Target | None:
    inbox = store.mailboxes.by_role(MailboxRole.INBOX)
    return _target(store, inbox.id) if inbox is not None else None
