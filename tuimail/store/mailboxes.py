"""The account's mailboxes: names, roles, counts, and how far each is synchronised."""

from collections.abc import Sequence

from msgspec import Struct

from tuimail.domain.ids import MailboxId, Uid
from tuimail.domain.mailbox import Mailbox, MailboxRole, display_order
from tuimail.store.columns import as_json, pack_flags, unpack_flags
from tuimail.store.db import Columns, Database


class ListedMailbox(Struct, frozen=True, kw_only=True):
    """A mailbox as LIST told it."""

    raw_name: bytes
    """The name as it goes back to the server, byte for byte."""
    name: str
    """Decoded and cleaned."""
    delimiter: str = "/"
    role: MailboxRole = MailboxRole.NONE
    attributes: tuple[str, ...] = ()
    selectable: bool = True


class SyncState(Struct, frozen=True, kw_only=True):
    """How far a mailbox is synchronised; None: not known yet."""

    uidvalidity: int | None = None
    uidnext: int | None = None
    highestmodseq: int | None = None
    oldest_uid: Uid | None = None
    """Rows down to this UID are here; older ones are still to come unless ``is_complete``."""
    is_complete: bool = False


class MailboxRepository:
    """The mailboxes of one account."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def replace_all(self, listed: Sequence[ListedMailbox]) -> None:
        """Take the server's list over. Known names keep their ids and rows; those gone go with their messages.

        One that a waiting move goes to stays for now: the server's refusal of the move is what tells the user.
        """
        with self._db.transaction():
            for mailbox in listed:
                self._upsert(mailbox)
            names = {mailbox.raw_name for mailbox in listed}
            known = self._db.all(
                "select id, raw_name from mailboxes m where not exists (select 1 from changes where target = m.id)"
            )
            gone = [key for key, raw_name in known if raw_name not in names]
            self._db.run("delete from mailboxes where id in (select value from json_each(?))", as_json(gone))

    def add(self, mailbox: ListedMailbox) -> MailboxId:
        """Add or update one mailbox."""
        return MailboxId(self._upsert(mailbox))

    def list(self) -> tuple[Mailbox, ...]:
        """All mailboxes with their counts, in display order."""
        return tuple(display_order([_mailbox(columns) for columns in self._db.all(_SELECT)]))

    def get(self, mailbox: MailboxId) -> Mailbox | None:
        """One mailbox, None once it is gone."""
        columns = self._db.one(f"{_SELECT} where id = ?", mailbox)
        return _mailbox(columns) if columns else None

    def by_role(self, role: MailboxRole) -> Mailbox | None:
        """The mailbox that has this role, the shortest name where several claim it."""
        columns = self._db.one(f"{_SELECT} where role = ? and selectable order by length(name), id", role.value)
        return _mailbox(columns) if columns else None

    def by_raw_name(self, raw_name: bytes) -> Mailbox | None:
        """The mailbox of this name on the wire."""
        columns = self._db.one(f"{_SELECT} where raw_name = ?", raw_name)
        return _mailbox(columns) if columns else None

    def ids_by_raw_name(self) -> dict[bytes, MailboxId]:
        """All mailboxes by their names on the wire."""
        return {bytes(raw_name): MailboxId(key) for key, raw_name in self._db.all("select id, raw_name from mailboxes")}

    def raw_name(self, mailbox: MailboxId) -> bytes | None:
        """The name for the wire, None once the mailbox is gone."""
        found = self._db.value("select raw_name from mailboxes where id = ?", mailbox)
        return None if found is None else bytes(found)

    def attributes(self, mailbox: MailboxId) -> frozenset[str]:
        """What LIST said about it."""
        return unpack_flags(self._db.value("select attributes from mailboxes where id = ?", mailbox) or "")

    def note_counts(self, mailbox: MailboxId, *, total: int | None = None, unread: int | None = None) -> None:
        """Take over what the server counts; None leaves a number. Changes made here adjust it from then on."""
        self._db.run(
            "update mailboxes set total = coalesce(?, total), unread = coalesce(?, unread) where id = ?",
            total, unread, mailbox,
        )  # fmt: skip

    def recount(self, mailbox: MailboxId) -> Mailbox | None:
        """Count the stored rows instead, for a mailbox that is stored completely."""
        self._db.run(
            "update mailboxes set total = (select count(*) from messages where shown_in = mailboxes.id),"
            " unread = (select count(*) from messages where shown_in = mailboxes.id and is_seen = 0) where id = ?",
            mailbox,
        )
        return self.get(mailbox)

    def sync_state(self, mailbox: MailboxId) -> SyncState:
        """How far the mailbox is synchronised."""
        columns = self._db.one(
            "select uidvalidity, uidnext, highestmodseq, oldest_uid, is_complete from mailboxes where id = ?", mailbox
        )
        if columns is None:
            return SyncState()
        uidvalidity, uidnext, highestmodseq, oldest_uid, is_complete = columns
        return SyncState(
            uidvalidity=uidvalidity,
            uidnext=uidnext,
            highestmodseq=highestmodseq,
            oldest_uid=None if oldest_uid is None else Uid(oldest_uid),
            is_complete=bool(is_complete),
        )

    def save_sync_state(self, mailbox: MailboxId, state: SyncState) -> None:
        """Keep how far it is. Do so in one transaction with the rows that the state speaks of."""
        self._db.run(
            "update mailboxes set uidvalidity = ?, uidnext = ?, highestmodseq = ?, oldest_uid = ?, is_complete = ?"
            " where id = ?",
            state.uidvalidity, state.uidnext, state.highestmodseq, state.oldest_uid, state.is_complete, mailbox,
        )  # fmt: skip

    def _upsert(self, mailbox: ListedMailbox) -> int:
        found: int = self._db.value(
            "insert into mailboxes (raw_name, name, delimiter, role, attributes, selectable) values (?, ?, ?, ?, ?, ?)"
            " on conflict (raw_name) do update set name = excluded.name, delimiter = excluded.delimiter,"
            " role = excluded.role, attributes = excluded.attributes, selectable = excluded.selectable returning id",
            mailbox.raw_name, mailbox.name, mailbox.delimiter, mailbox.role.value, pack_flags(mailbox.attributes),
            mailbox.selectable,
        )  # fmt: skip
        return found


_SELECT = "select id, name, role, delimiter, selectable, total, unread from mailboxes"


def _mailbox(columns: Columns) -> Mailbox:
    key, name, role, delimiter, selectable, total, unread = columns
    return Mailbox(
        id=MailboxId(key),
        name=name,
        role=MailboxRole(role),
        delimiter=delimiter,
        selectable=bool(selectable),
        total=total,
        unread=unread,
    )
