"""What the writing window does for others of the same account: it composes, signs out, and looks at the outbox."""

import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from tuimail.api.commands import BeginDraft, Command, SignOut
from tuimail.api.engine import Engine, Sink
from tuimail.api.events import Cancelled, DraftOpened, Event, Failed, Finished, Noticed, SignedOutReport, SignOutStepped
from tuimail.domain.clean import clean_line
from tuimail.domain.errors import ErrorKind, Problem, Remedy
from tuimail.domain.ids import AccountId, CommandId
from tuimail.domain.neighbour import Answer, Refused, Reported, Request, Stepped, Taken, Wish, refused
from tuimail.net.neighbour import Listener

ANSWER_LIMIT_S = 60.0
"""Longest silence of a sign-out: its revocation and its goodbyes have limits of their own below that."""
COMPOSE_LIMIT_S = 3.0
"""Longest wait for a composer; a person who waits longer opens a second one."""
_BUSY = "The other window could not open the composer."
_COMPOSES = "“tuimail compose” was called in another terminal"
_SIGNS_OUT = "“tuimail logout” was called in another terminal"


class Doorway:
    """The open door of this process; one socket for each account that it writes for."""

    def __init__(
        self,
        engine: Engine,
        socket_of: Callable[[AccountId], Path],
        *,
        emit: Sink,
        look: Callable[[AccountId], None],
    ) -> None:
        """``look`` sends what is due in an account's outbox; any thread."""
        self._engine = engine
        self._socket_of = socket_of
        self._emit = emit
        self._look = look
        self._guard = threading.RLock()
        self._listeners: dict[AccountId, Listener] = {}
        self._heard: dict[CommandId, queue.SimpleQueue[Event]] = {}
        self._unclaimed: list[Event] | None = None
        self._is_closed = False
        engine.listen(self._hear)

    def open(self, account: AccountId) -> None:
        """Listen for other windows of the account, whose lock this process has just taken. Any thread."""
        with self._guard:
            if self._is_closed or account in self._listeners:
                return
            path = self._socket_of(account)
            listener = self._listeners[account] = Listener(path, self.respond)
            is_open = listener.open()
        if not is_open:
            words = f"“tuimail compose” and “tuimail logout” elsewhere do not reach this window: no socket at {path}."
            problem = Problem(kind=ErrorKind.DISK, summary=clean_line(words), remedy=Remedy.TELL)
            self._emit(Noticed(account=account, problem=problem))

    def close(self, _left_s: float) -> None:
        """Listen no more."""
        with self._guard:
            self._is_closed = True
            listeners = list(self._listeners.values())
        for listener in listeners:
            listener.close()

    def respond(self, request: Request) -> Iterator[Answer]:
        """Do what another window asks; on that connection's thread."""
        with self._guard:
            is_ours = request.account in self._listeners
        if not is_ours:
            yield Refused(words="This window does not write for that account.")
            return
        match request.wish:
            case Wish.LOOK:
                self._look(request.account)
                yield Taken()
            case Wish.COMPOSE:
                yield self._compose(request)
            case Wish.SIGN_OUT:
                yield from self._sign_out(request)

    def _compose(self, request: Request) -> Answer:
        command = BeginDraft(account=request.account, mailto=request.mailto)
        for event in self._follow(command, limit_s=COMPOSE_LIMIT_S):
            match event:
                case DraftOpened():
                    self._emit(Noticed(account=request.account, words=_COMPOSES))
                    return Taken()
                case Failed(problem=problem):
                    return refused(problem)
                case _:
                    continue
        return Refused(words=_BUSY)

    def _sign_out(self, request: Request) -> Iterator[Answer]:
        self._emit(Noticed(account=request.account, words=_SIGNS_OUT))
        command = SignOut(account=request.account, here_only=request.here_only, local_first=request.local_first)
        for event in self._follow(command, limit_s=ANSWER_LIMIT_S):
            match event:
                case SignOutStepped(steps=steps):
                    yield Stepped(steps=steps)
                case SignedOutReport(steps=steps, revoked=revoked, access_page=page):
                    yield Reported(steps=steps, revoked=revoked, access_page=page or "")
                case Failed(problem=problem):
                    yield refused(problem)
                case _:
                    continue

    def _follow(self, command: Command, *, limit_s: float) -> Iterator[Event]:
        """Submit, and give the events that answer it up to its end."""
        heard: queue.SimpleQueue[Event] = queue.SimpleQueue()
        with self._guard:
            # A route may answer on this very thread before the number is known.
            self._unclaimed = []
            number = self._engine.submit(command)
            early, self._unclaimed = self._unclaimed, None
            self._heard[number] = heard
        for event in early:
            if event.command == number:
                heard.put(event)
        try:
            while True:
                try:
                    event = heard.get(timeout=limit_s)
                except queue.Empty:
                    self._engine.cancel(number)
                    words = "The other window did not answer in time."
                    yield Failed(problem=Problem(kind=ErrorKind.TIMED_OUT, summary=words, remedy=Remedy.TELL))
                    return
                yield event
                if isinstance(event, Finished | Failed | Cancelled):
                    return
        finally:
            with self._guard:
                self._heard.pop(number, None)

    def _hear(self, event: Event) -> None:
        """Keep what answers a neighbour's wish; called on the workers, so it waits for nobody that waits for them."""
        if event.command is None:
            return
        with self._guard:
            heard = self._heard.get(event.command)
            if heard is not None:
                heard.put(event)
            elif self._unclaimed is not None:
                self._unclaimed.append(event)
