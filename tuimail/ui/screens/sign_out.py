"""Signing out: the question with its price, and the report of what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen

from tuimail.api.events import SignedOutReport
from tuimail.domain.draft import SignOutPreview, SignOutStep
from tuimail.domain.ids import AccountId
from tuimail.ui.fit import plural
from tuimail.ui.widgets.choices import Choice, Choices
from tuimail.ui.widgets.dialog import Dialog, Words, title
from tuimail.ui.widgets.facts import Fact, Facts, fact
from tuimail.ui.widgets.hint_line import HintLine
from tuimail.ui.widgets.steps import Steps
from tuimail.ui.widgets.url_text import UrlText

_HINTS = {"cancel": "stay signed in", "save": "save first", "forget": "forget here", "revoke": "sign out"}


class SignOutQuestion(ModalScreen[str | None]):
    """Returns "revoke", "forget", "save" (ask again afterwards), or None; None is preselected."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "revoke", "Revoke and remove", id="sign_out.revoke"),
        Binding("f", "forget", "Forget on this machine only", id="sign_out.forget"),
        Binding("s", "save", "Save what would be lost", id="sign_out.save"),
        Binding("escape", "cancel", "Cancel", id="sign_out.cancel"),
    ]
    DEFAULT_CSS = "SignOutQuestion { align: center middle; background: $background 70%; }"

    def __init__(self, preview: SignOutPreview) -> None:
        super().__init__()
        self._preview = preview

    def compose(self) -> ComposeResult:
        """Words, choices, keys."""
        preview = self._preview
        choices = sign_out_choices(preview)
        with Dialog(wide=True):
            yield title("Sign out", tail=preview.address)
            if lost := lost_rows(preview):
                yield Words(Content.assemble(("! This lies only on this machine and would be lost:", "bold $warning")))
                yield Facts(lost, lead_width=2)
            else:
                yield Words("Everything of this account also lies at your provider: no draft or mail is lost.")
            yield Words(revocation_words(preview))
            yield Choices(choices, preselected=len(choices) - 1)
        yield HintLine([(choice.key, _HINTS[choice.action]) for choice in reversed(choices)])

    def action_revoke(self) -> None:
        """Revoke and remove."""
        self.dismiss("revoke")

    def action_forget(self) -> None:
        """Remove here, and leave the access at the provider as it is."""
        self.dismiss("forget")

    def action_save(self) -> None:
        """Save first; only where there is something to save."""
        if self._preview.drafts or self._preview.unsent:
            self.dismiss("save")

    def action_cancel(self) -> None:
        """Change nothing."""
        self.dismiss(None)


def lost_rows(preview: SignOutPreview) -> list[Fact]:
    """What lies nowhere else, counted."""
    unknown = "of messages that your provider does not know yet"
    counts = (
        (preview.drafts, "draft", ""),
        (preview.unsent, "mail not yet sent", "mails not yet sent"),
        (preview.changes, f"change {unknown}", f"changes {unknown}"),
    )
    return [fact("•", plural(count, one, many), lead_style="bold $warning") for count, one, many in counts if count]


def revocation_words(preview: SignOutPreview) -> str:
    """What revoking means at this provider, before anything is done."""
    if not preview.can_revoke:
        page = f" You end it yourself on {preview.access_page}." if preview.access_page else ""
        return f"{preview.provider} has no way for an app to revoke its access.{page} From this machine all is removed."
    words = f"Revoking tells {preview.provider} to end tuimail's access."
    if preview.ends_other_machines:
        words += " It ends there for your other machines, too: they will have to sign in again."
    return words


def sign_out_choices(preview: SignOutPreview) -> tuple[Choice, ...]:
    """The answers; the last changes nothing and is the preselected one."""
    removed = "Sign-in, mail and key go from this machine"
    first = (
        Choice(key="r", action="revoke", words="Revoke and remove", then=f"{removed}; the access ends.")
        if preview.can_revoke
        else Choice(
            key="r", action="revoke", words="Remove", then=f"{removed}. The access at {preview.provider} stays."
        )
    )
    choices = [first]
    if preview.can_revoke:
        forget = f"The same here; tuimail's access at {preview.provider} stays."
        choices.append(Choice(key="f", action="forget", words="Forget on this machine only", then=forget))
    if preview.drafts or preview.unsent:
        saved = "Drafts and unsent mail become .eml files; then you are asked again."
        choices.append(Choice(key="s", action="save", words="Save first", then=saved))
    choices.append(Choice(key="escape", action="cancel", words="Stay signed in"))
    return tuple(choices)


class SignOutReport(ModalScreen[None]):
    """Shows each step as it ends. ``RetryWanted`` asks for another try at revoking; closing it ends that offer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "retry", "Try to revoke again", id="sign_out.retry"),
        Binding("escape,enter,q", "back", "Back", id="sign_out.back"),
    ]
    DEFAULT_CSS = """
    SignOutReport { align: center middle; background: $background 70%; }
    SignOutReport UrlText { margin-bottom: 1; color: $accent; display: none; }
    """

    @dataclass
    class RetryWanted(Message):
        """Revoke once more, while the report is open."""

        account: AccountId

    def __init__(self, account: AccountId, address: str) -> None:
        super().__init__()
        self._account = account
        self._address = address
        self._can_retry = False
        self._steps: tuple[SignOutStep, ...] = ()
        self._report: SignedOutReport | None = None

    def compose(self) -> ComposeResult:
        """Words, choices, keys."""
        with Dialog(wide=True, scrolls_by_key=True):
            yield title("Signing out", tail=self._address)
            yield Steps()
            yield Words("This takes a moment…", id="verdict")
            yield UrlText("", id="page")
        yield HintLine((("escape", "back"),))

    def on_mount(self) -> None:
        """Show what came before the screen was there; the arrows scroll."""
        self.query_one(Dialog).focus()
        self._show()

    def show_steps(self, steps: Sequence[SignOutStep]) -> None:
        """The steps so far; harmless once the report is closed."""
        self._steps = tuple(steps)
        self._show()

    def finish(self, report: SignedOutReport) -> None:
        """All is done: the steps, the verdict, and the page where access can be ended by hand."""
        self._report = report
        self._can_retry = report.can_retry
        self.show_steps(report.steps)

    def action_retry(self) -> None:
        """Ask for another try; once, until its report is in."""
        if self._can_retry:
            self._can_retry = False
            self._report = None
            self.query_one("#verdict", Words).show("Trying to revoke once more…")
            self.query_one(HintLine).show((("escape", "back"),))
            self.post_message(self.RetryWanted(self._account))

    def action_back(self) -> None:
        """Close the report."""
        self.dismiss(None)

    def _show(self) -> None:
        if not self.query(Steps):
            return
        self.query_one(Steps).show_steps(self._steps)
        if (report := self._report) is None:
            return
        self.query_one("#verdict", Words).show(verdict(report, self._address))
        page = self.query_one("#page", UrlText)
        page.show(report.access_page or "")
        page.display = bool(report.access_page) and not report.revoked
        retry = (("r", "try to revoke again"),) if report.can_retry else ()
        self.query_one(HintLine).show((*retry, ("escape", "back")))


def verdict(report: SignedOutReport, address: str) -> Content:
    """One sentence on how it ended; it never says "revoked" unless the provider said so."""
    if report.revoked:
        words = f"Signed out: access is revoked, and nothing of {address} is left on this machine."
        return Content.assemble(("✓ ", "bold $success"), words)
    words = f"Removed from this machine: nothing of {address} is left here. "
    if report.can_retry:
        words += "Access at the provider was NOT revoked; you can try again while this report is open."
    else:
        words += "Access at the provider was not revoked."
    if report.access_page:
        words += " Its page for ending access:"
    return Content.assemble(("! ", "bold $warning"), words)
