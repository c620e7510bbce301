"""Bodies of one account's messages: from the store, else from the server, and kept."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from msgspec import Struct

from tuimail.api.events import Noticed
from tuimail.domain.errors import ErrorKind, NetworkError, Remedy, ServerError, StoreError
from tuimail.domain.ids import AccountId, MailboxId, RowId
from tuimail.domain.message import RawMessage
from tuimail.engine.connection import Connection
from tuimail.engine.fetching import Asker, OnServer, fetch_ahead, fetch_all, fetch_texts, progress_of
from tuimail.engine.storage import AccountStore, Storage
from tuimail.engine.worker import Urgency
from tuimail.mime.attachments import encoded_part
from tuimail.mime.skeleton import is_as_told
from tuimail.net.imap.session import ImapSession

T = TypeVar("T")

KEPT_PART = 256 * 1024
"""A part up to this size is kept after it was saved."""
KEPT_WHOLE = 16 * 1024 * 1024
"""A message up to this size is kept whole once all of it was needed."""
TRIM_EVERY = 50
"""Messages kept until the budget is looked at: that costs a look at the size of each."""
_WHOLE_MAY_HELP = frozenset({ErrorKind.SERVER_UNREADABLE, ErrorKind.SERVER_REFUSED})


class Place(Struct, frozen=True, kw_only=True):
    """Where the server has a message."""

    mailbox: MailboxId
    raw_name: bytes
    uidvalidity: int | None
    message: OnServer


Way = Callable[[ImapSession, OnServer, Asker], RawMessage]


class Bodies:
    """Fetches and keeps. All methods run on the account's ``imap`` worker unless they say otherwise."""

    def __init__(self, connection: Connection, storage: Storage, *, on_gone: Callable[[MailboxId], None]) -> None:
        """``on_gone`` brings a mailbox up to date whose list names a message that is not there."""
        self._connection = connection
        self._account: AccountId = connection.account.id
        self._storage = storage
        self._on_gone = on_gone
        self._saved = 0

    def look(self, row: RowId) -> RawMessage | Place:
        """What is stored of the message, else where the server has it. On the store worker.

        Raises StoreError of kind MESSAGE_GONE.
        """
        store = self._storage.store(self._account)
        found = store.bodies.load(row, now=self._now())
        return found if found is not None else self._locate(store, row)

    def fetch(self, row: RowId, place: Place, asker: Asker) -> RawMessage:
        """The message with all its texts, from the server."""
        return self._fetch(row, place, asker=asker, way=fetch_texts)

    def readable(self, row: RowId, asker: Asker) -> RawMessage:
        """The message with all its texts, fetched where it is not stored."""
        found = self._in_store(lambda _: self.look(row))
        return self.fetch(row, found, asker) if isinstance(found, Place) else found

    def ahead(self, row: RowId, asker: Asker) -> RawMessage:
        """The same before anybody asked: what cannot be kept is of no use, and raises StoreError."""
        found = self._in_store(lambda _: self.look(row))
        if not isinstance(found, Place):
            return found
        place = found
        message = self._at_server(place, lambda session: fetch_ahead(session, place.message, asker))
        self._save(row, message)
        return message

    def whole(self, row: RowId, asker: Asker) -> bytes:
        """All bytes of the message, fetched where they are not stored."""
        found = self._in_store(lambda _: self.look(row))
        if isinstance(found, RawMessage) and found.is_whole:
            return found.raw
        place = found if isinstance(found, Place) else self._in_store(lambda store: self._locate(store, row))
        return self._fetch(row, place, asker=asker, way=fetch_all).raw

    def part(self, row: RowId, section: str, *, known: RawMessage, asker: Asker) -> bytes:
        """A part that ``known`` leaves on the server, still in its transfer encoding."""

        def look(store: AccountStore) -> bytes | Place:
            kept = store.bodies.load_part(row, section, now=self._now())
            return kept if kept is not None else self._locate(store, row)

        found = self._in_store(look)
        if isinstance(found, bytes):
            return found
        data = self._fetch_part(found, section, known.missing[section], asker=asker)
        if data is None:
            return encoded_part(self.whole(row, asker), section)
        if len(data) <= KEPT_PART:
            with self._noticing("The attachment is saved, but not kept for the next time"):
                self._in_store(lambda store: store.bodies.save_part(row, section, data, now=self._now()))
        return data

    def _fetch_part(self, place: Place, section: str, size_bytes: int, *, asker: Asker) -> bytes | None:
        """The part; None where what came is not what was told of it, and only the whole message knows."""
        told, uid = progress_of(asker, "loading the attachment"), place.message.uid
        try:
            data = self._at_server(
                place,
                lambda session: session.part(uid, section, size_bytes=size_bytes, on_bytes=told, check=asker.check),
            )
        except ServerError as error:
            if error.kind not in _WHOLE_MAY_HELP:
                raise
            return None
        return data if is_as_told(min(len(data), size_bytes), size_bytes) else None

    def _fetch(self, row: RowId, place: Place, *, asker: Asker, way: Way) -> RawMessage:
        try:
            message = self._at_server(place, lambda session: way(session, place.message, asker))
        except ServerError as error:
            if way is fetch_all or error.kind not in _WHOLE_MAY_HELP:
                raise
            message = self._at_server(place, lambda session: fetch_all(session, place.message, asker))
        if len(message.raw) <= KEPT_WHOLE:
            # Whoever waits for the text does not wait for the disk, too; nobody looks for it there any sooner.
            self._storage.worker.post(lambda: self._save_or_tell(row, message), urgency=Urgency.SCREEN)
        return message

    def _save_or_tell(self, row: RowId, message: RawMessage) -> None:
        with self._noticing("This message is shown but not kept"):
            self._save(row, message)

    def _save(self, row: RowId, message: RawMessage) -> None:
        def save(store: AccountStore) -> None:
            store.bodies.save(row, message.raw, now=self._now(), missing=message.missing)
            self._saved += 1
            if self._saved % TRIM_EVERY == 0:
                store.bodies.trim(self._connection.account.keep.budget_bytes)

        self._in_store(save)

    def _locate(self, store: AccountStore, row: RowId) -> Place:
        """Where the server has the message. On the store worker."""
        known = store.messages.locate(row)
        raw_name = store.mailboxes.raw_name(known.mailbox) if known else None
        if known is None or raw_name is None or known.uid is None:
            if known is not None:
                self._on_gone(known.mailbox)
            words = "This message is no longer where it was. The list is being brought up to date."
            raise StoreError(ErrorKind.MESSAGE_GONE, words, remedy=Remedy.TELL)
        envelopes = store.messages.envelopes([row])
        return Place(
            mailbox=known.mailbox,
            raw_name=raw_name,
            uidvalidity=store.mailboxes.sync_state(known.mailbox).uidvalidity,
            message=OnServer(uid=known.uid, size_bytes=envelopes[0].size_bytes if envelopes else 0),
        )

    def _at_server(self, place: Place, work: Callable[[ImapSession], T]) -> T:
        """Do something with the message where the server has it, and only if it is the one that we know."""

        def selected(session: ImapSession) -> T:
            if session.selected != place.raw_name:
                session.select(place.raw_name)
            if session.uidvalidity != place.uidvalidity:
                words = "The server renumbered this folder; it is being read anew."
                raise ServerError(ErrorKind.MESSAGE_GONE, words, remedy=Remedy.TELL)
            return work(session)

        try:
            return self._connection.run(selected)
        except NetworkError as error:
            words = "This message is not stored on this machine, and the server cannot be reached now."
            raise NetworkError(error.kind, words, remedy=Remedy.TELL, detail=error.summary) from error
        except ServerError as error:
            if error.kind is ErrorKind.MESSAGE_GONE:
                self._on_gone(place.mailbox)
            raise

    @contextmanager
    def _noticing(self, words: str) -> Iterator[None]:
        try:
            yield
        except StoreError as error:
            # A full disk must not keep anybody from reading.
            self._connection.auth.around.emit(Noticed(account=self._account, words=f"{words}: {error.summary}"))

    def _in_store(self, work: Callable[[AccountStore], T]) -> T:
        return self._storage.run(self._account, work, urgency=Urgency.SCREEN)

    def _now(self) -> datetime:
        return self._connection.auth.around.now()
