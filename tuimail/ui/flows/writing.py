"""Writing: composers, drafts, outbox, and the permission to send asked for when it is needed."""

from textual.message import Message

from tuimail.api.commands import (
    AskConsent,
    DiscardDraft,
    DiscardOutbox,
    EditOutbox,
    ListDrafts,
    ListOutbox,
    ResumeDraft,
    RetryOutbox,
    Send,
    Undo,
)
from tuimail.api.events import (
    AccountChanged,
    Cancelled,
    DraftOpened,
    DraftSaved,
    DraftsListed,
    Event,
    Failed,
    Finished,
    OutboxChanged,
)
from tuimail.api.writing import CheckSent, DraftsInterrupted, StopSending
from tuimail.domain.account import SignedIn
from tuimail.domain.draft import Draft
from tuimail.domain.errors import ErrorKind, Problem
from tuimail.domain.ids import AccountId, CommandId, DraftId
from tuimail.domain.scope import Permission
from tuimail.ui.flows.flow import Flow, Host
from tuimail.ui.flows.keeping import Keeping, Saving, WhenKept
from tuimail.ui.flows.sign_in import Declined
from tuimail.ui.flows.writing_aids import WritingAids
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.screens.deeds.going import DraftsWanted, OutboxWanted
from tuimail.ui.screens.drafts import DraftsScreen
from tuimail.ui.screens.outbox import OutboxScreen
from tuimail.ui.screens.question import Question


class WritingFlow(Flow):
    """Composers by draft, and the two lists of what was written."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._composers: dict[DraftId, ComposeScreen] = {}
        self._openings: dict[DraftId, DraftOpened] = {}
        self._keeping = Keeping(self.session)
        self._aids = WritingAids(host, self._composers)
        self._told_unkept: set[DraftId] = set()
        self._discards: dict[CommandId, DraftId] = {}
        self._sends: dict[CommandId, Draft] = {}
        self._needs_grant: Draft | None = None
        self._listed: dict[AccountId, tuple[Draft, ...]] = {}
        """The drafts of each account on the screen, while their list is shown."""
        self._drafts: DraftsScreen | None = None
        self._outbox: OutboxScreen | None = None

    @property
    def unsaved(self) -> tuple[Draft, ...]:
        """What would be lost by an end right now, as far as is known."""
        opened = (screen.draft for screen in self._composers.values() if screen.is_attached)
        return (*self._keeping.left, *(draft for draft in opened if not draft.is_empty))

    def keep_all(self, then: WhenKept, *, are_left: bool) -> None:
        """Save what the open composers hold, for quitting; ``are_left``: the person knows that they close."""
        opened = (screen.draft for screen in self._composers.values() if screen.is_attached)
        self._keeping.save_all([draft for draft in opened if not draft.is_empty], then, are_left=are_left)

    def take(self, event: Event) -> bool:
        """What composers and lists show."""
        match event:
            case DraftOpened():
                self._open(event)
            case DraftsInterrupted(drafts=drafts):
                self._offer_again([draft for draft in drafts if draft.id not in self._composers])
            case DraftSaved(draft=draft) if draft in self._composers:
                self._composers[draft].saved(self.session.clock())
            case DraftsListed(account=account, drafts=drafts) if self._drafts is not None:
                self._listed[account] = drafts
                self._drafts.show_drafts(self._shown_drafts)
            case OutboxChanged(account=account):
                if self._outbox is not None and account in self.session.state.concerned:
                    self._outbox.show_items(self.session.state.outbox)
                return False
            case AccountChanged(state=SignedIn(granted=granted)):
                self._granted(granted)
                return False
            case Finished() | Failed() | Cancelled():
                return self._ended(event)
            case _:
                return self._aids.take(event)
        return True

    def wish(self, message: Message) -> bool:
        """What the screens post."""
        match message:
            case ComposeScreen.Ready():
                self.session.ahead.composer_is_there()
            case ComposeScreen.DraftEdited(draft=draft):
                self._keeping.save(draft)
            case ComposeScreen.SendWanted(draft=draft):
                self._send(draft)
            case ComposeScreen.PutBack(draft=draft):
                self._keeping.save(draft, begins_version=True)
            case ComposeScreen.DiscardWanted(draft=draft_id):
                command = self.session.submit(DiscardDraft(account=self._account_of(draft_id), draft=draft_id))
                self._discards[command] = draft_id
                self._close(draft_id)
            case ComposeScreen.Left(draft=draft):
                self._leave(draft)
            case Declined(permissions=permissions) if Permission.SEND in permissions:
                self._declined()
            case DraftsWanted():
                self._drafts = self._drafts or DraftsScreen((), compose_key=self.session.keymap.shown("compose"))
                self.host.app.push_screen(self._drafts)
                self._list_drafts()
            case OutboxWanted():
                items = self.session.state.outbox
                self._outbox = OutboxScreen(items, zone=self.session.zone, now=self.session.clock)
                self.host.app.push_screen(self._outbox)
                for account in self.session.state.concerned:
                    self.session.submit(ListOutbox(account=account))
            case _:
                return self._aids.wish(message) or self._list_wish(message)
        return True

    def _list_wish(self, message: Message) -> bool:
        match message:
            case DraftsScreen.ResumeWanted(draft=draft):
                self._close_lists()
                self.session.submit(ResumeDraft(account=self._account_of(draft), draft=draft))
            case DraftsScreen.DiscardWanted(draft=draft):
                self.session.submit(DiscardDraft(account=self._account_of(draft), draft=draft))
                self._list_drafts()
            case DraftsScreen.UndoWanted():
                self.session.submit(Undo(account=self.session.account))
                self._list_drafts()
            case OutboxScreen.RetryWanted(item=item, account=account):
                self.session.submit(RetryOutbox(account=account, item=item))
            case OutboxScreen.StopWanted(item=item, account=account):
                self.session.submit(StopSending(account=account, item=item))
            case OutboxScreen.EditWanted(item=item, account=account):
                self._close_lists()
                self.session.submit(EditOutbox(account=account, item=item))
            case OutboxScreen.DiscardWanted(item=item, account=account):
                self.session.submit(DiscardOutbox(account=account, item=item))
            case OutboxScreen.UndoWanted():
                self.session.submit(Undo(account=self.session.account))
            case OutboxScreen.CheckSentWanted(item=item, account=account):
                self.session.submit(CheckSent(account=account, item=item))
            case DraftsScreen.Closed() | OutboxScreen.Closed():
                self._close_lists()
            case _:
                return False
        return True

    # Composers

    def _open(self, event: DraftOpened) -> None:
        if event.draft.id not in self._composers:
            self._openings[event.draft.id] = event
            self._show(event)
        else:
            self.session.ahead.composer_is_there()

    def _show(self, event: DraftOpened, *, trouble: str = "") -> None:
        screen = ComposeScreen(event, zone=self.session.zone, editor=self.session.editor, trouble=trouble)
        self._composers[event.draft.id] = screen
        self.host.app.push_screen(screen)

    def _offer_again(self, drafts: list[Draft]) -> None:
        """One that the end of the program interrupted is offered itself; of several, and over other screens, it is
        said where they are."""
        if not drafts:
            return
        if len(drafts) > 1 or not self.host.is_home or self.session.ahead.is_holding:
            count, them = ("1 draft is", "it") if len(drafts) == 1 else (f"{len(drafts)} drafts are", "them")
            key = self.session.keymap.shown("go_drafts")
            where = f": {key} lists {them}." if key else "."
            self.host.tell(f"{count} kept that tuimail's end interrupted{where}")
            return
        draft = drafts[0]

        def answered(is_yes: bool | None) -> None:
            if is_yes:
                self.session.submit(ResumeDraft(account=draft.account, draft=draft.id))

        subject, to = draft.subject or "(no subject)", f" to {draft.to}" if draft.to else ""
        words = (f"“{subject}”{to} was being written when tuimail ended.", "Nothing of it is lost.")
        question = Question("Go on with this draft?", words, yes="go on writing", no="not now, it stays in the drafts")
        self.host.app.push_screen(question, answered)

    def _account_of(self, draft: DraftId) -> AccountId:
        if draft in self._composers:
            return self._composers[draft].draft.account
        return next((known.account for known in self._shown_drafts if known.id == draft), self.session.account)

    @property
    def _shown_drafts(self) -> tuple[Draft, ...]:
        return tuple(draft for account in self.session.state.concerned for draft in self._listed.get(account, ()))

    def _list_drafts(self) -> None:
        self._listed.clear()
        for account in self.session.state.concerned:
            self.session.submit(ListDrafts(account=account))

    def _leave(self, draft: Draft) -> None:
        self._close(draft.id)
        if draft.is_empty:
            self.session.submit(DiscardDraft(account=draft.account, draft=draft.id))
        else:
            self._keeping.save(draft, is_left=True)

    def _kept(self, saving: Saving) -> None:
        draft = saving.draft.id
        if draft in self._told_unkept:
            self._told_unkept.discard(draft)
            if draft in self._composers:
                self._composers[draft].show_words("")
        # What was opened and left as it was need not be on the disk: a signature alone is dropped.
        if saving.is_left and saving.draft != self._openings[draft].draft:
            key = self.session.keymap.shown("go_drafts")
            self.host.tell(f"Draft kept. {key} lists drafts." if key else "Draft kept.")

    def _not_kept(self, saving: Saving, why: str) -> None:
        draft, words = saving.draft, f"Not kept: {why}"
        self._told_unkept.add(draft.id)
        if draft.id in self._composers:
            self._composers[draft.id].show_words(words)
        elif saving.is_left:
            opening = self._openings[draft.id]
            self._show(DraftOpened(draft=draft, identities=opening.identities), trouble=words)

    def _close(self, draft: DraftId) -> None:
        screen = self._composers.pop(draft, None)
        self.close(screen)

    def _close_lists(self) -> None:
        self.close(self._drafts)
        self.close(self._outbox)
        self._drafts = self._outbox = None

    # Sending

    def _send(self, draft: Draft) -> None:
        command = self.session.submit(Send(account=draft.account, draft=draft))
        self._sends[command] = draft

    def _ended(self, event: Finished | Failed | Cancelled) -> bool:
        if event.command is None:
            return False
        if self._aids.ended(event):
            return True
        sent = self._sends.pop(event.command, None)
        discarded = self._discards.pop(event.command, None)
        saving = self._keeping.take(event)
        if saving is not None:
            match event:
                case Failed(problem=problem):
                    self._not_kept(saving, problem.summary)
                case Cancelled():
                    self._not_kept(saving, "saving was given up. Ctrl+S tries again.")
                case Finished():
                    self._kept(saving)
            self._keeping.tell_ended()
            return True
        match event:
            case Failed() if discarded in self._told_unkept:
                # There was nothing on the disk to discard.
                return True
            case Failed(problem=problem) if sent is not None:
                self._not_sent(sent, problem)
                return True
            case Finished() if sent is not None:
                self._close(sent.id)
            case _:
                pass
        return False

    def _not_sent(self, draft: Draft, problem: Problem) -> None:
        if problem.kind is ErrorKind.SCOPE_MISSING:
            self._needs_grant = draft
            self.session.submit(AskConsent(account=draft.account, permissions=frozenset({Permission.SEND})))
        else:
            self._say(draft.id, problem)

    def _say(self, draft: DraftId, problem: Problem) -> None:
        if draft in self._composers:
            self._composers[draft].show_words(problem.summary)
        else:
            self.host.tell(problem.summary)

    def _granted(self, granted: frozenset[Permission]) -> None:
        draft = self._needs_grant
        if draft is not None and Permission.SEND in granted:
            self._needs_grant = None
            self._send(draft)

    def _declined(self) -> None:
        draft, self._needs_grant = self._needs_grant, None
        if draft is not None and draft.id in self._composers:
            words = "Not sent: sending was not permitted. The draft is kept; send again to be asked again."
            self._composers[draft.id].show_words(words)
