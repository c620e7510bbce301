"""The folders of one account: the server's list with its counts taken over, and kept up to date."""

from collections.abc import Sequence

from msgspec.structs import replace

from tuimail.domain.ids import AccountId, MailboxId
from tuimail.domain.mailbox import MailboxRole, role_from_attributes, role_from_name
from tuimail.engine.connection import Connection
from tuimail.engine.mailboxes import ListRoom
from tuimail.engine.storage import AccountStore, Storage
from tuimail.net.imap.news import MailboxStatus
from tuimail.net.imap.translate import ListedMailbox as OnWire
from tuimail.store.mailboxes import ListedMailbox, SyncState


class FolderDesk:
    """Takes over what LIST and STATUS tell. On the ``imap`` worker."""

    def __init__(self, connection: Connection, storage: Storage, lists: ListRoom) -> None:
        self._connection = connection
        self._account: AccountId = connection.account.id
        self._storage = storage
        self._lists = lists

    def refresh(self) -> list[MailboxId]:
        """Ask for all mailboxes with their counts, keep and show them; see ``take``."""
        return self.take(self._connection.run(lambda session: session.list_mailboxes()))

    def take(self, listed: Sequence[OnWire]) -> list[MailboxId]:
        """Keep and show what the server listed; returns which of the inbox and the open one have other mail there."""
        roles = _roles(listed)

        def save(store: AccountStore) -> list[MailboxId]:
            followed = {self._lists.open_mailbox.get(self._account)}
            outdated = []
            with store.db.transaction():
                store.mailboxes.replace_all([_as_stored(each, roles[each.raw]) for each in listed])
                ids = store.mailboxes.ids_by_raw_name()
                for each in listed:
                    if not each.uidvalidity or each.raw not in ids:
                        continue
                    mailbox = ids[each.raw]
                    is_followed = mailbox in followed or roles[each.raw] is MailboxRole.INBOX
                    if _take_counts(store, mailbox, each) and is_followed:
                        outdated.append(mailbox)
            self._lists.show_mailboxes(self._account)
            return outdated

        return self._storage.run(self._account, save)

    def take_statuses(self, statuses: Sequence[MailboxStatus]) -> list[MailboxId]:
        """Keep and show counts that the server told by itself; returns the same as ``take``."""

        def save(store: AccountStore) -> list[MailboxId]:
            shown, outdated = self._lists.open_mailbox.get(self._account), []
            with store.db.transaction():
                for told in statuses:
                    mailbox = store.mailboxes.by_raw_name(told.raw)
                    if mailbox is None:
                        continue
                    is_followed = mailbox.id == shown or mailbox.role is MailboxRole.INBOX
                    if not is_followed:
                        store.mailboxes.note_counts(mailbox.id, total=told.total, unread=told.unread)
                    elif _has_moved_on(store.mailboxes.sync_state(mailbox.id), mailbox.total, told):
                        outdated.append(mailbox.id)
            self._lists.show_mailboxes(self._account)
            return outdated

        return self._storage.run(self._account, save)


def _take_counts(store: AccountStore, mailbox: MailboxId, told: OnWire) -> bool:
    """Keep the server's counts; whether it has other mail, or other flags, than what is stored."""
    state = store.mailboxes.sync_state(mailbox)
    store.mailboxes.note_counts(mailbox, total=told.total, unread=told.unread)
    if state.uidvalidity is None:
        # Messages may be moved there before it is ever opened; their UIDs need it.
        store.mailboxes.save_sync_state(mailbox, replace(state, uidvalidity=told.uidvalidity))
    same = (told.uidvalidity, told.uidnext) == (state.uidvalidity, state.uidnext)
    return not same or told.highestmodseq is None or told.highestmodseq != state.highestmodseq


def _has_moved_on(state: SyncState, total: int, told: MailboxStatus) -> bool:
    """Whether a mailbox has other mail, or other flags, than what is stored, as far as the server told."""
    pairs = (
        (told.total, total),
        (told.uidvalidity, state.uidvalidity),
        (told.uidnext, state.uidnext),
        (told.highestmodseq, state.highestmodseq),
    )
    return any(there is not None and there != here for there, here in pairs)


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
