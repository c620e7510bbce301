"""The facts behind an account's sign-in health, and the test that is made now."""

import threading
from collections.abc import Callable
from datetime import datetime

from tuimail.api.commands import InspectHealth
from tuimail.api.events import HealthInspected, HealthTested
from tuimail.domain.errors import TuimailError
from tuimail.domain.health import Grade, HealthFacts, HealthLine, KeptIn, TlsAgreed, health_lines
from tuimail.domain.ids import AccountId
from tuimail.domain.scope import Permission, describe
from tuimail.engine.check import Check
from tuimail.engine.engine import Routes
from tuimail.engine.job import Job
from tuimail.engine.journal import Journal
from tuimail.engine.rooms import AccountRooms

HISTORY = 2000
"""Lines of the activity list that are looked through for traps."""


class HealthDesk:
    """Routes of the health screen."""

    def __init__(self, rooms: Callable[[AccountId], AccountRooms], journal: Journal) -> None:
        self._rooms = rooms
        self._journal = journal

    def routes(self) -> Routes:
        """The commands that are answered here."""
        return {InspectHealth: self._inspect}

    def lines(self, account: AccountId, *, tls: tuple[TlsAgreed, ...], now: datetime) -> tuple[HealthLine, ...]:
        """What is known without asking anybody. Waits for the activity list; not from its worker."""
        rooms = self._rooms(account)
        auth = rooms.auth
        try:
            entries = self._journal.worker.call(lambda: self._journal.newest(HISTORY))
        except TuimailError:
            # The list's key may be out of reach; the rest is still worth telling.
            entries = ()
        record = auth.record
        scopes = record.scopes if record is not None and auth.holds_sign_in else ()
        facts = HealthFacts(
            account=rooms.account,
            state=auth.state,
            permissions=tuple(describe(rooms.account.oauth.scopes, frozenset(Permission), scopes)),
            scopes=scopes,
            since=record.since if record is not None and auth.holds_sign_in else None,
            holds_refresh=record is not None and record.refresh is not None,
            holds_client_secret=record is not None and record.client_secret is not None,
            is_registered=rooms.account.oauth.client_id is None,
            kept_in=auth.vault.title,
            kept_kind=self._kept_kind(rooms),
            history=tuple(entry for entry in entries if entry.account == account),
            tls=tls,
        )
        return health_lines(facts, now=now)

    def _kept_kind(self, rooms: AccountRooms) -> KeptIn:
        if not rooms.auth.vault.is_lasting:
            return KeptIn.MEMORY
        return KeptIn.SEALED_FILE if rooms.auth.vault.is_sealed else KeptIn.SYSTEM

    def _inspect(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, InspectHealth)  # noqa: S101 (the route's own type, for the checker)

        def look(job: Job) -> None:
            rooms = self._rooms(command.account)
            tls: tuple[TlsAgreed, ...] = ()
            if command.live:
                check = Check(rooms.auth, rooms.context, is_writer=rooms.is_writer)
                for line in check.lines():
                    job.check()
                    job.emit(HealthTested(account=command.account, line=_as_line(line.title, line.words, line.is_good)))
                tls = check.tls
            now = rooms.auth.around.now()
            job.emit(HealthInspected(account=command.account, lines=self.lines(command.account, tls=tls, now=now)))
            job.finish()

        _apart(lambda: job.run(look))


def _apart(work: Callable[[], None]) -> None:
    """On a thread of its own: it waits for several workers, and for servers."""
    threading.Thread(target=work, name="health", daemon=True).start()


def _as_line(title: str, words: str, is_good: bool | None) -> HealthLine:
    grade = {True: Grade.GOOD, False: Grade.WEAK, None: Grade.FACT}[is_good]
    return HealthLine(title=title, words=words, grade=grade)
