"""Makes stored mailboxes equal the server's: carries out the steps of ``sync_plan`` on the ``imap`` worker."""

import logging
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from tuimail.api.events import Noticed
from tuimail.domain.account import Link
from tuimail.domain.errors import ErrorKind, TuimailError
from tuimail.domain.ids import AccountId, MailboxId, RowId, Uid
from tuimail.domain.mailbox import MailboxRole, role_from_attributes, role_from_name
from tuimail.engine.connection import Connection
from tuimail.engine.mailboxes import ListRoom
from tuimail.engine.storage import AccountStore, Storage
from tuimail.engine.sync_plan import (
    Backfill,
    DropAll,
    FetchAllFlags,
    FetchFlagsSince,
    FetchNew,
    FetchNewest,
    FindGone,
    OnServer,
    Step,
    Stored,
    plan,
)
from tuimail.engine.worker import Urgency
from tuimail.mime.headers import read_row
from tuimail.net.imap.fetch import FetchedRow
from tuimail.net.imap.mailboxes import Selected
from tuimail.net.imap.session import ImapSession
from tuimail.net.imap.translate import ListedMailbox as OnWire
from tuimail.store.mailboxes import ListedMailbox, SyncState
from tuimail.store.messages import NewMessage

log = logging.getLogger(__name__)

_WORTH_TELLING = frozenset({ErrorKind.SERVER_REFUSED, ErrorKind.SERVER_UNREADABLE, ErrorKind.DISK})
"""What the state of the link does not say."""

SLICE = 200
"""Rows fetched and stored at a time: 15 to 30 ms of work, so that a key is never late."""


class _Arrived(Struct, frozen=True, kw_only=True):
    """What one synchronisation brought."""

    changed: list[RowId]
    known: set[RowId]
    """Rows that would count as new by their UIDs, and were here before."""
    before: int | None
    """The UIDNEXT that the mailbox was known up to; None where all of it is new to us."""


class Synchroniser:
    """Keeps one account's mailboxes up to date. All methods run on its ``imap`` worker unless they say otherwise."""

    def __init__(self, connection: Connection, storage: Storage, lists: ListRoom) -> None:
        self._connection = connection
        self._account: AccountId = connection.account.id
        self._storage = storage
        self._lists = lists
        self._emit = connection.auth.around.emit
        self._filling: dict[MailboxId, list[int]] = {}

    def wanted(self, mailbox: MailboxId) -> None:
        """Bring a mailbox up to date soon. Any thread; trouble is told by the link's state."""
        self._connection.worker.post(lambda: self._quietly(mailbox), urgency=Urgency.NORMAL)

    def inbox_wanted(self) -> None:
        """Bring the inbox up to date soon: the watching connection saw news. Any thread."""
        self._connection.worker.post(self._inbox_quietly, urgency=Urgency.NORMAL)

    def list_mailboxes(self) -> None:
        """Ask for all mailboxes with their counts, keep and show them."""
        listed = self._connection.run(lambda session: session.list_mailboxes())
        roles = _roles(listed)

        def save(store: AccountStore) -> None:
            with store.db.transaction():
                store.mailboxes.replace_all([_as_stored(each, roles[each.raw]) for each in listed])
                for each in listed:
                    mailbox = store.mailboxes.by_raw_name(each.raw)
                    if mailbox is not None:
                        store.mailboxes.note_counts(mailbox.id, total=each.total, unread=each.unread)
                        state = store.mailboxes.sync_state(mailbox.id)
                        if state.uidvalidity is None:
                            # Messages may be moved there before it is ever opened; their UIDs need it.
                            store.mailboxes.save_sync_state(mailbox.id, replace(state, uidvalidity=each.uidvalidity))
            self._lists.show_mailboxes(self._account)

        self._storage.run(self._account, save)

    def sync(self, mailbox: MailboxId) -> None:
        """Bring one mailbox up to date; raises what stands in the way."""
        raw = self._storage.run(self._account, lambda store: store.mailboxes.raw_name(mailbox))
        if raw is None:
            return

        def work(session: ImapSession) -> None:
            self._connection.say(Link.SYNCING)
            self._sync_selected(session, mailbox, raw)

        try:
            self._connection.run(work)
        finally:
            if self._connection.is_up:
                self._connection.say(Link.ONLINE)

    def _quietly(self, mailbox: MailboxId) -> None:
        try:
            self.sync(mailbox)
        except TuimailError as error:
            log.info("sync: %s", error.kind)
            if error.kind in _WORTH_TELLING:
                self._emit(Noticed(account=self._account, problem=error.as_problem()))

    def _inbox_quietly(self) -> None:
        try:
            inbox = self._storage.run(self._account, lambda store: store.mailboxes.by_role(MailboxRole.INBOX))
        except TuimailError:
            return
        if inbox is not None:
            self._quietly(inbox.id)

    def _sync_selected(self, session: ImapSession, mailbox: MailboxId, raw: bytes) -> None:
        selected = session.select(raw)

        def look(store: AccountStore) -> tuple[SyncState, int, set[RowId]]:
            state = store.mailboxes.sync_state(mailbox)
            # What the user moved here, as with an undo, comes under a new UID and is no news.
            known = store.messages.rows_from(mailbox, state.uidnext or 1)
            return state, len(store.messages.uids(mailbox)), known

        state, count, known = self._storage.run(self._account, look)
        stored = Stored(
            uidvalidity=state.uidvalidity,
            uidnext=state.uidnext,
            highestmodseq=state.highestmodseq,
            rows=count,
            is_complete=state.is_complete,
        )
        server = OnServer(
            uidvalidity=selected.uidvalidity,
            uidnext=selected.uidnext,
            exists=selected.exists,
            highestmodseq=selected.highestmodseq,
            tells_vanished="QRESYNC" in session.capabilities,
        )
        steps = plan(stored, server)
        before = state.uidnext if state.uidvalidity == selected.uidvalidity else None
        changed: list[RowId] = []
        for step in steps:
            changed += self._take(step, session, mailbox=mailbox, selected=selected)
        # A first look at an empty mailbox has no steps, and ends the wait for its rows all the same.
        is_news = bool(steps) or not state.is_complete
        arrived = _Arrived(changed=changed, known=known, before=before)
        self._finish(mailbox, selected, arrived, is_news=is_news)

    def _finish(self, mailbox: MailboxId, selected: Selected, arrived: _Arrived, *, is_news: bool) -> None:
        """Keep how far the mailbox is now, and show it."""

        def save(store: AccountStore) -> None:
            with store.db.transaction():
                state = store.mailboxes.sync_state(mailbox)
                uids = store.messages.uids(mailbox)
                is_complete = len(uids) >= selected.exists
                uidnext = max(selected.uidnext, uids[-1] + 1 if uids else 1)
                store.mailboxes.save_sync_state(
                    mailbox,
                    SyncState(
                        uidvalidity=selected.uidvalidity,
                        uidnext=uidnext,
                        highestmodseq=selected.highestmodseq,
                        oldest_uid=Uid(uids[0]) if uids else None,
                        is_complete=is_complete or state.is_complete,
                    ),
                )
                if is_complete:
                    store.messages.drop_without_uid(mailbox) if store.changes.count() == 0 else None
                    store.mailboxes.recount(mailbox)
            if is_news:
                above = store.messages.rows_from(mailbox, arrived.before) if arrived.before is not None else set()
                fresh = (above & set(arrived.changed)) - arrived.known
                new = [each for each in store.messages.envelopes(fresh) if each.is_unread]
                self._lists.show_changes(self._account, mailbox, changed=tuple(arrived.changed), new_mail=len(new))

        self._storage.run(self._account, save)

    def _take(self, step: Step, session: ImapSession, *, mailbox: MailboxId, selected: Selected) -> list[RowId]:
        match step:
            case DropAll():
                self._drop(mailbox)
                return []
            case FetchNewest(first=first, last=last):
                return self._insert(mailbox, session.newest_rows(first, last))
            case FetchNew(since_uid=since):
                return self._fetch_new(session, mailbox, since)
            case FetchFlagsSince(modseq=modseq):
                flags, vanished = session.changed_since(modseq)
                return self._apply(mailbox, flags, gone=vanished or ())
            case FetchAllFlags():
                return self._all_flags(session, mailbox)
            case FindGone():
                return self._find_gone(session, mailbox, selected)
            case Backfill():
                self._begin_filling(session, mailbox)
                return []

    def _drop(self, mailbox: MailboxId) -> None:
        self._filling.pop(mailbox, None)
        lost = self._storage.run(self._account, lambda store: store.messages.drop_content(mailbox))
        if lost:
            changes = "1 waiting change" if lost == 1 else f"{lost} waiting changes"
            words = f"The server renumbered a folder: {changes} of it could not be carried out."
            self._emit(Noticed(account=self._account, words=words))

    def _fetch_new(self, session: ImapSession, mailbox: MailboxId, since: int) -> list[RowId]:
        uids = [uid for uid in session.uids(since_uid=since) if uid >= since]
        rows: list[RowId] = []
        for start in range(0, len(uids), SLICE):
            rows += self._insert(mailbox, session.rows(uids[start : start + SLICE]))
        return rows

    def _all_flags(self, session: ImapSession, mailbox: MailboxId) -> list[RowId]:
        uids = self._storage.run(self._account, lambda store: store.messages.uids(mailbox))
        if not uids:
            return []
        return self._apply(mailbox, session.flags(range(uids[0], uids[-1] + 1)))

    def _find_gone(self, session: ImapSession, mailbox: MailboxId, selected: Selected) -> list[RowId]:
        uids, is_complete = self._storage.run(
            self._account,
            lambda store: (store.messages.uids(mailbox), store.mailboxes.sync_state(mailbox).is_complete),
        )
        if not uids or (is_complete and len(uids) == selected.exists):
            return []
        there = set(session.uids(since_uid=uids[0]))
        return self._apply(mailbox, {}, gone=[uid for uid in uids if uid not in there])

    def _apply(self, mailbox: MailboxId, flags: dict[int, frozenset[str]], *, gone: Sequence[int] = ()) -> list[RowId]:
        def save(store: AccountStore) -> list[RowId]:
            with store.db.transaction():
                store.messages.remove_uids(mailbox, [Uid(uid) for uid in gone])
                return store.messages.apply_server_flags(mailbox, {Uid(uid): each for uid, each in flags.items()})

        return self._storage.run(self._account, save)

    def _insert(self, mailbox: MailboxId, fetched: Sequence[FetchedRow]) -> list[RowId]:
        new = [as_new(row) for row in fetched]
        return self._storage.run(self._account, lambda store: store.messages.insert(mailbox, new))

    def _begin_filling(self, session: ImapSession, mailbox: MailboxId) -> None:
        stored = set(self._storage.run(self._account, lambda store: store.messages.uids(mailbox)))
        missing = [uid for uid in session.uids(since_uid=1) if uid not in stored]
        is_running = mailbox in self._filling
        self._filling[mailbox] = missing
        if not is_running:
            self._connection.worker.post(lambda: self._fill(mailbox), urgency=Urgency.BACKGROUND)

    def _fill(self, mailbox: MailboxId) -> None:
        """Fetch one slice of older rows, then queue the next, behind everything that somebody waits for."""
        missing = self._filling.pop(mailbox, None)
        if missing is None:
            return
        chunk, rest = missing[-SLICE:], missing[:-SLICE]
        try:
            rows = self._fetch_older(mailbox, chunk)
        except TuimailError as error:
            # The next synchronisation finds the mailbox incomplete and begins again where this ended.
            log.info("backfill: %s", error.kind)
            return
        if rows is None:
            self.wanted(mailbox)
            return
        self._save_older(mailbox, rows, is_last=not rest)
        if rest:
            self._filling[mailbox] = rest
            self._connection.worker.post(lambda: self._fill(mailbox), urgency=Urgency.BACKGROUND)

    def _fetch_older(self, mailbox: MailboxId, uids: Sequence[int]) -> list[FetchedRow] | None:
        """The rows of these UIDs; None where they mean other messages by now."""
        raw, known = self._storage.run(
            self._account,
            lambda store: (store.mailboxes.raw_name(mailbox), store.mailboxes.sync_state(mailbox).uidvalidity),
        )
        if raw is None:
            return None

        def fetch(session: ImapSession) -> list[FetchedRow] | None:
            return session.rows(uids) if session.select(raw).uidvalidity == known else None

        return self._connection.run(fetch)

    def _save_older(self, mailbox: MailboxId, rows: Sequence[FetchedRow], *, is_last: bool) -> None:
        new = [as_new(row) for row in rows]

        def save(store: AccountStore) -> None:
            with store.db.transaction():
                store.messages.insert(mailbox, new)
                if is_last:
                    state = store.mailboxes.sync_state(mailbox)
                    uids = store.messages.uids(mailbox)
                    done = replace(state, oldest_uid=Uid(uids[0]) if uids else None, is_complete=True)
                    store.mailboxes.save_sync_state(mailbox, done)
                    store.mailboxes.recount(mailbox)
            self._lists.show_changes(self._account, mailbox)

        self._storage.run(self._account, save)


def as_new(row: FetchedRow) -> NewMessage:
    """A fetched row, translated and cleaned."""
    fields = read_row(row.header, server_date=row.internal_date)
    return NewMessage(
        uid=Uid(row.uid),
        flags=row.flags,
        internal_date=row.internal_date,
        sent_at=fields.sent_at,
        size_bytes=row.size_bytes,
        has_attachment=fields.has_attachment,
        sender=fields.sender,
        to=fields.to,
        cc=fields.cc,
        subject=fields.subject,
        message_id=fields.message_id,
        in_reply_to=fields.in_reply_to,
        references=fields.references,
    )


def _roles(listed: Sequence[OnWire]) -> dict[bytes, MailboxRole]:
    """A role for each mailbox; what the server announces wins, and no role is given twice."""
    roles = {each.raw: role_from_attributes(each.attributes) for each in listed}
    taken = set(roles.values())
    for each in sorted(listed, key=lambda each: len(each.raw)):
        if each.raw.upper() == b"INBOX":
            roles[each.raw] = MailboxRole.INBOX
        elif roles[each.raw] is MailboxRole.NONE:
            guess = role_from_name(each.name)
            if guess not in taken and guess is not MailboxRole.INBOX:
                roles[each.raw] = guess
                taken.add(guess)
    return roles


def _as_stored(each: OnWire, role: MailboxRole) -> ListedMailbox:
    return ListedMailbox(
        raw_name=each.raw,
        name=each.name,
        delimiter=each.delimiter,
        role=role,
        attributes=each.attributes,
        selectable=each.selectable,
    )
