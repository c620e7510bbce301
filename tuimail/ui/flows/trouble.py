"""Failures and notices that belong to no other flow."""

from textual.message import Message

from tuimail.api.commands import AskConsent
from tuimail.api.events import Cancelled, Event, Failed, Finished, Noticed
from tuimail.domain.errors import Problem
from tuimail.domain.ids import AccountId
from tuimail.domain.scope import Permission
from tuimail.ui.flows.flow import Flow, Host
from tuimail.ui.problems import Manner, manner
from tuimail.ui.screens.deeds.going import DetailsWanted
from tuimail.ui.screens.problem import ProblemScreen
from tuimail.ui.state import Slot


class TroubleFlow(Flow):
    """Comes last: whatever arrives here is shown by its remedy."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._shown: ProblemScreen | None = None
        self._showing: Problem | None = None

    def take(self, event: Event) -> bool:
        """Notices, and failures that nobody else took."""
        link = ""
        if isinstance(event, Finished | Failed | Cancelled) and event.command is not None:
            link = self.session.links.pop(event.command, "")
        match event:
            case Failed() if self.session.state.hits.is_told(event):
                return True
            case Failed(problem=problem) if link:
                self._show_modal(problem, link=link)
            case Noticed(problem=problem, account=account) if problem is not None:
                if self._is_elsewhere(account):
                    self.host.tell(f"{account}: {problem.summary}")
                else:
                    self._show(problem)
            case Noticed(words=words, account=account) if words:
                self.host.tell(f"{account}: {words}" if self._is_elsewhere(account) else words)
            case Failed(problem=problem) if not self._is_in_reader(event):
                self._show(problem)
            case _:
                return False
        return True

    def wish(self, message: Message) -> bool:
        """The newest problem once more, with all that is known of it."""
        if not isinstance(message, DetailsWanted):
            return False
        if self.session.problem is None:
            self.host.tell("Nothing has gone wrong since the start.")
        else:
            self._show_modal(self.session.problem, of="the newest problem")
        return True

    def _is_in_reader(self, event: Failed) -> bool:
        reading = self.session.state.reading
        return reading is not None and self.session.state.waiting.get(Slot.READER) == event.command

    def _is_elsewhere(self, account: AccountId | None) -> bool:
        """Whether this is about an account that is not on the screen."""
        return account is not None and account != self.session.account

    def _show(self, problem: Problem) -> None:
        match manner(problem):
            case Manner.MODAL:
                self._show_modal(problem)
            case Manner.CONSENT:
                wanted = frozenset({Permission.READ})
                self.session.submit(AskConsent(account=self.session.account, permissions=wanted))
            case Manner.NOTICE | Manner.BANNER | Manner.FIELD | Manner.KEYCHAIN:
                self.host.tell(self._with_key(problem))

    def _with_key(self, problem: Problem) -> str:
        key = self.session.keymap.shown("details")
        return f"{problem.summary} ({key}: its own words)" if problem.detail and key else problem.summary

    def _show_modal(self, problem: Problem, *, link: str = "", of: str = "") -> None:
        # Ten failures of one kind are one screen.
        if self._shown is not None and self._shown.is_attached and self._showing == problem:
            return
        self._shown, self._showing = ProblemScreen(problem, link=link, of=of), problem
        self.host.app.push_screen(self._shown)
