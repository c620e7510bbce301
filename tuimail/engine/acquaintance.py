"""Whom the stored mail knows: gathered in the background, asked for each message that is opened."""

from tuimail.domain.account import Account
from tuimail.domain.errors import StoreError
from tuimail.domain.ids import RowId
from tuimail.domain.message import Message
from tuimail.domain.trust import KnownSender, TrustNote
from tuimail.domain.trust_line import trust_notes
from tuimail.engine.storage import AccountStore, Storage
from tuimail.engine.worker import Urgency

AT_ONCE = 100
"""Messages whose people are taken before an answer: what came since the last one. 1 ms."""
SLICE = 200
"""The same, with nobody waiting: 2 ms, with SQLite's checkpoints 15."""


_MAX_TOLD = 200
"""Trust lines that are remembered, so that what was just read opens again without waiting for the store."""


class Acquaintance:
    """The people of one account."""

    def __init__(self, account: Account, storage: Storage) -> None:
        self._account = account
        self._storage = storage
        self._own = frozenset(address.lower() for address in account.own_addresses)
        self._is_gathering = False
        self._told: dict[RowId, tuple[TrustNote, ...]] = {}

    def told(self, row: RowId) -> tuple[TrustNote, ...] | None:
        """What ``notes`` answered before, as far as it is remembered. Any thread."""
        return self._told.get(row)

    def notes(self, row: RowId, message: Message) -> tuple[TrustNote, ...]:
        """The trust line of a message. On the store worker."""
        try:
            known = self._known(self._storage.store(self._account.id), row, message)
        except StoreError:
            # Another window writes, or the account is being signed out: a mail can be read all the same.
            known = None
        notes = trust_notes(
            message, servers=frozenset(self._account.checked_by), known=known or KnownSender(), own=self._own
        )
        if known is not None:
            if len(self._told) >= _MAX_TOLD:
                self._told.clear()
            self._told[row] = notes
        return notes

    def gather(self) -> None:
        """Take the people of all messages, bit by bit while nothing else is to be done. On the store worker."""
        if not self._is_gathering:
            self._is_gathering = True
            self._later()

    def _known(self, store: AccountStore, row: RowId, message: Message) -> KnownSender | None:
        """None: not known yet."""
        if store.people.gather_some(AT_ONCE, own=self._own) == AT_ONCE:
            self.gather()
            return None
        place = store.messages.locate(row)
        envelopes = store.messages.envelopes([row])
        if place is None or not envelopes or not message.sender:
            return KnownSender()
        known = store.people.known(message.sender[0], at=envelopes[0].sent_at)
        # While older mail is still to come, nobody can tell who is new.
        is_whole = store.mailboxes.sync_state(place.mailbox).is_complete
        return known if is_whole else KnownSender(alike=known.alike)

    def _later(self) -> None:
        self._storage.worker.post(self._gather_some, urgency=Urgency.BACKGROUND)

    def _gather_some(self) -> None:
        try:
            people = self._storage.store(self._account.id).people
            has_more = people.gather_some(SLICE, own=self._own) == SLICE
        except StoreError:
            has_more = False
        if has_more:
            self._later()
        else:
            self._is_gathering = False
