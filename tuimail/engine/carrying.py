"""Moves on a server without MOVE (RFC 6851): messages are copied, then deleted, with a note in the store between.

A line that breaks anywhere leads neither to a loss nor to a second copy: before anything is copied once more, what
arrived in the target since the first attempt is looked through.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from tuimail.domain.errors import ErrorKind, Remedy, ServerError
from tuimail.domain.ids import AccountId, RowId, Uid
from tuimail.engine.arrivals import as_new
from tuimail.engine.portions import portions
from tuimail.engine.storage import Storage
from tuimail.engine.uid_ranges import UidRanges
from tuimail.net.imap.session import ImapSession
from tuimail.store.changes import UNTOLD, ChangeId, Copying
from tuimail.store.messages import Identity, identity_of

_LOOK = 200
"""Messages of the target that are looked at at once."""


class Carrier:
    """One account's. On the ``imap`` worker, with the source open."""

    def __init__(self, account: AccountId, storage: Storage) -> None:
        self._account = account
        self._storage = storage

    def carry(
        self,
        session: ImapSession,
        change: ChangeId,
        uids: Mapping[Uid, RowId],
        *,
        target: bytes,
        reopen: Callable[[], None],
    ) -> dict[RowId, Uid]:
        """Copy and delete; where the copies lie, as far as is known. ``reopen`` opens the source again."""
        copied = self._copied(session, change, tuple(uids.values()), target=target, reopen=reopen)
        rest = {row: uid for uid, row in uids.items() if row not in copied}
        for rows in portions(tuple(rest)):
            told = session.copy([rest[row] for row in rows], target)
            new = {row: Uid(told.get(rest[row], UNTOLD)) for row in rows}
            self._note(change, new)
            copied |= new
        session.remove(list(uids))
        return {row: uid for row, uid in copied.items() if uid != UNTOLD}

    def _copied(
        self,
        session: ImapSession,
        change: ChangeId,
        rows: Sequence[RowId],
        *,
        target: bytes,
        reopen: Callable[[], None],
    ) -> dict[RowId, Uid]:
        """What an earlier attempt has copied."""
        begun = self._storage.run(self._account, lambda store: store.changes.copying(change))
        if begun is None:
            uidvalidity, uidnext = session.next_uid(target)
            self._storage.run(
                self._account,
                lambda store: store.changes.begin_copying(change, uidvalidity=uidvalidity, uidnext=uidnext),
            )
            return {}
        unsure = [row for row in rows if row not in begun.copied]
        if not unsure:
            return dict(begun.copied)
        found = self._look(session, begun, unsure, target=target)
        reopen()
        self._note(change, found)
        return {**begun.copied, **found}

    def _look(
        self, session: ImapSession, begun: Copying, unsure: Sequence[RowId], *, target: bytes
    ) -> dict[RowId, Uid]:
        """Those of the rows that arrived in the target; and of those known to be there, what their UIDs are."""
        selected = session.select(target, readonly=True)
        if selected.uidvalidity != begun.uidvalidity:
            words = "The server renumbered the folder while messages were being moved there."
            raise ServerError(ErrorKind.MESSAGE_GONE, words, remedy=Remedy.TELL)
        there = UidRanges(session.uid_ranges(begun.uidnext, exists=selected.exists))
        arrived = list(there - UidRanges.of(uid for uid in begun.copied.values() if uid != UNTOLD))
        by_identity: dict[Identity, list[Uid]] = defaultdict(list)
        for start in range(0, len(arrived), _LOOK):
            for fetched in session.rows(arrived[start : start + _LOOK]):
                by_identity[identity_of(as_new(fetched))].append(Uid(fetched.uid))
        # Of two mails that are the same, one copy accounts for one: those that are known to be there come first.
        asked = [*(row for row, uid in begun.copied.items() if uid == UNTOLD), *unsure]
        identities = self._storage.run(self._account, lambda store: store.messages.identities(asked))
        found: dict[RowId, Uid] = {}
        for row in asked:
            copies = by_identity.get(identities[row]) if row in identities else None
            if copies:
                found[row] = copies.pop(0)
        return found

    def _note(self, change: ChangeId, copied: Mapping[RowId, Uid]) -> None:
        self._storage.run(self._account, lambda store: store.changes.note_copied(change, copied))
