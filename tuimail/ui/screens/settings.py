"""Settings: the accounts with everything that is held of them, and what was done in their name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets.option_list import Option

from tuimail.domain.account import AccountSummary
from tuimail.domain.draft import ActivityEntry
from tuimail.domain.ids import AccountId
from tuimail.ui.account_facts import account_facts, state_words
from tuimail.ui.fit import clock_time, list_date
from tuimail.ui.screens.deeds.going import EmergencyWanted, HealthWanted, KeptWanted, QuitWanted
from tuimail.ui.widgets.dialog import Words
from tuimail.ui.widgets.facts import Fact, Facts, fact
from tuimail.ui.widgets.hint_line import HintLine
from tuimail.ui.widgets.plain_list import PlainList

LABEL_WIDTH = 15
WHEN_WIDTH = 14
EVERY_S = 20.0
"""Between two refreshes of what counts down; a token's time is told in minutes."""
NO_ACTIVITY = "Nothing yet. Sign-ins, refreshes, permissions, sends and sign-outs are listed here, never content."


class SettingsScreen(Screen[None]):
    """Shows what it is given and posts what is wanted; the app opens and closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "permissions", "Choose its permissions", id="settings.permissions"),
        Binding("h", "health", "Sign-in health of the account", id="settings.health"),
        Binding("s", "kept", "What is kept on this machine", id="settings.kept"),
        Binding("e", "emergency", "My machine or a token may be compromised", id="settings.emergency"),
        Binding("x", "sign_out", "Sign out", id="settings.sign_out"),
        Binding("a", "add", "Add an account", id="settings.add"),
        Binding("q,escape", "back", "Back", id="settings.back"),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 (an instance variable in Textual)
    DEFAULT_CSS = """
    SettingsScreen { background: $background; }
    SettingsScreen #accounts { height: auto; max-height: 5; }
    SettingsScreen .heading { height: 1; padding: 0 2; }
    SettingsScreen #details { height: auto; max-height: 13; padding: 0 2; margin: 1 0; scrollbar-size-vertical: 1; }
    SettingsScreen #activity { height: 1fr; padding: 0 2; scrollbar-size-vertical: 1; }
    SettingsScreen #activity:focus .heading { text-style: reverse; }
    SettingsScreen #details:focus { background: $surface; }
    SettingsScreen.-narrow #columns { layout: vertical; }
    SettingsScreen.-narrow #left { height: auto; }
    SettingsScreen.-narrow #right { height: 1fr; }
    SettingsScreen.-wide #columns { layout: horizontal; padding-top: 1; }
    SettingsScreen.-wide #left { width: 3fr; height: 100%; }
    SettingsScreen.-wide #right { width: 2fr; height: 100%; border-left: solid $line; }
    SettingsScreen.-wide #accounts { margin-top: 1; max-height: 12; }
    SettingsScreen.-wide #details { max-height: 100%; }
    SettingsScreen.-wide #activity { margin-top: 1; }
    """

    @dataclass
    class SignInWanted(Message):
        """Enter on an account: sign in, also when nothing looks wrong."""

        account: AccountId

    @dataclass
    class PermissionsWanted(Message):
        """``p`` on an account."""

        summary: AccountSummary

    @dataclass
    class SignOutWanted(Message):
        """``x`` on an account."""

        account: AccountId

    class AccountWanted(QuitWanted):
        """Leave the mail, as at a quit, for the assistant."""

    class Closed(Message):
        """Go back."""

    def __init__(self, *, zone: tzinfo, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._zone = zone
        self._now = now
        self._accounts: tuple[AccountSummary, ...] = ()
        self._activity: tuple[ActivityEntry, ...] = ()

    def compose(self) -> ComposeResult:
        """Accounts with the details of the one under the cursor; the activity below or beside."""
        with Container(id="columns"):
            with Vertical(id="left"):
                yield Words(Content.assemble(("Accounts", "bold $primary")), classes="heading")
                yield PlainList(id="accounts")
                with VerticalScroll(id="details"):
                    yield Facts([fact("", "Looking…")], lead_width=LABEL_WIDTH, id="facts")
            with Vertical(id="right"):
                yield Words(Content.assemble(("Activity", "bold $primary")), classes="heading")
                with VerticalScroll(id="activity"):
                    yield Facts([fact("", NO_ACTIVITY)], lead_width=0, id="entries")
        yield HintLine(
            (
                ("enter", "sign in"),
                ("x", "sign out"),
                ("h", "health"),
                ("s", "stored data"),
                ("e", "emergency"),
                ("p", "permissions"),
                ("a", "add"),
                ("tab", "scroll"),
                ("escape", "back"),
            )
        )

    def on_mount(self) -> None:
        """Times go on counting while the screen is open."""
        self.query_one(PlainList).focus()
        self._fill_accounts(None)
        self._fill_activity()
        self.set_interval(EVERY_S, self._show_details)

    def show_accounts(self, accounts: Sequence[AccountSummary]) -> None:
        """Replace the accounts; the cursor stays on its account."""
        current = self._current()
        self._accounts = tuple(accounts)
        if self.query(PlainList):
            self._fill_accounts(current)

    def show_activity(self, entries: Sequence[ActivityEntry]) -> None:
        """Replace the activity list, newest first."""
        self._activity = tuple(entries)
        if self.query(PlainList):
            self._fill_activity()

    def on_option_list_option_highlighted(self) -> None:
        """Another account under the cursor."""
        self._show_details()

    def on_option_list_option_selected(self, event: PlainList.OptionSelected) -> None:
        """Enter or a click signs in."""
        event.stop()
        self.post_message(self.SignInWanted(self._accounts[event.option_index].account.id))

    def action_permissions(self) -> None:
        """Ask which permissions the account is to have."""
        if summary := self._current():
            self.post_message(self.PermissionsWanted(summary))

    def action_health(self) -> None:
        """Show how sound the account's sign-in is."""
        if summary := self._current():
            self.post_message(HealthWanted(summary.account.id))

    def action_kept(self) -> None:
        """Show everything that is kept."""
        self.post_message(KeptWanted())

    def action_emergency(self) -> None:
        """End everything, after a question."""
        self.post_message(EmergencyWanted())

    def action_sign_out(self) -> None:
        """Ask to sign the account out."""
        if summary := self._current():
            self.post_message(self.SignOutWanted(summary.account.id))

    def action_add(self) -> None:
        """Set another account up."""
        self.post_message(self.AccountWanted())

    def action_back(self) -> None:
        """Go back."""
        self.post_message(self.Closed())

    def _fill_accounts(self, current: AccountSummary | None) -> None:
        ids = [summary.account.id for summary in self._accounts]
        rows = self.query_one(PlainList)
        rows.clear_options()
        rows.add_options(Option(_account_row(summary), id=summary.account.id) for summary in self._accounts)
        rows.highlighted = (
            (ids.index(current.account.id) if current and current.account.id in ids else 0) if ids else None
        )
        self._show_details()

    def _fill_activity(self) -> None:
        facts = self.query_one("#entries", Facts)
        now = self._now()
        rows = [activity_row(entry, now=now, zone=self._zone) for entry in self._activity]
        facts.lead_width = WHEN_WIDTH if rows else 0
        facts.show(rows or [fact("", NO_ACTIVITY)])

    def _current(self) -> AccountSummary | None:
        index = self.query_one(PlainList).highlighted if self.query(PlainList) else None
        return self._accounts[index] if index is not None and index < len(self._accounts) else None

    def _show_details(self) -> None:
        if summary := self._current():
            self.query_one("#facts", Facts).show(account_facts(summary, now=self._now(), zone=self._zone))


def activity_row(entry: ActivityEntry, *, now: datetime, zone: tzinfo) -> Fact:
    """When, which account, what, and how it ended."""
    when, clock = list_date(entry.at, now=now, zone=zone), clock_time(entry.at, zone=zone)
    lead = clock if when == clock else f"{when} {clock}"
    words = Content.assemble((entry.account, "bold"), f"  {entry.what}", (f"  {entry.outcome}", "$muted"))
    return fact(lead, words)


def _account_row(summary: AccountSummary) -> Content:
    sign, words, style = state_words(summary.state)
    return Content.assemble(
        (f"{sign} ", style), (summary.account.id, "bold"), f"  {summary.account.address}  ", (words, "$muted")
    )
