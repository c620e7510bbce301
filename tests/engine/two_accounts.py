"""A rig with two accounts, each with mail on a server of its own."""

from contextlib import ExitStack
from pathlib import Path

from msgspec.structs import replace

from tests.engine.conftest import ALL, Rig
from tests.fakes.certificates import Certificate
from tests.fakes.mail_house import MailHouse
from tests.fakes.smtp_server import SmtpScript
from tests.fakes.wire_server import WireServer
from tests.journeys.conftest import Heard
from tuimail.api.commands import OpenAccount, SignIn
from tuimail.api.events import LinkChanged, MailboxesListed
from tuimail.domain.account import Account, Link
from tuimail.domain.ids import AccountId
from tuimail.program import Setting

OTHER = AccountId("other")
OTHER_ADDRESS = "alice@other.test"


class TwoAccounts(Rig):
    """The account ``post`` of every rig, and ``other``."""

    def __init__(self, folder: Path, certificate: Certificate, servers: ExitStack) -> None:
        super().__init__(folder, certificate, servers)
        self.other_mail = MailHouse()
        self.other_server = servers.enter_context(WireServer(self.other_mail, certificate.server_context()))
        self.other_smtp = SmtpScript()
        self.other_smtp_server = servers.enter_context(WireServer(self.other_smtp, certificate.server_context()))
        self.other = self.make_account(
            id=OTHER,
            aliases=(OTHER_ADDRESS,),
            imap=self.other_server.address,
            smtp=self.other_smtp_server.address,
        )

    @property
    def accounts(self) -> tuple[Account, ...]:
        """In the order of the profile."""
        return (self.account, self.other)

    def setting(self) -> Setting:
        """With both accounts in the profile."""
        setting = super().setting()
        return replace(setting, profile=replace(setting.profile, accounts=self.accounts))

    def both_signed_in(self) -> Heard:
        """A program with both online."""
        heard = self.signed_in()
        heard.do(OpenAccount(account=OTHER, asks=False))
        heard.do(SignIn(account=OTHER, permissions=ALL))
        return is_online(heard, OTHER)


def is_online(heard: Heard, account: AccountId) -> Heard:
    """Wait until this account is online and its folders are known."""
    heard.wait_for(LinkChanged, lambda event: event.account == account and event.state.link is Link.ONLINE)
    heard.wait_for(MailboxesListed, lambda event: event.account == account and bool(event.mailboxes))
    return heard
