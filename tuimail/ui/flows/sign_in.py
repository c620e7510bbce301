"""Signing in: consent, the browser, the keychain."""

from functools import partial

from msgspec.structs import replace
from textual.message import Message

from tuimail.api.commands import (
    AnswerOtherAccount,
    ChooseKeychain,
    DeclineConsent,
    GiveClientSecret,
    PasteRedirect,
    SignIn,
    SignInByCode,
)
from tuimail.api.events import (
    BrowserNeeded,
    BrowserWords,
    Cancelled,
    ClientSecretNeeded,
    CodeNeeded,
    ConsentNeeded,
    Event,
    Failed,
    Finished,
    KeychainAsking,
    KeychainNeeded,
    OtherAccountFound,
    Progress,
)
from tuimail.domain.account import ConsentRequest
from tuimail.domain.errors import ErrorKind, Problem, Remedy
from tuimail.domain.ids import AccountId, CommandId
from tuimail.domain.scope import Permission
from tuimail.domain.token import Secret
from tuimail.ui.flows.flow import Flow
from tuimail.ui.patience import WORTH_A_WORD_S
from tuimail.ui.screens.client_secret import ClientSecretScreen
from tuimail.ui.screens.consent import Consent, ConsentScreen
from tuimail.ui.screens.deeds.going import KeychainChoicesWanted
from tuimail.ui.screens.device_code import BROWSER, DeviceCodeScreen
from tuimail.ui.screens.keychain import KeychainScreen
from tuimail.ui.screens.login import OTHER_DEVICE, LoginScreen
from tuimail.ui.screens.other_account import OtherAccountQuestion
from tuimail.ui.screens.question import Question


class Declined(Message):
    """The person said no to a consent screen."""

    def __init__(self, account: AccountId, permissions: frozenset[Permission]) -> None:
        super().__init__()
        self.account = account
        self.permissions = permissions


class SignInFlow(Flow):
    """One sign-in at a time; the engine keeps the state, this shows it."""

    _consent: ConsentScreen | None = None
    _login: LoginScreen | DeviceCodeScreen | None = None
    _command: CommandId | None = None
    _asked: SignIn | SignInByCode | None = None
    _keychain: KeychainScreen | None = None
    _offered = False
    """Whether the choices were asked for while the keychain is still being waited for."""
    _needed: KeychainNeeded | None = None
    """What was last asked about the keychain; "not now" leaves it to the next sign-in."""

    def take(self, event: Event) -> bool:
        """Everything that asks the person about access."""
        match event:
            case ConsentNeeded(request=request):
                self._ask_consent(request)
            case BrowserNeeded():
                self._show_login(LoginScreen(event), event.command)
            case CodeNeeded():
                self._show_login(DeviceCodeScreen(event), event.command)
            case BrowserWords(words=words) if self._login is not None:
                self._login.show_words(words)
            case OtherAccountFound(account=account):
                self.host.app.push_screen(OtherAccountQuestion(event), partial(self._answer_other, account))
            case KeychainNeeded():
                self._ask_keychain(event)
            case KeychainAsking(asking=asking):
                self._keychain_asks(asking)
            case ClientSecretNeeded(account=account):
                self.host.app.push_screen(ClientSecretScreen(event), partial(self._secret_given, account))
            case Progress(words=words) if event.command == self._command:
                self._tell_progress(words)
            case Finished() | Failed() | Cancelled() if event.command is not None and event.command == self._command:
                self._ended(event)
            case _:
                return False
        return True

    def wish(self, message: Message) -> bool:
        """The pasted address, and the other ways than a keychain that keeps asking."""
        if isinstance(message, LoginScreen.Pasted):
            self.session.submit(PasteRedirect(account=message.account, url=message.url))
            return True
        if isinstance(message, KeychainChoicesWanted):
            self._offer_choices()
            return True
        return False

    def _ask_consent(self, request: ConsentRequest) -> None:
        self.close(self._consent)
        self._consent = ConsentScreen(request)
        self.host.app.push_screen(self._consent, partial(self._consented, request))

    def _consented(self, request: ConsentRequest, answer: Consent | None) -> None:
        self._consent = None
        permissions = frozenset(line.permission for line in request.lines)
        match answer:
            case Consent.BROWSER:
                self._sign_in(SignIn(account=request.account, permissions=permissions, only=request.only))
            case Consent.CODE:
                self._sign_in(SignInByCode(account=request.account, permissions=permissions, only=request.only))
            case _:
                self.session.submit(DeclineConsent(account=request.account))
                self.host.app.post_message(Declined(request.account, permissions))

    def _sign_in(self, command: SignIn | SignInByCode) -> None:
        self._asked = command
        self._command = self.session.submit(command)

    def _tell_progress(self, words: str) -> None:
        if self._login is not None:
            self._login.show_progress(f"{words[:1].upper()}{words[1:]}…")
        elif not self.host.is_home:
            self.host.app.set_timer(WORTH_A_WORD_S, partial(self._tell_if_waiting, self._command, words))

    def _tell_if_waiting(self, command: CommandId | None, words: str) -> None:
        if command == self._command and self._login is None:
            self.host.tell(f"{words[:1].upper()}{words[1:]}…")

    def _show_login(self, screen: LoginScreen | DeviceCodeScreen, command: CommandId | None) -> None:
        self.close(self._login)
        self._login = screen
        self._command = command if command is not None else self._command
        self.host.app.push_screen(screen, self._login_closed)

    def _login_closed(self, result: str | None) -> None:
        self._login = None
        asked = self._asked
        if result == OTHER_DEVICE and asked is not None:
            # The engine ends the attempt that this one takes the place of.
            self._sign_in(SignInByCode(account=asked.account, permissions=asked.permissions, only=asked.only))
        elif result == BROWSER and asked is not None:
            self._sign_in(SignIn(account=asked.account, permissions=asked.permissions, only=asked.only))
        elif result is None and self._command is not None:
            self.session.cancel(self._command)

    def _ended(self, event: Finished | Failed | Cancelled) -> None:
        login, self._command = self._login, None
        self._login = None
        if login is not None:
            login.finish()
        match event:
            case Failed(problem=problem):
                self._offer_again(problem)
            case Finished():
                pass
            case Cancelled():
                self.host.tell("The sign-in was cancelled. In settings (,) Enter signs in.")

    def _offer_again(self, problem: Problem) -> None:
        if problem.remedy is Remedy.UNLOCK and self._needed is not None:
            self._ask_keychain(replace(self._needed, problem=problem))
            return
        if problem.kind is ErrorKind.SIGN_IN_CANCELLED:
            self.host.tell(problem.summary)
            return
        words = [problem.summary, *([f"Its own words: “{problem.detail}”"] if problem.detail else [])]
        question = Question("Not signed in", words, yes="try again", no="not now")
        self.host.app.push_screen(question, self._again)

    def _again(self, yes: bool | None) -> None:
        if yes and self._asked is not None:
            self._sign_in(self._asked)

    def _answer_other(self, account: AccountId, keep: bool | None) -> None:
        self.session.submit(AnswerOtherAccount(account=account, keep=bool(keep)))

    def _secret_given(self, account: AccountId, secret: Secret | None) -> None:
        if secret is not None:
            self.session.submit(GiveClientSecret(account=account, secret=secret))
        elif self._command is not None:
            self.session.cancel(self._command)

    def _ask_keychain(self, event: KeychainNeeded) -> None:
        self._needed = event
        self.close(self._keychain)
        self._keychain = KeychainScreen(event)
        self.host.app.push_screen(self._keychain, self._keychain_chosen)

    def _keychain_asks(self, asking: bool) -> None:
        if asking and not self.host.is_home:
            # The main screen has its banner.
            self.host.tell("Your keychain is asking you something: look for its window.")
        if not asking and self._offered:
            self.close(self._keychain)
            self._keychain = None
            self._offered = False

    def _offer_choices(self) -> None:
        """The choices, while the keychain is still being waited for."""
        if not self.session.state.keychain_asking:
            self.host.tell("Your keychain is not asking anything.")
            return
        words = "Your keychain is asking you something in a window of its own. Answer it there, or go another way."
        problem = Problem(kind=ErrorKind.KEYCHAIN_LOCKED, summary=words, remedy=Remedy.UNLOCK)
        sealed_file_exists = self._needed is not None and self._needed.sealed_file_exists
        # Not kept as what is needed: the keychain may still answer.
        self.close(self._keychain)
        self._keychain = KeychainScreen(KeychainNeeded(problem=problem, sealed_file_exists=sealed_file_exists))
        self._offered = True
        self.host.app.push_screen(self._keychain, self._keychain_chosen)

    def _keychain_chosen(self, choice: ChooseKeychain | None) -> None:
        self._keychain = None
        if choice is not None:
            self.session.submit(choice)
