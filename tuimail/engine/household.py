"""All accounts of a profile: which rooms a command goes to, and what concerns every account."""

import ssl
import threading
import time
from collections.abc import Callable, Mapping

from tuimail.api.commands import ChooseKeychain, Command, ListAccounts, ListActivity
from tuimail.api.events import AccountsListed, ActivityListed
from tuimail.api.reading import OpenLink
from tuimail.api.writing import CompleteAddress
from tuimail.domain.account import Account, AccountSummary, Link, LinkState, SignedIn, SignedOut
from tuimail.domain.address_book import Contacts
from tuimail.domain.draft import Identity
from tuimail.domain.errors import ConfigError, ErrorKind, Problem, Remedy, TuimailError
from tuimail.domain.ids import AccountId, MailboxId, RowId
from tuimail.domain.message import Flag
from tuimail.engine.addresses import AddressRoom
from tuimail.engine.engine import Route, Routes
from tuimail.engine.job import Job
from tuimail.engine.rooms import AccountRooms, House
from tuimail.engine.worker import Urgency

ContextMaker = Callable[[str | None], ssl.SSLContext]


class Household:
    """The rooms of every account that was used, built at its first command."""

    def __init__(
        self,
        accounts: tuple[Account, ...],
        house: House,
        make_context: ContextMaker,
        *,
        contacts: Callable[[], Contacts] = Contacts,
    ) -> None:
        """``contacts`` reads what the user keeps of people, on ``house.parser``."""
        self._accounts = {account.id: account for account in accounts}
        self._house = house
        self._make_context = make_context
        self._rooms: dict[AccountId, AccountRooms] = {}
        self._routes: dict[AccountId, Mapping[type, Route]] = {}
        self._addresses = AddressRoom(
            house.storage,
            house.parser,
            own={each.id: frozenset(own.lower() for own in each.own_addresses) for each in accounts},
            now=house.around.now,
            contacts=contacts,
        )
        self._guard = threading.Lock()

    def routes(self, account_commands: tuple[type, ...]) -> Routes:
        """A route for each command; those of an account find its rooms by ``command.account``."""
        routes: dict[type, Route] = dict.fromkeys(account_commands, self._to_account)
        routes[ListAccounts] = self._list_accounts
        routes[ListActivity] = self._list_activity
        routes[ChooseKeychain] = self._house.vault.choose
        routes[OpenLink] = self._open_link
        routes[CompleteAddress] = self._addresses.complete
        return routes

    def open(self, job: Job) -> None:
        """Second half of ``OpenAccount``."""
        account = self._account_of(job.command)
        self.rooms(account).open(job)

    def rooms(self, account: AccountId) -> AccountRooms:
        """The account's rooms, built at the first call. Any thread."""
        with self._guard:
            found = self._rooms.get(account)
            if found is None:
                known = self._accounts[account]
                found = self._rooms[account] = AccountRooms(known, self._make_context(known.ca_file), self._house)
                found.on_turn = self._tell_accounts
                found.mark_elsewhere = self._mark
                found.drafts.other_identities = lambda: self._identities_besides(account)
                self._routes[account] = found.routes()
            return found

    def mailbox_opened(self, account: AccountId, mailbox: MailboxId) -> None:
        """A stored list is on the screen: bring it up to date. On the store worker."""
        rooms = self.rooms(account)
        if rooms.connection.is_online:
            rooms.sync.opened(mailbox)

    def look_at_outbox(self, account: AccountId) -> None:
        """Another window queued a mail, or left a draft. Any thread."""
        self.rooms(account).outbox.look()
        self.rooms(account).copies.look()

    def close(self, left_s: float) -> None:
        """End all rooms."""
        with self._guard:
            rooms = list(self._rooms.values())
        ends_at = time.monotonic() + left_s
        for each in rooms:
            each.stop()
        for each in rooms:
            each.close(max(0.0, ends_at - time.monotonic()))

    def _identities_besides(self, account: AccountId) -> tuple[Identity, ...]:
        """Who else could write: the accounts that are signed in and may send, in the order of the profile."""
        with self._guard:
            others = [self._rooms[known] for known in self._accounts if known in self._rooms and known != account]
        can_write = (each for each in others if each.account.can_send and isinstance(each.auth.state, SignedIn))
        return tuple(identity for each in can_write for identity in each.drafts.identities)

    def _mark(self, account: AccountId, row: RowId, flag: Flag) -> None:
        # Not after it was signed out meanwhile: its messages are gone with their flags.
        if self._house.storage.is_open(account):
            self.rooms(account).changes.mark(row, flag)

    def _to_account(self, job: Job) -> None:
        account = self._account_of(job.command)
        self.rooms(account).texts.user_acted()
        self._routes[account][type(job.command)](job)

    def _account_of(self, command: Command) -> AccountId:
        account = getattr(command, "account", None)
        if account is None:
            # A draft names its account itself.
            account = getattr(getattr(command, "draft", None), "account", None)
        if account not in self._accounts:
            words = "The profile has no such account."
            raise ConfigError(ErrorKind.BAD_PROFILE, words, remedy=Remedy.FIX_CONFIG)
        return AccountId(account)

    def _listed(self) -> AccountsListed:
        return AccountsListed(accounts=tuple(self._summary(account) for account in self._accounts))

    def _tell_accounts(self) -> None:
        self._house.storage.worker.post(lambda: self._house.emit(self._listed()))

    def _list_accounts(self, job: Job) -> None:
        def list_now(job: Job) -> None:
            job.emit(self._listed())
            job.finish()

        job.hand_to(self._house.storage.worker, list_now)

    def _summary(self, account: AccountId) -> AccountSummary:
        """The account's row; one that cannot be opened says why, and the others have theirs."""
        try:
            return self.rooms(account).summary()
        except TuimailError as error:
            house, known = self._house, self._accounts[account]
            return AccountSummary(
                account=known,
                state=SignedOut(reason=error.summary),
                link=LinkState(link=Link.IDLE, problem=error.as_problem()),
                kept_in=house.vault.title,
                store_bytes=house.storage.size_bytes(account),
                drafts=0,
                outbox=0,
                permissions=(),
            )

    def _list_activity(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, ListActivity)  # noqa: S101 (the route's own type, for the checker)

        def list_now(job: Job) -> None:
            job.emit(ActivityListed(entries=self._house.journal.newest(command.limit)))
            job.finish()

        job.hand_to(self._house.journal.worker, list_now, urgency=Urgency.NORMAL)

    def _open_link(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, OpenLink)  # noqa: S101 (the route's own type, for the checker)

        def open_now(job: Job) -> None:
            if self._house.browser.is_remote or not self._house.browser.open_link(command.url):
                words = "No browser could be opened here. Copy the address with y instead."
                job.fail(Problem(kind=ErrorKind.SERVER_REFUSED, summary=words, remedy=Remedy.TELL))
            else:
                job.finish("Opened in the browser")

        job.hand_to(self._house.parser, open_now)
