"""A private Dovecot with one mailbox for each size: passwords for the peers, XOAUTH2 for tuimail, mdbox on disk."""

import shutil
import subprocess
from pathlib import Path

from tests.bench.tokens import DOMAIN
from tests.real.bed.certificates import Pair
from tests.real.bed.ports import listens
from tests.real.bed.programs import program
from tests.real.bed.waiting import wait_until

PASSWORD = "bench"  # noqa: S105 (of a server that lives as long as the benchmark)

_SETTINGS = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
instance_name = tuimail-bench
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{certificate.certificate}
ssl_key = <{certificate.key}
auth_mechanisms = plain xoauth2
disable_plaintext_auth = no
first_valid_uid = 8
mail_location = mdbox:~/mdbox
mdbox_rotate_size = 32M
mail_max_userip_connections = 100
# What any of the programs asks for all messages, so that none pays for having been the first.
mail_always_cache_fields = flags date.received date.sent size.virtual size.physical imap.body imap.bodystructure \
imap.envelope mime.parts {headers}
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/homes/%Lu allow_all_users=yes
}}
passdb {{
  driver = static
  mechanisms = plain
  args = password={password}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
service imap-login {{
  process_min_avail = 2
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
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
{special}
}}
"""
_OAUTH2 = """\
introspection_mode = post
introspection_url = http://127.0.0.1:{port}/introspect
force_introspection = yes
active_attribute = active
active_value = true
username_attribute = email
scope = mail.read
"""
_HEADERS = """
date from sender reply-to to cc bcc subject message-id references in-reply-to content-type content-description lines
list-post list-id list-unsubscribe x-label x-original-to newsgroups importance priority
"""


def address(size: int) -> str:
    """The mailbox with so many messages."""
    return f"m{size}@{DOMAIN}"


class Dovecot:
    """One running instance."""

    def __init__(self, folder: Path, *, port: int) -> None:
        self.folder = folder
        self.port = port
        self.homes = folder / "homes"
        self._settings = folder / "dovecot.conf"

    def start(self, certificate: Pair, *, introspection_port: int) -> None:
        """Write the settings and start; returns when it answers."""
        for name in ("run", "state", "homes"):
            (self.folder / name).mkdir(parents=True)
        shutil.chown(self.homes, "mail", "mail")
        (self.folder / "oauth2.conf").write_text(_OAUTH2.format(port=introspection_port))
        self._settings.write_text(
            _SETTINGS.format(
                folder=self.folder,
                certificate=certificate,
                headers=" ".join(f"hdr.{name}" for name in _HEADERS.split()),
                password=PASSWORD,
                port=self.port,
                special="\n".join(
                    f"  mailbox {name} {{\n    special_use = \\{name}\n    auto = subscribe\n  }}"
                    for name in ("Sent", "Drafts", "Trash", "Junk", "Archive")
                ),
            )
        )
        with (self.folder / "start.log").open("wb") as output:
            subprocess.run(  # noqa: S603 (the server under our own settings)
                [program("dovecot"), "-c", self._settings], check=True, stdout=output, stderr=output
            )
        wait_until(lambda: listens(self.port), "Dovecot listens")

    def stop(self) -> None:
        """Stop and wait for the end of every process."""
        self.doveadm("stop")

    def doveadm(self, *arguments: str, given: bytes | None = None) -> str:
        """What the administration command prints; exit 68 (nobody logged in) counts as fine."""
        done = subprocess.run(  # noqa: S603 (the server's own tool)
            [program("doveadm"), "-c", self._settings, *arguments], check=False, capture_output=True, input=given
        )
        if done.returncode not in {0, 68}:
            raise RuntimeError(f"doveadm {' '.join(arguments)}: {done.stderr.decode().strip()}")
        return done.stdout.decode()
