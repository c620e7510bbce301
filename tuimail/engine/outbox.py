"""The send queue of one account: queued -> sending -> sent | held | unknown. Nothing is guessed about a send.

Each phase is on disk before the bytes that it speaks of leave. A mail whose last dot may have gone is ``unknown``
and never sent again unasked (RFC 1047 explains why no client can do better).
"""

import logging
import secrets
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import TypeVar

from msgspec.structs import replace

from tuimail.api.commands import DiscardOutbox, EditOutbox, RetryOutbox, Send
from tuimail.api.events import Noticed, OutboxChanged
from tuimail.api.writing import CheckSent, StopSending
from tuimail.domain.draft import Draft, DraftKind, FieldProblem, OutboxState, OutgoingMail, check_draft
from tuimail.domain.errors import AuthError, ErrorKind, Remedy, SendError, StoreError, TuimailError
from tuimail.domain.ids import AccountId, DraftId, OutboxId, RowId
from tuimail.domain.message import Flag
from tuimail.domain.scope import Permission
from tuimail.engine.connection import Connection
from tuimail.engine.consent import read_only_words
from tuimail.engine.courier import Courier
from tuimail.engine.job import Job
from tuimail.engine.retrying import is_worth_another_try, patience_s, retry_after
from tuimail.engine.sent_copies import SentCopyDesk, mail_and_folder
from tuimail.engine.storage import AccountStore, Storage
from tuimail.engine.timers import Timers
from tuimail.engine.worker import Worker, log_crash
from tuimail.mime.compose import build, new_message_id
from tuimail.net.imap.session import ImapSession
from tuimail.net.smtp import Delivery
from tuimail.store.outbox import ON_ITS_WAY, Later, NewOutboxMail, OutboxMail

log = logging.getLogger(__name__)

T = TypeVar("T")

_ANSWER_FLAGS = {
    DraftKind.REPLY: Flag.ANSWERED,
    DraftKind.REPLY_ALL: Flag.ANSWERED,
    DraftKind.FORWARD: Flag.FORWARDED,
}
_A_SECOND = timedelta(seconds=1)
"""What the store rounds a time up to at most."""
LAST_WORDS_S = 10.0
"""How long a sign-out lets a mail on its way finish."""
LOOK_AGAIN_S = 60.0
"""How often the writing process looks for mails that another window queued and could not tell it of."""


NOT_FOUND = "It is not in Sent, where the provider files what it takes. Look again in a minute before you send again."
NOT_FILED = "It is not in Sent, which says little: this provider files nothing by itself. Ask the recipient."


class OutboxDesk:
    """The outbox of one account. Commands run on the store worker, sending on the ``send`` worker."""

    def __init__(  # noqa: PLR0913 (collaborators, given once by the composition root)
        self,
        connection: Connection,
        storage: Storage,
        timers: Timers,
        *,
        context: ssl.SSLContext,
        delay_s: float,
        zone: tzinfo,
        remember: Callable[[OutboxId | DraftId], None],
        mark: Callable[[AccountId, RowId, Flag], None],
        on_sent: Callable[[DraftId], None],
    ) -> None:
        """``remember`` makes a send, or a mail's end as a discarded draft, undoable; ``mark`` flags the message that
        was answered, in the account where it lies; ``on_sent`` hears of each draft whose mail is with the server, or
        was dropped. All from any thread."""
        self._connection = connection
        self._auth = connection.auth
        self._account = connection.account
        self._storage = storage
        self._timers = timers
        self._courier = Courier(self._auth, storage, context=context, on_progress=self._tell_soon)
        self._delay_s = delay_s
        self._zone = zone
        self._remember = remember
        self._mark = mark
        self._on_sent = on_sent
        self._is_open = False
        self.on_left: Callable[[], None] = lambda: None
        """Called on the store worker after a mail was queued here that another window has to send."""
        self._looking: int | None = None
        self._copies = SentCopyDesk(connection, storage, tell=self.tell)
        self._unnoted: Callable[[], None] | None = None
        """An end of a sending that the store could not take yet."""
        self.worker = Worker(f"send {self._account.id}", on_crash=log_crash)

    def start(self) -> None:
        """Sort out what a crash left, then send what is due and keep looking. On the store worker."""
        if self._is_open:
            return
        self._is_open = True
        self._storage.store(self._account.id).outbox.recover()
        self.tell()
        self._look_again()

    def pause(self) -> None:
        """Send nothing more, for a sign-out. A mail that is on its way still ends, or is cut after a while; what
        comes after it on ``worker`` finds nobody sending. Any thread."""
        self._is_open = False
        if self._looking is not None:
            self._timers.cancel(self._looking)
        self._courier.finish_within(LAST_WORDS_S, self._timers)

    def look(self) -> None:
        """Another window queued a mail: show it, and send it when it is due. Any thread."""
        if self._is_open:
            self._storage.worker.post(self.tell)
            self._timers.after(self._delay_s + _A_SECOND.total_seconds(), self._send_due_soon)

    def send(self, job: Job) -> None:
        """Route of ``Send``."""
        job.hand_to(self._storage.worker, self._queue)

    def send_now(self, job: Job) -> None:
        """Route of ``SendNow``: ends once everything queued was tried."""
        job.hand_to(self._storage.worker, self._end_waiting)

    @property
    def size_limit(self) -> int:
        """The largest mail that the server takes, as it said last; 0 where that is not known. Any thread."""
        return self._courier.size_limit

    def recall_limit(self) -> None:
        """Remember what the server said to an earlier program. On the store worker."""
        self._courier.recall_limit()

    def list(self, job: Job) -> None:
        """Route of ``ListOutbox``."""

        def list_now(job: Job) -> None:
            self.tell(job)
            job.finish()

        job.hand_to(self._storage.worker, list_now)

    def retry(self, job: Job) -> None:
        """Route of ``RetryOutbox``."""
        job.hand_to(self._storage.worker, self._retry)

    def edit(self, job: Job, show: Callable[[Job, Draft, tuple[str, ...]], None]) -> None:
        """Route of ``EditOutbox``; ``show`` opens the composer, with what is to be known."""
        job.hand_to(self._storage.worker, lambda job: self._edit(job, show))

    def discard(self, job: Job) -> None:
        """Route of ``DiscardOutbox``."""
        job.hand_to(self._storage.worker, self._discard)

    def stop_sending(self, job: Job) -> None:
        """Route of ``StopSending``; what comes of it is told as any other end of a sending."""
        command = job.command
        assert isinstance(command, StopSending)  # noqa: S101 (the route's own type, for the checker)
        job.finish("" if self._courier.stop(command.item) else "This mail has already left, or is not being sent.")

    def check_sent(self, job: Job) -> None:
        """Route of ``CheckSent``."""
        job.hand_to(self._connection.worker, self._look_in_sent)

    def take_back(self, item: OutboxId) -> Draft | None:
        """Undo a send in its window; None if it is too late. On the store worker."""
        draft = self._storage.store(self._account.id).outbox.take_back(item, now=self._now())
        self.tell()
        return draft

    def tell(self, job: Job | None = None) -> None:
        """Tell the whole outbox. On the store worker."""
        items = tuple(
            replace(item, words=self._courier.progress(item.id)) if item.state is OutboxState.SENDING else item
            for item in self._storage.store(self._account.id).outbox.items()
        )
        event = OutboxChanged(account=self._account.id, items=items)
        (job.emit if job else self._auth.around.emit)(event)

    def close(self, left_s: float) -> None:
        """End the worker; a mail on its way is found by the next start in its recorded phase."""
        self._is_open = False
        self.worker.close()
        self.worker.join(left_s)

    def _queue(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, Send)  # noqa: S101 (the route's own type, for the checker)
        store = self._storage.store(self._account.id)
        if store.outbox.holds(command.draft.id):
            raise SendError(ErrorKind.SEND_REFUSED, ON_ITS_WAY, remedy=Remedy.TELL)
        store.drafts.save(command.draft, now=self._now())
        self._storage.take_from_others(self._account.id, command.draft.id)
        checked = check_draft(command.draft)
        if not isinstance(checked, OutgoingMail):
            raise SendError(ErrorKind.BAD_DRAFT, _first_words(checked), remedy=Remedy.FIX_INPUT)
        if not self._account.can_send:
            words = f"{read_only_words(self._account)} The draft is kept."
            raise SendError(ErrorKind.SEND_REFUSED, words, remedy=Remedy.TELL)
        if Permission.SEND not in self._auth.granted:
            words = f"{self._account.provider} has not given the permission to send yet. The draft is kept."
            raise AuthError(ErrorKind.SCOPE_MISSING, words, remedy=Remedy.GRANT)
        now = self._now()
        message_id = new_message_id(checked.sender.domain, secrets.token_hex(16))
        built = build(
            checked,
            date=now.astimezone(self._zone),
            message_id=message_id,
            flowed=self._account.flowed,
            markdown=self._account.markdown,
        )
        item = store.outbox.queue(
            NewOutboxMail(
                mail=built.data,
                message_id=message_id,
                subject=checked.subject,
                sender=built.envelope_sender,
                recipients=built.recipients,
                draft=command.draft,
                send_at=now + timedelta(seconds=self._delay_s) if self._delay_s else now - _A_SECOND,
                wants_copy=self._account.save_sent,
            ),
            now=now,
        )
        if self._delay_s:
            self._remember(item)
        self.tell()
        if not self._is_open:
            self.on_left()
        self._timers.after(self._delay_s + _A_SECOND.total_seconds() if self._delay_s else 0.0, self._send_due_soon)
        seconds = f"{self._delay_s:g}"
        job.finish(f"Sending in {seconds} s" if self._delay_s else "Sending", can_undo=bool(self._delay_s))

    def _end_waiting(self, job: Job) -> None:
        self._storage.store(self._account.id).outbox.send_now(now=self._now())

        def send_all(job: Job) -> None:
            self._send_due()
            job.finish()

        job.hand_to(self.worker, send_all)

    def _retry(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, RetryOutbox)  # noqa: S101 (the route's own type, for the checker)
        if self._storage.store(self._account.id).outbox.retry(command.item, now=self._now()):
            self._send_due_soon()
        self.tell()
        job.finish()

    def _edit(self, job: Job, show: Callable[[Job, Draft, tuple[str, ...]], None]) -> None:
        command = job.command
        assert isinstance(command, EditOutbox)  # noqa: S101 (the route's own type, for the checker)
        mail = self._storage.store(self._account.id).outbox.load(command.item)
        draft = self.take_back(command.item)
        if mail is None or draft is None:
            words = "This mail is being sent, or is gone: it cannot be edited any more."
            raise StoreError(ErrorKind.SEND_REFUSED, words, remedy=Remedy.TELL)
        notes = (f"Has it already, and gets no second one: {', '.join(mail.accepted)}.",) if mail.accepted else ()
        show(job, draft, notes)
        job.finish()

    def _discard(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, DiscardOutbox)  # noqa: S101 (the route's own type, for the checker)
        store = self._storage.store(self._account.id)
        draft = store.outbox.draft(command.item)
        is_gone = store.outbox.discard(command.item)
        if is_gone and draft is not None:
            # Dropped from the outbox, not from the world: it can be had back with undo, as any draft.
            store.drafts.save(draft, now=self._now())
            store.drafts.discard(draft.id, now=self._now())
            self._remember(draft.id)
            self._on_sent(draft.id)
        self.tell()
        words = "Dropped from the outbox" if is_gone else "This mail is being sent and cannot be dropped."
        job.finish(words, can_undo=is_gone)

    def _look_in_sent(self, job: Job) -> None:
        """Where the provider files what it takes, this tells; elsewhere only a copy to oneself could."""
        command = job.command
        assert isinstance(command, CheckSent)  # noqa: S101 (the route's own type, for the checker)
        mail, raw, _ = self._storage.run(self._account.id, lambda store: mail_and_folder(store, command.item))
        if mail is None or mail.state is not OutboxState.UNKNOWN:
            job.finish("This mail is no longer in doubt.")
            return
        if raw is None:
            job.finish("The server has no folder for sent mail: only the recipient can tell.")
            return
        job.progress("looking in Sent")

        def find(session: ImapSession) -> bool:
            session.select(raw, readonly=True)
            return bool(session.find_message_id(mail.message_id))

        if not self._connection.run(find):
            job.finish(NOT_FILED if self._account.save_sent else NOT_FOUND)
            return
        draft = self._on_store(lambda store: store.outbox.draft(mail.id))
        self._on_store(lambda store: store.outbox.found(mail.id))
        if draft is not None:
            self._on_sent(draft.id)
        job.finish("It lies in Sent: it was sent.")

    def _tell_soon(self) -> None:
        self._storage.worker.post(self.tell)

    def _look_again(self) -> None:
        if self._is_open:
            self._send_due_soon()
            self._looking = self._timers.after(LOOK_AGAIN_S, self._look_again)

    def _send_due_soon(self) -> None:
        self.worker.post(self._send_due_quietly)

    def _send_due_quietly(self) -> None:
        try:
            self._send_due()
        except TuimailError as error:
            log.info("outbox: %s", error.kind)

    def _send_due(self) -> None:
        while self._is_open:
            self._note_again()
            due = self._storage.run(self._account.id, lambda store: store.outbox.next_due())
            if due is None or due[1] > self._now():
                break
            self._send_one(due[0])
        if self._is_open:
            self._copies.file()

    def _send_one(self, item: OutboxId) -> None:
        mail = self._on_store(lambda store: store.outbox.begin(item))
        if mail is None:
            return
        is_judged = False
        try:
            self._unnoted = self._judge(mail)
            is_judged = True
        finally:
            if not is_judged:
                # Nobody foresaw this: judged by its phase, as after a crash of the program.
                self._on_store(lambda store: store.outbox.recover())
        self._note_again(is_first=True)

    def _judge(self, mail: OutboxMail) -> Callable[[], None]:
        """Carry it to the server; what to note then."""
        try:
            delivery = self._courier.deliver(mail)
        except TuimailError as error:
            return partial(self._note_failure, mail, error)
        return partial(self._note_sent, mail, delivery)

    def _note_again(self, *, is_first: bool = False) -> None:
        """Note how the last mail ended. On a full disk that is tried until it works: what is known stays known."""
        if self._unnoted is None:
            return
        try:
            self._unnoted()
        except StoreError as error:
            if is_first:
                self._auth.around.emit(Noticed(account=self._account.id, problem=error.as_problem()))
            raise
        self._unnoted = None

    def _note_sent(self, mail: OutboxMail, delivery: Delivery) -> None:
        refused = dict(delivery.refused)
        later = Later(
            recipients=dict(delivery.later), send_at=self._now() + timedelta(seconds=patience_s(mail.attempts))
        )
        draft = self._on_store(lambda store: store.outbox.draft(mail.id))
        self._on_store(lambda store: store.outbox.sent(mail.id, refused, later=later))
        count = len(delivery.accepted)
        outcome = f"sent to {count}" + (f", {len(refused)} refused" if refused else "")
        self._auth.journal.record(self._account.id, "send", outcome)
        if not refused and not delivery.later:
            first = delivery.accepted[0] if delivery.accepted else ""
            more = f" and {count - 1} more" if count > 1 else ""
            self._auth.around.emit(Noticed(account=self._account.id, words=f"Sent to {first}{more}"))
        if draft is not None:
            self._on_sent(draft.id)
        if draft is not None and draft.answers is not None and draft.kind in _ANSWER_FLAGS:
            self._mark(draft.answers_in or self._account.id, draft.answers, _ANSWER_FLAGS[draft.kind])

    def _note_failure(self, mail: OutboxMail, error: TuimailError) -> None:
        words = error.detail or error.summary
        self._auth.journal.record(self._account.id, "send", error.kind.value)
        if error.kind is ErrorKind.SEND_UNKNOWN:
            self._on_store(lambda store: store.outbox.mark_unknown(mail.id, words=error.summary))
        elif is_worth_another_try(error):
            wait_s = retry_after(error, mail.attempts, random=self._auth.around.random())
            at = self._now() + timedelta(seconds=wait_s)
            said = f"{error.summary} {error.detail}".strip()
            self._on_store(lambda store: store.outbox.put_back(mail.id, words=said, send_at=at))
        else:
            refused: dict[str, str] = dict(getattr(error, "refused", ()))
            held = f"{error.summary} {words}" if words != error.summary else words
            self._on_store(lambda store: store.outbox.hold(mail.id, words=held, refused=refused))
        # Of a row of failures, the first is told; the outbox shows the rest.
        if mail.attempts == 1 or not is_worth_another_try(error):
            self._auth.around.emit(Noticed(account=self._account.id, problem=error.as_problem()))

    def _on_store(self, work: Callable[[AccountStore], T]) -> T:
        """Change the outbox and tell it, in one go."""

        def change(store: AccountStore) -> T:
            value = work(store)
            self.tell()
            return value

        return self._storage.run(self._account.id, change)

    def _now(self) -> datetime:
        return self._auth.around.now()


def _first_words(problems: list[FieldProblem]) -> str:
    return problems[0].words if problems else "This draft cannot be sent yet."
