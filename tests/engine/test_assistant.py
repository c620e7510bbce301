import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event as Flag

import pytest

from tests.fakes.authorization_server import AuthorizationServer
from tests.fakes.certificates import Certificate, make_certificate
from tests.fakes.dns_server import DnsServer
from tests.fakes.imap_server import ImapScript
from tests.fakes.smtp_server import SmtpScript
from tests.fakes.wire_server import Peer, WireServer
from tuimail.api.commands import Command
from tuimail.api.events import Cancelled, Event, Failed, Finished
from tuimail.api.setup import (
    AccountSaved,
    AccountTried,
    FindProvider,
    ProviderProposed,
    SaveNewAccount,
    StepsTold,
    TryAccount,
)
from tuimail.config.load import load_profile
from tuimail.config.providers import bundled_presets
from tuimail.domain.account import Server, SignInMethod, Tls
from tuimail.domain.ids import AccountId
from tuimail.domain.scope import ScopeSets
from tuimail.domain.setup import ClientNeed, NewAccount, Proposal, Step, StepState
from tuimail.engine.assistant import Assistant
from tuimail.engine.domain_search import Lines
from tuimail.engine.engine import MailEngine
from tuimail.net.dns import Dns

ADDRESS = "me@example.test"
SETTINGS = """<clientConfig version="1.1"><emailProvider id="x">
<incomingServer type="imap"><hostname>localhost</hostname><port>{imap}</port><socketType>SSL</socketType>
<username>%EMAILADDRESS%</username><authentication>OAuth2</authentication></incomingServer>
<outgoingServer type="smtp"><hostname>localhost</hostname><port>{smtp}</port><socketType>SSL</socketType>
<username>%EMAILADDRESS%</username><authentication>OAuth2</authentication></outgoingServer>
</emailProvider>{more}</clientConfig>"""
POISON = """<oAuth2><issuer>{issuer}</issuer><scope>all</scope><authURL>https://evil.test/a</authURL>
<tokenURL>https://evil.test/t</tokenURL></oAuth2>"""


class World:
    """Servers on loopback that play a domain, and the assistant that looks at it."""

    def __init__(self, stack: ExitStack, folder: Path, certificate: Certificate) -> None:
        self._stack = stack
        self._certificate = certificate
        self.profile = folder / "profile.toml"
        self.records: dict[tuple[str, str], list[str]] = {}
        self.own: list[str] = []
        self.listed = "https://localhost:1/"
        self.imap = self.serve(ImapScript())
        self.smtp = self.serve(SmtpScript())
        self.events: list[Event] = []

    def serve(self, script: Callable[[Peer], None], *, certificate: Certificate | None = None) -> WireServer:
        context = (certificate or self._certificate).server_context()
        return self._stack.enter_context(WireServer(script, context))

    def publish(self, body: str | bytes, *, status: str = "200 OK", more: str = "") -> str:
        """An address with this document at it."""
        raw = body.encode() if isinstance(body, str) else body

        def script(peer: Peer) -> None:
            while peer.line():
                pass
            head = f"HTTP/1.1 {status}\r\ncontent-length: {len(raw)}\r\n{more}connection: close\r\n\r\n"
            peer.send(head.encode() + raw)

        return f"https://localhost:{self.serve(script).address.port}/mail/config-v1.1.xml"

    def settings(self, more: str = "") -> str:
        return SETTINGS.format(imap=self.imap.address.port, smtp=self.smtp.address.port, more=more)

    def issuer(self) -> AuthorizationServer:
        context = self._certificate.server_context()
        return self._stack.enter_context(AuthorizationServer(tls=context, host="localhost"))

    def ask(self, command: Command) -> Event:
        """The command's ending; what came before it is in ``events``."""
        names = self._stack.enter_context(DnsServer(self.records))
        lines = Lines(
            dns=Dns(names.address, lifetime_s=2),
            open_page=lambda _: False,
            make_context=lambda ca_file: self._certificate.client_context(),  # noqa: ARG005 (the fake world's trust)
            own_urls=lambda _: tuple(self.own),
            list_url=lambda _: self.listed,
            usual_servers=lambda _: ((), ()),
        )
        engine = MailEngine()
        engine.attach(Assistant(lines, profile=self.profile, presets=bundled_presets()).routes())
        ended = Flag()

        def hear(event: Event) -> None:
            self.events.append(event)
            if isinstance(event, Finished | Failed | Cancelled):
                ended.set()

        engine.listen(hear)
        engine.submit(command)
        assert ended.wait(20)
        engine.close(1)
        return self.events[-1]

    def find(self, address: str = ADDRESS, *, asks_list: bool = False) -> Proposal:
        assert isinstance(self.ask(FindProvider(address=address, asks_list=asks_list)), Finished), self.events[-1]
        (proposed,) = (event for event in self.events if isinstance(event, ProviderProposed))
        return proposed.proposal

    @property
    def steps(self) -> tuple[Step, ...]:
        return [event for event in self.events if isinstance(event, StepsTold)][-1].steps

    def step(self, pattern: str) -> Step:
        return next(step for step in self.steps if re.search(pattern, step.title))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        yield World(stack, tmp_path, make_certificate(tmp_path))


def test_a_domains_own_file_and_its_issuer_make_a_whole_account(world: World) -> None:
    server = world.issuer()
    world.own = [world.publish(world.settings(POISON.format(issuer=server.issuer)))]

    proposal = world.find()

    assert proposal.imap == world.imap.address
    assert proposal.smtp == world.smtp.address
    assert proposal.issuer == server.issuer
    assert proposal.client is ClientNeed.REGISTERS
    assert "evil" not in repr(proposal)
    assert all(step.state is not StepState.DOING for step in world.steps)
    assert "offers XOAUTH2" in world.step("IMAP").words
    assert "offers XOAUTH2" in world.step("SMTP").words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("x" * 200_000, "longer than 100 KB"),
        ('<!DOCTYPE c [<!ENTITY a "b">]><clientConfig/>', "document type declaration"),
        ("<html>welcome to the hotel", "another kind of file"),
    ],
)
def test_a_hostile_file_is_told_and_the_next_place_asked(world: World, body: str, words: str) -> None:
    world.own = [world.publish(body), world.publish(world.settings())]

    proposal = world.find()

    assert proposal.imap == world.imap.address
    assert words in next(step.words for step in world.steps if step.state is StepState.BAD)


def test_a_redirect_to_another_host_is_told_and_not_followed(world: World) -> None:
    world.own = [world.publish("", status="302 Found", more="location: https://evil.test/x\r\n")]

    proposal = world.find()

    assert proposal.imap is None
    assert "evil.test, which was not followed" in world.step("Settings").words


def test_dns_names_servers_but_those_outside_wait_for_a_yes(world: World) -> None:
    port = world.imap.address.port
    world.records = {("_imaps._tcp.example.test", "SRV"): [f"0 0 {port} localhost."]}

    proposal = world.find()

    assert proposal.outside == ("localhost",)
    assert world.imap.peers == []


def test_who_takes_in_the_mail_leads_to_the_preset(world: World) -> None:
    world.records = {("example.test", "MX"): ["10 example-test.mail.protection.outlook.com."]}

    proposal = world.find()

    assert proposal.provider == "microsoft"
    assert "Microsoft takes in the mail of example.test." in proposal.source


def test_the_public_list_is_asked_only_when_told_and_its_issuer_is_nobodys(world: World) -> None:
    world.listed = world.publish(world.settings(POISON.format(issuer="https://evil.test")))

    assert world.find().imap is None
    world.events.clear()
    proposal = world.find(asks_list=True)

    assert proposal.imap == world.imap.address
    assert "evil" not in repr(proposal)


def test_a_wrong_certificate_is_told_in_words(world: World, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    world.imap = world.serve(ImapScript(), certificate=make_certificate(tmp_path / "other"))
    world.own = [world.publish(world.settings())]

    world.find()

    assert world.step("IMAP").state is StepState.BAD
    assert "signed by nobody this computer trusts" in world.step("IMAP").words


def proposal_of(world: World, **changes: object) -> Proposal:
    values = {"address": ADDRESS, "provider": "custom", "imap": world.imap.address, "smtp": world.smtp.address}
    return Proposal(**{**values, **changes})  # type: ignore[arg-type]  # fields of Proposal


def test_a_server_without_tokens_is_told_and_with_a_password_it_is_good(world: World) -> None:
    world.imap = world.serve(ImapScript(capabilities=b"IMAP4rev1 AUTH=PLAIN"))
    plain = b"250-there\r\n250 AUTH PLAIN LOGIN\r\n"
    world.smtp = world.serve(SmtpScript(answers={b"EHLO": plain}))

    world.ask(TryAccount(proposal=proposal_of(world)))
    by_token = [event for event in world.events if isinstance(event, AccountTried)][-1]
    assert "does not accept tokens" in world.step("IMAP").words
    world.ask(TryAccount(proposal=proposal_of(world, sign_in=SignInMethod.APP_PASSWORD)))
    by_password = [event for event in world.events if isinstance(event, AccountTried)][-1]

    assert not by_token.is_good
    assert by_password.is_good


def test_an_issuer_that_was_typed_is_asked_for_its_scopes(world: World) -> None:
    server = world.issuer()

    world.ask(TryAccount(proposal=proposal_of(world, issuer=server.issuer)))

    (tried,) = (event for event in world.events if isinstance(event, AccountTried))
    assert tried.is_good
    assert tried.proposal.scopes.read
    assert tried.proposal.client is ClientNeed.REGISTERS


@pytest.mark.parametrize("address", ["", "me", "me@", "@x", "a b@c", "me@" + "x" * 70 + ".test", "\x1b[31m@x.test"])
def test_what_is_no_address_is_told_and_nobody_asked(world: World, address: str) -> None:
    ending = world.ask(FindProvider(address=address))

    assert isinstance(ending, Failed)
    assert "not a mail address" in ending.problem.summary
    assert len(world.events) == 1


def new(name: str = "work") -> NewAccount:
    server = Server(host="mail.example.test", port=993, tls=Tls.IMPLICIT)
    return NewAccount(
        id=AccountId(name),
        address=ADDRESS,
        provider="custom",
        imap=server,
        can_send=False,
        issuer="https://login.example.test",
        scopes=ScopeSets(read=("mail",), send=("send",)),
    )


def test_an_account_is_written_beside_what_stands_there(world: World) -> None:
    world.ask(SaveNewAccount(account=new()))
    world.profile.write_text("# mine\n" + world.profile.read_text())
    before = world.profile.read_text()

    world.ask(SaveNewAccount(account=new("home")))

    saved = [event for event in world.events if isinstance(event, AccountSaved)]
    assert [event.before for event in saved] == [None, before]
    assert world.profile.read_text().startswith("# mine\n")
    profile = load_profile(world.profile)
    assert profile.default == "work"
    assert [account.id for account in profile.accounts] == ["work", "home"]
    assert profile.accounts[0].smtp is None


def test_a_name_that_is_taken_is_refused_and_the_file_unchanged(world: World) -> None:
    world.ask(SaveNewAccount(account=new()))
    before = world.profile.read_text()

    ending = world.ask(SaveNewAccount(account=new()))

    assert isinstance(ending, Failed)
    assert world.profile.read_text() == before


def test_what_the_profile_would_refuse_is_not_written(world: World) -> None:
    ending = world.ask(SaveNewAccount(account=new("bad name")))

    assert isinstance(ending, Failed)
    assert not world.profile.exists()
