"""The list of all accounts together: their own lists, all open at once, merged; and what is found in all of them."""

from array import array
from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from tuimail.api.commands import Command, OpenMailbox, Search, SearchServer
from tuimail.api.engine import Sink
from tuimail.api.events import Event, ListChanged, ListLoaded, ServerHits
from tuimail.domain.ids import AccountId, CommandId, MailboxId
from tuimail.domain.listing import ListView, ThreadPlace
from tuimail.domain.message import Envelope
from tuimail.domain.together import ALL_ACCOUNTS, joined_rows, merged, remerged
from tuimail.engine.family import Family
from tuimail.engine.gathering import Gathering
from tuimail.engine.job import Job
from tuimail.engine.mailboxes import FIRST_SCREEN

UNHEARD = CommandId(0)
"""The number of what nobody asked for."""


class _Part(Struct, frozen=True, kw_only=True):
    """One account's share of the list."""

    mailbox: MailboxId
    rows: "array[int]"
    """Joined, falling."""
    is_complete: bool


class _List(Struct, kw_only=True):
    """A list of all accounts. Changed with the family's guard held."""

    mailbox: MailboxId
    view: ListView
    parts: dict[AccountId, _Part] = field(default_factory=dict)
    rows: "array[int]" = field(default_factory=lambda: array("q"))
    """All of them, falling, once they were merged."""
    is_merged: bool = False
    joining: set[AccountId] = field(default_factory=set)
    """Accounts that are being asked for their share."""

    @property
    def shown(self) -> "array[int]":
        """The rows in the order of the view."""
        return self.rows[::-1] if self.view.is_reversed else self.rows

    @property
    def is_complete(self) -> bool:
        """Whether every account has all of its share."""
        return all(part.is_complete for part in self.parts.values())

    def put(self, account: AccountId, part: _Part) -> None:
        """One account's share, new or changed."""
        before = self.parts.get(account)
        self.parts[account] = part
        if self.is_merged and before is not None:
            self.rows = remerged(self.rows, before.rows, part.rows)
        elif self.is_merged:
            self.merge()

    def drop(self, account: AccountId) -> bool:
        """The account has no share any more; False if it had none."""
        had = self.parts.pop(account, None) is not None
        if had and self.is_merged:
            self.merge()
        return had

    def merge(self) -> None:
        """From all parts anew."""
        self.rows = merged([part.rows for part in self.parts.values()])
        self.is_merged = True


class JointLists:
    """Answers ``OpenMailbox``, ``Search`` and ``SearchServer`` for all accounts, and follows their news."""

    def __init__(self, family: Family, emit: Sink) -> None:
        self._family = family
        self._emit = emit
        self._wanted: _List | None = None
        self._list: _List | None = None

    def leave(self) -> None:
        """An account of its own is on the screen."""
        with self._family.guard:
            self._wanted = self._list = None

    # Asking

    def open(self, job: Job) -> None:
        """Show a mailbox of all accounts."""
        command = job.command
        assert isinstance(command, OpenMailbox)  # noqa: S101 (the route's own type, for the checker)
        asked = command.view or ListView()
        # What several accounts have in common is the order of dates.
        view = ListView(is_reversed=asked.is_reversed, is_threaded=asked.is_threaded, narrow=asked.narrow)
        self._open(job, _List(mailbox=command.mailbox, view=view))

    def _open(self, job: Job, wanted: _List) -> None:
        with self._family.guard:
            self._wanted = wanted
        first = _First()

        def answer(account: AccountId, event: Event) -> None:
            if not isinstance(event, ListLoaded):
                job.emit(event)
                return
            with self._family.guard:
                first.add(self._family, account, event)
                wanted.put(account, self._part(account, event, wanted.view))
            if gathering.all_answered:
                tell()

        def tell() -> None:
            with self._family.guard:
                if not wanted.is_merged:
                    wanted.merge()
                if self._wanted is wanted:
                    self._list = wanted
                job.emit(first.fill(self._loaded(wanted)))

        def end() -> None:
            if not wanted.is_merged:
                tell()

        commands = {account: self._opening(account, wanted) for account in self._family.opened}
        gathering = Gathering(job, {name: each for name, each in commands.items() if each}, answer=answer)
        gathering.on_end = end
        gathering.run(self._family.routes[OpenMailbox])

    def search(self, job: Job) -> None:
        """Look for something in all accounts; for nothing: show the list again."""
        command = job.command
        assert isinstance(command, Search)  # noqa: S101 (as above)
        if not command.query.strip():
            view = self._list.view if self._list is not None else ListView()
            self._open(job, _List(mailbox=command.mailbox, view=view))
            return
        hits: dict[AccountId, ListLoaded] = {}
        first = _First()

        def answer(account: AccountId, event: Event) -> None:
            if not isinstance(event, ListLoaded):
                job.emit(event)
                return
            with self._family.guard:
                hits[account] = event
                first.add(self._family, account, event)
                if gathering.all_answered:
                    job.emit(first.fill(self._found(command, hits)))

        gathering = Gathering(job, self._everywhere(command), answer=answer)
        gathering.run(self._family.routes[Search])

    def search_servers(self, job: Job) -> None:
        """The same at all servers."""
        command = job.command
        assert isinstance(command, SearchServer)  # noqa: S101 (as above)
        hits: dict[AccountId, ServerHits] = {}

        def answer(account: AccountId, event: Event) -> None:
            if isinstance(event, ServerHits):
                hits[account] = event
            else:
                job.emit(event)

        def end() -> None:
            if hits:
                job.emit(self._found_there(command, hits))

        gathering = Gathering(job, self._everywhere(command), answer=answer)
        gathering.on_end = end
        gathering.run(self._family.routes[SearchServer])

    # News

    def changed(self, event: ListChanged) -> None:
        """An account's list changed."""
        with self._family.guard:
            shown = self._list
            part = shown.parts.get(event.account) if shown is not None else None
            if shown is None or part is None or (part.mailbox, shown.view) != (event.mailbox, event.view):
                return
            shown.put(event.account, self._part(event.account, event, shown.view))
            self._tell_changed(shown, event)

    def listed(self, account: AccountId) -> None:
        """The account's folders are known, or none are any more: it has its share, or no longer has."""
        with self._family.guard:
            shown = self._list
            if shown is None or account in shown.joining:
                return
            command = self._opening(account, shown) if account in self._family.opened else None
            if command is None:
                if shown.drop(account):
                    self._tell_changed(shown)
                return
            if account in shown.parts:
                return
            shown.joining.add(account)
        Job(UNHEARD, command, lambda event: self._join(shown, account, event)).run(self._family.routes[OpenMailbox])

    def _join(self, shown: _List, account: AccountId, event: Event) -> None:
        if not isinstance(event, ListLoaded):
            return
        with self._family.guard:
            shown.joining.discard(account)
            if shown is self._list:
                shown.put(account, self._part(account, event, shown.view))
                self._tell_changed(shown, event)

    def _tell_changed(self, shown: _List, event: ListChanged | ListLoaded | None = None) -> None:
        changed = ListChanged(
            account=ALL_ACCOUNTS,
            mailbox=shown.mailbox,
            view=shown.view,
            rows=shown.shown,
            is_complete=shown.is_complete,
        )
        if event is not None:
            envelopes = event.changed if isinstance(event, ListChanged) else event.envelopes
            changed = replace(
                changed,
                changed=self._family.envelopes(event.account, envelopes),
                places=self._family.thread_places(event.account, event.places),
                has_more=isinstance(event, ListChanged) and event.has_more,
                new_mail=event.new_mail if isinstance(event, ListChanged) else 0,
            )
        self._emit(changed)

    # Making

    def _opening(self, account: AccountId, wanted: _List) -> Command | None:
        mailbox = self._family.own_mailbox(account, wanted.mailbox)
        if mailbox is None:
            return None
        return OpenMailbox(account=account, mailbox=mailbox, view=wanted.view, is_kept=False)

    def _everywhere(self, command: Search | SearchServer) -> dict[AccountId, Command]:
        found: dict[AccountId, Command] = {}
        for account in self._family.opened:
            mailbox = self._family.own_mailbox(account, command.mailbox)
            if mailbox is not None:
                found[account] = replace(command, mailbox=mailbox)
        return found

    def _part(self, account: AccountId, event: ListLoaded | ListChanged, view: ListView) -> _Part:
        rows = joined_rows(event.rows, self._family.place(account))
        rows = rows[::-1] if view.is_reversed else rows
        return _Part(mailbox=event.mailbox, rows=rows, is_complete=event.is_complete)

    def _loaded(self, wanted: _List) -> ListLoaded:
        return ListLoaded(
            account=ALL_ACCOUNTS,
            mailbox=wanted.mailbox,
            view=wanted.view,
            rows=wanted.shown,
            is_complete=wanted.is_complete,
        )

    def _found(self, command: Search, hits: Mapping[AccountId, ListLoaded]) -> ListLoaded:
        return ListLoaded(
            account=ALL_ACCOUNTS,
            mailbox=command.mailbox,
            rows=self._merged(hits),
            query=command.query,
            has_more=any(hit.has_more for hit in hits.values()),
        )

    def _found_there(self, command: SearchServer, hits: Mapping[AccountId, ServerHits]) -> ServerHits:
        return ServerHits(
            account=ALL_ACCOUNTS,
            mailbox=command.mailbox,
            query=command.query,
            rows=self._merged(hits),
            envelopes=tuple(each for name, hit in hits.items() for each in self._family.envelopes(name, hit.envelopes)),
            has_more=any(hit.has_more for hit in hits.values()),
        )

    def _merged(self, hits: Mapping[AccountId, ListLoaded] | Mapping[AccountId, ServerHits]) -> "array[int]":
        return merged([joined_rows(hit.rows, self._family.place(name)) for name, hit in hits.items()])


class _First:
    """What each account sent along with its list: among it are the first rows of all."""

    def __init__(self) -> None:
        self._envelopes: dict[int, Envelope] = {}
        self._places: dict[int, ThreadPlace] = {}

    def add(self, family: Family, account: AccountId, event: ListLoaded) -> None:
        """What one account sent."""
        self._envelopes.update({each.row: each for each in family.envelopes(account, event.envelopes)})
        self._places.update(family.thread_places(account, event.places))

    def fill(self, event: ListLoaded) -> ListLoaded:
        """The list with what is known of its first rows."""
        rows = [row for row in event.rows[:FIRST_SCREEN] if row in self._envelopes]
        return replace(
            event,
            envelopes=tuple(self._envelopes[row] for row in rows),
            places={row: self._places[row] for row in rows if row in self._places},
        )
