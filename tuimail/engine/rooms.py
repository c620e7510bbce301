"""All rooms of one account, joined: who calls whom when somebody signs in, comes online, sends or signs out."""

import logging
import ssl
from collections.abc import Callable
from datetime import tzinfo

from msgspec import Struct

from tuimail.api import commands, reading, writing
from tuimail.api.engine import Sink
from tuimail.api.events import Noticed
from tuimail.domain.account import Account, AccountSummary
from tuimail.domain.draft import Draft
from tuimail.domain.errors import ErrorKind, KeychainError, Problem, Remedy, TuimailError
from tuimail.domain.ids import AccountId, OutboxId, RowId
from tuimail.domain.message import Flag
from tuimail.domain.scope import Permission, describe
from tuimail.engine.acquaintance import Acquaintance
from tuimail.engine.auth import AuthDesk, Surroundings
from tuimail.engine.bodies import Bodies
from tuimail.engine.changes import ChangeDesk
from tuimail.engine.clock_watch import ClockWatch
from tuimail.engine.connection import Connection
from tuimail.engine.deeds import Deeds
from tuimail.engine.draft_copies import DraftCopyDesk
from tuimail.engine.drafts import DraftDesk
from tuimail.engine.engine import Route
from tuimail.engine.further_changes import further_changes
from tuimail.engine.indexing import Indexer
from tuimail.engine.job import Job
from tuimail.engine.journal import Journal
from tuimail.engine.login import LoginDesk
from tuimail.engine.mailboxes import ListRoom
from tuimail.engine.messages import MessageDesk
from tuimail.engine.outbox import OutboxDesk
from tuimail.engine.outside import Outside
from tuimail.engine.password import PasswordDesk
from tuimail.engine.previewing import PreviewDesk
from tuimail.engine.recent import Recent
from tuimail.engine.server_search import ServerSearch
from tuimail.engine.signout import SignOutDesk
from tuimail.engine.storage import Storage
from tuimail.engine.sync import Synchroniser
from tuimail.engine.texts import TextRoom
from tuimail.engine.timers import Timers
from tuimail.engine.trial import SendingTrial
from tuimail.engine.undo import Actions, UndoDesk
from tuimail.engine.undoable import Undoable
from tuimail.engine.vault import Vault
from tuimail.engine.watch import Watch
from tuimail.engine.ways import Browser
from tuimail.engine.worker import Urgency, Worker

log = logging.getLogger(__name__)

ACCOUNT_COMMANDS: tuple[type, ...] = (
    commands.AskConsent,
    commands.DeclineConsent,
    commands.SignIn,
    commands.SignInByCode,
    commands.SignInWithPassword,
    commands.GiveClientSecret,
    commands.TrySending,
    commands.PasteRedirect,
    commands.AnswerOtherAccount,
    commands.PreviewSignOut,
    commands.SaveUnsynced,
    commands.SignOut,
    commands.RetryRevocation,
    commands.EndRetry,
    commands.OpenMessage,
    *reading.OF_ONE_MESSAGE,
    *reading.OF_MESSAGES,
    commands.Prefetch,
    commands.SearchServer,
    commands.SetFlags,
    commands.MoveMessages,
    commands.Undo,
    commands.BeginDraft,
    commands.BeginAnswer,
    commands.ResumeDraft,
    writing.ContinueDraft,
    writing.ListVersions,
    writing.PreviewMail,
    writing.CheckSent,
    writing.StopSending,
    commands.SaveDraft,
    commands.DiscardDraft,
    commands.ListDrafts,
    commands.AttachFile,
    commands.Send,
    commands.SendNow,
    commands.ListOutbox,
    commands.RetryOutbox,
    commands.EditOutbox,
    commands.DiscardOutbox,
    commands.PauseFilling,
    commands.Refresh,
)
"""Commands that are answered by the rooms of the account they name."""

POLL_S = 120.0
"""How often folders other than the watched inbox are asked after: STATUS costs one short answer."""
CHECK_S = 300.0
"""The same where the server tells of them by itself: such a connection can go silent without a word."""

SIGN_OUT_THERE = "tuimail is open in another window: sign out there (, then x), or close it first."
ANOTHER_WINDOW = "tuimail is open in another window, which does the syncing and sending; this one only reads."
TAKEN_OVER = "The other window was closed: this one syncs and sends now."
TURN_LOOK_S = 5.0
"""How often a window that only reads looks whether the writing one is gone."""


class House(Struct, frozen=True, kw_only=True):
    """What all accounts share."""

    storage: Storage
    lists: ListRoom
    vault: Vault
    journal: Journal
    timers: Timers
    parser: Worker
    browser: Browser
    outside: Outside
    around: Surroundings
    send_delay_s: float
    zone: tzinfo
    nudge: Callable[[AccountId], None]
    """Tells the window that writes for the account of a mail queued or a draft left here; may wait some seconds."""

    @property
    def emit(self) -> Sink:
        """The way out for events."""
        return self.around.emit


class AccountRooms:
    """One account's rooms and the routes to them."""

    def __init__(self, account: Account, context: ssl.SSLContext, house: House) -> None:
        self.account = account
        self.context = context
        self._house = house
        self.auth = AuthDesk(account, context=context, vault=house.vault, journal=house.journal, around=house.around)
        self.connection = Connection(self.auth, context=context, timers=house.timers)
        self.sync = Synchroniser(self.connection, house.storage, house.lists)
        self.watch = Watch(
            self.auth,
            context=context,
            timers=house.timers,
            on_news=self.sync.told,
            on_trouble=self.connection.probe,
        )
        self._clock = ClockWatch(house.timers, self.woke)
        self._is_polling = self._is_looking = False
        self.on_turn: Callable[[], None] = lambda: None
        """Called when this window writes for the account from now on, after another one did. Any thread."""
        self.mark_elsewhere: Callable[[AccountId, RowId, Flag], None] = lambda _account, _row, _flag: None
        """Flags a message of another account that was answered from this one. Any thread."""
        self.texts, self.messages = self._reading_rooms()
        self.undo = UndoDesk(
            account.id,
            house.storage,
            Actions(change=self._undo_change, send=self._undo_send, show_draft=self._show_draft),
        )
        self.changes = ChangeDesk(
            self.connection,
            house.storage,
            house.lists,
            remember=self.undo.remember,
            sync_mailbox=self.sync.sync,
        )
        self.copies = DraftCopyDesk(
            self.connection,
            house.storage,
            zone=house.zone,
            now=house.around.now,
            on_changed=self.sync.wanted,
            is_writer=lambda: self.is_writer,
        )
        self.drafts, self.outbox = self._writing_rooms()
        self.outbox.on_left = self.copies.on_left = lambda: house.parser.post(lambda: house.nudge(account.id))
        self.login = _login(self.auth, context, house, on_signed_in=self._signed_in)
        self.signing_out = SignOutDesk(self.auth, house.storage, stop_rooms=self._stop, sending=self.outbox.worker)
        self.connection.on_online = self._came_online

    def _writing_rooms(self) -> tuple[DraftDesk, OutboxDesk]:
        """Who keeps what is written, and who sends it."""
        house = self._house
        drafts = DraftDesk(
            self.connection,
            house.storage,
            messages=self.messages,
            parser=house.parser,
            zone=house.zone,
            on_discarded=self.undo.remember,
            copies=self.copies,
        )
        outbox = OutboxDesk(
            self.connection,
            house.storage,
            house.timers,
            context=self.context,
            delay_s=house.send_delay_s,
            zone=house.zone,
            remember=self.undo.remember,
            mark=self._mark,
            on_sent=self.copies.left,
        )
        drafts.size_limit = lambda: outbox.size_limit
        return drafts, outbox

    def _reading_rooms(self) -> tuple[TextRoom, MessageDesk]:
        """Who fetches texts ahead, and who shows messages: both keep them in one place."""
        house, recent = self._house, Recent()
        bodies = Bodies(self.connection, house.storage, on_gone=self.sync.wanted)
        indexer = Indexer(self.account.id, house.storage, house.timers)
        texts = TextRoom(
            self.connection,
            house.storage,
            bodies=bodies,
            recent=recent,
            indexer=indexer,
            parser=house.parser,
            timers=house.timers,
        )
        texts.is_paused = lambda: self.sync.filler.is_paused
        self.sync.filler.on_end = texts.wanted
        messages = MessageDesk(
            self.connection,
            house.storage,
            bodies=bodies,
            recent=recent,
            parser=house.parser,
            acquaintance=Acquaintance(self.account, house.storage),
            on_read=indexer.note,
        )
        return texts, messages

    def routes(self) -> dict[type, Route]:
        """The account's routes by command."""
        return {
            commands.OpenAccount: self.open,
            **self.login.routes(),
            commands.TrySending: SendingTrial(self.auth, self.context).run,
            commands.PreviewSignOut: self._as_writer(self.signing_out.preview, words=SIGN_OUT_THERE),
            commands.SaveUnsynced: self.signing_out.save,
            commands.SignOut: self._as_writer(self.signing_out.sign_out, words=SIGN_OUT_THERE),
            commands.RetryRevocation: self.signing_out.retry,
            commands.EndRetry: self.signing_out.end_retry,
            **Deeds(self.connection, self.messages, parser=self._house.parser, outside=self._house.outside).routes(),
            commands.Prefetch: self.texts.prefetch,
            commands.SearchServer: ServerSearch(self.connection, self._house.storage, self._house.timers).search,
            commands.SetFlags: self._as_writer(self.changes.set_flags),
            commands.MoveMessages: self._as_writer(self.changes.move),
            **{kind: self._as_writer(route) for kind, route in further_changes(self.changes).items()},
            commands.Undo: self.undo.undo,
            commands.BeginDraft: self.drafts.begin,
            commands.BeginAnswer: self.drafts.answer,
            commands.ResumeDraft: self.drafts.resume,
            writing.ContinueDraft: self._as_writer(self.drafts.go_on),
            writing.ListVersions: self.drafts.versions,
            writing.PreviewMail: PreviewDesk(
                self.account, parser=self._house.parser, now=self._house.around.now, zone=self._house.zone
            ).preview,
            writing.CheckSent: self._as_writer(self.outbox.check_sent),
            writing.StopSending: self._as_writer(self.outbox.stop_sending),
            commands.SaveDraft: self.drafts.save,
            commands.DiscardDraft: self.drafts.discard,
            commands.ListDrafts: self.drafts.list,
            commands.AttachFile: self.drafts.files.attach,
            commands.Send: self.outbox.send,
            commands.SendNow: self.outbox.send_now,
            commands.ListOutbox: self.outbox.list,
            commands.RetryOutbox: self.outbox.retry,
            commands.EditOutbox: lambda job: self.outbox.edit(job, self._show_draft),
            commands.DiscardOutbox: self.outbox.discard,
            commands.PauseFilling: self.sync.filler.pause,
            commands.Refresh: self._as_writer(self._refresh),
        }

    @property
    def is_writer(self) -> bool:
        """Whether this process is the account's one writing process, becoming it if nobody is."""
        return self._house.storage.lock(self.account.id)

    def open(self, job: Job) -> None:
        """Second half of ``OpenAccount``: secrets, then the network. The stored list is on the screen already."""
        job.hand_to(self.auth.worker, self._open)

    def summary(self) -> AccountSummary:
        """The account's row in the settings screen. On the store worker."""
        storage = self._house.storage
        drafts = unsent = 0
        if storage.is_open(self.account.id):
            store = storage.store(self.account.id)
            drafts, unsent = store.drafts.count(), store.outbox.count_unsent()
        held = self.auth.record.scopes if self.auth.record and self.auth.record.refresh else ()
        return AccountSummary(
            account=self.account,
            state=self.auth.state,
            link=self.connection.state,
            kept_in=self._house.vault.title,
            store_bytes=storage.size_bytes(self.account.id),
            drafts=drafts,
            outbox=unsent,
            permissions=tuple(describe(self.account.oauth.scopes, frozenset(Permission), held)),
            read_only_reason="" if self.is_writer else ANOTHER_WINDOW,
        )

    def stop(self) -> None:
        """Tell all workers of the account to end; waits for nobody."""
        self._clock.close()
        self.drafts.files.close()
        for room in (self.watch, self.connection, self.outbox, self.auth):
            room.close(0.0)

    def close(self, left_s: float) -> None:
        """Wait for the workers to end."""
        self.watch.close(left_s)
        self.connection.close(left_s)
        self.outbox.close(min(left_s, 0.5))
        self.auth.close(left_s)

    def _open(self, job: Job) -> None:
        try:
            is_signed_in = self.auth.start()
            record = self.auth.record
            storage = self._house.storage
            if record is not None and not storage.is_open(self.account.id):
                self._open_store()
        except KeychainError as error:
            if error.remedy is not Remedy.UNLOCK:
                raise
            self._house.vault.ask(error, lambda: job.hand_to(self.auth.worker, self._open))
            return
        if not self.is_writer:
            self._house.emit(Noticed(account=self.account.id, words=ANOTHER_WINDOW))
            self._look_for_turn()
        elif is_signed_in:
            self._go_online()
        elif record is None and _asks(job):
            self.login.request_consent(frozenset({Permission.READ}))
        if self.is_writer:
            self._house.storage.worker.post(self.drafts.interrupted.tell)
        self._house.storage.worker.post(self.outbox.recall_limit)
        job.finish()

    def _look_for_turn(self) -> None:
        """While another window writes: see now and then whether it is still there, and take over if not."""
        if not self._is_looking:
            self._is_looking = True
            self._house.timers.after(TURN_LOOK_S, lambda: self.auth.worker.post(self._take_turn))

    def _take_turn(self) -> None:
        self._is_looking = False
        if not self.is_writer:
            self._look_for_turn()
            return
        self._house.emit(Noticed(account=self.account.id, words=TAKEN_OVER))
        self.on_turn()
        if self.auth.start() and self._house.storage.is_open(self.account.id):
            self._go_online()

    def _signed_in(self) -> None:
        """After a sign-in: the store can be opened now, and everything starts. On the auth worker."""
        if not self._house.storage.is_open(self.account.id):
            self._open_store()
        if self.is_writer:
            self._go_online()

    def _open_store(self) -> None:
        record = self.auth.record
        assert record is not None  # noqa: S101 (both callers have just seen or saved it)
        house = self._house

        def open_and_show() -> None:
            house.storage.open(self.account.id, record.store_key, passing=not house.vault.is_lasting)
            house.lists.show_mailboxes(self.account.id)

        house.storage.worker.call(open_and_show, urgency=Urgency.SCREEN)

    def _go_online(self) -> None:
        self.connection.reopen()
        if self.connection.is_up:
            self.connection.worker.post(self._came_online)
        self.connection.connect_soon()
        self._house.storage.worker.post(self.outbox.start)
        storage, account = self._house.storage, self.account.id
        storage.worker.post(lambda: storage.tidy(account, self.account.keep), urgency=Urgency.BACKGROUND)

    def _came_online(self) -> None:
        """A new connection stands: replay, list the folders, bring the open one up to date. On the imap worker."""
        if not self.is_writer:
            return  # here to fetch a message for reading; the other window does the rest
        self.changes.replay_soon()
        self._house.storage.worker.post(self.outbox.start)
        self.connection.worker.post(self._start_sync, urgency=Urgency.SCREEN)
        self.connection.worker.post(self.copies.bring_up_to_date, urgency=Urgency.BACKGROUND)
        self.texts.wanted()

    def _poll_later(self) -> None:
        if not self._is_polling:
            self._is_polling = True
            wait_s = CHECK_S if self.watch.tells_all else POLL_S
            self._house.timers.after(wait_s, lambda: self.connection.worker.post(self._poll))

    def _poll(self) -> None:
        self._is_polling = False
        if self.connection.is_online:
            self._poll_later()
            self._or_tell(self._look_around)

    def _look_around(self) -> None:
        if self.sync.poll():
            # Such a connection can go silent without a word.
            self.watch.probe()

    def _start_sync(self) -> None:
        self._poll_later()
        self._or_tell(self.sync.start)
        # A second connection only now: it would take its share of the line while the list is waited for.
        self.watch.start()

    def _or_tell(self, work: Callable[[], None]) -> None:
        try:
            work()
        except TuimailError as error:
            log.info("folder list: %s", error.kind)
            if error.kind in {ErrorKind.SERVER_REFUSED, ErrorKind.SERVER_UNREADABLE}:
                self._house.emit(Noticed(account=self.account.id, problem=error.as_problem()))

    def woke(self) -> None:
        """The machine slept, or its clock was set: see at once what is left of the connections."""
        if self.is_writer:
            self.connection.probe()
            self.watch.probe()

    def _refresh(self, job: Job) -> None:
        job.hand_to(self.connection.worker, self._refresh_now)

    def _refresh_now(self, job: Job) -> None:
        job.progress("asking the server for news")
        self.connection.connect()
        self.changes.replay()
        self.sync.folders.refresh()
        mailbox = self._house.lists.open_mailbox.get(self.account.id)
        if mailbox is not None:
            self.sync.sync(mailbox)
        job.finish("Up to date")

    def _as_writer(self, route: Route, *, words: str = ANOTHER_WINDOW) -> Route:
        """The route, refused while another window of the same account does the writing."""

        def guarded(job: Job) -> None:
            if self.is_writer:
                route(job)
            else:
                job.fail(Problem(kind=ErrorKind.STORE_BUSY, summary=words, remedy=Remedy.TELL))

        return guarded

    def _stop(self) -> None:
        self.login.give_up()
        self.texts.forget()
        self.watch.pause()
        self.outbox.pause()
        self.connection.shut()
        self._house.lists.open_mailbox.pop(self.account.id, None)
        self._house.storage.worker.post(self.undo.forget)

    def _mark(self, account: AccountId, row: RowId, flag: Flag) -> None:
        if account == self.account.id:
            self.changes.mark(row, flag)
        else:
            self.mark_elsewhere(account, row, flag)

    def _undo_change(self, job: Job, undoable: Undoable) -> None:
        self.changes.take_back(job, undoable)

    def _undo_send(self, item: OutboxId) -> Draft | None:
        return self.outbox.take_back(item)

    def _show_draft(self, job: Job, draft: Draft, notes: tuple[str, ...] = ()) -> None:
        self.drafts.show(job, draft, notes)


def _login(
    auth: AuthDesk, context: ssl.SSLContext, house: House, *, on_signed_in: Callable[[], None]
) -> LoginDesk | PasswordDesk:
    """How the account signs in."""
    if auth.account.uses_password:
        return PasswordDesk(auth, context, on_signed_in=on_signed_in)
    return LoginDesk(auth, house.browser, timers=house.timers, on_signed_in=on_signed_in)


def _asks(job: Job) -> bool:
    return isinstance(job.command, commands.OpenAccount) and job.command.asks
