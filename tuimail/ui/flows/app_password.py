"""Signing in with an app password: asked for until one works or the person has had enough."""

from functools import partial

from textual.message import Message

from tuimail.api.commands import DeclineConsent, SignInWithPassword
from tuimail.api.events import Cancelled, Event, Failed, Finished, PasswordNeeded, Progress
from tuimail.domain.account import PasswordRequest
from tuimail.domain.errors import Remedy
from tuimail.domain.ids import AccountId, CommandId
from tuimail.ui.flows.flow import Flow
from tuimail.ui.screens.app_password import AppPasswordScreen


class AppPasswordFlow(Flow):
    """One screen at a time; the engine tries what was typed."""

    _screen: AppPasswordScreen | None = None
    _command: CommandId | None = None

    def take(self, event: Event) -> bool:
        """The question, and how each try ends."""
        match event:
            case PasswordNeeded(request=request):
                self._ask(request)
                return True
            case Progress(words=words) if self._is_ours(event) and self._screen is not None:
                self._screen.show_progress(f"{words[:1].upper()}{words[1:]}…")
                return True
            case Failed(problem=problem) if self._is_ours(event) and self._screen is not None:
                self._command = None
                if problem.remedy is Remedy.UNLOCK:
                    # The keychain's own screen says what to do; the password is asked for again after it.
                    self.close(self._screen)
                    self._screen = None
                    return False
                self._screen.show_problem(problem)
                return True
            case Finished() | Failed() | Cancelled() if self._is_ours(event):
                screen, self._screen, self._command = self._screen, None, None
                if screen is not None:
                    screen.finish()
            case _:
                pass
        return False

    def wish(self, message: Message) -> bool:
        """A password to try."""
        if isinstance(message, AppPasswordScreen.Given):
            self._command = self.session.submit(SignInWithPassword(account=message.account, password=message.password))
            return True
        return False

    def _ask(self, request: PasswordRequest) -> None:
        self.close(self._screen)
        self._screen = AppPasswordScreen(request)
        self.host.app.push_screen(self._screen, partial(self._closed, request.account))

    def _closed(self, account: AccountId, result: str | None) -> None:
        self._screen = None
        if result is not None:
            return
        if self._command is not None:
            self.session.cancel(self._command)
            self._command = None
        self.session.submit(DeclineConsent(account=account))

    def _is_ours(self, event: Event) -> bool:
        return event.command is not None and event.command == self._command
