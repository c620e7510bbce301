"""A private Dovecot: IMAP with XOAUTH2, OAUTHBEARER and app passwords, token introspection, LMTP, and SASL for Postfix.

Addresses beside 127.0.0.1 play servers whose TLS is wrong in one way each; see `ADDRESSES`.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.real.bed.certificates import Pair
from tests.real.bed.ports import listens
from tests.real.bed.programs import program
from tests.real.bed.waiting import wait_until

# Dovecot takes a connection from an address to itself as secured; from 127.0.0.1 to 127.0.0.2 it is not.
INSECURE_SEEN = "127.0.0.2"
EXPIRED = "127.0.0.3"
WRONG_HOST = "127.0.0.4"
NO_STARTTLS = "127.0.0.5"
UNKNOWN_AUTHORITY = "127.0.0.6"
ADDRESSES = ("127.0.0.1", INSECURE_SEEN, EXPIRED, WRONG_HOST, NO_STARTTLS, UNKNOWN_AUTHORITY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapPorts:
    """The two ways in."""

    implicit: int
    starttls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Introspection:
    """Where and how Dovecot asks about a token."""

    port: int
    client_id: str
    client_secret: str
    ca_file: Path

    @property
    def url(self) -> str:
        """With user and password, which become the HTTP Basic credentials of the introspection client."""
        return f"https://{self.client_id}:{self.client_secret}@localhost:{self.port}/token/introspection"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCertificates:
    """The certificate of the good address, and of each address that is to be refused."""

    good: Pair
    expired: Pair
    wrong_host: Pair
    unknown_authority: Pair


class Dovecot:
    """One running instance; start, stop, kick sessions out."""

    def __init__(self, folder: Path, *, ports: ImapPorts) -> None:
        self.folder = folder
        self.ports = ports
        self.homes = folder / "homes"
        self.auth_socket = folder / "run" / "auth-postfix"
        self.lmtp_socket = folder / "run" / "lmtp"
        self.log = folder / "dovecot.log"
        self._settings = folder / "dovecot.conf"
        self._passwords = folder / "app-passwords"

    def start(self, certificates: ServerCertificates, introspection: Introspection) -> None:
        """Write the settings and start; returns when both ports answer."""
        for name in ("run", "state", "homes"):
            (self.folder / name).mkdir()
        shutil.chown(self.homes, "mail", "mail")
        self._write_settings(certificates, introspection)
        self.forget_app_passwords()
        with (self.folder / "start.log").open("wb") as output:
            subprocess.run([program("dovecot"), "-c", self._settings], check=True, stdout=output, stderr=output)
        wait_until(lambda: listens(self.ports.implicit) and listens(self.ports.starttls), "Dovecot listens")

    def stop(self) -> None:
        """Stop and wait for the end of every process."""
        if self._settings.exists():
            self.doveadm("stop")

    def kick(self, address: str) -> None:
        """End all sessions of a user, as a server does whose patience with an old token is over."""
        self.doveadm("kick", address)

    def set_app_password(self, address: str, password: str) -> None:
        """From now on this one signs in with PLAIN, for reading and for sending, and no other."""
        made = self._passwords.with_suffix(".new")
        made.write_text(f"{address}:{{PLAIN}}{password}\n")
        made.chmod(0o644)
        made.replace(self._passwords)
        # Dovecot looks at most once a second whether the file has changed.
        wait_until(lambda: self._takes(address, password), "Dovecot takes the new password")

    def forget_app_passwords(self) -> None:
        """Nobody signs in with a password."""
        self._passwords.write_text("")
        self._passwords.chmod(0o644)

    def doveadm(self, *arguments: str) -> str:
        """What the administration command prints; exit 68 (nobody logged in) counts as fine."""
        done = subprocess.run(
            [program("doveadm"), "-c", self._settings, *arguments], check=False, capture_output=True, text=True
        )
        if done.returncode not in {0, 68}:
            raise RuntimeError(f"doveadm {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def _takes(self, address: str, password: str) -> bool:
        test = [program("doveadm"), "-c", str(self._settings), "auth", "test", address, password]
        return subprocess.run(test, check=False, capture_output=True).returncode == 0

    def _write_settings(self, certificates: ServerCertificates, introspection: Introspection) -> None:
        for protocol, scope in (("imap", "mail.read"), ("smtp", "mail.send")):
            (self.folder / f"oauth2-{protocol}.conf").write_text(_oauth2_settings(introspection, scope))
            (self.folder / f"oauth2-{protocol}.conf").chmod(0o600)
        self._settings.write_text(
            _SETTINGS.format(
                folder=self.folder,
                addresses=", ".join(ADDRESSES),
                implicit=self.ports.implicit,
                starttls=self.ports.starttls,
                good=certificates.good,
                expired=certificates.expired,
                wrong_host=certificates.wrong_host,
                unknown=certificates.unknown_authority,
                EXPIRED=EXPIRED,
                WRONG_HOST=WRONG_HOST,
                NO_STARTTLS=NO_STARTTLS,
                UNKNOWN_AUTHORITY=UNKNOWN_AUTHORITY,
            )
        )


def _oauth2_settings(introspection: Introspection, scope: str) -> str:
    issuer = f"https://localhost:{introspection.port}"
    return f"""\
introspection_mode = post
introspection_url = {introspection.url}
force_introspection = yes
active_attribute = active
active_value = true
username_attribute = email
scope = {scope}
issuers = {issuer}
openid_configuration_url = {issuer}/.well-known/openid-configuration
tls_ca_cert_file = {introspection.ca_file}
timeout_msecs = 5000
"""


_SETTINGS = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
instance_name = tuimail-bed
protocols = imap lmtp
listen = {addresses}
ssl = required
ssl_cert = <{good.certificate}
ssl_key = <{good.key}
local {EXPIRED} {{
  ssl_cert = <{expired.certificate}
  ssl_key = <{expired.key}
}}
local {WRONG_HOST} {{
  ssl_cert = <{wrong_host.certificate}
  ssl_key = <{wrong_host.key}
}}
local {UNKNOWN_AUTHORITY} {{
  ssl_cert = <{unknown.certificate}
  ssl_key = <{unknown.key}
}}
local {NO_STARTTLS} {{
  ssl = no
}}
auth_mechanisms = xoauth2 oauthbearer plain
auth_failure_delay = 1 secs
first_valid_uid = 8
mail_location = maildir:~/Maildir
mail_max_userip_connections = 50
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/homes/%Lu allow_all_users=yes
}}
passdb {{
  driver = passwd-file
  mechanisms = plain
  args = {folder}/app-passwords
}}
protocol imap {{
  passdb {{
    driver = oauth2
    mechanisms = xoauth2 oauthbearer
    args = {folder}/oauth2-imap.conf
  }}
}}
protocol smtp {{
  passdb {{
    driver = oauth2
    mechanisms = xoauth2 oauthbearer
    args = {folder}/oauth2-smtp.conf
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {starttls}
  }}
  inet_listener imaps {{
    port = {implicit}
    ssl = yes
  }}
}}
service lmtp {{
  unix_listener lmtp {{
    user = postfix
    mode = 0600
  }}
}}
service auth {{
  unix_listener auth-postfix {{
    user = postfix
    mode = 0600
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    special_use = \\Sent
    auto = subscribe
  }}
  mailbox Drafts {{
    special_use = \\Drafts
    auto = subscribe
  }}
  mailbox Trash {{
    special_use = \\Trash
    auto = subscribe
  }}
  mailbox Junk {{
    special_use = \\Junk
    auto = subscribe
  }}
  mailbox Archive {{
    special_use = \\Archive
    auto = subscribe
  }}
}}
"""
