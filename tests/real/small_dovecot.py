"""A Dovecot of its own for one test: one mailbox, any token counts, and capabilities as the test wants them."""

import contextlib
import imaplib
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.fakes.certificates import Certificate
from tests.real.bed.ports import free_ports, listens
from tests.real.bed.programs import program
from tests.real.bed.waiting import wait_until

USER = "alice@example.test"
PASSWORD = "anything"  # noqa: S105 (every password opens it)

_ALL = (
    "IMAP4rev1 SASL-IR LITERAL+ ID ENABLE IDLE SORT THREAD=REFERENCES UNSELECT CHILDREN NAMESPACE UIDPLUS"
    " LIST-EXTENDED ESEARCH SEARCHRES WITHIN LIST-STATUS SPECIAL-USE MOVE"
)
CAPABILITIES = {
    "qresync": f"{_ALL} CONDSTORE QRESYNC NOTIFY",
    "condstore": f"{_ALL} CONDSTORE",
    "neither": _ALL.replace(" LIST-STATUS", ""),
    "bare": "IMAP4rev1",
}
"""What servers offer, from everything to next to nothing."""

_SETTINGS = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
instance_name = tuimail-{port}
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{certificate.cert_file}
ssl_key = <{certificate.key_file}
auth_mechanisms = plain xoauth2
first_valid_uid = 8
mail_location = maildir:~/Maildir
mail_max_userip_connections = 50
imap_capability = {capabilities}
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/homes/%Lu allow_all_users=yes
}}
passdb {{
  driver = static
  args = nopassword=y
}}
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Trash {{
    special_use = \\Trash
    auto = subscribe
  }}
  mailbox Archive {{
    special_use = \\Archive
    auto = subscribe
  }}
}}
"""


class SmallDovecot:
    """One running instance."""

    def __init__(self, folder: Path, port: int, certificate: Certificate) -> None:
        self.folder = folder
        self.port = port
        self.certificate = certificate

    def client(self) -> imaplib.IMAP4_SSL:
        """A plain client of the same mailbox, signed in."""
        context = ssl.create_default_context(cafile=str(self.certificate.cert_file))
        client = imaplib.IMAP4_SSL("localhost", self.port, ssl_context=context)
        client.login(USER, PASSWORD)
        return client


@contextlib.contextmanager
def small_dovecot(certificate: Certificate, capabilities: str) -> Iterator[SmallDovecot]:
    """Start it, and stop it at the end. ``capabilities`` is a value of ``CAPABILITIES``."""
    # A unix socket's path has at most 107 characters, and every folder above it needs `x` for the server's users.
    folder = Path(tempfile.mkdtemp(prefix="tuimail-small-", dir="/tmp"))
    folder.chmod(0o755)
    port = free_ports(1)[0]
    for name in ("run", "state", "homes"):
        (folder / name).mkdir()
    shutil.chown(folder / "homes", "mail", "mail")
    settings = folder / "dovecot.conf"
    settings.write_text(_SETTINGS.format(folder=folder, port=port, certificate=certificate, capabilities=capabilities))
    with (folder / "start.log").open("wb") as output:
        subprocess.run([program("dovecot"), "-c", settings], check=True, stdout=output, stderr=output)
    try:
        wait_until(lambda: listens(port), "Dovecot listens")
        yield SmallDovecot(folder, port, certificate)
    finally:
        subprocess.run([program("doveadm"), "-c", settings, "stop"], check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)
