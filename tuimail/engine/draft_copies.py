"""Copies of drafts in the server's Drafts, so that other programs see them: a newer one replaces the older one.

The new copy is filed before the old one is deleted, and each is noted before it is filed, so that a cut at any point
leaves one too many for a moment and never none. Nothing here loses a draft: what is typed lies in the store.
"""

import logging
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from functools import partial

from msgspec import Struct

from tuimail.domain.address import Address
from tuimail.domain.draft import Draft, as_kept
from tuimail.domain.errors import TuimailError
from tuimail.domain.ids import DraftId, MailboxId
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.message import Flag
from tuimail.engine.connection import Connection
from tuimail.engine.storage import AccountStore, Storage
from tuimail.engine.worker import Urgency
from tuimail.mime.compose import build, new_message_id
from tuimail.net.imap.session import ImapSession
from tuimail.store.draft_copies import DraftCopy

log = logging.getLogger(__name__)

MAX_COPY = 5 * 1024 * 1024
"""Files in a draft beyond this size keep it on this machine: they would hold up the connection each time."""
KEPT_HERE = "A draft with more than 5 MB of files is kept on this machine alone, not in the server's Drafts."
_FLAGS = frozenset({Flag.DRAFT, Flag.SEEN})


class _Needed(Struct, frozen=True, kw_only=True):
    """What the store says of a draft."""

    mailbox: MailboxId
    raw_name: bytes
    copies: tuple[DraftCopy, ...]
    wanted: tuple[Draft, bytes] | None
    """The draft as it is, and its digest; None for one that is gone."""


class DraftCopyDesk:
    """The copies of one account's drafts. ``bring_up_to_date`` runs on the ``imap`` worker, the rest on any thread."""

    def __init__(
        self,
        connection: Connection,
        storage: Storage,
        *,
        zone: tzinfo,
        now: Callable[[], datetime],
        on_changed: Callable[[MailboxId], None],
        is_writer: Callable[[], bool],
    ) -> None:
        """``on_changed`` brings a mailbox up to date whose mails were changed; ``is_writer``: whether copying is up to
        this window. Any thread."""
        self._connection = connection
        self._account = connection.account
        self._storage = storage
        self._zone = zone
        self._now = now
        self._on_changed = on_changed
        self._is_writer = is_writer
        self._being_written: set[DraftId] = set()
        self.on_left: Callable[[], None] = lambda: None
        """Called after a draft was left here whose copy another window has to make. Any thread."""

    def why_none(self, draft: Draft) -> str:
        """Why the draft gets no copy; empty where it gets one."""
        return KEPT_HERE if is_too_big(draft) else ""

    def opened(self, draft: DraftId) -> None:
        """The draft is in a composer: its copy waits until it is left."""
        self._being_written.add(draft)

    def left(self, draft: DraftId) -> None:
        """It was left, sent or discarded: its copy follows as soon as the server can be reached."""
        self._being_written.discard(draft)
        if not self._is_writer():
            self.on_left()
        elif self._connection.is_up:
            self._connection.worker.post(lambda: self._or_log((draft,)), urgency=Urgency.BACKGROUND)

    def look(self) -> None:
        """Another window left a draft."""
        if self._is_writer() and self._connection.is_up:
            self._connection.worker.post(self.bring_up_to_date, urgency=Urgency.BACKGROUND)

    def bring_up_to_date(self) -> None:
        """After a new connection: everything that was written or sent without one."""
        self._or_log(self._storage.run(self._account.id, lambda store: store.draft_copies.concerned()))

    def _or_log(self, drafts: Sequence[DraftId]) -> None:
        try:
            for draft in drafts:
                self._settle(draft)
        except TuimailError as error:
            # Tried again with the next connection, and at the draft's next end.
            log.info("copies of drafts: %s", error.kind)

    def _settle(self, draft: DraftId) -> None:
        if draft in self._being_written:
            return
        needed = self._storage.run(self._account.id, lambda store: self._look(store, draft))
        if needed is None:
            return
        current = self._current(needed.wanted, needed) if needed.wanted else None
        outdated = [copy for copy in needed.copies if copy.id != current]
        for copy in outdated:
            self._connection.run(partial(_delete, raw_name=needed.raw_name, copy=copy))
            self._storage.run(self._account.id, partial(_drop, key=copy.id))
        if outdated or current not in {copy.id for copy in needed.copies}:
            self._on_changed(needed.mailbox)

    def _look(self, store: AccountStore, draft: DraftId) -> _Needed | None:
        mailbox = store.mailboxes.by_role(MailboxRole.DRAFTS)
        raw_name = store.mailboxes.raw_name(mailbox.id) if mailbox is not None else None
        if mailbox is None or raw_name is None or store.draft_copies.is_leaving(draft):
            return None
        digest = store.draft_copies.wanted(draft)
        kept = store.drafts.load(draft) if digest is not None else None
        if kept is not None and is_too_big(kept):
            return None
        return _Needed(
            mailbox=mailbox.id,
            raw_name=raw_name,
            copies=store.draft_copies.of(draft),
            wanted=(kept, digest) if kept is not None and digest is not None else None,
        )

    def _current(self, wanted: tuple[Draft, bytes], needed: _Needed) -> int:
        """The key of the copy that shows the draft as it is, which is filed where there is none."""
        known = next((copy for copy in reversed(needed.copies) if copy.digest == wanted[1]), None)
        if known is not None and known.place is not None:
            return known.id
        return self._file(wanted, needed, known)

    def _file(self, wanted: tuple[Draft, bytes], needed: _Needed, begun: DraftCopy | None) -> int:
        draft, digest = wanted
        sender = Address(name=self._account.name, spec=self._account.address)
        message_id = begun.message_id if begun else new_message_id(sender.domain, secrets.token_hex(16))
        built = build(
            as_kept(draft, sender=sender),
            date=self._now().astimezone(self._zone),
            message_id=message_id,
            flowed=self._account.flowed,
            keeps_bcc=True,
        )

        def begin(store: AccountStore) -> int:
            return begun.id if begun else store.draft_copies.begin(draft.id, message_id=message_id, digest=digest)

        key = self._storage.run(self._account.id, begin)
        may_be_there = begun is not None

        def file(session: ImapSession) -> tuple[int, int] | None:
            nonlocal may_be_there
            uidvalidity = session.use(needed.raw_name)
            # One whose answer was lost lies there already.
            found = session.find_message_id(message_id) if may_be_there else []
            may_be_there = True
            uid = found[-1] if found else session.append(needed.raw_name, built.data, _FLAGS)
            if uid is None:
                uid = next(iter(reversed(session.find_message_id(message_id))), None)
            return None if uid is None else (uidvalidity, uid)

        place = self._connection.run(file)
        if place is not None:
            self._storage.run(self._account.id, lambda store: store.draft_copies.filed(key, place))
        return key


def is_too_big(draft: Draft) -> bool:
    """Whether its files are too much for a copy."""
    return sum(len(file.data) for file in draft.attachments) > MAX_COPY


def _delete(session: ImapSession, *, raw_name: bytes, copy: DraftCopy) -> None:
    uidvalidity = session.use(raw_name)
    if copy.place is not None and copy.place[0] == uidvalidity:
        session.delete([copy.place[1]])
    elif copy.message_id:
        session.delete(session.find_message_id(copy.message_id))


def _drop(store: AccountStore, *, key: int) -> None:
    store.draft_copies.drop(key)
