"""Starts and stops everything that lives for the whole test run."""

import shutil
import tempfile
from pathlib import Path

from tests.real.bed.certificates import Authority
from tests.real.bed.chromium import trust
from tests.real.bed.dovecot import (
    EXPIRED,
    UNKNOWN_AUTHORITY,
    Dovecot,
    ImapPorts,
    Introspection,
    ServerCertificates,
)
from tests.real.bed.home import Servers
from tests.real.bed.mailbox import Mailbox, alices_mail
from tests.real.bed.oidc import AuthorizationServer
from tests.real.bed.people import ALICE, BOB
from tests.real.bed.ports import free_ports
from tests.real.bed.postfix import Postfix, SmtpPorts

_GOOD_HOSTS = ["localhost", "127.0.0.1", "127.0.0.2"]


class Bed:
    """The servers of one run, in one folder directly under the system's temporary folder."""

    def __init__(self) -> None:
        # A unix socket's path has at most 107 characters, and every folder above it needs `x` for the servers' users.
        self.folder = Path(tempfile.mkdtemp(prefix="tuimail-bed-", dir="/tmp"))
        self.folder.chmod(0o755)
        ports = free_ports(7)
        self.provider = AuthorizationServer(self._made("oidc"), port=ports[0], control_port=ports[1])
        self.dovecot = Dovecot(self._made("imap"), ports=ImapPorts(implicit=ports[2], starttls=ports[3]))
        self.postfix = Postfix(
            self._made("smtp"), ports=SmtpPorts(implicit=ports[4], starttls=ports[5], outside=ports[6])
        )
        self.authority = Authority(self._made("tls"), "ca")
        self.browser_home = self._made("browser")
        self.alice = Mailbox(self.dovecot, ALICE)
        self.bob = Mailbox(self.dovecot, BOB)

    def start(self) -> None:
        """Start all servers; returns when each of them answers."""
        certificates = self._certificates()
        self.provider.begin(certificates.good)
        trust(self.browser_home, self.authority.certificate)
        self.dovecot.start(
            certificates,
            Introspection(
                port=self.provider.port,
                client_id=self.provider.introspection_id,
                client_secret=self.provider.introspection_secret,
                ca_file=self.authority.certificate,
            ),
        )
        self.postfix.start(
            certificates.good, auth_socket=self.dovecot.auth_socket, lmtp_socket=self.dovecot.lmtp_socket
        )
        self.provider.wait()

    def stop(self) -> None:
        """Stop all servers and remove what they wrote."""
        self.postfix.stop()
        self.dovecot.stop()
        self.provider.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def reset(self) -> None:
        """The state every test starts from: knobs at rest, Alice's mail as seeded, Bob's mailbox empty."""
        self.provider.reset()
        self.dovecot.forget_app_passwords()
        self.alice.reset(alices_mail())
        self.bob.reset()

    @property
    def servers(self) -> Servers:
        """What a profile needs, with implicit TLS throughout."""
        return Servers(
            issuer=self.provider.issuer,
            ca_file=self.authority.certificate,
            imap_port=self.dovecot.ports.implicit,
            smtp_port=self.postfix.ports.implicit,
        )

    def logs(self) -> str:
        """The ends of the servers' logs, for a failed test."""
        paths = (self.provider.log, self.dovecot.log, self.postfix.log)
        return "\n".join(
            f"--- {path.name}\n{path.read_text(errors='replace')[-3000:]}" for path in paths if path.exists()
        )

    def _certificates(self) -> ServerCertificates:
        stranger = Authority(self.folder / "tls", "unknown-ca")
        return ServerCertificates(
            good=self.authority.server("good", _GOOD_HOSTS),
            expired=self.authority.server("expired", [EXPIRED], valid_days=-1),
            wrong_host=self.authority.server("wrong-host", ["elsewhere.test"]),
            unknown_authority=stranger.server("unknown", [UNKNOWN_AUTHORITY]),
        )

    def _made(self, name: str) -> Path:
        path = self.folder / name
        path.mkdir()
        return path
