"""What is on the screen, as one frozen value, and how each event changes it. Pure: no widget, clock or engine.

Every event names the command that it answers. ``waiting`` says which command each pane waits for; an event of
any other command for that pane is stale and changes nothing, which is what keeps quick moves correct.
"""

from array import array
from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from msgspec import Struct, field
from msgspec.structs import replace

from tuimail.api.events import (
    AccountChanged,
    AccountsListed,
    Cancelled,
    Event,
    Failed,
    FillingChanged,
    Finished,
    KeychainAsking,
    LinkChanged,
    ListChanged,
    ListLoaded,
    MailboxesListed,
    MessageLoaded,
    OutboxChanged,
    Progress,
    ServerHits,
    SignedOutReport,
    SourceLoaded,
    ThreadLoaded,
)
from tuimail.domain.account import Account, AccountSummary, LinkState, SignedOut, SignInState
from tuimail.domain.account import Link as LinkKind
from tuimail.domain.discreet import Discreet
from tuimail.domain.draft import OutboxItem, OutboxState
from tuimail.domain.errors import Problem
from tuimail.domain.ids import AccountId, CommandId, MailboxId, RowId
from tuimail.domain.listing import ListView
from tuimail.domain.mailbox import Mailbox, MailboxRole
from tuimail.domain.together import ALL_ACCOUNTS, parted
from tuimail.ui.conversations import Places, Threads, with_threads
from tuimail.ui.hits import Hits, after_end, after_list, after_server, searched, with_remote
from tuimail.ui.stack import Reading, arrived, begun, renewed, with_letter

_NOT_CONNECTED = LinkState(link=LinkKind.IDLE)


class Slot(StrEnum):
    """What waits for an answer of its own."""

    LIST = "list"
    READER = "reader"


class AccountView(Struct, frozen=True, kw_only=True):
    """What is known of one account."""

    sign_in: SignInState | None = None
    """None until the engine has said."""
    link: LinkState = _NOT_CONNECTED
    mailboxes: tuple[Mailbox, ...] = ()
    outbox: tuple[OutboxItem, ...] = ()
    outbox_known: bool = False
    filling: FillingChanged | None = None
    """What is being fetched in the background; None at its end."""
    read_only: str = ""
    """Why this process may not write, such as another window being open."""
    trouble: Problem | None = None
    """Why the account could not be opened."""
    left_in: MailboxId | None = None
    """The mailbox that was open when another account came onto the screen, or the program ended."""

    @property
    def unsent(self) -> tuple[OutboxItem, ...]:
        """Mail that has not left yet."""
        return tuple(item for item in self.outbox if item.state is not OutboxState.SENT)


class AppState(Discreet, frozen=True, kw_only=True):
    """The whole state; ``account`` is the one on screen."""

    hidden: ClassVar[tuple[str, ...]] = ("rows", "listed", "threads")

    account: AccountId
    accounts: Mapping[AccountId, AccountView]
    opened: Mapping[CommandId, AccountId] = field(default_factory=dict)
    """Commands that opened accounts, or are about to."""
    mailbox: MailboxId | None = None
    rows: "array[int]" = field(default_factory=lambda: array("q"))
    """What the list shows: ``listed`` with ``threads``."""
    listed: "array[int]" = field(default_factory=lambda: array("q"))
    """The order that the engine gave."""
    list_view: ListView = ListView()
    """How ``listed`` was made."""
    asked_view: ListView | None = None
    """How the mailbox is to be shown, until that is there."""
    threads: Threads = field(default_factory=dict)
    """Conversations unfolded by themselves, or folded by themselves where all are unfolded."""
    query: str = ""
    rows_known: bool = False
    """False until the mailbox's first list has come."""
    begin_at: RowId | None = None
    """Where the cursor was when the mailbox was last left, also before a restart."""
    is_complete: bool = True
    new_mail: int = 0
    reading: Reading | None = None
    hits: Hits = Hits()
    """What is known of the search beside its rows."""
    waiting: Mapping[Slot, CommandId] = field(default_factory=dict)
    doing: Mapping[CommandId, Progress] = field(default_factory=dict)
    """Commands that reported progress and have not ended."""
    keychain_asking: bool = False

    @property
    def view(self) -> AccountView:
        """The account on screen."""
        return self.accounts[self.account]

    @property
    def is_joint(self) -> bool:
        """Whether all accounts together are on the screen."""
        return self.account == ALL_ACCOUNTS

    @property
    def own_accounts(self) -> tuple[AccountId, ...]:
        """The accounts of the profile in their order, which is that of the joint rows' places."""
        return tuple(account for account in self.accounts if account != ALL_ACCOUNTS)

    @property
    def concerned(self) -> tuple[AccountId, ...]:
        """The accounts whose mail is on the screen."""
        return self.own_accounts if self.is_joint else (self.account,)

    def account_of(self, row: RowId) -> AccountId:
        """The account that a row of the list is from."""
        return self.own_accounts[parted(row)[1]] if self.is_joint else self.account

    @property
    def outbox(self) -> tuple[OutboxItem, ...]:
        """Mail on its way from the accounts on the screen."""
        return tuple(item for account in self.concerned for item in self.accounts[account].outbox)

    @property
    def wanted_view(self) -> ListView:
        """How the open mailbox is shown, or will be in a moment."""
        return self.list_view if self.asked_view is None else self.asked_view

    @property
    def current_mailbox(self) -> Mailbox | None:
        """The open mailbox, once its account's folders are known."""
        return next((box for box in self.view.mailboxes if box.id == self.mailbox), None)

    def with_role(self, role: MailboxRole) -> Mailbox | None:
        """The account's mailbox for this purpose."""
        return next((box for box in self.view.mailboxes if box.role is role), None)


def begin(accounts: tuple[Account, ...], account: AccountId) -> AppState:
    """The state before anything was heard."""
    names = [each.id for each in accounts]
    if len(names) > 1:
        names.insert(0, ALL_ACCOUNTS)
    return AppState(account=account, accounts={name: AccountView() for name in names})


def switch_account(state: AppState, account: AccountId) -> AppState:
    """Another account on screen, with what is known of it; the one before remembers which mailbox was open."""
    accounts = {**state.accounts, state.account: replace(state.view, left_in=state.mailbox)}
    return AppState(
        account=account,
        accounts=accounts,
        opened=state.opened,
        doing=state.doing,
        keychain_asking=state.keychain_asking,
    )


def opening_account(state: AppState, account: AccountId, command: CommandId) -> AppState:
    """An account is being opened."""
    state = replace(state, opened={**state.opened, command: account})
    return _with_account(state, account, replace(state.accounts[account], trouble=None))


def open_mailbox(state: AppState, mailbox: MailboxId, command: CommandId) -> AppState:
    """A mailbox was asked for: its rows are awaited, nothing of the old one stays."""
    return replace(
        state,
        mailbox=mailbox,
        rows=array("q"),
        listed=array("q"),
        list_view=ListView(),
        asked_view=None,
        threads={},
        query="",
        hits=Hits(),
        rows_known=False,
        begin_at=None,
        is_complete=True,
        new_mail=0,
        reading=None,
        waiting=dict.fromkeys((Slot.LIST,), command),
    )


def show_in(state: AppState, view: ListView, command: CommandId) -> AppState:
    """Another order was asked for; the rows stay until its answer comes."""
    return replace(state, asked_view=view, waiting={**state.waiting, Slot.LIST: command})


def with_conversations(state: AppState, threads: Threads) -> AppState:
    """These conversations stand otherwise than the view says."""
    rows = with_threads(state.listed, threads, is_unfolded=state.list_view.is_unfolded)
    return replace(state, threads=threads, rows=rows)


def search(state: AppState, query: str, command: CommandId) -> AppState:
    """A search was asked for; the rows stay until its answer comes."""
    hits = searched(state.hits if query == state.query else Hits(searches=state.hits.searches), command)
    return replace(state, query=query, hits=hits, waiting={**state.waiting, Slot.LIST: command})


def open_message(state: AppState, row: RowId, command: CommandId) -> AppState:
    """A message was asked for, alone."""
    reading = Reading(row=row, unfolded=frozenset((row,)), awaited=row)
    return replace(state, reading=reading, waiting={**state.waiting, Slot.READER: command})


def open_thread(state: AppState, row: RowId, command: CommandId, *, from_end: bool = False) -> AppState:
    """The messages of a conversation were asked for."""
    reading = Reading(row=row, is_conversation=True, from_end=from_end)
    return replace(state, reading=reading, waiting={**state.waiting, Slot.READER: command})


def await_message(state: AppState, command: CommandId, row: RowId | None = None) -> AppState:
    """More of what is open was asked for, of ``row`` or else of the message under the reader's cursor."""
    if state.reading is None:
        return state
    reading = replace(state.reading, awaited=state.reading.row if row is None else row)
    return replace(state, reading=reading, waiting={**state.waiting, Slot.READER: command})


def give_up_message(state: AppState, problem: Problem) -> AppState:
    """What the reader waited for does not come."""
    reading = state.reading
    if reading is None:
        return state
    row = reading.row if reading.awaited is None else reading.awaited
    reading = replace(with_letter(reading, row, problem=problem), unfolded=reading.unfolded or frozenset((row,)))
    return replace(state, reading=replace(reading, awaited=None))


def close_message(state: AppState) -> AppState:
    """The reader is empty again; an answer still on its way is stale."""
    waiting = dict(state.waiting)
    waiting.pop(Slot.READER, None)
    return replace(state, reading=None, waiting=waiting)


def show_message(state: AppState) -> AppState:
    """Back from the source to the message."""
    return _with_letter(state, source=None)


def reduce(state: AppState, event: Event) -> AppState:  # noqa: PLR0911 (one case an event)
    """The state after the event. Events of superseded commands change nothing."""
    match event:
        case Finished() | Cancelled() | Failed() | Progress():
            return _reduce_ending(state, event)
        case ListLoaded() | ListChanged():
            return _reduce_list(state, event)
        case ServerHits():
            return _reduce_server_hits(state, event)
        case MessageLoaded() | ThreadLoaded() | SourceLoaded():
            return _reduce_reader(state, event)
        case AccountChanged(account=account, state=sign_in):
            return _reduce_sign_in(state, account, sign_in)
        case LinkChanged(account=account, state=link):
            return _with_account(state, account, replace(state.accounts[account], link=link))
        case MailboxesListed(account=account, mailboxes=mailboxes, left_in=left_in):
            view = state.accounts[account]
            return _with_account(state, account, replace(view, mailboxes=mailboxes, left_in=view.left_in or left_in))
        case FillingChanged(account=account):
            filling = event if event.done < event.total else None
            return _with_account(state, account, replace(state.accounts[account], filling=filling))
        case OutboxChanged(account=account, items=items):
            return _with_account(state, account, replace(state.accounts[account], outbox=items, outbox_known=True))
        case AccountsListed(accounts=accounts):
            return _reduce_accounts(state, accounts)
        case SignedOutReport(account=account):
            return _reduce_sign_in(state, account, SignedOut())
        case KeychainAsking(asking=asking):
            return replace(state, keychain_asking=asking)
        case _:
            return state


def _reduce_ending(state: AppState, event: Finished | Cancelled | Failed | Progress) -> AppState:
    if event.command is None:
        return state
    if isinstance(event, Progress):
        return replace(state, doing={**state.doing, event.command: event})
    state = replace(state, hits=after_end(state.hits, event, state.waiting.get(Slot.LIST)))
    if event.command in state.doing:
        state = replace(state, doing={number: p for number, p in state.doing.items() if number != event.command})
    if isinstance(event, Failed) and event.command in state.opened:
        account = state.opened[event.command]
        return _with_account(state, account, replace(state.accounts[account], trouble=event.problem))
    if isinstance(event, Failed) and state.waiting.get(Slot.LIST) == event.command:
        return replace(state, asked_view=None)
    if isinstance(event, Failed) and state.waiting.get(Slot.READER) == event.command:
        return give_up_message(state, event.problem)
    return state


def _reduce_list(state: AppState, event: ListLoaded | ListChanged) -> AppState:
    if event.account != state.account or event.mailbox != state.mailbox:
        return state
    if isinstance(event, ListLoaded):
        if event.command is not None and event.command != state.waiting.get(Slot.LIST):
            return state
        state = state if state.rows_known else replace(state, begin_at=event.begin_at)
        threads = state.threads if event.view == state.list_view and not event.query else {}
        shown = replace(state, list_view=event.view, asked_view=None, threads=threads, query=event.query)
        state = _with_list(shown, event)
        if not event.query:
            return replace(state, hits=replace(state.hits, trouble=None)) if state.hits.trouble else state
        hits = after_list(state.hits, event)
        rows = with_remote(hits, event.rows)
        return replace(state, hits=hits, listed=rows, rows=rows)
    state = replace(state, new_mail=state.new_mail + event.new_mail)
    return state if state.query or event.view != state.list_view else _with_list(state, event)


def _reduce_server_hits(state: AppState, event: ServerHits) -> AppState:
    hits = after_server(state.hits, event)
    if hits is state.hits or event.query != state.query:
        return state
    rows = with_remote(hits, state.listed)
    return replace(state, hits=hits, listed=rows, rows=rows)


def _with_list(state: AppState, event: ListLoaded | ListChanged) -> AppState:
    rows = with_threads(event.rows, state.threads, is_unfolded=event.view.is_unfolded)
    return replace(state, listed=event.rows, rows=rows, rows_known=True, is_complete=event.is_complete)


def _reduce_accounts(state: AppState, summaries: tuple[AccountSummary, ...]) -> AppState:
    views = {
        summary.account.id: replace(state.accounts[summary.account.id], read_only=summary.read_only_reason)
        for summary in summaries
        if summary.account.id in state.accounts
    }
    return replace(state, accounts={**state.accounts, **views})


def _reduce_sign_in(state: AppState, account: AccountId, sign_in: SignInState) -> AppState:
    view = replace(state.accounts[account], sign_in=sign_in)
    if not isinstance(sign_in, SignedOut):
        return _with_account(state, account, view)
    # What a sign-out deletes on disk leaves the screen with it; an account that never signed in shows nothing.
    bare = AccountView(sign_in=sign_in)
    emptied = switch_account(state, account) if account == state.account else state
    return _with_account(emptied, account, bare)


def is_listed(state: AppState, event: ThreadLoaded) -> bool:
    """Whether any of it is in the list: of a message that is gone, the answer may name itself alone."""
    places = Places(state.rows)
    return any(places.of(row) is not None for row in (event.head, *event.rows))


def _reduce_reader(state: AppState, event: MessageLoaded | ThreadLoaded | SourceLoaded) -> AppState:
    reading = state.reading
    if reading is None or event.account != state.account:
        return state
    awaited = state.waiting.get(Slot.READER)
    match event:
        case MessageLoaded(row=row) if row in reading.rows and event.command in {None, awaited}:
            came = arrived(reading, event)
            return replace(state, reading=replace(came, awaited=None if event.command else reading.awaited))
        case SourceLoaded(row=row, text=text) if row == reading.row:
            return _with_letter(state, source=text)
        case ThreadLoaded(mailbox=mailbox) if reading.is_conversation and mailbox == state.mailbox:
            if not reading.stack and event.command == awaited:
                waiting = {slot: command for slot, command in state.waiting.items() if slot is not Slot.READER}
                return replace(state, reading=begun(reading, event), waiting=waiting)
            if is_listed(state, event) and not frozenset(reading.rows).isdisjoint(event.rows):
                return replace(state, reading=renewed(reading, event))
        case _:
            pass
    return state


def _with_letter(state: AppState, **changes: object) -> AppState:
    """Something else is known of the message under the reader's cursor."""
    reading = state.reading
    return state if reading is None else replace(state, reading=with_letter(reading, reading.row, **changes))


def _with_account(state: AppState, account: AccountId, view: AccountView) -> AppState:
    return replace(state, accounts={**state.accounts, account: view})
