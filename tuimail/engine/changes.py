"""Changes of messages: shown at once, told to the server in their order as soon as it can be reached, undoable."""

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from tuimail.api.commands import MoveMessages, SetFlags
from tuimail.api.events import Noticed
from tuimail.api.reading import CopyMessages, DeleteMessages, SetLabels
from tuimail.domain.errors import ErrorKind, Problem, Remedy, ServerError, StoreError, TuimailError
from tuimail.domain.ids import AccountId, MailboxId, RowId, Uid
from tuimail.domain.mailbox import Mailbox, MailboxRole
from tuimail.engine.carrying import Carrier
from tuimail.engine.connection import Connection
from tuimail.engine.in_place import tell_in_place
from tuimail.engine.job import Job
from tuimail.engine.mailboxes import ListRoom
from tuimail.engine.portions import Portioned, portions
from tuimail.engine.storage import AccountStore, Storage
from tuimail.engine.undoable import Portion, Undoable, shown_in
from tuimail.engine.worker import Urgency, Worker
from tuimail.net.imap.session import ImapSession
from tuimail.store.changes import Change, ChangeId
from tuimail.store.messages import Place
from tuimail.store.view import ChangeKind

log = logging.getLogger(__name__)

Changing = SetFlags | MoveMessages | CopyMessages | DeleteMessages | SetLabels
"""Commands that change messages."""
SHOW_EVERY_S = 1.0
"""Carried-out changes are shown as no longer waiting at most so often: of many, the whole list is told each time."""
TOLD_AT_ONCE = 5_000
"""Messages that the server is told of in one go, by as few commands as their UIDs fit into. More would be fewer
commands still, but a slow server would be silent for longer than a line is waited for, and so would the count be."""

_FLAG_WORDS = {"\\Seen": ("read", "unread"), "\\Flagged": ("starred", "no longer starred")}
_MOVE_WORDS = {
    MailboxRole.TRASH: "Deleted",
    MailboxRole.ARCHIVE: "Archived",
    MailboxRole.ALL: "Archived",
    MailboxRole.JUNK: "Marked as junk:",
}


class _TurnedDownError(Exception):
    """The server said no to a change."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words


class ChangeDesk:
    """The changes of one account. Commands run on the store worker, the server's part on the ``imap`` worker."""

    def __init__(
        self,
        connection: Connection,
        storage: Storage,
        lists: ListRoom,
        *,
        remember: Callable[[Undoable], None],
        sync_mailbox: Callable[[MailboxId], None],
    ) -> None:
        """``sync_mailbox`` brings a mailbox up to date, on the ``imap`` worker."""
        self._connection = connection
        self._account: AccountId = connection.account.id
        self._storage = storage
        self._lists = lists
        self._remember = remember
        self._waiting = 0
        self._told: frozenset[ChangeId] = frozenset()
        """What the server began to be told last."""
        self._settled: list[RowId] = []
        self._shown_s = 0.0
        self._going_on = 0
        self._undos: deque[tuple[Job, Undoable]] = deque()
        self._sync_mailbox = sync_mailbox
        self.copied: dict[ChangeId, tuple[MailboxId, tuple[Uid, ...]]] = {}
        """Where the copies of a carried-out change lie, as far as the server told. Owned by the store worker."""
        self._carrier = Carrier(self._account, storage)
        connection.waiting_changes = lambda: self._waiting

    @property
    def worker(self) -> Worker:
        """The store worker, on which all of it happens."""
        return self._storage.worker

    @property
    def store(self) -> AccountStore:
        """The account's store. On the store worker."""
        return self._storage.store(self._account)

    def set_flags(self, job: Job) -> None:
        """Route of ``SetFlags``."""
        job.hand_to(self._storage.worker, self._set_flags)

    def mark(self, row: RowId, flag: str) -> None:
        """Add a flag on behalf of another room, without undo. Any thread."""

        def add() -> None:
            store = self._storage.store(self._account)
            change = store.changes.set_flags([row], now=self.now(), add=frozenset({flag}))
            if change is not None:
                action = Undoable()
                action.note(store, Portion(change=change, rows=(row,), undo=_nothing))
                self._tell(action)

        self._storage.worker.post(add)

    def move(self, job: Job) -> None:
        """Route of ``MoveMessages``."""
        job.hand_to(self._storage.worker, self._move)

    def count(self) -> int:
        """How many changes wait; on the store worker."""
        return self._storage.store(self._account).changes.count()

    def take_back(self, job: Job, undoable: Undoable) -> None:
        """Undo an action once nothing goes on any more. On the store worker.

        What the server was not told is forgotten; of the rest the opposite is done.
        """
        self._undos.append((job, undoable))
        self._next_undo()

    def _next_undo(self) -> None:
        while self._undos and not self._going_on:
            job, undoable = self._undos.popleft()
            job.run(partial(self._take_back, undoable=undoable))

    def _take_back(self, job: Job, *, undoable: Undoable) -> None:
        if undoable.is_nothing:
            job.finish("Nothing to undo")
            return
        action = Undoable()
        stays: list[str] = []

        def undo(portion: Portion) -> None:
            store = self._storage.store(self._account)
            action.mailboxes |= shown_in(store, portion.rows)
            if not store.changes.take_back(portion.change):
                if why := portion.why_not(store):
                    stays.append(why)
                    return
                portion.undo(store)
            action.note(store, portion)

        def end() -> None:
            self._tell(action)
            if stays:
                job.fail(Problem(kind=ErrorKind.MESSAGE_GONE, summary=stays[0], remedy=Remedy.FIX_INPUT))
            else:
                job.finish("Undone")

        works = [partial(undo, portion) for portion in undoable.portions]
        self._in_portions(job, works, action, words="taking back", end=end)

    def replay_soon(self) -> None:
        """Tell the server what waits, as soon as the connection is free. Any thread."""
        self._connection.worker.post(self._replay_quietly, urgency=Urgency.SCREEN)

    def replay(self) -> None:
        """Tell the server everything that waits, in order. On the ``imap`` worker."""
        while True:
            alike = self._storage.run(self._account, lambda store: store.changes.next_alike(TOLD_AT_ONCE))
            if not alike:
                return
            self._carry_out(alike)

    def _set_flags(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, SetFlags)  # noqa: S101 (the route's own type, for the checker)
        action = Undoable()

        def act(asked: Sequence[RowId]) -> None:
            store = self._storage.store(self._account)
            # Only what really changes is queued, so that its undo is exact.
            rows = store.bulk.unlike(asked, add=command.add, remove=command.remove)
            change = store.changes.set_flags(rows, now=self.now(), add=command.add, remove=command.remove)
            if change is not None:

                def undo(store: AccountStore) -> object:
                    return store.changes.set_flags(rows, now=self.now(), add=command.remove, remove=command.add)

                action.note(store, Portion(change=change, rows=rows, undo=undo))

        def end() -> None:
            is_told = command.undoable and action.portions
            self.end(action)
            job.finish(_flag_words(command, action.count) if is_told else "", can_undo=bool(is_told))

        self.act(job, act, action, words="changing", end=end)

    def _move(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, MoveMessages)  # noqa: S101 (the route's own type, for the checker)
        target = target_of(self._storage.store(self._account), command.to)
        action = Undoable()

        def act(asked: Sequence[RowId]) -> None:
            store = self._storage.store(self._account)
            origins = store.bulk.by_mailbox(asked)
            origins.pop(target.id, None)
            rows = tuple(row for group in origins.values() for row in group)
            action.mailboxes |= set(origins)
            change = store.changes.move(rows, target.id, now=self.now()) if rows else None
            if change is not None:

                def undo(store: AccountStore) -> object:
                    return [store.changes.move(group, origin, now=self.now()) for origin, group in origins.items()]

                action.note(store, Portion(change=change, rows=rows, undo=undo))

        def end() -> None:
            self.end(action)
            if not action.portions:
                job.finish("Nothing to move: the messages are there already.")
                return
            words = _MOVE_WORDS.get(target.role, f"Moved to {target.title}:")
            job.finish(f"{words} {action.count} message{'s' if action.count != 1 else ''}", can_undo=True)

        self.act(job, act, action, words="moving", end=end)

    def act(
        self, job: Job, act: Callable[[Sequence[RowId]], None], action: Undoable, *, words: str,
        end: Callable[[], None],
    ) -> None:  # fmt: skip
        """Do it to the messages of the job's command, in portions, each time undoable. On the store worker."""
        command = job.command
        assert isinstance(command, Changing)  # noqa: S101 (as in all callers)
        # Newest first, however the list is sorted: neighbours lie side by side in the store, and in ranges of UIDs.
        rows = sorted(_meant(self._storage.store(self._account), command), reverse=True)
        works = [partial(act, part) for part in portions(rows)]
        if not isinstance(command, SetFlags) or command.undoable:
            self._remember(action)
        self._in_portions(job, works, action, words=words, end=end)

    def _in_portions(
        self, job: Job, works: Sequence[Callable[[], None]], action: Undoable, *, words: str, end: Callable[[], None]
    ) -> None:
        def over() -> None:
            self._going_on -= 1
            action.is_over = True
            try:
                end()
            finally:
                self._next_undo()

        self._going_on += 1
        Portioned(job, self._storage.worker, words=words).run(works, begun=partial(self._show, action), end=over)

    def end(self, action: Undoable) -> None:
        """Tell of an action that is over."""
        if action.portions:
            self._tell(action)

    def _show(self, action: Undoable) -> None:
        """Show what was changed so far."""
        for mailbox in action.mailboxes:
            if mailbox == self._lists.open_mailbox.get(self._account):
                self._lists.show_changes(self._account, mailbox, changed=action.rows)

    def _tell(self, action: Undoable) -> None:
        self._waiting = self._storage.store(self._account).changes.count()
        self._show(action)
        self._lists.show_mailboxes(self._account)
        self._connection.say_waiting()
        self.replay_soon()

    def _replay_quietly(self) -> None:
        if not self._connection.is_up:
            return  # each new connection begins with a replay
        try:
            self.replay()
        except TuimailError as error:
            log.info("replay: %s", error.kind)

    def _carry_out(self, alike: Sequence[Change]) -> None:
        """Tell the server of changes that do the same to different messages."""
        try:
            begun = [(change, places) for change in alike if (places := self._places(change)) is not None]
            changes = [change for change, _ in begun]
            places = {row: place for _, found in begun for row, place in found.items()}
            new_uids: dict[RowId, Uid] = {}
            for mailbox, uids in _by_mailbox(places).items():
                new_uids |= self._connection.run(partial(self._ask_server, changes, mailbox=mailbox, uids=uids))
        except _TurnedDownError as no:
            if len(alike) > 1:
                # The no may be meant for some of them alone.
                for change in alike:
                    self._carry_out([change])
                return
            words = no.words
            self._storage.run(self._account, lambda store: self._refused(store, alike[0], words))
        except TuimailError:
            # Nobody judged the changes: no connection, no sign-in, an answer that makes no sense.
            self._storage.run(self._account, lambda store: self._not_told(store, alike))
            raise
        else:
            for change in changes:
                self._storage.run(self._account, partial(self._done, change=change, new_uids=new_uids))

    def _ask_server(
        self, changes: Sequence[Change], session: ImapSession, *, mailbox: MailboxId, uids: dict[Uid, RowId]
    ) -> dict[RowId, Uid]:
        """``_tell_server``, with its no to these changes told apart from a no to the connection."""
        try:
            return self._tell_server(changes, session, mailbox=mailbox, uids=uids)
        except ServerError as error:
            if error.kind not in {ErrorKind.SERVER_REFUSED, ErrorKind.MESSAGE_GONE}:
                raise
            raise _TurnedDownError(error.detail or error.summary) from error

    def _places(self, change: Change) -> dict[RowId, Place] | None:
        """Where the server has the rows. A mailbox that a moved row's UID is not known of is looked through first.

        None: the change was taken back since it was looked at.
        """

        def begin(store: AccountStore) -> dict[RowId, Place] | None:
            return store.messages.places(change.rows) if store.changes.begin(change.id) else None

        places = self._storage.run(self._account, begin)
        if places is None:
            return None
        unknown = {place.mailbox for place in places.values() if place.uid is None}
        for mailbox in unknown:
            self._sync_mailbox(mailbox)
        return self._storage.run(self._account, begin) if unknown else places

    def _tell_server(
        self, changes: Sequence[Change], session: ImapSession, *, mailbox: MailboxId, uids: dict[Uid, RowId]
    ) -> dict[RowId, Uid]:
        raw = self._storage.run(self._account, lambda store: store.mailboxes.raw_name(mailbox))
        if raw is None:
            raise ServerError(ErrorKind.MESSAGE_GONE, "The folder is gone from the server.", remedy=Remedy.TELL)
        self._use(session, mailbox, raw)
        deed = changes[0]
        target = deed.to
        if target is None:
            self._note_told(changes)
            tell_in_place(session, deed, list(uids))
            return {}
        raw_target = self._storage.run(self._account, lambda store: store.mailboxes.raw_name(target))
        if raw_target is None:
            raise ServerError(ErrorKind.MESSAGE_GONE, "The folder is gone from the server.", remedy=Remedy.TELL)
        self._note_told(changes)
        if deed.kind is ChangeKind.COPY or session.can_move:
            moved = (session.copy if deed.kind is ChangeKind.COPY else session.move)(list(uids), raw_target)
            return {uids[Uid(old)]: Uid(new) for old, new in moved.items() if Uid(old) in uids}
        carried: dict[RowId, Uid] = {}
        for change in changes:
            own = frozenset(change.rows)
            carried |= self._carrier.carry(
                session,
                change.id,
                {uid: row for uid, row in uids.items() if row in own},
                target=raw_target,
                reopen=partial(self._use, session, mailbox, raw),
            )
        return carried

    def _note_told(self, changes: Sequence[Change]) -> None:
        self._told = frozenset(change.id for change in changes)

    def _use(self, session: ImapSession, mailbox: MailboxId, raw: bytes) -> None:
        """Have the mailbox open at the server, with the UIDs that are known here."""
        uidvalidity = session.use(raw)
        known = self._storage.run(self._account, lambda store: store.mailboxes.sync_state(mailbox).uidvalidity)
        if known != uidvalidity:
            # The numbers mean other messages now: nothing may be done with them (RFC 9051 section 2.3.1.1).
            words = "The server renumbered the folder, so this change could not be carried out."
            raise ServerError(ErrorKind.MESSAGE_GONE, words, remedy=Remedy.TELL)

    def _done(self, store: AccountStore, *, change: Change, new_uids: dict[RowId, Uid]) -> None:
        own = {row: new_uids[row] for row in change.rows if row in new_uids}
        changed = store.changes.done(change.id, own)
        if change.kind is ChangeKind.COPY and change.to is not None:
            self.copied[change.id] = (change.to, tuple(own.values()))
            self._connection.worker.post(partial(self._look_at, change.to), urgency=Urgency.SCREEN)
        self._waiting = store.changes.count()
        self._settled += (*change.rows, *changed)
        # In portions they come quicker than anybody can read.
        if self._waiting == 0 or time.monotonic() - self._shown_s >= SHOW_EVERY_S:
            self._show_settled(store)
        self._connection.say_waiting()

    def _look_at(self, mailbox: MailboxId) -> None:
        """Bring a mailbox up to date that got copies."""
        try:
            self._sync_mailbox(mailbox)
        except TuimailError as error:
            log.info("copies: %s", error.kind)

    def _show_settled(self, store: AccountStore) -> None:
        """Show that changes no longer wait."""
        self._shown_s = time.monotonic()
        rows, self._settled = tuple(self._settled), []
        mailbox = self._lists.open_mailbox.get(self._account)
        if rows and mailbox in shown_in(store, rows) and mailbox is not None:
            self._lists.show_changes(self._account, mailbox, changed=rows)

    def _not_told(self, store: AccountStore, changes: Sequence[Change]) -> None:
        # What was said before the line broke may have been done: undo must do the opposite, not forget it.
        for change in changes:
            if change.id not in self._told:
                store.changes.put_back(change.id)
        self._show_settled(store)

    def _refused(self, store: AccountStore, change: Change, why: str) -> None:
        before = shown_in(store, change.rows)
        rows = store.changes.refuse(change.id)
        self._waiting = store.changes.count()
        for mailbox in before | shown_in(store, rows):
            self._lists.show_changes(self._account, mailbox, changed=tuple(rows))
        self._connection.say_waiting()
        words = f"The server refused a change, so it was taken back. {why}"
        self._connection.auth.around.emit(Noticed(account=self._account, words=words))

    def now(self) -> datetime:
        """This moment."""
        return self._connection.auth.around.now()


def _by_mailbox(places: dict[RowId, Place]) -> dict[MailboxId, dict[Uid, RowId]]:
    grouped: dict[MailboxId, dict[Uid, RowId]] = {}
    for row, place in places.items():
        if place.uid is not None:
            grouped.setdefault(place.mailbox, {})[place.uid] = row
    return grouped


def _nothing(_store: AccountStore) -> None:
    """How a change is undone that nobody takes back."""


def _meant(store: AccountStore, command: Changing) -> tuple[RowId, ...]:
    """The rows of the command; those that stand for their conversation together with all of it."""
    if not command.heads:
        return command.rows
    return tuple(dict.fromkeys((*command.rows, *store.bulk.whole(command.heads))))


def target_of(store: AccountStore, to: MailboxId | MailboxRole) -> Mailbox:
    """The mailbox that is meant. On the store worker; raises StoreError where there is none."""
    if isinstance(to, MailboxRole):
        found = store.mailboxes.by_role(to)
        if found is None and to is MailboxRole.ARCHIVE:
            found = store.mailboxes.by_role(MailboxRole.ALL)
        words = f"This account has no {to.value} folder. Move with m instead, or create one."
    else:
        found = store.mailboxes.get(to)
        words = "This folder is no longer there."
    if found is None:
        raise StoreError(ErrorKind.MESSAGE_GONE, words, remedy=Remedy.TELL)
    return found


def _flag_words(command: SetFlags, count: int) -> str:
    for flag, (added, removed) in _FLAG_WORDS.items():
        if flag in command.add | command.remove:
            words = added if flag in command.add else removed
            return (
                f"{count} message{'s' if count != 1 else ''} marked {words}"
                if flag == "\\Seen"
                else (f"{count} message{'s' if count != 1 else ''} {words}")
            )
    return f"{count} message{'s' if count != 1 else ''} changed"
