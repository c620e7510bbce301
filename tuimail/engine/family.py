"""The accounts of a profile among each other: their places, their folders, and their answers as answers of all."""

import threading
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from tuimail.api.events import Event, MessageLoaded, RowsLoaded, SourceLoaded, ThreadLoaded
from tuimail.domain.ids import AccountId, MailboxId, RowId
from tuimail.domain.listing import ThreadPlace
from tuimail.domain.mailbox import Mailbox, MailboxRole
from tuimail.domain.message import Envelope
from tuimail.domain.together import ALL_ACCOUNTS, joined, parted, shared_id, shared_mailboxes, shared_role
from tuimail.engine.engine import Route


class Family:
    """What is known of all accounts. Any thread."""

    def __init__(self, accounts: Sequence[AccountId]) -> None:
        """``accounts`` in the order of the profile."""
        self.accounts = tuple(accounts)
        self.guard = threading.RLock()
        self.routes: dict[type, Route] = {}
        """Of the accounts themselves."""
        self._places = {account: place for place, account in enumerate(accounts)}
        self._boxes: dict[AccountId, tuple[Mailbox, ...]] = {}

    def __contains__(self, account: AccountId) -> bool:
        return account in self._places

    def place(self, account: AccountId) -> int:
        """The account's place among the rows of all."""
        return self._places[account]

    @property
    def opened(self) -> tuple[AccountId, ...]:
        """The accounts whose folders are known."""
        return tuple(account for account in self.accounts if self._boxes.get(account))

    @property
    def mailboxes(self) -> tuple[Mailbox, ...]:
        """The mailboxes of all together."""
        return shared_mailboxes([self._boxes.get(account, ()) for account in self.accounts])

    def put(self, account: AccountId, mailboxes: tuple[Mailbox, ...]) -> None:
        """The account's folders."""
        self._boxes[account] = mailboxes

    def own_mailbox(self, account: AccountId, mailbox: MailboxId) -> MailboxId | None:
        """What the account has for the purpose of a shared mailbox."""
        role = shared_role(mailbox)
        return next((box.id for box in self._boxes.get(account, ()) if box.role is role), None)

    def shared_mailbox(self, account: AccountId, mailbox: MailboxId) -> MailboxId:
        """The shared mailbox for the purpose of one of the account's; 0 where there is none."""
        role = next((box.role for box in self._boxes.get(account, ()) if box.id == mailbox), MailboxRole.NONE)
        return shared_id(role)

    def by_account(self, rows: Iterable[RowId]) -> dict[AccountId, tuple[RowId, ...]]:
        """Rows of all accounts as those of each."""
        found: dict[AccountId, list[RowId]] = {}
        for row in rows:
            own, place = parted(row)
            found.setdefault(self.accounts[place], []).append(own)
        return {account: tuple(own) for account, own in found.items()}

    def envelopes(self, account: AccountId, envelopes: Iterable[Envelope]) -> tuple[Envelope, ...]:
        """Envelopes of one account among those of all."""
        place = self._places[account]
        known: dict[MailboxId, MailboxId] = {}
        found = []
        for each in envelopes:
            if each.mailbox not in known:
                known[each.mailbox] = self.shared_mailbox(account, each.mailbox)
            found.append(replace(each, row=joined(each.row, place), mailbox=known[each.mailbox]))
        return tuple(found)

    def thread_places(self, account: AccountId, places: Mapping[int, ThreadPlace]) -> dict[int, ThreadPlace]:
        """How rows of one account stand in their conversations, for the rows of all."""
        mine = self._places[account]
        return {joined(row, mine): replace(place, head=joined(place.head, mine)) for row, place in places.items()}

    def answer(self, account: AccountId, event: Event) -> Event:
        """What one account answers, as all of them would."""
        mine = self._places[account]
        match event:
            case MessageLoaded(row=row) | SourceLoaded(row=row):
                return replace(event, account=ALL_ACCOUNTS, row=joined(row, mine))
            case RowsLoaded(envelopes=envelopes, places=places):
                return replace(
                    event,
                    account=ALL_ACCOUNTS,
                    envelopes=self.envelopes(account, envelopes),
                    places=self.thread_places(account, places),
                )
            case ThreadLoaded(mailbox=mailbox, rows=rows):
                return replace(
                    event,
                    account=ALL_ACCOUNTS,
                    mailbox=self.shared_mailbox(account, mailbox),
                    head=joined(event.head, mine),
                    rows=tuple(joined(row, mine) for row in rows),
                    envelopes=self.envelopes(account, event.envelopes),
                    places=self.thread_places(account, event.places),
                )
            case _:
                return event
