"""The set-up assistant from the address to the written account."""

from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace
from textual.app import App
from textual.message import Message
from textual.screen import Screen

from tuimail.api.engine import Engine
from tuimail.api.events import Cancelled, Event, Failed, Finished
from tuimail.api.setup import (
    AccountSaved,
    AccountTried,
    FindProvider,
    OpenGuidePage,
    ProviderProposed,
    SaveNewAccount,
    SetupCommand,
    StepsTold,
    TryAccount,
)
from tuimail.config.drafting import name_for
from tuimail.config.providers import CUSTOM, bundled_presets
from tuimail.domain.ids import AccountId, CommandId
from tuimail.domain.setup import ClientNeed, NewAccount, Proposal, Step
from tuimail.domain.spelling import meant
from tuimail.domain.token import Secret
from tuimail.ui.flows.guiding import Guiding
from tuimail.ui.screens.setup.address import AddressScreen
from tuimail.ui.screens.setup.form import FormError, Typed, new_account, read_proposal, typed_from
from tuimail.ui.screens.setup.guide import GuideScreen
from tuimail.ui.screens.setup.proposal import ProposalScreen
from tuimail.ui.screens.setup.questions import SpellingQuestion, list_question, outside_question
from tuimail.ui.start import FirstSignIn


class Written(Struct, frozen=True, kw_only=True):
    """The account stands in the profile."""

    account: AccountId
    start: FirstSignIn


class SettingUp:
    """Holds the screens and what was typed; calls ``done`` with the account, or with None where it was given up."""

    def __init__(
        self,
        app: App[object],
        engine: Engine,
        *,
        taken: Sequence[AccountId],
        done: Callable[[Written | None], None],
    ) -> None:
        self._app = app
        self._engine = engine
        self._taken = tuple(taken)
        self._done = done
        self._presets = bundled_presets()
        self._domains = [domain for preset in self._presets.values() for domain in preset.domains]
        self._guiding = Guiding(app, ready=self._save)
        self._address: AddressScreen | None = None
        self._form: ProposalScreen | None = None
        self._command: CommandId | None = None
        self._has_asked_list = False
        self._proposal: Proposal | None = None
        self._typed: Typed | None = None
        self._tried: tuple[Typed, bool] | None = None
        """The fields that were tried last, and whether all was well."""
        self._steps: tuple[Step, ...] = ()
        self._secret: Secret | None = None

    def begin(self) -> None:
        """Ask for the address."""
        self._address = AddressScreen()
        self._app.push_screen(self._address)

    # What the screens post

    def wish(self, message: Message) -> bool:
        """Whether it was for the assistant."""
        match message:
            case AddressScreen.Given(address=address):
                self._doubt_or_find(address)
            case AddressScreen.Left():
                self._leave_address()
            case ProposalScreen.Accepted(typed=typed):
                self._accept(typed)
            case ProposalScreen.ProviderChosen(provider=provider):
                self._choose(provider)
            case ProposalScreen.Left():
                self._leave_form()
            case GuideScreen.PageWanted(url=url):
                self._engine.submit(OpenGuidePage(url=url))
            case _:
                return self._guiding.wish(message)
        return True

    # What the engine reports

    def take(self, event: Event) -> None:
        """What belongs to the command that is waited for; words of others are told."""
        if isinstance(event, Finished) and event.words:
            self._app.notify(event.words, markup=False)
        if self._command is None or event.command != self._command:
            return
        match event:
            case StepsTold(steps=steps):
                screen = self._form or self._address
                if screen is not None:
                    screen.show_steps(steps)
                self._steps = steps
            case ProviderProposed(proposal=proposal, is_good=is_good):
                self._propose(proposal, is_good)
            case AccountTried(proposal=proposal, is_good=is_good):
                self._judge(proposal, is_good)
            case AccountSaved():
                self._end(event)
            case Failed(problem=problem):
                self._command = None
                said = f" ({problem.detail})" if problem.detail else ""
                self._complain(problem.summary + said)
            case Cancelled() | Finished():
                self._command = None
            case _:
                pass

    # The address

    def _leave_address(self) -> None:
        if self._stop():
            if self._address is not None:
                self._address.rest()
            return
        self._close(self._address)
        self._address = None
        self._done(None)

    def _doubt_or_find(self, address: str) -> None:
        name, _, domain = address.rpartition("@")
        known = meant(domain.lower(), self._domains)
        if not known:
            self._find(address)
            return

        def answered(yes: bool | None) -> None:
            if yes is not None:
                self._find(f"{name}@{known}" if yes else address)
            elif self._address is not None:
                self._address.rest()

        self._app.push_screen(SpellingQuestion(address, f"{name}@{known}"), answered)

    def _find(self, address: str) -> None:
        self._has_asked_list = False
        if self._address is not None:
            self._address.look(address)
        self._submit(FindProvider(address=address))

    def _propose(self, proposal: Proposal, is_good: bool) -> None:
        self._command = None
        if self._form is not None:
            self._proposal, self._tried = proposal, None
            self._form.fill(proposal, typed_from(proposal, name_for(proposal.address, self._taken)))
            return
        if self._address is not None:
            self._address.rest()
        if proposal.imap is None and proposal.provider == CUSTOM and not self._has_asked_list:
            self._ask_list(proposal)
        elif proposal.outside:
            self._ask_outside(proposal)
        else:
            self._show_form(proposal, is_good=is_good)

    def _ask_list(self, proposal: Proposal) -> None:
        def answered(yes: bool | None) -> None:
            self._has_asked_list = True
            if yes:
                if self._address is not None:
                    self._address.look(proposal.address)
                self._submit(FindProvider(address=proposal.address, asks_list=True))
            else:
                self._show_form(proposal, is_good=False)

        self._app.push_screen(list_question(proposal), answered)

    def _ask_outside(self, proposal: Proposal) -> None:
        def answered(yes: bool | None) -> None:
            trusted = replace(proposal, outside=())
            kept = trusted if yes else replace(trusted, imap=None, smtp=None, source="The servers were turned down.")
            self._show_form(kept, is_good=False)

        self._app.push_screen(outside_question(proposal), answered)

    # The proposal

    def _show_form(self, proposal: Proposal, *, is_good: bool) -> None:
        typed = typed_from(proposal, name_for(proposal.address, self._taken))
        self._proposal = proposal
        self._tried = (typed, True) if is_good else None
        providers = [(name, preset.title or "another one (custom)") for name, preset in self._presets.items()]
        self._form = ProposalScreen(proposal, typed, providers=providers, steps=self._steps)
        self._app.push_screen(self._form)

    def _choose(self, provider: str) -> None:
        if self._form is None or self._proposal is None:
            return
        self._stop()
        if provider == CUSTOM:
            # What stands in the fields is all that is known of it.
            self._proposal = replace(self._proposal, provider=CUSTOM, client=ClientNeed.OWN, guide="general")
            return
        self._submit(FindProvider(address=self._proposal.address, provider=provider))

    def _accept(self, typed: Typed) -> None:
        if self._form is None or self._proposal is None or self._command is not None:
            return
        try:
            proposal = read_proposal(typed, self._proposal)
            if self._tried is not None and _same_servers(self._tried[0], typed):
                self._go_on(typed, proposal)
                return
        except FormError as error:
            self._form.show_problem(error.field, error.words)
            return
        self._typed = typed
        self._form.show_busy(True)
        self._submit(TryAccount(proposal=proposal, ca_file=typed.ca_file))

    def _judge(self, proposal: Proposal, is_good: bool) -> None:
        self._command = None
        form, typed = self._form, self._typed
        if form is None or typed is None:
            return
        form.show_busy(False)
        self._proposal = proposal
        filled = typed_from(proposal, AccountId(typed.account))
        typed = replace(typed, read=filled.read, send=typed.send or filled.send, identity=filled.identity)
        form.fill(proposal, typed)
        self._tried = (typed, is_good)
        if not is_good:
            form.show_words("Not all of it works: see below. Change it, or press Enter again to write it all the same.")
            return
        try:
            self._go_on(typed, proposal)
        except FormError as error:
            form.show_problem(error.field, error.words)

    def _leave_form(self) -> None:
        if self._stop() and self._form is not None:
            self._form.show_busy(False)
            return
        self._close(self._form)
        self._form = None

    # Writing

    def _go_on(self, typed: Typed, proposal: Proposal) -> None:
        self._guiding.begin(new_account(typed, proposal), proposal)

    def _save(self, new: NewAccount, secret: Secret | None) -> None:
        if self._command is None:
            self._secret = secret
            self._submit(SaveNewAccount(account=new))

    def _end(self, saved: AccountSaved) -> None:
        start = FirstSignIn(
            secret=self._secret,
            before=saved.before,
            after=saved.after,
            tests_sending=self._guiding.tests_sending,
        )
        self._done(Written(account=saved.account, start=start))

    # Common

    def _submit(self, command: SetupCommand) -> None:
        self._command = self._engine.submit(command)

    def _stop(self) -> bool:
        """Give up what is waited for; whether there was anything."""
        command, self._command = self._command, None
        if command is not None:
            self._engine.cancel(command)
        return command is not None

    def _complain(self, words: str) -> None:
        if self._guiding.complain(words):
            return
        if self._form is not None:
            self._form.show_busy(False)
            self._form.show_words(words)
        elif self._address is not None:
            self._address.show_problem(words)

    def _close(self, screen: Screen[None] | None) -> None:
        if screen is not None and screen in self._app.screen_stack:
            self._app.pop_screen()


def _same_servers(tried: Typed, typed: Typed) -> bool:
    """Whether nothing has changed that a try would answer differently."""
    names = ("provider", "sign_in", "permissions", "imap", "smtp", "issuer", "read", "send", "identity", "ca_file")
    return all(getattr(tried, name) == getattr(typed, name) for name in names)
