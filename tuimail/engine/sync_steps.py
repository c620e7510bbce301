"""Carries out what ``sync_plan`` decides for one opened mailbox: asks the server, stores, shows."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from tuimail.api.events import Noticed
from tuimail.domain.ids import AccountId, MailboxId, RowId, Uid
from tuimail.engine.arrivals import as_new
from tuimail.engine.connection import Connection
from tuimail.engine.filling import Filler, Gap
from tuimail.engine.flag_check import FlagChecker
from tuimail.engine.mailboxes import ListRoom
from tuimail.engine.storage import AccountStore, Storage
from tuimail.engine.sync_plan import (
    Backfill,
    CheckFlags,
    DropAll,
    FetchFlagsSince,
    FetchNew,
    FetchNewest,
    FindGone,
    OnServer,
    Step,
    Stored,
    TakeChanges,
    plan,
)
from tuimail.engine.uid_ranges import UidRanges
from tuimail.engine.worker import Urgency
from tuimail.net.imap.changes import Changes, Known
from tuimail.net.imap.opening import Selected
from tuimail.net.imap.rows import FetchedRow
from tuimail.net.imap.session import ImapSession
from tuimail.store.mailboxes import SyncState

NEW_AT_ONCE = 200
"""New rows that are fetched before the list is shown; after a long absence the rest follows in the background."""


_BEHIND_ALL = 2**32


class Opened(Struct, frozen=True, kw_only=True):
    """A mailbox that was just opened at the server."""

    mailbox: MailboxId
    raw: bytes
    title: str
    before: SyncState
    """How far the store was."""
    selected: Selected


class _Course(Struct, kw_only=True):
    """What the steps found so far; changes as they go."""

    opened: Opened
    changed: list[RowId] = []
    known: set[RowId]
    """Rows that would count as new by their UIDs, and were here before."""
    oldest: int | None
    """Everything from this UID on is here, but for what is ``missing``."""
    is_complete: bool
    missing: UidRanges = UidRanges()
    """Rows newer than all that were known, still to be fetched."""
    new_mail: int | None = None
    """How much of it there was when the rows were shown; None: they were not."""

    @property
    def is_simple(self) -> bool:
        """Whether news came to a mailbox of which everything is here."""
        before, selected = self.opened.before, self.opened.selected
        return before.is_complete and before.uidvalidity == selected.uidvalidity and not self.missing


class Stepper:
    """One account's. On the ``imap`` worker."""

    def __init__(self, connection: Connection, storage: Storage, lists: ListRoom, *, filler: Filler) -> None:
        self._account: AccountId = connection.account.id
        self._storage = storage
        self._lists = lists
        self._filler = filler
        self._checker = FlagChecker(connection, storage, lists)
        self._emit = connection.auth.around.emit

    def forget(self) -> None:
        """A new connection: what was looked at on the last one counts no more."""
        self._checker.forget()

    def follow(self, session: ImapSession, opened: Opened) -> None:
        """Make the store equal what the server just told, and show it."""
        before, selected, mailbox = opened.before, opened.selected, opened.mailbox

        def look(store: AccountStore) -> tuple[int, set[RowId]]:
            # Counting 100,000 takes 12 ms, and what the server told is compared with the count once it is shown.
            is_told = (
                selected.changes is not None and selected.highestmodseq != before.highestmodseq and selected.exists > 0
            )
            rows = selected.exists if is_told else store.messages.count_uids(mailbox)
            # What the user moved here, as with an undo, comes under a new UID and is no news.
            return rows, store.messages.rows_from(mailbox, before.uidnext or 1)

        rows, known = self._storage.run(self._account, look)
        steps = plan(_stored(before, rows), _on_server(selected))
        course = _Course(opened=opened, known=known, oldest=before.oldest_uid, is_complete=before.is_complete)
        for step in steps:
            if isinstance(step, FindGone) and course.is_simple:
                self._show_early(course)
            self._take(step, session, course)
        # A first look at an empty mailbox has no steps, and ends the wait for its rows all the same.
        self._finish(course, is_news=bool(steps) or not before.is_complete)
        if Backfill() in steps or course.missing:
            self._begin_filling(session, course)

    def _take(self, step: Step, session: ImapSession, course: _Course) -> None:
        opened, mailbox = course.opened, course.opened.mailbox
        match step:
            case DropAll():
                self._drop(mailbox)
                course.known, course.oldest, course.is_complete = set(), None, False
            case FetchNewest(first=first, last=last):
                fetched = session.newest_rows(first, last)
                course.changed += self._insert(mailbox, fetched)
                course.oldest = min((row.uid for row in fetched), default=course.oldest)
                course.is_complete = first == 1
            case FetchNew(since_uid=since):
                self._fetch_new(session, course, since)
            case TakeChanges():
                assert opened.selected.changes is not None  # noqa: S101 (the plan saw them)
                course.changed += self._apply(mailbox, opened.selected.changes)
            case FetchFlagsSince(modseq=modseq):
                known = Known(uidvalidity=opened.selected.uidvalidity, modseq=modseq)
                course.changed += self._apply(mailbox, session.changes_since(known))
            case CheckFlags():
                course.changed += self._checker.check(session, mailbox, opened.raw)
            case FindGone():
                self._find_gone(session, course)
            case Backfill():
                pass  # begins once the first rows are shown

    def _drop(self, mailbox: MailboxId) -> None:
        self._filler.drop(mailbox)
        lost = self._storage.run(self._account, lambda store: store.messages.drop_content(mailbox))
        if lost:
            changes = "1 waiting change" if lost == 1 else f"{lost} waiting changes"
            words = f"The server renumbered a folder: {changes} of it could not be carried out."
            self._emit(Noticed(account=self._account, words=words))

    def _fetch_new(self, session: ImapSession, course: _Course, since: int) -> None:
        """The newest of what is new now, the rest later; not again what an earlier, interrupted look stored."""
        mailbox, uidnext = course.opened.mailbox, course.opened.selected.uidnext
        if since < uidnext <= since + NEW_AT_ONCE:
            new = UidRanges([(since, uidnext - 1)])
        else:
            new = UidRanges(session.uid_ranges(since, exists=course.opened.selected.exists))
        here = self._storage.run(self._account, lambda store: store.messages.uids(mailbox, since=since))
        missing = new - UidRanges.of(here)
        asked = missing.newest(NEW_AT_ONCE)
        if asked:
            course.changed += self._insert(mailbox, session.rows(list(asked)))
        course.missing = missing - asked

    def _find_gone(self, session: ImapSession, course: _Course) -> None:
        mailbox, exists = course.opened.mailbox, course.opened.selected.exists
        oldest = 1 if course.is_complete else (course.oldest or 1)
        is_whole = course.is_complete and not course.missing
        count = self._storage.run(self._account, lambda store: store.messages.count_uids(mailbox))
        if not count or (is_whole and count == exists):
            return
        there = UidRanges(session.uid_ranges(oldest, exists=exists))
        here = self._storage.run(self._account, lambda store: store.messages.uids(mailbox, since=oldest))
        gone = [uid for uid in here if uid not in there]
        course.new_mail = None
        self._apply(mailbox, Changes(flags={}, vanished=gone))
        # Without UIDPLUS, what was moved away stays behind with a mark, and is not to come back.
        if "UIDPLUS" in session.capabilities:
            course.missing = course.missing | there - UidRanges.of(here)

    def _apply(self, mailbox: MailboxId, changes: Changes) -> list[RowId]:
        def save(store: AccountStore) -> list[RowId]:
            with store.db.transaction():
                store.messages.remove_uids(mailbox, [Uid(uid) for uid in changes.vanished or ()])
                store.messages.apply_labels(mailbox, {Uid(uid): names for uid, names in changes.labels.items()})
                return store.messages.apply_server_flags(mailbox, _by_uid(changes.flags))

        return self._storage.run(self._account, save)

    def _insert(self, mailbox: MailboxId, fetched: Sequence[FetchedRow]) -> list[RowId]:
        new = [as_new(row) for row in fetched]
        return self._storage.run(self._account, lambda store: store.messages.insert(mailbox, new))

    def _show_early(self, course: _Course) -> None:
        """Show what was told, before counting whether it was all: at 100,000 rows that takes as long again."""

        def show(store: AccountStore) -> None:
            course.new_mail = _new_mail(store, course)
            self._lists.show_changed_rows(
                self._account, course.opened.mailbox, tuple(course.changed), new_mail=course.new_mail
            )

        self._storage.run(self._account, show, urgency=Urgency.SCREEN)

    def _finish(self, course: _Course, *, is_news: bool) -> None:
        """Keep how far the mailbox is now, and show it."""
        opened, mailbox, selected = course.opened, course.opened.mailbox, course.opened.selected

        def save(store: AccountStore) -> None:
            with store.db.transaction():
                count = store.messages.count_uids(mailbox)
                is_complete = not course.missing and (course.is_complete or count >= selected.exists)
                store.mailboxes.save_sync_state(
                    mailbox,
                    SyncState(
                        uidvalidity=selected.uidvalidity,
                        # With new rows still missing, the next look begins where this one did.
                        uidnext=opened.before.uidnext if course.missing else _uidnext(store, mailbox, selected),
                        highestmodseq=selected.highestmodseq,
                        oldest_uid=_oldest(course),
                        is_complete=is_complete,
                    ),
                )
                if is_complete:
                    if store.changes.count() == 0:
                        store.messages.drop_without_uid(mailbox)
                    store.mailboxes.recount(mailbox)
            if course.new_mail is not None:
                self._lists.show_counts(self._account, mailbox, new_mail=course.new_mail)
            elif is_news:
                new_mail = _new_mail(store, course)
                self._lists.show_changes(self._account, mailbox, changed=tuple(course.changed), new_mail=new_mail)

        self._storage.run(self._account, save)

    def _begin_filling(self, session: ImapSession, course: _Course) -> None:
        opened, mailbox = course.opened, course.opened.mailbox
        if self._filler.is_filling(mailbox) and not course.missing:
            self._filler.resume()
            return
        missing = course.missing
        if not course.is_complete:
            # Rows may lie below already: moved here by the user, or stored before a cut.
            oldest = course.oldest or _BEHIND_ALL
            here = self._storage.run(self._account, lambda store: store.messages.uids(mailbox, before=oldest))
            older = UidRanges(session.uid_ranges(1, oldest - 1, exists=opened.selected.exists) if oldest > 1 else ())
            missing = missing | older - UidRanges.of(here)
        gap = Gap(
            raw=opened.raw,
            title=opened.title,
            uidvalidity=opened.selected.uidvalidity,
            missing=missing,
            uidnext=opened.selected.uidnext,
        )
        self._filler.begin(mailbox, gap)


def _new_mail(store: AccountStore, course: _Course) -> int:
    """How many of the changed rows are unread mail that was not here before."""
    before, uidvalidity = course.opened.before, course.opened.selected.uidvalidity
    if before.uidnext is None or before.uidvalidity not in {None, uidvalidity}:
        return 0
    above = store.messages.rows_from(course.opened.mailbox, before.uidnext)
    fresh = (above & set(course.changed)) - course.known
    return sum(each.is_unread for each in store.messages.envelopes(fresh))


def _stored(state: SyncState, rows: int) -> Stored:
    return Stored(
        uidvalidity=state.uidvalidity,
        uidnext=state.uidnext,
        highestmodseq=state.highestmodseq,
        rows=rows,
        is_complete=state.is_complete,
    )


def _on_server(selected: Selected) -> OnServer:
    changes = selected.changes
    return OnServer(
        uidvalidity=selected.uidvalidity,
        uidnext=selected.uidnext,
        exists=selected.exists,
        highestmodseq=selected.highestmodseq,
        has_told_flags=changes is not None,
        has_told_gone=changes is not None and changes.vanished is not None,
    )


def _oldest(course: _Course) -> Uid | None:
    if course.is_complete:
        return Uid(1)
    return None if course.oldest is None else Uid(course.oldest)


def _uidnext(store: AccountStore, mailbox: MailboxId, selected: Selected) -> int:
    newest = store.messages.uids(mailbox, since=max(1, selected.uidnext))
    return max(selected.uidnext, newest[-1] + 1 if newest else 1)


def _by_uid(flags: Mapping[int, frozenset[str]]) -> dict[Uid, frozenset[str]]:
    return {Uid(uid): each for uid, each in flags.items()}
