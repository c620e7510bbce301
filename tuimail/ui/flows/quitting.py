"""Quitting: at once, unless a mail is in its undo window or being sent. Drafts are kept either way."""

from textual.message import Message

from tuimail.api.commands import SaveDraft, SendNow
from tuimail.api.events import Event, OutboxChanged
from tuimail.domain.draft import OutboxItem, OutboxState
from tuimail.ui.flows.flow import Flow, Host
from tuimail.ui.flows.writing import WritingFlow
from tuimail.ui.screens.deeds.going import QuitWanted
from tuimail.ui.screens.question import Question

SENDING_LIMIT_S = 20.0
"""After this the app ends all the same; what is not sent stays in the outbox."""


class QuitFlow(Flow):
    """Asks, waits for the outbox where that was wanted, ends the app."""

    def __init__(self, host: Host, writing: WritingFlow) -> None:
        super().__init__(host)
        self._writing = writing
        self._is_asking = self._is_waiting = False

    def take(self, event: Event) -> bool:
        """The outbox may be empty now."""
        if self._is_waiting and isinstance(event, OutboxChanged) and not self._leaving():
            self.host.app.exit()
        return False

    def wish(self, message: Message) -> bool:
        """The wish to quit; a second one is a firm one."""
        if not isinstance(message, QuitWanted):
            return False
        for draft in self._writing.unsaved:
            if not draft.is_empty:
                self.session.submit(SaveDraft(account=draft.account, draft=draft))
        leaving = self._leaving()
        if not leaving or self._is_waiting or self._is_asking:
            self.host.app.exit()
            return True
        self._is_asking = True
        title = "A mail is still on its way" if len(leaving) == 1 else f"{len(leaving)} mails are still on their way"
        words = [f"“{item.subject or '(no subject)'}” to {', '.join(item.recipients[:3])}" for item in leaving[:5]]
        question = Question(title, words, yes="send now and quit", no="stay")
        self.host.app.push_screen(question, self._answered)
        return True

    def _leaving(self) -> tuple[OutboxItem, ...]:
        """Mail in its undo window or being sent; what waits for a later try goes on after the next start."""
        now = self.session.clock()
        return tuple(
            item
            for view in self.session.state.accounts.values()
            for item in view.outbox
            if item.state is OutboxState.SENDING
            or (item.state is OutboxState.QUEUED and item.send_at is not None and item.send_at > now and not item.words)
        )

    def _answered(self, yes: bool | None) -> None:
        self._is_asking = False
        if not yes:
            return
        self._is_waiting = True
        for account, view in self.session.state.accounts.items():
            if view.outbox:
                self.session.submit(SendNow(account=account))
        self.host.tell("Sending, then quitting. Ctrl+Q quits at once.")
        self.host.app.set_timer(SENDING_LIMIT_S, self.host.app.exit)
