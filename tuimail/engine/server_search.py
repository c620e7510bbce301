"""Search at the server: what the store cannot know, or does not have yet. On the ``imap`` worker."""

from array import array
from collections.abc import Callable, Sequence
from typing import TypeVar

from msgspec import Struct

from tuimail.api.commands import SearchServer
from tuimail.api.events import ServerHits
from tuimail.domain.errors import ErrorKind, NetworkError, Remedy, ServerError
from tuimail.domain.ids import MailboxId, RowId, Uid
from tuimail.domain.query import NOTHING, Node, within
from tuimail.engine.arrivals import as_new
from tuimail.engine.connection import Connection
from tuimail.engine.interruption import Interruption
from tuimail.engine.job import Job
from tuimail.engine.mailboxes import FIRST_SCREEN
from tuimail.engine.search import understand
from tuimail.engine.storage import AccountStore, Storage
from tuimail.engine.timers import Timers
from tuimail.engine.worker import Urgency
from tuimail.net.imap.session import ImapSession

T = TypeVar("T")

LIMIT_S = 30.0
"""Longest wait for a server that searches; Dovecot reads 100,000 bodies without an index in 13 s."""
MAX_FETCHED = 500
"""Hits of one mailbox that are fetched, the newest: a search that finds more wants another word."""
SLICE = 100
"""Rows fetched at a time; between two of them the search can be given up."""

_OFFLINE = "Offline: only stored mail was searched."
_TOO_SLOW = f"The server did not find an answer in {LIMIT_S:.0f} s: only stored mail was searched."
_LOST = "The connection broke: only stored mail was searched."


class _Place(Struct, frozen=True, kw_only=True):
    """A mailbox to be searched."""

    mailbox: MailboxId
    raw: bytes
    uidvalidity: int | None
    uidnext: int | None
    """UIDs from here on are news that the next synchronisation brings, and tells of."""
    asked: Node


class _Plan(Struct, frozen=True, kw_only=True):
    places: list[_Place]
    found_here: frozenset[int]
    """Rows that the store finds by itself."""


class _TimeOverError(Exception):
    """The server had its time; no error of the connection's, which would be opened anew and asked again."""


class ServerSearch:
    """Answers ``SearchServer`` for one account."""

    def __init__(self, connection: Connection, storage: Storage, timers: Timers) -> None:
        self._connection = connection
        self._account = connection.account.id
        self._storage = storage
        self._timers = timers

    def search(self, job: Job) -> None:
        """Ask the server, unless it cannot be asked; fails with words for the person who searched."""
        if not self._connection.is_up:
            raise NetworkError(ErrorKind.OFFLINE, _OFFLINE, remedy=Remedy.WAIT)
        job.hand_to(self._connection.worker, self._search_now)

    def _search_now(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, SearchServer)  # noqa: S101 (the route's own type, for the checker)
        plan = self._storage.run(self._account, lambda store: self._plan(store, command), urgency=Urgency.SCREEN)
        asking = _Asking(job, self._connection)
        timer = self._timers.after(LIMIT_S, asking.end_by_time)
        rows, has_more = set[int](), False
        try:
            for number, place in enumerate(plan.places, start=1):
                share = f" ({number} of {len(plan.places)} folders)" if len(plan.places) > 1 else ""
                job.progress(f"asking the server{share}")
                found, is_cut = self._search_one(asking, place)
                rows |= found
                has_more |= is_cut
        except _TimeOverError:
            raise ServerError(ErrorKind.TIMED_OUT, _TOO_SLOW, remedy=Remedy.WAIT) from None
        except ServerError as error:
            words = f"The server did not search: {error.detail or error.summary} Only stored mail was searched."
            raise ServerError(error.kind, words, remedy=Remedy.WAIT, detail=error.detail) from error
        except NetworkError as error:
            job.check()
            raise NetworkError(error.kind, _LOST, remedy=Remedy.WAIT, detail=error.detail) from error
        finally:
            self._timers.cancel(timer)
        hits = self._storage.run(
            self._account,
            lambda store: store.search.without_twins(rows - plan.found_here, plan.found_here),
            urgency=Urgency.SCREEN,
        )
        self._show(job, hits, has_more=has_more)

    def _plan(self, store: AccountStore, command: SearchServer) -> _Plan:
        query = understand(store, command, (self._account,))
        everywhere = [box.id for box in store.mailboxes.list() if box.selectable]
        places = []
        for mailbox in everywhere if query.names_place else [command.mailbox]:
            asked, raw = within(query, mailbox), store.mailboxes.raw_name(mailbox)
            if asked == NOTHING or raw is None:
                continue
            state = store.mailboxes.sync_state(mailbox)
            place = _Place(mailbox=mailbox, raw=raw, uidvalidity=state.uidvalidity, uidnext=state.uidnext, asked=asked)
            places.append(place)
        return _Plan(places=places, found_here=frozenset(store.search.find(query, command.mailbox)))

    def _search_one(self, asking: "_Asking", place: _Place) -> tuple[set[int], bool]:
        """The rows of one mailbox that the server finds, and whether more of them than were fetched are not stored."""
        found = asking.run(lambda session: self._ask(session, place))
        uids = [uid for uid in found if place.uidnext is None or uid < place.uidnext]
        known = self._storage.run(
            self._account, lambda store: store.messages.rows_by_uid(place.mailbox, [Uid(uid) for uid in uids])
        )
        rows: set[int] = set(known.values())
        missing = [uid for uid in uids if uid not in known]
        wanted = missing[-MAX_FETCHED:]
        for end in range(len(wanted), 0, -SLICE):
            rows.update(self._fetch(asking, place, wanted[max(0, end - SLICE) : end]))
        return rows, len(missing) > len(wanted)

    def _ask(self, session: ImapSession, place: _Place) -> list[int]:
        if session.select(place.raw).uidvalidity != place.uidvalidity:
            return []  # never looked at, or renumbered: the next synchronisation has to come first
        return session.search(place.asked)

    def _fetch(self, asking: "_Asking", place: _Place, uids: Sequence[int]) -> list[RowId]:
        # A connection that was opened anew meanwhile has nothing selected.
        def fetch(session: ImapSession) -> list[RowId]:
            if session.selected != place.raw:
                session.select(place.raw)
            new = [as_new(row) for row in session.rows(uids)]
            return self._storage.run(self._account, lambda store: store.messages.insert(place.mailbox, new))

        return asking.run(fetch)

    def _show(self, job: Job, rows: "array[int]", *, has_more: bool) -> None:
        command = job.command
        assert isinstance(command, SearchServer)  # noqa: S101 (the route's own type, for the checker)
        first = [RowId(row) for row in rows[:FIRST_SCREEN]]
        envelopes = self._storage.run(
            self._account, lambda store: store.messages.envelopes(first), urgency=Urgency.SCREEN
        )
        job.emit(
            ServerHits(
                account=command.account,
                mailbox=command.mailbox,
                query=command.query,
                rows=rows,
                envelopes=tuple(envelopes),
                has_more=has_more,
            )
        )
        job.finish()


class _Asking:
    """One job's turns at the connection, which a cancel or the end of the time takes away from it."""

    def __init__(self, job: Job, connection: Connection) -> None:
        self._job = job
        self._connection = connection
        self._interruption = Interruption()
        self._is_over = False
        job.on_cancel(self._interruption.interrupt)

    def end_by_time(self) -> None:
        """The server had its time. Any thread."""
        self._is_over = True
        self._interruption.interrupt()

    def run(self, work: Callable[[ImapSession], T]) -> T:
        """Do this with the session; raises where the search is over."""

        def guarded(session: ImapSession) -> T:
            # An answer cannot be called off in IMAP: the connection is closed, and opened again by whoever is next.
            with self._interruption.during(session.close):
                self._check()
                return work(session)

        return self._connection.run(guarded)

    def _check(self) -> None:
        self._job.check()
        if self._is_over:
            raise _TimeOverError
