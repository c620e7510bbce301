"""Sign-in health, what is kept on this machine, and the emergency."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from textual.message import Message

from tuimail.api.commands import (
    DeleteKept,
    EndRetry,
    ExportMail,
    ExportRecords,
    InspectHealth,
    ListKept,
    PreviewSignOutAll,
    RetryRevocation,
    SaveReport,
    SignOutAll,
)
from tuimail.api.events import (
    Cancelled,
    Event,
    Failed,
    Finished,
    HealthInspected,
    HealthTested,
    KeptListed,
    Progress,
    SignedOutReport,
    SignOutAllPreviewed,
    SignOutStepped,
)
from tuimail.domain.draft import SignOutPreview
from tuimail.domain.ids import AccountId, CommandId
from tuimail.ui.flows.flow import Flow, Host
from tuimail.ui.screens.deeds.going import EmergencyWanted, HealthWanted, KeptWanted
from tuimail.ui.screens.emergency import EmergencyReport, emergency_question
from tuimail.ui.screens.health import HealthScreen
from tuimail.ui.screens.kept import KeptScreen
from tuimail.ui.screens.name_prompt import NamePrompt


class SafetyFlow(Flow):
    """Opens and fills these screens. Comes before the settings', whose sign-out report has the same events."""

    def __init__(self, host: Host, downloads: str) -> None:
        super().__init__(host)
        self._folder = str(Path(downloads))
        self._health: HealthScreen | None = None
        self._kept: KeptScreen | None = None
        self._report: EmergencyReport | None = None
        self._ending: CommandId | None = None
        self._export: CommandId | None = None

    def take(self, event: Event) -> bool:
        """What these screens show."""
        match event:
            case HealthTested(account=account, line=line) if self._health and self._health.account == account:
                self._health.show_tested(line)
            case HealthInspected(account=account, lines=lines) if self._health and self._health.account == account:
                self._health.show_lines(lines)
            case KeptListed(things=things) if self._kept is not None:
                self._kept.show_things(things)
            case Progress(words=words, done=done, total=total) if self._kept and event.command == self._export:
                self._kept.show_progress(f"{words}: {done:,} of {total:,}")
            case SignOutAllPreviewed(previews=previews):
                self.host.app.push_screen(emergency_question(previews), partial(self._answered, previews))
            case SignOutStepped(account=account, steps=steps) if self._report is not None:
                self._report.show_steps(account, steps)
                return True
            case SignedOutReport() if self._report is not None:
                self._report.show_report(event)
                return True
            case Finished() | Failed() | Cancelled() if event.command is not None and event.command == self._ending:
                if self._report is not None:
                    self._report.finish()
                self._ending = None
            case _:
                pass
        return False

    def wish(self, message: Message) -> bool:  # noqa: PLR0912 (a line a wish)
        """What is wanted of them."""
        match message:
            case HealthWanted(account=account):
                self._open_health(account or self.session.account)
            case HealthScreen.TestWanted(account=account):
                self.session.submit(InspectHealth(account=account, live=True))
            case HealthScreen.Closed():
                self.close(self._health)
                self._health = None
            case KeptWanted():
                self._open_kept()
            case KeptScreen.DeleteWanted(thing=thing):
                self.session.submit(DeleteKept(thing=thing))
            case KeptScreen.MailWanted(account=account):
                words = "An .mbox file, or the name of a new folder for .eml files. Mail that is not stored is listed."
                self._ask_path(f"{account}.mbox", words, partial(self._export_mail, account))
            case KeptScreen.RecordsWanted():
                words = "Accounts, permissions, activity and what is kept, as JSON. No mail and no secret is in it."
                self._ask_path("tuimail-records.json", words, self._export_records)
            case KeptScreen.CancelWanted() if self._export is not None:
                self.session.cancel(self._export)
            case KeptScreen.Closed():
                self.close(self._kept)
                self._kept = None
            case EmergencyWanted():
                self.session.submit(PreviewSignOutAll())
            case EmergencyReport.RetryWanted(accounts=accounts):
                for account in accounts:
                    self.session.submit(RetryRevocation(account=account))
            case EmergencyReport.SaveWanted(text=text):
                words = "A text file without secrets. Keep it away from this machine if that is what you do not trust."
                self._ask_path("tuimail-emergency.txt", words, partial(self._save_report, text))
            case EmergencyReport.Closed():
                self._close_report()
            case _:
                return False
        return True

    def _open_health(self, account: AccountId) -> None:
        if self._health is None:
            self._health = HealthScreen(account, self.session.addresses.get(account, str(account)))
            self.host.app.push_screen(self._health)
            self.session.submit(InspectHealth(account=account))

    def _open_kept(self) -> None:
        if self._kept is None:
            self._kept = KeptScreen(now=self.session.clock)
            self.host.app.push_screen(self._kept)
            self.session.submit(ListKept())

    def _answered(self, previews: tuple[SignOutPreview, ...], is_yes: bool | None) -> None:
        if is_yes:
            self._report = EmergencyReport(previews, now=self.session.clock)
            self.host.app.push_screen(self._report)
            self._ending = self.session.submit(SignOutAll())

    def _close_report(self) -> None:
        report, self._report = self._report, None
        self.close(report)
        for account in report.ends if report is not None else ():
            if account in self.session.addresses:
                self.session.submit(EndRetry(account=account))

    def _ask_path(self, name: str, words: str, then: Callable[[str], None]) -> None:
        def given(path: str | None) -> None:
            if path:
                then(path)

        self.host.app.push_screen(NamePrompt("Where to?", words, name=f"{self._folder}/{name}"), given)

    def _export_mail(self, account: AccountId, path: str) -> None:
        as_mbox = path.endswith(".mbox")
        self._export = self.session.submit(ExportMail(account=account, path=path, as_mbox=as_mbox))

    def _export_records(self, path: str) -> None:
        self.session.submit(ExportRecords(path=path))

    def _save_report(self, text: str, path: str) -> None:
        self.session.submit(SaveReport(path=path, text=text))
