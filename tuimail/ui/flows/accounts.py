"""The other accounts of the profile: opened one after another once the first one is there."""

from tuimail.api.commands import ListAccounts, OpenAccount
from tuimail.api.events import AccountChanged, Cancelled, Event, Failed, Finished
from tuimail.domain.ids import AccountId
from tuimail.ui.flows.flow import Flow, Host
from tuimail.ui.state import opening_account


class AccountsFlow(Flow):
    """Opens each account behind the one on the screen; what goes wrong with one is a sign on it, and no screen."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._others = [account for account in self.session.state.own_accounts if account != self.session.account]
        self._has_begun = False

    def take(self, event: Event) -> bool:
        """The first account is open, or will never be; or the next one is."""
        match event:
            # The secrets of the first account were read: its list, if there is one, stands on the screen.
            case AccountChanged() if not self._has_begun:
                self._open_next()
            case Finished() | Failed() | Cancelled() if event.command is not None:
                return self._ended(event, self.session.state.opened.get(event.command))
            case _:
                pass
        return False

    def _ended(self, event: Finished | Failed | Cancelled, account: AccountId | None) -> bool:
        if account is None:
            return False
        if self._has_begun or not isinstance(event, Finished):
            self._open_next()
        return isinstance(event, Failed) and account != self.session.account

    def _open_next(self) -> None:
        self._has_begun = True
        while self._others:
            account = self._others.pop(0)
            if account in self.session.state.opened.values():
                continue  # the person was quicker
            command = self.session.submit(OpenAccount(account=account, asks=False))
            self.session.state = opening_account(self.session.state, account, command)
            return
        if len(self.session.state.accounts) > 1:
            # Only now is it known which of them another window writes for.
            self.session.submit(ListAccounts())
