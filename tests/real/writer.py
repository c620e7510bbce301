"""Alice at the real servers through the engine alone, without a screen; and the same mailbox in a plain client."""

import imaplib
import ssl
from datetime import UTC
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import httpx2
from msgspec.structs import replace

from tests.engine.conftest import online
from tests.journeys.conftest import Heard
from tests.real.bed.bed import Bed
from tests.real.bed.oidc import CLIENT_ID
from tests.real.bed.people import ALICE, Person
from tests.real.mini_client import MiniClient, Redirect, xoauth2
from tuimail.api.commands import BeginDraft, OpenAccount, SaveDraft, Send, SignIn
from tuimail.api.events import ConsentNeeded, DraftOpened, Finished
from tuimail.config.model import Profile, UiSettings
from tuimail.config.paths import places_under
from tuimail.domain.account import Account, OAuthSettings, Server, Tls
from tuimail.domain.draft import Draft
from tuimail.domain.ids import AccountId
from tuimail.domain.scope import Permission, ScopeSets
from tuimail.keychain.memory import MemoryKeychain
from tuimail.program import Program, Setting

ACCOUNT = AccountId("work")
_SCOPES = ScopeSets(identity=("openid", "email", "offline_access"), read=("mail.read",), send=("mail.send",))


class Writer:
    """One home of Alice's; ``sit_down`` opens windows on it."""

    def __init__(self, bed: Bed, folder: Path, *, smtp_port: int = 0) -> None:
        self._bed = bed
        self._places = places_under(folder / "home")
        self._places.create()
        self._keychain = MemoryKeychain()
        self._programs: list[Program] = []
        self.account = Account(
            id=ACCOUNT,
            address=ALICE.address,
            login=ALICE.address,
            name=ALICE.name,
            provider="the test bed",
            ca_file=str(bed.authority.certificate),
            oauth=OAuthSettings(
                issuer=bed.provider.issuer, client_id=CLIENT_ID, scopes=_SCOPES, extra=(("prompt", "consent"),)
            ),
            imap=Server(host="localhost", port=bed.dovecot.ports.implicit, tls=Tls.IMPLICIT),
            smtp=Server(host="localhost", port=smtp_port or bed.postfix.ports.implicit, tls=Tls.IMPLICIT),
        )

    def sign_in(self) -> Heard:
        """The first window, signed in and online."""
        heard = self._window()
        heard.wait_for(ConsentNeeded)
        assert isinstance(heard.do(SignIn(account=ACCOUNT, permissions=frozenset(Permission))), Finished)
        return online(heard)

    def second_window(self) -> Heard:
        """Another one beside it."""
        return self._window()

    def get_up(self) -> None:
        """Close all windows."""
        for program in self._programs:
            program.close()

    def _window(self) -> Heard:
        profile = Profile(
            path=self._places.config / "profile.toml",
            default=ACCOUNT,
            accounts=(self.account,),
            ui=UiSettings(send_delay_s=0.0),
        )
        setting = Setting(
            profile=profile,
            places=self._places,
            environ={},
            zone=UTC,
            keychain=lambda: self._keychain,
            open_sign_in=self._visit,
        )
        program = Program(setting, ACCOUNT)
        program.open_door()
        self._programs.append(program)
        heard = Heard(program)
        heard.submit(OpenAccount(account=ACCOUNT))
        return heard

    def _visit(self, url: str) -> bool:
        def agree() -> None:
            back = MiniClient(self._bed).redirect_without_a_browser(url, ALICE)
            httpx2.get(back, trust_env=False)

        Thread(target=agree, daemon=True).start()
        return True


class PlainMailbox:
    """Somebody's mailbox in another program; a context manager."""

    def __init__(self, bed: Bed, person: Person) -> None:
        client = MiniClient(bed)
        with Redirect() as redirect:
            url = client.authorization_url(redirect.uri, "openid email mail.read")
            back = client.redirect_without_a_browser(url, person)
            httpx2.get(back, trust_env=False)
        code = parse_qs(urlsplit(back).query)["code"][0]
        token = str(client.exchange(code, redirect.uri)["access_token"])
        context = ssl.create_default_context(cafile=str(bed.authority.certificate))
        self.imap = imaplib.IMAP4_SSL("localhost", bed.dovecot.ports.implicit, ssl_context=context, timeout=20)
        self.imap.authenticate("XOAUTH2", lambda _challenge: xoauth2(person, token))

    def __enter__(self) -> "PlainMailbox":
        return self

    def __exit__(self, *_: object) -> None:
        self.imap.logout()

    def mails(self, folder: str = "INBOX") -> dict[bytes, bytes]:
        """Every mail byte for byte, by its UID."""
        self.imap.select(folder)
        uids = self.imap.uid("SEARCH", "ALL")[1][0].split()
        return {uid: self.imap.uid("FETCH", uid.decode(), "(BODY.PEEK[])")[1][0][1] for uid in uids}

    def threads(self) -> str:
        """How the server itself threads the INBOX (RFC 5256)."""
        self.imap.select("INBOX")
        return str(self.imap.uid("THREAD", "REFERENCES", "UTF-8", "ALL")[1][0].decode())

    def replace(self, uid: bytes, raw: bytes, folder: str = "Drafts") -> None:
        """File a changed draft and delete the old one, as programs do."""
        self.imap.append(folder, r"(\Draft \Seen)", "", raw)
        self.imap.select(folder)
        self.imap.uid("STORE", uid.decode(), "+FLAGS", r"(\Deleted)")
        self.imap.uid("EXPUNGE", uid.decode())


def compose(heard: Heard, **fields: object) -> Draft:
    """A draft with these fields."""
    return replace(heard.ask(BeginDraft(account=ACCOUNT), DraftOpened).draft, **fields)


def leave(heard: Heard, draft: Draft) -> None:
    """Close its composer."""
    assert isinstance(heard.do(SaveDraft(account=ACCOUNT, draft=draft, is_left=True)), Finished)


def send(heard: Heard, draft: Draft) -> None:
    """Send it."""
    ended = heard.do(Send(account=ACCOUNT, draft=draft))
    assert isinstance(ended, Finished), ended
