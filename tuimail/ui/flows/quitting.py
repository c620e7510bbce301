"""Quitting: at once, unless a draft could not be kept, or a mail is in its undo window or being sent."""

from collections.abc import Iterable
from enum import Enum, auto

from textual.message import Message

from tuimail.api.commands import SendNow
from tuimail.api.events import Event, OutboxChanged
from tuimail.domain.draft import Draft, OutboxItem, OutboxState
from tuimail.ui.flows.flow import Flow, Host
from tuimail.ui.flows.writing import WritingFlow
from tuimail.ui.screens.deeds.going import QuitWanted
from tuimail.ui.screens.question import Question
from tuimail.ui.screens.settings import SettingsScreen
from tuimail.ui.start import ADD_ACCOUNT
from tuimail.ui.state import AccountView

SENDING_LIMIT_S = 20.0
"""After this the app ends all the same; what is not sent stays in the outbox."""


class _Stage(Enum):
    """How far the wish to quit has come."""

    NONE = auto()
    KEEPING = auto()
    """Drafts are being saved."""
    LOSING = auto()
    """The person is asked about drafts that could not be saved."""
    ASKING = auto()
    """The person is asked about mail that is on its way."""
    SENDING = auto()


class QuitFlow(Flow):
    """Saves, asks, waits for the outbox where that was wanted, ends the app."""

    def __init__(self, host: Host, writing: WritingFlow) -> None:
        super().__init__(host)
        self._writing = writing
        self._stage = _Stage.NONE
        self._leads_to = ""

    def take(self, event: Event) -> bool:
        """The outbox may be empty now."""
        if self._stage is _Stage.SENDING and isinstance(event, OutboxChanged) and not self._leaving():
            self._exit()
        return False

    def wish(self, message: Message) -> bool:
        """The wish to quit; a second one is a firm one, except where a draft would be lost."""
        if not isinstance(message, QuitWanted):
            return False
        self._leads_to = ADD_ACCOUNT if isinstance(message, SettingsScreen.AccountWanted) else ""
        if message.is_firm:
            self._writing.keep_all(lambda _: None, are_left=False)
            self._exit()
            return True
        match self._stage:
            case _Stage.NONE:
                self._stage = _Stage.KEEPING
                self._writing.keep_all(self._kept, are_left=True)
            case _Stage.KEEPING:
                self._kept(self._writing.unsaved)
            case _Stage.LOSING:
                pass
            case _Stage.ASKING | _Stage.SENDING:
                self._exit()
        return True

    def _kept(self, unkept: tuple[Draft, ...]) -> None:
        if self._stage is not _Stage.KEEPING:
            return
        if not unkept:
            self._ask_about_mail()
            return
        self._stage = _Stage.LOSING
        one = len(unkept) == 1
        title = "This draft could not be kept" if one else f"{len(unkept)} drafts could not be kept"
        them = "it" if one else "them"
        words = [*(f"“{draft.subject or '(no subject)'}”" for draft in unkept[:5]), f"Quit and lose {them}?"]
        question = Question(title, words, yes=f"quit and lose {them}", no="stay", destructive=True)
        self.host.app.push_screen(question, self._lost)

    def _lost(self, yes: bool | None) -> None:
        self._stage = _Stage.NONE
        if yes:
            self._ask_about_mail()

    def _ask_about_mail(self) -> None:
        leaving = self._leaving()
        if not leaving:
            self._exit()
            return
        self._stage = _Stage.ASKING
        title = "A mail is still on its way" if len(leaving) == 1 else f"{len(leaving)} mails are still on their way"
        words = [f"“{item.subject or '(no subject)'}” to {', '.join(item.recipients[:3])}" for item in leaving[:5]]
        question = Question(title, words, yes="send now and quit", no="stay")
        self.host.app.push_screen(question, self._answered)

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
        self._stage = _Stage.SENDING if yes else _Stage.NONE
        if not yes:
            return
        for account, view in self.session.state.accounts.items():
            if view.outbox:
                self.session.submit(SendNow(account=account))
        self.host.tell("Sending, then quitting. Ctrl+Q quits at once.")
        self.host.app.set_timer(SENDING_LIMIT_S, self._exit)

    def _exit(self) -> None:
        # Printed when the screen is gone; neither on the way to the assistant, which comes back, nor by the demo,
        # whose mail is gone with it.
        comes_back = bool(self._leads_to) or not self.session.can_add
        words = "" if comes_back else waiting_words(self.session.state.accounts.values())
        self.host.app.exit(self._leads_to or None, message=words or None)


def waiting_words(accounts: Iterable[AccountView]) -> str:
    """A line about mail that is left in the outbox, or none."""
    states = [item.state for view in accounts for item in view.outbox]
    count = sum(state in {OutboxState.QUEUED, OutboxState.SENDING} for state in states)
    if not count:
        return ""
    waits = "1 mail waits in the outbox; it goes" if count == 1 else f"{count} mails wait in the outbox; they go"
    return f"tuimail: {waits} when tuimail is next open and online."
