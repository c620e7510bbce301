"""Settings, and signing out from them."""

from functools import partial

from textual.message import Message

from tuimail.api.commands import (
    AskConsent,
    EndRetry,
    ListAccounts,
    ListActivity,
    PreviewSignOut,
    RetryRevocation,
    SaveUnsynced,
    SignOut,
)
from tuimail.api.events import (
    AccountChanged,
    AccountsListed,
    ActivityListed,
    Event,
    Finished,
    SignedOutReport,
    SignOutPreviewed,
    SignOutStepped,
)
from tuimail.config.home import from_home
from tuimail.domain.account import AccountSummary
from tuimail.domain.draft import SignOutPreview
from tuimail.domain.ids import AccountId, CommandId
from tuimail.domain.scope import Permission
from tuimail.ui.flows.flow import Flow, Host
from tuimail.ui.screens.deeds.going import SettingsWanted
from tuimail.ui.screens.permissions import PermissionsScreen, no_choice_words
from tuimail.ui.screens.settings import SettingsScreen
from tuimail.ui.screens.sign_out import SignOutQuestion, SignOutReport


class SettingsFlow(Flow):
    """The settings screen, the sign-out question and its report."""

    def __init__(self, host: Host, downloads: str) -> None:
        super().__init__(host)
        self._downloads = downloads
        self._settings: SettingsScreen | None = None
        self._report: SignOutReport | None = None
        self._saving: tuple[CommandId, AccountId] | None = None

    def take(self, event: Event) -> bool:
        """What these screens show; never keeps an event from the others but the sign-out's own."""
        match event:
            case AccountsListed(accounts=accounts) if self._settings is not None:
                self._settings.show_accounts(accounts)
            case ActivityListed(entries=entries) if self._settings is not None:
                self._settings.show_activity(entries)
            case AccountChanged() if self._settings is not None:
                self._ask()
            case SignOutPreviewed(preview=preview):
                self.host.app.push_screen(SignOutQuestion(preview), partial(self._answered, preview))
            case SignOutStepped(steps=steps) if self._report is not None:
                self._report.show_steps(steps)
            case SignedOutReport() if self._report is not None:
                self._report.finish(event)
                self._ask()
            case Finished(command=command) if self._saving is not None and command == self._saving[0]:
                account, self._saving = self._saving[1], None
                self.session.submit(PreviewSignOut(account=account))
            case _:
                pass
        return False

    def wish(self, message: Message) -> bool:
        """What the screens post."""
        match message:
            case SettingsWanted():
                self._open()
            case SettingsScreen.Closed():
                self.close(self._settings)
                self._settings = None
            case SettingsScreen.SignInWanted(account=account):
                wanted = frozenset({Permission.IDENTITY, Permission.READ})
                self.session.submit(AskConsent(account=account, permissions=wanted))
            case SettingsScreen.PermissionsWanted(summary=summary):
                self._choose_permissions(summary)
            case SettingsScreen.AccountWanted() if not self.session.can_add:
                self.host.tell("The demo sets no accounts up: quit it with Ctrl+Q, and start tuimail.")
            case SettingsScreen.SignOutWanted(account=account):
                self.session.submit(PreviewSignOut(account=account))
            case SignOutReport.RetryWanted(account=account):
                self.session.submit(RetryRevocation(account=account))
            case _:
                return False
        return True

    def _open(self) -> None:
        if self._settings is None:
            self._settings = SettingsScreen(zone=self.session.zone, now=self.session.clock)
            self.host.app.push_screen(self._settings)
            self._ask()

    def _ask(self) -> None:
        self.session.submit(ListAccounts())
        self.session.submit(ListActivity())

    def _choose_permissions(self, summary: AccountSummary) -> None:
        if words := no_choice_words(summary):
            self.host.tell(words)
            return

        def chosen(permissions: frozenset[Permission] | None) -> None:
            if permissions is not None:
                self.session.submit(AskConsent(account=summary.account.id, permissions=permissions, only=True))

        self.host.app.push_screen(PermissionsScreen(summary), chosen)

    def _answered(self, preview: SignOutPreview, answer: str | None) -> None:
        account = preview.account
        match answer:
            case "save":
                command = self.session.submit(SaveUnsynced(account=account, folder=str(from_home(self._downloads))))
                self._saving = (command, account)
            case "revoke" | "forget":
                self._report = SignOutReport(account, preview.address)
                self.host.app.push_screen(self._report, partial(self._report_closed, account))
                self.session.submit(SignOut(account=account, here_only=answer == "forget"))
            case _:
                pass

    def _report_closed(self, account: AccountId, _: None) -> None:
        self._report = None
        self.session.submit(EndRetry(account=account))
