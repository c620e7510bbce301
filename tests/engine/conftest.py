"""A running program on scripted servers: real sockets, and every answer in the test's hand."""

import queue
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.fakes.authorization_server import AuthorizationServer
from tests.fakes.certificates import Certificate, make_certificate
from tests.fakes.mail_house import MailHouse
from tests.fakes.smtp_server import SmtpScript
from tests.fakes.wire_server import WireServer
from tests.journeys.conftest import Heard
from tuimail.api.commands import BeginDraft, OpenAccount, Send, SignIn
from tuimail.api.events import ConsentNeeded, DraftOpened, Finished, LinkChanged, MailboxesListed
from tuimail.config.model import Profile, UiSettings
from tuimail.config.paths import places_under
from tuimail.domain.account import Account, Link, OAuthSettings
from tuimail.domain.draft import Draft
from tuimail.domain.errors import ErrorKind, KeychainError, Remedy
from tuimail.domain.ids import AccountId
from tuimail.domain.mailbox import Mailbox, MailboxRole
from tuimail.domain.scope import Permission, ScopeSets
from tuimail.domain.token import Secret
from tuimail.keychain.base import Keychain
from tuimail.keychain.memory import MemoryKeychain
from tuimail.program import Program, Setting

ALL = frozenset({Permission.READ, Permission.SEND})
ACCOUNT = AccountId("post")


class Keyring(MemoryKeychain):
    """A keychain that notes what is done to it, and refuses where it is told to."""

    def __init__(self, happened: "queue.SimpleQueue[str]") -> None:
        super().__init__()
        self.happened = happened
        self.refuses: set[str] = set()
        """``read``, ``write`` or ``delete``."""

    def read(self, entry: str) -> Secret | None:
        """What is kept under this name."""
        self._do("read", entry)
        return super().read(entry)

    def write(self, entry: str, value: Secret) -> None:
        """Keep it, unless writing is refused."""
        self._do("write", entry)
        super().write(entry, value)

    def delete(self, entry: str) -> None:
        """Forget it, unless deleting is refused."""
        self._do("delete", entry)
        super().delete(entry)

    def _do(self, what: str, entry: str) -> None:
        if entry.startswith("account/"):
            self.happened.put(f"keychain {what}")
            if what in self.refuses:
                raise KeychainError(ErrorKind.KEYCHAIN_LOCKED, "The keychain is locked.", remedy=Remedy.UNLOCK)


class Rig:
    """The servers, the keychain and the person of one test; ``start`` runs programs on them."""

    def __init__(self, folder: Path, certificate: Certificate, servers: ExitStack) -> None:
        self.folder = folder
        self.places = places_under(folder / "home")
        self.places.create()
        self.happened: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.keychain = Keyring(self.happened)
        self.auth = servers.enter_context(AuthorizationServer())
        self.mail = MailHouse()
        self.smtp = SmtpScript()
        self.certificate = certificate
        context = certificate.server_context()
        self.imap_server = servers.enter_context(WireServer(self.mail, context))
        self.smtp_server = servers.enter_context(WireServer(self.smtp, context))
        self.visit: Callable[[str], None] = self._agree
        """What the person does with the sign-in address, on a thread of its own."""
        self.unlock: Callable[[], Keychain] = lambda: self.keychain
        """What the operating system's keychain says to a program."""
        self.urls: list[str] = []
        self.open_browser: Callable[[str], bool] = self._open
        self.send_delay_s = 0.0
        self.contacts: tuple[Path, ...] = ()
        self.sign_in_limit_s = 300.0
        self.sign_in_every_s = 0.0
        self.programs: list[Program] = []
        self.account = self.make_account()

    def make_account(self, **changes: object) -> Account:
        """The account on these servers."""
        fields: dict[str, object] = {
            "id": ACCOUNT,
            "address": "alice@example.test",
            "login": "alice@example.test",
            "provider": "Example",
            "ca_file": str(self.certificate.cert_file),
            "oauth": self.make_oauth(),
            "imap": self.imap_server.address,
            "smtp": self.smtp_server.address,
        }
        return Account(**{**fields, **changes})  # type: ignore[arg-type]  # checked by what the tests do with it

    def make_oauth(self, **changes: object) -> OAuthSettings:
        """The account's sign-in settings."""
        scopes = ScopeSets(identity=("openid", "email"), read=("mail.read",), send=("mail.send",))
        fields: dict[str, object] = {"issuer": self.auth.issuer, "client_id": "tuimail-test", "scopes": scopes}
        return OAuthSettings(**{**fields, **changes})  # type: ignore[arg-type]  # as above

    def setting(self) -> Setting:
        """What the next program is started with."""
        ui = UiSettings(send_delay_s=self.send_delay_s)
        profile = Profile(
            path=self.places.config / "profile.toml",
            default=self.account.id,
            accounts=(self.account,),
            ui=ui,
            contacts=self.contacts,
        )
        return Setting(
            profile=profile,
            places=self.places,
            environ={},
            zone=UTC,
            keychain=self._unlock,
            open_sign_in=self.open_browser,
            sign_in_limit_s=self.sign_in_limit_s,
            sign_in_every_s=self.sign_in_every_s,
        )

    def start(self) -> Heard:
        """A program that has just been started."""
        program = Program(self.setting(), self.account.id)
        program.open_door()
        self.programs.append(program)
        return Heard(program)

    def opened(self) -> Heard:
        """A program whose account asks for consent."""
        heard = self.start()
        heard.submit(OpenAccount(account=ACCOUNT))
        heard.wait_for(ConsentNeeded)
        return heard

    def signed_in(self, permissions: frozenset[Permission] = ALL) -> Heard:
        """A program that is signed in and online, with its folders listed."""
        heard = self.opened()
        ended = heard.do(SignIn(account=ACCOUNT, permissions=permissions))
        assert isinstance(ended, Finished), ended
        return online(heard)

    def reopened(self) -> Heard:
        """Another start of a program that was signed in before, online again."""
        heard = self.start()
        heard.submit(OpenAccount(account=ACCOUNT))
        return online(heard)

    def token_posts(self, grant: str = "refresh_token") -> int:
        """How many token requests of this kind came."""
        return sum(1 for request in self.auth.seen("/token") if request.form.get("grant_type") == grant)

    def follow(self, back: str) -> None:
        """Play the browser: go where the provider sent it."""
        with urllib.request.urlopen(back, timeout=10) as answer:  # noqa: S310 (our own listener)
            answer.read()

    def _unlock(self) -> Keychain:
        return self.unlock()

    def _open(self, url: str) -> bool:
        self.urls.append(url)
        threading.Thread(target=self.visit, args=(url,), daemon=True).start()
        return True

    def _agree(self, url: str) -> None:
        self.follow(self.auth.consent(url))


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """One for all tests: a key costs as much as a start."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def rig(tmp_path: Path, certificate: Certificate) -> Iterator[Rig]:
    """Servers, and programs that are closed at the end, before the servers."""
    with ExitStack() as servers:
        rig = Rig(tmp_path, certificate, servers)
        yield rig
        for program in rig.programs:
            program.close()


def online(heard: Heard) -> Heard:
    """Wait until the account is online and its folders are known."""
    heard.wait_for(LinkChanged, lambda event: event.state.link is Link.ONLINE)
    heard.wait_for(MailboxesListed, lambda event: bool(event.mailboxes))
    return heard


def box(heard: Heard, role: MailboxRole = MailboxRole.INBOX) -> Mailbox:
    """The mailbox of this role, from the newest list of folders."""
    listed = [event for event in heard.events if isinstance(event, MailboxesListed) and event.mailboxes]
    return next(each for each in listed[-1].mailboxes if each.role is role)


def write(heard: Heard, *, to: str = "bob@example.org", subject: str = "Bees") -> Draft:
    """Send a short mail."""
    draft = heard.ask(BeginDraft(account=ACCOUNT), DraftOpened).draft
    draft = replace(draft, to=to, subject=subject, text="They swarm.")
    ended = heard.do(Send(account=ACCOUNT, draft=draft))
    assert isinstance(ended, Finished), ended
    return draft
