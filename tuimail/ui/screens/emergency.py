"""The emergency: the question with its price for every account, and the report that is kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen

from tuimail.api.events import SignedOutReport
from tuimail.domain.draft import SignOutPreview, SignOutStep
from tuimail.domain.emergency import AFTERWARDS, AccountEnd, owed, report_text
from tuimail.domain.ids import AccountId
from tuimail.ui.screens.question import Question
from tuimail.ui.screens.sign_out import lost_rows
from tuimail.ui.widgets.dialog import Words, title
from tuimail.ui.widgets.facts import Facts, fact
from tuimail.ui.widgets.hint_line import HintLine
from tuimail.ui.widgets.steps import step_row


def emergency_question(previews: Sequence[SignOutPreview]) -> Question:
    """What it does and costs; Enter changes nothing."""
    lines = []
    for preview in previews:
        lost = ", ".join(row.words.plain for row in lost_rows(preview)) or kept_words(preview)
        end = (
            "access will be revoked" if preview.can_revoke else f"end the access yourself: {preview.access_page or '?'}"
        )
        lines.append(f"{preview.account} ({preview.address}): would be lost: {lost}; {end}")
    return Question(
        "My machine or a token may be compromised",
        (
            "This deletes the sign-ins, stored mail, drafts and unsent mail of every account from this machine, at"
            " once and also without a network. Then it ends tuimail's access at each provider.",
            *lines,
            "Other machines with the same client id may have to sign in again.",
        ),
        yes="end everything",
        no="change nothing",
        destructive=True,
    )


def kept_words(preview: SignOutPreview) -> str:
    """What is said of an account where nothing was counted."""
    return "nothing that lies here alone" if preview.is_counted else "not counted, its stored mail cannot be opened"


class EmergencyReport(Screen[None]):
    """Shows each account's steps as they end; what is owed can be tried again while this is open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "retry", "Try again to revoke what is owed", id="emergency.retry"),
        Binding("s", "save", "Save the report", id="emergency.save"),
        Binding("q,escape", "back", "Back", id="emergency.back"),
    ]
    DEFAULT_CSS = """
    EmergencyReport { background: $background; }
    EmergencyReport VerticalScroll { padding: 0 2; scrollbar-size-vertical: 1; }
    EmergencyReport VerticalScroll > * { height: auto; margin-bottom: 1; }
    """

    @dataclass
    class RetryWanted(Message):
        """Revoke these once more."""

        accounts: tuple[AccountId, ...]

    @dataclass
    class SaveWanted(Message):
        """Keep this text."""

        text: str

    class Closed(Message):
        """Go back; what is owed is dropped."""

    def __init__(self, previews: Sequence[SignOutPreview], *, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self._previews = {preview.account: preview for preview in previews}
        self._steps: dict[AccountId, tuple[SignOutStep, ...]] = {}
        self.ends: dict[AccountId, AccountEnd] = {}
        self._is_over = False

    def compose(self) -> ComposeResult:
        """Verdict, accounts, what is left to do."""
        with VerticalScroll():
            yield title("Ending everything")
            yield Words("This machine first, then the providers…", id="verdict")
            yield Facts(lead_width=3, id="steps")
            yield Facts(lead_width=3, id="afterwards")
        yield HintLine((("j k", "scroll"), ("escape", "back")))

    def on_mount(self) -> None:
        """The arrows scroll."""
        self.query_one(VerticalScroll).focus()
        self._show()

    def show_steps(self, account: AccountId, steps: Sequence[SignOutStep]) -> None:
        """An account's steps so far."""
        self._steps[account] = tuple(steps)
        self._show()

    def show_report(self, report: SignedOutReport) -> None:
        """An account is done."""
        preview = self._previews.get(report.account)
        before = self.ends.get(report.account)
        # A second try reports its own step alone: the first ones stay in the report that is kept.
        steps = (*before.steps, *report.steps) if before is not None else report.steps
        self.ends[report.account] = AccountEnd(
            account=report.account,
            address=preview.address if preview else "",
            provider=preview.provider if preview else "",
            steps=steps,
            revoked=report.revoked,
            is_owed=report.can_retry,
            page=report.access_page,
        )
        self.show_steps(report.account, steps)

    def finish(self) -> None:
        """Everything has ended."""
        self._is_over = True
        self._show()

    def action_retry(self) -> None:
        """Once more for all that is owed."""
        again = tuple(end.account for end in self.ends.values() if end.is_owed)
        if again and self._is_over:
            self.post_message(self.RetryWanted(again))

    def action_save(self) -> None:
        """Ask where to."""
        if self._is_over:
            self.post_message(self.SaveWanted(report_text(self.ends.values(), at=self._now())))

    def action_back(self) -> None:
        """Close the report."""
        self.post_message(self.Closed())

    def _show(self) -> None:
        if not self.query("#steps"):
            return
        rows = []
        for account, steps in self._steps.items():
            rows.append(fact("", Content.styled(str(account), "bold")))
            rows += [step_row(step) for step in steps]
        self.query_one("#steps", Facts).show(rows)
        if self._is_over:
            self.query_one("#verdict", Words).show(verdict(self.ends))
            after = [fact("•", words) for words in AFTERWARDS]
            self.query_one("#afterwards", Facts).show([fact("", Content.styled("Now you:", "bold")), *after])
            retry = (("r", "try again"),) if any(end.is_owed for end in self.ends.values()) else ()
            self.query_one(HintLine).show((*retry, ("s", "save the report"), ("j k", "scroll"), ("escape", "back")))


def verdict(ends: Mapping[AccountId, AccountEnd]) -> Content:
    """How it ended; never "ended" for an access that lives on."""
    still = owed(ends.values())
    if not still:
        return Content.assemble(("✓ ", "bold $success"), "All access is ended, and nothing is left on this machine.")
    names = "\n".join(f"  {end.account}: {end.page or f'the security page of {end.provider}'}" for end in still)
    words = "Nothing is left on this machine. Access that was NOT ended, and where you end it yourself:\n"
    return Content.assemble(("! ", "bold $warning"), words + names)
