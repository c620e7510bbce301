"""The sign-in right after an account was set up: what the assistant promised is asked for, tried, or undone."""

from msgspec.structs import replace
from textual.message import Message

from tuimail.api.commands import AskConsent, GiveClientSecret, TrySending
from tuimail.api.events import AccountChanged, ClientSecretNeeded, ConsentNeeded, Event
from tuimail.domain.account import ConsentRequest, SignedIn
from tuimail.domain.scope import Permission
from tuimail.ui.flows.flow import Flow, Host
from tuimail.ui.flows.sign_in import Declined
from tuimail.ui.screens.question import Question
from tuimail.ui.start import UNDO_ACCOUNT


class FirstSignInFlow(Flow):
    """Looks at events before the sign-in does; does nothing in a start that follows no set-up."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._account = self.session.account
        self._first = self.session.first
        self._has_asked_both = False

    def take(self, event: Event) -> bool:
        """The consent with sending in it, the secret that was given already, and the trial."""
        first = self._first
        if first is None:
            return False
        match event:
            case ConsentNeeded(request=request) if self._lacks_sending(request):
                self._has_asked_both = True
                both = frozenset({Permission.READ, Permission.SEND})
                self.session.submit(AskConsent(account=self._account, permissions=both))
                return True
            case ClientSecretNeeded(account=account) if first.secret is not None and account == self._account:
                self.session.submit(GiveClientSecret(account=account, secret=first.secret))
                # If it was wrong, the next try asks the person.
                self._first = replace(first, secret=None)
                return True
            case AccountChanged(account=account, state=SignedIn(granted=granted)) if account == self._account:
                # From here on it is an account as any other.
                self._first = None
                if first.tests_sending and Permission.SEND in granted:
                    self.session.submit(TrySending(account=account))
            case _:
                pass
        return False

    def wish(self, message: Message) -> bool:
        """A no at the consent screen ends the set-up: what was written can go again."""
        if isinstance(message, Declined) and self._first is not None and message.account == self._account:
            words = "You did not agree, so nobody is signed in. The account stands in the profile, without a secret."
            question = Question("Keep this account?", words, yes="keep it and sign in later", no="take it out again")
            self.host.app.push_screen(question, self._answered)
        return False

    def _lacks_sending(self, request: ConsentRequest) -> bool:
        named = {line.permission for line in (*request.lines, *request.already)}
        is_ours = self._first is not None and self._first.tests_sending and request.account == self._account
        return is_ours and not self._has_asked_both and Permission.SEND not in named

    def _answered(self, keep: bool | None) -> None:
        if keep is False:
            self.host.app.exit(UNDO_ACCOUNT)
