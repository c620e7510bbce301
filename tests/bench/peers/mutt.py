"""mutt and neomutt: the same settings, header cache on, QRESYNC and IDLE on, no pauses for their notices."""

from pathlib import Path
from typing import ClassVar

from tests.bench.peers.base import Keys, Peer, Where

_SETTINGS = """\
set folder = "imaps://localhost:{where.imap_port}/"
set spoolfile = "+INBOX"
set imap_user = "{where.address}"
set imap_pass = "{where.password}"
set {ca_setting} = "{where.ca_file}"
set header_cache = "{home}/headers/"
set message_cachedir = "{home}/bodies/"
set imap_qresync = yes
set imap_condstore = yes
set imap_idle = yes
set timeout = 1
set mail_check = 1
set sort = reverse-date
set sleep_time = 0
set move = no
set quit = yes
set confirmappend = no
set beep = no
set wait_key = no
set index_format = "%4C %Z %{{%b %d}} %-20.20L %s"
set from = "me@bench.test"
set sendmail = "/bin/true"
color index yellow default "~F"
push <first-entry>
"""


class Mutt(Peer):
    """mutt; its bodies are whole messages, kept in a cache of their own."""

    name = "mutt"
    ca_setting: ClassVar[str] = "certificate_file"
    keys = Keys(
        page_down="z",
        first="=",
        last="*",
        back="i",
        flag="F",
        find="l\x15~s ",
        clear="l\x15all\r",
        quit="q",
    )

    def set_up(self, home: Path, where: Where) -> None:
        for name in ("headers", "bodies"):
            (home / name).mkdir(parents=True, exist_ok=True)
        (home / "muttrc").write_text(_SETTINGS.format(home=home, where=where, ca_setting=self.ca_setting))

    def command(self, home: Path) -> list[str]:
        return [self.name, "-n", "-F", str(home / "muttrc")]

    def kept_under(self, where: Where) -> str | None:  # noqa: ARG002 (see below)
        # Its caches are filed under the server's port.
        return None


class NeoMutt(Mutt):
    """neomutt."""

    name = "neomutt"
