"""All accounts as one: an account named ``ALL_ACCOUNTS``, whose mailboxes hold what the accounts' own hold.

It owns no mail and no worker. A command for it becomes commands for the accounts concerned, and what they answer comes
back with rows that name their account (``domain.together``).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from tuimail.api import commands as c
from tuimail.api import reading
from tuimail.api.commands import Command
from tuimail.api.engine import Sink
from tuimail.api.events import AccountChanged, Cancelled, Event, Failed, Finished, ListChanged, MailboxesListed
from tuimail.domain.account import SignedOut
from tuimail.domain.errors import ConfigError, ErrorKind, Remedy
from tuimail.domain.ids import AccountId, CommandId, MailboxId
from tuimail.domain.mailbox import Mailbox, MailboxRole
from tuimail.domain.together import ALL_ACCOUNTS, parted, shared_role
from tuimail.engine.engine import Route, Routes
from tuimail.engine.family import Family
from tuimail.engine.gathering import Gathering
from tuimail.engine.job import Job
from tuimail.engine.joint_lists import JointLists


class _Undoable(Struct, frozen=True, kw_only=True):
    """An action that can be taken back."""

    accounts: tuple[AccountId, ...]
    """Where it was done."""
    seen_in: AccountId | None
    """Whose mail was on the screen: a mail begun there may have been sent from another account."""

    def concerns(self, account: AccountId) -> bool:
        """Whether somebody who looks at this account means it by "undo"."""
        return account in self.accounts or account == self.seen_in


class Together:
    """Takes the commands for all accounts out of the stream, and hears every event. Any thread."""

    def __init__(self, accounts: Sequence[AccountId], *, first: AccountId, emit: Sink) -> None:
        """``accounts`` in the order of the profile; ``first`` does what names none, such as writing a new mail."""
        self._family = Family(accounts)
        self._first = first
        self._emit = emit
        self._lists = JointLists(self._family, emit)
        self._told: tuple[Mailbox, ...] = ()
        self._running: dict[CommandId, AccountId] = {}
        self._undoable: list[_Undoable] = []
        """Actions that can be taken back, the newest last."""
        self._shown: AccountId | None = None
        """Whose folder was opened last."""
        self._own: dict[type, Callable[[Job], None]] = {
            c.OpenMailbox: self._lists.open,
            c.Search: self._lists.search,
            c.SearchServer: self._lists.search_servers,
            c.Undo: self._undo_newest,
            c.BeginDraft: self._in_first,
            **dict.fromkeys((c.LoadRows, c.Prefetch, c.SetFlags, c.MoveMessages, *reading.OF_MESSAGES), self._in_rows),
            **dict.fromkeys((c.OpenMessage, c.BeginAnswer, c.LoadThread, *reading.OF_ONE_MESSAGE), self._in_row),
            **dict.fromkeys((c.Refresh, c.PauseFilling), self._in_each),
        }

    def around(self, routes: Routes) -> Routes:
        """The same routes, but for the commands that are for all accounts."""
        self._family.routes.update(routes)
        return {kind: partial(self._dispatch, route) for kind, route in routes.items()}

    def hear(self, event: Event) -> None:
        """News of an account are news of all."""
        if isinstance(event, Finished | Failed | Cancelled):
            self._hear_ending(event)
        match event:
            case MailboxesListed(account=account, mailboxes=mailboxes) if account in self._family:
                self._hear_mailboxes(account, mailboxes)
            case AccountChanged(account=account, state=SignedOut()):
                self._hear_mailboxes(account, ())
            case ListChanged(account=account) if account in self._family:
                self._lists.changed(event)
            case _:
                pass

    def _dispatch(self, route: Route, job: Job) -> None:
        account = getattr(job.command, "account", None)
        if isinstance(job.command, c.OpenMailbox):
            self._shown = account
        if account == ALL_ACCOUNTS:
            self._own.get(type(job.command), _refuse)(job)
            return
        if isinstance(job.command, c.OpenMailbox):
            self._lists.leave()
        if isinstance(job.command, c.Undo) and self._undo(job, job.command.account):
            return
        if account is not None:
            with self._family.guard:
                self._running[job.number] = account
        route(job)

    # In which accounts

    def _run(self, job: Job, commands: Mapping[AccountId, Command]) -> None:
        """Carry it out in these accounts; what they answer comes back as an answer of all."""

        def answer(account: AccountId, event: Event) -> None:
            job.emit(self._family.answer(account, event))

        gathering = Gathering(job, commands, answer=answer)
        gathering.on_undoable = self._note_undoable
        gathering.run(self._family.routes[type(job.command)])

    def _in_first(self, job: Job) -> None:
        self._run(job, {self._first: job.command})

    def _in_each(self, job: Job) -> None:
        self._run(job, dict.fromkeys(self._family.opened, job.command))

    def _in_rows(self, job: Job) -> None:
        command = job.command
        found: dict[AccountId, Command] = {}
        heads = self._family.by_account(getattr(command, "heads", ()))
        for account, rows in self._family.by_account(getattr(command, "rows")).items():  # noqa: B009 (as below)
            changes: dict[str, object] = {"rows": rows}
            if hasattr(command, "heads"):
                changes["heads"] = heads.get(account, ())
            if isinstance(command, c.MoveMessages | reading.CopyMessages):
                changes["to"] = _role(command.to)
            found[account] = replace(command, **changes)
        self._run(job, found)

    def _in_row(self, job: Job) -> None:
        command = job.command
        row, place = parted(getattr(command, "row"))  # noqa: B009 (all of the table's commands have one)
        account, changes = self._family.accounts[place], dict[str, object](row=row)
        if isinstance(command, c.LoadThread):
            changes["mailbox"] = self._family.own_mailbox(account, command.mailbox)
        self._run(job, {account: replace(command, **changes)})

    # Undo

    def _note_undoable(self, accounts: tuple[AccountId, ...]) -> None:
        with self._family.guard:
            self._undoable.append(_Undoable(accounts=accounts, seen_in=self._shown))

    def _hear_ending(self, event: Finished | Failed | Cancelled) -> None:
        with self._family.guard:
            account = self._running.pop(event.command, None) if event.command is not None else None
            if account is not None and isinstance(event, Finished) and event.can_undo:
                self._undoable.append(_Undoable(accounts=(account,), seen_in=self._shown))

    def _undo_newest(self, job: Job) -> None:
        if not self._undo(job, None):
            self._in_first(job)

    def _undo(self, job: Job, account: AccountId | None) -> bool:
        """Take back the newest action, or the newest in one account, wherever it was done; False if none is known."""
        with self._family.guard:
            places = [place for place, done in enumerate(self._undoable) if account is None or done.concerns(account)]
            if not places:
                return False
            done = self._undoable.pop(places[-1])
        self._run(job, dict.fromkeys(done.accounts, job.command))
        return True

    # Folders

    def _hear_mailboxes(self, account: AccountId, mailboxes: tuple[Mailbox, ...]) -> None:
        with self._family.guard:
            self._family.put(account, mailboxes)
            shared = self._family.mailboxes
            if shared != self._told:
                self._told = shared
                self._emit(MailboxesListed(account=ALL_ACCOUNTS, mailboxes=shared))
        self._lists.listed(account)


def _role(to: MailboxId | MailboxRole) -> MailboxId | MailboxRole:
    return to if isinstance(to, MailboxRole) else shared_role(to) or to


def _refuse(_job: Job) -> None:
    words = "This is done in one account: choose it first."
    raise ConfigError(ErrorKind.BAD_DRAFT, words, remedy=Remedy.FIX_INPUT)
