"""A private Postfix: submission over implicit TLS and STARTTLS, sign-in through Dovecot, delivery by its LMTP."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.real.bed.certificates import Pair
from tests.real.bed.people import DOMAIN, EVERYBODY
from tests.real.bed.ports import listens
from tests.real.bed.programs import program
from tests.real.bed.waiting import wait_until


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpPorts:
    """Two ways to submit, and the port at which the outside world delivers without signing in."""

    implicit: int
    starttls: int
    outside: int


class Postfix:
    """One running instance."""

    def __init__(self, folder: Path, *, ports: SmtpPorts) -> None:
        self.folder = folder
        self.ports = ports
        self.log = folder / "postfix.log"
        self._settings = folder / "etc"

    def start(self, certificate: Pair, *, auth_socket: Path, lmtp_socket: Path) -> None:
        """Write the settings and start; returns when every port answers."""
        for name in ("etc", "queue", "data"):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "data", "postfix")
        (self._settings / "master.cf").write_text(_MASTER.format(ports=self.ports))
        (self._settings / "main.cf").write_text(
            _MAIN.format(
                folder=self.folder,
                domain=DOMAIN,
                mailboxes=", ".join(f"{{{one.address} = {one.address}}}" for one in EVERYBODY),
                certificate=certificate,
                auth_socket=auth_socket,
                lmtp_socket=lmtp_socket,
            )
        )
        self._postfix("start")
        wait_until(
            lambda: all(listens(port) for port in (self.ports.implicit, self.ports.starttls, self.ports.outside)),
            "Postfix listens",
        )

    def stop(self) -> None:
        """Stop and wait for the end."""
        if (self._settings / "main.cf").exists():
            self._postfix("stop")

    def _postfix(self, command: str) -> None:
        # A file, not a pipe: the daemons keep standard output open for as long as they live.
        with (self.folder / f"{command}.log").open("wb") as output:
            subprocess.run(
                [program("postfix"), "-c", self._settings, command], check=True, stdout=output, stderr=output
            )


_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
myhostname = mail.{domain}
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
biff = no
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = {domain}
virtual_mailbox_maps = inline:{{ {mailboxes} }}
virtual_transport = lmtp:unix:{lmtp_socket}
smtpd_sender_login_maps = inline:{{ {mailboxes} }}
smtpd_sasl_type = dovecot
smtpd_sasl_path = {auth_socket}
smtpd_sasl_security_options = noanonymous
smtpd_tls_cert_file = {certificate.certificate}
smtpd_tls_key_file = {certificate.key}
smtpd_tls_auth_only = yes
smtpd_relay_restrictions = permit_sasl_authenticated, reject
message_size_limit = 41943040
"""

_MASTER = """\
127.0.0.1:{ports.implicit} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_sender_restrictions=reject_sender_login_mismatch
127.0.0.1:{ports.starttls} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_sender_restrictions=reject_sender_login_mismatch
127.0.0.1:{ports.outside} inet n - n - - smtpd
  -o smtpd_relay_restrictions=reject_unauth_destination
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
